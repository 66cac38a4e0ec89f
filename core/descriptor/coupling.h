/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coupling.h - couples two channel sets to one, for products of three factors. */
#ifndef SZ_COUPLING_H
#define SZ_COUPLING_H

#include "descriptor/compression.h"

enum { SZ_COUPLED_L_MAX = 12 }; /* tables grow with the fourth power of l_max */

/* One number T[m1][m2][m3]; m counts from 0, that is from -l. */
typedef struct {
    int m[SZ_FACTORS];
    double value;
} sz_coupling_entry;

/* value times the product of two rows */
typedef struct {
    int q, y2, y3; /* offsets of the rows, in doubles */
    double value;
} sz_coupling_weight;

/* The weights of a row that starts at at; they end where those of the next row begin. */
typedef struct {
    int at, weight, width; /* width: columns; one, or a multiple of SZ_LANES */
} sz_coupled_row;

/* A column of Q is a pair of channels: column b n_c + c. Rows of Y2 and Y3 are copied to
 * all columns, so that they are multiplied element by element; if only equal channels are
 * multiplied (SZ_PAIRS_ELEMENT) they are used directly. */
struct sz_coupling {
    int n_c;             /* channels of Y3 in the columns; 0: used directly */
    int width;           /* width of a copied row of Y2 or Y3 */
    int stride;          /* width of Q: all (l2, l3) of an l1 next to each other */
    int *source[2];      /* [l_max+1][width] source of a column in Y2, Y3, or -1 */
    int n_rows;          /* rows of Q that are needed */
    sz_coupled_row *row; /* [n_rows + 1] */
    sz_coupling_weight *weight;
    int n_back; /* the same numbers by rows of Y2 */
    sz_coupled_row *back;
    sz_coupling_weight *back_weight;
};

/* The 3j symbol of l[3] in real harmonics, l[0]+l[1]+l[2] even: Gaunt's integral divided
 * by its Frobenius norm. At most SZ_COUPLING_MAX(l) entries, ordered by m1; returns their
 * number. No l is above SZ_COUPLED_L_MAX. */
#define SZ_COUPLING_MAX(l) ((2 * (l)[0] + 1) * (2 * (l)[1] + 1) * 2)
int sz_coupling_table(const int l[SZ_FACTORS], sz_coupling_entry *entry);

/* For the list [n] of products; column [n]: position of each in its row of Q. Uses
 * c->map. */
sz_status sz_coupling_create(sz_coupling **coupling, const sz_compression *c, int n,
                             const sz_factors *list, int *column, sz_error *err);
void sz_coupling_free(sz_coupling *coupling);
/* Size of Q of one atom, and of the scratch. */
size_t sz_coupling_size(const sz_compression *c);
size_t sz_coupling_scratch(const sz_compression *c);
/* Size of one copied Y, which is a quarter of the scratch. */
static inline size_t sz_coupling_spread(const sz_compression *c)
{
    return (size_t)(c->l_max + 1) * (c->l_max + 1) * c->coupling->width;
}

/* ---- coupling_apply.c -------------------------------------------------------------- */

/* Q [n_lm][stride] of the channels y2, y3. */
void sz_couple(const sz_compression *c, const sz_real *y2, const sz_real *y3,
               sz_real *scratch, sz_real *q);
/* After sz_couple with the same scratch: dedy2, dedy3 += the adjoint; they may be the
 * same array. */
void sz_couple_adjoint(const sz_compression *c, const sz_real *y2, const sz_real *y3,
                       sz_real *scratch, const sz_real *dedq, sz_real *dedy2,
                       sz_real *dedy3);
/* After sz_couple with the same scratch: dq for changes of y2, y3. */
void sz_couple_tangent(const sz_compression *c, const sz_real *y2, const sz_real *y3,
                       const sz_real *dy2, const sz_real *dy3, sz_real *scratch,
                       sz_real *dq);

#endif
