/* SPDX-License-Identifier: BSD-3-Clause
 *
 * harmonics.h - real spherical harmonics and their gradients. */
#ifndef SZ_HARMONICS_H
#define SZ_HARMONICS_H

#include "descriptor/basis.h"
#include "linear/vec.h"

#define SZ_N_LM(l_max) (((l_max) + 1) * ((l_max) + 1))

/* The constants of the recursion, see harmonics.c; computed in harmonics_factors.c. */
typedef struct {
    int l_max;
    double diagonal[SZ_L_MAX + 1];
    double a[SZ_L_MAX + 1][SZ_L_MAX + 1];
    double ab[SZ_L_MAX + 1][SZ_L_MAX + 1];
    float a_single[SZ_L_MAX + 1][SZ_L_MAX + 1]; /* the same in single precision */
    float ab_single[SZ_L_MAX + 1][SZ_L_MAX + 1];
} sz_harmonics_factors;

void sz_harmonics_prepare(sz_harmonics_factors *factors, int l_max);

/* Real orthonormal harmonics of SZ_LANES unit vectors at once.
 * u  [3][SZ_LANES]          unit vectors
 * y  [n_lm][SZ_LANES]       Y_lm at index l^2 + l + m
 * dy [n_lm][3][SZ_LANES]    gradient of an extension off the sphere, or NULL; only its
 *                           part across u has a meaning, see harmonics.c */
void sz_harmonics(const sz_harmonics_factors *factors, const double *u, sz_real *y,
                  sz_real *dy);

/* The adjoint for energies that depend on a neighbour through h(r) Y(u): from dE/dY and
 * slope (the coefficients of Y in dE/dr along u), each [n_lm][SZ_LANES] with l up to
 * l_max, to dE/dr_ij, [3][SZ_LANES]. r [SZ_LANES] */
void sz_harmonics_adjoint(const sz_harmonics_factors *factors, int l_max, const double *u,
                          const double *r, const sz_real *dedy, const sz_real *slope,
                          double *dedr);

#endif
