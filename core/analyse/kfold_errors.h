/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kfold_errors.h - a cross-validation: the errors of the models of kfold.h, each on the
 * part that it has not seen. */
#ifndef SZ_KFOLD_ERRORS_H
#define SZ_KFOLD_ERRORS_H

#include "analyse/errors.h"
#include "fit/fit.h"

struct sz_kfold {
    sz_kfold_models models;
    sz_error_table *fold; /* [n_folds] */
    sz_error_table all;   /* the errors of all folds together */
};

/* Of job, a fit with folds whose gap is joined; its models are taken out of it, and its
 * data must outlive the tables. */
sz_status sz_kfold_create(sz_kfold **kfold, sz_fit_job *job, sz_error *err);

/* Between folds that have errors in sums(table): standard deviations of MAE and RMSE; 0
 * of fewer than two. */
typedef struct {
    double mae, rmse;
} sz_fold_deviation;

/* Of which sums of a table: those of all frames, of a config_type, of an element. */
typedef enum { SZ_OF_ALL, SZ_OF_TYPE, SZ_OF_ELEMENT } sz_error_group;

/* fold -1: of all folds together */
const sz_error_sum *sz_kfold_sum(const sz_kfold *kfold, int fold, sz_error_group group,
                                 int member, sz_quantity quantity);
sz_fold_deviation sz_kfold_deviation(const sz_kfold *kfold, sz_error_group group,
                                     int member, sz_quantity quantity);

#endif
