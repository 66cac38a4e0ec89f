/* SPDX-License-Identifier: BSD-3-Clause */
#include "analyse/subject.h"

#include "base/error.h"
#include "descriptor/compression_spec.h"
#include "descriptor/environment.h"
#include "format/gap_write.h"
#include "linear/vec.h"
#include "model/plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- the alloy ------------------------------------------------------------------- */

static double uniform(uint64_t *state) /* xorshift64*, in [0, 1) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

static sz_status make_alloy(sz_subject *s, int n_species, double cutoff, int cells,
                            double lattice, sz_error *err)
{
    int n = 2 * cells * cells * cells;
    int *species = malloc((size_t)n * sizeof *species);
    double *position = malloc((size_t)n * 3 * sizeof *position);
    uint64_t state = 88172645463325252u;

    s->structure.n_atoms = n;
    s->structure.species = species;
    s->structure.position = position;
    if (!species || !position) return sz_fail_memory(err, 32 * (size_t)n, "the alloy");
    for (int i = 0; i < n; i++) {
        int cell = i / 2,
            at[3] = {cell % cells, cell / cells % cells, cell / cells / cells};

        species[i] = i % n_species;
        for (int x = 0; x < 3; x++)
            position[3 * i + x] =
                lattice * (at[x] + 0.5 * (i % 2)) + 0.2 * (uniform(&state) - 0.5);
    }
    for (int i = n - 1; i > 0; i--) { /* shuffled */
        int j = (int)(uniform(&state) * (i + 1)), t = species[i];

        species[i] = species[j];
        species[j] = t;
    }
    for (int x = 0; x < 3; x++) {
        s->structure.cell[x][x] = cells * lattice;
        s->structure.pbc[x] = 1;
    }
    return sz_list_build(&s->list, &s->structure, cutoff, err);
}

sz_status sz_subject_alloy(sz_subject *s, int cells, double lattice, sz_error *err)
{
    return make_alloy(s, sz_model_n_species(s->model), sz_model_cutoff(s->model), cells,
                      lattice, err);
}

/* ---- a descriptor as a model ----------------------------------------------------- */

/* With u_max the compression has matrices computed from data: random ones here. */
static sz_status random_matrices(const sz_args *args, int *n, double **matrix,
                                 sz_error *err)
{
    const char *const key[] = {"n_species", "n_max", "l_max", "u_max"};
    int value[] = {1, 0, 0, 0};
    sz_status status = SZ_OK;

    for (int k = 0; k < 4 && status == SZ_OK; k++)
        status = sz_args_int(args, key[k], &value[k], err);
    if (status != SZ_OK || value[3] < 1) return status;
    *n =
        (int)sz_matrix_numbers(SZ_MATRIX_OPTIMAL, value[0], value[1], value[2], value[3]);
    *matrix = malloc((size_t)*n * sizeof **matrix + 1);
    if (!*matrix) return sz_fail_memory(err, (size_t)*n * sizeof **matrix, "matrices");
    sz_matrix_random(1, (size_t)*n, *matrix);
    return SZ_OK;
}

/* The descriptor with its published components, and the numbers of its matrices. */
static sz_status make_describer(sz_describer **d, const char *descriptor,
                                sz_gap_term *term, sz_error *err)
{
    sz_args *args;
    sz_describer_spec spec = {0};
    sz_status status = sz_args_parse(&args, descriptor, "--descriptor", err);

    if (status == SZ_OK)
        status = random_matrices(args, &term->n_matrix, &term->matrix, err);
    if (status == SZ_OK)
        status = sz_describer_parse(&spec, args, -1, term->n_matrix, term->matrix, err);
    if (status == SZ_OK) status = sz_describer_create(d, &spec, 0, err);
    sz_describer_spec_free(&spec);
    sz_args_free(args);
    return status;
}

/* Environments of the alloy, whose labels mean the atomic numbers z, as sparse points. */
static sz_status make_points(sz_gap_term *term, const sz_subject *s, const int *z,
                             double cutoff, sz_error *err)
{
    size_t n = (size_t)term->n_sparse;
    sz_status status = sz_environments_create(&term->environment, err);

    term->alpha = malloc(n * sizeof *term->alpha);
    term->fc_sparse = malloc(n * sizeof *term->fc_sparse);
    if (!term->alpha || !term->fc_sparse)
        return sz_fail_memory(err, 16 * n, "sparse points");
    for (int k = 0; k < term->n_sparse && status == SZ_OK; k++) {
        term->alpha[k] = 1.0 / (1.0 + k);
        term->fc_sparse[k] = 1.0;
        status = sz_environments_add(term->environment, &s->list.nb, z,
                                     k % s->structure.n_atoms, cutoff, err);
    }
    return status;
}

/* Replaces labels by species of the model. */
static sz_status relabel(sz_subject *s, const int *z, sz_error *err)
{
    int *species = (int *)s->structure.species;

    for (int i = 0; i < s->structure.n_atoms; i++)
        species[i] = sz_model_species(s->model, sz_element_symbol(z[species[i]]));
    return sz_list_build(&s->list, &s->structure, sz_model_cutoff(s->model), err);
}

sz_status sz_subject_describe(sz_subject *s, const char *descriptor, int n_sparse,
                              int cells, double lattice, sz_error *err)
{
    sz_gap_term term = {.line = 1,
                        .descriptor_line = 1,
                        .descriptor = (char *)descriptor,
                        .covariance = SZ_COVARIANCE_DOT_PRODUCT,
                        .delta = 1.0,
                        .zeta = 4.0,
                        .n_sparse = n_sparse};
    const sz_gap gap = {.path = (char[]){"--descriptor"},
                        .version = SZ_GAP_VERSION,
                        .e_scale = 1.0,
                        .n_terms = 1,
                        .term = &term};
    sz_describer *d = NULL;
    int z[SZ_Z_MAX];
    sz_status status = make_describer(&d, descriptor, &term, err);

    if (status == SZ_OK) {
        for (int k = 0; k < d->n_slots; k++) z[k] = d->slot_z[k] ? d->slot_z[k] : 74;
        term.n_dim = d->n_published;
        status = make_alloy(s, d->n_slots, d->cutoff, cells, lattice, err);
        if (status == SZ_OK) status = make_points(&term, s, z, d->cutoff, err);
    }
    s->is_made_up = 1;
    if (status == SZ_OK) status = sz_model_build(&s->model, &gap, err);
    if (status == SZ_OK) status = relabel(s, z, err);
    sz_describer_free(d);
    sz_environments_free(term.environment);
    free(term.alpha);
    free(term.fc_sparse);
    free(term.matrix);
    return status;
}

void sz_subject_free(sz_subject *s)
{
    sz_list_free(&s->list);
    free((int *)s->structure.species);
    free((double *)s->structure.position);
    sz_model_free(s->model);
}
