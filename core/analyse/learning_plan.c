/* SPDX-License-Identifier: BSD-3-Clause
 *
 * learning_plan.c - checks the options of a learning curve; its frames, drawn or given,
 * get new numbers 0 .. n_used-1, with energies, sizes and compositions.
 */
#include "analyse/learning_plan.h"

#include "base/rng.h"
#include "base/watch.h"
#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

static const double default_sigma[] = {1e-10, 1e-9, 1e-8, 1e-7, 1e-6,
                                       1e-5,  1e-4, 1e-3, 1e-2, 1e-1};

static sz_status check_options(sz_learning_plan *p, const sz_dataset *data, sz_error *err)
{
    sz_learning_options *o = &p->o;
    int largest = 0;

    if (o->zeta == 0) o->zeta = 2;
    if (o->n_splits == 0) o->n_splits = 3;
    if (o->n_folds == 0) o->n_folds = 5;
    if (o->seed == 0) o->seed = 1;
    if (o->n_sigmas == 0) {
        o->sigma = default_sigma;
        o->n_sigmas = sizeof default_sigma / sizeof *default_sigma;
    }
    if (o->zeta < 1 || o->zeta > 100 || o->n_splits < 1 ||
        o->n_splits > SZ_LEARNING_MOST || o->n_folds < 2 ||
        o->n_folds > SZ_LEARNING_MOST || o->n_sigmas < 1 ||
        o->n_sigmas > SZ_LEARNING_MOST || o->n_sizes < 1 ||
        o->n_sizes > SZ_LEARNING_MOST || o->n_test < 1 || o->seed < 1)
        return sz_fail(
            err, SZ_ERR_ARGUMENT,
            "learning curves: zeta of 1 to 100, 1 to %d splits, 2 to %d folds, "
            "1 to %d sizes and sigmas and at least one test frame are "
            "allowed",
            SZ_LEARNING_MOST, SZ_LEARNING_MOST, SZ_LEARNING_MOST);
    for (int k = 0; k < o->n_sigmas; k++)
        if (!(o->sigma[k] > 0.0))
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "learning curves: sigma is %g, not more "
                           "than 0",
                           o->sigma[k]);
    for (int k = 0; k < o->n_sizes; k++) {
        if (o->size[k] < o->n_folds)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "learning curves: %d training frames are fewer than the %d "
                           "parts of the cross-validation",
                           o->size[k], o->n_folds);
        if (o->size[k] > largest) largest = o->size[k];
    }
    if (o->n_test > data->n_frames || largest > data->n_frames - o->n_test)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%s: %d frames are fewer than %d test and %d training frames",
                       data->path, data->n_frames, o->n_test, largest);
    p->n_order = o->n_test + largest;
    return SZ_OK;
}

static void shuffle(sz_rng *rng, int n, int *x)
{
    for (int k = n - 1; k > 0; k--) {
        int other = (int)(sz_rng_uniform(rng) * (k + 1)), keep = x[k];

        x[k] = x[other];
        x[other] = keep;
    }
}

/* Drawn: n_order of all frames, in a new order for each split. */
static void draw_order(sz_learning_plan *p, const sz_dataset *data, int *all)
{
    size_t n = (size_t)p->n_order;
    sz_rng rng;

    sz_rng_seed(&rng, p->o.seed);
    for (int f = 0; f < data->n_frames; f++) all[f] = f;
    shuffle(&rng, data->n_frames, all);
    for (int s = 0; s < p->o.n_splits; s++) {
        shuffle(&rng, p->n_order, all);
        memcpy(p->order + (size_t)s * n, all, n * sizeof *all);
    }
}

static sz_status take_order(sz_learning_plan *p, const sz_dataset *data, int *seen,
                            sz_error *err)
{
    memcpy(p->order, p->o.order,
           (size_t)p->o.n_splits * (size_t)p->n_order * sizeof *p->order);
    for (int s = 0; s < p->o.n_splits; s++) {
        memset(seen, 0, (size_t)data->n_frames * sizeof *seen);
        for (int k = 0; k < p->n_order; k++) {
            int f = p->order[(size_t)s * (size_t)p->n_order + (size_t)k];

            if (f < 0 || f >= data->n_frames || seen[f]++)
                return sz_fail(err, SZ_ERR_ARGUMENT,
                               "learning curves: split %d names frame %d %s", s, f,
                               f < 0 || f >= data->n_frames ? "of which there is none"
                                                            : "twice");
        }
    }
    return SZ_OK;
}

/* Frames get new numbers, 0 .. n_used-1; place [n_frames]. */
static void renumber(sz_learning_plan *p, int n_frames, int *place)
{
    size_t n = (size_t)p->o.n_splits * (size_t)p->n_order;

    for (int f = 0; f < n_frames; f++) place[f] = -1;
    for (size_t k = 0; k < n; k++) place[p->order[k]] = 0;
    for (int f = 0; f < n_frames; f++)
        if (place[f] == 0) {
            place[f] = p->n_used;
            p->used[p->n_used++] = f;
        }
    for (size_t k = 0; k < n; k++) p->order[k] = place[p->order[k]];
}

static sz_status take_energies(sz_learning_plan *p, const sz_dataset *data, sz_error *err)
{
    char place[SZ_PLACE];

    for (int u = 0; u < p->n_used; u++) {
        const sz_dataset_frame *f = &data->frame[p->used[u]];

        if (!f->has_energy || f->n_atoms == 0)
            return sz_fail(err, SZ_ERR_ARGUMENT, "%s: this frame has no %s; leave it out",
                           sz_dataset_place(data, p->used[u], SZ_FIRST_LINE, place),
                           f->n_atoms ? "energy" : "atoms");
        p->energy[u] = f->energy;
        p->size[u] = f->n_atoms;
        for (int i = 0; i < f->n_atoms; i++)
            p->count[(size_t)u * (size_t)p->n_species +
                     (size_t)data->species[f->first + (size_t)i]]++;
    }
    return SZ_OK;
}

sz_status sz_learning_plan_make(sz_learning_plan *p, const sz_dataset *data,
                                sz_error *err)
{
    sz_status status = check_options(p, data, err);
    size_t n_frames = (size_t)data->n_frames + 1, n;
    int *scratch = NULL;

    if (status != SZ_OK) return status;
    p->n_species = data->n_species;
    n = (size_t)p->o.n_splits * (size_t)p->n_order;
    scratch = malloc(n_frames * sizeof *scratch);
    p->order = malloc((n + 1) * sizeof *p->order);
    p->used = malloc(n_frames * sizeof *p->used);
    p->energy = malloc(n_frames * sizeof *p->energy);
    p->size = malloc(n_frames * sizeof *p->size);
    p->count = calloc(n_frames * (size_t)p->n_species, sizeof *p->count);
    if (!scratch || !p->order || !p->used || !p->energy || !p->size || !p->count)
        status = sz_fail_memory(err, n_frames * 40, "the frames");
    if (status == SZ_OK && p->o.order) status = take_order(p, data, scratch, err);
    if (status == SZ_OK && !p->o.order) draw_order(p, data, scratch);
    if (status == SZ_OK) renumber(p, data->n_frames, scratch);
    if (status == SZ_OK) status = take_energies(p, data, err);
    free(scratch);
    return status;
}

void sz_learning_plan_free(sz_learning_plan *p)
{
    free(p->order);
    free(p->used);
    free(p->energy);
    free(p->size);
    free(p->count);
}

sz_chosen sz_learning_judged(const sz_learning_plan *p, int split)
{
    return (sz_chosen){p->o.n_test, p->order + (size_t)split * (size_t)p->n_order};
}

sz_chosen sz_learning_training(const sz_learning_plan *p, int split, int size)
{
    return (sz_chosen){p->o.size[size],
                       p->order + (size_t)split * (size_t)p->n_order + p->o.n_test};
}

/* An element of test frames of the split that is not in its training set, or -1. */
static int missing_element(const sz_learning_plan *p, int split, int size)
{
    sz_chosen judged = sz_learning_judged(p, split),
              train = sz_learning_training(p, split, size);

    for (int s = 0; s < p->n_species; s++) {
        double wanted = 0.0, known = 0.0;

        for (int k = 0; k < judged.n; k++)
            wanted +=
                p->count[(size_t)judged.frame[k] * (size_t)p->n_species + (size_t)s];
        for (int k = 0; k < train.n; k++)
            known += p->count[(size_t)train.frame[k] * (size_t)p->n_species + (size_t)s];
        if (wanted > 0.0 && known == 0.0) return s;
    }
    return -1;
}

void sz_learning_warn(const sz_learning_plan *p, const sz_dataset *data,
                      const sz_watch *watch)
{
    for (int size = 0; size < p->o.n_sizes; size++)
        for (int split = 0; split < p->o.n_splits; split++) {
            int s = missing_element(p, split, size);

            if (s < 0) continue;
            sz_watch_warn(
                watch,
                "%s: the %d training frames of split %d do not contain %s, which is in "
                "test frames: these energies cannot be learned, and the error is that of "
                "its chemical potential; use more frames or another seed",
                data->path, p->o.size[size], split + 1, sz_element_symbol(data->z[s]));
        }
}
