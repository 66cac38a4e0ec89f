/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression.h - two linear maps of the density channels and the list of pairs that
 * meet in the power spectrum. Everything the evaluator knows about a compression. */
#ifndef SZ_COMPRESSION_H
#define SZ_COMPRESSION_H

#include "radial.h"

/* Y[m][to + i] += X[m][from + i], i < n; n is 1 or a multiple of SZ_LANES */
typedef struct {
    int from, to, n;
} sz_run;

/* A map from the channels of X [n_lm][n_chan] to those of Y [n_lm][stride]. Channel a of
 * Y_l, a = 0 .. groups * n[l] - 1, stands at (a / n) * lanes + a % n; what stands between
 * groups is not a channel. */
typedef struct {
    int groups;
    int lanes;           /* from one group to the next */
    int n[SZ_L_MAX + 1]; /* channels in a group */
    int stride;          /* groups * lanes */
    int n_runs;          /* 0: Y is X itself */
    sz_run *run;
} sz_map;

typedef struct {
    int l_max;
    int n_slots;                      /* slots of X: species kept apart, or 1 */
    int n_chan;                       /* channels of X: n_slots * n_lane */
    int symmetric;                    /* Y1 = Y2, pairs a >= b; else all pairs */
    sz_map map[2];                    /* [0] of Y1, [1] of Y2; equal when symmetric */
    int resolves_n[2], resolves_s[2]; /* of the maps */
    int first[SZ_L_MAX + 2];          /* components of l start here; the last: n_desc */
    int n_desc;
    int stride;    /* room for p: n_desc, padded; the pad is zero */
    double *scale; /* [stride] (2l+1)^-1/2, times sqrt2 off the diagonal */
} sz_compression;

/* The nine compressions of nu_R, nu_S in 0..2: density d = 1, 2 keeps n apart where
 * nu_R >= d and species where nu_S >= d, and is summed over them elsewhere. Y1 is
 * density 1; of p(a,b), b of Y2 is the slow index: density 1 has more channels. */
sz_status sz_compression_create(sz_compression *c, const sz_radial *radial, int n_species,
                                int nu_R, int nu_S, int plain_l, sz_error *err);
void sz_compression_free(sz_compression *c);
/* The paper's label in ASCII, "nu,mu=1,1"; ^ stands for the hat. */
const char *sz_compression_label(int nu_R, int nu_S);

/* Length of the published vector without the sigma0 component. */
int sz_compression_published(const sz_compression *c, int n_max);
/* Published order -> inner order, see compression.c, radial channels rotated;
 * scratch [2][k1][k2] of the published sizes. */
void sz_compression_import(const sz_compression *c, const sz_radial *radial,
                           const double *published, double *inner, double *scratch);
/* Inner -> published; only where radial is not reduced. */
void sz_compression_publish(const sz_compression *c, int n_max, const double *inner,
                            double *published);

/* y [n_lm][stride] (overwritten) from x [n_lm][n_chan]; and dedx += the adjoint. Only
 * for maps with runs. */
void sz_map_apply(const sz_map *map, int n_lm, int n_chan, const double *x, double *y);
void sz_map_adjoint(const sz_map *map, int n_lm, int n_chan, const double *dedy,
                    double *dedx);

#endif
