/* SPDX-License-Identifier: BSD-3-Clause
 *
 * resident.c - E_i and dE_i/dr_ij for a list on the device: the SOAP terms there; for the
 * other terms, if there are any, the list is copied and sz_compute's stages add them. */
#include "soapz_kokkos.h"

#include "kokkos/device.h"
#include "model/plan.h"
#include "term/soap_term.h"

int sz_work_is_resident(const sz_work *work)
{
    const sz_plan *plan = work->plan;

    return plan->device == SZ_KOKKOS && !sz_model_ordered(plan->model);
}

static int is_soap(int k)
{
    return sz_term_kinds[k] == &sz_kind_soap;
}

/* 1: the CPU computes some terms. */
static int has_rest(const sz_plan *plan)
{
    int rest = 0;

    for (int k = 0; k < plan->model->n_kinds; k++)
        if (plan->model->group[k])
            rest |= !is_soap(k) || !sz_soap_plan_is_resident(plan->part[k]);
    return rest;
}

static sz_status add_rest(sz_work *work, const sz_portion *all, int n_pairs,
                          sz_error *err)
{
    sz_neigh nb;
    double *energy, *dedr;
    sz_status status;

    status = sz_device_fetch(&work->copy, all, n_pairs, &nb, &energy, &dedr, err);
    if (status == SZ_OK) status = sz_compute_rest(work, &nb, energy, dedr, err);
    if (status == SZ_OK) status = sz_device_add(work->copy, all, n_pairs, err);
    return status;
}

sz_status sz_compute_resident(sz_work *work, const sz_neigh *nb, int n_pairs,
                              double *energy, double *dedr, sz_error *err)
{
    const sz_model *m = work->plan->model;
    const sz_portion all = {.species = &m->species,
                            .nb = nb,
                            .n = nb->n_atoms,
                            .energy = energy,
                            .dedr = dedr};
    sz_status status;

    if (!sz_work_is_resident(work))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "this work takes no lists that are on a device; use sz_compute");
    status = sz_device_start(&all, n_pairs, m->e0, err);
    for (int k = 0; k < m->n_kinds && status == SZ_OK; k++)
        if (m->group[k] && is_soap(k))
            status = sz_soap_plan_resident(work->plan->part[k], work->part[k], &all, err);
    if (status == SZ_OK && has_rest(work->plan))
        status = add_rest(work, &all, n_pairs, err);
    return status;
}
