/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kernel.c - the sparse GP on normalised power spectra, as two matrix products.
 *
 *   K_si = p_s . p_i + sigma0^2
 *   E_i  = delta^2 sum_s w_s K_si^zeta
 *   dE_i/dp_i = delta^2 zeta sum_s w_s K_si^(zeta-1) p_s
 *
 * Both products are our own where product.c has one for this CPU. For dgemm the sparse
 * points are the long side, the atoms of the block the short one: OpenBLAS is fastest
 * that way. Components that vanish for the whole block, because it lacks a species, are
 * left out of the products. */
#include "term/kernel.h"

#include "linear/blas.h"
#include "linear/vec.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* factor <- factor x^n */
SZ_INLINE void times_power(sz_lanes *factor, const sz_lanes *x, int n)
{
    sz_lanes square = *x;

    for (; n > 0; n >>= 1) {
        if (n & 1) *factor *= square;
        square *= square;
    }
}

/* k[s] <- scale weight_s zeta k^(zeta-1); returns scale sum_s weight_s k^zeta */
SZ_CLONES static double integer_power(int n, int zeta, const double *weight,
                                      double sigma2, double scale, double *k)
{
    sz_lanes sum = {0};
    double energy = 0.0;
    int s = 0;

    for (; s + SZ_LANES <= n; s += SZ_LANES) {
        sz_lanes x = SZ_GET(k + s) + sigma2;
        sz_lanes lower = SZ_GET(weight + s);

        times_power(&lower, &x, zeta - 1);
        sum += lower * x;
        SZ_AT(k + s) = scale * zeta * lower;
    }
    for (; s < n; s++) {
        double x = k[s] + sigma2, lower = weight[s];

        for (int e = 1; e < zeta; e++) lower *= x;
        energy += lower * x;
        k[s] = scale * zeta * lower;
    }
    return scale * (energy + sz_sum_lanes(sum));
}

static double real_power(int n, double zeta, const double *weight, double sigma2,
                         double scale, double *k)
{
    double energy = 0.0;

    for (int s = 0; s < n; s++) {
        double x = k[s] + sigma2, lower = pow(x, zeta - 1.0);

        energy += weight[s] * lower * x;
        k[s] = scale * weight[s] * zeta * lower;
    }
    return scale * energy;
}

SZ_CLONES static void integer_row(int n, int zeta, double scale, double sigma2, double *k,
                                  double *energy)
{
    int s = 0;

    for (; s + SZ_LANES <= n; s += SZ_LANES) {
        sz_lanes x = SZ_GET(k + s) + sigma2, lower = (sz_lanes){0} + scale;

        times_power(&lower, &x, zeta - 1);
        SZ_AT(energy + s) += lower * x;
        SZ_AT(k + s) = zeta * lower;
    }
    for (; s < n; s++) {
        double x = k[s] + sigma2, lower = scale;

        for (int e = 1; e < zeta; e++) lower *= x;
        energy[s] += lower * x;
        k[s] = zeta * lower;
    }
}

int sz_kernel_by_products(double zeta)
{
    /* products pay for small powers only, and int holds no large ones */
    return fabs(zeta - nearbyint(zeta)) < 1e-14 && zeta >= 0.5 && zeta <= 64.0;
}

void sz_kernel_row(int n, double delta, double zeta, double sigma0, double *k,
                   double *energy)
{
    double scale = delta * delta, sigma2 = sigma0 * sigma0;

    if (sz_kernel_by_products(zeta)) {
        integer_row(n, (int)nearbyint(zeta), scale, sigma2, k, energy);
        return;
    }
    for (int s = 0; s < n; s++) {
        double x = k[s] + sigma2, lower = scale * pow(x, zeta - 1.0);

        energy[s] += lower * x;
        k[s] = zeta * lower;
    }
}

/* k_si = p_s . p_i */
static void scalar_products(const sz_kernel *kernel, int n, int n_ranges,
                            const sz_range *range, const double *p, double *k)
{
    const double zero = 0.0, one = 1.0;
    const sz_range all = {0, kernel->n_sparse};
    int m = kernel->n_sparse, ld = kernel->stride;

    if (kernel->values) {
        const sz_layout of_p = {ld, n_ranges, range}, of_k = {m, 1, &all};

        sz_product_apply(kernel->values, n, &of_p, p, &of_k, k);
        return;
    }
    if (n_ranges == 0) memset(k, 0, (size_t)n * m * sizeof *k);
    for (int r = 0; r < n_ranges; r++) {
        int first = range[r].first, d = range[r].end - first;

        SZ_BLAS(dgemm)
        ("T", "N", &m, &n, &d, &one, kernel->p_sparse + first, &ld, p + first, &ld,
         r ? &one : &zero, k, &m);
    }
}

/* dE/dp_i = sum_s k_si p_s */
static void weighted_sums(const sz_kernel *kernel, int n, int n_ranges,
                          const sz_range *range, const double *k, double *dedp)
{
    const double zero = 0.0, one = 1.0;
    const sz_range all = {0, kernel->n_sparse};
    int m = kernel->n_sparse, ld = kernel->stride;

    if (kernel->slopes) {
        const sz_layout of_k = {m, 1, &all}, of_p = {ld, n_ranges, range};

        sz_product_apply(kernel->slopes, n, &of_k, k, &of_p, dedp);
        return;
    }
    for (int r = 0; r < n_ranges; r++) {
        int first = range[r].first, d = range[r].end - first;

        SZ_BLAS(dgemm)
        ("N", "N", &d, &n, &m, &one, kernel->p_sparse + first, &ld, k, &m, &zero,
         dedp + first, &ld);
    }
}

void sz_kernel_energy(const sz_kernel *kernel, int n, int n_ranges, const sz_range *range,
                      const double *p, double *k, double *energy, double *dedp)
{
    int m = kernel->n_sparse;
    double scale = kernel->delta * kernel->delta, whole = nearbyint(kernel->zeta);
    double sigma2 = kernel->sigma0 * kernel->sigma0;
    int integer = sz_kernel_by_products(kernel->zeta);

    scalar_products(kernel, n, n_ranges, range, p, k);
    for (int i = 0; i < n; i++) {
        double *ki = k + (size_t)i * m;

        energy[i] += integer
                         ? integer_power(m, (int)whole, kernel->weight, sigma2, scale, ki)
                         : real_power(m, kernel->zeta, kernel->weight, sigma2, scale, ki);
    }
    if (dedp) weighted_sums(kernel, n, n_ranges, range, k, dedp);
}
