/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compute.c - E_i = e0 + the terms of all kinds, and dE_i/dr_ij. */
#include "atoms/list_check.h"
#include "model/plan.h"

#include <string.h>

sz_status sz_compute(const sz_model *model, sz_work *work, const sz_neigh *nb,
                     double *energy, double *dedr, sz_error *err)
{
    const sz_plan *plan = work->plan;
    const sz_model *m = plan->model;
    sz_status status = SZ_OK;

    if (model && model != m)
        return sz_fail(err, SZ_ERR_ARGUMENT, "the work was made for another model");
    for (int i = 0; i < nb->n_atoms && status == SZ_OK; i++)
        status = sz_list_check_row(nb, i, m->species.n, err);
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
