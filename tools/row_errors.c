/* SPDX-License-Identifier: BSD-3-Clause
 *
 * row_errors.c - predictions of many models at once.
 *
 *   [E; -F; -V] = K [alpha_1 .. alpha_n]
 *
 * K: the rows of a frame, as in its fit (rows.h); one matrix product for all models. */
#include "row_errors.h"

#include "blas.h"
#include "fit_system.h"
#include "rows.h"
#include "tool.h"
#include "train_rows.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    sz_error_table *table;
    const sz_train *train;
    const sz_model *model;
    int species[SZ_Z_MAX]; /* of the model, for each species of train */
    int n_terms, n_unknowns, n_models;
    const sz_row_term *term;
    const double *alpha;
    pthread_mutex_t lock;
    int next, failed;
    sz_progress progress;
} job;

typedef struct {
    job *j;
    sz_status status;
    sz_error err;
} worker;

static int take_frame(job *j)
{
    int f = -1;

    pthread_mutex_lock(&j->lock);
    if (!j->failed && j->next < j->train->n_frames) {
        f = j->next++;
        sz_progress_show(&j->progress, (double)f / j->train->n_frames, f,
                         "frames compared");
    }
    pthread_mutex_unlock(&j->lock);
    return f;
}

/* y [1 + 3n + 9]: a column of K alpha */
static void add_errors(const job *j, int f, int model, double *y)
{
    const sz_train_frame *frame = &j->train->frame[f];
    size_t n = 3 * (size_t)frame->n_atoms;
    double *force = y + 1, *virial = y + 1 + n;
    sz_prediction p = {.energy = y[0], .force = force};

    for (size_t k = 0; k < n; k++) force[k] = -force[k];
    for (int k = 0; k < 9; k++)
        p.virial[k] = -0.5 * (virial[k] + virial[3 * (k % 3) + k / 3]);
    sz_error_table_add(&j->table[model], f, &p, NULL);
}

static sz_status predict_frame(job *j, sz_rows *rows, sz_list *list, int f, sz_error *err)
{
    const double one = 1.0, zero = 0.0;
    const sz_train_frame *frame = &j->train->frame[f];
    int n_rows = 10 + 3 * frame->n_atoms, columns = j->n_unknowns;
    double *k = NULL;
    double *y = malloc((size_t)n_rows * (size_t)j->n_models * sizeof *y);
    sz_status status = SZ_OK;

    if (!y) status = sz_fail_memory(err, 8 * (size_t)n_rows, "the errors of a frame");
    if (status == SZ_OK)
        status = sz_train_rows(&k, rows, list, j->train, f, j->species, j->model->cutoff,
                               columns, err);
    if (status == SZ_OK) {
        SZ_BLAS(dgemm)
        ("T", "N", &n_rows, &j->n_models, &columns, &one, k, &columns, j->alpha, &columns,
         &zero, y, &n_rows);
        pthread_mutex_lock(&j->lock);
        for (int m = 0; m < j->n_models; m++)
            add_errors(j, f, m, y + (size_t)m * (size_t)n_rows);
        pthread_mutex_unlock(&j->lock);
    }
    free(k);
    free(y);
    return status;
}

static void *work(void *context)
{
    worker *w = context;
    job *j = w->j;
    sz_rows *rows = NULL;
    sz_list list = {0};
    sz_error why;
    int f;

    w->status = sz_rows_create(&rows, j->n_terms, j->term, j->model->z, &w->err);
    while (w->status == SZ_OK && (f = take_frame(j)) >= 0) {
        w->status = sz_interrupted() ? sz_fail(&why, SZ_ERR_FILE, "interrupted")
                                     : predict_frame(j, rows, &list, f, &why);
        if (w->status != SZ_OK)
            sz_fail(&w->err, w->status, "%.200s:%d: %.700s", j->train->path,
                    j->train->frame[f].line, why.message);
    }
    if (w->status != SZ_OK) {
        pthread_mutex_lock(&j->lock);
        j->failed = 1;
        pthread_mutex_unlock(&j->lock);
    }
    sz_rows_free(rows);
    sz_list_free(&list);
    return NULL;
}

static sz_status run(job *j, int n, sz_error *err)
{
    worker *w = calloc((size_t)n, sizeof *w);
    pthread_t *thread = malloc((size_t)n * sizeof *thread);
    sz_status status = SZ_OK;
    int started = 0;

    if (!w || !thread) status = sz_fail_memory(err, (size_t)n * sizeof *w, "the threads");
    for (; started < n && status == SZ_OK; started++) {
        w[started].j = j;
        if (pthread_create(&thread[started], NULL, work, &w[started]) == 0) continue;
        status = sz_fail(err, SZ_ERR_MEMORY, "cannot start a thread");
        pthread_mutex_lock(&j->lock);
        j->failed = 1;
        pthread_mutex_unlock(&j->lock);
        break;
    }
    for (int k = 0; k < started; k++) pthread_join(thread[k], NULL);
    for (int k = 0; k < started && status == SZ_OK; k++)
        if (w[k].status != SZ_OK)
            status = sz_fail(err, w[k].status, "%s", w[k].err.message);
    free(w);
    free(thread);
    return status;
}

sz_status sz_row_errors(sz_error_table *table, const sz_gap *gap, const sz_train *train,
                        int n_models, const double *alpha, int n_threads, sz_error *err)
{
    job j = {.table = table,
             .train = train,
             .n_unknowns = sz_fit_unknowns(gap),
             .n_models = n_models,
             .alpha = alpha,
             .lock = PTHREAD_MUTEX_INITIALIZER};
    sz_gap bare = *gap; /* a core has no rows, and stays with gap */
    sz_model *model = NULL;
    sz_row_term *term = calloc((size_t)gap->n_coordinates + 1, sizeof *term);
    sz_status status;

    bare.glue = NULL;
    bare.zbl = NULL;
    status = sz_model_build(&model, &bare, err);
    if (status == SZ_OK && !term)
        status = sz_fail_memory(err, (size_t)gap->n_coordinates * 8, "the terms");
    if (status == SZ_OK) {
        j.model = model;
        j.term = term;
        j.n_terms = sz_rows_terms(model, gap, term);
        status = sz_train_find_species(j.species, train, model, err);
    }
    sz_progress_start(&j.progress);
    if (status == SZ_OK) status = run(&j, n_threads, err);
    sz_progress_end(&j.progress);
    sz_model_free(model);
    free(term);
    return status;
}
