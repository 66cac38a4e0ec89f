/* SPDX-License-Identifier: BSD-3-Clause
 *
 * curve.c - learning curves from the factor of one fit.
 *
 *   R[:m,:m] alpha_m = z[:m]      the model of the first m sparse points
 *   R of the first k frames       the model of these data
 *
 * lsq.h explains it. The frames are added step by step; at each step a copy of R gets its
 * regulariser, the unknowns are put into the order of nested.h, and every leading block
 * is solved: m^2 flops each, thousands of times less than the rows. */
#include "fit/curve.h"

#include "fit/nested.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void sz_curve_models_free(sz_curve_models *curve)
{
    free(curve->points);
    free(curve->frames);
    free(curve->alpha);
    free(curve->norm);
    memset(curve, 0, sizeof *curve);
}

sz_status sz_curve_models_plan(sz_curve_models *c, const sz_gap *gap,
                               const sz_fit_spec *spec, const sz_dataset *data,
                               sz_error *err)
{
    size_t n, models;
    int grow;
    sz_status status;

    c->n_unknowns = sz_fit_unknowns(gap);
    c->seed = spec->rnd_seed > 0 ? spec->rnd_seed : 1;
    n = (size_t)c->n_unknowns;
    c->points = malloc((n + 1) * sizeof *c->points);
    c->frames = malloc(((size_t)data->n_frames + 1) * sizeof *c->frames);
    if (!c->points || !c->frames) return sz_fail_memory(err, 4 * n, "the learning curve");
    status = sz_nested_points(gap, spec, c->seed, c->points, &c->n_whole, err);
    if (status == SZ_OK) status = sz_nested_frames(data, c->seed, c->frames, err);
    if (status != SZ_OK) return status;
    grow = c->n_unknowns - c->n_whole;
    c->n_sizes = sz_nested_sizes(grow / 64 > gap->n_terms ? grow / 64 : gap->n_terms,
                                 grow, SZ_CURVE_SIZES, c->size);
    for (int k = 0; k < c->n_sizes; k++) c->size[k] += c->n_whole;
    c->n_steps =
        sz_nested_sizes(data->n_frames / 32, data->n_frames, SZ_CURVE_STEPS, c->step);
    models = (size_t)c->n_sizes * (size_t)c->n_steps;
    c->alpha = calloc(models * n + 1, sizeof *c->alpha);
    c->norm = calloc(models + 1, sizeof *c->norm);
    if (!c->alpha || !c->norm)
        return sz_fail_memory(err, models * n * 8, "the learning curve");
    return SZ_OK;
}

/* The model of the first points; if it has no solution norm is NAN, with a warning. */
static sz_status solve_size(sz_curve_models *c, int step, int size, sz_lsq *lsq,
                            double *alpha, const sz_watch *watch, sz_error *err)
{
    size_t model = (size_t)step * (size_t)c->n_sizes + (size_t)size,
           n = (size_t)c->n_unknowns;
    sz_lsq_report report;
    sz_error why;
    sz_status status = sz_watch_check(watch, err);

    c->norm[model] = NAN;
    if (status != SZ_OK) return status;
    status = sz_lsq_solve(lsq, c->size[size], alpha, &report, &why);
    if (status == SZ_ERR_NUMERIC) {
        sz_watch_warn(watch, "no model of %d unknowns and %d frames: %s", c->size[size],
                      c->step[step], why.message);
        return SZ_OK;
    }
    if (status != SZ_OK) return sz_fail(err, status, "%s", why.message);
    c->norm[model] = report.norm;
    for (int i = 0; i < c->size[size]; i++)
        c->alpha[model * n + (size_t)c->points[i]] = alpha[i];
    return SZ_OK;
}

/* All models of the data in factor, except those that cannot be solved. */
static sz_status solve_step(sz_curve_models *c, int step, const sz_lsq *factor,
                            const sz_gap *gap, const sz_fit_run *run, sz_error *err)
{
    size_t n = (size_t)c->n_unknowns;
    double *alpha = malloc((n + 1) * sizeof *alpha);
    sz_lsq *lsq = NULL;
    sz_status status = SZ_OK;

    if (!alpha) status = sz_fail_memory(err, 8 * n, "the weights");
    if (status == SZ_OK) status = sz_lsq_copy(&lsq, factor, err);
    if (status == SZ_OK) status = sz_fit_regularise(lsq, gap, run->jitter, err);
    if (status == SZ_OK) status = sz_lsq_reorder(lsq, c->points, err);
    for (int k = 0; k < c->n_sizes && status == SZ_OK; k++)
        status = solve_size(c, step, k, lsq, alpha, run->watch, err);
    sz_lsq_free(lsq);
    free(alpha);
    return status;
}

/* The rows of the frames that run wants go into *factor, too. */
static sz_status add_step(sz_lsq **factor, const sz_system *system,
                          const sz_targets *targets, const sz_fit_run *run,
                          sz_fit_rows *report, sz_error *err)
{
    sz_fit_rows rows;
    sz_lsq *more = NULL;
    sz_status status = sz_fit_factor(&more, system, targets, run, &rows, err);

    if (status == SZ_OK) sz_fit_rows_add(report, &rows);
    if (status == SZ_OK && more && *factor) {
        status = sz_lsq_merge(*factor, more, err);
    } else if (status == SZ_OK) {
        *factor = more;
        more = NULL;
    }
    sz_lsq_free(more);
    return status;
}

/* [n_frames]: 1 for the frames added in this step */
static void mark_step(const sz_curve_models *c, int step, int n, unsigned char *only)
{
    memset(only, 0, (size_t)n);
    for (int k = step ? c->step[step - 1] : 0; k < c->step[step]; k++)
        only[c->frames[k]] = 1;
}

sz_status sz_curve_models_factor(sz_curve_models *curve, sz_lsq **factor,
                                 const sz_system *system, const sz_targets *targets,
                                 const sz_fit_run *run, sz_fit_rows *report,
                                 sz_error *err)
{
    int n = targets->data->n_frames;
    unsigned char *only = malloc((size_t)n + 1);
    sz_fit_run part = *run;
    sz_lsq *all = NULL;
    sz_status status = SZ_OK;

    *factor = NULL;
    memset(report, 0, sizeof *report);
    if (!only) status = sz_fail_memory(err, (size_t)n, "the frames");
    part.only = only;
    for (int k = 0; k < curve->n_steps && status == SZ_OK; k++) {
        mark_step(curve, k, n, only);
        status = add_step(&all, system, targets, &part, report, err);
        if (status != SZ_OK || report->stopped) break;
        curve->n_rows[k] = report->n_rows;
        status = solve_step(curve, k, all, &system->gap, run, err);
        report->stopped = status == SZ_ERR_STOPPED;
    }
    if (report->stopped) status = SZ_OK;
    if (status == SZ_OK && !report->stopped) {
        *factor = all;
        all = NULL;
    }
    sz_lsq_free(all);
    free(only);
    return status;
}
