/* SPDX-License-Identifier: BSD-3-Clause
 *
 * density.h - the density of the neighbours in channels, and its adjoint. */
#ifndef SZ_DENSITY_H
#define SZ_DENSITY_H

#include "linear/vec.h"

/* Adds n <= SZ_LANES neighbours to the density
 *   x       [n_lm][n_chan]        channel = offset[k] + lane for neighbour k
 *   offset  [n]                   < 0: neighbour k is ignored
 *   h       [n][n_h]              radial channels: lane q of l at place[l] + q, for
 *                                 q < n_used[l]; as many lanes as the longest l has,
 *                                 rounded up, are read of each
 *   y       [n_lm][SZ_LANES]      harmonics */
void sz_density(int l_max, const int *n_used, const int *place, int n_h, int n_chan,
                int n, const int *offset, const sz_real *h, const sz_real *y, sz_real *x);

/* Its adjoint, from dE/dX to the input of sz_harmonics_adjoint
 *   h, dh   as above, with room for SZ_LANES neighbours; dh are the slopes of h
 *   dedy    [n_lm][SZ_LANES]      dE/dY_lm, sum over dE/dX h
 *   slope   [n_lm][SZ_LANES]      the sum over dE/dX dh
 * add: the last two are incremented; otherwise they are overwritten, with zero for
 * ignored lanes. At least one neighbour is not ignored. */
void sz_density_adjoint(int l_max, const int *n_used, const int *place, int n_h,
                        int n_chan, int n, const int *offset, const sz_real *h,
                        const sz_real *dh, const sz_real *dedx, int add, sz_real *dedy,
                        sz_real *slope);

#endif
