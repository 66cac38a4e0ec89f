/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_powers.c - x^p against powl, whole and other p, negative x and 0; the same bits
 * wherever a number stands. */
#include "check.h"
#include "linear/powers.h"
#include "numbers.h"

enum { N = 37 };

static void test_values(double p, double shift, double lo)
{
    double x[N], y[N];

    for (int i = 0; i < N; i++) x[i] = uniform(lo, 1.0);
    sz_powers(N, p, shift, x, y);
    for (int i = 0; i < N; i++) {
        double want = (double)powl((long double)x[i] + shift, p);

        /* one rounding per product; that of the sum occurs p times */
        CHECK_CLOSE(y[i], want, (4.0 + 2.0 * p) * 1.2e-16 * fabs(want));
    }
    sz_powers(N, p, shift, x, x);
    CHECK(memcmp(x, y, sizeof x) == 0);
}

/* a single number, first, in the middle and last */
static void test_places(double p)
{
    double x[N], all[N], one, product = 1.0;

    for (int i = 0; i < N; i++) x[i] = 0.3 + 0.01 * i;
    sz_powers(N, p, 0.25, x, all);
    for (int i = 0; i < N; i++) {
        sz_powers(1, p, 0.25, x + i, &one);
        CHECK(one == all[i]);
        sz_powers((size_t)(N - i), p, 0.25, x + i,
                  x + i); /* then x[i+1..] is computed again */
        CHECK(x[i] == all[i]);
        for (int j = i + 1; j < N; j++) x[j] = 0.3 + 0.01 * j;
    }
    if (sz_whole_power(p) < 0) return;
    sz_times_power(0.55, sz_whole_power(p), &product);
    x[0] = 0.3;
    sz_powers(1, p, 0.25, x, &one);
    CHECK(one == product);
}

static void test_whole(void)
{
    static const double other[] = {-1.0, -0.5, 0.5, 2.5, 3.999, 64.5, 65.0, 1e300, NAN};

    for (int p = 0; p <= 64; p++) CHECK(sz_whole_power(p) == p);
    CHECK(sz_whole_power(3.0 + 8e-16) == 3 && sz_whole_power(3.0 - 8e-16) == 3);
    CHECK(sz_whole_power(3.0 + 1e-12) == -1);
    for (size_t k = 0; k < sizeof other / sizeof *other; k++)
        CHECK(sz_whole_power(other[k]) == -1);
}

static void test_edges(void)
{
    double zero[9] = {0.0}, y[9];

    sz_powers(9, 0.0, 0.0, zero, y);
    for (int i = 0; i < 9; i++) CHECK(y[i] == 1.0);
    sz_powers(9, 5.0, 0.0, zero, y);
    for (int i = 0; i < 9; i++) CHECK(y[i] == 0.0);
    for (int i = 0; i < 9; i++) zero[i] = -2.0;
    sz_powers(9, 3.0, 0.0, zero, y);
    for (int i = 0; i < 9; i++) CHECK(y[i] == -8.0);
    sz_powers(9, 1.5, 0.0, zero, y);
    for (int i = 0; i < 9; i++) CHECK(isnan(y[i]));
    y[0] = 7.0;
    sz_powers(0, 3.0, 0.0, zero, y);
    CHECK(y[0] == 7.0);
}

int main(void)
{
    for (int p = 0; p <= 66; p++) {
        test_values(p, 0.0, -1.0);
        test_values(p, 0.36, -0.2);
        test_places(p);
    }
    for (double p = 0.5; p < 8.0; p += 0.37) {
        test_values(p, 0.0, 0.0);
        test_values(p, 0.36, 0.0);
        test_places(p);
    }
    test_whole();
    test_edges();
    return check_done();
}
