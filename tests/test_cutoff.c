/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_cutoff.c - slopes are slopes, both ends are smooth. */
#include "atoms/cutoff.h"
#include "check.h"
#include "numbers.h"

typedef double function(double r, double rc, double w, double *dfdr);

typedef struct {
    function *f;
    double r, rc, w;
} point;

static double value(void *context)
{
    const point *p = context;
    double unused;

    return p->f(p->r, p->rc, p->w, &unused);
}

static void test_slope(function *f)
{
    point p = {f, 0.0, 5.0, 0.7};
    double slope, inside = 0.0;

    for (int k = 0; k < 40; k++) {
        p.r = 4.2 + 0.0231 * k;
        if (fabs(p.r - 5.0) < 0.004 || fabs(p.r - 4.3) < 0.004) continue; /* the kinks */
        f(p.r, p.rc, p.w, &slope);
        CHECK_CLOSE(slope, slope_at(&p.r, 1e-3, value, &p), 1e-10);
        inside = fmax(inside, fabs(slope));
    }
    CHECK(inside > 1.0);
}

/* from one to zero; one half in the middle */
static void test_ends(function *f)
{
    double slope, last = 1.0;

    for (double r = 0.0; r < 6.0; r += 0.01) {
        double now = f(r, 5.0, 0.7, &slope);

        CHECK(now <= last && now >= 0.0 && slope <= 0.0);
        if (r <= 4.3 || r > 5.0) CHECK(slope == 0.0 && now == (r < 5.0));
        last = now;
    }
    CHECK_CLOSE(f(4.65, 5.0, 0.7, &slope), 0.5, 1e-14);
    CHECK_CLOSE(f(5.0, 5.0, 0.7, &slope), 0.0, 1e-14);
    CHECK_CLOSE(slope, 0.0, 1e-13);
    CHECK_CLOSE(f(5.0 - 1e-7, 5.0, 0.7, &slope), 0.0, 1e-13);
    CHECK_CLOSE(slope, 0.0, 1e-5);
    /* a window wider than the cutoff starts below one */
    CHECK_CLOSE(f(0.0, 2.0, 4.0, &slope), 0.5, 1e-14);
    /* width zero: a step; the slope is zero everywhere */
    CHECK(f(5.0 - 1e-12, 5.0, 0.0, &slope) == 1.0 && slope == 0.0);
    CHECK(f(5.0 + 1e-12, 5.0, 0.0, &slope) == 0.0 && slope == 0.0);
}

/* S decreases from one as 35 x^4 and reaches zero in the same way */
static void test_switch_is_flat(void)
{
    double unused;

    for (double x = 1e-3; x < 0.01; x *= 2.0) {
        double x4 = x * x * x * x;

        CHECK_CLOSE((1.0 - sz_switch(4.0 + x, 5.0, 1.0, &unused)) / x4, 35.0,
                    100.0 * x + 1e-15 / x4);
        CHECK_CLOSE(sz_switch(5.0 - x, 5.0, 1.0, &unused) / x4, 35.0,
                    100.0 * x + 1e-15 / x4);
    }
}

int main(void)
{
    function *const both[] = {sz_cutoff, sz_switch};

    for (int k = 0; k < 2; k++) {
        test_slope(both[k]);
        test_ends(both[k]);
    }
    test_switch_is_flat();
    return check_done();
}
