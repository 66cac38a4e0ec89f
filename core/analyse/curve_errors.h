/* SPDX-License-Identifier: BSD-3-Clause
 *
 * curve_errors.h - learning curves: the errors of the models of curve.h. */
#ifndef SZ_CURVE_ERRORS_H
#define SZ_CURVE_ERRORS_H

#include "analyse/errors.h"
#include "fit/fit.h"

struct sz_curve {
    sz_curve_models models;
    sz_error_table *table; /* [n_steps][n_sizes] */
};

/* The errors of all models of job, a fit with a curve, on data or, if NULL, on those of
 * the fit. The models are moved out of job; data and job must outlive the tables. */
sz_status sz_curve_create(sz_curve **curve, sz_fit_job *job, const sz_dataset *data,
                          sz_error *err);

#endif
