/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_table.c - splines that are known in closed form come out exact, fitted functions
 * to the error that is claimed; outside the knots both go on as straight lines. */
#include "check.h"
#include "numbers.h"
#include "term/table.h"

enum { N = 9 };

/* ---- splines ---------------------------------------------------------------------- */

static double cubic(double x, double *slope)
{
    *slope = 0.7 + x * (-2.6 + x * 1.2);
    return 2.0 + x * (0.7 + x * (-1.3 + x * 0.4));
}

/* beyond both ends a straight line with the slope of the end */
static void check_ends(const sz_table *t)
{
    double lo, hi, slope, f_lo, f_hi;

    f_lo = sz_table_eval(t, t->x[0], &lo);
    f_hi = sz_table_eval(t, t->x[t->n], &hi);
    CHECK_CLOSE(sz_table_eval(t, t->x[0] - 1.5, &slope), f_lo - 1.5 * lo, 1e-12);
    CHECK_CLOSE(slope, lo, 0.0);
    CHECK_CLOSE(sz_table_eval(t, t->x[t->n] + 2.5, &slope), f_hi + 2.5 * hi, 1e-12);
    CHECK_CLOSE(slope, hi, 0.0);
}

/* with the slopes of a cubic at its ends the spline is this cubic; points in any order */
static int test_clamped(void)
{
    double x[N], y[N], y1, yn, slope, want;
    sz_table t;
    sz_error err;

    for (int k = 0; k < N; k++) {
        int place = (k * 5 + 3) % N;

        x[place] = -1.0 + 0.4 * k + (k % 3 ? 0.13 : 0.0);
        y[place] = cubic(x[place], &slope);
    }
    cubic(-1.0, &y1);
    cubic(-1.0 + 0.4 * (N - 1) + 0.13, &yn);
    CHECK_OK(sz_table_spline(&t, N, x, y, y1, yn, "here", &err), err);
    for (double r = -1.0; r <= 2.33; r += 0.0171) {
        double f = sz_table_eval(&t, r, &slope);

        CHECK_CLOSE(f, cubic(r, &want), 1e-14);
        CHECK_CLOSE(slope, want, 1e-13);
    }
    for (int k = 0; k < N; k++) CHECK_CLOSE(sz_table_eval(&t, x[k], &slope), y[k], 1e-14);
    check_ends(&t);
    sz_table_free(&t);
    sz_table_free(&t); /* harmless */
    return 0;
}

/* three points with splines computed by hand */
static int test_natural(void)
{
    const double x[] = {0.0, 1.0, 2.0}, y[] = {0.0, 1.0, 0.0};
    double slope;
    sz_table t;
    sz_error err;

    /* natural: (3x - x^3) / 2 and its mirror image */
    CHECK_OK(sz_table_spline(&t, 3, x, y, 1e30, 2e30, "here", &err), err);
    for (double r = 0.0; r <= 1.0; r += 0.05) {
        double f = 1.5 * r - 0.5 * r * r * r, df = 1.5 - 1.5 * r * r;

        CHECK_CLOSE(sz_table_eval(&t, r, &slope), f, 1e-15);
        CHECK_CLOSE(slope, df, 1e-14);
        CHECK_CLOSE(sz_table_eval(&t, 2.0 - r, &slope), f, 1e-15);
        CHECK_CLOSE(slope, -df, 1e-14);
    }
    check_ends(&t);
    sz_table_free(&t);

    /* slope 0 on the left: a x^2 + b x^3, then 1 + c (x-1) + d (x-1)^2 - d/3 (x-1)^3:
     * a + b = 1, c = 2a + 3b, 2a + 6b = 2d, 1 + c + 2/3 d = 0 */
    CHECK_OK(sz_table_spline(&t, 3, x, y, 0.0, 1e30, "here", &err), err);
    for (double r = 0.0; r <= 1.0; r += 0.05) {
        double a = 18.0 / 7.0, b = 1.0 - a, c = 2.0 * a + 3.0 * b, d = a + 3.0 * b;

        CHECK_CLOSE(sz_table_eval(&t, r, &slope), r * r * (a + b * r), 1e-14);
        CHECK_CLOSE(sz_table_eval(&t, 1.0 + r, &slope),
                    1.0 + r * (c + r * (d - d / 3.0 * r)), 1e-14);
    }
    sz_table_free(&t);

    /* two points: a straight line, or a cubic with the slopes given */
    CHECK_OK(sz_table_spline(&t, 2, x, y, 1e30, 1e30, "here", &err), err);
    CHECK_CLOSE(sz_table_eval(&t, 0.3, &slope), 0.3, 1e-15);
    sz_table_free(&t);
    CHECK_OK(sz_table_spline(&t, 2, x, y, 0.0, 0.0, "here", &err), err);
    CHECK_CLOSE(sz_table_eval(&t, 0.3, &slope), 0.3 * 0.3 * (3.0 - 0.6), 1e-15);
    sz_table_free(&t);
    return 0;
}

/* value, slope and curvature are continuous at the knots of any spline */
static int test_joints(void)
{
    double x[N], y[N], e = 1e-5;
    sz_table t;
    sz_error err;

    for (int k = 0; k < N; k++) x[k] = k + 0.4 * uniform(-1.0, 1.0);
    fill_random(y, N);
    CHECK_OK(sz_table_spline(&t, N, x, y, 1e30, -0.8, "here", &err), err);
    for (int k = 1; k < N - 1; k++) {
        double s[5], f[5];

        for (int i = 0; i < 5; i++) f[i] = sz_table_eval(&t, x[k] + (i - 2) * e, &s[i]);
        CHECK_CLOSE(f[2], y[k], 1e-14);
        CHECK_CLOSE(f[3] - f[1], 2.0 * e * s[2], 1e-13);
        CHECK_CLOSE((s[4] - s[3]) / e, (s[1] - s[0]) / e, 1e-3);
    }
    sz_table_eval(&t, x[N - 1], &y[0]);
    CHECK_CLOSE(y[0], -0.8, 1e-13);
    sz_table_free(&t);
    return 0;
}

static void test_refused(void)
{
    double x[] = {1.0, 2.0, 1.0}, y[3] = {0};
    sz_table t;
    sz_error err;

    CHECK_FAILS(sz_table_spline(&t, 1, x, y, 0, 0, "here.xml:7", &err), SZ_ERR_FORMAT,
                "here.xml:7: a spline needs two points", err);
    CHECK_FAILS(sz_table_spline(&t, 3, x, y, 0, 0, "here.xml:7", &err), SZ_ERR_FORMAT,
                "here.xml:7: two spline points share x=1", err);
}

/* ---- fitted functions ------------------------------------------------------------- */

/* smooth except for the kink at 1.3, times *size */
static long double bent(long double x, const void *size)
{
    return *(const double *)size * (sinl(2.0L * x) + powl(fabsl(x - 1.3L), 3.0L));
}

static double bent_slope(double x)
{
    double d = x - 1.3;

    return 2.0 * cos(2.0 * x) + 3.0 * d * fabs(d);
}

static int test_fit(double size)
{
    const double breaks[] = {0.2, 1.3, 4.0};
    double error, slope;
    sz_table t;
    sz_error err;

    CHECK_OK(sz_table_fit(&t, 3, breaks, 0.11, bent, &size, &err), err);
    CHECK(t.n == 10 + 25 && t.x[0] == 0.2 && t.x[10] == 1.3 && t.x[t.n] == 4.0);
    error = sz_table_error(&t, bent, &size);
    CHECK(error > 0.0 && error <= 3e-14 * size);
    for (int k = 0; k < 3000; k++) {
        double x = uniform(0.2, 4.0), f = sz_table_eval(&t, x, &slope);

        CHECK_CLOSE(f, (double)bent(x, &size), 2.0 * error);
        CHECK_CLOSE(slope, size * bent_slope(x), 1e-11 * size);
    }
    check_ends(&t);
    sz_table_free(&t);
    return 0;
}

/* a kink inside a piece increases the error */
static int test_error_is_seen(void)
{
    const double breaks[] = {0.2, 4.0};
    double size = 1.0;
    sz_table t;
    sz_error err;

    CHECK_OK(sz_table_fit(&t, 2, breaks, 1.0, bent, &size, &err), err);
    CHECK(sz_table_error(&t, bent, &size) > 1e-4);
    sz_table_free(&t);
    return 0;
}

int main(void)
{
    test_refused();
    if (test_clamped() || test_natural() || test_joints()) return 1;
    if (test_fit(1.0) || test_fit(1e-6) || test_error_is_seen()) return 1;
    return check_done();
}
