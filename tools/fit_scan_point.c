/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_point.c - one fit of a scan. */
#define _XOPEN_SOURCE 700 /* clock_gettime */
#include "fit_scan_point.h"

#include "analyse/kfold_errors.h"
#include "base/md5.h"
#include "base/text.h"
#include "error_table.h"
#include "fit_report.h"
#include "results.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

sz_status sz_scan_judge_open(sz_scan_judge *judge, const sz_dataset *data,
                             const sz_dataset *test, int n_folds,
                             const sz_fit_setup *setup, sz_error *err)
{
    sz_targets *targets = NULL;
    sz_status status = SZ_OK;

    *judge =
        (sz_scan_judge){.data = data, .test = test, .n_folds = n_folds, .setup = *setup};
    judge->setup.n_folds = n_folds;
    if (!test) return SZ_OK;
    status = sz_errors_check(test, err);
    if (status == SZ_OK) status = sz_targets_create(&targets, test, NULL, err);
    if (status == SZ_OK) status = sz_checkpoint_sum_data(targets, judge->test_sum, err);
    sz_targets_free(targets);
    return status;
}

/* ---- what a result depends on ------------------------------------------------------ */

/* The contents of the files that the settings name beside the data. */
static sz_status add_files(sz_text *text, const sz_files *files, sz_error *err)
{
    static const char *const other[] = {"at_file", "test_file", "the configuration file",
                                        "config_file"};
    sz_status status = SZ_OK;

    for (int k = 0; k < files->n && status == SZ_OK; k++) {
        const sz_file_use *use = &files->use[k];
        char *content, sum[33];
        int skip = use->written;

        for (size_t i = 0; i < sizeof other / sizeof *other; i++)
            skip |= !strcmp(use->what, other[i]);
        if (skip) continue;
        status = sz_read_text(&content, use->path, err);
        if (status != SZ_OK) break;
        sz_md5(content, strlen(content), sum);
        free(content);
        sz_text_add(text, " %s", sum);
    }
    return status;
}

sz_status sz_scan_sum(char sum[33], const sz_fit_spec *spec, const sz_scan_judge *judge,
                      sz_error *err)
{
    sz_fit_job job = {0};
    sz_text text = {0};
    char data[33], *all = NULL;
    sz_status status = sz_fit_job_begin(&job, spec, judge->data, &judge->setup, err);

    if (status == SZ_OK) status = sz_checkpoint_sum_data(job.targets, data, err);
    if (status == SZ_OK) {
        sz_text_add(&text, "%s %s %s %d %s", SZ_VERSION, data, judge->test_sum,
                    judge->n_folds, spec->command_line);
        status = add_files(&text, &job.files, err);
    }
    if (status == SZ_OK && !(all = sz_text_take(&text, "the settings", err)))
        status = SZ_ERR_MEMORY;
    if (status == SZ_OK) sz_md5(all, strlen(all), sum);
    free(all);
    sz_text_free(&text);
    sz_fit_job_free(&job);
    return status;
}

/* ---- cost -------------------------------------------------------------------------- */

static double thread_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The least of several: other work on the machine only adds. */
static sz_status time_frame(double *microseconds, const sz_model *model,
                            const sz_structure *s, sz_error *err)
{
    sz_predictor *p = NULL;
    sz_prediction got;
    double spent = 0.0, best = 0.0;
    sz_status status = sz_predictor_create(&p, model, err);

    for (int k = 0; status == SZ_OK && (k < 4 || (k < 100 && spent < 0.2)); k++) {
        double start = thread_seconds(), took;

        status = sz_predict(p, s, &got, err);
        took = thread_seconds() - start;
        spent += took;
        if (k == 0 || took < best) best = took;
    }
    *microseconds = 1e6 * best / s->n_atoms;
    sz_predictor_free(p);
    return status;
}

static sz_status measure_cost(double *microseconds, const sz_model *model,
                              const sz_dataset *data, sz_error *err)
{
    int species[SZ_Z_MAX], largest = 0, *of_atom;
    sz_structure s;
    sz_status status;

    for (int f = 1; f < data->n_frames; f++)
        if (data->frame[f].n_atoms > data->frame[largest].n_atoms) largest = f;
    s = sz_dataset_structure(data, largest);
    of_atom = malloc(((size_t)s.n_atoms + 1) * sizeof *of_atom);
    if (!of_atom) return sz_fail_memory(err, 4 * (size_t)s.n_atoms, "a frame");
    sz_dataset_map(species, data, model); /* the fit knows all its elements */
    for (int i = 0; i < s.n_atoms; i++) of_atom[i] = species[s.species[i]];
    s.species = of_atom;
    status = time_frame(microseconds, model, &s, err);
    free(of_atom);
    return status;
}

/* ---- errors ------------------------------------------------------------------------ */

static const char *const quantity_name[] = {"energy", "force", "virial"};

static sz_status judge_by_test(json_t *result, const sz_fit_job *job,
                               const sz_model *model, const sz_dataset *test,
                               sz_error *err)
{
    sz_error_table table = {0};
    sz_status status = sz_fit_errors(&table, job, model, test, err);

    for (int q = 0; q < 3 && status == SZ_OK; q++)
        json_object_set_new(result, quantity_name[q],
                            sz_json_errors(sz_error_sum_of(&table.all, (sz_quantity)q)));
    sz_error_table_free(&table);
    return status;
}

static sz_status judge_by_folds(json_t *result, sz_fit_job *job, sz_error *err)
{
    sz_kfold *kfold = NULL;
    sz_status status = sz_kfold_create(&kfold, job, err);

    for (int q = 0; q < 3 && status == SZ_OK; q++) {
        const sz_error_sum *sum = sz_kfold_sum(kfold, -1, SZ_OF_ALL, 0, (sz_quantity)q);
        sz_fold_deviation d = sz_kfold_deviation(kfold, SZ_OF_ALL, 0, (sz_quantity)q);
        json_t *errors = sz_json_errors(sum);

        json_object_set_new(errors, "mae_deviation", sz_json_number(d.mae));
        json_object_set_new(errors, "rmse_deviation", sz_json_number(d.rmse));
        json_object_set_new(result, quantity_name[q], errors);
    }
    sz_kfold_free(kfold);
    return status;
}

/* ---- the fit ----------------------------------------------------------------------- */

enum { N_KEYS = 6 }; /* of a result */

static sz_status fit(json_t *result, const sz_fit_spec *spec, const sz_scan_judge *judge,
                     sz_error *err)
{
    double start = sz_seconds(), microseconds = 0.0;
    sz_fit_job job = {0};
    sz_model *model = NULL;
    sz_status status = sz_fit_job_run(&job, spec, judge->data, &judge->setup, err);

    if (status == SZ_OK) status = sz_fit_job_model(&model, &job, err);
    if (status == SZ_OK && judge->test)
        status = judge_by_test(result, &job, model, judge->test, err);
    else if (status == SZ_OK)
        status = judge_by_folds(result, &job, err);
    if (status == SZ_OK) status = measure_cost(&microseconds, model, judge->data, err);
    if (status == SZ_OK) {
        json_object_set_new(result, "n_unknowns", json_integer(sz_fit_unknowns(job.gap)));
        json_object_set_new(result, "microseconds", sz_json_number(microseconds));
        json_object_set_new(result, "seconds", sz_json_number(sz_seconds() - start));
        if (json_object_size(result) != N_KEYS)
            status = sz_fail_memory(err, 1024, "the result of a fit");
    }
    sz_model_free(model);
    sz_fit_job_free(&job);
    return status;
}

sz_status sz_scan_fit(json_t **result, const sz_fit_spec *spec,
                      const sz_scan_judge *judge, sz_error *err)
{
    json_t *r = json_object();
    sz_status status =
        r ? fit(r, spec, judge, err) : sz_fail_memory(err, 1024, "the result of a fit");

    *result = NULL;
    if (status == SZ_ERR_FORMAT || status == SZ_ERR_NUMERIC ||
        status == SZ_ERR_ARGUMENT) {
        json_object_clear(r);
        status = SZ_OK;
        if (json_object_set_new(r, "failed", sz_json_text(err->message)) != 0)
            status = sz_fail_memory(err, 1024, "the result of a fit");
    }
    if (status == SZ_OK) {
        *result = r;
        r = NULL;
    }
    json_decref(r);
    return status;
}
