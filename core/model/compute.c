/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compute.c - the whole chain: E_i = e0 + two-body + three-body + core + SOAP terms.
 *
 * Atoms are taken in blocks of one term's centres, so that the kernel is a product of
 * matrices; forces come back the way the energies went. */
#include "linear/vec.h"
#include "model/model.h"
#include "term/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sz_work {
    const sz_model *model;
    int n_block;
    int *atom;           /* [n_block] atoms of the current block */
    sz_soap_work **soap; /* [n_soaps] */
    double *p, *dedp;    /* [n_block][stride] */
    double *k;           /* [n_block][n_sparse] kernel values */
    double *e;           /* [n_block] */
    sz_range *range;     /* components that the block needs */
};

sz_status sz_work_create(sz_work **work, const sz_model *model, int n_block,
                         sz_error *err)
{
    size_t stride = 1, n_sparse = 1, n_groups = 1, n;
    sz_work *w;
    sz_status status = SZ_OK;

    *work = NULL;
    if (n_block == 0) n_block = 128;
    if (n_block < 1 || n_block > 4096)
        return sz_fail(err, SZ_ERR_ARGUMENT, "a block has 1 to 4096 atoms, not %d",
                       n_block);
    w = calloc(1, sizeof *w);
    if (!w) return sz_fail_memory(err, sizeof *w, "scratch");
    for (int t = 0; t < model->n_terms; t++) {
        const sz_soap *soap = model->soap[model->term[t].soap];
        size_t ld = (size_t)sz_soap_stride(soap);

        if (ld > stride) stride = ld;
        if ((size_t)soap->compression.n_groups > n_groups)
            n_groups = (size_t)soap->compression.n_groups;
        if (!model->term[t].collapse && !model->term[t].joined &&
            (size_t)model->term[t].n_sparse > n_sparse)
            n_sparse = (size_t)model->term[t].n_sparse;
    }
    n = (size_t)n_block;
    w->model = model;
    w->n_block = n_block;
    w->atom = malloc(n * sizeof *w->atom);
    w->soap = calloc((size_t)model->n_soaps + 1, sizeof *w->soap);
    w->p = aligned_alloc(64, n * SZ_PAD(stride) * sizeof *w->p);
    w->dedp = aligned_alloc(64, n * SZ_PAD(stride) * sizeof *w->dedp);
    w->k = aligned_alloc(64, SZ_PAD(n * n_sparse) * sizeof *w->k);
    w->e = malloc(n * sizeof *w->e);
    w->range = malloc(n_groups * sizeof *w->range);
    if (!w->atom || !w->soap || !w->p || !w->dedp || !w->k || !w->e || !w->range)
        status =
            sz_fail_memory(err, n * (2 * stride + n_sparse) * sizeof *w->p, "the blocks");
    for (int k = 0; k < model->n_soaps && status == SZ_OK; k++)
        status = sz_soap_work_create(&w->soap[k], model->soap[k], n_block, err);
    if (status == SZ_OK) {
        *work = w;
        w = NULL;
    }
    sz_work_free(w);
    return status;
}

void sz_work_free(sz_work *work)
{
    if (!work) return;
    for (int k = 0; work->soap && k < work->model->n_soaps; k++)
        sz_soap_work_free(work->soap[k]);
    free(work->atom);
    free(work->soap);
    free(work->p);
    free(work->dedp);
    free(work->k);
    free(work->e);
    free(work->range);
    free(work);
}

static sz_status check_pair(const sz_model *model, const sz_neigh *nb, int i, int j,
                            sz_error *err)
{
    const double *d = nb->r + 3 * (size_t)j;
    double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];

    if (nb->neigh_species[j] < 0 || nb->neigh_species[j] >= model->n_species)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "a neighbour of atom %d has species %d of %d", i,
                       nb->neigh_species[j], model->n_species);
    if (!isfinite(r2))
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "the distance from atom %d to a neighbour is not a number", i);
    if (r2 < 1e-12)
        return sz_fail(
            err, SZ_ERR_NUMERIC,
            "atom %d and a neighbour are %.1e Angstrom apart: two atoms on one "
            "place have no energy",
            i, sqrt(r2));
    return SZ_OK;
}

static sz_status check(const sz_model *model, const sz_neigh *nb, sz_error *err)
{
    for (int i = 0; i < nb->n_atoms; i++) {
        if (nb->species[i] < 0 || nb->species[i] >= model->n_species)
            return sz_fail(err, SZ_ERR_ARGUMENT, "atom %d has species %d of %d", i,
                           nb->species[i], model->n_species);
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            sz_status status = check_pair(model, nb, i, j, err);

            if (status != SZ_OK) return status;
        }
    }
    return SZ_OK;
}

/* the n atoms of work->atom, centres of term */
static void compute_block(const sz_model *model, const sz_soap_term *term, sz_work *work,
                          const sz_neigh *nb, int n, double *energy, double *dedr)
{
    const sz_soap *soap = model->soap[term->soap];
    const sz_soap_species species = {model->z, model->slot_of_species[term->soap]};
    const sz_kernel kernel = sz_model_kernel(model, term);
    int n_ranges;

    memset(work->e, 0, (size_t)n * sizeof *work->e);
    sz_soap_forward(soap, work->soap[term->soap], nb, &species, n, work->atom, work->p);
    n_ranges = sz_soap_ranges(soap, work->soap[term->soap], n, work->range);
    if (term->collapse)
        sz_collapse_energy(term->collapse, n, n_ranges, work->range, work->p, work->e,
                           work->dedp);
    else
        sz_kernel_energy(&kernel, n, n_ranges, work->range, work->p, work->k, work->e,
                         dedr ? work->dedp : NULL);
    for (int k = 0; k < n; k++) energy[work->atom[k]] += work->e[k];
    if (dedr)
        sz_soap_adjoint(soap, work->soap[term->soap], nb, &species, n, work->atom,
                        work->p, work->dedp, dedr);
}

sz_status sz_compute(const sz_model *unused, sz_work *work, const sz_neigh *nb,
                     double *energy, double *dedr, sz_error *err)
{
    const sz_model *model = work->model;
    sz_status status = check(model, nb, err);

    (void)unused;
    if (status != SZ_OK) return status;
    for (int i = 0; i < nb->n_atoms; i++) energy[i] = model->e0[nb->species[i]];
    if (dedr && nb->n_atoms > 0)
        memset(dedr, 0, 3 * (size_t)nb->first[nb->n_atoms] * sizeof *dedr);
    if (model->pair) sz_pair_set_energy(model->pair, nb, energy, dedr);
    if (model->triplet) sz_triplet_set_energy(model->triplet, model->z, nb, energy, dedr);
    if (model->glue) sz_glue_energy(model->glue, nb, energy, dedr);
    if (model->zbl) sz_zbl_energy(model->zbl, model->z, nb, energy, dedr);
    for (int t = 0; t < model->n_terms; t++) {
        const sz_soap_term *term = &model->term[t];
        int n = 0;

        for (int i = 0; i < nb->n_atoms && !term->joined; i++) {
            if (!term->centre[nb->species[i]]) continue;
            work->atom[n++] = i;
            if (n < work->n_block) continue;
            compute_block(model, term, work, nb, n, energy, dedr);
            n = 0;
        }
        if (n > 0) compute_block(model, term, work, nb, n, energy, dedr);
    }
    return SZ_OK;
}
