/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sites.c - chosen atoms of a dataset: they are sorted by frame, each frame gets a
 * neighbour list once, and the results are stored in the order of the choice. */
#include "analyse/sites.h"

#include "base/crew.h"
#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

sz_status sz_dataset_read_frames(sz_dataset **dataset, const char *path, sz_error *err)
{
    const sz_dataset_names none = {0};

    return sz_dataset_read_names(dataset, path, &none, err);
}

/* ---- frames ------------------------------------------------------------------------ */

typedef struct {
    const sz_sites *of;
    double cutoff;
    size_t *first; /* [n_frames + 1] start of a frame in the two arrays below */
    size_t *place; /* [n] */
    int *atom;     /* [n] atom of its frame */
    sz_sites_work *work;
    void *context;
} visit;

typedef struct {
    sz_list list;
} worker;

static int frame_of(const sz_dataset *data, size_t atom)
{
    int low = 0, high = data->n_frames;

    while (high - low > 1) {
        int middle = low + (high - low) / 2;

        *(data->frame[middle].first <= atom ? &low : &high) = middle;
    }
    return low;
}

/* Sorted by frame, within a frame in the order chosen. */
static sz_status sort_atoms(visit *v, sz_error *err)
{
    const sz_sites *of = v->of;
    int n_frames = of->data->n_frames;

    v->first = calloc((size_t)n_frames + 2, sizeof *v->first);
    v->place = malloc((of->n + 1) * sizeof *v->place);
    v->atom = malloc((of->n + 1) * sizeof *v->atom);
    if (!v->first || !v->place || !v->atom)
        return sz_fail_memory(err, of->n * 12, "the environments");
    for (size_t k = 0; k < of->n; k++) {
        if (of->atom[k] >= of->data->n_atoms)
            return sz_fail(err, SZ_ERR_ARGUMENT, "environment %zu is atom %zu of %zu", k,
                           of->atom[k], of->data->n_atoms);
        v->first[frame_of(of->data, of->atom[k]) + 2]++;
    }
    for (int f = 1; f <= n_frames; f++) v->first[f + 1] += v->first[f];
    for (size_t k = 0; k < of->n; k++) { /* first[f + 1] is advanced from start to end */
        int f = frame_of(of->data, of->atom[k]);
        size_t at = v->first[f + 1]++;

        v->place[at] = k;
        v->atom[at] = (int)(of->atom[k] - of->data->frame[f].first);
    }
    return SZ_OK;
}

static int has_none(void *context, int f)
{
    const visit *v = context;

    return v->first[f] == v->first[f + 1];
}

static sz_status work_frame(void *context, void *worker_of_thread, int f, sz_error *err)
{
    const visit *v = context;
    const sz_dataset *data = v->of->data;
    sz_list *list = &((worker *)worker_of_thread)->list;
    size_t first = v->first[f];
    sz_frame_sites e = {list, (int)(v->first[f + 1] - first), v->atom + first,
                        v->place + first};
    sz_error why;
    sz_status status = sz_dataset_list(list, data, f, v->cutoff, err);

    if (status != SZ_OK) return status;
    for (int i = 0; i < list->nb.n_atoms; i++)
        list->species[i] = data->z[list->species[i]];
    for (int k = 0; k < list->n_pairs; k++)
        list->neigh_species[k] = data->z[list->neigh_species[k]];
    status = v->work(v->context, &e, &why);
    if (status == SZ_OK) return SZ_OK;
    sz_dataset_fail(data, f, status, &why);
    return sz_fail(err, status, "%s", why.message);
}

sz_status sz_sites_visit(const sz_sites *of, double cutoff, const sz_fit_options *options,
                         const char *what, sz_sites_work *work, void *context,
                         sz_error *err)
{
    visit v = {.of = of, .cutoff = cutoff, .work = work, .context = context};
    sz_crew crew = {.n_items = of->data->n_frames,
                    .size = sizeof(worker),
                    .context = &v,
                    .work = work_frame,
                    .skip = has_none,
                    .watch = options ? options->watch : NULL,
                    .what = what};
    sz_status status =
        sz_crew_threads(&crew.n_threads, options ? options->n_threads : 0, err);
    worker *w = NULL;

    if (status == SZ_OK) status = sort_atoms(&v, err);
    if (status == SZ_OK) {
        w = calloc((size_t)crew.n_threads, sizeof *w);
        if (!w) status = sz_fail_memory(err, sizeof *w, "the threads");
    }
    crew.worker = w;
    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    for (int k = 0; w && k < crew.n_threads; k++) sz_list_free(&w[k].list);
    free(w);
    free(v.first);
    free(v.place);
    free(v.atom);
    return status;
}

/* ---- vectors ----------------------------------------------------------------------- */

sz_status sz_sites_check(const sz_descriptor *d, sz_error *err)
{
    if (!sz_descriptor_is_average(d)) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "a descriptor with average=T has no vector of an environment: leave "
                   "out this key");
}

typedef struct {
    const sz_descriptor *d;
    double *p;
} vectors;

static sz_status find_vectors(void *context, const sz_frame_sites *e, sz_error *err)
{
    const vectors *v = context;
    size_t length = (size_t)sz_descriptor_length(v->d);
    double *p = malloc((size_t)e->n * length * sizeof *p);
    sz_status status;

    if (!p) return sz_fail_memory(err, (size_t)e->n * length * 8, "descriptor vectors");
    status = sz_descriptor_vectors(v->d, e->list, e->n, e->atom, p, err);
    for (int k = 0; k < e->n && status == SZ_OK; k++)
        memcpy(v->p + e->place[k] * length, p + (size_t)k * length, length * sizeof *p);
    free(p);
    return status;
}

sz_status sz_sites_vectors(const sz_descriptor *d, const sz_sites *of,
                           const sz_fit_options *options, double *p, sz_error *err)
{
    vectors v = {d, p};
    sz_status status = sz_sites_check(d, err);

    if (status != SZ_OK) return status;
    return sz_sites_visit(of, sz_descriptor_cutoff(d), options, "frames described",
                          find_vectors, &v, err);
}
