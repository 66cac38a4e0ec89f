/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triplet_sum.c - sums over sparse points for a batch of triplets.
 *
 *   g(x) = sum_s w_s c(y_s, x),   k(x, x) = sum_p c(pi_p x, x)
 *   e(x) = g / sqrt(k),           de = (dg - 1/2 g dk / k) / sqrt(k)
 *
 * Each point is combined with the whole batch: its three numbers and its weight stay in
 * registers, the instances are arrays. The compiler vectorises such loops, including the
 * exponential, for any vector width; nothing is summed across lanes, so the sum of an
 * instance does not depend on the others in the batch.
 *
 * For this the correlations are implemented again, as expressions of a lane: calling
 * sz_correlation for each instance and point would use scalar exp or sqrt. test_triplet.c
 * compares them with covariance.c. */
#include "linear/powers.h"
#include "linear/vec.h"
#include "term/triplet.h"

#include <math.h>
#include <string.h>

enum { BATCH = SZ_TRIPLET_BATCH };

/* 2^-q for q >= 0, to 1e-15 relative down to 1e-300: the integer part of -q is added to
 * the exponent of 2^f, |f| <= 1/2, interpolated at Chebyshev nodes to 4e-18. */
SZ_INLINE double power_of_two(double q)
{
    const double magic = 6755399441055744.0; /* 1.5 2^52: adding it rounds to integers */
    double y = q < 1000.0 ? -q : -1000.0, n = y + magic, f = y - (n - magic);
    double p = 4.4558179083360645e-10;
    unsigned long long power, whole;

    p = p * f + 7.0741942972885211e-09;
    p = p * f + 1.0178057087733941e-07;
    p = p * f + 1.3215432535912375e-06;
    p = p * f + 1.5252733841556773e-05;
    p = p * f + 0.00015403530463724353;
    p = p * f + 0.0013333558146406471;
    p = p * f + 0.0096181291075872564;
    p = p * f + 0.055504108664821625;
    p = p * f + 0.24022650695910158;
    p = p * f + 0.69314718055994529;
    p = p * f + 1.0;
    memcpy(&power, &p, sizeof power);
    memcpy(&whole, &n, sizeof whole);
    power += whole << 52;
    memcpy(&p, &power, sizeof p);
    return p;
}

/* f of PP for three numbers, (1-rho)^4 (4 rho + 1), rho^2 = q, and minus twice its slope
 * with respect to q */
SZ_INLINE double polynomial(double q, double *slope)
{
    double rho = sqrt(q), m = rho < 1.0 ? 1.0 - rho : 0.0, m3 = m * m * m;

    *slope = 20.0 * m3;
    return m3 * m * (4.0 * rho + 1.0);
}

/* The sums of n instances: sum[0] of w c, sum[1 + i] of w (slope of c) (y_i - x_i). */
SZ_CLONES static void sum_gaussians(int n, const double *restrict x, int n_points,
                                    const double *restrict point, double *restrict sum)
{
    for (int s = 0; s < n_points; s++, point += 4) {
        double y0 = point[0], y1 = point[1], y2 = point[2], w = point[3];

#pragma omp simd
        for (int t = 0; t < n; t++) {
            double d0 = y0 - x[t], d1 = y1 - x[BATCH + t], d2 = y2 - x[2 * BATCH + t];
            double c = w * power_of_two(d0 * d0 + d1 * d1 + d2 * d2);

            sum[t] += c;
            sum[BATCH + t] += c * d0;
            sum[2 * BATCH + t] += c * d1;
            sum[3 * BATCH + t] += c * d2;
        }
    }
}

SZ_CLONES static void sum_polynomials(int n, const double *restrict x, int n_points,
                                      const double *restrict point, double *restrict sum)
{
    for (int s = 0; s < n_points; s++, point += 4) {
        double y0 = point[0], y1 = point[1], y2 = point[2], w = point[3];

#pragma omp simd
        for (int t = 0; t < n; t++) {
            double d0 = y0 - x[t], d1 = y1 - x[BATCH + t], d2 = y2 - x[2 * BATCH + t];
            double slope, c = polynomial(d0 * d0 + d1 * d1 + d2 * d2, &slope);

            slope *= w;
            sum[t] += w * c;
            sum[BATCH + t] += slope * d0;
            sum[2 * BATCH + t] += slope * d1;
            sum[3 * BATCH + t] += slope * d2;
        }
    }
}

/* b = y . x of all instances .. */
SZ_CLONES static void products(int n, const double *restrict x, const double *y,
                               double *restrict b)
{
#pragma omp simd
    for (int t = 0; t < n; t++)
        b[t] = y[0] * x[t] + y[1] * x[BATCH + t] + y[2] * x[2 * BATCH + t];
}

/* .. and w b^zeta with its gradient, from lower = b^(zeta-1) */
SZ_CLONES static void add_powers(int n, double zeta, const double *point,
                                 const double *restrict b, const double *restrict lower,
                                 double *restrict sum)
{
    double y0 = point[0], y1 = point[1], y2 = point[2], w = point[3];

#pragma omp simd
    for (int t = 0; t < n; t++) {
        double part = w * lower[t];

        sum[t] += part * b[t];
        sum[BATCH + t] += zeta * part * y0;
        sum[2 * BATCH + t] += zeta * part * y1;
        sum[3 * BATCH + t] += zeta * part * y2;
    }
}

/* w (y . x)^zeta, and its gradient */
static void sum_powers(int n, const double *x, double zeta, int n_points,
                       const double *point, double *sum)
{
    double b[BATCH], lower[BATCH];

    for (int s = 0; s < n_points; s++, point += 4) {
        products(n, x, point, b);
        sz_powers((size_t)n, zeta - 1.0, 0.0, b, lower);
        add_powers(n, zeta, point, b, lower, sum);
    }
}

/* The sums of k(x_s, x) become those of k(x_s, x) / sqrt(k(x, x)). */
SZ_CLONES static void normalise(const sz_triplet *term, int n, const double *restrict x,
                                double *restrict sum)
{
    const int gaussian = term->covariance == SZ_COVARIANCE_ARD_SE;
    double k[BATCH], h[3][BATCH] = {{0}};

    for (int t = 0; t < n; t++) k[t] = 1.0; /* the identity */
    for (int p = 1; p < term->n_perm; p++) {
        const double *x0 = x + BATCH * term->perm[p][0],
                     *x1 = x + BATCH * term->perm[p][1],
                     *x2 = x + BATCH * term->perm[p][2];

#pragma omp simd
        for (int t = 0; t < n; t++) {
            double d0 = x0[t] - x[t], d1 = x1[t] - x[BATCH + t],
                   d2 = x2[t] - x[2 * BATCH + t], q = d0 * d0 + d1 * d1 + d2 * d2;
            double slope, c = polynomial(q, &slope), e = power_of_two(q);

            k[t] += gaussian ? e : c;
            slope = gaussian ? e : slope;
            h[0][t] += slope * d0;
            h[1][t] += slope * d1;
            h[2][t] += slope * d2;
        }
    }
#pragma omp simd
    for (int t = 0; t < n; t++) {
        double root = 1.0 / sqrt(k[t]), ratio = sum[t] / k[t];

        sum[t] *= root;
        for (int i = 0; i < 3; i++)
            sum[(1 + i) * BATCH + t] =
                (sum[(1 + i) * BATCH + t] - ratio * h[i][t]) * root;
    }
}

void sz_triplet_sum(const sz_triplet *term, int n, const double *x, double *sum)
{
    memset(sum, 0, 4 * BATCH * sizeof *sum);
    if (term->covariance == SZ_COVARIANCE_ARD_SE)
        sum_gaussians(n, x, term->n_points, term->point, sum);
    if (term->covariance == SZ_COVARIANCE_PP)
        sum_polynomials(n, x, term->n_points, term->point, sum);
    if (term->covariance == SZ_COVARIANCE_DOT_PRODUCT)
        sum_powers(n, x, term->zeta, term->n_points, term->point, sum);
    if (term->n_perm > 1) normalise(term, n, x, sum);
}
