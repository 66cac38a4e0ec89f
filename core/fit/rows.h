/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rows.h - the rows of K_nM: what each sparse point adds to the energy, the forces and
 * the virial of a frame. */
#ifndef SZ_ROWS_H
#define SZ_ROWS_H

#include "model/model.h"

/* One term of a model in the making: a descriptor, a kernel and sparse points. */
typedef struct {
    const sz_soap *soap;         /* or NULL */
    const unsigned char *centre; /* [n_species] 1 where the species is a centre */
    const int *slot;             /* [n_species] sz_soap_slot of each species */
    double delta, zeta;
    const double *p_sparse; /* [n_sparse][stride], inner order */

    const sz_pair_spec *pair;      /* or NULL */
    const sz_triplet *triplet;     /* or NULL */
    const sz_gap_term *coordinate; /* of these: kernel and sparse points */

    int n_sparse;
    int column; /* of the first sparse point in a row */
} sz_row_term;

/* The terms of a model and the GAP it was built from, columns in the
 * order of gap's coordinates; term has room for gap->n_terms. Returns how many. */
int sz_rows_terms(const sz_model *model, const sz_gap *gap, sz_row_term *term);

/* Scratch for frames of any size; NULL-safe free. z: atomic numbers of the species. */
typedef struct sz_rows sz_rows;
sz_status sz_rows_create(sz_rows **rows, int n_terms, const sz_row_term *term,
                         const int *z, sz_error *err);
void sz_rows_free(sz_rows *rows);

/* Adds all terms of one frame, whose neighbours are list, to
 *   energy [n_columns]             dE/dalpha
 *   force  [3 n_atoms][n_columns]  d/dalpha of dE/dr_i (minus the force), or NULL
 *   virial [9][n_columns]          d/dalpha of sum_j r_x dE/dr_y (minus the virial) */
sz_status sz_rows_frame(sz_rows *rows, const sz_list *list, int n_columns, double *energy,
                        double *force, double *virial, sz_error *err);

#endif
