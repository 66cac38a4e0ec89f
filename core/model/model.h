/* SPDX-License-Identifier: BSD-3-Clause
 *
 * model.h - what a model consists of: a potential whose terms are made, ready for plans
 * and fits. Constant, but for the counters of who uses it. */
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
    sz_gap *gap; /* the potential on paper that it came from, or NULL */

    pthread_mutex_t lock;    /* of what follows */
    int n_users;             /* need the sparse points */
    int n_holders;           /* plans, which do without them */
    int keep_points;         /* 1: a plan does not, and the points stay to the end */
    sz_plan *plan;           /* its own, once it is asked for */
    sz_plan_options options; /* of that plan */
};

/* The model of a potential on paper, which stays the caller's; such a model cannot be
 * saved. */
sz_status sz_model_build(sz_model **model, const sz_gap *gap, sz_error *err);
/* The same, but gap becomes the model's; after a failure it is freed. */
sz_status sz_model_create(sz_model **model, sz_gap *gap, sz_error *err);

/* The files that model was read from are read by files' work too. To be called before a
 * plan of it may have dropped the paper. */
sz_status sz_model_files(const sz_model *model, sz_files *files, sz_error *err);

/* The terms of one kind, or NULL. */
const void *sz_model_group(const sz_model *model, const sz_term_kind *kind);

/* One more user of the model with its sparse points; sz_model_free ends it. */
void sz_model_use(const sz_model *model);
/* One more, and one less, that do without the points, unless keep_points is 1. */
void sz_model_hold(const sz_model *model, int keep_points);
void sz_model_release(const sz_model *model);

#endif
