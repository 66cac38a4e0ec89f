/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compute.c - E_i = e0 + the terms of all kinds, and dE_i/dr_ij. */
#include "model/plan.h"

#include <math.h>
#include <string.h>

static sz_status check_pair(const sz_model *model, const sz_neigh *nb, int i, int j,
                            sz_error *err)
{
    const double *d = nb->r + 3 * (size_t)j;
    double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];

    if (nb->neigh_species[j] < 0 || nb->neigh_species[j] >= model->species.n)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "a neighbour of atom %d has species %d of %d", i,
                       nb->neigh_species[j], model->species.n);
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
        if (nb->species[i] < 0 || nb->species[i] >= model->species.n)
            return sz_fail(err, SZ_ERR_ARGUMENT, "atom %d has species %d of %d", i,
                           nb->species[i], model->species.n);
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            sz_status status = check_pair(model, nb, i, j, err);

            if (status != SZ_OK) return status;
        }
    }
    return SZ_OK;
}

sz_status sz_compute(const sz_model *model, sz_work *work, const sz_neigh *nb,
                     double *energy, double *dedr, sz_error *err)
{
    const sz_plan *plan = work->plan;
    const sz_model *m = plan->model;
    sz_status status = SZ_OK;

    if (model && model != m)
        return sz_fail(err, SZ_ERR_ARGUMENT, "the work was made for another model");
    status = check(m, nb, err);
    if (status != SZ_OK) return status;
    for (int i = 0; i < nb->n_atoms; i++) energy[i] = m->e0[nb->species[i]];
    if (dedr && nb->n_atoms > 0)
        memset(dedr, 0, 3 * (size_t)nb->first[nb->n_atoms] * sizeof *dedr);
    for (int k = 0; k < m->n_kinds; k++)
        if (m->group[k])
            sz_term_kinds[k]->energy(sz_plan_part(plan, k), work->part[k], &m->species,
                                     nb, energy, dedr);
    return SZ_OK;
}
