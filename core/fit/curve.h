/* SPDX-License-Identifier: BSD-3-Clause
 *
 * curve.h - how the errors fall with sparse points and with data, from one fit. */
#ifndef SZ_CURVE_H
#define SZ_CURVE_H

#include "fit/system.h"

enum { SZ_CURVE_SIZES = 8, SZ_CURVE_STEPS = 6 };

/* Model (step, size) is that of the first step[step] frames and size[size] points.
 * Starts as {0}. */
typedef struct {
    int n_terms; /* of the fit: terms of a core may come before them later */
    int n_unknowns, n_whole, seed;
    int n_sizes, size[SZ_CURVE_SIZES]; /* unknowns, ascending */
    int *points;                       /* [n_unknowns] order of the unknowns */
    int n_steps, step[SZ_CURVE_STEPS]; /* frames, ascending */
    int *frames;                       /* [n_frames] their order */
    long long n_rows[SZ_CURVE_STEPS];
    double *alpha; /* [n_steps][n_sizes][n_unknowns] in the order of the model */
    double *norm;  /* [n_steps][n_sizes] |alpha|, NaN where there is no solution */
} sz_curve;

/* The file can be written, and there is data to read once more; before the fit. */
sz_status sz_curve_check(const char *path, const sz_fit_spec *spec, sz_error *err);

/* The sizes, the steps and the orders. */
sz_status sz_curve_plan(sz_curve *curve, const sz_gap *gap, const sz_fit_spec *spec,
                        const sz_dataset *train, sz_error *err);

/* sz_fit_factor, but in the steps of a plan: after each all models of that data are
 * solved. */
sz_status sz_curve_factor(sz_curve *curve, sz_lsq **factor, const sz_gap *gap,
                          const sz_fit_spec *spec, const sz_dataset *train,
                          const sz_fit_run *run, sz_fit_rows *report, sz_error *err);
void sz_curve_free(sz_curve *curve);

#endif
