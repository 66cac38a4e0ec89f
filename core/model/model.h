/* SPDX-License-Identifier: BSD-3-Clause
 *
 * model.h - the contents of a model: a potential whose terms are built, ready for plans
 * and fits. Constant, except for the counters of its users. */
#ifndef SZ_MODEL_H
#define SZ_MODEL_H

#include "term/gap.h"
#include "term/term.h"

#include <pthread.h>

struct sz_model {
    char *path;
    int version; /* gap_version */
    sz_species species;
    int z[SZ_Z_MAX];     /* [species.n] atomic numbers */
    double e0[SZ_Z_MAX]; /* [species.n] eV */
    double cutoff;       /* largest of all terms, Angstrom */
    int n_kinds;
    void **group; /* [n_kinds] terms of each kind in sz_term_kinds, or NULL */
    sz_warnings warnings;
    sz_gap *gap; /* the potential from which it was built, or NULL */

    pthread_mutex_t lock;    /* protects the following */
    int n_users;             /* number that need the sparse points */
    int n_holders;           /* plans, which do not */
    int keep_points;         /* 1: a plan needs them, and the points are kept to the
                                end */
    sz_plan *plan;           /* its own plan, created on request */
    sz_plan_options options; /* options of that plan */
};

/* The model of a potential, which the caller keeps; such a model cannot be saved. */
sz_status sz_model_build(sz_model **model, const sz_gap *gap, sz_error *err);
/* The same, but the model takes over gap; after a failure it is freed. */
sz_status sz_model_create(sz_model **model, sz_gap *gap, sz_error *err);

/* Adds the files that model was read from to files. Call it before a plan of the model
 * may have released the potential. */
sz_status sz_model_files(const sz_model *model, sz_files *files, sz_error *err);

/* The terms of one kind, or NULL. */
const void *sz_model_group(const sz_model *model, const sz_term_kind *kind);

/* Adds a user of the model and its sparse points; sz_model_free removes one. */
void sz_model_use(const sz_model *model);
/* Adds and removes a holder, which does not need the points unless keep_points is 1. */
void sz_model_hold(const sz_model *model, int keep_points);
void sz_model_release(const sz_model *model);

#endif
