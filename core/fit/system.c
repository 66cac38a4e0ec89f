/* SPDX-License-Identifier: BSD-3-Clause
 *
 * system.c - the linear system of a fit, frame by frame.
 *
 *   min | (K alpha - y) / sigma |^2 + alpha^T K_MM alpha
 *
 * A thread takes the next frame, computes its rows, adds them to its triangular factor
 * and discards them. Memory does not grow with the number of frames. Frames with the same
 * elements are adjacent: their rows leave out the columns of other elements (front.c). */
#include "fit/system.h"

#include "fit/frame_rows.h"
#include "fit/front.h"
#include "fit/share.h"
#include "model/model.h"
#include "term/covariance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The data that the threads share. */
typedef struct {
    const sz_system *system;
    const sz_targets *targets;
    const sz_dataset *data;
    const sz_fit_run *run;
    int species[SZ_Z_MAX]; /* of the model, for each species of the data */
    unsigned char *taken;  /* [n_frames] in a checkpoint, of another rank, or not
                              selected */
    int n_wanted;          /* frames of all ranks */
    sz_alike_frames alike; /* item k of the crew is frame alike.order[k] */
} job;

typedef struct {
    int number; /* among the workers of all ranks */
    sz_rows *rows;
    sz_list list;
    sz_lsq *lsq;
    sz_front front;
    unsigned char *done; /* [n_frames] frames that are in lsq */
    int n_resumed;
    long long n_before; /* rows from the checkpoint */
    double saved, wait; /* time of the next one */
    int unsaved;        /* frames since then */
    double flops;
    int failed_to_file; /* and the reason, for the warning */
    sz_error why;
} worker;

/* ---- rows of a frame --------------------------------------------------------------- */

/* The rows of one frame that are used, stored contiguously. */
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

/* rows: energy, then 3n forces, then 9 virials; a derivative is minus the reference
 * value */
static void gather(block *b, const sz_targets *targets, int frame, int columns)
{
    const sz_dataset_frame *f = &targets->data->frame[frame];
    const sz_target *t = &targets->frame[frame];
    const double *row = b->k, *force = targets->force + 3 * f->first;
    const double *sigma = targets->force_sigma + 3 * f->first;

    b->columns = columns;
    b->n = 0;
    if (f->has_energy) add_row(b, row, t->energy, t->energy_sigma);
    row += columns;
    for (int k = 0; k < 3 * f->n_atoms && f->has_force; k++)
        add_row(b, row + (size_t)k * columns, -force[k], sigma[k]);
    row += 3 * (size_t)f->n_atoms * columns;
    for (int k = 0; k < 6 && f->has_virial; k++)
        add_row(b, row + (size_t)sz_six[k] * columns, -t->virial[sz_six[k]],
                t->virial_sigma[sz_six[k]]);
}

/* flops of the matrix products: Jacobians with sparse points, blocks of rows with R */
static double count_flops(const worker *w, int gradients, int n_rows)
{
    double width = w->lsq->narrow ? w->lsq->narrow->width : w->lsq->width;

    return 2.0 * n_rows * width * width + sz_rows_flops(w->rows, &w->list, gradients);
}

static sz_status add_frame(const job *j, worker *w, int f, sz_error *err)
{
    const sz_system *system = j->system;
    const sz_dataset_frame *frame = &j->data->frame[f];
    size_t n_rows = 10 + 3 * (size_t)frame->n_atoms;
    block b = {.y = malloc(2 * n_rows * sizeof *b.y)};
    int gradients = frame->has_force || frame->has_virial;
    double n_alike =
        j->alike.n_rows[f] / (j->run->n_threads * (double)j->run->team->size);
    sz_status status = SZ_OK;

    b.weight = b.y ? b.y + n_rows : NULL;
    if (!b.y) status = sz_fail_memory(err, 16 * n_rows, "the data of a frame");
    if (status == SZ_OK)
        status =
            sz_rows_of_frame(&b.k, w->rows, &w->list, j->data, f, j->species,
                             sz_model_cutoff(system->model), system->n_unknowns, err);
    if (status == SZ_OK) {
        gather(&b, j->targets, f, system->n_unknowns);
        status =
            sz_front_choose(&w->front, w->lsq, j->alike.set[f], n_alike, b.n, b.k, err);
    }
    if (status == SZ_OK) {
        w->flops += count_flops(w, gradients, b.n);
        status = sz_lsq_add(w->lsq, b.n, b.k, system->n_unknowns, b.y, b.weight, err);
    }
    free(b.k);
    free(b.y);
    return status;
}

/* ---- a worker ---------------------------------------------------------------------- */

/* Writes the factor if it is time, or now. Returns whether it could: *err has the
 * reason. */
static sz_status file_rows(const job *j, worker *w, int now, sz_error *err)
{
    const sz_checkpoint *state = j->run->state;
    double start = sz_seconds();
    sz_status status;

    if (state->interval < 0.0 || !w->unsaved) return SZ_OK;
    if (!now && start - w->saved < w->wait) return SZ_OK;
    status = sz_checkpoint_save_rows(state, w->number, w->lsq, &w->front,
                                     j->data->n_frames, w->done, err);
    if (status == SZ_OK) w->unsaved = 0;
    w->saved = sz_seconds();
    /* writing must not take more than 2 % of the time */
    w->wait =
        fmax(state->interval, state->interval > 0.0 ? 50.0 * (w->saved - start) : 0.0);
    return status;
}

static sz_status work(void *context, void *worker_of_thread, int item, sz_error *err)
{
    const job *j = context;
    worker *w = worker_of_thread;
    int f = j->alike.order[item];
    sz_status status = add_frame(j, w, f, err);

    if (status != SZ_OK) return sz_dataset_fail(j->data, f, status, err);
    w->done[f] = 1;
    w->unsaved++;
    if (file_rows(j, w, 0, &w->why) != SZ_OK) w->failed_to_file = 1;
    return SZ_OK;
}

/* A full disk does not stop the fit. */
static sz_status hand_over(void *context, void *worker_of_thread, int item, sz_error *err)
{
    const job *j = context;
    worker *w = worker_of_thread;

    (void)item;
    (void)err;
    if (w->failed_to_file) sz_checkpoint_warn(j->run->state, j->run->watch, &w->why);
    w->failed_to_file = 0;
    return SZ_OK;
}

static int skip(void *context, int item)
{
    const job *j = context;

    return j->taken[j->alike.order[item]];
}

static double weight(void *context, int item)
{
    const job *j = context;

    return j->data->frame[j->alike.order[item]].n_atoms;
}

static sz_halt halt(void *context, sz_halt why)
{
    const job *j = context;

    return j->run->team->halt(j->run->team, why);
}

/* The worker's factor: empty, or from its file. */
static sz_status open_worker(worker *w, job *j, int k, sz_lsq_method method,
                             sz_error *err)
{
    const sz_fit_run *run = j->run;
    int n = j->data->n_frames;
    sz_status status = SZ_OK;

    w->number = run->team->rank * run->n_threads + k;
    w->wait = run->state->interval;
    w->done = calloc((size_t)n + 1, 1);
    if (!w->done) return sz_fail_memory(err, (size_t)n, "the list of frames");
    status = sz_front_create(&w->front, &j->system->gap, err);
    if (status == SZ_OK && run->resume)
        status = sz_checkpoint_load_rows(run->state, w->number, &w->lsq, &w->front, n,
                                         w->done, err);
    for (int f = 0; f < n && status == SZ_OK && w->lsq; f++) {
        if (!w->done[f]) continue;
        if (j->taken[f])
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%.400s: two of its files have the same frame; remove the "
                             "folder and start again",
                             run->state->folder);
        j->taken[f] = 1;
        w->n_resumed++;
    }
    if (status == SZ_OK && w->lsq) w->n_before = w->lsq->n_rows;
    if (status == SZ_OK && !w->lsq)
        status = sz_lsq_create(&w->lsq, j->system->n_unknowns, 0, method, err);
    if (status == SZ_OK)
        status = sz_rows_create(&w->rows, j->system->model, &j->system->gap, err);
    w->saved = sz_seconds();
    return status;
}

static void close_worker(worker *w)
{
    sz_rows_free(w->rows);
    sz_list_free(&w->list);
    sz_front_free(&w->front);
    sz_lsq_free(w->lsq);
    free(w->done);
}

/* All frames. If the fit is stopped the workers write what they have: no error. */
static sz_status make_rows(job *j, worker *w, sz_error *err)
{
    sz_crew crew = {.n_threads = j->run->n_threads,
                    .n_items = j->data->n_frames,
                    .worker = w,
                    .size = sizeof *w,
                    .context = j,
                    .work = work,
                    .hand_over = hand_over,
                    .skip = skip,
                    .weight = weight,
                    .halt = halt,
                    .watch = j->run->watch,
                    .what = j->run->team->rank == 0 ? "frames fitted" : NULL};
    sz_status status = sz_crew_run(&crew, err);

    if (status != SZ_ERR_STOPPED) return status;
    for (int k = 0; k < crew.n_threads; k++)
        if (file_rows(j, &w[k], 1, err) != SZ_OK)
            sz_checkpoint_warn(j->run->state, j->run->watch, err);
    return SZ_OK;
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
        for (int f = 0; f < j->data->n_frames; f++) frames += w[k].done[f];
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
    sz_status status = SZ_OK;

    if (!w) status = sz_fail_memory(err, (size_t)n * 8, "the threads");
    for (int k = 0; k < n && status == SZ_OK; k++)
        status = open_worker(&w[k], j, k, method, err);
    status = team->agree(team, status, err);
    if (status == SZ_OK) {
        status = make_rows(j, w, err);
        status = team->agree(team, status, err);
    }
    if (status == SZ_OK) sum_report(w, j, report);
    if (status == SZ_OK && !report->stopped) {
        status = merge_workers(w, n, team, err);
        if (status == SZ_OK && team->rank == 0) {
            *factor = w[0].lsq;
            w[0].lsq = NULL;
        }
    }
    for (int k = 0; w && k < n; k++) close_worker(&w[k]);
    free(w);
    return status;
}

/* ---- the whole --------------------------------------------------------------------- */

/* The frames of the other ranks, and those not selected, are marked as taken. */
static sz_status take_share(job *j, sz_error *err)
{
    const sz_dataset *t = j->data;
    const sz_team *team = j->run->team;
    sz_status status = sz_fit_share_frames(t, team->size, team->rank, &j->taken, err);

    for (int f = 0; f < t->n_frames && status == SZ_OK; f++) {
        int wanted = !j->run->only || j->run->only[f];

        j->n_wanted += wanted;
        if (!wanted) j->taken[f] = 1;
    }
    return status;
}

void sz_fit_rows_add(sz_fit_rows *to, const sz_fit_rows *from)
{
    to->n_rows += from->n_rows;
    to->n_frames += from->n_frames;
    to->n_new += from->n_new;
    to->seconds += from->seconds;
    to->flops += from->flops;
    to->stopped = from->stopped;
}

int sz_fit_unknowns(const sz_gap *gap)
{
    return sz_rows_columns(gap);
}

size_t sz_fit_memory(int n_unknowns, int n_species, int n_threads)
{
    return (size_t)n_threads * sz_front_memory(n_unknowns, n_species);
}

sz_status sz_system_create(sz_system **system, const sz_gap *gap, sz_error *err)
{
    size_t n = (size_t)gap->n_terms + 1;
    sz_system *s = calloc(1, sizeof *s);
    sz_status status = SZ_OK;

    *system = NULL;
    if (s) {
        s->gap = *gap;
        s->gap.term = calloc(n, sizeof *s->gap.term);
        s->n_unknowns = sz_fit_unknowns(gap);
    }
    if (!s || !s->gap.term)
        status = sz_fail_memory(err, n * sizeof(sz_gap_term), "the fit");
    if (status == SZ_OK) {
        memcpy(s->gap.term, gap->term, (n - 1) * sizeof *s->gap.term);
        status = sz_model_build(&s->model, &s->gap, err);
    }
    if (status == SZ_OK) {
        *system = s;
        s = NULL;
    }
    sz_system_free(s);
    return status;
}

void sz_system_free(sz_system *system)
{
    if (!system) return;
    sz_model_free(system->model);
    free(system->gap.term);
    free(system);
}

sz_status sz_fit_factor(sz_lsq **factor, const sz_system *system,
                        const sz_targets *targets, const sz_fit_run *run,
                        sz_fit_rows *report, sz_error *err)
{
    job j = {.system = system, .targets = targets, .data = targets->data, .run = run};
    double start = sz_seconds();
    sz_status status;

    *factor = NULL;
    memset(report, 0, sizeof *report);
    status = sz_rows_species(j.species, j.data, system->model, err);
    if (status == SZ_OK) status = take_share(&j, err);
    if (status == SZ_OK) status = sz_alike_frames_create(&j.alike, j.data, err);
    status = run->team->agree(run->team, status, err);
    if (status == SZ_OK) status = run_workers(&j, run->method, factor, report, err);
    report->seconds = sz_seconds() - start;
    sz_alike_frames_free(&j.alike);
    free(j.taken);
    return status;
}

sz_status sz_fit_regularise(sz_lsq *lsq, const sz_gap *gap, double jitter, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        size_t m = (size_t)gap->term[k].n_sparse;
        double *k_mm = malloc(m * m * sizeof *k_mm + 1);

        if (!k_mm) status = sz_fail_memory(err, m * m * 8, "K_MM");
        if (status == SZ_OK) status = sz_covariance_matrix(&gap->term[k], 0.0, k_mm, err);
        if (status == SZ_OK) status = sz_lsq_regularise(lsq, (int)m, k_mm, jitter, err);
        free(k_mm);
    }
    return status;
}

static void give_weights(sz_gap *gap, const double *alpha)
{
    for (int k = 0; k < gap->n_terms; k++) {
        sz_gap_term *c = &gap->term[k];

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
