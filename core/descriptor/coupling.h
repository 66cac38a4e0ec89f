/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coupling.h - two channel sets coupled to one, for products of three factors. */
#ifndef SZ_COUPLING_H
#define SZ_COUPLING_H

#include "descriptor/compression.h"

enum { SZ_COUPLED_L_MAX = 12 }; /* tables grow with the fourth power of l_max */

/* One number T[m1][m2][m3]; m counts from 0, that is from -l. */
typedef struct {
    int m[SZ_FACTORS];
    double value;
} sz_coupling_entry;

/* Columns column .. column+n-1, n <= SZ_LANES: position b of Y2 with c .. c+n-1 of Y3,
 * or, with each, b .. b+n-1 with c .. c+n-1. */
typedef struct {
    int b, c, n, each, column;
} sz_coupled_run;

/* The next one's entries and runs start where these end. */
typedef struct {
    int l[SZ_FACTORS], entry, run;
} sz_coupled_triple;

struct sz_coupling {
    int n_triples, stride;     /* doubles in a row of Q, with room for overrun */
    sz_coupled_triple *triple; /* [n_triples + 1] */
    sz_coupling_entry *entry;
    sz_coupled_run *run;
};

/* The 3j symbol of l[3] in real harmonics, l[0]+l[1]+l[2] even: Gaunt's integral divided
 * by its Frobenius norm. At most SZ_COUPLING_MAX(l) entries by m1; returns their number.
 * The sum of l is at most 3 SZ_COUPLED_L_MAX. */
#define SZ_COUPLING_MAX(l) ((2 * (l)[0] + 1) * (2 * (l)[1] + 1) * 2)
int sz_coupling_table(const int l[SZ_FACTORS], sz_coupling_entry *entry);

/* The columns that the products list [n] need, which are those of one (l1, l2, l3, b, c)
 * next to each other; column [n]: of each product, counted apart for every l1. Uses
 * c->map. */
sz_status sz_coupling_create(sz_coupling **coupling, const sz_compression *c, int n,
                             const sz_factors *list, int *column, sz_error *err);
void sz_coupling_free(sz_coupling *coupling);

/* Q [n_lm][stride] of the channels y2, y3; columns that no product needs are anything. */
void sz_couple(const sz_compression *c, const double *y2, const double *y3, double *q);
/* dy2, dy3 += the adjoint; they may be the same array. */
void sz_couple_adjoint(const sz_compression *c, const double *y2, const double *y3,
                       const double *dedq, double *dedy2, double *dedy3);
/* dq for changes of y2, y3. */
void sz_couple_tangent(const sz_compression *c, const double *y2, const double *y3,
                       const double *dy2, const double *dy3, double *dq);

#endif
