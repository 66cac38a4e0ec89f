/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial.h - the radial channels of a density: combinations of g_nl, tabulated. */
#ifndef SZ_RADIAL_H
#define SZ_RADIAL_H

#include "basis.h"

/* Channel q of l is h_lq(r) = F(r) sum_n comb[l][q][n] g_nl(r), F = cutoff times decay.
 * Channels 0 .. n_rad[l]-1 resolve n, channel sum (where it exists) is the sum over n.
 * The rest of the n_lane lanes is zero. */
typedef struct {
    sz_radial_spec spec;
    int n_lane;      /* lanes of an l, a multiple of SZ_LANES */
    int *n_rad;      /* [l_max+1] channels that resolve n, 0 for all or >= 1 */
    int sum;         /* lane of the sum over n, or -1 */
    double *comb;    /* [l_max+1][n_lane][n_max] */
    double *central; /* [n_lane] X_q,00 of the central atom of weight 1 */
    sz_basis *basis;
    int n_knots;   /* table of the functions without F over [0, cutoff] */
    double per_r;  /* 1 / spacing, 1/Angstrom */
    double *table; /* [n_knots][3][l_max+1][n_lane] h, h' dx, h'' dx^2 */
} sz_radial;

/* resolved: channels for every n; sum: one for the sum over n. reduce: the resolved
 * channels are the leading right singular vectors of f_cut(r) g_nl(r), 0 < r < cutoff
 * (with the central atom's row for l = 0), those below SZ_RADIAL_NULL of the largest
 * dropped: P_l -> O P_l O^T leaves every kernel as it is, to the square of that number.
 */
#define SZ_RADIAL_NULL 1e-7
sz_status sz_radial_create(sz_radial **radial, const sz_radial_spec *spec, int resolved,
                           int sum, int reduce, sz_error *err);
void sz_radial_free(sz_radial *radial);

/* Channels at n <= SZ_LANES distances 0 < r < cutoff from the table: h and, unless NULL,
 * dh/dr, each [n][l_max+1][n_lane]. */
void sz_radial_eval(const sz_radial *radial, int n, const double *r, double *h,
                    double *dh);
/* The same at one distance from the basis itself: slow, for tests. */
void sz_radial_exact(const sz_radial *radial, double r, double *h, double *dh);

#endif
