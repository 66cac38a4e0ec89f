/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf_work.h - the scratch of symmetry functions: tiles of neighbours, and the pairs of
 * two tiles. */
#ifndef SZ_ACSF_WORK_H
#define SZ_ACSF_WORK_H

#include "descriptor/acsf.h"
#include "linear/exp.h"

#include <math.h>

enum {
    SZ_ACSF_TILE = 256,                  /* neighbours */
    SZ_ACSF_PAIRS_MAX = 2 * SZ_ACSF_TILE /* pairs that are computed at a time */
};

#define SZ_ACSF_ROOM (SZ_ACSF_TILE + SZ_LANES)

/* Neighbours of one atom; those of a group are adjacent. */
typedef struct {
    int n;
    int start[SZ_Z_MAX + 1];   /* start of each group; [n_groups] is n */
    int pair[SZ_ACSF_TILE];    /* index in nb->r */
    int index[SZ_ACSF_TILE];   /* index among all neighbours in use */
    double d[3][SZ_ACSF_ROOM]; /* r_j - r_i */
    double r[SZ_ACSF_ROOM], r2[SZ_ACSF_ROOM];
    double f[SZ_ACSF_ROOM];    /* weight f(r) */
    double h[SZ_ACSF_ROOM];    /* weight f'(r) / r */
    double g[3][SZ_ACSF_ROOM]; /* dE/dr_ij */
} sz_acsf_tile;

/* Pairs {j,k}, j of one tile, k of another or the same one. */
typedef struct {
    int n;
    int j[SZ_ACSF_PAIRS_MAX], k[SZ_ACSF_PAIRS_MAX];
    double c[SZ_ACSF_PAIRS_MAX];  /* cosine of the angle */
    double s[SZ_ACSF_PAIRS_MAX];  /* r_j^2 + r_k^2 */
    double w[SZ_ACSF_PAIRS_MAX];  /* f(r_j) f(r_k) */
    double d2[SZ_ACSF_PAIRS_MAX]; /* r_jk^2 */
} sz_acsf_buffer;

struct sz_acsf_work {
    sz_acsf_tile tile[2];
    sz_acsf_buffer pairs;
    double sum[SZ_ACSF_MAX * SZ_LANES]; /* of the functions of a set, lane by lane */
    double weight[SZ_ACSF_MAX];         /* dE/dG of the functions of a set */
    /* of each function in each lane: dG/dr_j = own_j r_j + cross r_k, and the other way
     * round */
    double own_j[SZ_ACSF_MAX * SZ_LANES], own_k[SZ_ACSF_MAX * SZ_LANES];
    double cross[SZ_ACSF_MAX * SZ_LANES];
    double column[3][SZ_ACSF_MAX]; /* one lane of them */
};

/* What a sweep over pairs does: one of three. */
typedef struct {
    double *p;          /* vector, or NULL */
    const double *dedp; /* to the g of the tiles, or NULL */
    double *jacobian;   /* [3 n][stride], or NULL */
} sz_acsf_sweep;

/* All pairs of neighbours of tiles a and b; a == b: each once. */
void sz_acsf_pairs(const sz_acsf *acsf, sz_acsf_work *work, sz_acsf_tile *a,
                   sz_acsf_tile *b, const sz_acsf_sweep *sweep);

/* f and h = f'(r) / r of r up to cutoff, from sin and cos of t = pi (1 - r / cutoff) / 4:
 *
 *   f = sin^2 2t,    f' = -pi/cutoff sin 2t cos 2t
 *
 * which near the cutoff is as precise as anywhere. */
SZ_INLINE void sz_acsf_cut(double cutoff, const sz_doubles *r, sz_doubles *f,
                           sz_doubles *h)
{
    const double pi = 3.14159265358979323846;
    const sz_doubles t = (cutoff - *r) * (0.25 * pi / cutoff), s = t * t;
    sz_doubles sine = s * (-1.0 / 1307674368000.0) + 1.0 / 6227020800.0;
    sz_doubles one = s * (-1.0 / 87178291200.0) + 1.0 / 479001600.0, two;

    sine = ((sine * s - 1.0 / 39916800.0) * s + 1.0 / 362880.0) * s - 1.0 / 5040.0;
    sine = ((sine * s + 1.0 / 120.0) * s - 1.0 / 6.0) * s * t + t;
    /* 1 - cos t, then cos t */
    one = ((one * s - 1.0 / 3628800.0) * s + 1.0 / 40320.0) * s - 1.0 / 720.0;
    one = (one * s + 1.0 / 24.0) * s * s - 0.5 * s + 1.0;
    two = 2.0 * sine * one;
    *f = two * two;
    *h = two * (1.0 - 2.0 * sine * sine) * (-pi / cutoff) / *r;
}

#endif
