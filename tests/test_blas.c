/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_blas.c - the library that was linked does what the prototypes say, with 32-bit
 * integers, before and after it is tuned. */
#include "check.h"
#include "linear/blas.h"
#include "soapz.h"

enum { M = 37, N = 29, K = 41 };

static double value(int i)
{
    return sin(1.0 + 0.7 * i);
}

/* C = A B^T compared with the plain loop, all column-major */
static void check_dgemm(void)
{
    double a[M * K], b[N * K], c[M * N];
    const int m = M, n = N, k = K;
    const double one = 1.0, zero = 0.0;

    for (int i = 0; i < M * K; i++) a[i] = value(i);
    for (int i = 0; i < N * K; i++) b[i] = value(3 * i + 1);
    SZ_BLAS(dgemm)("N", "T", &m, &n, &k, &one, a, &m, b, &n, &zero, c, &m);
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < N; j++) {
            double sum = 0.0;

            for (int l = 0; l < K; l++) sum += a[i + l * M] * b[j + l * N];
            CHECK_CLOSE(c[i + j * M], sum, 1e-13 * K);
        }
    }
}

/* A = K K^T + 1 from dsyrk; x from A x = A (1, 2, 3, ...) by Cholesky */
static void check_cholesky(void)
{
    double k[N * K], a[N * N] = {0}, y[N] = {0};
    const int n = N, n_k = K, one_i = 1;
    const double one = 1.0;
    int info = -1;

    for (int i = 0; i < N * K; i++) k[i] = value(i);
    for (int i = 0; i < N; i++) a[i + i * N] = 1.0;
    SZ_BLAS(dsyrk)("L", "N", &n, &n_k, &one, k, &n, &one, a, &n);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            y[i] += (i > j ? a[i + j * N] : a[j + i * N]) * (j + 1);
    SZ_BLAS(dpotrf)("L", &n, a, &n, &info);
    CHECK(info == 0);
    SZ_BLAS(dpotrs)("L", &n, &one_i, a, &n, y, &n, &info);
    CHECK(info == 0);
    for (int i = 0; i < N; i++) CHECK_CLOSE(y[i], i + 1.0, 1e-10);
}

/* Two blocks added to R by dtpqrt: R^T R is the sum of their A^T A. */
static void check_folded_qr(void)
{
    enum { P = 5, ROWS = 12, NB = 3 };
    double r[P * P] = {0}, block[ROWS * P], t[NB * P], work[NB * P], gram[P * P] = {0};
    const int m = ROWS, n = P, l = 0, nb = NB;
    int info = -1;

    for (int fold = 0; fold < 2; fold++) {
        for (int i = 0; i < ROWS * P; i++) block[i] = value(i + 100 * fold);
        for (int i = 0; i < P * P; i++)
            for (int k = 0; k < ROWS; k++)
                gram[i] += block[k + i % P * ROWS] * block[k + i / P * ROWS];
        SZ_BLAS(dtpqrt)(&m, &n, &l, &nb, r, &n, block, &m, t, &nb, work, &info);
        CHECK(info == 0);
    }
    for (int i = 0; i < P; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = 0.0;

            for (int k = 0; k <= j; k++) sum += r[k + i * P] * r[k + j * P];
            CHECK_CLOSE(sum, gram[i + j * P], 1e-12);
        }
    }
}

/* The number of threads is read, set, and restored. */
static void check_threads(void)
{
    int host = sz_blas_set_threads(0);

    CHECK(host >= 0 && sz_blas_set_threads(-1) == host);
    if (host == 0) return; /* a BLAS without this function */
    CHECK(sz_blas_set_threads(1) == host);
    CHECK(sz_blas_set_threads(2) == 1);
    CHECK(sz_blas_set_threads(host) == 2);
    CHECK(sz_blas_set_threads(0) == host);
}

int main(void)
{
    check_threads();
    for (int pass = 0; pass < 3; pass++) {
        printf("%s\n", sz_blas_name());
        CHECK(strlen(sz_blas_name()) > 3);
        check_dgemm();
        check_cholesky();
        check_folded_qr();
        if (pass == 0) sz_blas_set_threads(1);
        if (pass == 1) sz_blas_tune();
    }
    return check_done();
}
