/* SPDX-License-Identifier: BSD-3-Clause
 *
 * racah.h - the 3j symbol in real harmonics by Racah's sum over factorials and the
 * unitary matrix from complex harmonics to real ones. Shares nothing with coupling.c.
 *
 *   S_lm = sum_u U[m][u] Y_lu,  T[m1 m2 m3] = sum_u U[m1][u1] U[m2][u2] U[m3][u3]
 *                                             (l1 l2 l3; u1 u2 u3)
 *
 * Its sign is that of (l1 l2 l3; 0 0 0), so that T is a positive multiple of the integral
 * of three harmonics. */
#ifndef SZ_TEST_RACAH_H
#define SZ_TEST_RACAH_H

#include <complex.h>
#include <math.h>
#include <stdlib.h>

static inline long double racah_factorial(int n)
{
    return n < 2 ? 1.0L : n * racah_factorial(n - 1);
}

static inline double racah_3j(const int l[3], const int m[3])
{
    int s = l[0] + l[1] + l[2];
    long double sum = 0.0L, root;

    if (m[0] + m[1] + m[2] != 0 || l[2] < abs(l[0] - l[1]) || l[2] > l[0] + l[1])
        return 0.0;
    for (int d = 0; d < 3; d++)
        if (abs(m[d]) > l[d]) return 0.0;
    root = racah_factorial(s - 2 * l[0]) * racah_factorial(s - 2 * l[1]) *
           racah_factorial(s - 2 * l[2]) / racah_factorial(s + 1);
    for (int d = 0; d < 3; d++)
        root *= racah_factorial(l[d] + m[d]) * racah_factorial(l[d] - m[d]);
    for (int k = 0; k <= s; k++) {
        const int f[] = {k,
                         s - 2 * l[2] - k,
                         l[0] - m[0] - k,
                         l[1] + m[1] - k,
                         l[2] - l[1] + m[0] + k,
                         l[2] - l[0] - m[1] + k};
        long double product = k % 2 ? -1.0L : 1.0L;
        int there = 1;

        for (int i = 0; i < 6; i++) {
            there &= f[i] >= 0;
            product /= racah_factorial(f[i]);
        }
        if (there) sum += product;
    }
    sum *= sqrtl(root);
    return (double)((l[0] - l[1] - m[2]) % 2 ? -sum : sum);
}

/* U[m][u]: cos for m > 0, sin for m < 0, without the sign (-1)^m of Y_lm */
static inline double complex racah_unitary(int m, int u)
{
    double sign = m % 2 ? -1.0 : 1.0, h = sqrt(0.5);

    if (m == 0 || abs(m) != abs(u)) return m == u;
    if (m > 0) return u > 0 ? sign * h : h;
    return u > 0 ? -sign * h * I : h * I;
}

/* T; m from -l to l */
static inline double racah_coupling(const int l[3], const int m[3])
{
    static const int zero[3] = {0};
    double complex sum = 0.0;

    for (int k = 0; k < 8; k++) {
        const int u[] = {k & 1 ? -m[0] : m[0], k & 2 ? -m[1] : m[1],
                         k & 4 ? -m[2] : m[2]};

        if (((k & 1) && !m[0]) || ((k & 2) && !m[1]) || ((k & 4) && !m[2])) continue;
        sum += racah_unitary(m[0], u[0]) * racah_unitary(m[1], u[1]) *
               racah_unitary(m[2], u[2]) * racah_3j(l, u);
    }
    return racah_3j(l, zero) < 0.0 ? -creal(sum) : creal(sum);
}

#endif
