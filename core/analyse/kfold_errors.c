/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kfold_errors.c - a cross-validation measured.
 *
 * The models differ in their weights alone, and each frame has one that has not seen it.
 *
 *   deviation = (sum_p (x_p - mean x)^2 / (n - 1))^(1/2)      x_p: MAE or RMSE of fold p
 */
#include "analyse/kfold_errors.h"

#include "analyse/predictions.h"
#include "model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void sz_kfold_free(sz_kfold *kfold)
{
    if (!kfold) return;
    for (int p = 0; kfold->fold && p < kfold->models.n_folds; p++)
        sz_error_table_free(&kfold->fold[p]);
    free(kfold->fold);
    sz_error_table_free(&kfold->all);
    sz_kfold_models_free(&kfold->models);
    free(kfold);
}

/* The model of fold p: job's with other weights. Those terms were fitted that stand last,
 * behind the baseline's. */
static sz_status build_model(sz_model **model, const sz_kfold_models *k, int p,
                             const sz_gap *whole, sz_error *err)
{
    size_t n = (size_t)whole->n_terms;
    double *alpha = k->alpha + (size_t)(p + 1) * (size_t)k->n_unknowns;
    sz_gap gap = *whole;
    sz_status status = SZ_OK;

    *model = NULL;
    gap.term = malloc((n + 1) * sizeof *gap.term);
    if (!gap.term) return sz_fail_memory(err, n * sizeof *gap.term, "the terms");
    memcpy(gap.term, whole->term, n * sizeof *gap.term);
    for (int t = whole->n_terms - 1, left = k->n_unknowns; left > 0; t--) {
        alpha -= gap.term[t].n_sparse;
        left -= gap.term[t].n_sparse;
        gap.term[t].alpha = alpha;
    }
    status = sz_model_build(model, &gap, err);
    free(gap.term);
    return status;
}

/* only [n_frames]: work space */
static sz_status measure_fold(sz_kfold *k, int p, const sz_fit_job *job,
                              unsigned char *only, sz_error *err)
{
    sz_model *model = NULL;
    sz_comparison c = {.model_name = job->gap->path,
                       .data = job->data,
                       .only = only,
                       .n_threads = job->state.n_threads,
                       .watch = job->setup.watch,
                       .take = sz_error_table_take,
                       .context = &k->fold[p]};
    sz_status status = sz_error_table_create(&k->fold[p], job->data, err);

    for (int f = 0; f < job->data->n_frames; f++) only[f] = k->models.fold[f] == p;
    if (status == SZ_OK) status = build_model(&model, &k->models, p, job->gap, err);
    c.model = model;
    if (status == SZ_OK) status = sz_predict_all(&c, err);
    sz_model_free(model);
    if (status == SZ_OK) sz_error_table_join(&k->all, &k->fold[p]);
    return status;
}

static sz_status measure(sz_kfold *k, const sz_fit_job *job, sz_error *err)
{
    size_t n_frames = (size_t)job->data->n_frames, n = (size_t)k->models.n_folds;
    unsigned char *only = malloc(n_frames + 1);
    sz_status status = sz_error_table_create(&k->all, job->data, err);

    k->fold = calloc(n, sizeof *k->fold);
    if (status == SZ_OK && (!k->fold || !only))
        status = sz_fail_memory(err, n * sizeof *k->fold + n_frames, "the errors");
    for (int p = 0; p < k->models.n_folds && status == SZ_OK; p++)
        status = measure_fold(k, p, job, only, err);
    free(only);
    return status;
}

sz_status sz_kfold_create(sz_kfold **kfold, sz_fit_job *job, sz_error *err)
{
    sz_kfold *k = calloc(1, sizeof *k);
    sz_status status;

    *kfold = NULL;
    if (!k) return sz_fail_memory(err, sizeof *k, "the cross-validation");
    k->models = job->kfold;
    memset(&job->kfold, 0, sizeof job->kfold);
    status = measure(k, job, err);
    if (status == SZ_OK) {
        *kfold = k;
        k = NULL;
    }
    sz_kfold_free(k);
    return status;
}

sz_status sz_fit_kfold(sz_kfold **kfold, sz_model **model, const sz_fit_spec *spec,
                       const sz_dataset *dataset, int n_folds,
                       const sz_fit_options *options, sz_error *err)
{
    sz_fit_job job = {0};
    sz_fit_setup setup;
    sz_team team;
    sz_kfold *k = NULL;
    sz_status status = sz_fit_setup_alone(&setup, &team, options, err);

    *kfold = NULL;
    *model = NULL;
    setup.n_folds = n_folds;
    if (status == SZ_OK && n_folds < 2)
        status = sz_fail(err, SZ_ERR_ARGUMENT, "%d folds: a cross-validation has 2 to %d",
                         n_folds, SZ_FOLDS_MAX);
    if (status == SZ_OK) status = sz_fit_job_run(&job, spec, dataset, &setup, err);
    if (status == SZ_OK) status = sz_kfold_create(&k, &job, err);
    if (status == SZ_OK) status = sz_model_build(model, job.gap, err);
    if (status == SZ_OK) {
        *kfold = k;
        k = NULL;
    }
    sz_kfold_free(k);
    sz_fit_job_free(&job);
    return status;
}

/* ---- queries ----------------------------------------------------------------------- */

int sz_kfold_n_folds(const sz_kfold *kfold)
{
    return kfold->models.n_folds;
}

int sz_kfold_fold(const sz_kfold *kfold, int frame)
{
    int known = frame >= 0 && frame < kfold->all.data->n_frames;

    return known ? kfold->models.fold[frame] : -1;
}

const sz_error_sum *sz_kfold_sum(const sz_kfold *kfold, int fold, sz_error_group group,
                                 int member, sz_quantity quantity)
{
    const sz_error_table *t = fold < 0 ? &kfold->all : &kfold->fold[fold];

    return sz_error_sum_of(group == SZ_OF_ALL    ? &t->all
                           : group == SZ_OF_TYPE ? &t->type[member]
                                                 : &t->element[member],
                           quantity);
}

static double deviation(int n, const double *x)
{
    double mean = 0.0, sum = 0.0;

    for (int k = 0; k < n; k++) mean += x[k] / n;
    for (int k = 0; k < n; k++) sum += (x[k] - mean) * (x[k] - mean);
    return n > 1 ? sqrt(sum / (n - 1)) : 0.0;
}

sz_fold_deviation sz_kfold_deviation(const sz_kfold *kfold, sz_error_group group,
                                     int member, sz_quantity quantity)
{
    double mae[SZ_FOLDS_MAX], rmse[SZ_FOLDS_MAX];
    int n = 0;

    for (int p = 0; p < kfold->models.n_folds; p++) {
        const sz_error_sum *sum = sz_kfold_sum(kfold, p, group, member, quantity);

        if (!sum->n) continue;
        mae[n] = sz_error_mae(sum);
        rmse[n++] = sz_error_rmse(sum);
    }
    return (sz_fold_deviation){deviation(n, mae), deviation(n, rmse)};
}

static sz_error_summary summary(const sz_kfold *kfold, int fold, sz_error_group group,
                                int member, sz_quantity quantity)
{
    const sz_dataset *data = kfold->all.data;
    int n = group == SZ_OF_ALL    ? 1
            : group == SZ_OF_TYPE ? data->n_config_types
                                  : data->n_species;

    if (fold < -1 || fold >= kfold->models.n_folds || member < 0 || member >= n)
        return (sz_error_summary){0};
    return sz_error_summarise(sz_kfold_sum(kfold, fold, group, member, quantity));
}

sz_error_summary sz_kfold_all(const sz_kfold *kfold, int fold, sz_quantity quantity)
{
    return summary(kfold, fold, SZ_OF_ALL, 0, quantity);
}

sz_error_summary sz_kfold_type(const sz_kfold *kfold, int fold, int config_type,
                               sz_quantity quantity)
{
    return summary(kfold, fold, SZ_OF_TYPE, config_type, quantity);
}

sz_error_summary sz_kfold_species(const sz_kfold *kfold, int fold, int species)
{
    return summary(kfold, fold, SZ_OF_ELEMENT, species, SZ_FORCE);
}
