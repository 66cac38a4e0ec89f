/* SPDX-License-Identifier: BSD-3-Clause
 *
 * turbo_basis.h - the radial functions R_n of soap_turbo, from their integrals. */
#ifndef SZ_TURBO_BASIS_H
#define SZ_TURBO_BASIS_H

#include "descriptor/turbo.h"

enum { SZ_TURBO_POINTS = 96 }; /* of a Gauss-Legendre rule */

/* One species, lengths in units of the cutoff. */
typedef struct {
    int n, n_poly; /* number of functions, and of those that are polynomials */
    int gauss, enhancement;
    long double soft, width; /* rcut_soft, and w of the filter */
    long double sigma, scaling;
    long double a[SZ_TURBO_N_MAX],
        b[SZ_TURBO_N_MAX + 1]; /* u pi_j = b_j+1 pi_j+1 + a_j pi_j + b_j pi_j-1 */
    long double q[SZ_TURBO_N_MAX][SZ_TURBO_N_MAX]; /* Q */
    long double beta[SZ_TURBO_N_MAX], rest; /* psi_j . Gaussian, and sqrt(1 - |beta|^2) */
    long double half[SZ_TURBO_N_MAX];       /* last column of S^(1/2) */
    long double node[SZ_TURBO_POINTS], weight[SZ_TURBO_POINTS];
} sz_turbo_basis;

sz_status sz_turbo_basis_make(sz_turbo_basis *basis, const sz_turbo_spec *spec, int slot,
                              const sz_radial_spec *radial, sz_error *err);

/* The parts of a radial function that contribute at x. */
typedef struct {
    int filtered, gauss;
} sz_turbo_parts;

/* The distances where these parts begin and end, in units of the cutoff. */
void sz_turbo_edges(const sz_turbo_basis *basis, long double *filtered,
                    long double *gauss);
sz_turbo_parts sz_turbo_parts_at(const sz_turbo_basis *basis, long double x);

/* r [n]: R_n(x) / sqrt(cutoff), and the excess of its derivative with respect to x, see
 * turbo.h. */
void sz_turbo_functions(const sz_turbo_basis *basis, long double x, sz_turbo_parts on,
                        long double *r, long double *excess);
/* For the central atom: R_n(0), and with the Gaussian a closed form without the upper end
 * of the integrals. */
void sz_turbo_centre(const sz_turbo_basis *basis, long double *r);

#endif
