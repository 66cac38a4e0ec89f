/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names.c - under which names a file keeps its reference data.
 *
 * Names that say that they are the reference come first: a file that was evaluated by a
 * model may hold both "energy" and "dft_energy". */
#include "data/names.h"

#include "atoms/xyz.h"
#include "base/number.h"

#include <stdlib.h>

enum { N_CANDIDATES = 8 };

static const char *const candidate[SZ_N_NAMES][N_CANDIDATES] = {
    {"REF_energy", "DFT_energy", "QM_energy", "energy", "free_energy", "total_energy"},
    {"REF_forces", "REF_force", "DFT_forces", "DFT_force", "QM_forces", "forces",
     "force"},
    {"REF_virial", "DFT_virial", "QM_virial", "virial", "virials"},
    {"REF_stress", "DFT_stress", "QM_stress", "stress"}};
static const char *const kind_name[SZ_N_NAMES] = {"energy", "force", "virial", "stress"};

/* is a name of this kind in the frame? A force is a column, the rest are keys. */
static int is_in(const sz_xyz_frame *frame, int kind, const char *name)
{
    const sz_xyz_column *column;

    if (kind == SZ_NAME_FORCE) {
        column = sz_xyz_find_column(frame, name);
        return column && column->n_fields == 3;
    }
    for (int k = 0; k < frame->n_info; k++)
        if (sz_same_word(frame->info[k].key, name)) return 1;
    return 0;
}

typedef struct {
    int candidate[SZ_N_NAMES][N_CANDIDATES], given[SZ_N_NAMES]; /* 1: some frame has it */
} sighting;

static void look(sighting *s, const sz_xyz_frame *frame,
                 const char *const given[SZ_N_NAMES])
{
    for (int kind = 0; kind < SZ_N_NAMES; kind++) {
        if (given[kind]) s->given[kind] |= is_in(frame, kind, given[kind]);
        for (int c = 0; c < N_CANDIDATES && candidate[kind][c]; c++)
            if (!s->candidate[kind][c])
                s->candidate[kind][c] = is_in(frame, kind, candidate[kind][c]);
    }
}

/* The name of one kind: the given one, the first that was seen, or one that means none;
 * a copy. */
static sz_status choose(char **copy, const char *given, const sighting *s, int kind,
                        const char *path, sz_error *err)
{
    const char *found = given ? given : "";

    if (given && !s->given[kind])
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: no frame has the %s '%.100s'; look at the comment lines "
                       "and name what is there",
                       path, kind == SZ_NAME_FORCE ? "column" : "key", given);
    for (int c = 0; c < N_CANDIDATES && candidate[kind][c] && !*found; c++)
        if (s->candidate[kind][c]) found = candidate[kind][c];
    *copy = sz_copy_text(found);
    return *copy ? SZ_OK : sz_fail_memory(err, 16, kind_name[kind]);
}

static sz_status scan(sighting *s, const char *path, const char *const given[SZ_N_NAMES],
                      sz_error *err)
{
    sz_xyz_reader *file = NULL;
    sz_xyz_frame *frame = NULL;
    sz_status status = sz_xyz_open(&file, path, err);

    while (status == SZ_OK) {
        status = sz_xyz_read(&frame, file, err);
        if (status != SZ_OK || !frame) break;
        look(s, frame, given);
        sz_xyz_frame_free(frame);
    }
    sz_xyz_close(file);
    return status;
}

void sz_names_free(sz_found_names *names)
{
    for (int kind = 0; kind < SZ_N_NAMES; kind++) {
        free(names->name[kind]);
        names->name[kind] = NULL;
    }
}

sz_status sz_names_find(sz_found_names *names, const char *const given[SZ_N_NAMES],
                        const char *path, sz_error *err)
{
    sighting s = {0};
    int n = 0;
    sz_status status = scan(&s, path, given, err);

    *names = (sz_found_names){{NULL}};
    for (int kind = 0; kind < SZ_N_NAMES && status == SZ_OK; kind++) {
        status = choose(&names->name[kind], given[kind], &s, kind, path, err);
        n += status == SZ_OK && *names->name[kind];
    }
    if (status == SZ_OK && n == 0)
        status =
            sz_fail(err, SZ_ERR_FORMAT,
                    "%s: no frame has energies, forces or virials under a usual name; "
                    "name them: energy_parameter_name=KEY force_parameter_name=COLUMN "
                    "virial_parameter_name=KEY",
                    path);
    if (status != SZ_OK) sz_names_free(names);
    return status;
}

void sz_names_take(sz_dataset_names *to, const sz_found_names *names)
{
    to->energy = names->name[SZ_NAME_ENERGY];
    to->force = names->name[SZ_NAME_FORCE];
    to->virial = names->name[SZ_NAME_VIRIAL];
    to->stress = names->name[SZ_NAME_STRESS];
}

sz_dataset_names sz_names_to_compare(const sz_dataset_names *names)
{
    sz_dataset_names plain = *names;

    plain.sigma = plain.hessian = plain.local_property = NULL;
    return plain;
}
