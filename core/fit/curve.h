/* SPDX-License-Identifier: BSD-3-Clause
 *
 * curve.h - learning curves: errors against the numbers of sparse points and of data,
 * from one fit. */
#ifndef SZ_CURVE_H
#define SZ_CURVE_H

#include "fit/system.h"

enum { SZ_CURVE_SIZES = 8, SZ_CURVE_STEPS = 6 };

/* Model (step, size) is fitted to the first step[step] frames with size[size] points.
 * Starts as {0}. */
typedef struct {
    int n_unknowns, n_whole, seed;
    int n_sizes, size[SZ_CURVE_SIZES]; /* unknowns, ascending */
    int *points;                       /* [n_unknowns] order of the unknowns */
    int n_steps, step[SZ_CURVE_STEPS]; /* frames, ascending */
    int *frames;                       /* [n_frames] their order */
    long long n_rows[SZ_CURVE_STEPS];
    double *alpha; /* [n_steps][n_sizes][n_unknowns] in the order of the model */
    double *norm;  /* [n_steps][n_sizes] |alpha|, NaN if there is no solution */
} sz_curve_models;

/* The sizes, the steps and the orders. */
sz_status sz_curve_models_plan(sz_curve_models *curve, const sz_gap *gap,
                               const sz_fit_spec *spec, const sz_dataset *data,
                               sz_error *err);

/* sz_fit_factor in the steps of a plan: after each step all models of these data are
 * solved. */
sz_status sz_curve_models_factor(sz_curve_models *curve, sz_lsq **factor,
                                 const sz_system *system, const sz_targets *targets,
                                 const sz_fit_run *run, sz_fit_rows *report,
                                 sz_error *err);
void sz_curve_models_free(sz_curve_models *curve);

#endif
