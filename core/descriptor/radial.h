/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial.h - the radial channels of a density: combinations of g_nl, tabulated. */
#ifndef SZ_RADIAL_H
#define SZ_RADIAL_H

#include "descriptor/turbo.h"
#include "linear/real.h"

/* A family of radial channels. */
typedef enum {
    SZ_RADIAL_N,   /* each n separate: n_max channels, fewer if reduced */
    SZ_RADIAL_SUM, /* one: the sum over n */
    SZ_RADIAL_MIX, /* n_mix fixed combinations of the n, the same for all l */
    SZ_RADIAL_STAR /* 2l+1 functions of a second basis with n_max = 2l+1 */
} sz_radial_kind;

typedef struct {
    sz_radial_kind kind;
    int n_mix;
    const double *mix; /* [n_max][n_mix] */
} sz_radial_family;

typedef struct {
    double per_r[3]; /* [n_pieces] 1 / spacing, 1/Angstrom */
    int first[4];    /* [n_pieces + 1] first knot of a piece */
} sz_knots;

/* The functions without F, as quintic Hermite nodes on each of their pieces. */
typedef struct {
    int n_pieces;
    double from[4]; /* [n_pieces + 1] ends of the pieces, Angstrom */
    sz_knots knots, knots_single;
    double power;       /* F is sz_turbo_amplitude of this; only for soap_turbo */
    double *node;       /* [n_knots][n_node] */
    float *node_single; /* [n_knots][n_node_single] */
    double *central;    /* [n_lane] X_q,00 of the central atom, of weight 1 in a soap */
} sz_radial_table;

/* Channel q of l is h_lq(r) = F(r) sum_k comb[l][q][k] f_kl(r), F = cutoff times decay, f
 * the n_max functions g_nl followed by those of the second basis. A family occupies the
 * lanes first .. first + n[l] - 1; other lanes are zero. The functions of soap are the
 * same for all neighbours, those of soap_turbo differ from slot to slot. */
typedef struct {
    sz_radial_spec spec;
    int turbo; /* 1: the functions of soap_turbo */
    /* A node has h, h' dx, h'' dx^2, each [n_h]. For soap_turbo, where h_lq = R_q A_l, it
     * has those of R and A, [n_lane] and [l_max+1, padded], followed by the correction to
     * R', [n_lane]. */
    int n_row, n_node;
    /* In single precision: the coefficients of the polynomials between a knot and the
     * next one, six rows [n_h]; followed by the same correction. */
    int n_node_single;
    int n_lane; /* lanes of an l, a multiple of SZ_LANES */
    struct {
        int first, n[SZ_L_MAX + 1];
    } family[2];
    int n_used[SZ_L_MAX + 1]; /* lanes of an l up to the last one of a family */
    /* Values are [n_h] for a neighbour: lane q of l at place[l] + q, for q < n_used[l];
     * the lanes after them belong to other l. */
    int n_h, place[SZ_L_MAX + 1];
    int n_fun;    /* n_max, and 2 l_max + 1 more with a second basis */
    int reduced;  /* channels of SZ_RADIAL_N are rotated */
    double *comb; /* [l_max+1][n_lane][n_fun] */
    sz_basis *basis;
    sz_basis **star; /* [l_max+1] the second basis, or NULL */
    int n_tables;    /* one, or one for each slot */
    sz_radial_table *table;
} sz_radial;

/* Creates the channels of one or two families. reduce: channels of SZ_RADIAL_N are the
 * leading right singular vectors of F g_nl over 0 < r < cutoff (with the central atom's
 * row for l = 0); those below SZ_RADIAL_NULL of the largest are dropped: P_l -> O P_l O^T
 * keeps every kernel, to the square of that number. A larger spec.tolerance replaces it:
 * kernels are then those of another, shorter descriptor. */
#define SZ_RADIAL_NULL 1e-7
sz_status sz_radial_create(sz_radial **radial, const sz_radial_spec *spec, int n_families,
                           const sz_radial_family *family, int reduce, sz_error *err);
/* The same for soap_turbo, whose functions are orthonormal: nothing is reduced. */
sz_status sz_radial_create_turbo(sz_radial **radial, const sz_radial_spec *spec,
                                 const sz_turbo_spec *turbo, int n_families,
                                 const sz_radial_family *family, sz_error *err);
void sz_radial_free(sz_radial *radial);
size_t sz_radial_bytes(const sz_radial *radial);

/* The table of a slot. */
static inline const sz_radial_table *sz_radial_table_of(const sz_radial *radial, int slot)
{
    return &radial->table[radial->n_tables > 1 ? slot : 0];
}

/* F of a soap, and its slope. */
double sz_radial_switch(const sz_radial_spec *spec, double r, double *slope);
/* The channels at one distance from the basis itself, for a soap: slow, for tests. */
void sz_radial_exact(const sz_radial *radial, double r, double *h, double *dh);

/* ---- radial_eval.c ---------------------------------------------------------------- */

/* Channels at the first n of SZ_LANES distances r, 0 <= r < cutoff, of neighbours with
 * the slots slot[n] (NULL: the first slot), from the tables: h and, unless NULL, dh/dr,
 * each [n][n_h]. */
void sz_radial_eval(const sz_radial *radial, int n, const int *slot, const double *r,
                    sz_real *h, sz_real *dh);

#endif
