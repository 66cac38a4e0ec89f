/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_linalg.c - the Cholesky factor by blocks times itself is the matrix; the other
 * triangle is not touched; the first minor that is not positive is named. */
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
    return check_done();
}
