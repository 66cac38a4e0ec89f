/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rows.h - the rows of K_nM: the contribution of each sparse point to the energy, the
 * forces and the virial of a frame. */
#ifndef SZ_ROWS_H
#define SZ_ROWS_H

#include "base/error.h"

typedef struct sz_gap sz_gap; /* term/gap.h */

/* Columns are the sparse points of the potential's terms, one term after the other. */
int sz_rows_columns(const sz_gap *gap);

/* Scratch of one thread for frames of any size. model is that of gap; both outlive it. */
typedef struct sz_rows sz_rows;
sz_status sz_rows_create(sz_rows **rows, const sz_model *model, const sz_gap *gap,
                         sz_error *err);
void sz_rows_free(sz_rows *rows);

/* Adds all terms of one frame, whose neighbours are list, to
 *   energy [n_columns]             dE/dalpha
 *   force  [3 n_atoms][n_columns]  d/dalpha of dE/dr_i (minus the force), or NULL
 *   virial [9][n_columns]          d/dalpha of sum_j r_x dE/dr_y (minus the virial) */
sz_status sz_rows_frame(sz_rows *rows, const sz_list *list, double *energy, double *force,
                        double *virial, sz_error *err);
/* Flops of its matrix products. */
double sz_rows_flops(const sz_rows *rows, const sz_list *list, int gradients);

#endif
