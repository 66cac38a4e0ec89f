/* SPDX-License-Identifier: BSD-3-Clause
 *
 * linalg.c - eigenvectors and linear equations.
 *
 * LAPACK's matrices are column-major: its columns are our rows, its A is our A^T. */
#include "linear/linalg.h"

#include "linear/blas.h"

#include <stdlib.h>

static sz_status eigen(const char *job, int n, double *a, double *w, sz_error *err)
{
    int lwork = -1, liwork = -1, info = 0, ask_i;
    int *iwork = NULL;
    double ask, *work = NULL;
    sz_status status = SZ_OK;

    SZ_BLAS(dsyevd)(job, "U", &n, a, &n, w, &ask, &lwork, &ask_i, &liwork, &info);
    lwork = (int)ask;
    liwork = ask_i;
    work = malloc((size_t)lwork * sizeof *work);
    iwork = malloc((size_t)liwork * sizeof *iwork);
    if (work && iwork) {
        SZ_BLAS(dsyevd)(job, "U", &n, a, &n, w, work, &lwork, iwork, &liwork, &info);
    } else {
        status = sz_fail_memory(err, (size_t)lwork * sizeof *work, "eigenvectors");
    }
    free(work);
    free(iwork);
    if (status == SZ_OK && info != 0)
        status = sz_fail(err, SZ_ERR_NUMERIC,
                         "the eigenvalues of a %d x %d matrix were not found (dsyevd "
                         "returns %d); does it contain NaN?",
                         n, n, info);
    return status;
}

sz_status sz_eigenvectors(int n, double *a, double *w, sz_error *err)
{
    return eigen("V", n, a, w, err);
}

sz_status sz_eigenvalues(int n, double *a, double *w, sz_error *err)
{
    return eigen("N", n, a, w, err);
}

/* Block by block: with 12,000 or more columns at once, OpenBLAS's dpotrf on one thread
 * writes beyond the end of its work space. */
int sz_cholesky(char uplo, int n, double *a)
{
    enum { BLOCK = 512 };
    const double one = 1.0, minus_one = -1.0;
    int upper = uplo == 'U', info = 0;

    for (int j = 0; j < n && info == 0; j += BLOCK) {
        int k = n - j < BLOCK ? n - j : BLOCK, m = n - j - k;
        double *diagonal = a + j + (size_t)j * n;
        double *panel = diagonal + (upper ? (size_t)k * n : (size_t)k);
        double *rest = diagonal + (size_t)k * n + k;

        SZ_BLAS(dpotrf)(&uplo, &k, diagonal, &n, &info);
        if (info) return j + info;
        if (m == 0) break;
        if (upper) {
            SZ_BLAS(dtrsm)("L", "U", "T", "N", &k, &m, &one, diagonal, &n, panel, &n);
            SZ_BLAS(dsyrk)("U", "T", &m, &k, &minus_one, panel, &n, &one, rest, &n);
        } else {
            SZ_BLAS(dtrsm)("R", "L", "T", "N", &m, &k, &one, diagonal, &n, panel, &n);
            SZ_BLAS(dsyrk)("L", "N", &m, &k, &minus_one, panel, &n, &one, rest, &n);
        }
    }
    return info;
}

sz_status sz_solve(int n, int m, double *a, double *b, sz_error *err)
{
    int lwork = -1, info = 0;
    double ask, *work;

    SZ_BLAS(dgels)("T", &n, &n, &m, a, &n, b, &n, &ask, &lwork, &info);
    lwork = (int)ask;
    work = malloc((size_t)lwork * sizeof *work);
    if (!work) return sz_fail_memory(err, (size_t)lwork * sizeof *work, "a solution");
    SZ_BLAS(dgels)("T", &n, &n, &m, a, &n, b, &n, work, &lwork, &info);
    free(work);
    if (info == 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC,
                   "%d equations in %d unknowns are singular (dgels returns %d)", n, n,
                   info);
}
