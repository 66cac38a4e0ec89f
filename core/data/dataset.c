/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset.c - a file of training data: all its frames, and whether they look like what
 * was meant. */
#include "data/dataset.h"

#include "data/dataset_frame.h"

#include <stdlib.h>
#include <string.h>

typedef sz_dataset_reader reader;

int sz_grow(void *array, size_t n, size_t size)
{
    void **p = array, *larger = realloc(*p, n * size);

    if (larger) *p = larger;
    return larger != NULL;
}

/* "energy stress config_type" of the first frame, to choose a name from */
static void list_names(const sz_xyz_frame *frame, char *text, size_t room)
{
    size_t used = 0;

    text[0] = '\0';
    for (int k = 0; k < frame->n_info && used + 1 < room; k++)
        used += (size_t)snprintf(text + used, room - used, "%.40s ", frame->info[k].key);
    for (int k = 0; k < frame->n_columns && used + 1 < room; k++)
        used +=
            (size_t)snprintf(text + used, room - used, "%.40s ", frame->column[k].name);
    if (*text) text[strlen(text) - 1] = '\0';
}

/* After the last frame: is there anything to fit, and does it look like what was meant?
 */
static sz_status check_data(reader *r, const char *names)
{
    sz_dataset *t = r->train;
    sz_warnings *warnings = &t->warnings;
    const sz_sigma_table *table = r->sigma;
    sz_status status = SZ_OK;

    if (t->n_energies == 0)
        return sz_fail(
            r->err, SZ_ERR_FORMAT,
            "%s:%d: neither this frame nor any other has an energy under '%s'; "
            "set energy_parameter_name to one of: %.600s",
            t->path, t->frame[0].line + 1, r->name->energy, names);
    if (r->n_forces == 0)
        status =
            sz_warnings_add(warnings, r->err,
                            "%s:%d: no frame has forces in a column '%s', so none are "
                            "fitted; force_parameter_name may be one of: %.600s",
                            t->path, t->frame[0].line + 1, r->name->force, names);
    if (status == SZ_OK && r->n_stresses)
        status = sz_warnings_add(
            warnings, r->err,
            "%s:%d: the virial is taken from '%s' (%d in all); set "
            "stress_parameter_name to an absent key if it is not meant as data",
            t->path, r->stress_line, r->name->stress, r->n_stresses);
    if (status == SZ_OK && r->n_integers)
        status = sz_warnings_add(
            warnings, r->err,
            "%s:%d: a value is written without a decimal point (%d in all): "
            "gap_fit would ignore it, soapz does not",
            t->path, r->integer_line, r->n_integers);
    for (int k = 0; k < table->n && status == SZ_OK; k++) {
        int used = strcmp(table->entry[k].config_type, "default") == 0;

        for (int c = 0; c < t->n_config_types; c++)
            used |= strcmp(t->config_type[c], table->entry[k].config_type) == 0;
        if (!used)
            status = sz_warnings_add(warnings, r->err,
                                     "%s: no frame has the config_type %.100s of "
                                     "config_type_sigma; case counts",
                                     t->path, table->entry[k].config_type);
    }
    return status;
}

/* names: those of the first frame */
static sz_status read_frames(reader *r, sz_xyz_reader *file, char *names, size_t room)
{
    sz_xyz_frame *frame;
    sz_status status = SZ_OK;

    while (status == SZ_OK) {
        status = sz_xyz_read(&frame, file, r->err);
        if (status != SZ_OK || !frame) break;
        if (r->train->n_frames == 0) list_names(frame, names, room);
        r->frame = frame;
        status = sz_dataset_read_frame(r);
        sz_xyz_frame_free(frame);
    }
    free(r->text);
    if (status == SZ_OK && r->train->n_frames == 0)
        return sz_fail(r->err, SZ_ERR_FORMAT, "%s: the file has no frame",
                       r->train->path);
    return status;
}

static sz_status read_file(sz_dataset **train, const char *path,
                           const sz_dataset_names *name, const sz_sigma_table *sigma,
                           int for_a_fit, sz_error *err)
{
    char names[640] = "";
    sz_dataset *t = calloc(1, sizeof *t);
    reader r = {.train = t, .name = name, .sigma = sigma, .err = err};
    sz_xyz_reader *file = NULL;
    sz_status status = SZ_OK;

    *train = NULL;
    if (!t || !(t->path = sz_copy_text(path)))
        status = sz_fail_memory(err, sizeof *t, "the data");
    if (status == SZ_OK) status = sz_xyz_open(&file, path, err);
    if (status == SZ_OK) status = read_frames(&r, file, names, sizeof names);
    if (status == SZ_OK && for_a_fit) status = check_data(&r, names);
    sz_xyz_close(file);
    for (int f = 0; status == SZ_OK && f < t->n_frames; f++) {
        sz_dataset_frame *frame = t->frame + f;

        if (!frame->target.force) continue;
        frame->target.force = t->force + 3 * frame->first;
        frame->target.force_sigma = t->force_sigma + 3 * frame->first;
    }
    if (status == SZ_OK) {
        *train = t;
        t = NULL;
    }
    sz_dataset_free(t);
    return status;
}

sz_status sz_dataset_read(sz_dataset **train, const char *path,
                          const sz_dataset_names *name, const sz_sigma_table *sigma,
                          sz_error *err)
{
    return read_file(train, path, name, sigma, 1, err);
}

sz_status sz_dataset_read_data(sz_dataset **train, const char *path,
                               const sz_dataset_names *name, sz_error *err)
{
    sz_dataset_names data = *name;
    sz_sigma_entry one = {(char[]){"default"}, {1.0, 1.0, 1.0}};
    const sz_sigma_table sigma = {.n = 1, .entry = &one};

    data.sigma = data.hessian = data.local_property = (char[]){""};
    return read_file(train, path, &data, &sigma, 0, err);
}

void sz_dataset_free(sz_dataset *train)
{
    if (!train) return;
    for (int k = 0; k < train->n_config_types; k++) free(train->config_type[k]);
    free(train->config_type);
    sz_warnings_free(&train->warnings);
    free(train->path);
    free(train->frame);
    free(train->species);
    free(train->position);
    free(train->force);
    free(train->force_sigma);
    free(train);
}

sz_structure sz_dataset_structure(const sz_dataset *train, int f)
{
    const sz_dataset_frame *frame = train->frame + f;
    sz_structure s = {.n_atoms = frame->n_atoms,
                      .species = train->species + frame->first,
                      .position = train->position + 3 * frame->first};

    memcpy(s.cell, frame->cell, sizeof s.cell);
    memcpy(s.pbc, frame->pbc, sizeof s.pbc);
    return s;
}

void sz_dataset_subtract(sz_dataset *train, int f, double energy, const double *force,
                         const double *virial)
{
    sz_dataset_frame *frame = train->frame + f;
    sz_target *t = &frame->target;
    double *own = train->force + 3 * frame->first;

    if (t->has_energy) t->energy -= energy;
    for (size_t i = 0; t->force && force && i < 3 * (size_t)frame->n_atoms; i++)
        own[i] -= force[i];
    for (int k = 0; t->has_virial && virial && k < 9; k++)
        t->virial[k] -= 0.5 * (virial[k] + virial[3 * (k % 3) + k / 3]);
}
