/* SPDX-License-Identifier: BSD-3-Clause
 *
 * cutoff.c - smooth switching functions for neighbours.
 *
 *   f(r) = 1                                      r <= rc - w
 *          (1 + cos(pi x)) / 2,  x = (r-rc+w)/w   between
 *          0                                      r >= rc
 *
 *   S(r) the same with 1 - 35 x^4 + 84 x^5 - 70 x^6 + 20 x^7 between. */
#include "atoms/cutoff.h"

#include <math.h>

double sz_cutoff(double r, double rc, double w, double *dfdr)
{
    const double pi = 3.14159265358979323846;
    double x;

    *dfdr = 0.0;
    if (r >= rc) return 0.0;
    if (r <= rc - w) return 1.0;
    x = (r - rc + w) / w;
    *dfdr = -0.5 * pi / w * sin(pi * x);
    return 0.5 * (1.0 + cos(pi * x));
}

long double sz_cutoff_exact(long double r, double rc, double w)
{
    const long double pi = 3.14159265358979323846264338327950288L;
    long double x = r - ((long double)rc - w);

    return x <= 0.0L ? 1.0L : 0.5L * (1.0L + cosl(pi * x / w));
}

double sz_switch(double r, double rc, double w, double *dfdr)
{
    double x, x3;

    *dfdr = 0.0;
    if (r > rc) return 0.0;
    if (r <= rc - w) return 1.0;
    x = (r - rc + w) / w;
    x3 = x * x * x;
    *dfdr = x3 * (-140.0 + x * (420.0 + x * (-420.0 + x * 140.0))) / w;
    return 1.0 + x3 * x * (-35.0 + x * (84.0 + x * (-70.0 + x * 20.0)));
}
