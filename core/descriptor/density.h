/* SPDX-License-Identifier: BSD-3-Clause
 *
 * density.h - the density of the neighbours in channels, and its adjoint. */
#ifndef SZ_DENSITY_H
#define SZ_DENSITY_H

#include "linear/vec.h"

/* n <= SZ_LANES neighbours enter the density
 *   x    [n_lm][n_chan]           channel = offset[k] + lane for neighbour k
 *   h    [n][l_max+1][n_lane]     radial channels
 *   y    [n_lm][SZ_LANES]         harmonics */
void sz_density(int l_max, int n_lane, int n_chan, int n, const int *offset,
                const double *h, const double *y, double *x);

/* Its adjoint: from dE/dx to the n derivatives dE/dr_ij, [3][SZ_LANES] (added to).
 *   dh   [n][l_max+1][n_lane]     slopes of h
 *   dy   [n_lm][3][SZ_LANES]      gradients as sz_harmonics gives them
 *   u    [3][SZ_LANES], r [n]     unit vectors and distances */
void sz_density_adjoint(int l_max, int n_lane, int n_chan, int n, const int *offset,
                        const double *h, const double *dh, const double *y,
                        const double *dy, const double *u, const double *r,
                        const double *dedx, double *dedr);

#endif
