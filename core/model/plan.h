/* SPDX-License-Identifier: BSD-3-Clause
 *
 * plan.h - the inside of an sz_plan (soapz.h): how this machine runs a model. */
#ifndef SZ_PLAN_H
#define SZ_PLAN_H

#include "base/crew.h"
#include "model/model.h"

struct sz_plan {
    const sz_model *model; /* held */
    int n_block, n_threads;
    sz_precision precision;
    sz_device device;
    void **part; /* [n_kinds] of the kinds that have plans of their own, or NULL */

    pthread_mutex_t lock; /* of what follows */
    int n_holders;        /* the one who made it, and its works */
};

enum { SZ_WINDOW = 2048 }; /* atoms that are cut into portions together, or a block */

struct sz_work {
    const sz_plan *plan; /* held */
    int n_threads, n_block;
    sz_standing *crew; /* NULL: the caller's thread alone */
    void **part;       /* [n_threads][n_kinds] */
    int window;        /* room in atom */
    int *atom;         /* [window] of the portions, one after the other */
    int *first;        /* [window + n_species + 1] where each begins */
};

/* layout: see sz_plan_layout; n_block 0: the default. */
sz_status sz_plan_lay_out(sz_plan **plan, const sz_model *model, int n_block,
                          const sz_plan_layout *layout, sz_error *err);
/* n_block 0: the plan's. */
sz_status sz_work_of_plan(sz_work **work, const sz_plan *plan, int n_block,
                          sz_error *err);

/* What runs the terms of kind number k. */
const void *sz_plan_part(const sz_plan *plan, int k);

#endif
