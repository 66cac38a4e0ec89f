/* SPDX-License-Identifier: BSD-3-Clause
 *
 * trial_before.c - reduces the columns of the earlier terms for a small fit.
 *
 * Their part of the covariance of rows does not depend on the maps:
 *
 *   C = K_b K_bb^-1 K_b^T = T T^T
 *
 * has no more than n_rows columns T, lower triangular, whose K_MM is the unit matrix.
 * With K_bb = L L^T, T^T is the R of (K_b L^-T)^T = Q R. */
#include "fit/trial.h"

#include "linear/blas.h"
#include "linear/linalg.h"

#include <stdlib.h>
#include <string.h>

/* k [n_rows][n] <- k L^-T; k_mm [n][n] is destroyed. */
static sz_status whiten(int n, int n_rows, double *k_mm, double *k, sz_error *err)
{
    const double one = 1.0;

    for (int s = 0; s < n; s++) k_mm[(size_t)s * (n + 1)] *= 1.0 + SZ_TRIAL_JITTER;
    if (sz_cholesky('L', n, k_mm) != 0)
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "the small fit that tests channel maps has no solution: sparse "
                       "points of the earlier terms are too similar");
    SZ_BLAS(dtrsm)("L", "L", "N", "N", &n, &n_rows, &one, k_mm, &n, k, &n);
    return SZ_OK;
}

/* k [n_rows][n], n > n_rows: the first n_rows of each row become T. */
static sz_status triangulate(int n, int n_rows, double *k, sz_error *err)
{
    int lwork = 64 * n_rows, info = 0;
    double *tau = malloc(((size_t)lwork + n_rows) * sizeof *tau);

    if (!tau) return sz_fail_memory(err, (size_t)lwork * sizeof *tau, "a small fit");
    SZ_BLAS(dgeqrf)(&n, &n_rows, k, &n, tau, tau + n_rows, &lwork, &info);
    free(tau);
    for (int q = 0; q < n_rows; q++)
        memset(k + (size_t)q * n + q + 1, 0, (size_t)(n_rows - q - 1) * sizeof *k);
    return SZ_OK;
}

/* The columns of the earlier terms and their K_MM, to kb and kbb. */
static void take_before(const sz_trial_data *d, double *kb, double *kbb)
{
    size_t first = (size_t)d->n_points, all = (size_t)d->n_columns, n = all - first;

    for (size_t q = 0; q < (size_t)d->n_rows; q++)
        memcpy(kb + q * n, d->k + q * all + first, n * sizeof *kb);
    for (size_t s = 0; s < n; s++)
        memcpy(kbb + s * n, d->k_mm + (first + s) * all + first, n * sizeof *kbb);
}

/* T [n_rows][n], of which n_rows columns are used, replaces them. */
static sz_status put_triangle(sz_trial_data *d, int n, const double *t, sz_error *err)
{
    size_t first = (size_t)d->n_points, rows = (size_t)d->n_rows, all = first + rows;
    double *k = calloc(rows * all + 1, sizeof *k), *k_mm = calloc(all * all, sizeof *k);

    if (!k || !k_mm) {
        free(k);
        free(k_mm);
        return sz_fail_memory(err, all * all * sizeof *k, "a small fit");
    }
    for (size_t q = 0; q < rows; q++)
        memcpy(k + q * all + first, t + q * n, rows * sizeof *k);
    for (size_t s = first; s < all; s++) k_mm[s * (all + 1)] = 1.0;
    free(d->k);
    free(d->k_mm);
    d->k = k;
    d->k_mm = k_mm;
    d->n_columns = (int)all;
    return SZ_OK;
}

sz_status sz_trial_data_reduce(sz_trial_data *d, sz_error *err)
{
    int n = d->n_columns - d->n_points;
    double *kb, *kbb;
    sz_status status = SZ_OK;

    if (n <= d->n_rows) return SZ_OK;
    kb = malloc((size_t)d->n_rows * n * sizeof *kb + 1);
    kbb = malloc((size_t)n * n * sizeof *kbb);
    if (!kb || !kbb) status = sz_fail_memory(err, (size_t)n * n * 8, "a small fit");
    if (status == SZ_OK) {
        take_before(d, kb, kbb);
        status = whiten(n, d->n_rows, kbb, kb, err);
    }
    if (status == SZ_OK) status = triangulate(n, d->n_rows, kb, err);
    if (status == SZ_OK) status = put_triangle(d, n, kb, err);
    free(kb);
    free(kbb);
    return status;
}
