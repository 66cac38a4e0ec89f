/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_system.c - the linear system of a fit, frame by frame.
 *
 *   min | (K alpha - y) / sigma |^2 + alpha^T K_MM alpha
 *
 * A thread takes the next frame, makes its rows, folds them into its triangular factor
 * and forgets them. Memory does not grow with the frames. */
#include "fit_system.h"

#include "kmm.h"
#include "rows.h"
#include "tool.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What the threads share. */
typedef struct {
    const sz_train *train;
    const sz_model *model;
    const int *species; /* of the model, for each species of train */
    int n_terms, n_unknowns;
    sz_row_term *term;
    pthread_mutex_t lock;
    int next; /* frame */
    size_t atoms_done;
    sz_progress progress;
    int failed;
} job;

typedef struct {
    job *j;
    sz_lsq *lsq;
    sz_status status;
    sz_error err;
} worker;

static int take_frame(job *j)
{
    int f = -1;

    pthread_mutex_lock(&j->lock);
    if (!j->failed && j->next < j->train->n_frames) {
        f = j->next++;
        j->atoms_done += (size_t)j->train->frame[f].n_atoms;
        sz_progress_show(&j->progress, (double)j->atoms_done / (double)j->train->n_atoms,
                         f, "frames fitted");
    }
    pthread_mutex_unlock(&j->lock);
    return f;
}

/* The rows of one frame that take part, gathered so that they follow each other. */
typedef struct {
    int n, columns;
    double *k, *y, *weight; /* [n][columns], [n], [n] */
} block;

static void add_row(block *b, const double *row, double y, double sigma)
{
    if (!(sigma > 0.0)) return;
    if (b->k + (size_t)b->n * b->columns != row)
        memmove(b->k + (size_t)b->n * b->columns, row, (size_t)b->columns * sizeof *row);
    b->y[b->n] = y;
    b->weight[b->n++] = 1.0 / sigma;
}

/* rows: energy, then 3n forces, then 9 virials; a gradient is minus the datum */
static void gather(block *b, const sz_train_frame *f, int columns)
{
    static const int lower[6] = {0, 3, 6,
                                 4, 7, 8}; /* (1,1) (2,1) (3,1) (2,2) (3,2) (3,3) */
    const sz_target *t = &f->target;
    const double *row = b->k;

    b->columns = columns;
    b->n = 0;
    if (t->has_energy) add_row(b, row, t->energy, t->energy_sigma);
    row += columns;
    for (int k = 0; k < 3 * f->n_atoms && t->force; k++)
        add_row(b, row + (size_t)k * columns, -t->force[k], t->force_sigma[k]);
    row += 3 * (size_t)f->n_atoms * columns;
    for (int k = 0; k < 6 && t->has_virial; k++)
        add_row(b, row + (size_t)lower[k] * columns, -t->virial[lower[k]],
                t->virial_sigma[lower[k]]);
}

static sz_status add_frame(worker *w, sz_rows *rows, sz_list *list, int f, sz_error *err)
{
    const job *j = w->j;
    const sz_train_frame *frame = &j->train->frame[f];
    sz_structure s = sz_train_structure(j->train, f);
    size_t n_rows = 10 + 3 * (size_t)frame->n_atoms, columns = (size_t)j->n_unknowns;
    int *species = malloc(((size_t)frame->n_atoms + 1) * sizeof *species);
    block b = {.k = calloc(n_rows * columns, sizeof *b.k),
               .y = malloc(2 * n_rows * sizeof *b.y)};
    int gradients = frame->target.force || frame->target.has_virial;
    sz_status status = SZ_OK;

    b.weight = b.y + n_rows;
    if (!species || !b.k || !b.y)
        status = sz_fail_memory(err, n_rows * columns * 8, "the rows of a frame");
    for (int i = 0; i < frame->n_atoms && status == SZ_OK; i++)
        species[i] = j->species[s.species[i]];
    s.species = species;
    if (status == SZ_OK) status = sz_list_build(list, &s, j->model->cutoff, err);
    if (status == SZ_OK)
        status = sz_rows_frame(rows, list, j->n_unknowns, b.k,
                               gradients ? b.k + columns : NULL,
                               b.k + (1 + 3 * (size_t)frame->n_atoms) * columns, err);
    if (status == SZ_OK) {
        gather(&b, frame, j->n_unknowns);
        status = sz_lsq_add(w->lsq, b.n, b.k, j->n_unknowns, b.y, b.weight, err);
    }
    free(species);
    free(b.k);
    free(b.y);
    return status;
}

static void *work(void *context)
{
    worker *w = context;
    job *j = w->j;
    sz_rows *rows = NULL;
    sz_list list = {0};
    int f;

    w->status = sz_rows_create(&rows, j->n_terms, j->term, j->model->z, &w->err);
    while (w->status == SZ_OK && (f = take_frame(j)) >= 0) {
        sz_error err;

        w->status = add_frame(w, rows, &list, f, &err);
        if (w->status != SZ_OK)
            sz_fail(&w->err, w->status, "%.200s:%d: %.700s", j->train->path,
                    j->train->frame[f].line, err.message);
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

static sz_status run_threads(job *j, int n_threads, sz_lsq_method method, sz_lsq **whole,
                             sz_error *err)
{
    worker *w = calloc((size_t)n_threads, sizeof *w);
    pthread_t *thread = malloc((size_t)n_threads * sizeof *thread);
    sz_status status = SZ_OK;
    int started = 0;

    *whole = NULL;
    if (!w || !thread) status = sz_fail_memory(err, (size_t)n_threads * 8, "the threads");
    for (int k = 0; k < n_threads && status == SZ_OK; k++) {
        w[k].j = j;
        status = sz_lsq_create(&w[k].lsq, j->n_unknowns, 0, method, err);
    }
    for (; started < n_threads && status == SZ_OK; started++)
        if (pthread_create(&thread[started], NULL, work, &w[started]) != 0)
            status = sz_fail(err, SZ_ERR_MEMORY, "cannot start a thread");
    for (int k = 0; k < started; k++) pthread_join(thread[k], NULL);
    for (int k = 0; k < started && status == SZ_OK; k++) {
        status = w[k].status;
        if (status != SZ_OK) sz_fail(err, status, "%s", w[k].err.message);
        if (k > 0 && status == SZ_OK) status = sz_lsq_merge(w[0].lsq, w[k].lsq, err);
    }
    if (status == SZ_OK) {
        *whole = w[0].lsq;
        w[0].lsq = NULL;
    }
    for (int k = 0; w && k < n_threads; k++) sz_lsq_free(w[k].lsq);
    free(w);
    free(thread);
    return status;
}

static sz_status regularise(sz_lsq *lsq, const sz_gap *gap, double jitter, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < gap->n_coordinates && status == SZ_OK; k++) {
        size_t m = (size_t)gap->coordinate[k].n_sparse;
        double *k_mm = malloc(m * m * sizeof *k_mm + 1);

        if (!k_mm) status = sz_fail_memory(err, m * m * 8, "K_MM");
        if (status == SZ_OK) status = sz_kmm(&gap->coordinate[k], 0.0, k_mm, err);
        if (status == SZ_OK) status = sz_lsq_regularise(lsq, (int)m, k_mm, jitter, err);
        free(k_mm);
    }
    return status;
}

static void give_weights(sz_gap *gap, const double *alpha)
{
    for (int k = 0; k < gap->n_coordinates; k++) {
        sz_gap_coordinate *c = &gap->coordinate[k];

        memcpy(c->alpha, alpha, (size_t)c->n_sparse * sizeof *alpha);
        alpha += c->n_sparse;
    }
}

size_t sz_fit_memory(int n_unknowns, int n_threads)
{
    return (size_t)n_threads * sz_lsq_memory(n_unknowns, 0);
}

sz_status sz_fit_solve(sz_gap *gap, const sz_fit_spec *spec, const sz_train *train,
                       int n_threads, sz_fit_result *result, sz_error *err)
{
    job j = {.train = train, .lock = PTHREAD_MUTEX_INITIALIZER};
    int species[SZ_Z_MAX];
    sz_model *model = NULL;
    sz_lsq *lsq = NULL;
    double *alpha = NULL, start = sz_seconds();
    sz_status status = sz_model_build(&model, gap, err);

    memset(result, 0, sizeof *result);
    j.model = model;
    j.term = calloc((size_t)gap->n_coordinates + 1, sizeof *j.term);
    if (status == SZ_OK && j.term) j.n_terms = sz_rows_terms(model, gap, j.term);
    for (int k = 0; k < gap->n_coordinates; k++)
        j.n_unknowns += gap->coordinate[k].n_sparse;
    alpha = malloc(((size_t)j.n_unknowns + 1) * sizeof *alpha);
    if (status == SZ_OK && (!j.term || !alpha))
        status = sz_fail_memory(err, (size_t)j.n_unknowns * 8, "the fit");
    for (int k = 0; k < train->n_species && status == SZ_OK; k++) {
        species[k] = sz_model_species(model, sz_element_symbol(train->z[k]));
        if (species[k] < 0)
            status = sz_fail(err, SZ_ERR_FORMAT, "no descriptor acts on element %s",
                             sz_element_symbol(train->z[k]));
    }
    j.species = species;
    sz_progress_start(&j.progress);
    if (status == SZ_OK)
        status = run_threads(&j, n_threads,
                             spec->solver == SZ_SOLVER_NORMAL ? SZ_LSQ_NORMAL : SZ_LSQ_QR,
                             &lsq, err);
    sz_progress_end(&j.progress);
    result->seconds_rows = sz_seconds() - start;
    if (status == SZ_OK) {
        result->n_rows = lsq->n_rows;
        status = regularise(lsq, gap, spec->sparse_jitter, err);
    }
    if (status == SZ_OK)
        status = sz_lsq_solve(lsq, j.n_unknowns, alpha, &result->solution, err);
    if (status == SZ_OK) give_weights(gap, alpha);
    result->seconds_solve = sz_seconds() - start - result->seconds_rows;
    sz_lsq_free(lsq);
    sz_model_free(model);
    free(j.term);
    free(alpha);
    return status;
}
