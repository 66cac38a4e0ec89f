/* SPDX-License-Identifier: BSD-3-Clause
 *
 * powers.c - x^p of many numbers, see powers.h. */
#include "linear/powers.h"

#include <math.h>

SZ_CLONES static void whole_powers(size_t n, int p, double shift, const double *x,
                                   double *y)
{
    size_t i = 0;

    for (; i + SZ_LANES <= n; i += SZ_LANES) {
        sz_lanes z = SZ_GET(x + i) + shift, power = (sz_lanes){0} + 1.0;

        sz_times_power_lanes(&z, p, &power);
        SZ_AT(y + i) = power;
    }
    for (; i < n; i++) {
        double power = 1.0;

        sz_times_power(x[i] + shift, p, &power);
        y[i] = power;
    }
}

void sz_powers(size_t n, double p, double shift, const double *x, double *y)
{
    int whole = sz_whole_power(p);

    if (whole >= 0)
        whole_powers(n, whole, shift, x, y);
    else
        for (size_t i = 0; i < n; i++) y[i] = pow(x[i] + shift, p);
}
