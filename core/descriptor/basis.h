/* SPDX-License-Identifier: BSD-3-Clause
 *
 * basis.h - the published radial bases: a grid of Gaussians, and their combinations. */
#ifndef SZ_BASIS_H
#define SZ_BASIS_H

#include "base/error.h"

#define SZ_L_MAX 20
#define SZ_N_MAX 41

typedef enum { SZ_BASIS_EQUISPACED_GAUSS, SZ_BASIS_POLY, SZ_BASIS_GTO } sz_basis_kind;

typedef struct {
    double cutoff;       /* Angstrom */
    double cutoff_width; /* cutoff_transition_width */
    int n_max, l_max;
    double atom_sigma; /* Angstrom */
    double basis_error_exponent;
    int decay_exponent; /* cutoff_dexp; 0: no decay */
    double decay_scale; /* cutoff_scale */
    double decay_rate;  /* cutoff_rate */
    sz_basis_kind basis;
    double tolerance; /* radial_tolerance; 0: only null channels are left out */
} sz_radial_spec;

typedef struct {
    int n_max, l_max, n_grid;
    double a;        /* 1 / (2 atom_sigma^2) */
    double *grid;    /* [n_grid] r_b */
    double *t;       /* [l_max+1][n_grid][n_max] g_nl(r) = sum_b t_l(r, b) T_l,bn */
    double *central; /* [n_max] the same for the atom at the origin, l = 0 */
} sz_basis;

sz_status sz_basis_create(sz_basis **basis, const sz_radial_spec *spec, sz_error *err);
void sz_basis_free(sz_basis *basis);

/* g_nl without cutoff and its first two derivatives with respect to r, each
 * [l_max+1][n_max]. */
void sz_basis_eval(const sz_basis *basis, double r, double *g, double *dg, double *d2g);

/* exp(-x) i_l(x), l = 0..l_max, i_l the modified spherical Bessel function, x >= 0. */
void sz_bessel(int l_max, double x, double *value);

#endif
