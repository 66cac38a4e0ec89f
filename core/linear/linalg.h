/* SPDX-License-Identifier: BSD-3-Clause
 *
 * linalg.h - LAPACK calls that allocate their own work space. */
#ifndef SZ_LINALG_H
#define SZ_LINALG_H

#include "base/error.h"

/* a [n][n] symmetric is replaced by its eigenvectors, one per row, by ascending
 * eigenvalue w [n]. */
sz_status sz_eigenvectors(int n, double *a, double *w, sz_error *err);
/* Only the eigenvalues; a is destroyed, only its part a(i,k), k <= i, is read. */
sz_status sz_eigenvalues(int n, double *a, double *w, sz_error *err);

/* Replaces the triangle uplo, 'L' or 'U', of a [n][n], column-major, by its Cholesky
 * factor. Returns 0, or k if the leading minor of order k is not positive. */
int sz_cholesky(char uplo, int n, double *a);

/* Solves A X = B for a [n][n] (destroyed); b [m][n]: right-hand sides, one per row,
 * replaced by the solutions. A singular A is SZ_ERR_NUMERIC. */
sz_status sz_solve(int n, int m, double *a, double *b, sz_error *err);

#endif
