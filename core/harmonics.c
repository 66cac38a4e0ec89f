/* SPDX-License-Identifier: BSD-3-Clause
 *
 * harmonics.c - real spherical harmonics by Cartesian recursion, no trigonometry.
 *
 *   Y_l,+m = sqrt2 A_lm(z) C_m(x,y)   Y_l,-m = sqrt2 A_lm(z) S_m(x,y)   Y_l0 = A_l0(z)
 *   C_m + i S_m = (x + i y)^m
 *   A_mm = sqrt((2m+1)/(2m)) A_m-1,m-1,  A_00 = 1/sqrt(4 pi)
 *   A_lm = a (z A_l-1,m - b A_l-2,m),  a^2 = (4l^2-1)/(l^2-m^2),
 *                                      b^2 = ((l-1)^2-m^2)/(4(l-1)^2-1)
 *
 * As polynomials in x, y, z these extend Y off the sphere in some way; the caller
 * projects the gradient across u, where every extension agrees:
 *   dY(d/|d|)/dd = (1 - u u^T) dy / |d|. */
#include "harmonics.h"

#include "basis.h"

#include <math.h>
#include <string.h>

typedef double lanes[SZ_LANES];

/* A_lm and dA_lm/dz for l = m..l_max; level l at a[l] */
static inline void polynomials(const sz_harmonics_factors *f, int m,
                               const double *restrict z, lanes *restrict a,
                               lanes *restrict da)
{
    for (int k = 0; k < SZ_LANES; k++) {
        a[m][k] = f->diagonal[m];
        da[m][k] = 0.0;
    }
    for (int l = m + 1; l <= f->l_max; l++) {
        double ca = f->a[l][m], cb = f->ab[l][m];

        if (l == m + 1)
            for (int k = 0; k < SZ_LANES; k++) {
                a[l][k] = ca * z[k] * a[m][k];
                da[l][k] = ca * a[m][k];
            }
        else
            for (int k = 0; k < SZ_LANES; k++) {
                a[l][k] = ca * z[k] * a[l - 1][k] - cb * a[l - 2][k];
                da[l][k] = ca * (a[l - 1][k] + z[k] * da[l - 1][k]) - cb * da[l - 2][k];
            }
    }
}

/* y and dy of one (l, +-m): part is C_m or S_m, px and py its derivatives */
static inline void assemble(const double *restrict a, const double *restrict da,
                            const double *restrict part, const double *restrict px,
                            const double *restrict py, double *restrict y,
                            double *restrict dy)
{
    for (int k = 0; k < SZ_LANES; k++) y[k] = a[k] * part[k];
    if (!dy) return;
    for (int k = 0; k < SZ_LANES; k++) {
        dy[k] = a[k] * px[k];
        dy[SZ_LANES + k] = a[k] * py[k];
        dy[2 * SZ_LANES + k] = da[k] * part[k];
    }
}

void sz_harmonics_prepare(sz_harmonics_factors *f, int l_max)
{
    double diagonal = sqrt(0.25 / 3.14159265358979323846);

    f->l_max = l_max;
    for (int m = 0; m <= l_max; m++) {
        if (m > 0)
            diagonal *= sqrt((2.0 * m + 1.0) / (2.0 * m)) * (m == 1 ? sqrt(2.0) : 1.0);
        f->diagonal[m] = diagonal;
        for (int l = m + 1; l <= l_max; l++) {
            double k = l - 1.0, m2 = (double)m * m;

            f->a[l][m] = sqrt((4.0 * l * l - 1.0) / ((double)l * l - m2));
            f->ab[l][m] = f->a[l][m] * sqrt((k * k - m2) / (4.0 * k * k - 1.0));
        }
    }
}

SZ_CLONES void sz_harmonics(const sz_harmonics_factors *f, const double *u, double *y,
                            double *dy)
{
    const double *x = u, *v = u + SZ_LANES, *z = u + 2 * SZ_LANES;
    lanes a[SZ_L_MAX + 1], da[SZ_L_MAX + 1];
    lanes c, s, c_x, c_y, s_x; /* C_m, S_m and derivatives; dS_m/dy = dC_m/dx */
    const int step = 3 * SZ_LANES;

    memset(s, 0, sizeof s);
    memset(c_x, 0, sizeof c_x);
    memset(c_y, 0, sizeof c_y);
    memset(s_x, 0, sizeof s_x);
    for (int k = 0; k < SZ_LANES; k++) c[k] = 1.0;
    for (int m = 0; m <= f->l_max; m++) {
        for (int k = 0; k < SZ_LANES && m > 0; k++) {
            double c_old = c[k], s_old = s[k];

            c_x[k] = m * c_old;
            s_x[k] = m * s_old;
            c_y[k] = -s_x[k];
            c[k] = x[k] * c_old - v[k] * s_old;
            s[k] = x[k] * s_old + v[k] * c_old;
        }
        polynomials(f, m, z, a, da);
        for (int l = m; l <= f->l_max; l++) {
            int up = l * l + l + m, down = l * l + l - m;

            assemble(a[l], da[l], c, c_x, c_y, y + up * SZ_LANES,
                     dy ? dy + up * step : 0);
            if (m == 0) continue;
            assemble(a[l], da[l], s, s_x, c_x, y + down * SZ_LANES,
                     dy ? dy + down * step : 0);
        }
    }
}
