/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predictions.c - predictions of a model for all frames. Results are passed on in the
 * order of the file, so that sums do not depend on the number of threads. */
#include "analyse/predictions.h"

#include "base/crew.h"
#include "base/memory.h"
#include "model/predict.h"
#include "model/variance.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const sz_comparison *c;
    int species[SZ_Z_MAX]; /* the model's species for each of the data */
} job;

typedef struct {
    sz_predictor *p;
    int *species;     /* [n_atoms] of a frame */
    double *variance; /* [n_atoms] */
    double energy_variance;
    int room;
    sz_variance_work *scratch; /* NULL: no variance is computed */
} worker;

static sz_status predict_frame(const job *j, worker *w, int f, sz_error *err)
{
    const sz_comparison *c = j->c;
    sz_structure s = sz_dataset_structure(c->data, f);
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

static sz_status work(void *context, void *worker_of_thread, int f, sz_error *err)
{
    const job *j = context;
    sz_status status = predict_frame(j, worker_of_thread, f, err);

    return status == SZ_OK ? SZ_OK : sz_dataset_fail(j->c->data, f, status, err);
}

static sz_status hand_over(void *context, void *worker_of_thread, int f, sz_error *err)
{
    const worker *w = worker_of_thread;
    const sz_comparison *c = ((const job *)context)->c;
    sz_frame_prediction out = {.energy = w->p->energy,
                               .local = w->p->local,
                               .force = w->p->force,
                               .variance = w->scratch ? w->variance : NULL,
                               .energy_variance = w->scratch ? w->energy_variance : 0.0,
                               .list = &w->p->list};
    sz_status status;

    sz_symmetrise(out.virial, w->p->virial);
    status = c->take(c->context, f, &out, err);
    return status == SZ_OK ? SZ_OK : sz_dataset_fail(c->data, f, status, err);
}

static int skip(void *context, int f)
{
    const sz_comparison *c = ((const job *)context)->c;

    return c->only && !c->only[f];
}

/* The first atom of an element that the model does not know. */
static sz_status fail_unknown(const job *j, int unknown, sz_error *err)
{
    const sz_dataset *data = j->c->data;
    const char *name = j->c->model_name;
    size_t atom = 0;
    char place[SZ_PLACE];
    int f = 0;

    while (data->species[atom] != unknown) atom++;
    while (data->frame[f].first + (size_t)data->frame[f].n_atoms <= atom) f++;
    return sz_fail(
        err, SZ_ERR_ARGUMENT,
        "%s: the model %.300s%sdoes not contain the element %s; leave out such frames",
        sz_dataset_place(data, f, (int)(atom - data->frame[f].first), place),
        name ? name : "", name ? " " : "", sz_element_symbol(data->z[unknown]));
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
    int n_frames = c->data->n_frames; /* more threads would have no work */
    int n = c->n_threads < n_frames ? c->n_threads : n_frames > 1 ? n_frames : 1;
    worker *w = calloc((size_t)n, sizeof *w);
    const sz_crew crew = {.n_threads = n,
                          .n_items = n_frames,
                          .worker = w,
                          .size = sizeof *w,
                          .context = &j,
                          .work = work,
                          .hand_over = hand_over,
                          .in_order = 1,
                          .skip = skip,
                          .watch = c->watch,
                          .what = "frames compared"};
    int unknown = sz_dataset_map(j.species, c->data, c->model);
    sz_status status = unknown < 0 ? SZ_OK : fail_unknown(&j, unknown, err);

    if (status == SZ_OK && !w)
        status = sz_fail_memory(err, (size_t)n * sizeof *w, "the threads");
    for (int k = 0; k < n && status == SZ_OK; k++) status = open_worker(&w[k], c, err);
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    for (int k = 0; w && k < n; k++) close_worker(&w[k]);
    free(w);
    return status;
}
