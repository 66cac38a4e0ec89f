/* SPDX-License-Identifier: BSD-3-Clause
 *
 * plan.h - the internals of an sz_plan (soapz.h). */
#ifndef SZ_PLAN_H
#define SZ_PLAN_H

#include "base/crew.h"
#include "model/model.h"

struct sz_plan {
    const sz_model *model; /* counted as holder */
    int n_block, n_threads;
    sz_precision precision;
    sz_device device;
    void **part; /* [n_kinds] of the kinds that have plans of their own, or NULL */

    pthread_mutex_t lock; /* protects the following */
    int n_holders;        /* its creator, and its works */
};

enum { SZ_WINDOW = 2048 }; /* atoms that are split into portions together, or a block */

struct sz_work {
    const sz_plan *plan; /* counted as user of the plan */
    int n_threads, n_block;
    sz_standing *crew; /* NULL: only the caller's thread */
    void **part;       /* [n_threads][n_kinds] */
    int window;        /* allocated size of atom */
    int *atom;         /* [window] atoms of the portions, one after the other */
    int *first;        /* [window + n_species + 1] start of each */
    void *copy;        /* of a list that is on the device, see kokkos/device.h; or NULL */
};

/* layout: see sz_plan_layout; n_block 0: the default. */
sz_status sz_plan_lay_out(sz_plan **plan, const sz_model *model, int n_block,
                          const sz_plan_layout *layout, sz_error *err);
/* n_block 0: the plan's. */
sz_status sz_work_of_plan(sz_work **work, const sz_plan *plan, int n_block,
                          sz_error *err);

/* sz_compute without e0 and the terms that are computed on the device. */
sz_status sz_compute_rest(sz_work *work, const sz_neigh *nb, double *energy, double *dedr,
                          sz_error *err);

/* The plan of the terms of kind number k. */
const void *sz_plan_part(const sz_plan *plan, int k);

#endif
