/* SPDX-License-Identifier: BSD-3-Clause
 *
 * validate_names.c - under which names a file keeps its reference data.
 *
 * Names that say that they are the reference come first: a file that was evaluated by a
 * model may hold both "energy" and "dft_energy". */
#include "atoms/xyz.h"
#include "base/number.h"
#include "validate.h"

#include <stdlib.h>
#include <string.h>

enum { N_KINDS = 4, N_CANDIDATES = 8 };

static const char *const candidate[N_KINDS][N_CANDIDATES] = {
    {"REF_energy", "DFT_energy", "QM_energy", "energy", "free_energy", "total_energy"},
    {"REF_forces", "REF_force", "DFT_forces", "DFT_force", "QM_forces", "forces",
     "force"},
    {"REF_virial", "DFT_virial", "QM_virial", "virial", "virials"},
    {"REF_stress", "DFT_stress", "QM_stress", "stress"}};
static const char *const kind_name[N_KINDS] = {"energy", "force", "virial", "stress"};

/* is a name of this kind in the frame? A force is a column, the rest are keys. */
static int is_in(const sz_xyz_frame *frame, int kind, const char *name)
{
    const sz_xyz_column *column;

    if (kind == 1) {
        column = sz_xyz_find_column(frame, name);
        return column && column->n_fields == 3;
    }
    for (int k = 0; k < frame->n_info; k++)
        if (sz_same_word(frame->info[k].key, name)) return 1;
    return 0;
}

typedef struct {
    int candidate[N_KINDS][N_CANDIDATES], given[N_KINDS]; /* 1: some frame has it */
} sighting;

static void look(sighting *s, const sz_xyz_frame *frame, char **const given[N_KINDS])
{
    for (int kind = 0; kind < N_KINDS; kind++) {
        if (*given[kind]) s->given[kind] |= is_in(frame, kind, *given[kind]);
        for (int c = 0; c < N_CANDIDATES && candidate[kind][c]; c++)
            if (!s->candidate[kind][c])
                s->candidate[kind][c] = is_in(frame, kind, candidate[kind][c]);
    }
}

/* The name of one kind: the user's, the first that was seen, or one that means none. */
static sz_status choose(char **name, int *has, const sighting *s, int kind,
                        const char *path, sz_error *err)
{
    const char *found = "";

    *has = 0;
    if (*name) {
        if (!s->given[kind])
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: no frame has the %s '%.100s'; look at the comment lines "
                           "and name what is there",
                           path, kind == 1 ? "column" : "key", *name);
        found = *name;
    }
    for (int c = 0; c < N_CANDIDATES && !*name && candidate[kind][c] && !*found; c++)
        if (s->candidate[kind][c]) found = candidate[kind][c];
    *has = *found != '\0';
    *name = sz_copy_text(found);
    return *name ? SZ_OK : sz_fail_memory(err, 16, kind_name[kind]);
}

static sz_status scan(sighting *s, const char *path, char **const given[N_KINDS],
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

sz_status sz_find_names(sz_validation *v, const char *path, sz_error *err)
{
    char **const name[N_KINDS] = {&v->name.energy, &v->name.force, &v->name.virial,
                                  &v->name.stress};
    int *const has[N_KINDS] = {&v->has_energy, &v->has_force, &v->has_virial,
                               &v->has_stress};
    char *copy[N_KINDS];
    sighting s = {0};
    sz_status status = scan(&s, path, name, err);

    for (int kind = 0; kind < N_KINDS; kind++) {
        copy[kind] = *name[kind];
        if (status == SZ_OK) status = choose(&copy[kind], has[kind], &s, kind, path, err);
        *name[kind] = status == SZ_OK ? copy[kind] : NULL;
    }
    if (status == SZ_OK &&
        !(v->has_energy || v->has_force || v->has_virial || v->has_stress))
        status =
            sz_fail(err, SZ_ERR_FORMAT,
                    "%s: no frame has energies, forces or virials under a usual name; "
                    "name them: energy_parameter_name=KEY force_parameter_name=COLUMN "
                    "virial_parameter_name=KEY",
                    path);
    return status;
}

void sz_free_names(sz_validation *v)
{
    free(v->name.energy);
    free(v->name.force);
    free(v->name.virial);
    free(v->name.stress);
}
