/* SPDX-License-Identifier: BSD-3-Clause
 *
 * linalg.h - LAPACK calls that bring their own work space. */
#ifndef SZ_LINALG_H
#define SZ_LINALG_H

#include "base/error.h"

/* a [n][n] symmetric becomes its eigenvectors, one a row, by ascending eigenvalue
 * w [n]. */
sz_status sz_eigenvectors(int n, double *a, double *w, sz_error *err);
/* The eigenvalues alone; a is destroyed, its part a(i,k), k <= i, is looked at. */
sz_status sz_eigenvalues(int n, double *a, double *w, sz_error *err);

/* The Cholesky factor of a [n][n], column-major, in its triangle uplo, 'L' or 'U', in
 * place of it. Returns 0, or k where the leading minor of order k is not positive. */
int sz_cholesky(char uplo, int n, double *a);

/* A X = B for a [n][n] (destroyed); b [m][n]: right-hand sides, one a row, that become
 * the solutions. A singular A is SZ_ERR_NUMERIC. */
sz_status sz_solve(int n, int m, double *a, double *b, sz_error *err);

#endif
