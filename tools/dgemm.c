/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dgemm.c - the speed of the matrix product. */
#include "dgemm.h"

#include "linear/blas.h"
#include "tool.h"

#include <stdlib.h>

static void measure(int n, int m, int d, double seconds, const double *p_sparse,
                    double *p, double *k, double rate[2])
{
    const double one = 1, zero = 0, flops = 2.0 * n * m * d;

    for (int product = 0; product < 2; product++) {
        double end = sz_seconds() + seconds, best = 1e30;

        for (double t = sz_seconds(); t < end; t = sz_seconds()) {
            if (product == 0) SZ_BLAS(dgemm)
            ("T", "N", &m, &n, &d, &one, p_sparse, &d, p, &d, &zero, k, &m);
            else SZ_BLAS(dgemm)("N", "N", &d, &n, &m, &one, p_sparse, &d, k, &m, &zero, p,
                                &d);
            t = sz_seconds() - t;
            if (t < best) best = t;
        }
        rate[product] = 1e-9 * flops / best;
    }
}

sz_status sz_dgemm_rate(int n, int m, int d, double seconds, double rate[2],
                        sz_error *err)
{
    size_t md = (size_t)m * d, nd = (size_t)n * d, nm = (size_t)n * m;
    double *a = malloc(sizeof *a * md), *b = malloc(sizeof *b * nd);
    double *c = malloc(sizeof *c * nm);
    sz_status status = SZ_OK;

    if (!a || !b || !c) status = sz_fail_memory(err, sizeof *a * md, "the matrices");
    for (size_t i = 0; i < md && status == SZ_OK; i++) a[i] = 1.0 / (double)(1 + i % 97);
    for (size_t i = 0; i < nd && status == SZ_OK; i++) b[i] = 1.0 / (double)(1 + i % 89);
    if (status == SZ_OK) measure(n, m, d, seconds, a, b, c, rate);
    free(a);
    free(b);
    free(c);
    return status;
}
