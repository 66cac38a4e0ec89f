/* SPDX-License-Identifier: BSD-3-Clause
 *
 * quadrature.c - Gauss-Legendre rules: the zeros of P_n by Newton's method,
 *
 *   w = 2 / ((1 - x^2) P_n'(x)^2) */
#include "linear/quadrature.h"

#include <math.h>

static const long double pi = 3.14159265358979323846264338327950288L;

void sz_gauss_legendre(int n, long double *node, long double *weight)
{
    for (int k = 0; k < n; k++) {
        long double x = cosl(pi * (k + 0.75L) / (n + 0.5L)), slope = 1.0L;

        for (int step = 0; step < 8; step++) {
            long double p = 1.0L, before = 0.0L;

            for (int j = 1; j <= n; j++) {
                long double next = ((2 * j - 1) * x * p - (j - 1) * before) / j;

                before = p;
                p = next;
            }
            slope = n * (x * p - before) / (x * x - 1.0L);
            x -= p / slope;
        }
        node[k] = x;
        weight[k] = 2.0L / ((1.0L - x * x) * slope * slope);
    }
}
