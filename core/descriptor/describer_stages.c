/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describer_stages.c - vectors of any kind of descriptor, in one precision: the scratch
 * points to the functions of its kind. */
#include "descriptor/describer.h"

#include <assert.h>

sz_status sz_describer_work_create(sz_describer_work **work, const sz_describer *d,
                                   int n_block, sz_error *err)
{
    const sz_describer_stages *stages = d->kind->stages[sizeof(sz_real) == sizeof(float)];
    sz_status status;

    assert(stages); /* ensured by plans of single precision */
    status = stages->create_work(work, d, n_block, err);
    if (status == SZ_OK) (*work)->stages = stages;
    return status;
}

void sz_describer_work_free(sz_describer_work *work)
{
    if (work) work->stages->free_work(work);
}

void sz_describers_forward(int n_parts, const sz_describer_part *part, const sz_neigh *nb,
                           const int *z, int n, const int *atom)
{
    part->work->stages->forward(n_parts, part, nb, z, n, atom);
}

void sz_describers_adjoint(int n_parts, const sz_describer_part *part, const sz_neigh *nb,
                           int n, const int *atom, double *dedr)
{
    part->work->stages->adjoint(n_parts, part, nb, n, atom, dedr);
}

void sz_describer_forward(const sz_describer *d, sz_describer_work *work,
                          const sz_neigh *nb, const sz_slots *slots, int n,
                          const int *atom, sz_real *p)
{
    const sz_describer_part part = {d, work, slots->slot, p, NULL};

    work->stages->forward(1, &part, nb, slots->z, n, atom);
}

void sz_describer_average(const sz_describer *d, sz_describer_work *work,
                          const sz_neigh *nb, const sz_slots *slots, int n,
                          const int *atom, sz_real *p)
{
    const sz_describer_part part = {d, work, slots->slot, p, NULL};

    work->stages->average(&part, nb, slots->z, n, atom);
}

int sz_describer_ranges(const sz_describer *d, const sz_describer_work *work, int n,
                        sz_range *range)
{
    return work->stages->ranges(d, work, n, range);
}

int sz_describer_jacobian(const sz_describer *d, sz_describer_work *work,
                          const sz_neigh *nb, const sz_slots *slots, int i,
                          const sz_real *p, int *pair, sz_real *jacobian)
{
    const sz_describer_part part = {d, work, slots->slot, (sz_real *)p, NULL};

    return work->stages->jacobian(&part, nb, i, pair, jacobian);
}
