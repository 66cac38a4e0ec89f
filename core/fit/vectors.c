/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.c - the vectors of one coordinate in the data:
 *
 *   soap         one for each centre
 *   distance_2b  every pair, from both ends; distance_Nb of order 2 likewise, or once
 *   angle_3b     every two neighbours of a centre
 *   distance_Nb  every two neighbours of a centre, or (compact_clusters=F) every cluster
 *
 * gap_fit counts the two orders of angle_3b's neighbours; here they are one. */
#include "fit/vectors.h"

#include "atoms/cutoff.h"
#include "atoms/frame_list.h"
#include "format/gap_write.h"
#include "term/triplet_batch.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void sz_fit_vectors_free(sz_fit_vectors *s)
{
    sz_soap_spec_free(&s->soap_spec);
    sz_soap_work_free(s->work);
    sz_soap_free(s->soap);
    sz_list_free(&s->list);
    free(s->frame);
    free(s->atom);
    free(s->x);
    free(s->fc);
    free(s->inner);
}

sz_status sz_fit_vectors_frame(sz_fit_vectors *s, int frame, sz_error *err)
{
    sz_status status;

    if (s->list_frame == frame) return SZ_OK;
    s->list_frame = frame;
    status = sz_dataset_list(&s->list, s->train, frame, s->cutoff, err);
    if (status != SZ_OK) s->list_frame = -1;
    return status;
}

/* ---- SOAP ------------------------------------------------------------------------ */

static int is_centre(const sz_fit_vectors *s, int z)
{
    for (int k = 0; k < s->n_centres; k++)
        if (s->centre_z[k] == 0 || s->centre_z[k] == z) return 1;
    return 0;
}

/* sz_vectors's fetch: published vectors first .. first+count-1 */
static sz_status fetch(void *context, int first, int count, double *x, sz_error *err)
{
    sz_fit_vectors *s = context;
    const sz_soap_species species = {s->train->z, s->slot};
    sz_status status = SZ_OK;

    for (int k = first; k < first + count && status == SZ_OK; k++, x += s->n_dim) {
        status = sz_fit_vectors_frame(s, s->frame[k], err);
        if (status == SZ_OK) status = sz_watch_check(s->watch, err);
        if (status != SZ_OK) break;
        sz_soap_forward(s->soap, s->work, &s->list.nb, &species, 1, &s->atom[k],
                        s->inner);
        status = sz_soap_publish(s->soap, s->inner, x, err);
    }
    return status;
}

static sz_status open_soap(sz_fit_vectors *s, const sz_args *args, sz_error *err)
{
    const sz_dataset *t = s->train;
    size_t n = t->n_atoms;
    sz_status status = sz_soap_spec_parse(&s->soap_spec, &s->n_centres, s->centre_z, args,
                                          SZ_GAP_VERSION, 0, NULL, err);

    if (status == SZ_OK) status = sz_soap_create(&s->soap, &s->soap_spec, 0, err);
    if (status == SZ_OK) status = sz_soap_work_create(&s->work, s->soap, 1, err);
    if (status != SZ_OK) return status;
    s->is_soap = 1;
    s->cutoff = s->soap_spec.radial.cutoff;
    s->n_dim = sz_soap_n_published(s->soap);
    s->frame = malloc((n + 1) * sizeof *s->frame);
    s->atom = malloc((n + 1) * sizeof *s->atom);
    s->inner = aligned_alloc(64, (size_t)sz_soap_stride(s->soap) * sizeof *s->inner);
    if (!s->frame || !s->atom || !s->inner)
        return sz_fail_memory(err, 2 * n * sizeof *s->atom, "the list of environments");
    for (int k = 0; k < t->n_species; k++) s->slot[k] = sz_soap_slot(s->soap, t->z[k]);
    for (int f = 0; f < t->n_frames; f++)
        for (int i = 0; i < t->frame[f].n_atoms; i++) {
            if (!is_centre(s, t->z[t->species[t->frame[f].first + (size_t)i]])) continue;
            s->frame[s->n] = f;
            s->atom[s->n++] = i;
        }
    return SZ_OK;
}

/* ---- two bodies ------------------------------------------------------------------ */

static sz_status make_room(sz_fit_vectors *s, sz_error *err)
{
    size_t room = 2 * s->room + 1024, d = (size_t)s->n_dim;
    double *x = realloc(s->x, room * d * sizeof *x), *fc;
    int *frame;

    if (x) s->x = x;
    fc = realloc(s->fc, room * sizeof *fc);
    if (fc) s->fc = fc;
    frame = realloc(s->frame, room * sizeof *frame);
    if (frame) s->frame = frame;
    if (!x || !fc || !frame)
        return sz_fail_memory(err, room * (d + 1) * 8, "the vectors of the data");
    s->room = room;
    return SZ_OK;
}

/* x [n_dim] of the frame at hand */
static sz_status add(sz_fit_vectors *s, const double *x, double fc, sz_error *err)
{
    size_t n = (size_t)s->n, d = (size_t)s->n_dim;

    if (s->n == INT_MAX)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the data have more than %d pairs or triplets of atoms for one "
                       "descriptor; take fewer frames",
                       INT_MAX);
    if (n == s->room) {
        sz_status status = make_room(s, err);

        if (status != SZ_OK) return status;
    }
    s->frame[n] = s->list_frame;
    s->fc[n] = fc;
    memcpy(s->x + n * d, x, d * sizeof *x);
    s->n++;
    return SZ_OK;
}

/* Of an atom i and a neighbour j at d, is i the one that stands first? Two ends of a
 * cluster, seen from each, give opposite answers. */
static int is_first(int i, int j, const double *d)
{
    if (i != j) return i < j;
    for (int x = 0; x < 3; x++)
        if (fabs(d[x]) > 1e-9) return d[x] > 0.0;
    return 1;
}

static sz_status add_pairs(sz_fit_vectors *s, int i, sz_error *err)
{
    const sz_pair_spec *pair = &s->few.pair;
    const sz_list *l = &s->list;
    const int *z = s->train->z;

    for (int p = l->first[i]; p < l->first[i + 1]; p++) {
        const double *d = l->r + 3 * (size_t)p;
        double r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]), x[SZ_PAIR_DIM_MAX];
        sz_status status;

        if (!sz_pair_acts(pair, z[l->species[i]], z[l->neigh_species[p]])) continue;
        if (pair->share < 1.0 && !is_first(i, l->neigh[p], d)) continue;
        sz_pair_vector(pair, r, x);
        status = add(s, x, sz_pair_cutoff(pair, r), err);
        if (status != SZ_OK) return status;
    }
    return SZ_OK;
}

/* ---- three bodies ---------------------------------------------------------------- */

typedef struct {
    sz_fit_vectors *s;
    sz_status status;
    sz_error *err;
} taker;

/* A cluster whose atoms all see each other is met round each of them. */
static int is_met_before(const sz_fit_vectors *s, const sz_triplet_batch *b, int t)
{
    const int *neigh = s->list.neigh;
    int i = b->centre[t], p = b->pair[0][t], q = b->pair[1][t];

    if (b->r[2][t] >= s->cutoff) return 0;
    return !is_first(i, neigh[p], s->list.r + 3 * (size_t)p) ||
           !is_first(i, neigh[q], s->list.r + 3 * (size_t)q);
}

/* The cutoff factor of the whole cluster, see triplet.c. */
static double cluster_cutoff(const sz_fit_vectors *s, const sz_triplet_batch *b, int t)
{
    double slope, f12 = b->f[0][t], f13 = b->f[1][t];
    double f23 =
        sz_cutoff(b->r[2][t], s->few.triplet.cutoff, s->few.triplet.cutoff_width, &slope);

    return f12 * f13 + f12 * f23 + f13 * f23 - 2.0 * f12 * f13 * f23;
}

static void take(sz_triplet_batch *b)
{
    taker *to = b->context;
    sz_fit_vectors *s = to->s;
    int clusters = s->few.triplet.kind == SZ_TRIPLET_CLUSTER;
    double x[3 * SZ_TRIPLET_BATCH];

    sz_triplet_vectors(b, b->n, x);
    for (int t = 0; t < b->n && to->status == SZ_OK; t++) {
        double fc = clusters ? cluster_cutoff(s, b, t) : b->f[0][t] * b->f[1][t];
        double at[3] = {x[t], x[SZ_TRIPLET_BATCH + t], x[2 * SZ_TRIPLET_BATCH + t]};

        if (clusters && is_met_before(s, b, t)) continue;
        to->status = add(s, at, fc, to->err);
    }
}

static sz_status collect(sz_fit_vectors *s, sz_error *err)
{
    const sz_dataset *train = s->train;
    sz_triplet term = {.spec = s->few.triplet};
    sz_triplet_set one = {1, &term};
    taker to = {s, SZ_OK, err};
    sz_triplet_batch b = {
        .term = &term, .nb = &s->list.nb, .z = train->z, .take = take, .context = &to};
    sz_status status = sz_triplet_set_index(&one, train->n_species, train->z, err);

    for (int f = 0; f < train->n_frames && status == SZ_OK; f++) {
        status = sz_fit_vectors_frame(s, f, err);
        for (int i = 0; i < train->frame[f].n_atoms && status == SZ_OK; i++) {
            if (s->few.bodies == 2) {
                status = add_pairs(s, i, err);
            } else {
                sz_triplet_visit(&b, i);
                status = to.status;
            }
        }
        if (status != SZ_OK) break;
        sz_triplet_flush(&b);
        status = to.status;
    }
    free(term.role);
    return status;
}

/* ---- any ------------------------------------------------------------------------- */

sz_status sz_fit_vectors_open(sz_fit_vectors *s, const sz_dataset *train,
                              const char *type, const sz_args *args,
                              const sz_watch *watch, sz_error *err)
{
    sz_status status;

    memset(s, 0, sizeof *s);
    s->train = train;
    s->watch = watch;
    s->list_frame = -1;
    if (strcmp(type, "soap") == 0) {
        status = open_soap(s, args, err);
    } else if (strcmp(type, "coordination") == 0) {
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: fitting %s is not supported",
                         sz_args_where(args), type);
    } else {
        status = sz_few_bodies_parse(&s->few, type, args, SZ_GAP_VERSION, err);
        s->cutoff = s->few.cutoff;
        s->n_dim = s->few.n_dim;
        if (status == SZ_OK) status = collect(s, err);
    }
    s->pool = (sz_vectors){.n = s->n,
                           .d = s->n_dim,
                           .x = s->x,
                           .fetch = s->is_soap ? fetch : NULL,
                           .context = s};
    return status;
}
