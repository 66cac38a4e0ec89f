/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sparsify.c - chooses M sparse points from n different vectors.
 *
 * cur_points  p_j = min(1, M / k sum_{i <= k} U_ji^2), see leverage.c; u_j uniform in
 *             (0,1); the M smallest u_j - p_j. If k is 0 (e.g. vectors of length 1)
 *             gap_fit divides by zero and then takes points 2 .. M + 1; so does soapz.
 * uniform     every component's range has g = ceil(M^(1/d)) bins, whose centres include
 *             both ends; the first vector found in each bin, until there are M.
 *             Then a random bin with unused vectors, and random vectors until one is
 *             unused and in it.
 * random      every set of M vectors is equally likely: if i more are needed and j
 * vectors are left, the next is taken with probability i / j.
 *
 * Each config type is sampled separately, but equal vectors are removed across all
 * types. */
#include "select/sparsify.h"

#include "base/text.h"
#include "select/leverage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MEMORY ((size_t)256 << 20)
#define DEFAULT_TOLERANCE 1e-10
#define MAX_BINS 10000000.0

/* One choice: m of the vectors member[]. */
typedef struct {
    const sz_vectors *vectors;
    const sz_sparsify_options *options;
    size_t memory;
    int n, m;
    const int *member; /* [n] ascending */
    int *chosen;       /* [m] indices of the vectors, in any order */
    int n_chosen;
} task;

void sz_sparsify_skip_mixing(sz_rng *rng, int n_frames)
{
    for (int block = 0; block < 3 + 2 * n_frames; block++)
        for (int k = 0; k < 100; k++) sz_rng_uniform(rng);
}

/* ---- cur_points ------------------------------------------------------------------ */

static sz_status cur_points(task *t, sz_error *err)
{
    size_t n = (size_t)t->n + 1;
    double *score = malloc(n * sizeof *score);
    int *order = malloc(n * sizeof *order), k = 0;
    sz_status status = SZ_OK;

    if (!score || !order)
        status = sz_fail_memory(err, n * (sizeof *score + sizeof *order), "the choice");
    else
        status = sz_leverage(t->vectors, t->member, t->n, t->memory, score, &k, err);
    for (int j = 0; j < t->n && status == SZ_OK; j++) {
        double u = sz_rng_uniform(t->options->rng);
        double p = k > 0 ? (double)t->m / k * score[j] : 0.0;

        score[j] = u - (p < 1.0 ? p : 1.0);
    }
    if (status == SZ_OK && k > 0) sz_vectors_sort(t->n, score, order);
    for (int j = 0; j < t->m && status == SZ_OK; j++)
        t->chosen[t->n_chosen++] = t->member[k > 0 ? order[j] : (j + 1) % t->n];
    free(score);
    free(order);
    return status;
}

/* ---- uniform --------------------------------------------------------------------- */

typedef struct {
    int per_side, n_bins;
    double *lo, *hi; /* [d] */
    int *bin;        /* [n] */
    int *left;       /* [n_bins] unused vectors */
    char *used;      /* [n_bins], then [n] */
    double *x;       /* [n_block][d] */
} grid;

static void grid_free(grid *g)
{
    free(g->lo);
    free(g->hi);
    free(g->bin);
    free(g->left);
    free(g->used);
    free(g->x);
}

static sz_status grid_create(grid *g, const task *t, int n_block, sz_error *err)
{
    size_t d = (size_t)t->vectors->d, n = (size_t)t->n, n_bins;
    double side = ceil(pow(t->m, 1.0 / t->vectors->d)), bins = pow(side, t->vectors->d);

    if (!(bins <= MAX_BINS))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "sparse_method=uniform would need %.0f bins for %d points of %d "
                       "components; use cur_points or farthest_points",
                       bins, t->m, t->vectors->d);
    g->per_side = (int)side;
    g->n_bins = (int)bins;
    n_bins = (size_t)g->n_bins;
    g->lo = malloc(d * sizeof *g->lo);
    g->hi = malloc(d * sizeof *g->hi);
    g->bin = calloc(n, sizeof *g->bin);
    g->left = calloc(n_bins, sizeof *g->left);
    g->used = calloc(n_bins + n, 1);
    g->x = malloc((size_t)n_block * d * sizeof *g->x);
    if (!g->lo || !g->hi || !g->bin || !g->left || !g->used || !g->x)
        return sz_fail_memory(err, (n + n_bins) * 5 + (size_t)n_block * d * sizeof *g->x,
                              "the bins of sparse_method=uniform");
    for (size_t k = 0; k < d; k++) {
        g->lo[k] = INFINITY;
        g->hi[k] = -INFINITY;
    }
    return SZ_OK;
}

static void widen(grid *g, int d, const double *x)
{
    for (int k = 0; k < d; k++) {
        if (x[k] < g->lo[k]) g->lo[k] = x[k];
        if (x[k] > g->hi[k]) g->hi[k] = x[k];
    }
}

/* A component with the same value everywhere has one bin. */
static int bin_of(const grid *g, int d, const double *x)
{
    int bin = 0;

    for (int k = d - 1; k >= 0; k--) {
        double range = g->hi[k] - g->lo[k];
        double at = range > 0.0 ? (x[k] - g->lo[k]) / range * (g->per_side - 1) : 0.0;

        bin = bin * g->per_side + (int)floor(at + 0.5);
    }
    return bin;
}

static sz_status fill_grid(grid *g, const task *t, int n_block, sz_error *err)
{
    int d = t->vectors->d;
    sz_status status = SZ_OK;

    for (int round = 0; round < 2; round++)
        for (int j = 0, count; j < t->n && status == SZ_OK; j += count) {
            count = t->n - j < n_block ? t->n - j : n_block;
            status = sz_vectors_rows(t->vectors, t->member + j, count, g->x, err);
            for (int i = 0; i < count && status == SZ_OK; i++) {
                const double *x = g->x + (size_t)i * (size_t)d;

                if (round == 0)
                    widen(g, d, x);
                else
                    g->left[g->bin[j + i] = bin_of(g, d, x)]++;
            }
        }
    return status;
}

/* 0 .. n-1 */
static int draw(sz_rng *rng, int n)
{
    int k = (int)ceil(sz_rng_uniform(rng) * n) - 1;

    return k < 0 ? 0 : k < n ? k : n - 1;
}

static void take(grid *g, task *t, int j)
{
    g->used[g->n_bins + j] = 1;
    g->used[g->bin[j]] = 1;
    g->left[g->bin[j]]--;
    t->chosen[t->n_chosen++] = t->member[j];
}

static sz_status uniform(task *t, sz_error *err)
{
    int n_block = sz_vectors_block(t->memory, (size_t)t->vectors->d), start = t->n_chosen;
    sz_rng *rng = t->options->rng;
    grid g = {0};
    sz_status status = grid_create(&g, t, n_block, err);

    if (status == SZ_OK) status = fill_grid(&g, t, n_block, err);
    for (int j = 0; j < t->n && status == SZ_OK && t->n_chosen - start < t->m; j++)
        if (!g.used[g.bin[j]]) take(&g, t, j);
    while (status == SZ_OK && t->n_chosen - start < t->m) {
        int bin = draw(rng, g.n_bins), j;

        if (g.left[bin] == 0) continue;
        do j = draw(rng, t->n);
        while (g.bin[j] != bin || g.used[g.n_bins + j]);
        take(&g, t, j);
    }
    grid_free(&g);
    return status;
}

/* ---- random and none ------------------------------------------------------------- */

static void random_points(task *t, sz_rng *rng)
{
    for (int j = 0, missing = t->m; j < t->n && missing > 0; j++)
        if (sz_rng_uniform(rng) * (t->n - j) < missing) {
            t->chosen[t->n_chosen++] = t->member[j];
            missing--;
        }
}

static void all_points(task *t)
{
    memcpy(t->chosen + t->n_chosen, t->member, (size_t)t->n * sizeof *t->chosen);
    t->n_chosen += t->n;
}

/* ---- the choice ------------------------------------------------------------------ */

static sz_status warn(sz_sparse_choice *choice, const char *type, int asked, int n,
                      const char *why, sz_error *err)
{
    return sz_warnings_add(&choice->warnings, err,
                           "%d sparse points instead of %d%s%s: %s", n, asked,
                           *type ? " from config_type " : "", type, why);
}

enum { TYPES_SHOWN = 5 };

/* One sentence for all types without environments; with add_species there are many. */
static sz_status warn_absent(sz_sparse_choice *choice, const sz_sparsify_options *o,
                             const int *member, int n_member, sz_error *err)
{
    sz_text absent = {0};
    sz_status status = SZ_OK;
    int n = 0;

    for (int k = 0; k < o->n_types; k++) {
        int j = 0;

        while (j < n_member && o->type_of[member[j]] != k) j++;
        if (j < n_member || o->type[k].n == 0) continue;
        if (++n <= TYPES_SHOWN)
            sz_text_add(&absent, "%s%s", absent.n ? ", " : "", o->type[k].config_type);
    }
    if (n > TYPES_SHOWN) sz_text_add(&absent, ", .. (%d of them)", n);
    if (absent.failed)
        status = sz_fail_memory(err, absent.room, "a warning");
    else if (absent.n)
        status = sz_warnings_add(&choice->warnings, err,
                                 "no sparse points from config_type %s: no environments",
                                 absent.s);
    sz_text_free(&absent);
    return status;
}

static sz_status choose(task *t, sz_rng *random, sz_sparse_choice *choice,
                        const char *type, sz_error *err)
{
    static const char *const few = "there are no more different environments";
    const sz_sparsify_options *o = t->options;
    int asked = t->m, n;
    sz_status status = SZ_OK;

    if (o->method == SZ_SPARSE_NONE) t->m = asked = t->n;
    if (t->m > t->n) t->m = t->n;
    if (t->m < asked) status = warn(choice, type, asked, t->m, few, err);
    if (status != SZ_OK || t->m == 0) return status;
    switch (o->method) {
    case SZ_SPARSE_CUR_POINTS:
        return cur_points(t, err);
    case SZ_SPARSE_UNIFORM:
        return uniform(t, err);
    case SZ_SPARSE_RANDOM:
        random_points(t, random);
        return SZ_OK;
    case SZ_SPARSE_FARTHEST_POINTS:
        status = sz_farthest(t->vectors, t->member, t->n, &o->like, t->memory, t->m,
                             t->chosen + t->n_chosen, &n, err);
        t->n_chosen += n;
        if (status == SZ_OK && n < t->m)
            status =
                warn(choice, type, asked, n,
                     "all other environments equal one of them within rounding", err);
        return status;
    default:
        all_points(t);
        return SZ_OK;
    }
}

static int by_index(const void *a, const void *b)
{
    int i = *(const int *)a, j = *(const int *)b;

    return (i > j) - (i < j);
}

/* Chooses from each type, then sorts. part [n] is scratch. */
static sz_status choose_types(sz_sparse_choice *choice, task *t, const int *member,
                              int n_member, int *part, sz_error *err)
{
    const sz_sparsify_options *o = t->options;
    sz_rng random = {0};
    sz_status status = SZ_OK;

    if (o->method == SZ_SPARSE_RANDOM) sz_rng_seed(&random, o->seed);
    t->member = member;
    t->n = n_member;
    t->m = o->n_sparse;
    if (o->n_types == 0) status = choose(t, &random, choice, "", err);
    for (int k = 0; k < o->n_types && status == SZ_OK; k++) {
        t->member = part;
        t->n = 0;
        t->m = o->type[k].n;
        for (int j = 0; j < n_member; j++)
            if (o->type_of[member[j]] == k) part[t->n++] = member[j];
        if (t->n > 0) status = choose(t, &random, choice, o->type[k].config_type, err);
    }
    if (status == SZ_OK && o->method != SZ_SPARSE_NONE)
        status = warn_absent(choice, o, member, n_member, err);
    choice->n = t->n_chosen;
    qsort(t->chosen, (size_t)t->n_chosen, sizeof *t->chosen, by_index);
    return status;
}

static sz_status check(const sz_vectors *vectors, const sz_sparsify_options *o,
                       sz_error *err)
{
    int counted = o->method != SZ_SPARSE_NONE;

    if (vectors->n < 0 || vectors->d < 1 ||
        (vectors->n > 0 && !vectors->x && !vectors->fetch))
        return sz_fail(err, SZ_ERR_ARGUMENT, "%d vectors of length %d", vectors->n,
                       vectors->d);
    if (o->method == SZ_SPARSE_FILE || o->method == SZ_SPARSE_INDEX_FILE)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "points from a file cannot be chosen by a method");
    if (o->n_types == 0 && counted && o->n_sparse < 1)
        return sz_fail(err, SZ_ERR_ARGUMENT, "n_sparse is %d, must be positive",
                       o->n_sparse);
    for (int k = 0; k < o->n_types; k++)
        if (counted && o->type[k].n < 0)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "config_type_n_sparse of %s is %d, must not be negative",
                           o->type[k].config_type, o->type[k].n);
    if (o->method == SZ_SPARSE_RANDOM && (o->seed < 1 || o->seed > 2147483646))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the seed of sparse_method=random is %d, allowed 1 to 2147483646",
                       o->seed);
    if (o->method == SZ_SPARSE_FARTHEST_POINTS && !o->like.theta && !(o->like.zeta > 0.0))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "zeta is %g for farthest_points, must be positive", o->like.zeta);
    if ((o->method == SZ_SPARSE_CUR_POINTS || o->method == SZ_SPARSE_UNIFORM) && !o->rng)
        return sz_fail(err, SZ_ERR_ARGUMENT, "the choice needs random numbers");
    return SZ_OK;
}

/* *here is the vectors themselves or, if they fit into memory, a copy in x. */
static sz_status bring_here(sz_vectors *here, double **x, const sz_vectors *vectors,
                            size_t memory, sz_error *err)
{
    size_t d = (size_t)vectors->d, n = (size_t)vectors->n;
    int n_block = sz_vectors_block(memory, d);
    sz_status status = SZ_OK;

    *here = *vectors;
    *x = NULL;
    if (vectors->x || n == 0 || n > memory / (d * sizeof **x)) return SZ_OK;
    *x = malloc(n * d * sizeof **x);
    if (!*x) return sz_fail_memory(err, n * d * sizeof **x, "the descriptor vectors");
    for (int j = 0, count; j < vectors->n && status == SZ_OK; j += count) {
        count = vectors->n - j < n_block ? vectors->n - j : n_block;
        status = vectors->fetch(vectors->context, j, count, *x + (size_t)j * d, err);
    }
    here->x = *x;
    return status;
}

sz_status sz_sparsify(sz_sparse_choice *choice, const sz_vectors *vectors,
                      const sz_sparsify_options *options, sz_error *err)
{
    const sz_sparsify_options *o = options;
    double hash = o->hash_tolerance > 0.0 ? o->hash_tolerance : DEFAULT_TOLERANCE;
    double vector = o->vector_tolerance > 0.0 ? o->vector_tolerance : DEFAULT_TOLERANCE;
    size_t n;
    sz_vectors here;
    task t = {.vectors = &here, .options = o};
    double *x = NULL;
    int *member = NULL, *part = NULL, n_member = 0;
    sz_status status = check(vectors, o, err);

    *choice = (sz_sparse_choice){0};
    if (status != SZ_OK) return status;
    n = (size_t)vectors->n + 1;
    t.memory = o->memory ? o->memory : DEFAULT_MEMORY;
    member = malloc(n * sizeof *member);
    part = malloc(n * sizeof *part);
    choice->index = t.chosen = malloc(n * sizeof *t.chosen);
    if (!member || !part || !t.chosen)
        status = sz_fail_memory(err, 3 * n * sizeof *member, "the choice");
    else
        status = bring_here(&here, &x, vectors, t.memory, err);
    if (status == SZ_OK)
        status = sz_vectors_unique(&here, hash, vector, t.memory, member, &n_member, err);
    choice->n_unique = n_member;
    if (status == SZ_OK) status = choose_types(choice, &t, member, n_member, part, err);
    if (status != SZ_OK) sz_sparse_choice_free(choice);
    free(member);
    free(part);
    free(x);
    return status;
}

void sz_sparse_choice_free(sz_sparse_choice *choice)
{
    if (!choice) return;
    free(choice->index);
    sz_warnings_free(&choice->warnings);
    *choice = (sz_sparse_choice){0};
}
