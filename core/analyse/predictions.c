/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predictions.c - a model on all frames. They are handed over in the order of the file,
 * so that sums do not depend on the number of threads. */
#include "analyse/predictions.h"

#include "base/crew.h"
#include "data/dataset_frame.h" /* sz_grow */
#include "model/predict.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const sz_comparison *c;
    int species[SZ_Z_MAX]; /* the model's, for each of the data */
} job;

typedef struct {
    sz_predictor *p;
    int *species;     /* [n_atoms] of a frame */
    double *variance; /* [n_atoms] */
    double energy_variance;
    int room;
    sz_variance_work *scratch; /* NULL: no variance is wanted */
} worker;

static sz_status predict_frame(const job *j, worker *w, int f, sz_error *err)
{
    const sz_comparison *c = j->c;
    sz_structure s = sz_dataset_structure(c->train, f);
    sz_status status;

    if (s.n_atoms > w->room) {
        if (!sz_grow(&w->species, (size_t)s.n_atoms, sizeof *w->species) ||
            !sz_grow(&w->variance, (size_t)s.n_atoms, sizeof *w->variance))
            return sz_fail_memory(err, (size_t)s.n_atoms * 12, "a frame");
        w->room = s.n_atoms;
    }
    for (int i = 0; i < s.n_atoms; i++) w->species[i] = j->species[s.species[i]];
    s.species = w->species;
    status = sz_list_build(&w->p->list, &s, sz_model_cutoff(c->model), err);
    if (status == SZ_OK) status = sz_predict_list(w->p, err);
    if (status == SZ_OK && w->scratch)
        status = sz_variance_frame(c->variance, w->scratch, &w->p->list.nb, w->variance,
                                   &w->energy_variance, err);
    return status;
}

/* file and line of the frame before the message */
static sz_status at_frame(const job *j, int f, sz_status status, sz_error *err)
{
    const sz_dataset *t = j->c->train;
    sz_error why = *err;

    return sz_fail(err, status, "%.200s:%d: %.700s", t->path, t->frame[f].line,
                   why.message);
}

static sz_status work(void *context, void *worker_of_thread, int f, sz_error *err)
{
    sz_status status = predict_frame(context, worker_of_thread, f, err);

    return status == SZ_OK ? SZ_OK : at_frame(context, f, status, err);
}

static sz_status hand_over(void *context, void *worker_of_thread, int f, sz_error *err)
{
    const job *j = context;
    const worker *w = worker_of_thread;
    const sz_comparison *c = j->c;
    sz_frame_prediction out = {.energy = w->p->energy,
                               .local = w->p->local,
                               .force = w->p->force,
                               .variance = w->scratch ? w->variance : NULL,
                               .energy_variance = w->scratch ? w->energy_variance : 0.0};
    sz_status status;

    for (int k = 0; k < 9; k++)
        out.virial[k] = 0.5 * (w->p->virial[k] + w->p->virial[3 * (k % 3) + k / 3]);
    status = c->take(c->context, f, &out, err);
    return status == SZ_OK ? SZ_OK : at_frame(j, f, status, err);
}

static sz_status find_species(job *j, sz_error *err)
{
    const sz_dataset *t = j->c->train;

    for (int k = 0; k < t->n_species; k++) {
        const char *symbol = sz_element_symbol(t->z[k]);

        j->species[k] = sz_model_species(j->c->model, symbol);
        if (j->species[k] >= 0) continue;
        for (int f = 0; f < t->n_frames; f++)
            for (int i = 0; i < t->frame[f].n_atoms; i++)
                if (t->species[t->frame[f].first + (size_t)i] == k)
                    return sz_fail(err, SZ_ERR_ARGUMENT,
                                   "%.300s:%d: the model %.300s does not know the "
                                   "element %s; leave such frames out",
                                   t->path, t->frame[f].line + 2 + i, j->c->model_name,
                                   symbol);
    }
    return SZ_OK;
}

static sz_status open_worker(worker *w, const sz_comparison *c, sz_error *err)
{
    sz_status status = sz_predictor_create(&w->p, c->model, err);

    if (status == SZ_OK && c->variance)
        status = sz_variance_work_create(&w->scratch, c->variance, err);
    return status;
}

static void close_worker(worker *w)
{
    sz_predictor_free(w->p);
    sz_variance_work_free(w->scratch);
    free(w->species);
    free(w->variance);
}

sz_status sz_predict_all(const sz_comparison *c, sz_error *err)
{
    job j = {.c = c};
    worker *w = calloc((size_t)c->n_threads, sizeof *w);
    const sz_crew crew = {.n_threads = c->n_threads,
                          .n_items = c->train->n_frames,
                          .worker = w,
                          .size = sizeof *w,
                          .context = &j,
                          .work = work,
                          .hand_over = hand_over,
                          .in_order = 1,
                          .watch = c->watch,
                          .what = "frames compared"};
    sz_status status = find_species(&j, err);

    if (status == SZ_OK && !w)
        status = sz_fail_memory(err, (size_t)c->n_threads * sizeof *w, "the threads");
    for (int k = 0; k < c->n_threads && status == SZ_OK; k++)
        status = open_worker(&w[k], c, err);
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    for (int k = 0; w && k < c->n_threads; k++) close_worker(&w[k]);
    free(w);
    return status;
}
