/* SPDX-License-Identifier: BSD-3-Clause
 *
 * low_rank.h - the matrix of a collapsed kernel of zeta 2 as a sum of few squares. */
#ifndef SZ_LOW_RANK_H
#define SZ_LOW_RANK_H

#include "term/kernel.h"

/* p . A p ~ sum_r weight_r (row_r . p)^2: a kernel of zeta 2. */
typedef struct {
    int rank;               /* R */
    double *row;            /* [rank][stride] b_r */
    double *weight;         /* [rank] lambda_r, eV */
    double rms, max, bound; /* error of the omitted squares, see sz_rank */
} sz_low_rank;

/* The fewest squares whose error is at most tolerance, eV rms over the points of n
 * kernels, which use the same vectors. square [n_desc][stride]: A, both triangles. *low
 * is NULL if there are no points. */
sz_status sz_low_rank_create(sz_low_rank **low, const double *square, int n,
                             const sz_kernel *points, double tolerance, sz_error *err);
void sz_low_rank_free(sz_low_rank *low);

#endif
