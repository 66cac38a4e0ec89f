/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rng.c - the minimal standard generator s <- 16807 s mod (2^31 - 1) (Park and Miller),
 * and normal numbers by the polar method, of which the second is discarded:
 *
 *   v1, v2 uniform in (-1,1) until r = v1^2 + v2^2 <= 1;   v1 sqrt(-2 ln r / r) */
#include "base/rng.h"

#include <math.h>
#include <stdint.h>

static int next(sz_rng *rng)
{
    rng->state = (int)((int64_t)16807 * rng->state % 2147483647);
    return rng->state;
}

void sz_rng_seed(sz_rng *rng, int seed)
{
    rng->state = seed;
    for (int k = 0; k < 100; k++) next(rng);
}

double sz_rng_uniform(sz_rng *rng)
{
    return next(rng) / 2147483647.0;
}

double sz_rng_normal(sz_rng *rng)
{
    double v1, v2, r;

    do {
        v1 = 2.0 * sz_rng_uniform(rng) - 1.0;
        v2 = 2.0 * sz_rng_uniform(rng) - 1.0;
        r = v1 * v1 + v2 * v2;
    } while (r > 1.0);
    return v1 * sqrt(-2.0 * log(r) / r);
}
