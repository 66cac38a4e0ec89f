/* SPDX-License-Identifier: BSD-3-Clause
 *
 * collapse_energy.c - a collapsed kernel and its gradient.
 *
 *   E = p . A p + b . p + c,   dE/dp = 2 A p + b */
#include "term/collapse.h"

#include "linear/blas.h"
#include "linear/vec.h"

#include <string.h>

/* dedp[rows of to] = A p over all ranges: the one matrix product */
static void multiply(const sz_collapse *c, int n, int n_ranges, const sz_range *range,
                     const sz_real *p, sz_real *dedp)
{
    const sz_layout of_p = {c->stride, n_ranges, range};

    if (c->product) {
        sz_product_apply(c->product, n, &of_p, p, &of_p, dedp);
        return;
    }
#ifndef SZ_SINGLE /* for which sz_product always has a kernel */
    const double zero = 0.0, one = 1.0;
    int ld = c->stride;

    for (int to = 0; to < n_ranges; to++)
        for (int from = 0; from < n_ranges; from++) {
            int m = range[to].end - range[to].first;
            int d = range[from].end - range[from].first;

            SZ_BLAS(dgemm)
            ("N", "N", &m, &n, &d, &one,
             c->square + (size_t)range[from].first * ld + range[to].first, &ld,
             p + range[from].first, &ld, from ? &one : &zero, dedp + range[to].first,
             &ld);
        }
#endif
}

/* Components k .. end-1 of an atom: g holds A p and becomes the gradient; returns their
 * part of p . A p + b . p. */
SZ_CLONES static double finish(int n, const sz_real *restrict p, const double *restrict b,
                               sz_real *restrict g)
{
    double sum = 0.0;

#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < n; k++) {
        sum += p[k] * (g[k] + b[k]);
        g[k] = (sz_real)(2.0 * g[k] + b[k]);
    }
    return sum;
}

/* The same if g already holds the gradient of p . A p: returns their part of b . p. */
SZ_CLONES static double add_linear(int n, const sz_real *restrict p,
                                   const double *restrict b, sz_real *restrict g)
{
    double sum = 0.0;

#pragma omp simd reduction(+ : sum)
    for (int k = 0; k < n; k++) {
        sum += p[k] * b[k];
        g[k] += (sz_real)b[k];
    }
    return sum;
}

void sz_collapse_energy(const sz_collapse *c, int n, int n_ranges, const sz_range *range,
                        const sz_real *p, sz_real *k, double *energy, sz_real *dedp)
{
    if (c->low) {
        const sz_kernel kernel = sz_collapse_squares(c);

        sz_kernel_energy(&kernel, n, n_ranges, range, p, k, energy, dedp);
    } else if (c->zeta == 2) {
        multiply(c, n, n_ranges, range, p, dedp);
    }
    for (int i = 0; i < n; i++) {
        double sum = c->constant;

        for (int r = 0; r < n_ranges; r++) {
            size_t first = (size_t)range[r].first, at = (size_t)i * c->stride + first;
            int d = range[r].end - range[r].first;

            if (c->zeta == 1) memset(dedp + at, 0, (size_t)d * sizeof *dedp);
            sum +=
                (c->low ? add_linear : finish)(d, p + at, c->linear + first, dedp + at);
        }
        energy[i] += sum;
    }
}
