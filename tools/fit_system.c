/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_system.c - the linear system of a fit, frame by frame.
 *
 *   min | (K alpha - y) / sigma |^2 + alpha^T K_MM alpha
 *
 * A thread takes the next frame, makes its rows, folds them into its triangular factor
 * and forgets them. Memory does not grow with the frames. */
#include "fit_system.h"

#include "fit_share.h"
#include "kmm.h"
#include "rows.h"
#include "tool.h"
#include "train_rows.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What the threads share. */
typedef struct {
    const sz_train *train;
    const sz_fit_run *run;
    const sz_model *model;
    int species[SZ_Z_MAX]; /* of the model, for each species of train */
    int n_terms, n_unknowns;
    sz_row_term *term;
    unsigned char *taken; /* [n_frames] done, being done, or of another rank */
    int n_wanted;         /* frames of all ranks */
    double n_atoms, atoms_done;
    pthread_mutex_t lock;
    int next; /* frame */
    long frames_done;
    sz_progress progress;
    sz_halt halt; /* nobody takes a frame any more */
} job;

typedef struct {
    job *j;
    int number; /* among the workers of all ranks */
    sz_lsq *lsq;
    unsigned char *done; /* [n_frames] frames that are in lsq */
    int n_resumed;
    long long n_before;          /* rows from the checkpoint */
    double saved, seconds, wait; /* when, how long it took, until the next */
    int unsaved;                 /* frames since then */
    double flops;
    sz_status status;
    sz_error err;
} worker;

/* The next frame, or -1: none is left, or somebody has stopped. */
static int take_frame(job *j)
{
    sz_team *team = j->run->team;
    int f = -1;

    pthread_mutex_lock(&j->lock);
    if (!j->halt && sz_interrupted()) j->halt = SZ_INTERRUPTED;
    j->halt = team->halt(team, j->halt);
    while (j->next < j->train->n_frames && j->taken[j->next]) j->next++;
    if (!j->halt && j->next < j->train->n_frames) {
        f = j->next++;
        j->atoms_done += j->train->frame[f].n_atoms;
        if (team->rank == 0)
            sz_progress_show(&j->progress, j->atoms_done / j->n_atoms, j->frames_done++,
                             "frames fitted");
    }
    pthread_mutex_unlock(&j->lock);
    return f;
}

static int is_interrupted(job *j)
{
    int yes;

    pthread_mutex_lock(&j->lock);
    yes = j->halt == SZ_INTERRUPTED;
    pthread_mutex_unlock(&j->lock);
    return yes;
}

static void fail(job *j)
{
    pthread_mutex_lock(&j->lock);
    j->halt = j->run->team->halt(j->run->team, SZ_FAILED);
    pthread_mutex_unlock(&j->lock);
}

/* ---- rows of a frame --------------------------------------------------------------- */

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

/* of the products of matrices: Jacobians with sparse points, blocks of rows with R */
static double count_flops(const job *j, const sz_list *list, int gradients, int n_rows)
{
    double width = j->n_unknowns + 1, flops = 2.0 * n_rows * width * width;

    for (int t = 0; t < j->n_terms; t++) {
        const sz_row_term *term = &j->term[t];
        double columns = 0.0, cutoff;

        if (!term->soap) continue;
        cutoff = term->soap->spec.radial.cutoff;
        for (int i = 0; i < list->nb.n_atoms; i++) {
            if (!term->centre[list->nb.species[i]]) continue;
            columns++;
            for (int p = list->nb.first[i]; gradients && p < list->nb.first[i + 1]; p++) {
                const double *r = list->nb.r + 3 * (size_t)p;

                if (r[0] * r[0] + r[1] * r[1] + r[2] * r[2] < cutoff * cutoff)
                    columns += 3;
            }
        }
        flops += 2.0 * columns * term->n_sparse * sz_soap_n_desc(term->soap);
    }
    return flops;
}

static sz_status add_frame(worker *w, sz_rows *rows, sz_list *list, int f, sz_error *err)
{
    const job *j = w->j;
    const sz_train_frame *frame = &j->train->frame[f];
    size_t n_rows = 10 + 3 * (size_t)frame->n_atoms;
    block b = {.y = malloc(2 * n_rows * sizeof *b.y)};
    int gradients = frame->target.force || frame->target.has_virial;
    sz_status status = SZ_OK;

    b.weight = b.y ? b.y + n_rows : NULL;
    if (!b.y) status = sz_fail_memory(err, 16 * n_rows, "the data of a frame");
    if (status == SZ_OK)
        status = sz_train_rows(&b.k, rows, list, j->train, f, j->species,
                               j->model->cutoff, j->n_unknowns, err);
    if (status == SZ_OK) {
        gather(&b, frame, j->n_unknowns);
        w->flops += count_flops(j, list, gradients, b.n);
        status = sz_lsq_add(w->lsq, b.n, b.k, j->n_unknowns, b.y, b.weight, err);
    }
    free(b.k);
    free(b.y);
    return status;
}

/* ---- a worker ---------------------------------------------------------------------- */

/* Files the factor where it is time, or now. A disk that is full ends no fit. */
static void file_rows(worker *w, int now)
{
    sz_fit_state *state = w->j->run->state;
    double start = sz_seconds();
    sz_error err;

    if (state->interval < 0.0 || !w->unsaved) return;
    if (!now && start - w->saved < w->wait) return;
    if (sz_fit_state_save_rows(state, w->number, w->lsq, w->j->train->n_frames, w->done,
                               &err) == SZ_OK) {
        w->unsaved = 0;
    } else {
        pthread_mutex_lock(&w->j->lock);
        sz_fit_state_warn(state, &err);
        pthread_mutex_unlock(&w->j->lock);
    }
    w->saved = sz_seconds();
    /* writing shall take no more than 2 % of the time */
    w->wait =
        fmax(state->interval, state->interval > 0.0 ? 50.0 * (w->saved - start) : 0.0);
}

static void *work(void *context)
{
    worker *w = context;
    job *j = w->j;
    sz_rows *rows = NULL;
    sz_list list = {0};
    int f;

    w->status = sz_rows_create(&rows, j->n_terms, j->term, j->model->z, &w->err);
    w->saved = sz_seconds();
    while (w->status == SZ_OK && (f = take_frame(j)) >= 0) {
        sz_error err;

        w->status = add_frame(w, rows, &list, f, &err);
        if (w->status != SZ_OK) {
            sz_fail(&w->err, w->status, "%.200s:%d: %.700s", j->train->path,
                    j->train->frame[f].line, err.message);
            continue;
        }
        w->done[f] = 1;
        w->unsaved++;
        file_rows(w, 0);
    }
    if (w->status == SZ_OK && is_interrupted(j)) file_rows(w, 1);
    if (w->status != SZ_OK) fail(j);
    sz_rows_free(rows);
    sz_list_free(&list);
    return NULL;
}

/* The worker's factor: empty, or from its file. */
static sz_status open_worker(worker *w, job *j, int k, sz_lsq_method method,
                             sz_error *err)
{
    const sz_fit_run *run = j->run;
    int n = j->train->n_frames;
    sz_status status = SZ_OK;

    w->j = j;
    w->number = run->team->rank * run->n_threads + k;
    w->wait = run->state->interval;
    w->done = calloc((size_t)n + 1, 1);
    if (!w->done) return sz_fail_memory(err, (size_t)n, "the list of frames");
    if (run->resume)
        status = sz_fit_state_load_rows(run->state, w->number, j->n_unknowns, n, &w->lsq,
                                        w->done, err);
    for (int f = 0; f < n && status == SZ_OK && w->lsq; f++) {
        if (!w->done[f]) continue;
        if (j->taken[f])
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%.400s: two of its files hold the same frame; remove the "
                             "folder and start anew",
                             run->state->folder);
        j->taken[f] = 1;
        j->n_atoms -= j->train->frame[f].n_atoms;
        w->n_resumed++;
    }
    if (status == SZ_OK && w->lsq) w->n_before = w->lsq->n_rows;
    if (status == SZ_OK && !w->lsq)
        status = sz_lsq_create(&w->lsq, j->n_unknowns, 0, method, err);
    return status;
}

static sz_status start_workers(worker *w, pthread_t *thread, job *j, sz_error *err)
{
    int n = j->run->n_threads, started = 0;
    sz_status status = SZ_OK;

    for (; started < n && status == SZ_OK; started++)
        if (pthread_create(&thread[started], NULL, work, &w[started]) != 0) {
            status = sz_fail(err, SZ_ERR_MEMORY, "cannot start a thread");
            fail(j);
            break;
        }
    for (int k = 0; k < started; k++) pthread_join(thread[k], NULL);
    for (int k = 0; k < started && status == SZ_OK; k++)
        if (w[k].status != SZ_OK)
            status = sz_fail(err, w[k].status, "%s", w[k].err.message);
    return status;
}

static sz_status merge_workers(worker *w, int n, sz_team *team, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 1; k < n && status == SZ_OK; k++) {
        status = sz_lsq_merge(w[0].lsq, w[k].lsq, err);
        sz_lsq_free(w[k].lsq);
        w[k].lsq = NULL;
    }
    status = team->agree(team, status, err);
    if (status == SZ_OK) status = team->merge(team, w[0].lsq, err);
    return team->agree(team, status, err);
}

/* Sums over threads and ranks. */
static void sum_report(const worker *w, const job *j, sz_fit_rows *r)
{
    sz_team *team = j->run->team;
    double frames = 0.0, resumed = 0.0, rows = 0.0, before = 0.0, flops = 0.0;

    for (int k = 0; k < j->run->n_threads; k++) {
        for (int f = 0; f < j->train->n_frames; f++) frames += w[k].done[f];
        resumed += w[k].n_resumed;
        rows += (double)w[k].lsq->n_rows;
        before += (double)w[k].n_before;
        flops += w[k].flops;
    }
    r->n_frames = (int)team->sum(team, frames);
    r->n_resumed = (int)team->sum(team, resumed);
    r->n_rows = (long long)team->sum(team, rows);
    r->n_new = r->n_rows - (long long)team->sum(team, before);
    r->flops = team->sum(team, flops);
    r->stopped = r->n_frames < j->n_wanted;
}

static sz_status run_workers(job *j, sz_lsq_method method, sz_lsq **factor,
                             sz_fit_rows *report, sz_error *err)
{
    sz_team *team = j->run->team;
    int n = j->run->n_threads;
    worker *w = calloc((size_t)n, sizeof *w);
    pthread_t *thread = malloc((size_t)n * sizeof *thread);
    sz_status status = SZ_OK;

    if (!w || !thread) status = sz_fail_memory(err, (size_t)n * 8, "the threads");
    for (int k = 0; k < n && status == SZ_OK; k++)
        status = open_worker(&w[k], j, k, method, err);
    status = team->agree(team, status, err);
    sz_progress_start(&j->progress);
    if (status == SZ_OK) {
        status = start_workers(w, thread, j, err);
        status = team->agree(team, status, err);
    }
    sz_progress_end(&j->progress);
    if (status == SZ_OK) sum_report(w, j, report);
    if (status == SZ_OK && !report->stopped) {
        status = merge_workers(w, n, team, err);
        if (status == SZ_OK && team->rank == 0) {
            *factor = w[0].lsq;
            w[0].lsq = NULL;
        }
    }
    for (int k = 0; w && k < n; k++) {
        sz_lsq_free(w[k].lsq);
        free(w[k].done);
    }
    free(w);
    free(thread);
    return status;
}

/* ---- the whole --------------------------------------------------------------------- */

/* The frames of the other ranks, and those that are not wanted, are taken already. */
static sz_status take_share(job *j, sz_error *err)
{
    const sz_train *t = j->train;
    const sz_team *team = j->run->team;
    sz_status status = sz_fit_share_frames(t, team->size, team->rank, &j->taken, err);

    for (int f = 0; f < t->n_frames && status == SZ_OK; f++) {
        int wanted = !j->run->only || j->run->only[f];

        j->n_wanted += wanted;
        if (!wanted) j->taken[f] = 1;
        if (!j->taken[f]) j->n_atoms += t->frame[f].n_atoms;
    }
    return status;
}

int sz_fit_unknowns(const sz_gap *gap)
{
    int n = 0;

    for (int k = 0; k < gap->n_coordinates; k++) n += gap->coordinate[k].n_sparse;
    return n;
}

size_t sz_fit_memory(int n_unknowns, int n_threads)
{
    return (size_t)n_threads * sz_lsq_memory(n_unknowns, 0);
}

sz_status sz_fit_factor(sz_lsq **factor, const sz_gap *gap, const sz_fit_spec *spec,
                        const sz_train *train, const sz_fit_run *run, sz_fit_rows *report,
                        sz_error *err)
{
    job j = {.train = train,
             .run = run,
             .n_unknowns = sz_fit_unknowns(gap),
             .lock = PTHREAD_MUTEX_INITIALIZER};
    sz_gap bare = *gap; /* a model takes over the core, of which there are no rows */
    sz_model *model = NULL;
    double start = sz_seconds();
    sz_status status;

    bare.glue = NULL;
    bare.zbl = NULL;
    status = sz_model_build(&model, &bare, err);
    *factor = NULL;
    memset(report, 0, sizeof *report);
    j.model = model;
    j.term = calloc((size_t)gap->n_coordinates + 1, sizeof *j.term);
    if (status == SZ_OK && !j.term)
        status = sz_fail_memory(err, (size_t)gap->n_coordinates * 8, "the fit");
    if (status == SZ_OK) j.n_terms = sz_rows_terms(model, gap, j.term);
    if (status == SZ_OK) status = sz_train_find_species(j.species, train, model, err);
    if (status == SZ_OK) status = take_share(&j, err);
    status = run->team->agree(run->team, status, err);
    if (status == SZ_OK)
        status =
            run_workers(&j, spec->solver == SZ_SOLVER_NORMAL ? SZ_LSQ_NORMAL : SZ_LSQ_QR,
                        factor, report, err);
    report->seconds = sz_seconds() - start;
    sz_model_free(model);
    free(j.term);
    free(j.taken);
    return status;
}

sz_status sz_fit_regularise(sz_lsq *lsq, const sz_gap *gap, double jitter, sz_error *err)
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

sz_status sz_fit_solve(sz_lsq *factor, sz_gap *gap, double jitter, sz_lsq_report *report,
                       sz_error *err)
{
    int n = factor->n_unknowns;
    double *alpha = malloc((size_t)n * sizeof *alpha);
    sz_status status = SZ_OK;

    if (!alpha) status = sz_fail_memory(err, (size_t)n * 8, "the weights");
    if (status == SZ_OK) status = sz_fit_regularise(factor, gap, jitter, err);
    if (status == SZ_OK) status = sz_lsq_solve(factor, n, alpha, report, err);
    if (status == SZ_OK) give_weights(gap, alpha);
    free(alpha);
    return status;
}
