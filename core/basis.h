/* SPDX-License-Identifier: BSD-3-Clause
 *
 * basis.h - the published radial basis: grid Gaussians and their orthonormalisation. */
#ifndef SZ_BASIS_H
#define SZ_BASIS_H

#include "error.h"

#define SZ_L_MAX 20
#define SZ_N_MAX 40

typedef struct {
    double cutoff;       /* Angstrom */
    double cutoff_width; /* cutoff_transition_width */
    int n_max, l_max;
    double atom_sigma; /* Angstrom */
    double basis_error_exponent;
    int decay_exponent; /* cutoff_dexp; 0: no decay */
    double decay_scale; /* cutoff_scale */
    double decay_rate;  /* cutoff_rate */
} sz_radial_spec;

typedef struct {
    int n_max, l_max;
    double a;        /* 1 / (2 atom_sigma^2) */
    double *grid;    /* [n_max] r_b */
    double *t;       /* [n_max][n_max] T_bn, g_nl(r) = sum_b t_l(r, b) T_bn */
    double *central; /* [n_max] L_1n, the same for the atom at the origin */
} sz_basis;

sz_status sz_basis_create(sz_basis **basis, const sz_radial_spec *spec, sz_error *err);
void sz_basis_free(sz_basis *basis);

/* g_nl without cutoff and its first two derivatives by r, each [l_max+1][n_max]. */
void sz_basis_eval(const sz_basis *basis, double r, double *g, double *dg, double *d2g);

/* exp(-x) i_l(x), l = 0..l_max, i_l the modified spherical Bessel function, x >= 0. */
void sz_bessel(int l_max, double x, double *value);

#endif
