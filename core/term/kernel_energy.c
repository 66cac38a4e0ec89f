/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kernel_energy.c - the sparse GP on power spectra, as two matrix products.
 *
 *   K_si = p_s . p_i + sigma0^2
 *   E_i  = delta^2 sum_s w_s K_si^zeta
 *   dE_i/dp_i = delta^2 zeta sum_s w_s K_si^(zeta-1) p_s
 *
 * Both products use product.c if it has a kernel for this CPU. For dgemm the sparse
 * points are the long side and the atoms of the block the short one, which is fastest in
 * OpenBLAS. Components that vanish for the whole block, because it lacks a species, are
 * left out of the products. */
#include "term/kernel.h"

#include "linear/blas.h"
#include "linear/powers.h"
#include "linear/vec.h"

#include <string.h>

enum { CHUNK = 512 }; /* number of values whose powers stay in the first-level cache */

static int chunk(int left)
{
    return left < CHUNK ? left : CHUNK;
}

/* Powers and sum in one loop: k[s] <- factor weight_s lower, lower = (k + sigma2)^p;
 * returns the sum of weight_s lower (k + sigma2). base is added to k, unless it is
 * NULL. */
SZ_CLONES static double sum_whole(int n, int p, const double *weight, double sigma2,
                                  double factor, const double *base, sz_real *k)
{
    sz_doubles sum = {0};
    double rest = 0.0;
    int s = 0;

    for (; s + SZ_LANES <= n; s += SZ_LANES) {
        sz_doubles x = SZ_WIDEN(SZ_GET(k + s)) + sigma2;
        sz_doubles part = SZ_GET_DOUBLES(weight + s);

        if (base) x += SZ_GET_DOUBLES(base + s);
        sz_times_power_lanes(&x, p, &part);
        sum += part * x;
        SZ_AT(k + s) = SZ_NARROW(factor * part);
    }
    for (; s < n; s++) {
        double x = k[s] + sigma2 + (base ? base[s] : 0.0), part = weight[s];

        sz_times_power(x, p, &part);
        rest += part * x;
        k[s] = (sz_real)(factor * part);
    }
    return rest + sz_sum_doubles(sum);
}

static double sum_real(int n, double p, const double *weight, double sigma2,
                       double factor, const double *base, sz_real *k)
{
    double value[CHUNK], lower[CHUNK], sum = 0.0;

    for (int first = 0, count; first < n; first += count) {
        count = chunk(n - first);
        for (int s = 0; s < count; s++)
            value[s] = k[first + s] + (base ? base[first + s] : 0.0);
        sz_powers((size_t)count, p, sigma2, value, lower);
        for (int s = 0; s < count; s++) {
            double part = weight[first + s] * lower[s];

            sum += part * (value[s] + sigma2);
            k[first + s] = (sz_real)(factor * part);
        }
    }
    return sum;
}

#ifndef SZ_SINGLE /* for which sz_product always has a kernel */

static void blas_products(const sz_kernel *kernel, int n, int n_ranges,
                          const sz_range *range, const double *p, double *k)
{
    const double zero = 0.0, one = 1.0;
    int m = kernel->n_sparse, ld = kernel->stride;

    if (n_ranges == 0) memset(k, 0, (size_t)n * m * sizeof *k);
    for (int r = 0; r < n_ranges; r++) {
        int first = range[r].first, d = range[r].end - first;

        SZ_BLAS(dgemm)
        ("T", "N", &m, &n, &d, &one, kernel->p_sparse + first, &ld, p + first, &ld,
         r ? &one : &zero, k, &m);
    }
}

static void blas_sums(const sz_kernel *kernel, int n, int n_ranges, const sz_range *range,
                      const double *k, double *dedp)
{
    const double zero = 0.0, one = 1.0;
    int m = kernel->n_sparse, ld = kernel->stride;

    for (int r = 0; r < n_ranges; r++) {
        int first = range[r].first, d = range[r].end - first;

        SZ_BLAS(dgemm)
        ("N", "N", &d, &n, &m, &one, kernel->p_sparse + first, &ld, k, &m, &zero,
         dedp + first, &ld);
    }
}

#else

/* rest = p minus their mean over the n rows; the mean is rounded */
SZ_CLONES static void subtract_mean(int n, const sz_layout *of_p, const sz_real *p,
                                    sz_real *mean, sz_real *rest)
{
    for (int r = 0; r < of_p->n_ranges; r++) {
        int first = of_p->range[r].first, end = of_p->range[r].end;

        memset(mean + first, 0, (size_t)(end - first) * sizeof *mean);
        for (int i = 0; i < n; i++)
            for (int c = first; c < end; c++) mean[c] += p[(size_t)i * of_p->stride + c];
        for (int c = first; c < end; c++) mean[c] /= (sz_real)n;
        for (int i = 0; i < n; i++) {
            size_t at = (size_t)i * of_p->stride;

            for (int c = first; c < end; c++) rest[at + c] = p[at + c] - mean[c];
        }
    }
}

/* The vectors of a block are similar, and energies are small differences of many kernels:
 *   p_s . p_i = p_s . q + p_s . (p_i - q)
 * with their mean q. The first product is the same for all atoms and is computed in
 * double precision; the second is small, and so is its rounding error. */
static const double *products_from_mean(const sz_kernel *kernel, int n, int n_ranges,
                                        const sz_range *range, const sz_real *p,
                                        sz_real *k)
{
    const sz_range all = {0, kernel->n_sparse};
    const sz_layout of_p = {kernel->stride, n_ranges, range};
    const sz_layout of_k = {kernel->n_sparse, 1, &all};
    double *base = (double *)(k + SZ_PAD((size_t)n * kernel->n_sparse));
    sz_real *mean = (sz_real *)(base + SZ_PAD(kernel->n_sparse));
    sz_real *rest = mean + kernel->stride;

    subtract_mean(n, &of_p, p, mean, rest);
    sz_product_row(kernel->values, &of_p, mean, base);
    sz_product_apply(kernel->values, n, &of_p, rest, &of_k, k);
    return base;
}

#endif

/* k_si = p_s . p_i minus base_s, which is returned; NULL: 0 */
static const double *scalar_products(const sz_kernel *kernel, int n, int n_ranges,
                                     const sz_range *range, const sz_real *p, sz_real *k)
{
#ifdef SZ_SINGLE
    return products_from_mean(kernel, n, n_ranges, range, p, k);
#else
    const sz_range all = {0, kernel->n_sparse};
    const sz_layout of_p = {kernel->stride, n_ranges, range};
    const sz_layout of_k = {kernel->n_sparse, 1, &all};

    if (kernel->values)
        sz_product_apply(kernel->values, n, &of_p, p, &of_k, k);
    else
        blas_products(kernel, n, n_ranges, range, p, k);
    return NULL;
#endif
}

/* dE/dp_i = sum_s k_si p_s */
static void weighted_sums(const sz_kernel *kernel, int n, int n_ranges,
                          const sz_range *range, const sz_real *k, sz_real *dedp)
{
    const sz_range all = {0, kernel->n_sparse};
    const sz_layout of_k = {kernel->n_sparse, 1, &all};
    const sz_layout of_p = {kernel->stride, n_ranges, range};

#ifndef SZ_SINGLE
    if (!kernel->slopes) {
        blas_sums(kernel, n, n_ranges, range, k, dedp);
        return;
    }
#endif
    sz_product_apply(kernel->slopes, n, &of_k, k, &of_p, dedp);
}

size_t sz_kernel_scratch(int n, int n_sparse, int stride)
{
    size_t products = SZ_PAD((size_t)n * n_sparse);

#ifdef SZ_SINGLE
    products += 2 * SZ_PAD((size_t)n_sparse) + (size_t)(n + 1) * stride;
#else
    (void)stride;
#endif
    return products;
}

void sz_kernel_energy(const sz_kernel *kernel, int n, int n_ranges, const sz_range *range,
                      const sz_real *p, sz_real *k, double *energy, sz_real *dedp)
{
    const double *weight = kernel->weight;
    double scale = kernel->delta * kernel->delta, zeta = kernel->zeta;
    double sigma2 = kernel->sigma0 * kernel->sigma0, factor = scale * zeta;
    int m = kernel->n_sparse, power = sz_whole_power(zeta - 1.0);
    const double *base;

    base = scalar_products(kernel, n, n_ranges, range, p, k);
    for (int i = 0; i < n; i++) {
        sz_real *ki = k + (size_t)i * m;

        energy[i] +=
            scale * (power >= 0
                         ? sum_whole(m, power, weight, sigma2, factor, base, ki)
                         : sum_real(m, zeta - 1.0, weight, sigma2, factor, base, ki));
    }
    if (dedp) weighted_sums(kernel, n, n_ranges, range, k, dedp);
}
