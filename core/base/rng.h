/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rng.h - the random numbers of QUIP and gap_fit, needed to reproduce the mixing weights
 * of a model from its keys. */
#ifndef SZ_RNG_H
#define SZ_RNG_H

typedef struct {
    int state;
} sz_rng;

/* Starts with seed, 1 <= seed < 2^31 - 1, and drops 100 numbers. */
/* seed from 1; a multiple of 2^31 - 1 would give only zeros */
#define SZ_SEED_MAX 2147483645
void sz_rng_seed(sz_rng *rng, int seed);
double sz_rng_uniform(sz_rng *rng); /* in (0,1) */
double sz_rng_normal(sz_rng *rng);  /* mean 0, variance 1 */

#endif
