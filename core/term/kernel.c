/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kernel.c - the kernel of SOAP terms for each sparse point, for fits and variances, and
 * the points in the layout of sz_product.
 *
 *   K_s = delta^2 (p_s . p + sigma0^2)^zeta */
#include "term/kernel.h"

#include "linear/powers.h"
#include "linear/vec.h"

enum { CHUNK = 512 }; /* number of values whose powers stay in the first-level cache */

static int chunk(int left)
{
    return left < CHUNK ? left : CHUNK;
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
