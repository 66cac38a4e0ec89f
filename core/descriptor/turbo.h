/* SPDX-License-Identifier: BSD-3-Clause
 *
 * turbo.h - the radial functions of soap_turbo (Caro, Phys. Rev. B 100, 024112, 2019):
 * those of one species. */
#ifndef SZ_TURBO_H
#define SZ_TURBO_H

#include "descriptor/basis.h"

#define SZ_TURBO_N_MAX 11 /* alpha_max: beyond it S^(-1/2) is noise, also in QUIP */

/* Names and defaults as in gap_fit. */
typedef struct {
    int n_max;                   /* alpha_max */
    double sigma_r, sigma_t;     /* atom_sigma_r, atom_sigma_t, Angstrom */
    double scaling_r, scaling_t; /* sigma(r) = sigma + scaling r */
    double amplitude;            /* amplitude_scaling */
    double central_weight;
} sz_turbo_species;

typedef struct {
    int n_species;   /* number of slots; 0: the descriptor is a plain soap */
    int gauss;       /* basis=poly3gauss */
    int enhancement; /* radial_enhancement */
    double
        cutoff_soft; /* rcut_soft, Angstrom; rcut_hard is the cutoff of sz_radial_spec */
    double filter;   /* nf */
    sz_turbo_species species[SZ_Z_MAX]; /* [n_species] */
} sz_turbo_spec;

/* The factors of the channels h_nl(r) = R_n(r) A_l(r) of one species, without the
 * amplitude (sz_turbo_amplitude), smooth on each piece of 0 <= r <= cutoff. */
typedef struct {
    int n_max, l_max;
    int n_pieces;
    double edge[4]; /* [n_pieces + 1] ends of the pieces, Angstrom */
    int first[4];   /* [n_pieces + 1] first panel of a piece */
    /* coefficients of Chebyshev polynomials: [n_panels][nodes] of R [n_max], A [l_max+1]
     * and excess [n_max] */
    double *coefficient;
    double central[SZ_TURBO_N_MAX]; /* X_n,00 of the central atom, its weight included */
} sz_turbo;

/* cutoff and l_max are those of radial. */
sz_status sz_turbo_create(sz_turbo **turbo, const sz_turbo_spec *spec, int slot,
                          const sz_radial_spec *radial, sz_error *err);
void sz_turbo_free(sz_turbo *turbo);

/* R [n_max] followed by A [l_max+1] in f[0], their first two derivatives with respect to
 * r in f[1] and f[2], and the excess of QUIP's derivative of R in f[3], in piece k; r may
 * be an end of the piece. */
void sz_turbo_eval(const sz_turbo *turbo, int k, double r, double *const f[4]);
/* h [l_max+1][n_max] and its excess from the integrals themselves; 0 if spec has no such
 * functions. */
int sz_turbo_exact(const sz_turbo_spec *spec, int slot, const sz_radial_spec *radial,
                   double r, double *h, double *excess);

/* (1 + 2 x^3 - 3 x^2)^power, x = r / cutoff, and its slope; 0 where the bracket is at
 * most 1e-10. */
double sz_turbo_amplitude(double power, double cutoff, double r, double *slope);

#endif
