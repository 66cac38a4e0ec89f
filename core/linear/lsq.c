/* SPDX-License-Identifier: BSD-3-Clause
 *
 * lsq.c - least squares over a stream of rows.
 *
 * All rows so far, with the right-hand side as one more column, are stored as a triangle:
 *
 *   [K y] = Q R,   R = [R_K  z]    so that  |K alpha - y|^2 = |R_K alpha - z|^2 + rho^2
 *                      [0  rho]
 *
 * A block of rows, the factor of other rows and U, U^T U = K_MM + jitter, are added in
 * the same way: R becomes the factor of [R; B]. The order does not matter, because R is
 * the Cholesky factor of R^T R = [K y]^T [K y] + [U 0]^T [U 0], a sum over all rows.
 *
 * The leading block of a Cholesky factor is the factor of the leading block. So R[:m,:m]
 * and z[:m] give the fit of the first m unknowns alone, with the leading block of K_MM as
 * regulariser; z[m:] is then part of the residual:
 *
 *   R[:m,:m] alpha = z[:m],   residual^2 = |z[m:]|^2 + rho^2
 *
 * The normal equations store R^T R and compute its Cholesky factor at the end. */
#include "linear/lsq.h"

#include "base/print.h"

#include "linear/blas.h"
#include "linear/linalg.h"
#include "linear/qr.h"
#include "linear/vec.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- create and free -------------------------------------------------------------- */

/* measured: from this size on the dgemm calls of a block are large enough */
static int default_block(int n_unknowns)
{
    return n_unknowns < 1500 ? 1024 : 2048;
}

size_t sz_lsq_memory(int n_unknowns, int n_block)
{
    size_t width = (size_t)n_unknowns + 1;
    size_t rows = (size_t)(n_block ? n_block : default_block(n_unknowns)) + SZ_LANES;

    return sizeof(sz_lsq) +
           sizeof(double) * (width * (width + rows) + sz_qr_scratch((int)width));
}

static sz_status allocate(sz_lsq *lsq, sz_error *err)
{
    size_t width = (size_t)lsq->width;

    lsq->r = calloc(width * width, sizeof *lsq->r);
    lsq->buffer = malloc(width * (size_t)lsq->stride * sizeof *lsq->buffer);
    lsq->scratch = malloc(sz_qr_scratch(lsq->width) * sizeof *lsq->scratch);
    if (lsq->r && lsq->buffer && lsq->scratch) return SZ_OK;
    return sz_fail_memory(err, sz_lsq_memory(lsq->n_unknowns, lsq->n_block),
                          "the least squares");
}

sz_status sz_lsq_create(sz_lsq **lsq, int n_unknowns, int n_block, sz_lsq_method method,
                        sz_error *err)
{
    sz_lsq *l = NULL;
    sz_status status = SZ_OK;

    *lsq = NULL;
    if (n_unknowns < 1 || n_unknowns > SZ_LSQ_MAX)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%d unknowns, allowed 1..%d", n_unknowns,
                       SZ_LSQ_MAX);
    if (n_block < 0 || n_block > SZ_LSQ_MAX_BLOCK)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "blocks of %d rows, allowed 1..%d, or 0 for the fastest", n_block,
                       SZ_LSQ_MAX_BLOCK);
    if (!(l = calloc(1, sizeof *l)))
        return sz_fail_memory(err, sizeof *l, "the least squares");
    l->method = method;
    l->n_unknowns = n_unknowns;
    l->width = n_unknowns + 1;
    l->n_block = n_block ? n_block : default_block(n_unknowns);
    l->stride = l->n_block + SZ_LANES;
    status = allocate(l, err);
    if (status == SZ_OK) {
        *lsq = l;
        l = NULL;
    }
    sz_lsq_free(l);
    return status;
}

void sz_lsq_free(sz_lsq *lsq)
{
    if (!lsq) return;
    free(lsq->r);
    free(lsq->buffer);
    free(lsq->scratch);
    sz_lsq_free(lsq->narrow);
    free(lsq->column);
    free(lsq);
}

static sz_status copy_narrow(sz_lsq *copy, const sz_lsq *lsq, sz_error *err)
{
    size_t n = (size_t)lsq->narrow->width;
    sz_status status = sz_lsq_copy(&copy->narrow, lsq->narrow, err);

    if (status == SZ_OK) {
        copy->column = malloc(n * sizeof *copy->column);
        if (!copy->column) status = sz_fail_memory(err, 4 * n, "the columns");
    }
    if (status == SZ_OK) memcpy(copy->column, lsq->column, n * sizeof *copy->column);
    return status;
}

sz_status sz_lsq_copy(sz_lsq **copy, const sz_lsq *lsq, sz_error *err)
{
    size_t width = (size_t)lsq->width, stride = (size_t)lsq->stride;
    sz_status status =
        sz_lsq_create(copy, lsq->n_unknowns, lsq->n_block, lsq->method, err);

    if (status != SZ_OK) return status;
    (*copy)->n_buffered = lsq->n_buffered;
    (*copy)->n_regularised = lsq->n_regularised;
    (*copy)->n_rows = lsq->n_rows;
    memcpy((*copy)->r, lsq->r, width * width * sizeof *lsq->r);
    if (lsq->n_buffered)
        for (size_t j = 0; j < width; j++)
            memcpy((*copy)->buffer + j * stride, lsq->buffer + j * stride,
                   (size_t)lsq->n_buffered * sizeof *lsq->buffer);
    if (lsq->narrow) status = copy_narrow(*copy, lsq, err);
    if (status != SZ_OK) {
        sz_lsq_free(*copy);
        *copy = NULL;
    }
    return status;
}

/* ---- triangles of some columns ---------------------------------------------------- */

/* An upper triangle u [n][n], column-major. Its column j belongs to column place[j] of
 * lsq, ascending, or to first + j. */
typedef struct {
    int n, first;
    const int *place;
    const double *u;
} triangle;

static int place_of(const triangle *t, int j)
{
    return t->place ? t->place[j] : t->first + j;
}

/* The rows of u, in blocks: row i is zero before column i. */
static void fold_upper(sz_lsq *lsq, const triangle *t)
{
    size_t ldb = (size_t)lsq->stride, ldr = (size_t)lsq->width;

    for (int i = 0; i < t->n; i += lsq->n_block) {
        int rows = t->n - i < lsq->n_block ? t->n - i : lsq->n_block;
        size_t first = (size_t)place_of(t, i);
        int columns = lsq->width - (int)first;

        for (size_t j = 0; j < (size_t)columns; j++)
            memset(lsq->buffer + j * ldb, 0, (size_t)rows * sizeof *lsq->buffer);
        for (int j = i; j < t->n; j++)
            memcpy(lsq->buffer + ((size_t)place_of(t, j) - first) * ldb,
                   t->u + i + (size_t)j * (size_t)t->n,
                   (size_t)(j - i + 1 < rows ? j - i + 1 : rows) * sizeof *t->u);
        sz_qr_fold(rows, columns, !t->place, lsq->r + first + first * ldr, lsq->width,
                   lsq->buffer, lsq->stride, lsq->scratch);
    }
}

static void add_upper(sz_lsq *lsq, const triangle *t)
{
    size_t ldr = (size_t)lsq->width;

    for (int j = 0; j < t->n; j++)
        for (int i = 0; i <= j; i++)
            lsq->r[(size_t)place_of(t, i) + (size_t)place_of(t, j) * ldr] +=
                t->u[(size_t)i + (size_t)j * (size_t)t->n];
}

static void take_triangle(sz_lsq *lsq, const triangle *t)
{
    if (lsq->method == SZ_LSQ_QR)
        fold_upper(lsq, t);
    else
        add_upper(lsq, t);
}

/* ---- rows ------------------------------------------------------------------------- */

static void fold_buffer(sz_lsq *lsq)
{
    const double one = 1.0;
    int n = lsq->width, rows = lsq->n_buffered;

    lsq->n_buffered = 0;
    if (rows == 0) return;
    if (lsq->method == SZ_LSQ_QR)
        sz_qr_fold(rows, n, 0, lsq->r, n, lsq->buffer, lsq->stride, lsq->scratch);
    else
        SZ_BLAS(dsyrk)
    ("U", "T", &n, &rows, &one, lsq->buffer, &lsq->stride, &one, lsq->r, &n);
}

static void widen(sz_lsq *lsq)
{
    sz_lsq *narrow = lsq->narrow;

    if (narrow) {
        fold_buffer(narrow);
        take_triangle(lsq, &(triangle){narrow->width, 0, lsq->column, narrow->r});
    }
    sz_lsq_free(narrow);
    free(lsq->column);
    lsq->narrow = NULL;
    lsq->column = NULL;
}

void sz_lsq_flush(sz_lsq *lsq)
{
    fold_buffer(lsq);
    widen(lsq);
}

static sz_status check_columns(const sz_lsq *lsq, int n, const int *column, sz_error *err)
{
    for (int j = 0; j < n; j++)
        if (column[j] <= (j ? column[j - 1] : -1) || column[j] >= lsq->n_unknowns)
            return sz_fail(
                err, SZ_ERR_ARGUMENT,
                "column %d (from 0) of %d is unknown %d of %d: columns must ascend", j, n,
                column[j], lsq->n_unknowns);
    return SZ_OK;
}

sz_status sz_lsq_narrow(sz_lsq *lsq, int n, const int *column, sz_error *err)
{
    sz_status status = check_columns(lsq, n, column, err);

    if (status != SZ_OK) return status;
    sz_lsq_flush(lsq);
    status = sz_lsq_create(&lsq->narrow, n, 0, lsq->method, err);
    if (status == SZ_OK) {
        lsq->column = malloc(((size_t)n + 1) * sizeof *lsq->column);
        if (!lsq->column) status = sz_fail_memory(err, 4 * (size_t)n, "the columns");
    }
    if (status == SZ_OK) {
        memcpy(lsq->column, column, (size_t)n * sizeof *column);
        lsq->column[n] = lsq->n_unknowns;
        return SZ_OK;
    }
    sz_lsq_free(lsq->narrow);
    lsq->narrow = NULL;
    return status;
}

/* x - x is 0 if x is finite, else NaN */
static int all_finite(const double *x, int n)
{
    sz_lanes sum = {0};
    double rest = 0.0;
    int j = 0;

    for (; j + SZ_LANES <= n; j += SZ_LANES) sum += SZ_GET(x + j) - SZ_GET(x + j);
    for (; j < n; j++) rest += x[j] - x[j];
    return sz_sum_lanes(sum) + rest == 0.0;
}

static sz_status check_rows(const sz_lsq *lsq, int n_rows, const double *k, int ld,
                            const double *y, const double *weight, sz_error *err)
{
    int n = lsq->n_unknowns;

    if (n_rows < 0 || ld < n)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%d rows of %d columns, needed %d columns",
                       n_rows, ld, n);
    for (int i = 0; i < n_rows; i++) {
        const double *row = k + (size_t)i * ld;
        long long number = lsq->n_rows + i;

        if (!isfinite(y[i]))
            return sz_fail(err, SZ_ERR_NUMERIC,
                           "row %d of the block (%lld of the fit, both from 0): its "
                           "target is %g",
                           i, number, y[i]);
        if (weight && !(isfinite(weight[i]) && weight[i] > 0.0))
            return sz_fail(err, SZ_ERR_NUMERIC,
                           "row %d of the block (%lld of the fit, both from 0): its "
                           "weight 1/sigma is %g, not a positive number",
                           i, number, weight[i]);
        for (int j = all_finite(row, n) ? n : 0; j < n; j++)
            if (!isfinite(row[j]))
                return sz_fail(err, SZ_ERR_NUMERIC,
                               "row %d of the block (%lld of the fit, both from 0): "
                               "its column %d is %g",
                               i, number, j, row[j]);
    }
    return SZ_OK;
}

/* to [n][stride] = weight k^T, k [n_rows][ld], of the n columns named or the first n; in
 * tiles, because both sides are strided */
static void copy_transposed(int n_rows, int n, const double *k, int ld,
                            const double *weight, const int *column, double *to,
                            size_t stride)
{
    const int tile = 32;

    for (int first = 0; first < n; first += tile)
        for (int i = 0; i < n_rows; i++) {
            const double *row = k + (size_t)i * (size_t)ld;
            double w = weight ? weight[i] : 1.0;
            int last = first + tile < n ? first + tile : n;

            for (int j = first; j < last; j++)
                to[i + (size_t)j * stride] = w * row[column ? column[j] : j];
        }
}

/* copies n_rows rows into the buffer, which has room for them */
static void copy_rows(sz_lsq *lsq, int n_rows, const double *k, int ld, const double *y,
                      const double *weight, const int *column)
{
    size_t stride = (size_t)lsq->stride;
    double *to = lsq->buffer + lsq->n_buffered;

    copy_transposed(n_rows, lsq->n_unknowns, k, ld, weight, column, to, stride);
    copy_transposed(n_rows, 1, y, 1, weight, NULL, to + (size_t)lsq->n_unknowns * stride,
                    stride);
    lsq->n_buffered += n_rows;
}

sz_status sz_lsq_add(sz_lsq *lsq, int n_rows, const double *k, int ld, const double *y,
                     const double *weight, sz_error *err)
{
    sz_status status = check_rows(lsq, n_rows, k, ld, y, weight, err);
    sz_lsq *into = lsq->narrow ? lsq->narrow : lsq;

    if (status != SZ_OK) return status;
    for (int i = 0, n; i < n_rows; i += n) {
        n = into->n_block - into->n_buffered;
        if (n > n_rows - i) n = n_rows - i;
        copy_rows(into, n, k + (size_t)i * ld, ld, y + i, weight ? weight + i : NULL,
                  lsq->column);
        if (into->n_buffered == into->n_block) fold_buffer(into);
    }
    lsq->n_rows += n_rows;
    return SZ_OK;
}

sz_status sz_lsq_merge(sz_lsq *lsq, sz_lsq *other, sz_error *err)
{
    int n = lsq->width;
    size_t area = (size_t)n * (size_t)n;

    if (lsq == other) return sz_fail(err, SZ_ERR_ARGUMENT, "a merge with itself");
    if (other->width != n || other->method != lsq->method)
        return sz_fail(
            err, SZ_ERR_ARGUMENT,
            "cannot merge least squares of %d and %d unknowns, or of different methods",
            lsq->n_unknowns, other->n_unknowns);
    if (other->n_regularised)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the regulariser can only be added after the last merge");
    sz_lsq_flush(lsq);
    sz_lsq_flush(other);
    if (lsq->method == SZ_LSQ_QR)
        sz_qr_fold(n, n, 1, lsq->r, n, other->r, n, lsq->scratch);
    else
        for (size_t k = 0; k < area; k++) lsq->r[k] += other->r[k];
    lsq->n_rows += other->n_rows;
    other->n_rows = 0;
    memset(other->r, 0, area * sizeof *other->r);
    return SZ_OK;
}

/* ---- regulariser and order -------------------------------------------------------- */

sz_status sz_lsq_regularise(sz_lsq *lsq, int n, double *k_mm, double jitter,
                            sz_error *err)
{
    int first = lsq->n_regularised, info = 0;

    if (n < 0 || n > lsq->n_unknowns - first)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "a regulariser of %d unknowns, but %d of %d have one already", n,
                       first, lsq->n_unknowns);
    if (n == 0) return SZ_OK; /* a term without sparse points */
    for (int i = 0; i < n; i++) {
        if (!all_finite(k_mm + (size_t)i * n, i + 1))
            return sz_fail(err, SZ_ERR_NUMERIC,
                           "the kernel matrix K_MM is not finite at sparse point %d of "
                           "%d (from 0)",
                           i, n);
        k_mm[(size_t)i * n + i] += jitter;
    }
    sz_lsq_flush(lsq);
    if (lsq->method == SZ_LSQ_QR) info = sz_cholesky('U', n, k_mm);
    if (info)
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "K_MM + %g is not positive definite: sparse point %d of %d (from "
                       "0) depends on those before it; raise the jitter or take fewer "
                       "sparse points",
                       jitter, info - 1, n);
    take_triangle(lsq, &(triangle){n, first, NULL, k_mm});
    lsq->n_regularised += n;
    return SZ_OK;
}

static sz_status check_order(const sz_lsq *lsq, const int *order, sz_error *err)
{
    int n = lsq->n_unknowns;
    sz_status status = SZ_OK;
    char *seen = calloc((size_t)n, 1);

    if (!seen) return sz_fail_memory(err, (size_t)n, "the order of unknowns");
    for (int j = 0; j < n && status == SZ_OK; j++)
        if (order[j] < 0 || order[j] >= n || seen[order[j]]++)
            status = sz_fail(
                err, SZ_ERR_ARGUMENT,
                "the order of unknowns is not a permutation of 0..%d: element %d is %d",
                n - 1, j, order[j]);
    free(seen);
    return status;
}

sz_status sz_lsq_reorder(sz_lsq *lsq, const int *order, sz_error *err)
{
    int n = lsq->width;
    size_t w = (size_t)n;
    sz_status status = check_order(lsq, order, err);
    double *b = NULL;

    if (status != SZ_OK) return status;
    if (lsq->n_regularised && lsq->n_regularised < lsq->n_unknowns)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "only %d of %d unknowns have a regulariser: reorder before the "
                       "first or after the last",
                       lsq->n_regularised, lsq->n_unknowns);
    if (!(b = malloc(w * w * sizeof *b)))
        return sz_fail_memory(err, w * w * sizeof *b, "the order of unknowns");
    sz_lsq_flush(lsq);
    for (size_t j = 0; j < w; j++) {
        size_t old = j + 1 < w ? (size_t)order[j] : j;

        for (size_t i = 0; i < w; i++) {
            size_t from = i + 1 < w ? (size_t)order[i] : i;

            if (lsq->method == SZ_LSQ_QR)
                b[i + j * w] = lsq->r[i + old * w];
            else
                b[i + j * w] =
                    i > j ? 0.0 : lsq->r[from < old ? from + old * w : old + from * w];
        }
    }
    if (lsq->method == SZ_LSQ_QR) {
        memset(lsq->r, 0, w * w * sizeof *lsq->r);
        sz_qr_fold(n, n, 0, lsq->r, n, b, n, lsq->scratch);
    } else {
        memcpy(lsq->r, b, w * w * sizeof *b);
    }
    free(b);
    return SZ_OK;
}

/* ---- solution --------------------------------------------------------------------- */

static double norm2(const double *x, size_t n)
{
    double scale = 0.0, sum = 0.0;

    for (size_t i = 0; i < n; i++)
        if (!(fabs(x[i]) <= scale)) scale = fabs(x[i]);
    if (!(scale > 0.0)) return scale;
    for (size_t i = 0; i < n; i++) sum += x[i] / scale * (x[i] / scale);
    return scale * sqrt(sum);
}

/* Is the part of a column beyond the columns before it only rounding error (of R, or of
 * its square)? The units of the unknowns do not matter. */
static sz_status check_rank(sz_lsq_method method, int m, const double *r, int ldr,
                            sz_error *err)
{
    double tolerance =
        method == SZ_LSQ_QR ? DBL_EPSILON * sqrt(m) : sqrt(DBL_EPSILON * sqrt(m));

    for (int j = 0; j < m; j++) {
        const double *column = r + (size_t)j * ldr;
        double length = norm2(column, (size_t)j + 1);

        if (!isfinite(length))
            return sz_fail(err, SZ_ERR_NUMERIC,
                           "the rows of unknown %d (from 0) are too large to be added",
                           j);
        if (!(fabs(column[j]) > tolerance * length))
            return sz_fail(err, SZ_ERR_NUMERIC,
                           "the %s singular: unknown %d of %d (from 0) depends on those "
                           "before it within rounding; %sraise the jitter or take "
                           "fewer sparse points",
                           method == SZ_LSQ_QR ? "rows are" : "normal equations are", j,
                           m, method == SZ_LSQ_QR ? "" : "use QR, ");
    }
    return SZ_OK;
}

/* The normal equations of the first m unknowns, in the form of the QR: r [m+1][m] holds
 * the Cholesky factor and z; *residual receives the rest of |y|^2. */
static sz_status factor_normal(const sz_lsq *lsq, int m, double *r, double *residual,
                               sz_error *err)
{
    const int one = 1;
    size_t w = (size_t)lsq->width, n = (size_t)m;
    double *z = r + n * n, left;
    int info;

    for (size_t j = 0; j < n; j++) memcpy(r + j * n, lsq->r + j * w, n * sizeof *r);
    memcpy(z, lsq->r + (w - 1) * w, n * sizeof *r);
    if (!all_finite(r, m) || !isfinite(lsq->r[w * w - 1]))
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "the rows are too large for the normal equations");
    info = sz_cholesky('U', m, r);
    if (info)
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "the normal equations are singular: unknown %d of %d (from 0) "
                       "depends on those before it within rounding; use QR, raise "
                       "the jitter or take fewer sparse points",
                       info - 1, m);
    SZ_BLAS(dtrsv)("U", "T", "N", &m, r, &m, z, &one);
    left = lsq->r[w * w - 1];
    for (size_t i = 0; i < n; i++) left -= z[i] * z[i];
    *residual = sqrt(left > 0.0 ? left : 0.0);
    return SZ_OK;
}

static sz_status condition_number(int m, const double *r, int ldr, double *condition,
                                  sz_error *err)
{
    double rcond = 0.0, *work = malloc(3 * (size_t)m * sizeof *work);
    int *iwork = malloc((size_t)m * sizeof *iwork), info;
    sz_status status = SZ_OK;

    if (work && iwork)
        SZ_BLAS(dtrcon)("1", "U", "N", &m, r, &ldr, &rcond, work, iwork, &info);
    else
        status = sz_fail_memory(err, 28 * (size_t)m, "the condition number");
    free(work);
    free(iwork);
    *condition = rcond > 0.0 ? 1.0 / rcond : HUGE_VAL;
    return status;
}

static void warn(sz_lsq_method method, sz_lsq_report *report)
{
    double c = report->condition, lost = method == SZ_LSQ_QR ? c : c * c;
    char *to = report->warning;

    to[0] = '\0';
    if (method == SZ_LSQ_NORMAL)
        sz_format(to, sizeof report->warning,
                  "normal equations: the condition number %.1e is squared: about %.0f of "
                  "16 digits of the coefficients are left; with QR %.0f",
                  c, fmax(0.0, 16.0 - log10(lost)), fmax(0.0, 16.0 - log10(c)));
    else if (lost > 1e14)
        sz_format(to, sizeof report->warning,
                  "the condition number %.1e leaves few digits of the coefficients; "
                  "raise the jitter or take fewer sparse points",
                  c);
}

sz_status sz_lsq_solve(sz_lsq *lsq, int m, double *alpha, sz_lsq_report *report,
                       sz_error *err)
{
    const int one = 1;
    size_t w = (size_t)lsq->width, n = (size_t)m;
    const double *r = lsq->r, *z = lsq->r + (w - 1) * w;
    double *normal = NULL, residual = 0.0, condition = 0.0;
    int ldr = lsq->width;
    sz_status status = SZ_OK;

    if (m < 1 || m > lsq->n_unknowns)
        return sz_fail(err, SZ_ERR_ARGUMENT, "a solution for %d unknowns of %d", m,
                       lsq->n_unknowns);
    sz_lsq_flush(lsq);
    if (lsq->method == SZ_LSQ_NORMAL) {
        if (!(normal = malloc(n * (n + 1) * sizeof *normal)))
            return sz_fail_memory(err, n * (n + 1) * sizeof *normal, "the solution");
        status = factor_normal(lsq, m, normal, &residual, err);
        r = normal;
        z = normal + n * n;
        ldr = m;
    } else {
        residual = norm2(z + n, w - n);
    }
    if (status == SZ_OK) status = check_rank(lsq->method, m, r, ldr, err);
    if (status == SZ_OK) status = condition_number(m, r, ldr, &condition, err);
    if (status == SZ_OK) {
        memcpy(alpha, z, n * sizeof *alpha);
        SZ_BLAS(dtrsv)("U", "N", "N", &m, r, &ldr, alpha, &one);
        if (!all_finite(alpha, m) || !isfinite(residual))
            status = sz_fail(err, SZ_ERR_NUMERIC,
                             "the coefficients are not finite: the condition number is "
                             "%.1e",
                             condition);
    }
    if (status == SZ_OK && report) {
        report->residual = residual;
        report->norm = norm2(alpha, n);
        report->condition = condition;
        warn(lsq->method, report);
    }
    free(normal);
    return status;
}
