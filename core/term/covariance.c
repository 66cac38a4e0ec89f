/* SPDX-License-Identifier: BSD-3-Clause
 *
 * covariance.c - the covariance of two points of a term.
 *
 *   DOT_PRODUCT  K(x, y) = delta^2 (x . y)^zeta
 *   ARD_SE, PP   K(x, y) = delta^2 k(x, y) / sqrt(k(x, x) k(y, y)) + f0^2
 *                k(x, y) = sum over permutations p of f(rho),  rho = |(x_p - y) / theta|
 *   ARD_SE       f = exp(-rho^2 / 2)
 *   PP           f = (1-rho)^(j+1) ((j+1) rho + 1) for rho < 1, else 0,
 *                j = floor(d/2) + 2 for points of d numbers
 *                df/d(rho^2) = -(j+1) (j+2) / 2 (1-rho)^j
 *   K_MM[s][t] = fc_s fc_t K(x_s, x_t) + jitter [s = t]
 *
 * Without permutations k(x, x) = f(0) = 1. triplet_sum.c implements f again,
 * vectorised. */
#include "term/covariance.h"

#include "linear/blas.h"
#include "linear/powers.h"
#include "term/kernel.h"

#include <math.h>
#include <stdlib.h>

static int exponent(const sz_gap_term *c)
{
    return c->n_dim / 2 + 2;
}

SZ_INLINE double correlation(const sz_gap_term *c, double rho2, double *slope)
{
    double rho, lower = 1.0;
    int j = exponent(c);

    if (c->covariance == SZ_COVARIANCE_ARD_SE) {
        lower = exp(-0.5 * rho2);
        *slope = -0.5 * lower;
        return lower;
    }
    rho = sqrt(rho2);
    *slope = 0.0;
    if (rho >= 1.0) return 0.0;
    sz_times_power(1.0 - rho, j, &lower);
    *slope = -0.5 * (j + 1.0) * (j + 2.0) * lower;
    return lower * (1.0 - rho) * ((j + 1.0) * rho + 1.0);
}

double sz_correlation(const sz_gap_term *c, double rho2, double *slope)
{
    return correlation(c, rho2, slope);
}

double sz_correlation_permuted(const sz_gap_term *c, const double *x, const double *y)
{
    double sum = 0.0, slope;

    for (int p = 0; p < (c->n_perm > 0 ? c->n_perm : 1); p++) {
        double rho2 = 0.0;

        for (int i = 0; i < c->n_dim; i++) {
            double d = (x[c->perm ? c->perm[p * c->n_dim + i] : i] - y[i]) / c->theta[i];

            rho2 += d * d;
        }
        sum += correlation(c, rho2, &slope);
    }
    return sum;
}

static double inner(int n, const double *x, const double *y)
{
    double sum = 0.0;

    for (int k = 0; k < n; k++) sum += x[k] * y[k];
    return sum;
}

static void dot_product_row(const sz_gap_term *c, const double *y, const double *dy,
                            double *value, double *slope)
{
    const double *x = c->x_sparse;
    int m = c->n_sparse, d = c->n_dim;

    for (int s = 0; s < m; s++) {
        value[s] = 0.0;
        slope[s] = inner(d, x + (size_t)s * d, y);
    }
    sz_kernel_row(m, c->delta, c->zeta, 0.0, slope, value);
    for (int s = 0; s < m; s++) slope[s] *= inner(d, x + (size_t)s * d, dy);
}

void sz_covariance_row(const sz_gap_term *c, const double *y, const double *dy,
                       double *value, double *slope)
{
    const double *x = c->x_sparse, delta2 = c->delta * c->delta;

    if (c->covariance == SZ_COVARIANCE_DOT_PRODUCT) {
        dot_product_row(c, y, dy, value, slope);
        return;
    }
    for (int s = 0; s < c->n_sparse; s++, x += c->n_dim) {
        double rho2 = 0.0, along = 0.0, by_rho2;

        for (int k = 0; k < c->n_dim; k++) {
            double d = (y[k] - x[k]) / c->theta[k];

            rho2 += d * d;
            along += 2.0 * d * dy[k] / c->theta[k];
        }
        value[s] = delta2 * correlation(c, rho2, &by_rho2) + c->f0 * c->f0;
        slope[s] = delta2 * by_rho2 * along;
    }
}

long double sz_covariance_exact(const sz_gap_term *c, const double *x,
                                const long double *y)
{
    const int dot = c->covariance == SZ_COVARIANCE_DOT_PRODUCT, j = exponent(c);
    long double sum = 0.0L, delta2 = (long double)c->delta * c->delta, rho, f = 0.0L;

    for (int k = 0; k < c->n_dim; k++) {
        long double d = dot ? 0.0L : (x[k] - y[k]) / (long double)c->theta[k];

        sum += dot ? x[k] * y[k] : d * d;
    }
    if (dot) return delta2 * powl(sum, c->zeta);
    rho = sqrtl(sum);
    if (c->covariance == SZ_COVARIANCE_ARD_SE)
        f = expl(-0.5L * sum);
    else if (rho < 1.0L)
        f = powl(1.0L - rho, j + 1) * ((j + 1) * rho + 1.0L);
    return delta2 * f + (long double)c->f0 * c->f0;
}

static void stationary(const sz_gap_term *c, double *own, double *k)
{
    const double *x = c->x_sparse, delta2 = c->delta * c->delta, f02 = c->f0 * c->f0;
    size_t m = (size_t)c->n_sparse, d = (size_t)c->n_dim;

    for (size_t s = 0; s < m; s++)
        own[s] = sz_correlation_permuted(c, x + s * d, x + s * d);
    for (size_t s = 0; s < m; s++)
        for (size_t t = 0; t < m; t++)
            k[s * m + t] = delta2 * sz_correlation_permuted(c, x + s * d, x + t * d) /
                               sqrt(own[s] * own[t]) +
                           f02;
}

static void dot_product(const sz_gap_term *c, double *k)
{
    const double one = 1.0, zero = 0.0;
    int m = c->n_sparse, d = c->n_dim;

    SZ_BLAS(dsyrk)("U", "T", &m, &d, &one, c->x_sparse, &d, &zero, k, &m);
    for (int s = 0; s < m; s++) { /* column-major upper: k[s][t], t <= s */
        double *row = k + (size_t)s * m;

        sz_kernel_values((size_t)s + 1, c->delta, c->zeta, 0.0, row);
        for (int t = 0; t < s; t++) k[(size_t)t * m + s] = row[t];
    }
}

sz_status sz_covariance_matrix(const sz_gap_term *c, double jitter, double *k,
                               sz_error *err)
{
    int m = c->n_sparse;

    if (m == 0) return SZ_OK;
    if (c->covariance == SZ_COVARIANCE_DOT_PRODUCT)
        dot_product(c, k);
    else {
        double *own = malloc((size_t)m * sizeof *own + 1);

        if (!own) return sz_fail_memory(err, (size_t)m * sizeof *own, "K_MM");
        stationary(c, own, k);
        free(own);
    }
    for (int s = 0; s < m; s++) {
        for (int t = 0; t < m; t++)
            k[(size_t)s * m + t] *= c->fc_sparse[s] * c->fc_sparse[t];
        k[(size_t)s * m + s] += jitter;
    }
    return SZ_OK;
}
