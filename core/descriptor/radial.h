/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial.h - the radial channels of a density: combinations of g_nl, tabulated. */
#ifndef SZ_RADIAL_H
#define SZ_RADIAL_H

#include "descriptor/basis.h"

/* A family of radial channels. */
typedef enum {
    SZ_RADIAL_N,   /* every n apart: n_max channels, fewer when reduced */
    SZ_RADIAL_SUM, /* one: the sum over n */
    SZ_RADIAL_MIX, /* n_mix fixed combinations of the n, the same for all l */
    SZ_RADIAL_STAR /* 2l+1 functions of a second basis with n_max = 2l+1 */
} sz_radial_kind;

typedef struct {
    sz_radial_kind kind;
    int n_mix;
    const double *mix; /* [n_max][n_mix] */
} sz_radial_family;

/* Channel q of l is h_lq(r) = F(r) sum_k comb[l][q][k] f_kl(r), F = cutoff times decay,
 * f the n_max functions g_nl and behind them those of the second basis. A family stands
 * in the lanes first .. first + n[l] - 1; other lanes are zero. */
typedef struct {
    sz_radial_spec spec;
    int n_lane; /* lanes of an l, a multiple of SZ_LANES */
    struct {
        int first, n[SZ_L_MAX + 1];
    } family[2];
    int n_fun;       /* n_max, and 2 l_max + 1 more with a second basis */
    int reduced;     /* channels of SZ_RADIAL_N are rotated */
    double *comb;    /* [l_max+1][n_lane][n_fun] */
    double *central; /* [n_lane] X_q,00 of the central atom of weight 1 */
    sz_basis *basis;
    sz_basis **star; /* [l_max+1] the second basis, or NULL */
    int n_knots;     /* table of the functions without F over [0, cutoff] */
    double per_r;    /* 1 / spacing, 1/Angstrom */
    double *table;   /* [n_knots][3][l_max+1][n_lane] h, h' dx, h'' dx^2 */
} sz_radial;

/* Makes the channels of one or two families. reduce: channels of SZ_RADIAL_N are the
 * leading right singular vectors of F g_nl over 0 < r < cutoff (with the central atom's
 * row for l = 0), those below SZ_RADIAL_NULL of the largest dropped: P_l -> O P_l O^T
 * leaves every kernel as it is, to the square of that number. A larger spec.tolerance
 * takes its place: kernels are then those of another, shorter descriptor. */
#define SZ_RADIAL_NULL 1e-7
sz_status sz_radial_create(sz_radial **radial, const sz_radial_spec *spec, int n_families,
                           const sz_radial_family *family, int reduce, sz_error *err);
void sz_radial_free(sz_radial *radial);

/* Channels at n <= SZ_LANES distances 0 < r < cutoff from the table: h and, unless NULL,
 * dh/dr, each [n][l_max+1][n_lane]. */
void sz_radial_eval(const sz_radial *radial, int n, const double *r, double *h,
                    double *dh);
/* The same at one distance from the basis itself: slow, for tests. */
void sz_radial_exact(const sz_radial *radial, double r, double *h, double *dh);

#endif
