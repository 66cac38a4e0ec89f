/* SPDX-License-Identifier: BSD-3-Clause
 *
 * wide.c - kernels in double precision in a plan of single precision.
 *
 *   size = delta^2 sum_s |w_s| (p_s . p_s + sigma0^2)^zeta     of the points
 *   size = |A|, or sum_r |lambda_r|                            collapsed
 *
 * If it is large, energies are small differences of large terms, for which single
 * precision is not accurate enough. Rounding the vectors themselves is harmless: energies
 * are smooth functions of them. */
#include "term/wide.h"

#include "linear/vec.h"

#include <math.h>
#include <stddef.h>

static double square_of(int n, const double *a)
{
    double sum = 0.0;

    for (int k = 0; k < n; k++) sum += a[k] * a[k];
    return sum;
}

double sz_kernel_size(const sz_kernel *kernel)
{
    double sum = 0.0;

    for (int s = 0; s < kernel->n_sparse; s++) {
        const double *p = kernel->p_sparse + (size_t)s * kernel->stride;

        sum += fabs(kernel->weight[s]) *
               pow(square_of(kernel->n_desc, p) + kernel->sigma0 * kernel->sigma0,
                   kernel->zeta);
    }
    return kernel->delta * kernel->delta * sum;
}

double sz_collapse_size(const sz_collapse *c)
{
    double sum = 0.0;

    for (int r = 0; c->low && r < c->low->rank; r++) sum += fabs(c->low->weight[r]);
    for (int i = 0; c->square && i < c->n_desc; i++)
        sum += square_of(c->n_desc, c->square + (size_t)i * c->stride);
    return c->low ? sum : sqrt(sum);
}

size_t sz_wide_scratch(int n, int n_sparse, int stride)
{
    return SZ_PAD((size_t)n * n_sparse) + 2 * (size_t)n * stride;
}

void sz_wide_energy(const sz_kernel *kernel, const sz_collapse *collapse, int n,
                    const sz_layout *of_p, const float *p, double *scratch,
                    double *energy, float *dedp)
{
    size_t size = (size_t)n * of_p->stride;
    double *x = scratch, *dedx = scratch + size, *k = scratch + 2 * size;

    for (int r = 0; r < of_p->n_ranges; r++)
        for (int i = 0; i < n; i++)
            for (int c = of_p->range[r].first; c < of_p->range[r].end; c++)
                x[(size_t)i * of_p->stride + c] = p[(size_t)i * of_p->stride + c];
    if (collapse)
        sz_collapse_energy(collapse, n, of_p->n_ranges, of_p->range, x, k, energy, dedx);
    else
        sz_kernel_energy(kernel, n, of_p->n_ranges, of_p->range, x, k, energy,
                         dedp ? dedx : NULL);
    for (int r = 0; r < of_p->n_ranges && dedp; r++)
        for (int i = 0; i < n; i++)
            for (int c = of_p->range[r].first; c < of_p->range[r].end; c++)
                dedp[(size_t)i * of_p->stride + c] =
                    (float)dedx[(size_t)i * of_p->stride + c];
}
