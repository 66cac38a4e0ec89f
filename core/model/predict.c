/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predict.c - energy, forces and virial from a neighbour list.
 *
 * E = sum_i E_i; forces and virial as in scatter.c. The atoms go to sz_compute in parts,
 * so that the derivatives of a huge structure need little memory. */
#include "model/predict.h"

#include <stdlib.h>
#include <string.h>

enum { PART = 2048 }; /* atoms per call */

sz_status sz_predictor_create(sz_predictor **predictor, const sz_model *model,
                              sz_error *err)
{
    sz_predictor *p = calloc(1, sizeof *p);
    sz_status status;

    *predictor = NULL;
    if (!p) return sz_fail_memory(err, sizeof *p, "a predictor");
    p->cutoff = sz_model_cutoff(model);
    status = sz_work_create(&p->work, model, 0, err);
    if (status == SZ_OK)
        *predictor = p;
    else
        sz_predictor_free(p);
    return status;
}

void sz_predictor_free(sz_predictor *p)
{
    if (!p) return;
    sz_work_free(p->work);
    sz_list_free(&p->list);
    free(p->local);
    free(p->force);
    free(p->virials);
    free(p->dedr);
    free(p);
}

sz_status sz_predict_start(sz_predictor *p, sz_error *err)
{
    size_t n = (size_t)p->list.nb.n_atoms;

    p->n_done = 0;
    p->energy = 0.0;
    memset(p->virial, 0, sizeof p->virial);
    if (n > p->room || !p->local || !p->force || !p->virials) {
        free(p->local);
        free(p->force);
        free(p->virials);
        p->local = malloc((n + 1) * sizeof(double));
        p->force = malloc((3 * n + 1) * sizeof(double));
        p->virials = malloc((9 * n + 1) * sizeof(double));
        p->room = p->local && p->force && p->virials ? n : 0;
        if (!p->local || !p->force || !p->virials)
            return sz_fail_memory(err, 13 * n * sizeof(double), "the forces");
    }
    memset(p->force, 0, 3 * n * sizeof(double));
    memset(p->virials, 0, 9 * n * sizeof(double));
    return SZ_OK;
}

/* adds the virials of the pairs of the atoms start .. start+n-1 to their neighbours */
static void scatter_virials(sz_predictor *p, int start, int n)
{
    const sz_list *l = &p->list;
    const double *dedr = p->dedr;

    for (int k = l->first[start]; k < l->first[start + n]; k++, dedr += 3) {
        const double *r = l->r + 3 * (size_t)k;
        double *virial = p->virials + 9 * (size_t)l->neigh[k];

        for (int x = 0; x < 9; x++) virial[x] -= r[x / 3] * dedr[x % 3];
    }
}

sz_status sz_predict_next(sz_predictor *p, sz_error *err)
{
    const sz_neigh *all = &p->list.nb;
    int start = p->n_done, left = all->n_atoms - start, n = left < PART ? left : PART;
    int first[PART + 1], p0 = all->first[start];
    size_t n_pairs = (size_t)(all->first[start + n] - p0);
    sz_neigh nb = {.n_atoms = n,
                   .species = all->species + start,
                   .first = first,
                   .neigh_species = all->neigh_species + p0,
                   .r = all->r + 3 * (size_t)p0};
    sz_status status;

    for (int i = 0; i <= n; i++) first[i] = all->first[start + i] - p0;
    if (n_pairs > p->dedr_room || !p->dedr) {
        free(p->dedr);
        p->dedr = malloc((3 * n_pairs + 1) * sizeof(double));
        p->dedr_room = p->dedr ? n_pairs : 0;
        if (!p->dedr) return sz_fail_memory(err, 24 * n_pairs, "dE/dr");
    }
    status = sz_compute(NULL, p->work, &nb, p->local + start, p->dedr, err);
    if (status != SZ_OK) return status;
    for (int i = start; i < start + n; i++) p->energy += p->local[i];
    sz_list_scatter(&p->list, start, n, p->dedr, p->force, p->virial);
    scatter_virials(p, start, n);
    p->n_done = start + n;
    return SZ_OK;
}

sz_status sz_predict_list(sz_predictor *p, sz_error *err)
{
    sz_status status = sz_predict_start(p, err);

    while (status == SZ_OK && p->n_done < p->list.nb.n_atoms)
        status = sz_predict_next(p, err);
    return status;
}

sz_status sz_predict(sz_predictor *p, const sz_structure *structure,
                     sz_prediction *prediction, sz_error *err)
{
    sz_status status = sz_list_build(&p->list, structure, p->cutoff, err);

    if (status == SZ_OK) status = sz_predict_list(p, err);
    if (status != SZ_OK) return status;
    *prediction = (sz_prediction){
        .energy = p->energy, .local = p->local, .force = p->force, .virials = p->virials};
    memcpy(prediction->virial, p->virial, sizeof p->virial);
    return SZ_OK;
}
