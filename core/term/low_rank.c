/* SPDX-License-Identifier: BSD-3-Clause
 *
 * low_rank.c - the matrix of a collapsed kernel of zeta 2 as a sum of few squares.
 *
 *   C = mean of p_s p_s^T + floor = L L^T      the metric of the data
 *   L^T A L = U Lambda U^T,  b_r = L^-T u_r
 *   A = sum_r lambda_r b_r b_r^T,  p . A p = sum_r lambda_r (b_r . p)^2
 *
 * The sparse points represent the data. Over them each (b_r . p)^2 has the mean 1, so
 * that lambda_r is the contribution of square r to a local energy: those with the
 * smallest |lambda_r| are left out, as many as the tolerance allows for the rms, over the
 * points, of
 *
 *   left out = sum over the others of lambda_r (b_r . p)^2
 *
 * In the metric of p itself many more squares would be needed: A is large in directions
 * that do not occur in environments. The floor gives every direction at least a fraction
 * FLOOR of |p|^2: L is regular, and directions that do not occur in the sparse points are
 * not ignored. */
#include "term/low_rank.h"

#include "base/print.h"

#include "linear/blas.h"
#include "linear/linalg.h"
#include "linear/vec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOOR 1e-6 /* of the mean |p|^2: amplifies rounding by at most 1 / FLOOR */

enum { CHUNK = 256 }; /* points at a time */

/* The squares under construction. d * d numbers: our row r is LAPACK's column r. */
typedef struct {
    int d, ld;
    double *factor; /* [d][d] L^T, upper; later the omitted part of A */
    double *row;    /* [d][d] b_r */
    double *lambda; /* [d] ascending */
    int n_negative; /* of lambda */
    int *order;     /* [d] by |lambda|, ascending: the order in which squares are left
                       out */
    double *change; /* [d + 1] over the points, by the number left out: rms .. */
    double *most;   /* [d + 1] .. and largest */
    double *chunk;  /* [CHUNK][d] */
} maker;

static void free_maker(maker *m)
{
    free(m->factor);
    free(m->row);
    free(m->lambda);
    free(m->order);
    free(m->change);
    free(m->most);
    free(m->chunk);
}

static sz_status open_maker(maker *m, const sz_kernel *points, sz_error *err)
{
    size_t d = (size_t)points->n_desc;

    m->d = points->n_desc;
    m->ld = points->stride;
    m->factor = calloc(d * d, sizeof *m->factor);
    m->row = malloc(d * d * sizeof *m->row);
    m->lambda = malloc(d * sizeof *m->lambda);
    m->order = malloc(d * sizeof *m->order);
    m->change = calloc(d + 1, sizeof *m->change);
    m->most = calloc(d + 1, sizeof *m->most);
    m->chunk = malloc(CHUNK * d * sizeof *m->chunk);
    if (m->factor && m->row && m->lambda && m->order && m->change && m->most && m->chunk)
        return SZ_OK;
    return sz_fail_memory(err, 2 * d * d * sizeof *m->row, "a kernel of low rank");
}

/* ---- the squares ------------------------------------------------------------------- */

/* factor = L^T; *found is 0 where all points are zero. */
static sz_status factor_metric(maker *m, int n, const sz_kernel *points, int n_points,
                               int *found, sz_error *err)
{
    const double share = 1.0 / n_points, one = 1.0;
    double trace = 0.0;
    int d = m->d, info = 0;

    for (int k = 0; k < n; k++) {
        const sz_kernel *some = &points[k];

        if (some->n_sparse == 0) continue;
        SZ_BLAS(dsyrk)
        ("U", "N", &d, &some->n_sparse, &share, some->p_sparse, &m->ld, &one, m->factor,
         &d);
    }
    for (int i = 0; i < d; i++) trace += m->factor[(size_t)i * d + i];
    for (int i = 0; i < d; i++) m->factor[(size_t)i * d + i] += FLOOR * trace;
    *found = trace > 0.0;
    if (*found) info = sz_cholesky('U', d, m->factor);
    if (info == 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC,
                   "the mean of p p^T over the sparse points has no Cholesky factor "
                   "(at column %d); leave out rank_tolerance",
                   info);
}

static sz_status find_squares(maker *m, const double *square, sz_error *err)
{
    const double one = 1.0;
    int d = m->d, lo, hi;
    sz_status status;

    for (int i = 0; i < d; i++)
        memcpy(m->row + (size_t)i * d, square + (size_t)i * m->ld,
               (size_t)d * sizeof *m->row);
    SZ_BLAS(dtrmm)("L", "U", "N", "N", &d, &d, &one, m->factor, &d, m->row, &d);
    SZ_BLAS(dtrmm)("R", "U", "T", "N", &d, &d, &one, m->factor, &d, m->row, &d);
    status = sz_eigenvectors(d, m->row, m->lambda, err);
    if (status != SZ_OK) return status;
    SZ_BLAS(dtrsm)("L", "U", "N", "N", &d, &d, &one, m->factor, &d, m->row, &d);
    for (lo = 0; lo < d && m->lambda[lo] < 0.0;) lo++;
    hi = m->n_negative = lo;
    for (int k = 0; k < d; k++)
        if (hi == d || (lo > 0 && -m->lambda[lo - 1] < m->lambda[hi]))
            m->order[k] = --lo;
        else
            m->order[k] = hi++;
    return SZ_OK;
}

/* ---- error of the omitted squares -------------------------------------------------- */

static void add_changes(maker *m, int n, const double *x)
{
    for (int s = 0; s < n; s++, x += m->d) {
        double sum = 0.0;

        for (int k = 0; k < m->d; k++) {
            int r = m->order[k];

            sum += m->lambda[r] * x[r] * x[r];
            m->change[k + 1] += sum * sum;
            m->most[k + 1] = fmax(m->most[k + 1], fabs(sum));
        }
    }
}

static void measure_changes(maker *m, int n, const sz_kernel *points, int n_points)
{
    const double one = 1.0, zero = 0.0;

    for (int k = 0; k < n; k++)
        for (int s = 0, count; s < points[k].n_sparse; s += count) {
            const double *p = points[k].p_sparse + (size_t)s * m->ld;

            count = points[k].n_sparse - s < CHUNK ? points[k].n_sparse - s : CHUNK;
            SZ_BLAS(dgemm)
            ("T", "N", &m->d, &count, &m->d, &one, m->row, &m->d, p, &m->ld, &zero,
             m->chunk, &m->d);
            add_changes(m, count, m->chunk);
        }
    for (int k = 0; k <= m->d; k++) m->change[k] = sqrt(m->change[k] / n_points);
}

/* |A - sum_r lambda_r b_r b_r^T| over the kept squares: rows are destroyed. The squares
 * of each sign are contiguous; the omitted ones lie between them. */
static sz_status find_bound(maker *m, const double *square, int n_out, double *bound,
                            sz_error *err)
{
    const double one = 1.0;
    int d = m->d, first = m->n_negative; /* of the omitted squares */
    sz_status status;

    for (int k = 0; k < n_out; k++) first -= m->order[k] < m->n_negative;
    for (int i = 0; i < d; i++) {
        double root = sqrt(fabs(m->lambda[i])), *row = m->row + (size_t)i * d;

        memcpy(m->factor + (size_t)i * d, square + (size_t)i * m->ld,
               (size_t)d * sizeof *row);
        for (int k = 0; k < d; k++) row[k] *= root;
    }
    for (int side = 0; side < 2; side++) {
        const double *row = m->row + (side ? (size_t)(first + n_out) * d : 0);
        const double minus = side ? -1.0 : 1.0; /* the sign of -lambda */
        int count = side ? d - n_out - first : first;

        if (count > 0)
            SZ_BLAS(dsyrk)("U", "N", &d, &count, &minus, row, &d, &one, m->factor, &d);
    }
    status = sz_eigenvalues(d, m->factor, m->lambda, err);
    if (status == SZ_OK) *bound = fmax(fabs(m->lambda[0]), fabs(m->lambda[d - 1]));
    return status;
}

/* ---- the whole --------------------------------------------------------------------- */

/* The number of squares that may be left out; at least one is kept. */
static int count_out(const maker *m, double tolerance)
{
    int n = m->d - 1;

    while (n > 0 && !(m->change[n] <= tolerance)) n--;
    return n;
}

static sz_status keep(sz_low_rank *low, const maker *m, int n_out, sz_error *err)
{
    size_t n = (size_t)(m->d - n_out), ld = (size_t)m->ld, d = (size_t)m->d;

    low->row = aligned_alloc(64, SZ_PAD(n * ld) * sizeof *low->row);
    low->weight = malloc(n * sizeof *low->weight);
    if (!low->row || !low->weight)
        return sz_fail_memory(err, n * ld * sizeof *low->row, "a kernel of low rank");
    memset(low->row, 0, n * ld * sizeof *low->row);
    for (size_t k = 0; k < n; k++) {
        size_t r = (size_t)m->order[d - 1 - k];

        low->weight[k] = m->lambda[r];
        memcpy(low->row + k * ld, m->row + r * d, d * sizeof *low->row);
    }
    low->rank = (int)n;
    low->rms = m->change[n_out];
    low->max = m->most[n_out];
    return SZ_OK;
}

static sz_status make(sz_low_rank *low, maker *m, const double *square, int n,
                      const sz_kernel *points, double tolerance, sz_error *err)
{
    int n_points = 0, found = 0, n_out;
    sz_status status = open_maker(m, points, err);

    for (int k = 0; k < n; k++) n_points += points[k].n_sparse;
    if (status == SZ_OK && n_points > 0)
        status = factor_metric(m, n, points, n_points, &found, err);
    if (status != SZ_OK || !found) return status;
    status = find_squares(m, square, err);
    if (status != SZ_OK) return status;
    measure_changes(m, n, points, n_points);
    n_out = count_out(m, tolerance);
    status = keep(low, m, n_out, err);
    return status == SZ_OK ? find_bound(m, square, n_out, &low->bound, err) : status;
}

sz_status sz_low_rank_create(sz_low_rank **low, const double *square, int n,
                             const sz_kernel *points, double tolerance, sz_error *err)
{
    sz_low_rank *l = calloc(1, sizeof *l);
    maker m = {0};
    sz_status status;

    *low = NULL;
    if (!l) return sz_fail_memory(err, sizeof *l, "a kernel of low rank");
    status = make(l, &m, square, n, points, tolerance, err);
    if (status == SZ_OK && l->rank > 0) {
        *low = l;
        l = NULL;
    }
    free_maker(&m);
    sz_low_rank_free(l);
    return status;
}

int sz_rank_text(const sz_rank *rank, char *text, size_t size)
{
    return sz_format(text, size,
                     "term %d: rank %d of %d, error %.2g eV rms and %.2g at most at the "
                     "sparse points, %.2g |p|^2 at most anywhere%s",
                     rank->term + 1, rank->rank, rank->n_desc, rank->rms, rank->max,
                     rank->bound, rank->used ? "" : "; not faster, not used");
}

void sz_low_rank_free(sz_low_rank *low)
{
    if (!low) return;
    free(low->row);
    free(low->weight);
    free(low);
}
