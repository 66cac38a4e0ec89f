/* SPDX-License-Identifier: BSD-3-Clause
 *
 * row.h - the arrays of the rows of a frame.
 *
 *   d/dr_j += dE_s/dr_ij,  d/dr_i -= dE_s/dr_ij,  virial += r_ij (x) dE_s/dr_ij */
#ifndef SZ_ROW_H
#define SZ_ROW_H

#include "base/error.h"

/* All of them are incremented. */
typedef struct {
    const sz_list *list;
    int n_columns;
    double *energy; /* [n_columns]             dE/dalpha */
    double *force;  /* [3 n_atoms][n_columns]  d/dalpha of dE/dr_i, or NULL */
    double *virial; /* [9][n_columns]          d/dalpha of sum_j r_x dE/dr_y */
} sz_row_frame;

/* The rows for the derivatives of one pair. */
typedef struct {
    double *to_j[3], *to_i[3]; /* rows of d/dr */
    double *virial;            /* [9][n_columns] */
    const double *r;           /* r_ij */
    int n_columns;
} sz_row_target;

/* For pair number pair in the row of atom i, from this column on. */
sz_row_target sz_row_find(const sz_row_frame *frame, int column, int i, int pair);
/* Adds g[s] = dE_s/dr_x of n sparse points to the rows of direction x. */
void sz_row_scatter(const sz_row_target *target, int x, int n, const double *g);

#endif
