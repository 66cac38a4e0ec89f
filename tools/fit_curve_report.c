/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_curve_report.c - learning curves: errors, table, JSON file and picture. */
#include "fit_curve_report.h"

#include "error_table.h"
#include "results.h"

#include <math.h>
#include <stdio.h>

/* The report. */
typedef struct {
    const sz_fit_job *job;
    const sz_curve *curve;
    const sz_dataset *data; /* the data on which errors are computed */
    int is_test;            /* 0: the data of the fit */
} measured;

/* ---- for people -------------------------------------------------------------------- */

static void print_number(const sz_error_sum *sum, double scale, int digits, double mean)
{
    if (sum->n)
        printf("  %9.*f", digits, scale * mean);
    else
        printf("  %9s", "-");
}

static void print_model(const measured *m, int step, int size)
{
    const sz_curve_models *c = &m->curve->models;
    int model = step * c->n_sizes + size;
    const sz_error_sums *e = &m->curve->table[model].all;

    printf("%9d %9d", c->size[size], c->step[step]);
    if (isnan(c->norm[model])) {
        printf("  no solution\n");
        return;
    }
    print_number(&e->energy, 1e3, 2, sz_error_mae(&e->energy));
    print_number(&e->force, 1.0, 4, sz_error_mae(&e->force));
    print_number(&e->force, 1.0, 4, sz_error_rmse(&e->force));
    print_number(&e->virial, 1e3, 2, sz_error_mae(&e->virial));
    putchar('\n');
}

static void print_curve(const measured *m)
{
    const sz_curve_models *c = &m->curve->models;

    printf("learning curve on %s %s, of %d frames\n",
           m->is_test ? "the test data" : "the training data (there is no test_file)",
           m->data->path, m->data->n_frames);
    printf("%9s %9s  %9s  %20s  %9s\n", "", "", "energy", "force, eV/Angstrom", "virial");
    printf("%9s %9s  %9s  %9s  %9s  %9s\n", "unknowns", "frames", "meV/atom", "MAE",
           "RMSE", "meV/atom");
    for (int k = 0; k < c->n_sizes; k++) print_model(m, c->n_steps - 1, k);
    for (int s = 0; s + 1 < c->n_steps; s++) print_model(m, s, c->n_sizes - 1);
    fflush(stdout);
}

/* ---- for machines; an allocation that fails shows in what is missing at the end -- */

static json_t *model_of(const measured *m, int step, int size)
{
    const sz_curve_models *c = &m->curve->models;
    int model = step * c->n_sizes + size;
    const sz_error_sums *e = &m->curve->table[model].all;
    json_t *o = json_object();

    json_object_set_new(o, "n_unknowns", json_integer(c->size[size]));
    json_object_set_new(o, "n_frames", json_integer(c->step[step]));
    json_object_set_new(o, "norm", sz_json_number(c->norm[model]));
    if (isnan(c->norm[model])) return o;
    json_object_set_new(o, "energy", sz_json_errors(&e->energy));
    json_object_set_new(o, "force", sz_json_errors(&e->force));
    json_object_set_new(o, "virial", sz_json_errors(&e->virial));
    return o;
}

static json_t *terms_of(const sz_gap *gap)
{
    json_t *list = json_array();

    for (int k = 0; k < gap->n_terms; k++) {
        json_t *o = json_object();

        json_object_set_new(o, "descriptor", sz_json_text(gap->term[k].descriptor));
        json_object_set_new(o, "n_sparse", json_integer(gap->term[k].n_sparse));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *rows_of(const sz_curve_models *c)
{
    json_t *list = json_array();

    for (int k = 0; k < c->n_steps; k++)
        json_array_append_new(list, json_integer(c->n_rows[k]));
    return list;
}

static json_t *describe(const measured *m)
{
    static const char *const unit[][2] = {
        {"energy", "eV/atom"}, {"force", "eV/Angstrom"}, {"virial", "eV/atom"}};
    const sz_curve_models *c = &m->curve->models;
    const sz_dataset *train = m->job->data;
    const sz_gap *gap = &m->job->system->gap; /* the terms that were fitted */
    json_t *o = json_object(), *units = json_object(), *models = json_array();

    for (int k = 0; k < 3; k++)
        json_object_set_new(units, unit[k][0], json_string(unit[k][1]));
    for (int s = 0; s < c->n_steps; s++)
        for (int k = 0; k < c->n_sizes; k++)
            json_array_append_new(models, model_of(m, s, k));
    json_object_set_new(o, "soapz", json_string(sz_version()));
    json_object_set_new(o, "model", sz_json_text(gap->path));
    json_object_set_new(o, "training_data", sz_json_text(train->path));
    json_object_set_new(o, "judged_on", json_string(m->is_test ? "test" : "training"));
    json_object_set_new(o, "data", sz_json_text(m->data->path));
    json_object_set_new(o, "units", units);
    json_object_set_new(o, "seed", json_integer(c->seed));
    json_object_set_new(o, "n_whole", json_integer(c->n_whole));
    json_object_set_new(o, "n_unknowns", sz_json_integers((size_t)c->n_sizes, c->size));
    json_object_set_new(o, "n_frames", sz_json_integers((size_t)c->n_steps, c->step));
    json_object_set_new(o, "n_rows", rows_of(c));
    json_object_set_new(o, "models", models);
    json_object_set_new(o, "coordinates", terms_of(gap));
    json_object_set_new(o, "unknown_order",
                        sz_json_integers((size_t)c->n_unknowns, c->points));
    json_object_set_new(o, "frame_order",
                        sz_json_integers((size_t)train->n_frames, c->frames));
    return o;
}

enum { N_KEYS = 15 }; /* of describe */

sz_status sz_curve_report(sz_fit_job *job, const sz_dataset *test, const char *path,
                          sz_error *err)
{
    sz_curve *curve = NULL;
    measured m = {.job = job, .data = test ? test : job->data, .is_test = test != NULL};
    json_t *all = NULL;
    size_t n;
    sz_status status = sz_curve_create(&curve, job, test, err);

    if (status == SZ_OK) {
        m.curve = curve;
        n = (size_t)curve->models.n_steps * (size_t)curve->models.n_sizes;
        print_curve(&m);
        all = describe(&m);
        if (json_array_size(json_object_get(all, "models")) != n)
            status = sz_fail_memory(err, 65536, "the learning curve");
    }
    if (status == SZ_OK) status = sz_results_write(path, all, N_KEYS, err);
    if (status == SZ_OK)
        sz_results_draw(path, "curve", "the picture of the learning curve");
    json_decref(all);
    sz_curve_free(curve);
    return status;
}
