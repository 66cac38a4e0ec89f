/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_linalg.c - the Cholesky factor by blocks times itself is the matrix; the other
 * triangle is not touched; the first minor that is not positive is named. Eigenvectors
 * are what they are called. */
#include "check.h"
#include "linear/linalg.h"
#include "numbers.h"

#include <stdlib.h>

/* i >= j: element of the triangle, (i, j) of L or (j, i) of U */
static double *at(char uplo, int n, double *a, int i, int j)
{
    return uplo == 'L' ? &a[i + (size_t)j * n] : &a[j + (size_t)i * n];
}

static void test_factor(char uplo, int n)
{
    double *a = malloc((size_t)n * n * sizeof *a), most = 0.0;
    int same = 1;

    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            *at(uplo == 'L' ? 'U' : 'L', n, a, i, j) = 7.0;
            *at(uplo, n, a, i, j) = i == j ? 3.0 : 1.0 / (1 + i - j) / (1 + i - j);
        }
    CHECK(sz_cholesky(uplo, n, a) == 0);
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j += 1 + (i % 7)) {
            double sum = 0.0;

            for (int k = 0; k <= j; k++)
                sum += *at(uplo, n, a, i, k) * *at(uplo, n, a, j, k);
            sum -= i == j ? 3.0 : 1.0 / (1 + i - j) / (1 + i - j);
            if (!(fabs(sum) <= most)) most = fabs(sum);
            if (i != j) same &= *at(uplo == 'L' ? 'U' : 'L', n, a, i, j) == 7.0;
        }
    CHECK(most < 1e-13);
    CHECK(same);
    free(a);
}

static void test_not_positive(char uplo, int n, int bad)
{
    double *a = calloc((size_t)n * n, sizeof *a);

    for (int i = 0; i < n; i++) *at(uplo, n, a, i, i) = i == bad ? -1.0 : 2.0;
    CHECK(sz_cholesky(uplo, n, a) == bad + 1);
    free(a);
}

/* A v = w v, w in order, v orthogonal. */
static int test_eigen(int n)
{
    double *a = malloc((size_t)n * n * sizeof *a), *v = malloc((size_t)n * n * sizeof *v);
    double *w = malloc((size_t)n * sizeof *w), *only = malloc((size_t)n * sizeof *only);
    sz_error err;

    if (!a || !v || !w || !only) return 1;
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            a[i + (size_t)j * n] = a[j + (size_t)i * n] = sin(1.0 + i * j + i + j);
    memcpy(v, a, (size_t)n * n * sizeof *a);
    CHECK_OK(sz_eigenvectors(n, v, w, &err), err);
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++) {
            double sum = 0.0, product = 0.0;

            for (int j = 0; j < n; j++) {
                sum += a[i + (size_t)j * n] * v[j + (size_t)k * n];
                product += v[j + (size_t)i * n] * v[j + (size_t)k * n];
            }
            CHECK_CLOSE(sum, w[k] * v[i + (size_t)k * n], 1e-13 * n);
            CHECK_CLOSE(product, i == k, 1e-13 * n);
        }
    memcpy(v, a, (size_t)n * n * sizeof *a);
    CHECK_OK(sz_eigenvalues(n, v, only, &err), err);
    for (int k = 0; k < n; k++) {
        CHECK_CLOSE(only[k], w[k], 1e-13 * n);
        CHECK(k == 0 || w[k] >= w[k - 1]);
    }
    free(a);
    free(v);
    free(w);
    free(only);
    return 0;
}

/* LAPACK finds none, and reports it only for small matrices */
static void test_eigen_nan(void)
{
    double a[25], w[5];
    sz_error err = {SZ_OK, ""};

    for (int k = 0; k < 25; k++) a[k] = NAN;
    CHECK_FAILS(sz_eigenvectors(5, a, w, &err), SZ_ERR_NUMERIC, "does it contain NaN",
                err);
}

int main(void)
{
    static const int sizes[] = {1, 2, 511, 512, 513, 1100};

    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        test_factor('L', sizes[k]);
        test_factor('U', sizes[k]);
        test_not_positive('L', sizes[k], sizes[k] - 1);
        test_not_positive('U', sizes[k], sizes[k] / 2);
    }
    CHECK(sz_cholesky('L', 0, NULL) == 0);
    test_eigen_nan();
    if (test_eigen(5) || test_eigen(40)) return 1;
    return check_done();
}
