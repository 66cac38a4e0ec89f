/* SPDX-License-Identifier: BSD-3-Clause
 *
 * covariance.c - the kernel matrix of the sparse points of one coordinate.
 *
 *   K_MM[s][t] = fc_s fc_t K(x_s, x_t) + jitter [s = t]
 *   DOT_PRODUCT  K = delta^2 (x_s . x_t)^zeta
 *   ARD_SE, PP   K = delta^2 k(x_s, x_t) / sqrt(k(x_s, x_s) k(x_t, x_t)) + f0^2,
 *                k(x, y) = sum over permutations p of f(|(x_p - y) / theta|)
 *                f(rho) = exp(-rho^2 / 2), or (1-rho)^(j+1) ((j+1) rho + 1) for rho < 1
 */
#include "term/covariance.h"

#include "linear/blas.h"

#include <math.h>
#include <stdlib.h>

/* k(x, y) without delta^2 and f0 */
static double permuted(const sz_gap_term *c, const double *x, const double *y)
{
    double sum = 0.0, j = c->n_dim / 2 + 2;

    for (int p = 0; p < (c->n_perm > 0 ? c->n_perm : 1); p++) {
        double rho2 = 0.0, rho;

        for (int i = 0; i < c->n_dim; i++) {
            double d = (x[c->perm ? c->perm[p * c->n_dim + i] : i] - y[i]) / c->theta[i];

            rho2 += d * d;
        }
        rho = sqrt(rho2);
        if (c->covariance == SZ_COVARIANCE_ARD_SE)
            sum += exp(-0.5 * rho2);
        else if (rho < 1.0)
            sum += pow(1.0 - rho, j + 1.0) * ((j + 1.0) * rho + 1.0);
    }
    return sum;
}

static void stationary(const sz_gap_term *c, double *own, double *k)
{
    int m = c->n_sparse, d = c->n_dim;

    for (int s = 0; s < m; s++)
        own[s] = permuted(c, c->x_sparse + (size_t)s * d, c->x_sparse + (size_t)s * d);
    for (int s = 0; s < m; s++)
        for (int t = 0; t < m; t++)
            k[(size_t)s * m + t] = c->delta * c->delta *
                                       permuted(c, c->x_sparse + (size_t)s * d,
                                                c->x_sparse + (size_t)t * d) /
                                       sqrt(own[s] * own[t]) +
                                   c->f0 * c->f0;
}

static void dot_product(const sz_gap_term *c, double *k)
{
    const double one = 1.0, zero = 0.0, delta2 = c->delta * c->delta;
    int m = c->n_sparse, d = c->n_dim;

    SZ_BLAS(dsyrk)("U", "T", &m, &d, &one, c->x_sparse, &d, &zero, k, &m);
    for (int s = 0; s < m; s++) /* column-major upper: k[s][t], t <= s */
        for (int t = 0; t <= s; t++) {
            double value = delta2 * pow(k[(size_t)s * m + t], c->zeta);

            k[(size_t)s * m + t] = k[(size_t)t * m + s] = value;
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
