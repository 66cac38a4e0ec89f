/* SPDX-License-Identifier: BSD-3-Clause
 *
 * leverage.c - leverage scores: the weight of each vector in the leading singular
 * directions.
 *
 *   X = U S W^T,   score_j = sum_{i <= k} U_ji^2 = sum_{i <= k} (x_j . w_i / S_i)^2
 *
 * For n > d, X [n][d] is never held. A first pass over the vectors keeps the triangle R
 * of X = Q R, updated block by block by Householder reflectors; R = V S W^T has the
 * singular values of X to rounding; the eigenvalues of X^T X would be inaccurate below
 * 1e-8 S_1. A second pass projects the blocks on w_1 .. w_k. Memory O(d^2 + block); 2 n
 * d^2 + 2 n d k flops and the SVD of R, some 20 d^3.
 *
 * For n <= d, X^T = Q R is computed at once and R = A S U^T gives the scores directly.
 *
 * k = floor(#{S_i > t} / 2), t = 1e-13 as in gap_fit. For more than about three thousand
 * vectors of length 1, rounding alone gives singular values of that size; then t = 8 eps
 * S_1, so that these directions are not counted. */
#include "select/leverage.h"

#include "linear/blas.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

enum { PANEL = 32 };

typedef struct {
    int d, n_block;
    int dim;      /* min(n, d), order of R */
    double *r;    /* [dim][dim] column-major: R, then W (or U) */
    double *s;    /* [dim] singular values */
    double *x;    /* [n_block][d] */
    double *y;    /* [d][n_block] the transpose, or [n_block][k] projections */
    double *t;    /* [d][PANEL] of the reflectors */
    double *work; /* [n_work] */
    int n_work;
} leverage;

static void leverage_free(leverage *l)
{
    free(l->r);
    free(l->s);
    free(l->x);
    free(l->y);
    free(l->t);
    free(l->work);
}

static sz_status leverage_create(leverage *l, int d, int n, size_t memory, sz_error *err)
{
    const int dim = n < d ? n : d, ask = -1, one = 1;
    size_t n_d = (size_t)d, n_r = (size_t)dim, n_block;
    double size = 0.0;
    int info;

    *l = (leverage){.d = d, .dim = dim, .n_block = sz_vectors_block(memory, 2 * n_d)};
    if (n <= d) l->n_block = n;
    SZ_BLAS(dgesvd)
    ("O", "N", &dim, &dim, NULL, &dim, NULL, NULL, &one, NULL, &one, &size, &ask, &info);
    l->n_work = (int)size > PANEL * d ? (int)size : PANEL * d;
    n_block = (size_t)l->n_block;
    l->r = calloc(n_r * n_r, sizeof *l->r);
    l->s = malloc(n_r * sizeof *l->s);
    l->x = malloc(n_block * n_d * sizeof *l->x);
    l->y = malloc(n_block * n_d * sizeof *l->y);
    l->t = malloc(n_d * PANEL * sizeof *l->t);
    l->work = malloc((size_t)l->n_work * sizeof *l->work);
    if (!l->r || !l->s || !l->x || !l->y || !l->t || !l->work)
        return sz_fail_memory(
            err, (n_r * n_r + 2 * n_d * n_block + (size_t)l->n_work) * sizeof *l->r,
            "the leverage scores");
    return SZ_OK;
}

/* R of [R; x] */
static void add_block(leverage *l, int count, int k, double *score)
{
    const int d = l->d, panel = d < PANEL ? d : PANEL, zero = 0;
    int info;

    (void)k, (void)score;
    for (int j = 0; j < count; j++)
        for (int i = 0; i < d; i++)
            l->y[(size_t)i * (size_t)count + j] = l->x[(size_t)j * (size_t)d + i];
    SZ_BLAS(dtpqrt)
    (&count, &d, &zero, &panel, l->r, &d, l->y, &count, l->t, &panel, l->work, &info);
}

/* R of x^T, for all n <= d vectors at once */
static void add_all(leverage *l, int count, int k, double *score)
{
    int info;

    (void)count, (void)k, (void)score;
    SZ_BLAS(dgeqrf)(&l->d, &l->dim, l->x, &l->d, l->t, l->work, &l->n_work, &info);
    for (int j = 0; j < l->dim; j++)
        for (int i = 0; i <= j; i++)
            l->r[i + (size_t)j * (size_t)l->dim] = l->x[i + (size_t)j * (size_t)l->d];
}

/* R^T = W S V^T, W replaces R; dgesvd is faster with left vectors */
static sz_status decompose(leverage *l, sz_error *err)
{
    const int d = l->dim, one = 1;
    int info;

    for (int i = 0; i < d; i++)
        for (int j = i + 1; j < d; j++) {
            l->r[j + (size_t)i * (size_t)d] = l->r[i + (size_t)j * (size_t)d];
            l->r[i + (size_t)j * (size_t)d] = 0.0;
        }
    SZ_BLAS(dgesvd)
    ("O", "N", &d, &d, l->r, &d, l->s, NULL, &one, NULL, &one, l->work, &l->n_work,
     &info);
    if (info != 0)
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "the singular values of the descriptor vectors did not converge");
    return SZ_OK;
}

static int half_rank(const leverage *l)
{
    double noise = 8.0 * DBL_EPSILON * l->s[0];
    int rank = 0;

    while (rank < l->dim && l->s[rank] > (noise > 1e-13 ? noise : 1e-13)) rank++;
    return rank / 2;
}

/* score[j] of the count vectors in x; the columns of W are already divided by S */
static void score_block(leverage *l, int count, int k, double *score)
{
    const double one = 1.0, zero = 0.0;

    SZ_BLAS(dgemm)
    ("T", "N", &k, &count, &l->d, &one, l->r, &l->d, l->x, &l->d, &zero, l->y, &k);
    for (int j = 0; j < count; j++) {
        const double *y = l->y + (size_t)j * (size_t)k;

        score[j] = 0.0;
        for (int i = 0; i < k; i++) score[j] += y[i] * y[i];
    }
}

/* score of all n <= d vectors: W is U */
static void score_all(const leverage *l, int n, int k, double *score)
{
    for (int i = 0; i < k; i++) {
        const double *u = l->r + (size_t)i * (size_t)n;

        for (int j = 0; j < n; j++) score[j] += u[j] * u[j];
    }
}

/* The action for each block of a pass. */
typedef void (*block_function)(leverage *l, int count, int k, double *score);

static sz_status pass(leverage *l, const sz_vectors *vectors, const int *member,
                      int n_member, block_function use, int k, double *score,
                      sz_error *err)
{
    sz_status status = SZ_OK;

    for (int j = 0, count; j < n_member && status == SZ_OK; j += count) {
        count = n_member - j < l->n_block ? n_member - j : l->n_block;
        status = sz_vectors_rows(vectors, member + j, count, l->x, err);
        if (status == SZ_OK) use(l, count, k, score + j);
    }
    return status;
}

sz_status sz_leverage(const sz_vectors *vectors, const int *member, int n_member,
                      size_t memory, double *score, int *rank, sz_error *err)
{
    int few = n_member <= vectors->d, k = 0;
    leverage l = {0};
    sz_status status;

    *rank = 0;
    for (int j = 0; j < n_member; j++) score[j] = 0.0;
    if (n_member == 0) return SZ_OK;
    status = leverage_create(&l, vectors->d, n_member, memory, err);
    if (status == SZ_OK)
        status =
            pass(&l, vectors, member, n_member, few ? add_all : add_block, 0, score, err);
    if (status == SZ_OK) status = decompose(&l, err);
    if (status == SZ_OK) k = *rank = half_rank(&l);
    if (status == SZ_OK && k > 0 && few) score_all(&l, n_member, k, score);
    if (status == SZ_OK && k > 0 && !few) {
        for (int i = 0; i < k; i++)
            for (int j = 0; j < l.d; j++) l.r[j + (size_t)i * (size_t)l.d] /= l.s[i];
        status = pass(&l, vectors, member, n_member, score_block, k, score, err);
    }
    leverage_free(&l);
    return status;
}
