/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset.c - frames stored one after another in a few long arrays. */
#include "data/dataset.h"

#include "atoms/frame_list.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const int sz_six[6] = {0, 3, 6, 4, 7, 8};

void sz_symmetrise(double out[9], const double a[9])
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            out[3 * i + j] = out[3 * j + i] = 0.5 * (a[3 * i + j] + a[3 * j + i]);
}

sz_status sz_dataset_create(sz_dataset **dataset, sz_error *err)
{
    sz_dataset *data = calloc(1, sizeof *data);

    *dataset = NULL;
    if (data) data->path = sz_copy_text("the data");
    if (!data || !data->path) {
        free(data);
        return sz_fail_memory(err, sizeof *data, "the data");
    }
    *dataset = data;
    return SZ_OK;
}

void sz_dataset_free(sz_dataset *data)
{
    if (!data) return;
    for (int k = 0; k < data->n_config_types; k++) free(data->config_type[k]);
    sz_warnings_free(&data->warnings);
    free(data->config_type);
    free(data->path);
    free(data->energy_name);
    free(data->names);
    free(data->taken);
    free(data->frame);
    free(data->species);
    free(data->position);
    free(data->force);
    free(data->force_sigma);
    free(data->masked);
    free(data);
}

/* ---- add a frame ------------------------------------------------------------------- */

static sz_status make_room(sz_dataset *data, int n_atoms, sz_error *err)
{
    size_t want = data->n_atoms + (size_t)n_atoms, room = data->room ? data->room : 1024;
    size_t n = (size_t)data->n_frames;

    while (room < want) room *= 2;
    if ((n & (n - 1)) == 0 && !sz_grow(&data->frame, n ? 2 * n : 1, sizeof *data->frame))
        return sz_fail_memory(err, n * 2 * sizeof *data->frame, "frames");
    if (room == data->room) return SZ_OK;
    if (!sz_grow(&data->species, room, sizeof *data->species) ||
        !sz_grow(&data->position, 3 * room, sizeof *data->position) ||
        !sz_grow(&data->force, 3 * room, sizeof *data->force) ||
        !sz_grow(&data->force_sigma, 3 * room, sizeof *data->force_sigma) ||
        !sz_grow(&data->masked, room, sizeof *data->masked))
        return sz_fail_memory(err, room * 77, "frames");
    data->room = room;
    return SZ_OK;
}

static int species_of(sz_dataset *data, int z)
{
    int *s = &data->species_of_z[z];

    if (!*s) {
        data->z[data->n_species] = z;
        *s = ++data->n_species;
    }
    return *s - 1;
}

static void copy_atoms(sz_dataset *data, const sz_structure *s, size_t first)
{
    size_t n = (size_t)s->n_atoms;

    memcpy(data->position + 3 * first, s->position, 3 * n * sizeof *data->position);
    memset(data->force + 3 * first, 0, 3 * n * sizeof *data->force);
    memset(data->masked + first, 0, n);
    for (size_t i = 0; i < n; i++)
        data->species[first + i] = species_of(data, s->species[i]);
    for (size_t k = 3 * first; k < 3 * (first + n); k++) data->force_sigma[k] = NAN;
}

/* Returns its number. */
static sz_status find_type(sz_dataset *data, const char *name, int *type, sz_error *err)
{
    int n = data->n_config_types;
    char *copy;

    for (*type = 0; *type < n; ++*type)
        if (strcmp(data->config_type[*type], name) == 0) return SZ_OK;
    copy = sz_copy_text(name);
    if (!copy || !sz_grow(&data->config_type, (size_t)n + 1, sizeof *data->config_type)) {
        free(copy);
        return sz_fail_memory(err, 64, "a config_type");
    }
    data->config_type[data->n_config_types++] = copy;
    return SZ_OK;
}

sz_status sz_dataset_append(sz_dataset *data, const sz_structure *s,
                            const char *config_type, sz_dataset_frame **frame,
                            sz_error *err)
{
    sz_dataset_frame *f;
    int type;
    sz_status status = make_room(data, s->n_atoms, err);

    if (status == SZ_OK) status = find_type(data, config_type, &type, err);
    if (status != SZ_OK) return status;
    f = data->frame + data->n_frames;
    memset(f, 0, sizeof *f);
    f->n_atoms = s->n_atoms;
    f->first = data->n_atoms;
    f->config_type = type;
    memcpy(f->cell, s->cell, sizeof f->cell);
    memcpy(f->pbc, s->pbc, sizeof f->pbc);
    f->energy_sigma = NAN;
    for (int k = 0; k < 9; k++) f->virial_sigma[k] = NAN;
    copy_atoms(data, s, f->first);
    data->n_atoms += (size_t)s->n_atoms;
    data->n_frames++;
    *frame = f;
    return SZ_OK;
}

/* ---- frames given by a program ----------------------------------------------------- */

static int all_finite(size_t n, const double *x)
{
    for (size_t k = 0; x && k < n; k++)
        if (!isfinite(x[k])) return 0;
    return 1;
}

/* A given sigma must be positive. */
static int is_sigma(const double *x)
{
    return !x || (isfinite(*x) && *x > 0.0);
}

static sz_status check_frame(const sz_dataset *data, const sz_frame *f, sz_error *err)
{
    const sz_structure *s = &f->structure;
    size_t n = s->n_atoms > 0 ? (size_t)s->n_atoms : 0;
    const struct {
        int bad;
        const char *what;
    } fault[] = {
        {s->n_atoms < 1 || !s->species || !s->position, "there are no atoms in it"},
        {!all_finite(3 * n, s->position) || !all_finite(9, s->cell[0]),
         "a position or the cell is not a finite number"},
        {!all_finite(1, f->energy), "the energy is not a finite number"},
        {!all_finite(3 * n, f->force), "a force is not a finite number"},
        {!all_finite(9, f->virial), "the virial is not finite"},
        {!is_sigma(f->energy_sigma) || !is_sigma(f->force_sigma) ||
             !is_sigma(f->virial_sigma),
         "a sigma must be positive; NULL uses that of the config_type"},
    };

    for (size_t k = 0; k < sizeof fault / sizeof *fault; k++)
        if (fault[k].bad)
            return sz_fail(err, SZ_ERR_ARGUMENT, "frame %d: %s", data->n_frames + 1,
                           fault[k].what);
    for (size_t i = 0; i < n; i++)
        if (s->species[i] < 1 || s->species[i] > SZ_Z_MAX)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "frame %d, atom %zu: %d is not an atomic number; species of a "
                           "dataset go from 1 to %d",
                           data->n_frames + 1, i + 1, s->species[i], SZ_Z_MAX);
    return SZ_OK;
}

static void copy_forces(sz_dataset *data, const sz_dataset_frame *to, const sz_frame *f)
{
    size_t n = (size_t)to->n_atoms;

    memcpy(data->force + 3 * to->first, f->force, 3 * n * sizeof *f->force);
    for (size_t k = 3 * to->first; f->force_sigma && k < 3 * (to->first + n); k++)
        data->force_sigma[k] = *f->force_sigma;
    for (size_t i = 0; f->force_mask && i < n; i++)
        data->masked[to->first + i] = f->force_mask[i] != 0;
}

static void copy_known(sz_dataset *data, sz_dataset_frame *to, const sz_frame *f)
{
    to->has_energy = f->energy != NULL;
    to->has_force = f->force != NULL;
    to->has_virial = f->virial != NULL;
    if (f->energy) to->energy = *f->energy;
    if (f->energy && f->energy_sigma) to->energy_sigma = *f->energy_sigma;
    if (f->force) copy_forces(data, to, f);
    if (f->virial) sz_symmetrise(to->virial, f->virial);
    for (int k = 0; f->virial && f->virial_sigma && k < 9; k++)
        to->virial_sigma[k] = *f->virial_sigma;
    data->n_energies += to->has_energy;
    data->n_forces += to->has_force;
    data->n_virials += to->has_virial;
}

sz_status sz_dataset_add(sz_dataset *data, const sz_frame *frame, sz_error *err)
{
    const char *type = frame->config_type ? frame->config_type : "default";
    sz_dataset_frame *f;
    sz_status status = check_frame(data, frame, err);

    if (status == SZ_OK)
        status = sz_dataset_append(data, &frame->structure, type, &f, err);
    if (status == SZ_OK) copy_known(data, f, frame);
    return status;
}

/* ---- queries ----------------------------------------------------------------------- */

sz_structure sz_dataset_structure(const sz_dataset *data, int f)
{
    const sz_dataset_frame *frame = data->frame + f;
    sz_structure s = {.n_atoms = frame->n_atoms,
                      .species = data->species + frame->first,
                      .position = data->position + 3 * frame->first};

    memcpy(s.cell, frame->cell, sizeof s.cell);
    memcpy(s.pbc, frame->pbc, sizeof s.pbc);
    return s;
}

sz_status sz_dataset_list(sz_list *list, const sz_dataset *data, int f, double cutoff,
                          sz_error *err)
{
    const sz_structure s = sz_dataset_structure(data, f);
    sz_error why;
    sz_status status = sz_list_build(list, &s, cutoff, &why);
    int i, j;
    char place[SZ_PLACE];

    if (status != SZ_OK) {
        sz_dataset_fail(data, f, status, &why);
        return sz_fail(err, status, "%s", why.message);
    }
    if (data->frame[f].line)
        return sz_check_distances(list, data->path, data->frame[f].line, err);
    if (!sz_find_coincident(list, &i, &j)) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC, "%s: this atom and atom %d coincide",
                   sz_dataset_place(data, f, i, place), j + 1);
}

int sz_dataset_map(int *species, const sz_dataset *data, const sz_model *model)
{
    int unknown = -1;

    for (int k = 0; k < data->n_species; k++) {
        species[k] = sz_model_species(model, sz_element_symbol(data->z[k]));
        if (species[k] < 0 && unknown < 0) unknown = k;
    }
    return unknown;
}

const char *sz_dataset_place(const sz_dataset *data, int f, int atom, char text[SZ_PLACE])
{
    int line = data->frame[f].line;

    if (line)
        snprintf(text, SZ_PLACE, "%.300s:%d", data->path, line + 2 + atom);
    else if (atom >= 0)
        snprintf(text, SZ_PLACE, "frame %d, atom %d", f + 1, atom + 1);
    else
        snprintf(text, SZ_PLACE, "frame %d", f + 1);
    return text;
}

sz_status sz_dataset_fail(const sz_dataset *data, int f, sz_status status, sz_error *err)
{
    char place[SZ_PLACE];
    sz_error why = *err;

    return sz_fail(err, status, "%s: %.700s",
                   sz_dataset_place(data, f, SZ_FIRST_LINE, place), why.message);
}

int sz_dataset_n_frames(const sz_dataset *data)
{
    return data->n_frames;
}

size_t sz_dataset_n_atoms(const sz_dataset *data)
{
    return data->n_atoms;
}

int sz_dataset_n_config_types(const sz_dataset *data)
{
    return data->n_config_types;
}

const char *sz_dataset_config_type(const sz_dataset *data, int k)
{
    return k >= 0 && k < data->n_config_types ? data->config_type[k] : NULL;
}

int sz_dataset_n_species(const sz_dataset *data)
{
    return data->n_species;
}

int sz_dataset_species(const sz_dataset *data, int k)
{
    return k >= 0 && k < data->n_species ? data->z[k] : 0;
}

int sz_dataset_n_warnings(const sz_dataset *data)
{
    return data->warnings.n;
}

const char *sz_dataset_warning(const sz_dataset *data, int k)
{
    return sz_warnings_text(&data->warnings, k);
}
