/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kernel.c - the sparse GP on power spectra, as two matrix products.
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
#include "linear/powers.h"
#include "linear/vec.h"

#include <string.h>

enum { CHUNK = 512 }; /* numbers whose powers stay in the first-level cache */

static int chunk(int left)
{
    return left < CHUNK ? left : CHUNK;
}

/* Powers and sum in one loop: k[s] <- factor weight_s lower, lower = (k + sigma2)^p;
 * returns the sum of weight_s lower (k + sigma2). */
SZ_CLONES static double sum_whole(int n, int p, const double *weight, double sigma2,
                                  double factor, double *k)
{
    sz_lanes sum = {0};
    double rest = 0.0;
    int s = 0;

    for (; s + SZ_LANES <= n; s += SZ_LANES) {
        sz_lanes x = SZ_GET(k + s) + sigma2, part = SZ_GET(weight + s);

        sz_times_power_lanes(&x, p, &part);
        sum += part * x;
        SZ_AT(k + s) = factor * part;
    }
    for (; s < n; s++) {
        double x = k[s] + sigma2, part = weight[s];

        sz_times_power(x, p, &part);
        rest += part * x;
        k[s] = factor * part;
    }
    return rest + sz_sum_lanes(sum);
}

static double sum_real(int n, double p, const double *weight, double sigma2,
                       double factor, double *k)
{
    double lower[CHUNK], sum = 0.0;

    for (int first = 0, count; first < n; first += count) {
        count = chunk(n - first);
        sz_powers((size_t)count, p, sigma2, k + first, lower);
        for (int s = 0; s < count; s++) {
            double part = weight[first + s] * lower[s];

            sum += part * (k[first + s] + sigma2);
            k[first + s] = factor * part;
        }
    }
    return sum;
}

void sz_kernel_values(size_t n, double delta, double zeta, double sigma0, double *k)
{
    sz_powers(n, zeta, sigma0 * sigma0, k, k);
    for (size_t i = 0; i < n; i++) k[i] *= delta * delta;
}

/* value and slope of the kernel, from lower = (k + sigma2)^(zeta-1) */
SZ_CLONES static void add_row(int n, const double *restrict lower, double scale,
                              double zeta, double sigma2, double *restrict k,
                              double *restrict energy)
{
#pragma omp simd
    for (int s = 0; s < n; s++) {
        energy[s] += scale * lower[s] * (k[s] + sigma2);
        k[s] = scale * zeta * lower[s];
    }
}

void sz_kernel_row(int n, double delta, double zeta, double sigma0, double *k,
                   double *energy)
{
    double lower[CHUNK], sigma2 = sigma0 * sigma0;

    for (int first = 0, count; first < n; first += count) {
        count = chunk(n - first);
        sz_powers((size_t)count, zeta - 1.0, sigma2, k + first, lower);
        add_row(count, lower, delta * delta, zeta, sigma2, k + first, energy + first);
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

sz_status sz_kernel_pack(sz_product **values, sz_product **slopes, sz_tile tile,
                         const sz_kernel *kernel, sz_error *err)
{
    int d = kernel->n_desc, m = kernel->n_sparse;
    size_t ld = (size_t)kernel->stride;
    sz_status status =
        sz_product_create(values, tile, d, m, kernel->p_sparse, 1, ld, err);

    if (status == SZ_OK)
        status = sz_product_create(slopes, tile, m, d, kernel->p_sparse, ld, 1, err);
    return status;
}

void sz_kernel_energy(const sz_kernel *kernel, int n, int n_ranges, const sz_range *range,
                      const double *p, double *k, double *energy, double *dedp)
{
    const double *weight = kernel->weight;
    double scale = kernel->delta * kernel->delta, zeta = kernel->zeta;
    double sigma2 = kernel->sigma0 * kernel->sigma0, factor = scale * zeta;
    int m = kernel->n_sparse, power = sz_whole_power(zeta - 1.0);

    scalar_products(kernel, n, n_ranges, range, p, k);
    for (int i = 0; i < n; i++) {
        double *ki = k + (size_t)i * m;

        energy[i] +=
            scale * (power >= 0 ? sum_whole(m, power, weight, sigma2, factor, ki)
                                : sum_real(m, zeta - 1.0, weight, sigma2, factor, ki));
    }
    if (dedp) weighted_sums(kernel, n, n_ranges, range, k, dedp);
}
