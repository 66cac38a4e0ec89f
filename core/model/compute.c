/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compute.c - E_i = e0 + the terms of all kinds, and dE_i/dr_ij.
 *
 * The atoms of a window are split into portions, each of one species and computed by the
 * next free thread. E_i and the derivatives of the row of i belong to i only, and the
 * split depends only on the atoms: results do not depend on the number of threads, to the
 * last bit.
 *
 * A portion is 1/16 of the window, to balance the threads, but at least 32 atoms, since
 * smaller matrix products are slower, and at most a block; on a device it is a block. */
#include "atoms/list_check.h"
#include "model/plan.h"

#include <stdatomic.h>
#include <string.h>

enum { PORTIONS = 16, LEAST = 32 };

typedef struct {
    sz_work *work;
    const sz_neigh *nb;
    double *energy, *dedr;
    int rest;          /* see sz_portion */
    atomic_int failed; /* a row is not valid */
    atomic_int broken; /* the device has failed */
    sz_error error;    /* its first failure */
} step;

/* Splits n atoms of one species, from number begin of work->atom on. */
static int cut(sz_work *w, int n_portions, int begin, int n, int most)
{
    int parts = (n + most - 1) / most;

    for (int k = 0; k < parts; k++)
        w->first[n_portions + k] = begin + (int)((long)n * k / parts);
    return n_portions + parts;
}

/* Fills work->atom and work->first with the atoms start .. end-1; returns the number of
 * portions. */
static int cut_window(const step *s, int start, int end)
{
    sz_work *w = s->work;
    int n_species = w->plan->model->species.n, n_portions = 0, begin = 0;
    int count[SZ_Z_MAX + 1] = {0}, at[SZ_Z_MAX + 1];
    int most = (end - start + PORTIONS - 1) / PORTIONS;

    if (most < LEAST) most = LEAST;
    if (most > w->n_block || w->plan->device != SZ_CPU) most = w->n_block;
    for (int i = start; i < end; i++) count[s->nb->species[i]]++;
    for (int k = 0; k < n_species; k++) {
        at[k] = begin;
        n_portions = cut(w, n_portions, begin, count[k], most);
        begin += count[k];
    }
    w->first[n_portions] = begin;
    for (int i = start; i < end; i++) w->atom[at[s->nb->species[i]]++] = i;
    return n_portions;
}

static int is_fit(const step *s, int n, const int *atom)
{
    int n_species = s->work->plan->model->species.n, fit = 1;

    for (int k = 0; k < n && fit; k++)
        fit = sz_list_check_row(s->nb, atom[k], n_species, NULL) == SZ_OK;
    return fit;
}

static void clear(const step *s, const sz_portion *p)
{
    const double *e0 = s->work->plan->model->e0;
    const int *first = s->nb->first;

    for (int k = 0; k < p->n; k++) {
        int i = p->atom[k];

        s->energy[i] = s->rest ? 0.0 : e0[s->nb->species[i]];
        if (s->dedr)
            memset(s->dedr + 3 * (size_t)first[i], 0,
                   3 * (size_t)(first[i + 1] - first[i]) * sizeof *s->dedr);
    }
}

static void compute_portion(void *context, int thread, int number)
{
    step *s = context;
    sz_work *w = s->work;
    const sz_plan *plan = w->plan;
    const sz_model *m = plan->model;
    int begin = w->first[number];
    const sz_portion p = {.species = &m->species,
                          .nb = s->nb,
                          .n = w->first[number + 1] - begin,
                          .atom = w->atom + begin,
                          .energy = s->energy,
                          .dedr = s->dedr,
                          .rest = s->rest};

    if (!is_fit(s, p.n, p.atom)) {
        atomic_store(&s->failed, 1);
        return;
    }
    clear(s, &p);
    for (int k = 0; k < m->n_kinds; k++) {
        sz_error err;

        if (m->group[k] &&
            sz_term_energy(sz_term_kinds[k], sz_plan_part(plan, k),
                           w->part[thread * m->n_kinds + k], &p, &err) != SZ_OK &&
            !atomic_exchange(&s->broken, 1))
            s->error = err;
    }
}

/* The first atom of all that is not fit for use, whichever thread has met it; or what the
 * device says. */
static sz_status tell(step *s, sz_error *err)
{
    if (atomic_load(&s->failed))
        return sz_list_check(s->nb, s->work->plan->model->species.n, err);
    if (!atomic_load(&s->broken)) return SZ_OK;
    return sz_fail(err, s->error.status, "%s", s->error.message);
}

static int species_are_known(const sz_neigh *nb, int n_species)
{
    int known = 1;

    for (int i = 0; i < nb->n_atoms; i++)
        known &= nb->species[i] >= 0 && nb->species[i] < n_species;
    return known;
}

static sz_status compute(step *s, sz_error *err)
{
    sz_work *work = s->work;
    int n = s->nb->n_atoms, n_windows = (n + work->window - 1) / work->window;

    atomic_init(&s->failed, !species_are_known(s->nb, work->plan->model->species.n));
    atomic_init(&s->broken, 0);
    for (int k = 0; k < n_windows && !atomic_load(&s->failed); k++) {
        int n_portions = cut_window(s, (int)((long)n * k / n_windows),
                                    (int)((long)n * (k + 1) / n_windows));

        sz_standing_run(work->crew, n_portions, compute_portion, s);
    }
    return tell(s, err);
}

sz_status sz_compute(const sz_model *model, sz_work *work, const sz_neigh *nb,
                     double *energy, double *dedr, sz_error *err)
{
    step s = {.work = work, .nb = nb, .energy = energy, .dedr = dedr};

    if (model && model != work->plan->model)
        return sz_fail(err, SZ_ERR_ARGUMENT, "the work belongs to another model");
    return compute(&s, err);
}

sz_status sz_compute_rest(sz_work *work, const sz_neigh *nb, double *energy, double *dedr,
                          sz_error *err)
{
    step s = {.work = work, .nb = nb, .energy = energy, .dedr = dedr, .rest = 1};

    return compute(&s, err);
}
