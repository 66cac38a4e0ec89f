/* SPDX-License-Identifier: BSD-3-Clause
 *
 * blas.h - the BLAS and LAPACK routines used, column-major, 32-bit integers.
 *
 * SZ_BLAS(dgemm)(...) calls dgemm_, or scipy_dgemm_ if the library has a prefix
 * (SZ_BLAS_PREFIX, set by the build). */
#ifndef SZ_BLAS_H
#define SZ_BLAS_H

#ifndef SZ_BLAS_PREFIX
#define SZ_BLAS_PREFIX
#endif
#define SZ_BLAS_GLUE_(prefix, name) prefix##name##_
#define SZ_BLAS_GLUE(prefix, name) SZ_BLAS_GLUE_(prefix, name)
#define SZ_BLAS(name) SZ_BLAS_GLUE(SZ_BLAS_PREFIX, name)

/* ---- vectors and matrices ------------------------------------------------------- */

/* y = alpha op(A) x + beta y; A [m x n] */
void SZ_BLAS(dgemv)(const char *trans, const int *m, const int *n, const double *alpha,
                    const double *a, const int *lda, const double *x, const int *incx,
                    const double *beta, double *y, const int *incy);
/* C = alpha op(A) op(B) + beta C; C [m x n], inner length k */
void SZ_BLAS(dgemm)(const char *transa, const char *transb, const int *m, const int *n,
                    const int *k, const double *alpha, const double *a, const int *lda,
                    const double *b, const int *ldb, const double *beta, double *c,
                    const int *ldc);
void SZ_BLAS(sgemm)(const char *transa, const char *transb, const int *m, const int *n,
                    const int *k, const float *alpha, const float *a, const int *lda,
                    const float *b, const int *ldb, const float *beta, float *c,
                    const int *ldc);
/* C = alpha A B + beta C (side L) or alpha B A + beta C (side R), A symmetric */
void SZ_BLAS(dsymm)(const char *side, const char *uplo, const int *m, const int *n,
                    const double *alpha, const double *a, const int *lda, const double *b,
                    const int *ldb, const double *beta, double *c, const int *ldc);
/* C = alpha A A^T + beta C (trans N) or alpha A^T A + beta C (trans T); C [n x n] */
void SZ_BLAS(dsyrk)(const char *uplo, const char *trans, const int *n, const int *k,
                    const double *alpha, const double *a, const int *lda,
                    const double *beta, double *c, const int *ldc);
/* x = op(A)^-1 x, and B = alpha op(A)^-1 B or alpha B op(A)^-1; A triangular */
void SZ_BLAS(dtrsv)(const char *uplo, const char *trans, const char *diag, const int *n,
                    const double *a, const int *lda, double *x, const int *incx);
void SZ_BLAS(dtrsm)(const char *side, const char *uplo, const char *transa,
                    const char *diag, const int *m, const int *n, const double *alpha,
                    const double *a, const int *lda, double *b, const int *ldb);

/* B = alpha op(A) B or alpha B op(A); A triangular */
void SZ_BLAS(dtrmm)(const char *side, const char *uplo, const char *transa,
                    const char *diag, const int *m, const int *n, const double *alpha,
                    const double *a, const int *lda, double *b, const int *ldb);

/* ---- factorisations; lwork = -1 asks for the size in work[0] --------------------- */

/* Cholesky, and the solution of A X = B with it */
void SZ_BLAS(dpotrf)(const char *uplo, const int *n, double *a, const int *lda,
                     int *info);
void SZ_BLAS(dpotrs)(const char *uplo, const int *n, const int *nrhs, const double *a,
                     const int *lda, double *b, const int *ldb, int *info);
/* eigenvalues w, ascending, and eigenvectors (jobz V, in a) of a symmetric matrix */
void SZ_BLAS(dsyev)(const char *jobz, const char *uplo, const int *n, double *a,
                    const int *lda, double *w, double *work, const int *lwork, int *info);
void SZ_BLAS(dsyevd)(const char *jobz, const char *uplo, const int *n, double *a,
                     const int *lda, double *w, double *work, const int *lwork,
                     int *iwork, const int *liwork, int *info);
/* least squares: B [max(m,n) x nrhs] becomes the X of min |A X - B| */
void SZ_BLAS(dgels)(const char *trans, const int *m, const int *n, const int *nrhs,
                    double *a, const int *lda, double *b, const int *ldb, double *work,
                    const int *lwork, int *info);
/* A = U diag(s) V^T; a is destroyed */
void SZ_BLAS(dgesvd)(const char *jobu, const char *jobvt, const int *m, const int *n,
                     double *a, const int *lda, double *s, double *u, const int *ldu,
                     double *vt, const int *ldvt, double *work, const int *lwork,
                     int *info);
/* A = Q R by Householder reflectors */
void SZ_BLAS(dgeqrf)(const int *m, const int *n, double *a, const int *lda, double *tau,
                     double *work, const int *lwork, int *info);
/* QR of a triangle A on top of a pentagonal block B (l = 0: a full block) */
void SZ_BLAS(dtpqrt)(const int *m, const int *n, const int *l, const int *nb, double *a,
                     const int *lda, double *b, const int *ldb, double *t, const int *ldt,
                     double *work, int *info);
/* estimate of 1 / condition number (norm 1: in the 1-norm) of a triangle;
 * work [3 n], iwork [n] */
void SZ_BLAS(dtrcon)(const char *norm, const char *uplo, const char *diag, const int *n,
                     const double *a, const int *lda, double *rcond, double *work,
                     int *iwork, int *info);

#endif
