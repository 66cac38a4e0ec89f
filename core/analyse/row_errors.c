/* SPDX-License-Identifier: BSD-3-Clause
 *
 * row_errors.c - predictions of many models at once.
 *
 *   [E; -F; -V] = K [alpha_1 .. alpha_n]
 *
 * K: the rows of a frame, as in its fit (rows.h); one matrix product for all models. */
#include "analyse/row_errors.h"

#include "base/crew.h"
#include "fit/frame_rows.h"
#include "fit/rows.h"
#include "fit/system.h"
#include "linear/blas.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    sz_error_table *table;
    const sz_dataset *data;
    const sz_system *system;
    int species[SZ_Z_MAX]; /* of the model, for each species of the data */
    int n_models;
    const double *alpha;
} job;

typedef struct {
    sz_rows *rows;
    sz_list list;
    double *y; /* [n_models][rows of a frame] what the models say */
} worker;

/* y [1 + 3n + 9]: a column of K alpha */
static void add_errors(const job *j, int f, int model, double *y)
{
    const sz_dataset_frame *frame = &j->data->frame[f];
    size_t n = 3 * (size_t)frame->n_atoms;
    double *force = y + 1, *virial = y + 1 + n;
    sz_frame_prediction p = {.energy = y[0], .force = force};

    for (size_t k = 0; k < n; k++) force[k] = -force[k];
    sz_symmetrise(p.virial, virial);
    for (int k = 0; k < 9; k++) p.virial[k] = -p.virial[k];
    sz_error_table_add(&j->table[model], f, &p, NULL);
}

static sz_status predict_frame(const job *j, worker *w, int f, sz_error *err)
{
    const double one = 1.0, zero = 0.0;
    const sz_dataset_frame *frame = &j->data->frame[f];
    int n_rows = 10 + 3 * frame->n_atoms, columns = j->system->n_unknowns;
    double *k = NULL;
    sz_status status;

    free(w->y);
    w->y = malloc((size_t)n_rows * (size_t)j->n_models * sizeof *w->y);
    if (!w->y) return sz_fail_memory(err, 8 * (size_t)n_rows, "the errors of a frame");
    status = sz_rows_of_frame(&k, w->rows, &w->list, j->data, f, j->species,
                              sz_model_cutoff(j->system->model), columns, err);
    if (status == SZ_OK) SZ_BLAS(dgemm)
    ("T", "N", &n_rows, &j->n_models, &columns, &one, k, &columns, j->alpha, &columns,
     &zero, w->y, &n_rows);
    free(k);
    return status;
}

static sz_status work(void *context, void *worker_of_thread, int f, sz_error *err)
{
    const job *j = context;
    sz_status status = predict_frame(j, worker_of_thread, f, err);

    return status == SZ_OK ? SZ_OK : sz_dataset_fail(j->data, f, status, err);
}

static sz_status hand_over(void *context, void *worker_of_thread, int f, sz_error *err)
{
    const job *j = context;
    worker *w = worker_of_thread;
    size_t n_rows = 10 + 3 * (size_t)j->data->frame[f].n_atoms;

    (void)err;
    for (int m = 0; m < j->n_models; m++) add_errors(j, f, m, w->y + (size_t)m * n_rows);
    return SZ_OK;
}

static sz_status run(job *j, int n, const sz_watch *watch, sz_error *err)
{
    worker *w = calloc((size_t)n, sizeof *w);
    const sz_crew crew = {.n_threads = n,
                          .n_items = j->data->n_frames,
                          .worker = w,
                          .size = sizeof *w,
                          .context = j,
                          .work = work,
                          .hand_over = hand_over,
                          .in_order = 1,
                          .watch = watch,
                          .what = "frames compared"};
    sz_status status = SZ_OK;

    if (!w) status = sz_fail_memory(err, (size_t)n * sizeof *w, "the threads");
    for (int k = 0; k < n && status == SZ_OK; k++)
        status = sz_rows_create(&w[k].rows, j->system->model, &j->system->gap, err);
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    for (int k = 0; w && k < n; k++) {
        sz_rows_free(w[k].rows);
        sz_list_free(&w[k].list);
        free(w[k].y);
    }
    free(w);
    return status;
}

sz_status sz_row_errors(sz_error_table *table, const sz_system *system, int n_models,
                        const double *alpha, int n_threads, const sz_watch *watch,
                        sz_error *err)
{
    job j = {.table = table,
             .data = table->data,
             .system = system,
             .n_models = n_models,
             .alpha = alpha};
    sz_status status = sz_rows_species(j.species, j.data, system->model, err);

    return status == SZ_OK ? run(&j, n_threads, watch, err) : status;
}
