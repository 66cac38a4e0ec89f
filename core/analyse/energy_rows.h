/* SPDX-License-Identifier: BSD-3-Clause
 *
 * energy_rows.h - the vectors of all atoms of a frame, or their sum, for learning total
 * energies: components that vanish for the elements of the frame are neither stored nor
 * multiplied. */
#ifndef SZ_ENERGY_ROWS_H
#define SZ_ENERGY_ROWS_H

#include "linear/product.h"
#include "soapz_analyse.h"

/* One frame. Of the internal vector, without the null radial channels, the ranges are
 * stored one after the other. */
typedef struct {
    int n; /* number of rows: atoms, or one, their sum */
    int n_ranges, n_columns;
    sz_range *range;
    float *x; /* [n][n_columns] */
} sz_energy_rows;

/* rows [n_frames], to be freed by sz_energy_rows_free, of the frames frame[..] of data;
 * sum 1: sums. *n_desc: components of a whole vector. */
sz_status sz_energy_rows_make(sz_energy_rows **rows, int *n_desc, const sz_descriptor *d,
                              const sz_dataset *data, int n_frames, const int *frame,
                              int sum, const sz_fit_options *options, sz_error *err);
void sz_energy_rows_free(sz_energy_rows *rows, int n_frames);

/* k [n][n]: K(A,B) = sum over rows a of A and b of B of (a.b)^zeta, for the frames
 * frame[0..n-1] of rows. */
sz_status sz_energy_kernel(const sz_energy_rows *rows, int n, const int *frame, int zeta,
                           const sz_fit_options *options, double *k, sz_error *err);
/* K(A,A) of one. */
double sz_energy_square(const sz_energy_rows *rows, int zeta);

#endif
