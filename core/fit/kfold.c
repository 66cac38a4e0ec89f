/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kfold.c - k-fold cross-validation from the factors of one fit.
 *
 *   R_p               the triangular factor of the rows of part p, p = 1 .. K
 *   [R_q, q != p]     the least squares of the fit without part p
 *
 * The rows are made once. Sparse points, e0 and the baseline are those of all frames, so
 * the K fits differ in their rows alone and are exact. The parts are halved again and
 * again, and each half takes over the factors of the other: K log2 K merges instead of
 * K^2. */
#include "fit/kfold.h"

#include "fit/nested.h"

#include <stdlib.h>
#include <string.h>

void sz_kfold_models_free(sz_kfold_models *kfold)
{
    free(kfold->fold);
    free(kfold->alpha);
    memset(kfold, 0, sizeof *kfold);
}

/* the parts, those of all other parts at each halving, and a copy to solve */
size_t sz_kfold_memory(int n_folds, int n_unknowns)
{
    int n = n_folds + 4;

    for (int k = 1; k < n_folds; k *= 2) n++;
    return (size_t)n * sz_lsq_memory(n_unknowns, 0);
}

/* ---- parts ------------------------------------------------------------------------- */

/* Marks frame f where it is an isolated atom. */
static sz_status look_at_single(sz_kfold_models *k, const sz_dataset *data, int f,
                                double cutoff, sz_error *err)
{
    sz_list list = {0};
    sz_status status = SZ_OK;

    k->fold[f] = 0;
    if (data->frame[f].n_atoms != 1) return SZ_OK;
    status = sz_dataset_list(&list, data, f, cutoff, err);
    if (status == SZ_OK && list.n_pairs == 0) {
        k->fold[f] = -1;
        k->n_always++;
    }
    sz_list_free(&list);
    return status;
}

/* next [n_config_types]: the part that gets the next frame of the type. The types take
 * turns with what does not go into n_folds, so that the parts are alike in size. */
static void deal(sz_kfold_models *k, const sz_dataset *data, const int *order, int *next)
{
    int n_before = 0;

    for (int t = 0; t < data->n_config_types; t++) {
        next[t] = n_before % k->n_folds;
        for (int f = 0; f < data->n_frames; f++)
            n_before += data->frame[f].config_type == t && k->fold[f] >= 0;
    }
    for (int i = 0; i < data->n_frames; i++) {
        int f = order[i], *part = &next[data->frame[f].config_type];

        if (k->fold[f] >= 0) k->fold[f] = (*part)++ % k->n_folds;
    }
}

static sz_status check_parts(const sz_kfold_models *k, const sz_dataset *data,
                             sz_error *err)
{
    int n = data->n_frames - k->n_always;

    if (n >= k->n_folds) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "%s: %d frames cannot be dealt into %d parts%s; ask for fewer",
                   data->path, n, k->n_folds,
                   k->n_always ? ", as isolated atoms are in every fit" : "");
}

/* Maps that are trained have seen the energies and forces of all frames. */
static sz_status warn_of_training(const sz_fit_spec *spec, const sz_watch *watch,
                                  sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < spec->n_descriptors && status == SZ_OK; k++) {
        const sz_fit_descriptor *d = &spec->descriptor[k];
        sz_args *args = NULL;
        int steps = 0;

        status = sz_args_parse(&args, d->text, d->where, err);
        if (status == SZ_OK) status = sz_args_int(args, "compression_train", &steps, err);
        if (status == SZ_OK && steps > 0)
            sz_watch_warn(
                watch,
                "%s: compression_train has trained the maps on all frames, also "
                "those left out: errors of the cross-validation come out too "
                "small; judge such maps by a test set",
                d->where);
        sz_args_free(args);
    }
    return status;
}

sz_status sz_kfold_models_plan(sz_kfold_models *k, int n_folds, const sz_gap *gap,
                               const sz_fit_spec *spec, const sz_dataset *data,
                               const sz_watch *watch, sz_error *err)
{
    size_t n = (size_t)data->n_frames + 1, n_alpha;
    int *order = malloc(n * sizeof *order), *next = malloc(n * sizeof *next);
    sz_status status = SZ_OK;

    if (n_folds < 2 || n_folds > SZ_FOLDS_MAX)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "the frames can be dealt into 2 to %d parts, not %d",
                         SZ_FOLDS_MAX, n_folds);
    k->n_folds = n_folds;
    k->n_unknowns = sz_fit_unknowns(gap);
    k->seed = spec->rnd_seed > 0 ? spec->rnd_seed : 1;
    n_alpha = (size_t)k->n_unknowns * (size_t)n_folds;
    if (status == SZ_OK) {
        k->fold = malloc(n * sizeof *k->fold);
        k->alpha = calloc(n_alpha + 1, sizeof *k->alpha);
        if (!order || !next || !k->fold || !k->alpha)
            status = sz_fail_memory(err, 8 * n_alpha, "the cross-validation");
    }
    for (int f = 0; f < data->n_frames && status == SZ_OK; f++)
        status = look_at_single(k, data, f, sz_fit_cutoff(spec), err);
    if (status == SZ_OK) status = check_parts(k, data, err);
    if (status == SZ_OK) status = warn_of_training(spec, watch, err);
    if (status == SZ_OK) status = sz_nested_frames(data, k->seed, order, err);
    if (status == SZ_OK) deal(k, data, order, next);
    free(order);
    free(next);
    return status;
}

/* ---- fits -------------------------------------------------------------------------- */

typedef struct {
    sz_kfold_models *models;
    sz_lsq **part; /* [n_folds] */
    const sz_gap *gap;
    const sz_fit_run *run;
} fits;

/* lsq takes over the rows of the parts lo .. hi-1, which keep them. */
static sz_status add_parts(sz_lsq *lsq, const fits *f, int lo, int hi, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int p = lo; p < hi && status == SZ_OK; p++) {
        sz_lsq *copy = NULL;

        status = sz_watch_check(f->run->watch, err);
        if (status == SZ_OK) status = sz_lsq_copy(&copy, f->part[p], err);
        if (status == SZ_OK) status = sz_lsq_merge(lsq, copy, err);
        sz_lsq_free(copy);
    }
    return status;
}

/* The weights of the fit to all but part p. */
static sz_status solve_without(const fits *f, int p, const sz_lsq *others, sz_error *err)
{
    sz_kfold_models *k = f->models;
    sz_lsq *lsq = NULL;
    sz_status status = sz_lsq_copy(&lsq, others, err);

    if (status == SZ_OK) status = sz_fit_regularise(lsq, f->gap, f->run->jitter, err);
    if (status == SZ_OK)
        status = sz_lsq_solve(lsq, k->n_unknowns,
                              k->alpha + (size_t)p * (size_t)k->n_unknowns, NULL, err);
    if (status == SZ_OK)
        sz_watch_progress(f->run->watch, (p + 1.0) / k->n_folds, p + 1, "folds solved");
    sz_lsq_free(lsq);
    return status;
}

/* others: the rows of all frames but those of the parts lo .. hi-1, each of which is then
 * left out once. */
static sz_status leave_out(const fits *f, int lo, int hi, const sz_lsq *others,
                           sz_error *err)
{
    int middle = (lo + hi) / 2;
    sz_status status = SZ_OK;

    if (hi - lo == 1) return solve_without(f, lo, others, err);
    for (int half = 0; half < 2 && status == SZ_OK; half++) {
        int from = half ? middle : lo, to = half ? hi : middle;
        sz_lsq *more = NULL;

        status = sz_lsq_copy(&more, others, err);
        if (status == SZ_OK)
            status = add_parts(more, f, half ? lo : middle, half ? middle : hi, err);
        if (status == SZ_OK) status = leave_out(f, from, to, more, err);
        sz_lsq_free(more);
    }
    return status;
}

/* The rows of part p, -1: of the frames that are in every fit. */
static sz_status add_part(sz_lsq **factor, const sz_kfold_models *k, int p,
                          const sz_system *system, const sz_targets *targets,
                          sz_fit_run run, sz_fit_rows *report, sz_error *err)
{
    int n = targets->data->n_frames;
    unsigned char *only = malloc((size_t)n + 1);
    sz_fit_rows rows;
    sz_status status = SZ_OK;

    if (!only) return sz_fail_memory(err, (size_t)n, "the frames");
    for (int f = 0; f < n; f++) only[f] = k->fold[f] == p;
    run.only = only;
    status = sz_fit_factor(factor, system, targets, &run, &rows, err);
    if (status == SZ_OK) sz_fit_rows_add(report, &rows);
    if (status == SZ_OK && *factor) sz_lsq_flush(*factor);
    free(only);
    return status;
}

sz_status sz_kfold_models_factor(sz_kfold_models *kfold, sz_lsq **factor,
                                 const sz_system *system, const sz_targets *targets,
                                 const sz_fit_run *run, sz_fit_rows *report,
                                 sz_error *err)
{
    int n = kfold->n_folds;
    sz_lsq **part = calloc((size_t)n, sizeof *part), *all = NULL;
    const fits f = {kfold, part, &system->gap, run};
    sz_status status = part ? SZ_OK : sz_fail_memory(err, 8 * (size_t)n, "the parts");

    *factor = NULL;
    memset(report, 0, sizeof *report);
    for (int p = -1; p < n && status == SZ_OK && !report->stopped; p++)
        status = add_part(p < 0 ? &all : &part[p], kfold, p, system, targets, *run,
                          report, err);
    if (status == SZ_OK && !report->stopped) {
        status = leave_out(&f, 0, n, all, err);
        if (status == SZ_OK) status = add_parts(all, &f, 0, n, err);
        report->stopped = status == SZ_ERR_STOPPED;
    }
    if (report->stopped) status = SZ_OK;
    if (status == SZ_OK && !report->stopped) {
        *factor = all;
        all = NULL;
    }
    for (int p = 0; part && p < n; p++) sz_lsq_free(part[p]);
    free(part);
    sz_lsq_free(all);
    return status;
}
