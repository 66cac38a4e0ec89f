/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression.h - two or three linear maps of the density channels, and a list of the
 * pairs or triples of channels that are multiplied: as specified, and as evaluated. */
#ifndef SZ_COMPRESSION_H
#define SZ_COMPRESSION_H

#include "descriptor/radial.h"
#include "linear/product.h" /* sz_range, sz_real */

/* ---- as specified ------------------------------------------------------------------ */

typedef enum {
    SZ_SPECIES_APART,   /* each slot has its own group of channels */
    SZ_SPECIES_SUM,     /* one group: the total density */
    SZ_SPECIES_WEIGHTS, /* groups are weighted sums over slots */
    SZ_SPECIES_MATRIX   /* any combination of all (slot, n), for each l */
} sz_species_kind;

/* Number of factors in a product: two for the power spectrum, three for its four-body
 * analogues. */
enum { SZ_FACTORS = 3 };

/* One of the channel sets Y1, Y2, Y3. Channels are (group, radial), radial fast. */
typedef struct {
    sz_species_kind species;
    sz_radial_kind radial;
    int n_groups;               /* for SZ_SPECIES_WEIGHTS */
    double *weight;             /* [n_slots][n_groups] */
    int n_mix;                  /* for SZ_RADIAL_MIX */
    double *mix;                /* [n_max][n_mix] */
    int n_matrix[SZ_L_MAX + 1]; /* for SZ_SPECIES_MATRIX */
    double *matrix;             /* one [n_slots n_max][n_matrix[l]] after the other */
    int same_l;                 /* for SZ_SPECIES_MATRIX: all of them are equal */
} sz_channels;

typedef enum {
    SZ_PAIRS_ALL,       /* every (a,b); a >= b for equal factors */
    SZ_PAIRS_IN_GROUP,  /* within one group */
    SZ_PAIRS_SAME_LANE, /* within one radial channel, groups slow */
    SZ_PAIRS_DIAGONAL,  /* within one radial channel, radial slow (diagonal_radial) */
    SZ_PAIRS_ELEMENT,   /* (a,a) */
    SZ_PAIRS_TOP,       /* first min(2l+1, all) rows of the upper triangle */
    SZ_PAIRS_UPPER,     /* every a <= b */
    SZ_PAIRS_FIRST      /* of these, the ones with the first channel of a group */
} sz_pairs_kind;

typedef struct {
    char label[48]; /* as in the paper, in ASCII */
    int order;      /* factors: 2 or 3 */
    sz_channels y[SZ_FACTORS];
    int y_of[SZ_FACTORS]; /* factor d is Y of y[y_of[d]]: equal ones share the first's */
    sz_pairs_kind pairs;
    double root2; /* order 2: factor for pairs a != b of equal factors */
    int l_min;    /* order 3: smallest l in a product */
    int by_l;     /* the list depends on l: published with l slowest */
    /* [n_slots] number of functions of each slot, if they differ from n_max:
     * SZ_PAIRS_UPPER, FIRST */
    int *n_radial;
    /* If not NULL, the vector is a linear map of the list: the number of components,
     * followed by (component, place in the list, factor) of each entry. */
    int n_sum;
    double *sum;
} sz_compression_spec;

void sz_compression_spec_free(sz_compression_spec *spec);
int sz_compression_spec_equal(const sz_compression_spec *a, const sz_compression_spec *b,
                              int n_slots, int n_max, int l_max);
sz_status sz_compression_spec_copy(sz_compression_spec *to,
                                   const sz_compression_spec *from, int n_slots,
                                   int n_max, int l_max, sz_error *err);

/* ---- as evaluated ------------------------------------------------------------------ */

/* Y[m][to + i] += weight X[m][from + i], i < n */
typedef struct {
    int from, to, n;
    double weight;
} sz_run;

/* Map from the channels of X [n_lm][n_chan] to those of Y [n_lm][stride]; channel (group,
 * k) is at base + group * lanes + k. Without runs and matrix Y is X. */
typedef struct {
    int groups, base, lanes, stride;
    int n[SZ_L_MAX + 1]; /* channels in a group */
    int n_runs;
    sz_run *run;
    /* a matrix uses rows of the lanes of each slot of X */
    int rows, x_lanes;
    double *matrix;    /* [l_max+1][n_chan][stride] */
    double *transpose; /* [l_max+1][stride][n_chan] */
} sz_map;

/* n_b rows of n components of l: positions b .. of Y2, each with a .. a+n-1 of Y1; or, if
 * n_b = 0, one row of equal positions, b .. b+n-1 with a .. a+n-1. With three factors the
 * columns of sz_couple replace Y2. */
typedef struct {
    int l, b, n_b, a, n;
} sz_block;

/* Blocks and components that vanish unless the density has these slots (-1: none). */
typedef struct {
    int slot[SZ_FACTORS];
    int block, component; /* the first; the next group starts where this one ends */
} sz_group;

/* The origin of a product: l and channel of each factor (for pairs one l for both). */
typedef struct {
    int l[SZ_FACTORS], channel[SZ_FACTORS];
} sz_factors;

/* component[k] of the vector gets factor[k] times product[k] */
typedef struct {
    int n;
    int *component, *product;
    double *factor;
} sz_sums;

typedef struct sz_coupling sz_coupling; /* coupling.h */

typedef struct {
    sz_compression_spec spec;
    int l_max, n_max;
    int n_slots;            /* slots of X: species kept apart, or 1 */
    int n_chan;             /* channels of X: n_slots * n_lane */
    int family[SZ_FACTORS]; /* radial family of Y1, Y2, Y3 */
    sz_map map[SZ_FACTORS]; /* the same for equal factors */
    sz_coupling *coupling;  /* order 3: of Y2 and Y3 */
    int stride_a, stride_b; /* of Y1, and of Y2 or the coupled columns */
    int n_groups;
    sz_group *group; /* [n_groups + 1] of products */
    sz_block *block;
    int n_products, product_stride;
    double *scale;       /* [product_stride] (2l+1)^-1/2, times root2 off the diagonal;
                            order 3: square root of the number of permutations */
    sz_factors *factors; /* [n_products]; for pairs of equal factors a <= b */
    int *place;          /* [n_products] index in the published list; order 3 */
    sz_sums sum;         /* only with spec.sum: otherwise the products are the vector */
    double least_norm;   /* shorter vectors are not normalised */
    int n_desc;
    int stride; /* size of p: n_desc, padded; the pad is zero */
} sz_compression;

/* 1 if two factors have the same channels. */
static inline int sz_alike(const sz_compression_spec *spec, int d, int e)
{
    return spec->y_of[d] == spec->y_of[e];
}

/* Position of a channel of l in a row of Y. */
static inline int sz_map_position(const sz_map *map, int l, int channel)
{
    return map->base + channel / map->n[l] * map->lanes + channel % map->n[l];
}

/* The radial families that a compression needs; index[d] is that of factor d. Returns
 * their number; reducible: 1 if they may be reduced. */
int sz_compression_families(const sz_compression_spec *spec,
                            sz_radial_family family[SZ_FACTORS], int index[SZ_FACTORS],
                            int *reducible);

sz_status sz_compression_create(sz_compression *c, const sz_compression_spec *spec,
                                const sz_radial *radial, int n_species, int plain_l,
                                sz_error *err);
void sz_compression_free(sz_compression *c);

/* Length of the published vector without the sigma0 component. */
int sz_compression_published(const sz_compression *c);
/* Published order -> internal order, with radial channels rotated: n vectors, published
 * [n][ld], of which sz_compression_published columns are read, internal [n][stride]. */
sz_status sz_compression_import(const sz_compression *c, const sz_radial *radial, int n,
                                size_t ld, const double *published, double *inner,
                                sz_error *err);
/* The reverse, for one vector; dropped channels give zero. */
sz_status sz_compression_publish(const sz_compression *c, const sz_radial *radial,
                                 const double *inner, double *published, sz_error *err);

/* ---- map.c ------------------------------------------------------------------------- */

sz_status sz_map_create(sz_map *map, const sz_compression *c, const sz_channels *y,
                        int family, const sz_radial *radial, sz_error *err);
void sz_map_free(sz_map *map);
/* Replaces any map by a matrix of zeros; x_lanes: lanes of a slot of X. */
sz_status sz_map_make_matrix(sz_map *map, const sz_compression *c, int x_lanes,
                             sz_error *err);
/* The matrix element at position at. */
void sz_map_put(const sz_map *map, int n_chan, size_t at, double value);

/* ---- map_apply.c ------------------------------------------------------------------- */

/* y [n_lm][stride] (overwritten) from x [n_lm][n_chan]; and dedx += the adjoint. Only for
 * maps with runs or a matrix. */
void sz_map_apply(const sz_map *map, int l_max, int n_chan, const sz_real *x, sz_real *y);
void sz_map_adjoint(const sz_map *map, int l_max, int n_chan, const sz_real *dedy,
                    sz_real *dedx);
/* dedw, in the layout of the matrix, += dE/dW. */
void sz_map_slope(const sz_map *map, int l_max, int n_chan, const sz_real *x,
                  const sz_real *dedy, double *dedw);

#endif
