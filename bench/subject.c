/* SPDX-License-Identifier: BSD-3-Clause */
#include "subject.h"

#include "base/error.h"
#include "descriptor/compression_spec.h"
#include "descriptor/soap_spec.h"
#include "linear/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- the alloy ----------------------------------------------------------------------
 */

static double uniform(uint64_t *state) /* xorshift64*, in [0, 1) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

sz_status subject_alloy(subject *s, int cells, double lattice, sz_error *err)
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

        species[i] = i % s->model->n_species;
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
    return sz_list_build(&s->list, &s->structure, s->model->cutoff, err);
}

/* ---- a descriptor as a model --------------------------------------------------------
 */

/* With u_max the compression has matrices that come from data: random ones here. */
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

static sz_status make_soap(sz_soap **soap, const char *descriptor, sz_error *err)
{
    sz_args *args;
    sz_soap_spec spec = {0};
    int n_centres, centre_z[SZ_Z_MAX], n_matrix = 0;
    double *matrix = NULL;
    sz_status status = sz_args_parse(&args, descriptor, "--descriptor", err);

    if (status == SZ_OK) status = random_matrices(args, &n_matrix, &matrix, err);
    if (status == SZ_OK)
        status = sz_soap_spec_parse(&spec, &n_centres, centre_z, args, -1, n_matrix,
                                    matrix, err);
    if (status == SZ_OK) status = sz_soap_create(soap, &spec, 1, err);
    sz_soap_spec_free(&spec);
    free(matrix);
    sz_args_free(args);
    return status;
}

/* the model without its sparse points; every array has room for all elements */
static sz_status make_model(sz_model **model, const char *descriptor, int n_sparse,
                            sz_error *err)
{
    sz_model *m = calloc(1, sizeof *m);
    sz_soap_term *term = calloc(1, sizeof *term);
    int *slot = calloc(SZ_Z_MAX, sizeof *slot);
    sz_status status = SZ_OK;

    *model = m;
    if (m) m->soap = calloc(1, sizeof *m->soap);
    if (m) m->slot_of_species = calloc(1, sizeof *m->slot_of_species);
    if (term) term->centre = malloc(SZ_Z_MAX);
    if (!m || !term || !slot || !m->soap || !m->slot_of_species || !term->centre)
        return sz_fail_memory(err, sizeof *m, "a model");
    m->term = term;
    m->slot_of_species[0] = slot;
    memset(term->centre, 1, SZ_Z_MAX);
    term->delta = 1.0;
    term->zeta = 4.0;
    term->n_sparse = n_sparse;
    m->n_soaps = m->n_terms = 1;
    status = make_soap(&m->soap[0], descriptor, err);
    if (status != SZ_OK) return status;
    m->cutoff = m->soap[0]->spec.radial.cutoff;
    m->n_species = m->soap[0]->spec.n_slots;
    for (int s = 0; s < m->n_species; s++) {
        m->z[s] = m->soap[0]->spec.slot_z[s] ? m->soap[0]->spec.slot_z[s] : 74;
        slot[s] = sz_soap_slot(m->soap[0], m->z[s]);
    }
    return SZ_OK;
}

static sz_status make_sparse(subject *s, sz_error *err)
{
    sz_soap_term *term = &s->model->term[0];
    const sz_soap *soap = s->model->soap[0];
    const sz_soap_species species = {s->model->z, s->model->slot_of_species[0]};
    size_t stride = (size_t)sz_soap_stride(soap), n = (size_t)term->n_sparse;
    sz_soap_work *work;
    sz_status status = sz_soap_work_create(&work, soap, 1, err);

    term->p_sparse = aligned_alloc(64, SZ_PAD(n * stride) * sizeof *term->p_sparse);
    term->weight = malloc(n * sizeof *term->weight);
    if (status == SZ_OK && (!term->p_sparse || !term->weight))
        status =
            sz_fail_memory(err, n * stride * sizeof *term->p_sparse, "sparse points");
    for (int k = 0; k < term->n_sparse && status == SZ_OK; k++) {
        int atom = k % s->structure.n_atoms;

        sz_soap_forward(soap, work, &s->list.nb, &species, 1, &atom,
                        term->p_sparse + (size_t)k * stride);
        term->weight[k] = 1.0 / (1.0 + k);
    }
    sz_soap_work_free(work);
    return status;
}

sz_status subject_describe(subject *s, const char *descriptor, int n_sparse, int cells,
                           double lattice, sz_error *err)
{
    sz_status status = make_model(&s->model, descriptor, n_sparse, err);

    if (status == SZ_OK) status = subject_alloy(s, cells, lattice, err);
    if (status == SZ_OK) status = make_sparse(s, err);
    return status;
}

void subject_free(subject *s)
{
    sz_list_free(&s->list);
    free((int *)s->structure.species);
    free((double *)s->structure.position);
    sz_model_free(s->model);
}
