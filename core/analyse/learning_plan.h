/* SPDX-License-Identifier: BSD-3-Clause
 *
 * learning_plan.h - options of a learning curve and the frames that it uses. */
#ifndef SZ_LEARNING_PLAN_H
#define SZ_LEARNING_PLAN_H

#include "analyse/ridge.h"

enum { SZ_LEARNING_MOST = 100 }; /* sizes, splits, folds, sigmas */

/* Options with their defaults; frames are numbered as in used. */
typedef struct {
    sz_learning_options o;
    int n_order;    /* frames of a split: test frames and the largest training set */
    int n_used;     /* frames in any split */
    int *used;      /* [n_used] frames of the data */
    int *order;     /* [n_splits][n_order] */
    double *energy; /* [n_used] eV */
    double *size;   /* [n_used] atoms */
    double *count;  /* [n_used][n_species] */
    int n_species;
} sz_learning_plan;

/* plan->o: the options as given. Always free it, also after a failure. */
sz_status sz_learning_plan_make(sz_learning_plan *plan, const sz_dataset *data,
                                sz_error *err);
/* Warns about each training set that lacks an element of its test frames. */
void sz_learning_warn(const sz_learning_plan *plan, const sz_dataset *data,
                      const sz_watch *watch);
void sz_learning_plan_free(sz_learning_plan *plan);
sz_chosen sz_learning_judged(const sz_learning_plan *plan, int split);
sz_chosen sz_learning_training(const sz_learning_plan *plan, int split, int size);

#endif
