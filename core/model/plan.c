/* SPDX-License-Identifier: BSD-3-Clause
 *
 * plan.c - how a model is evaluated on this machine, and the scratch of its threads.
 *
 * A plan keeps its model and a work keeps its plan, so that all may be freed in any
 * order. */
#include "model/plan.h"

#include "kokkos/device.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the plan ---------------------------------------------------------------------- */

static sz_status check_block(int *n_block, sz_device device, sz_error *err)
{
    if (*n_block == 0) *n_block = sz_device_block(device);
    if (*n_block >= 1 && *n_block <= 4096) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "a block has 1 to 4096 atoms, not %d", *n_block);
}

static void destroy(sz_plan *plan)
{
    const sz_model *model = plan->model;

    for (int k = 0; plan->part && k < model->n_kinds; k++)
        if (plan->part[k]) sz_term_kinds[k]->free_plan(plan->part[k]);
    free(plan->part);
    pthread_mutex_destroy(&plan->lock);
    sz_model_release(model);
    free(plan);
}

static void hold(const sz_plan *plan)
{
    sz_plan *p = (sz_plan *)plan;

    pthread_mutex_lock(&p->lock);
    p->n_holders++;
    pthread_mutex_unlock(&p->lock);
}

void sz_plan_free(sz_plan *plan)
{
    int last;

    if (!plan) return;
    pthread_mutex_lock(&plan->lock);
    last = --plan->n_holders == 0;
    pthread_mutex_unlock(&plan->lock);
    if (last) destroy(plan);
}

sz_status sz_plan_lay_out(sz_plan **plan, const sz_model *model, int n_block,
                          const sz_plan_layout *layout, sz_error *err)
{
    sz_plan_layout own = *layout;
    sz_plan *p;
    sz_status status = check_block(&n_block, layout->device, err);

    *plan = NULL;
    if (status != SZ_OK) return status;
    p = calloc(1, sizeof *p);
    if (!p) return sz_fail_memory(err, sizeof *p, "a plan");
    sz_model_hold(model, 0);
    pthread_mutex_init(&p->lock, NULL);
    p->model = model;
    p->n_holders = 1;
    p->n_block = n_block;
    p->n_threads = 1;
    p->device = layout->device;
    p->part = calloc((size_t)model->n_kinds + 1, sizeof *p->part);
    if (!p->part) status = sz_fail_memory(err, sizeof *p->part, "a plan");
    for (int k = 0; k < model->n_kinds && status == SZ_OK; k++)
        if (model->group[k] && sz_term_kinds[k]->plan)
            status = sz_term_kinds[k]->plan(&p->part[k], model->group[k], &own, err);
    p->precision = sz_tile_is_single(own.tile) ? SZ_MIXED : SZ_DOUBLE;
    if (status == SZ_OK && own.needs_points) {
        sz_model_hold(model, 1);
        sz_model_release(model);
    }
    if (status == SZ_OK)
        *plan = p;
    else
        sz_plan_free(p);
    return status;
}

static sz_status check_tolerance(double tolerance, sz_error *err)
{
    if (isfinite(tolerance) && tolerance >= 0.0) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "rank_tolerance is %g, it must be an energy in eV, or 0 for exact "
                   "kernels",
                   tolerance);
}

sz_status sz_precision_of(sz_precision *precision, const char *word, sz_error *err)
{
    *precision = strcmp(word, "mixed") ? SZ_DOUBLE : SZ_MIXED;
    if (*precision == SZ_MIXED || !strcmp(word, "double")) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "precision is double or mixed, not \"%s\"",
                   word);
}

sz_status sz_device_of(sz_device *device, const char *word, sz_error *err)
{
    *device = strcmp(word, "kokkos") ? SZ_CPU : SZ_KOKKOS;
    if (*device == SZ_KOKKOS || !strcmp(word, "cpu")) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "device is cpu or kokkos, not \"%s\"", word);
}

/* A GPU has room for many atoms at once. */
int sz_device_block(sz_device device)
{
    return device == SZ_KOKKOS ? 2048 : 128;
}

/* If this CPU has no products of floats, those of doubles. */
static sz_tile tile_of(sz_precision precision)
{
    sz_tile single = sz_tile_best_single();

    return precision == SZ_MIXED && single != SZ_TILE_NONE ? single : sz_tile_best();
}

static sz_status check_device(const sz_plan_options *o, sz_error *err)
{
    if (o->device == SZ_CPU) return SZ_OK;
    if (o->device != SZ_KOKKOS)
        return sz_fail(err, SZ_ERR_ARGUMENT, "device is SZ_CPU or SZ_KOKKOS, not %d",
                       (int)o->device);
    if (o->precision == SZ_MIXED)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the device kokkos computes in double precision: leave out "
                       "precision mixed");
    return sz_device_open(err);
}

/* The options of sz_plan_options. */
static sz_status check_options(const sz_plan_options *o, sz_error *err)
{
    int n_block = o->n_block;
    sz_status status = check_block(&n_block, o->device, err);

    if (status == SZ_OK) status = check_tolerance(o->rank_tolerance, err);
    if (status == SZ_OK && (o->n_threads < 0 || o->n_threads > SZ_MAX_THREADS))
        status = sz_fail(err, SZ_ERR_ARGUMENT, "a work has 1 to %d threads, not %d",
                         SZ_MAX_THREADS, o->n_threads);
    if (status == SZ_OK && o->precision != SZ_DOUBLE && o->precision != SZ_MIXED)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "precision is SZ_DOUBLE or SZ_MIXED, not %d", (int)o->precision);
    if (status == SZ_OK) status = check_device(o, err);
    return status;
}

sz_status sz_plan_create(sz_plan **plan, const sz_model *model,
                         const sz_plan_options *options, sz_error *err)
{
    const sz_plan_options none = {0}, *o = options ? options : &none;
    const sz_plan_layout layout = {.tile = tile_of(o->precision),
                                   .collapse = SZ_COLLAPSE_CHEAPER,
                                   .rank_tolerance = o->rank_tolerance,
                                   .device = o->device};
    sz_status status = check_options(o, err);

    *plan = NULL;
    if (status == SZ_OK) status = sz_plan_lay_out(plan, model, o->n_block, &layout, err);
    if (status == SZ_OK && o->n_threads) (*plan)->n_threads = o->n_threads;
    return status;
}

const void *sz_plan_part(const sz_plan *plan, int k)
{
    return plan->part[k] ? plan->part[k] : plan->model->group[k];
}

size_t sz_plan_bytes(const sz_plan *plan)
{
    const sz_model *model = plan->model;
    size_t sum = 0;

    for (int k = 0; k < model->n_kinds; k++)
        if (model->group[k] && sz_term_kinds[k]->bytes)
            sum += sz_term_kinds[k]->bytes(model->group[k], plan->part[k]);
    return sum;
}

sz_precision sz_plan_precision(const sz_plan *plan)
{
    return plan->precision;
}

const char *sz_plan_device(const sz_plan *plan)
{
    return plan->device == SZ_KOKKOS ? sz_device_name() : NULL;
}

int sz_plan_n_wide(const sz_plan *plan)
{
    int n = 0;

    for (int k = 0; k < plan->model->n_kinds; k++)
        if (plan->part[k] && sz_term_kinds[k]->n_wide)
            n += sz_term_kinds[k]->n_wide(plan->part[k]);
    return n;
}

/* ---- ranks ------------------------------------------------------------------------- */

/* As sz_term_kind.rank, over all kinds. */
static const sz_rank *find_rank(const sz_plan *plan, int k, int *n)
{
    const sz_rank *found = NULL;

    *n = 0;
    for (int i = 0; i < plan->model->n_kinds; i++) {
        const sz_rank *own;
        int n_own;

        if (!plan->part[i] || !sz_term_kinds[i]->rank) continue;
        own = sz_term_kinds[i]->rank(plan->part[i], k - *n, &n_own);
        if (own) found = own;
        *n += n_own;
    }
    return found;
}

int sz_plan_n_ranks(const sz_plan *plan)
{
    int n;

    find_rank(plan, 0, &n);
    return n;
}

sz_rank sz_plan_rank(const sz_plan *plan, int k)
{
    const sz_rank none = {0};
    int n;
    const sz_rank *found = find_rank(plan, k, &n);

    return found ? *found : none;
}

/* ---- work -------------------------------------------------------------------------- */

void sz_work_free(sz_work *work)
{
    int n_kinds;

    if (!work) return;
    sz_standing_free(work->crew);
    sz_device_free_copy(work->copy);
    n_kinds = work->plan->model->n_kinds;
    for (int k = 0; work->part && k < work->n_threads * n_kinds; k++)
        if (work->part[k]) sz_term_kinds[k % n_kinds]->free_work(work->part[k]);
    free(work->part);
    free(work->atom);
    free(work->first);
    sz_plan_free((sz_plan *)work->plan);
    free(work);
}

/* Scratch of all kinds for every thread. */
static sz_status make_parts(sz_work *w, sz_error *err)
{
    const sz_model *model = w->plan->model;
    int n_kinds = model->n_kinds, n = w->n_threads * n_kinds;
    sz_status status = SZ_OK;

    w->part = calloc((size_t)n + 1, sizeof *w->part);
    if (!w->part) return sz_fail_memory(err, (size_t)n * sizeof *w->part, "scratch");
    for (int k = 0; k < n && status == SZ_OK; k++) {
        const sz_term_kind *kind = sz_term_kinds[k % n_kinds];

        if (model->group[k % n_kinds] && kind->work)
            status = kind->work(&w->part[k], sz_plan_part(w->plan, k % n_kinds),
                                w->n_block, err);
    }
    return status;
}

static sz_status make_window(sz_work *w, sz_error *err)
{
    size_t n, n_species = (size_t)w->plan->model->species.n;

    w->window = w->n_block > SZ_WINDOW ? w->n_block : SZ_WINDOW;
    n = (size_t)w->window;
    w->atom = malloc(n * sizeof *w->atom);
    w->first = malloc((n + n_species + 1) * sizeof *w->first);
    if (w->atom && w->first) return SZ_OK;
    return sz_fail_memory(err, 2 * n * sizeof *w->atom, "scratch");
}

sz_status sz_work_of_plan(sz_work **work, const sz_plan *plan, int n_block, sz_error *err)
{
    sz_work *w;
    sz_status status;

    *work = NULL;
    if (n_block == 0) n_block = plan->n_block;
    status = check_block(&n_block, plan->device, err);
    if (status != SZ_OK) return status;
    w = calloc(1, sizeof *w);
    if (!w) return sz_fail_memory(err, sizeof *w, "scratch");
    hold(plan);
    w->plan = plan;
    w->n_threads = plan->n_threads;
    w->n_block = n_block;
    status = make_parts(w, err);
    if (status == SZ_OK) status = make_window(w, err);
    if (status == SZ_OK && w->n_threads > 1)
        status = sz_standing_create(&w->crew, w->n_threads, err);
    if (status == SZ_OK)
        *work = w;
    else
        sz_work_free(w);
    return status;
}

sz_status sz_plan_work(sz_work **work, const sz_plan *plan, sz_error *err)
{
    return sz_work_of_plan(work, plan, 0, err);
}

sz_status sz_model_plan(const sz_plan **plan, const sz_model *model, sz_error *err)
{
    sz_model *m = (sz_model *)model; /* its plan is created once */
    sz_status status = SZ_OK;

    pthread_mutex_lock(&m->lock);
    if (!m->plan) {
        sz_plan *made;

        pthread_mutex_unlock(&m->lock);
        status = sz_plan_create(&made, model, &m->options, err);
        pthread_mutex_lock(&m->lock);
        if (!m->plan) {
            m->plan = made;
            made = NULL;
        }
        pthread_mutex_unlock(&m->lock);
        sz_plan_free(made); /* another thread created it first */
    } else {
        pthread_mutex_unlock(&m->lock);
    }
    *plan = status == SZ_OK ? m->plan : NULL;
    return status;
}

sz_status sz_model_set_plan(sz_model *model, const sz_plan_options *options,
                            sz_error *err)
{
    const sz_plan_options none = {0}, *o = options ? options : &none;
    sz_status status = check_options(o, err);

    if (status == SZ_OK && model->plan)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "the model has its plan already; set the options before the "
                         "first sz_work_create or sz_predictor_create");
    if (status == SZ_OK) model->options = *o;
    return status;
}

sz_status sz_work_create(sz_work **work, const sz_model *model, int n_block,
                         sz_error *err)
{
    const sz_plan *plan;
    int checked = n_block;
    sz_status status = check_block(&checked, SZ_CPU, err);

    *work = NULL;
    if (status == SZ_OK) status = sz_model_plan(&plan, model, err);
    return status == SZ_OK ? sz_work_of_plan(work, plan, n_block, err) : status;
}
