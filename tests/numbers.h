/* SPDX-License-Identifier: BSD-3-Clause
 *
 * numbers.h - what the tests of the numerical core share: random numbers, rotations,
 * slopes by finite differences. */
#ifndef SZ_TEST_NUMBERS_H
#define SZ_TEST_NUMBERS_H

#include <math.h>
#include <stddef.h>

/* xorshift64*, the same numbers on every machine */
static inline double uniform(double lo, double hi)
{
    static unsigned long long state = 88172645463325252ULL;

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return lo + (hi - lo) * (double)((state * 2685821657736338717ULL) >> 11) /
                    9007199254740992.0;
}

static inline void fill_random(double *x, size_t n)
{
    for (size_t k = 0; k < n; k++) x[k] = uniform(-1.0, 1.0);
}

static inline double dot(const double *a, const double *b, size_t n)
{
    double sum = 0.0;

    for (size_t k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}

/* largest |a - b|; NaN if there is a NaN */
static inline double distance(const double *a, const double *b, size_t n)
{
    double most = 0.0;

    for (size_t k = 0; k < n && most == most; k++)
        if (!(fabs(a[k] - b[k]) <= most)) most = fabs(a[k] - b[k]);
    return most;
}

static inline double largest(const double *x, size_t n)
{
    double most = 0.0;

    for (size_t k = 0; k < n && most == most; k++)
        if (!(fabs(x[k]) <= most)) most = fabs(x[k]);
    return most;
}

static inline void random_unit(double *u)
{
    double r;

    do {
        fill_random(u, 3);
        r = sqrt(dot(u, u, 3));
    } while (!(r > 0.1 && r < 1.0));
    for (int x = 0; x < 3; x++) u[x] /= r;
}

/* rows of q: a rotation, from a random quaternion */
static inline void random_rotation(double q[9])
{
    double v[4], n;

    fill_random(v, 4);
    n = sqrt(dot(v, v, 4));
    for (int k = 0; k < 4; k++) v[k] /= n;
    for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;

        q[3 * i + i] = 1.0 - 2.0 * (v[j] * v[j] + v[k] * v[k]);
        q[3 * i + j] = 2.0 * (v[i] * v[j] - v[k] * v[3]);
        q[3 * i + k] = 2.0 * (v[i] * v[k] + v[j] * v[3]);
    }
}

static inline void rotate_vector(const double q[9], const double *in, double *out)
{
    for (int i = 0; i < 3; i++) out[i] = dot(q + 3 * i, in, 3);
}

/* df/dx, f depends on *x: central differences of sixth order */
static inline double slope_at(double *x, double h, double (*f)(void *), void *context)
{
    static const double weight[3] = {45.0 / 60.0, -9.0 / 60.0, 1.0 / 60.0};
    double keep = *x, sum = 0.0;

    for (int k = 1; k <= 3; k++) {
        *x = keep + k * h;
        sum += weight[k - 1] * f(context);
        *x = keep - k * h;
        sum -= weight[k - 1] * f(context);
    }
    *x = keep;
    return sum / h;
}

#endif
