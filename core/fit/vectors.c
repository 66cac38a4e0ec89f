/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.c - the vectors of one term in the data, computed by the probe of its kind. */
#include "fit/vectors.h"

#include "format/gap_write.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void sz_fit_vectors_free(sz_fit_vectors *v)
{
    if (v->probe) v->kind->free_probe(v->probe);
    if (v->spec) v->kind->free_spec(v->spec);
    sz_list_free(&v->list);
    free(v->frame);
    free(v->atom);
    free(v->x);
    free(v->fc);
}

sz_status sz_fit_vectors_frame(sz_fit_vectors *v, int frame, sz_error *err)
{
    sz_status status;

    if (v->list_frame == frame) return SZ_OK;
    v->list_frame = frame;
    status = sz_dataset_list(&v->list, v->train, frame, v->probe->cutoff, err);
    if (status != SZ_OK) v->list_frame = -1;
    return status;
}

/* select's fetch: vectors first .. first+count-1 */
static sz_status fetch(void *context, int first, int count, double *x, sz_error *err)
{
    sz_fit_vectors *v = context;
    sz_status status = SZ_OK;

    for (int k = first; k < first + count && status == SZ_OK; k++) {
        status = sz_fit_vectors_frame(v, v->frame[k], err);
        if (status == SZ_OK) status = sz_watch_check(v->watch, err);
        if (status == SZ_OK)
            status = v->kind->vector(v->probe, &v->list, v->atom[k], x, err);
        x += v->probe->n_dim;
    }
    return status;
}

static sz_status make_room(sz_fit_vectors *v, sz_error *err)
{
    size_t room = 2 * v->room + 1024;
    size_t d = v->probe->on_demand ? 0 : (size_t)v->probe->n_dim;
    double *x = realloc(v->x, (room * d + 1) * sizeof *x), *fc;
    int *frame, *atom;

    if (x) v->x = x;
    fc = realloc(v->fc, room * sizeof *fc);
    if (fc) v->fc = fc;
    frame = realloc(v->frame, room * sizeof *frame);
    if (frame) v->frame = frame;
    atom = realloc(v->atom, room * sizeof *atom);
    if (atom) v->atom = atom;
    if (!x || !fc || !frame || !atom)
        return sz_fail_memory(err, room * (d + 2) * 8, "the vectors of the data");
    v->room = room;
    return SZ_OK;
}

/* Appends one, of the current frame. */
static sz_status take(void *context, int atom, const double *x, double fc, sz_error *err)
{
    sz_fit_vectors *v = context;
    size_t n = (size_t)v->n, d = (size_t)v->probe->n_dim;

    if (v->n == INT_MAX)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the data have more than %d pairs or triplets of atoms for one "
                       "descriptor; use fewer frames",
                       INT_MAX);
    if (n == v->room) {
        sz_status status = make_room(v, err);

        if (status != SZ_OK) return status;
    }
    v->frame[n] = v->list_frame;
    v->atom[n] = atom;
    v->fc[n] = fc;
    if (x) memcpy(v->x + n * d, x, d * sizeof *x);
    v->n++;
    return SZ_OK;
}

/* The centres of a frame, whose vectors are computed later. */
static sz_status list_centres(sz_fit_vectors *v, int frame, sz_error *err)
{
    const sz_dataset_frame *f = &v->train->frame[frame];
    sz_status status = SZ_OK;

    v->list_frame = frame;
    for (int i = 0; i < f->n_atoms && status == SZ_OK; i++)
        if (v->kind->is_centre(v->probe, v->train->species[f->first + (size_t)i]))
            status = take(v, i, NULL, 1.0, err);
    v->list_frame = -1; /* its neighbours are not known yet */
    return status;
}

static sz_status collect(sz_fit_vectors *v, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int f = 0; f < v->train->n_frames && status == SZ_OK; f++) {
        if (v->probe->on_demand) {
            status = list_centres(v, f, err);
            continue;
        }
        status = sz_fit_vectors_frame(v, f, err);
        if (status == SZ_OK) status = sz_watch_check(v->watch, err);
        if (status == SZ_OK) status = v->kind->collect(v->probe, &v->list, take, v, err);
    }
    return status;
}

/* Errors of a descriptor when it is created name its place, like errors of its parser. */
static sz_status make_probe(sz_fit_vectors *v, const sz_args *args, sz_error *err)
{
    const char *where = sz_args_where(args);
    sz_error why;
    sz_status status = v->kind->probe(&v->probe, v->spec, &v->species, &why);

    if (status == SZ_OK) return SZ_OK;
    if (strncmp(why.message, where, strlen(where)) == 0)
        return sz_fail(err, status, "%.900s", why.message);
    return sz_fail(err, status, "%s: %.700s", where, why.message);
}

sz_status sz_fit_vectors_open(sz_fit_vectors *v, const sz_dataset *train,
                              const sz_args *args, const sz_gap_term *term,
                              const sz_watch *watch, sz_error *err)
{
    const sz_term_source source = {
        .index = -1, .term = term, .args = args, .version = SZ_GAP_VERSION};
    sz_status status;

    memset(v, 0, sizeof *v);
    v->train = train;
    v->watch = watch;
    v->species = (sz_species){.n = train->n_species, .z = train->z};
    v->list_frame = -1;
    status = sz_term_parse(&v->kind, &v->spec, &source, err);
    if (status == SZ_OK && !v->kind->probe)
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: fitting %s is not supported",
                         sz_args_where(args), v->kind->name);
    if (status == SZ_OK) status = make_probe(v, args, err);
    if (status == SZ_OK) status = collect(v, err);
    if (status != SZ_OK) return status;
    v->vectors = (sz_vectors){.n = v->n,
                              .d = v->probe->n_dim,
                              .x = v->probe->on_demand ? NULL : v->x,
                              .fetch = v->probe->on_demand ? fetch : NULL,
                              .context = v,
                              .watch = watch};
    return SZ_OK;
}
