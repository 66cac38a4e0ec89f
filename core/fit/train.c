/* SPDX-License-Identifier: BSD-3-Clause
 *
 * train.c - the maps of a compression from data.
 *
 *   W <- W + t d,   d = -H dL/dW      L: the loss of a small fit (trial.c)
 *
 * H, an inverse Hessian, from the last changes of W and dL/dW (L-BFGS: Nocedal, Math.
 * Comp. 35, 773, 1980); t is halved until L falls enough. L is computed from two sets of
 * training frames, each tested on the other; the maps that are kept are the best for
 * separate validation frames. Training ends when these have not improved for PATIENCE
 * steps. */
#include "fit/train.h"

#include "base/text.h"
#include "format/gap_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 10, PATIENCE = 20, TRIES = 12 };

/* ---- the descent ------------------------------------------------------------------- */

typedef struct {
    int n;
    int n_kept, newest;              /* number of changes, stored in a ring buffer */
    double *dw, *dg;                 /* [MEMORY][n] */
    double scale[MEMORY];            /* 1 / (dw . dg) */
    double *w, *g, *d, *w1, *g1;     /* [n] current point, direction, new point */
    double *best;                    /* [n] */
    sz_trial_loss start, here, kept; /* best maps so far */
    int step, best_step;
} descent;

static double dot(int n, const double *a, const double *b)
{
    double sum = 0.0;

    for (int k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}

/* d = -H g; the first step is a tenth of |w|. */
static void find_direction(descent *o)
{
    double factor[MEMORY] = {0}, scale = 0.1 * sqrt(dot(o->n, o->w, o->w)),
           length = sqrt(dot(o->n, o->g, o->g));
    int n = o->n;

    scale = length > 0.0 ? scale / length : 0.0;
    for (int k = 0; k < n; k++) o->d[k] = -o->g[k];
    for (int j = 0; j < o->n_kept; j++) {
        int at = (o->newest - j + MEMORY) % MEMORY;

        factor[at] = o->scale[at] * dot(n, o->dw + (size_t)at * n, o->d);
        for (int k = 0; k < n; k++) o->d[k] -= factor[at] * o->dg[(size_t)at * n + k];
    }
    if (o->n_kept) {
        const double *dg = o->dg + (size_t)o->newest * n;

        scale = 1.0 / (o->scale[o->newest] * dot(n, dg, dg));
    }
    for (int k = 0; k < n; k++) o->d[k] *= scale;
    for (int j = o->n_kept - 1; j >= 0; j--) {
        int at = (o->newest - j + MEMORY) % MEMORY;
        double back = o->scale[at] * dot(n, o->dg + (size_t)at * n, o->d);

        for (int k = 0; k < n; k++)
            o->d[k] += (factor[at] - back) * o->dw[(size_t)at * n + k];
    }
}

/* Stores the change from w, g to w1, g1 if its curvature is positive, and moves there. */
static void go(descent *o)
{
    int at = (o->newest + 1) % MEMORY, n = o->n;
    double *dw = o->dw + (size_t)at * n, *dg = o->dg + (size_t)at * n, along, *swap;

    for (int k = 0; k < n; k++) {
        dw[k] = o->w1[k] - o->w[k];
        dg[k] = o->g1[k] - o->g[k];
    }
    along = dot(n, dw, dg);
    if (along > 1e-10 * sqrt(dot(n, dw, dw) * dot(n, dg, dg))) {
        o->scale[at] = 1.0 / along;
        o->newest = at;
        if (o->n_kept < MEMORY) o->n_kept++;
    } else if (o->n_kept == MEMORY)
        o->n_kept--; /* the oldest one is overwritten */
    swap = o->w, o->w = o->w1, o->w1 = swap;
    swap = o->g, o->g = o->g1, o->g1 = swap;
}

/* One step along d; *found is 0 if no t reduces the loss. */
static sz_status search(descent *o, sz_trial *trial, int *found, sz_error *err)
{
    double slope = dot(o->n, o->d, o->g), t = 1.0;
    sz_trial_loss there;
    sz_status status = SZ_OK;

    *found = 0;
    for (int k = 0; k < TRIES && !*found && slope < 0.0; k++, t *= 0.5) {
        for (int i = 0; i < o->n; i++) o->w1[i] = o->w[i] + t * o->d[i];
        status = sz_trial_judge(trial, o->w1, &there, o->g1, err);
        if (status == SZ_ERR_NUMERIC) continue; /* step too long */
        if (status != SZ_OK) return status;
        *found = there.judged <= o->here.judged + 1e-4 * t * slope;
    }
    if (*found) o->here = there;
    return SZ_OK;
}

static sz_status descend(descent *o, sz_trial *trial, int steps, const sz_watch *watch,
                         sz_error *err)
{
    int found = 1;
    sz_status status = sz_trial_judge(trial, o->w, &o->here, o->g, err);

    o->start = o->kept = o->here;
    memcpy(o->best, o->w, (size_t)o->n * sizeof *o->best);
    while (status == SZ_OK && o->step < steps && o->step - o->best_step < PATIENCE) {
        sz_watch_progress(watch, (double)o->step / steps, o->step,
                          "steps of the maps trained");
        status = sz_watch_check(watch, err);
        if (status != SZ_OK) break;
        find_direction(o);
        status = search(o, trial, &found, err);
        if (!found && o->n_kept == 0) break;
        if (!found) o->n_kept = 0; /* again, along steepest descent */
        if (status != SZ_OK || !found) continue;
        go(o);
        o->step++;
        if (o->here.watched >= o->kept.watched) continue;
        o->kept = o->here;
        o->best_step = o->step;
        memcpy(o->best, o->w, (size_t)o->n * sizeof *o->best);
    }
    return status;
}

static sz_status open_descent(descent *o, int n, sz_error *err)
{
    size_t m = (size_t)n + 1;

    o->n = n;
    o->dw = malloc(2 * MEMORY * m * sizeof *o->dw);
    o->w = malloc(m * sizeof *o->w);
    o->g = malloc(m * sizeof *o->g);
    o->d = malloc(m * sizeof *o->d);
    o->w1 = malloc(m * sizeof *o->w1);
    o->g1 = malloc(m * sizeof *o->g1);
    o->best = malloc(m * sizeof *o->best);
    if (!o->dw || !o->w || !o->g || !o->d || !o->w1 || !o->g1 || !o->best)
        return sz_fail_memory(err, 2 * MEMORY * m * 8, "the training of maps");
    o->dg = o->dw + MEMORY * m;
    return SZ_OK;
}

static void close_descent(descent *o)
{
    free(o->dw);
    free(o->w);
    free(o->g);
    free(o->d);
    free(o->w1);
    free(o->g1);
    free(o->best);
}

/* ---- the maps of a descriptor ------------------------------------------------------ */

/* The note in the model. */
static sz_status add_note(sz_gap *gap, const sz_trial_setup *setup,
                          const sz_train_spec *train, const sz_trial_data *data,
                          const descent *o, sz_error *err)
{
    char key[40];
    sz_text text = {0};
    sz_status status;

    snprintf(key, sizeof key, "maps_of_descriptor_%d", setup->descriptor + 1);
    sz_text_add(&text, "%d numbers from %d frames, started %s", data->maps->n,
                data->n_frames,
                train->pca ? "as principal components" : "as its keys say");
    if (train->steps)
        sz_text_add(&text,
                    "; %d steps, the maps of step %d are kept; loss of training frames "
                    "%.4f before and %.4f after, of validation frames %.4f and "
                    "%.4f",
                    o->step, o->best_step, o->start.judged, o->kept.judged,
                    o->start.watched, o->kept.watched);
    status = text.failed ? sz_fail_memory(err, 1, "a note")
                         : sz_gap_set_note(gap, key, text.s, err);
    sz_text_free(&text);
    return status;
}

/* The numbers of the keys or principal components, which become data->start. If vectors
 * are not normalised the norm of the numbers scales the kernel: components get that of
 * the keys, and training may change it. */
static sz_status begin(descent *o, sz_trial_data *data, const sz_train_spec *train,
                       sz_error *err)
{
    size_t bytes = (size_t)o->n * sizeof *o->w;
    sz_status status = SZ_OK;

    memcpy(o->w, data->start, bytes);
    if (train->pca)
        status = sz_maps_principal(data->maps, (size_t)data->n_env, data->x, o->w, err);
    if (!data->maps->soap->spec.normalise) sz_maps_rescale(data->maps, data->start, o->w);
    memcpy(data->start, o->w, bytes);
    return status;
}

static sz_status train_maps(double *numbers, sz_gap *gap, const sz_trial_setup *setup,
                            const sz_train_spec *train, sz_error *err)
{
    sz_trial_data *data = NULL;
    sz_trial *trial = NULL;
    descent o = {.newest = -1};
    sz_status status = sz_trial_data_create(&data, setup, err);
    int normalise = status == SZ_OK && data->maps->soap->spec.normalise;

    if (status == SZ_OK) status = open_descent(&o, data->maps->n, err);
    if (status == SZ_OK) status = begin(&o, data, train, err);
    if (status == SZ_OK && train->steps) {
        status = sz_trial_data_reduce(data, err);
        if (status == SZ_OK) status = sz_trial_create(&trial, data, setup, o.w, err);
        if (status == SZ_OK) status = descend(&o, trial, train->steps, setup->watch, err);
        if (status == SZ_OK && normalise)
            sz_maps_rescale(data->maps, data->start, o.best);
    }
    if (status == SZ_OK) {
        memcpy(numbers, train->steps ? o.best : o.w, (size_t)o.n * sizeof *numbers);
        status = add_note(gap, setup, train, data, &o, err);
    }
    if (status == SZ_OK && train->steps && o.best_step == 0)
        sz_watch_warn(setup->watch,
                      "%s: compression_train: no step reduced the errors of the "
                      "validation frames, so the maps are the initial ones",
                      setup->spec->descriptor[setup->descriptor].where);
    close_descent(&o);
    sz_trial_free(trial);
    sz_trial_data_free(data);
    return status;
}

/* An earlier term with the same descriptor, or -1. */
static int find_sister(const sz_fit_spec *spec, int k)
{
    int j = k - 1;

    while (j >= 0 && spec->term[j].descriptor != spec->term[k].descriptor) j--;
    return j;
}

sz_status sz_fit_find_maps(sz_gap *gap, int k, const sz_fit_spec *spec,
                           const sz_targets *targets, int n_threads,
                           const sz_watch *watch, sz_error *err)
{
    sz_gap before = *gap;
    const sz_trial_setup setup = {.spec = spec,
                                  .descriptor = spec->term[k].descriptor,
                                  .targets = targets,
                                  .before = &before,
                                  .n_threads = n_threads > 0 ? n_threads : 1,
                                  .watch = watch};
    const sz_fit_descriptor *of = &spec->descriptor[setup.descriptor];
    sz_gap_term *c = &gap->term[k];
    int sister = find_sister(spec, k), open;
    sz_describer_spec term;
    const sz_soap_spec *soap;
    sz_status status = sz_trial_read_term(&term, spec, k, err);

    before.n_terms = k;
    soap = sz_soap_spec_of(&term);
    open = status == SZ_OK && soap && soap->train.open;
    if (open && of->method == SZ_SPARSE_FILE)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: the vectors of sparse_file=%s belong to other maps than "
                         "those computed from the data; choose another sparse_method, or "
                         "leave out compression_train and compression_start",
                         of->where, of->sparse_file);
    if (status == SZ_OK && open) {
        int n_max = soap->radial.n_max, l_max = soap->radial.l_max;
        size_t n = sz_maps_numbers(&soap->compression, soap->n_slots, n_max, l_max);

        c->matrix = malloc(n * sizeof *c->matrix);
        c->n_matrix = (int)n;
        if (!c->matrix)
            status = sz_fail_memory(err, n * sizeof *c->matrix, "channel maps");
        else if (sister >= 0)
            memcpy(c->matrix, gap->term[sister].matrix, n * sizeof *c->matrix);
        else if (spec->dryrun)
            sz_maps_get(&soap->compression, soap->n_slots, n_max, l_max, c->matrix);
        else
            status = train_maps(c->matrix, gap, &setup, &soap->train, err);
    }
    sz_describer_spec_free(&term);
    return status;
}

sz_status sz_fit_check_maps(const sz_fit_spec *spec, sz_error *err)
{
    sz_status status = SZ_OK;

    if (sz_ends_in(spec->gp_file, ".soapz")) return SZ_OK;
    for (int k = 0; k < spec->n_terms && status == SZ_OK; k++) {
        const sz_gap_term with_maps = {.descriptor = spec->term[k].text, .n_matrix = 1};
        sz_describer_spec term;
        const sz_soap_spec *soap;
        int foreign = 0;

        /* errors are left to its parser */
        status = sz_trial_read_term(&term, spec, k, NULL);
        soap = status == SZ_OK ? sz_soap_spec_of(&term) : NULL;
        status = SZ_OK;
        if (soap && soap->train.open)
            status = sz_gap_has_foreign_maps(&foreign, &with_maps, err);
        if (status == SZ_OK && foreign)
            status =
                sz_fail(err, SZ_ERR_ARGUMENT,
                        "%s: GAP XML cannot store maps from data of Z_mix and R_mix, "
                        "which QUIP would draw at random; give gp_file a name that "
                        "ends in .soapz",
                        spec->descriptor[spec->term[k].descriptor].where);
        sz_describer_spec_free(&term);
    }
    return status;
}
