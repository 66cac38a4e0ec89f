/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_covariance.c - f and its slope, K of one point to 19 digits and K_MM say the same
 * thing, for points of one to eight numbers. */
#include "check.h"
#include "numbers.h"
#include "term/covariance.h"

enum { M = 7, D = 8 };

static const sz_covariance kinds[] = {SZ_COVARIANCE_ARD_SE, SZ_COVARIANCE_PP,
                                      SZ_COVARIANCE_DOT_PRODUCT};

typedef struct {
    sz_gap_term c;
    double x[M * D], fc[M], theta[D];
    int perm[2 * D];
} sample;

static void make(sample *s, sz_covariance kind, int d, double zeta)
{
    memset(s, 0, sizeof *s);
    s->c = (sz_gap_term){.covariance = kind,
                         .delta = 0.7,
                         .f0 = kind == SZ_COVARIANCE_DOT_PRODUCT ? 0.0 : 0.3,
                         .zeta = zeta,
                         .n_dim = d,
                         .theta = s->theta,
                         .n_sparse = M,
                         .x_sparse = s->x,
                         .fc_sparse = s->fc};
    for (int k = 0; k < d; k++) s->theta[k] = 1.5 + 0.1 * k;
    for (int k = 0; k < M * d; k++) s->x[k] = uniform(0.1, 1.0);
    for (int k = 0; k < M; k++) s->fc[k] = uniform(0.2, 1.0);
}

static void exact(const sample *s, const double *y, long double *k)
{
    long double z[D];

    for (int i = 0; i < s->c.n_dim; i++) z[i] = y[i];
    for (int m = 0; m < M; m++)
        k[m] = sz_covariance_exact(&s->c, s->x + m * s->c.n_dim, z);
}

/* f(0) = 1, f has the tabulated values, slopes agree with finite differences */
static void test_correlation(const sample *s)
{
    const double h = 1e-4;
    double slope, up, down, skip;

    CHECK_CLOSE(sz_correlation(&s->c, 0.0, &slope), 1.0, 0.0);
    for (double q = 0.01; q < 0.97; q += 0.05) {
        sz_correlation(&s->c, q, &slope);
        up = sz_correlation(&s->c, q + h, &skip);
        down = sz_correlation(&s->c, q - h, &skip);
        CHECK_CLOSE(slope, (up - down) / (2.0 * h), 3e-4 * fabs(slope) + 1e-6);
    }
    if (s->c.covariance != SZ_COVARIANCE_PP) return;
    CHECK(sz_correlation(&s->c, 1.0, &slope) == 0.0 && slope == 0.0);
    CHECK(sz_correlation(&s->c, 7.0, &slope) == 0.0 && slope == 0.0);
}

/* values compared with 19 digits; slopes with their central differences */
static void test_row(const sample *s)
{
    double y[D], dy[D], value[M], slope[M], ahead[D];
    long double k[M], up[M], down[M];
    const double h = 1e-5;

    for (int i = 0; i < s->c.n_dim; i++) {
        y[i] = uniform(0.1, 1.0);
        dy[i] = uniform(-1.0, 1.0);
    }
    sz_covariance_row(&s->c, y, dy, value, slope);
    exact(s, y, k);
    for (int i = 0; i < s->c.n_dim; i++) ahead[i] = y[i] + h * dy[i];
    exact(s, ahead, up);
    for (int i = 0; i < s->c.n_dim; i++) ahead[i] = y[i] - h * dy[i];
    exact(s, ahead, down);
    for (int m = 0; m < M; m++) {
        double difference = (double)((up[m] - down[m]) / (2.0L * h));

        CHECK_CLOSE(value[m], (double)k[m], 4e-15 * fabs((double)k[m]));
        CHECK_CLOSE(slope[m], difference, 1e-7 * fabs(difference) + 1e-9);
    }
}

/* K_MM, without permutations and with a permutation given twice */
static int test_matrix(sample *s)
{
    double k[M * M];
    long double column[M];
    sz_error err;

    for (int twice = 0; twice < 2; twice++) {
        for (int i = 0; i < 2 * D; i++) s->perm[i] = i % s->c.n_dim;
        s->c.n_perm = twice ? 2 : 0;
        s->c.perm = twice ? s->perm : NULL;
        CHECK_OK(sz_covariance_matrix(&s->c, 0.125, k, &err), err);
        for (int t = 0; t < M; t++) {
            exact(s, s->x + t * s->c.n_dim, column);
            for (int m = 0; m < M; m++) {
                double want = (double)column[m] * s->fc[t] * s->fc[m];

                CHECK_CLOSE(k[t * M + m], want + 0.125 * (t == m), 4e-15 * (1.0 + want));
            }
        }
    }
    s->c.n_perm = 0;
    s->c.perm = NULL;
    return 0;
}

/* an exchange of two numbers: k is a sum of two f */
static void test_permuted(sample *s)
{
    static int swap[] = {0, 1, 2, 1, 0, 2};
    const double *x = s->x, *y = s->x + 3;
    const double z[3] = {x[1], x[0], x[2]};
    double one, other;

    one = sz_correlation_permuted(&s->c, x, y);
    other = sz_correlation_permuted(&s->c, z, y);
    s->c.n_perm = 2;
    s->c.perm = swap;
    CHECK_CLOSE(sz_correlation_permuted(&s->c, x, y), one + other, 1e-15);
    s->c.n_perm = 0;
    s->c.perm = NULL;
}

int main(void)
{
    for (int kind = 0; kind < 3; kind++)
        for (int d = 1; d <= D; d++)
            for (double zeta = 1.0; zeta < 5.0; zeta += 0.5) {
                sample s;

                make(&s, kinds[kind], d, zeta);
                if (kind < 2) test_correlation(&s);
                for (int k = 0; k < 5; k++) test_row(&s);
                if (test_matrix(&s)) return 1;
                if (kind < 2 && d == 3) test_permuted(&s);
            }
    return check_done();
}
