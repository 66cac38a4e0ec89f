/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial_rows.h - rows of terms that depend on one distance at a time. */
#ifndef SZ_RADIAL_ROWS_H
#define SZ_RADIAL_ROWS_H

#include "term/term.h"

typedef struct {
    const void *group;
    const sz_gap_term *term; /* of the potential */
    const int *column;       /* first column of each of them */
    sz_species species;
    double *value, *slope, *g; /* [n_sparse] of the largest term */
} sz_radial_rows;

/* A copy of like with room for this number of sparse points. */
sz_status sz_radial_rows_create(void **rows, const sz_radial_rows *like, int n_sparse,
                                sz_error *err);
void sz_radial_rows_free(void *rows);

/* Adds dE_s/dr_ij = factor slope_s r_ij / |r_ij| of n sparse points, for pair number pair
 * of atom i. */
void sz_radial_rows_add(sz_radial_rows *rows, const sz_row_frame *frame, int column,
                        int i, int pair, int n, double factor);

#endif
