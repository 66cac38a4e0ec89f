/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan.c - soapz fit --scan: a fit for each combination of a few values.
 *
 * A result is kept as soon as it is there (fit_scan_file.h), so a scan that was stopped
 * or killed goes on with the fit that it was at, and one with more values makes only what
 * is new. */
#include "fit_scan.h"

#include "base/text.h"
#include "fit_scan_file.h"
#include "fit_scan_grid.h"
#include "fit_scan_point.h"
#include "fit_scan_print.h"
#include "results.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DONE = 0, FAILED = 1, STOPPED = 130 }; /* exit codes */

typedef struct {
    const sz_fit_flags *option;
    int n;
    char **word;               /* [n] */
    sz_fit_spec *base, **spec; /* [n_points] */
    sz_scan_grid grid;
    sz_dataset *data, *test;
    sz_files files;
    char *path;
    char (*sum)[33]; /* [n_points] */
    json_t **result; /* [n_points], NULL: not yet */
    json_t *head;    /* what the file says of this scan */
    sz_scan_judge judge;
    sz_team team;
    sz_teller teller;
    sz_watch watch;
    int n_kept;     /* results of an earlier run */
    int n_made;     /* of this one */
    double seconds; /* that these took */
} scan;

/* ---- before the first fit ---------------------------------------------------------- */

static sz_status check_settings(const scan *s, sz_error *err)
{
    const sz_fit_spec *base = s->base;

    if (base->dryrun || base->sparsify_only)
        return sz_fail(err, SZ_ERR_ARGUMENT, "--scan makes whole fits: leave out %s",
                       base->dryrun ? "dryrun" : "sparsify_only_no_fit");
    for (int k = 0; k < base->n_descriptors; k++)
        if (base->descriptor[k].print_sparse_index)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "--scan makes many choices of sparse points: leave out "
                           "print_sparse_index");
    if (*base->test_file || s->option->n_folds) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "--scan needs frames to judge the fits by: name a file of them "
                   "(test_file, in a .conf test), or deal the training frames by --kfold "
                   "5");
}

/* The grid and the settings of all its points. */
static sz_status read_settings(scan *s, sz_error *err)
{
    size_t n;
    sz_status status = sz_fit_spec_arguments(&s->base, s->n, s->word, err);

    if (status == SZ_OK) sz_print_warnings("fit", &s->base->warnings);
    if (status == SZ_OK) status = check_settings(s, err);
    if (status == SZ_OK) status = sz_scan_grid_create(&s->grid, s->option, s->base, err);
    if (status != SZ_OK) return status;
    n = (size_t)s->grid.n_points;
    s->spec = calloc(n, sizeof *s->spec);
    s->sum = calloc(n, sizeof *s->sum);
    s->result = calloc(n, sizeof *s->result);
    if (!s->spec || !s->sum || !s->result)
        return sz_fail_memory(err, n * sizeof *s->sum, "the scan");
    for (int p = 0; p < s->grid.n_points && status == SZ_OK; p++)
        status = sz_scan_spec(&s->spec[p], &s->grid, p, s->n, s->word, err);
    return status;
}

/* No file of the scan is one that a fit reads. */
static sz_status check_files(scan *s, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int p = 0; p < s->grid.n_points && status == SZ_OK; p++)
        status = sz_fit_files(&s->files, s->spec[p], s->base->at_file, err);
    if (status == SZ_OK) status = sz_files_write(&s->files, "standard output", "-", err);
    if (status == SZ_OK && !(s->path = sz_scan_path(s->base->gp_file, err)))
        status = SZ_ERR_MEMORY;
    return status == SZ_OK ? sz_results_check(s->path, "--scan", &s->files, err) : status;
}

static sz_status read_data(scan *s, sz_error *err)
{
    const sz_fit_spec *base = s->base;
    const sz_fit_options options = {s->option->n_threads, &s->watch};
    int by_test = !s->option->n_folds;
    sz_fit_setup setup;
    sz_status status = sz_dataset_read(&s->data, base->at_file, base, err);

    if (status == SZ_OK) sz_print_warnings("fit", &s->data->warnings);
    if (status == SZ_OK && by_test)
        status = sz_fit_read_test(&s->test, base->test_file, base, err);
    if (status == SZ_OK && by_test) sz_print_warnings("fit", &s->test->warnings);
    if (status == SZ_OK && s->data->n_frames < s->option->n_folds)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "%s: %d frames cannot be dealt into %d parts; ask for fewer",
                         s->data->path, s->data->n_frames, s->option->n_folds);
    if (status == SZ_OK) status = sz_fit_setup_alone(&setup, &s->team, &options, err);
    if (status == SZ_OK)
        status = sz_scan_judge_open(&s->judge, s->data, s->test, s->option->n_folds,
                                    &setup, err);
    return status;
}

/* What is there from before. */
static sz_status look_for_results(scan *s, sz_error *err)
{
    json_t *file = NULL;
    sz_status status = sz_scan_read(&file, s->path, err);

    for (int p = 0; p < s->grid.n_points && status == SZ_OK; p++) {
        status = sz_watch_check(&s->watch, err);
        if (status == SZ_OK) status = sz_scan_sum(s->sum[p], s->spec[p], &s->judge, err);
        if (status == SZ_OK) s->result[p] = json_incref(sz_scan_find(file, s->sum[p]));
        s->n_kept += s->result[p] != NULL;
    }
    json_decref(file);
    return status;
}

static sz_status describe(scan *s, sz_error *err)
{
    json_t *keys = json_object(), *sums = json_array(), *o = json_object();

    for (int k = 0; k < s->grid.n_keys; k++) {
        json_t *values = json_array();

        for (int i = 0; i < s->grid.key[k].n; i++)
            json_array_append_new(values, sz_json_text(s->grid.key[k].value[i]));
        json_object_set_new(keys, s->grid.key[k].name, values);
    }
    for (int p = 0; p < s->grid.n_points; p++)
        json_array_append_new(sums, sz_json_text(s->sum[p]));
    json_object_set_new(o, "soapz", json_string(sz_version()));
    json_object_set_new(o, "model", sz_json_text(s->base->gp_file));
    json_object_set_new(o, "training_data", sz_json_text(s->data->path));
    json_object_set_new(o, "n_folds", json_integer(s->option->n_folds));
    json_object_set_new(o, "test_data",
                        s->test ? sz_json_text(s->test->path) : json_null());
    json_object_set_new(o, "keys", keys);
    json_object_set_new(o, "points", sums);
    s->head = o;
    if (json_object_size(o) == 7 && (int)json_array_size(sums) == s->grid.n_points)
        return SZ_OK;
    return sz_fail_memory(err, 4096, "the scan");
}

static void print_plan(const scan *s)
{
    printf("scan: %d fits to %s, %d frames; judged by ", s->grid.n_points, s->data->path,
           s->data->n_frames);
    if (s->test)
        printf("%s, %d frames\n", s->test->path, s->test->n_frames);
    else
        printf("%d-fold cross-validation%s\n", s->option->n_folds,
               *s->base->test_file ? "; the test data are left alone" : "");
    if (s->n_kept)
        printf("%d of them %s made before: %s\n", s->n_kept,
               s->n_kept == 1 ? "was" : "were", s->path);
    fflush(stdout);
}

/* ---- fits -------------------------------------------------------------------------- */

static void print_time(double seconds)
{
    if (seconds < 120.0)
        printf("%.*f s", seconds < 10.0 ? 1 : 0, seconds);
    else if (seconds < 7200.0)
        printf("%.0f min", seconds / 60.0);
    else
        printf("%.1f h", seconds / 3600.0);
}

static void print_made(const scan *s, const json_t *result, double took)
{
    int left = s->grid.n_points - s->n_kept - s->n_made;

    if (json_object_get(result, "failed"))
        printf(": not possible");
    else {
        printf(": ");
        print_time(took);
    }
    if (left) {
        printf(", about ");
        print_time(left * s->seconds / s->n_made);
        printf(" left");
    }
    printf("\n");
    fflush(stdout);
}

static sz_status make_point(scan *s, int p, sz_error *err)
{
    double start = sz_seconds();
    char *name = sz_scan_point_name(&s->grid, p, err);
    sz_status status = name ? SZ_OK : SZ_ERR_MEMORY;

    if (status == SZ_OK) {
        printf("%d of %d: %s", p + 1, s->grid.n_points, name);
        fflush(stdout);
        status = sz_scan_fit(&s->result[p], s->spec[p], &s->judge, err);
        sz_progress_end(&s->teller.progress);
    }
    if (status == SZ_OK)
        status = sz_scan_write(s->path, s->head, s->sum[p], s->result[p], err);
    if (status == SZ_OK) {
        s->n_made++;
        s->seconds += sz_seconds() - start;
        print_made(s, s->result[p], sz_seconds() - start);
    } else if (name)
        printf("\n");
    free(name);
    return status;
}

static sz_status make_points(scan *s, sz_error *err)
{
    sz_status status = SZ_OK;

    if (s->n_kept == s->grid.n_points)
        return sz_scan_write(s->path, s->head, NULL, NULL, err);
    for (int p = 0; p < s->grid.n_points && status == SZ_OK; p++) {
        status = sz_watch_check(&s->watch, err);
        if (status == SZ_OK && !s->result[p]) status = make_point(s, p, err);
    }
    return status;
}

/* ---- the whole --------------------------------------------------------------------- */

static sz_status scan_all(scan *s, sz_error *err)
{
    sz_status status = check_files(s, err);

    if (status == SZ_OK) status = read_data(s, err);
    if (status == SZ_OK) status = look_for_results(s, err);
    if (status == SZ_OK) status = describe(s, err);
    if (status != SZ_OK) return status;
    print_plan(s);
    status = make_points(s, err);
    if (s->n_kept + s->n_made)
        sz_scan_print(&s->grid, (const json_t *const *)s->result, s->n, s->word);
    if (status != SZ_OK) return status;
    sz_results_draw(s->path, "scan", "the picture of the scan");
    return SZ_OK;
}

static int all_failed(const scan *s)
{
    for (int p = 0; p < s->grid.n_points; p++)
        if (!json_object_get(s->result[p], "failed")) return 0;
    return 1;
}

static int conclude(const scan *s, sz_status status, const sz_error *err)
{
    int n = s->n_kept + s->n_made;

    if (status == SZ_ERR_STOPPED) {
        fprintf(stderr, "soapz fit: stopped with %d of %d fits done", n,
                s->grid.n_points);
        if (n) fprintf(stderr, ", which are kept in %s", s->path);
        fprintf(stderr, "; the same command makes the others\n");
        return STOPPED;
    }
    if (status != SZ_OK) return sz_report(err);
    if (all_failed(s)) {
        fprintf(stderr, "soapz fit: not one of the fits was possible, see above\n");
        return FAILED;
    }
    return sz_finish_stdout();
}

static void free_scan(scan *s)
{
    for (int p = 0; p < s->grid.n_points; p++) {
        if (s->spec) sz_fit_spec_free(s->spec[p]);
        if (s->result) json_decref(s->result[p]);
    }
    free(s->spec);
    free(s->sum);
    free(s->result);
    json_decref(s->head);
    sz_scan_grid_free(&s->grid);
    sz_fit_spec_free(s->base);
    sz_dataset_free(s->data);
    sz_dataset_free(s->test);
    sz_files_free(&s->files);
    free(s->path);
    free(s);
}

int sz_fit_scan(const sz_fit_flags *option, int n, char **word)
{
    scan *s = calloc(1, sizeof *s);
    sz_error err = {0};
    sz_status status;
    int code;

    if (!s) {
        sz_fail_memory(&err, sizeof *s, "the scan");
        return sz_report(&err);
    }
    s->option = option;
    s->n = n;
    s->word = word;
    s->watch = sz_tool_watch(&s->teller, "fit");
    status = read_settings(s, &err);
    if (status == SZ_ERR_ARGUMENT)
        code = sz_usage_error("fit", "%s", err.message);
    else
        code = conclude(s, status == SZ_OK ? scan_all(s, &err) : status, &err);
    free_scan(s);
    return code;
}
