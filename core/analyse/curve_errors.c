/* SPDX-License-Identifier: BSD-3-Clause
 *
 * curve_errors.c - learning curves measured.
 *
 * The models differ in their weights alone, so a frame's rows are made once for all. They
 * give the fitted terms: the baseline and e0 come off the data instead. */
#include "analyse/curve_errors.h"

#include "analyse/row_errors.h"
#include "model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int n_models(const sz_curve *c)
{
    return c->models.n_steps * c->models.n_sizes;
}

void sz_curve_free(sz_curve *curve)
{
    if (!curve) return;
    for (int k = 0; curve->table && k < n_models(curve); k++)
        sz_error_table_free(&curve->table[k]);
    free(curve->table);
    sz_curve_models_free(&curve->models);
    free(curve);
}

static sz_status measure(sz_curve *c, const sz_fit_job *job, const sz_targets *targets,
                         sz_error *err)
{
    size_t n = (size_t)n_models(c);
    sz_status status = SZ_OK;

    c->table = calloc(n + 1, sizeof *c->table);
    if (!c->table) status = sz_fail_memory(err, n * sizeof *c->table, "the errors");
    for (size_t k = 0; k < n && status == SZ_OK; k++) {
        status = sz_error_table_create(&c->table[k], targets->data, err);
        c->table[k].targets = targets;
    }
    if (status == SZ_OK)
        status = sz_row_errors(c->table, job->system, (int)n, c->models.alpha,
                               job->state.n_threads, job->setup.watch, err);
    for (size_t k = 0; c->table && k < n; k++) c->table[k].targets = NULL;
    return status;
}

sz_status sz_curve_create(sz_curve **curve, sz_fit_job *job, const sz_dataset *data,
                          sz_error *err)
{
    sz_curve *c = calloc(1, sizeof *c);
    sz_targets *other = NULL;
    sz_status status = SZ_OK;

    *curve = NULL;
    if (!c) return sz_fail_memory(err, sizeof *c, "the learning curve");
    c->models = job->curve;
    memset(&job->curve, 0, sizeof job->curve);
    if (data) status = sz_fit_job_targets(&other, job, data, err);
    if (status == SZ_OK) status = measure(c, job, data ? other : job->targets, err);
    sz_targets_free(other);
    if (status == SZ_OK) {
        *curve = c;
        c = NULL;
    }
    sz_curve_free(c);
    return status;
}

sz_status sz_fit_curve(sz_curve **curve, sz_model **model, const sz_fit_spec *spec,
                       const sz_dataset *dataset, const sz_dataset *test,
                       const sz_fit_options *options, sz_error *err)
{
    sz_fit_job job = {0};
    sz_fit_setup setup;
    sz_team team;
    sz_curve *c = NULL;
    sz_status status = sz_fit_setup_alone(&setup, &team, options, err);

    *curve = NULL;
    *model = NULL;
    setup.curve = 1;
    if (status == SZ_OK && test) status = sz_errors_check(test, err);
    if (status == SZ_OK) status = sz_fit_job_run(&job, spec, dataset, &setup, err);
    if (status == SZ_OK) status = sz_curve_create(&c, &job, test, err);
    if (status == SZ_OK) status = sz_model_build(model, job.gap, err);
    if (status == SZ_OK) {
        *curve = c;
        c = NULL;
    }
    sz_curve_free(c);
    sz_fit_job_free(&job);
    return status;
}

/* ---- queries ----------------------------------------------------------------------- */

int sz_curve_n_steps(const sz_curve *curve)
{
    return curve->models.n_steps;
}

int sz_curve_n_sizes(const sz_curve *curve)
{
    return curve->models.n_sizes;
}

int sz_curve_n_frames(const sz_curve *curve, int step)
{
    return step >= 0 && step < curve->models.n_steps ? curve->models.step[step] : 0;
}

int sz_curve_n_sparse(const sz_curve *curve, int size)
{
    return size >= 0 && size < curve->models.n_sizes ? curve->models.size[size] : 0;
}

sz_error_summary sz_curve_error(const sz_curve *curve, int step, int size,
                                sz_quantity quantity)
{
    const sz_curve_models *m = &curve->models;
    int k = step * m->n_sizes + size;

    if (step < 0 || step >= m->n_steps || size < 0 || size >= m->n_sizes ||
        isnan(m->norm[k]))
        return (sz_error_summary){0, NAN, NAN, NAN};
    return sz_error_summarise(sz_error_sum_of(&curve->table[k].all, quantity));
}
