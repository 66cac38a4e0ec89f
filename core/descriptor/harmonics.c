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
 * As polynomials in x, y, z these extend Y off the sphere in an arbitrary way; the caller
 * projects the gradient perpendicular to u, where all extensions agree:
 *   dY(d/|d|)/dd = (1 - u u^T) dy / |d|.
 *
 * The adjoint multiplies A_lm with C_m and S_m only after the sum over l:
 *
 *   dE/dr = u sum_lm s_lm Y_lm + (1 - u u^T) / r sum_lm dE/dY_lm dY_lm
 *   sum_l v_lm Y_lm = C_m sum_l A_lm v_lm,   and likewise with S_m and the slopes */
#include "descriptor/harmonics.h"

/* Y and its gradient for one (l, +-m): part is C_m or S_m, px and py its derivatives */
SZ_INLINE void assemble(sz_lanes a, sz_lanes da, sz_lanes part, sz_lanes px, sz_lanes py,
                        sz_real *y, sz_real *dy)
{
    SZ_AT(y) = a * part;
    if (!dy) return;
    SZ_AT(dy) = a * px;
    SZ_AT(dy + SZ_LANES) = a * py;
    SZ_AT(dy + 2 * SZ_LANES) = da * part;
}

/* A_lm and its slope from the two below them, a and a1, which are shifted */
SZ_INLINE void next_degree(const sz_harmonics_factors *f, int l, int m, sz_lanes z,
                           sz_lanes *a, sz_lanes *a1, sz_lanes *da, sz_lanes *da1)
{
    const sz_real up = f->SZ_IN_REAL(a)[l][m], back = f->SZ_IN_REAL(ab)[l][m];
    sz_lanes a2 = *a1, da2 = *da1;

    *a1 = *a;
    *da1 = *da;
    *a = up * z * *a1 - back * a2;
    *da = up * (*a1 + z * *da1) - back * da2;
}

SZ_CLONES void sz_harmonics(const sz_harmonics_factors *f, const double *u, sz_real *y,
                            sz_real *dy)
{
    const int step = 3 * SZ_LANES;
    sz_lanes x = SZ_GET_NARROW(u), v = SZ_GET_NARROW(u + SZ_LANES);
    sz_lanes z = SZ_GET_NARROW(u + 2 * SZ_LANES);
    sz_lanes zero = {0}, s = zero, c = zero + (sz_real)1.0; /* C_m, S_m */
    sz_lanes c_x = zero, c_y = zero, s_x = zero;            /* dS_m/dy = dC_m/dx */

    for (int m = 0; m <= f->l_max; m++) {
        sz_lanes a = zero + (sz_real)f->diagonal[m], da = zero, a1 = zero, da1 = zero;

        if (m > 0) {
            sz_lanes c_old = c;

            c_x = (sz_real)m * c;
            s_x = (sz_real)m * s;
            c_y = -s_x;
            c = x * c - v * s;
            s = x * s + v * c_old;
        }
        for (int l = m; l <= f->l_max; l++) {
            int up = l * l + l + m, down = l * l + l - m;

            if (l > m) next_degree(f, l, m, z, &a, &a1, &da, &da1);
            assemble(a, da, c, c_x, c_y, y + up * SZ_LANES, dy ? dy + up * step : 0);
            if (m > 0)
                assemble(a, da, s, s_x, c_x, y + down * SZ_LANES,
                         dy ? dy + down * step : 0);
        }
    }
}

/* Sums over l for one m: sum A_lm dE/dY, sum A'_lm dE/dY and sum A_lm slope. */
typedef struct {
    sz_lanes value, rise, along;
} degree_sums;

SZ_INLINE void add_degree(sz_lanes a, sz_lanes da, const sz_real *dedy,
                          const sz_real *slope, degree_sums *to)
{
    to->value += a * SZ_GET(dedy);
    to->rise += da * SZ_GET(dedy);
    to->along += a * SZ_GET(slope);
}

/* The sums of +m and -m, l from m to l_max. */
SZ_INLINE void sum_degrees(const sz_harmonics_factors *f, int l_max, int m, sz_lanes z,
                           const sz_real *dedy, const sz_real *slope, degree_sums *plus,
                           degree_sums *minus)
{
    sz_lanes zero = {0}, a = zero + (sz_real)f->diagonal[m], da = zero, a1 = zero,
             da1 = zero;

    *plus = *minus = (degree_sums){zero, zero, zero};
    for (int l = m; l <= l_max; l++) {
        int up = (l * l + l + m) * SZ_LANES, down = (l * l + l - m) * SZ_LANES;

        if (l > m) next_degree(f, l, m, z, &a, &a1, &da, &da1);
        add_degree(a, da, dedy + up, slope + up, plus);
        if (m > 0) add_degree(a, da, dedy + down, slope + down, minus);
    }
}

SZ_CLONES void sz_harmonics_adjoint(const sz_harmonics_factors *f, int l_max,
                                    const double *u, const double *r, const sz_real *dedy,
                                    const sz_real *slope, double *dedr)
{
    sz_lanes x = SZ_GET_NARROW(u), v = SZ_GET_NARROW(u + SZ_LANES);
    sz_lanes z = SZ_GET_NARROW(u + 2 * SZ_LANES);
    sz_lanes zero = {0}, s = zero, c = zero + (sz_real)1.0, c_x = zero, s_x = zero;
    sz_lanes g[3] = {zero, zero, zero}, along = zero, across, inverse;

    for (int m = 0; m <= l_max; m++) {
        degree_sums plus, minus;

        if (m > 0) {
            sz_lanes c_old = c;

            c_x = (sz_real)m * c;
            s_x = (sz_real)m * s;
            c = x * c - v * s;
            s = x * s + v * c_old;
        }
        sum_degrees(f, l_max, m, z, dedy, slope, &plus, &minus);
        g[0] += c_x * plus.value + s_x * minus.value;
        g[1] += c_x * minus.value - s_x * plus.value;
        g[2] += c * plus.rise + s * minus.rise;
        along += c * plus.along + s * minus.along;
    }
    inverse = (sz_real)1.0 / SZ_GET_NARROW(r);
    across = x * g[0] + v * g[1] + z * g[2];
    along -= across * inverse;
    for (int k = 0; k < 3; k++)
        *(sz_doubles *)(dedr + k * SZ_LANES) =
            SZ_WIDEN(SZ_GET_NARROW(u + k * SZ_LANES) * along + g[k] * inverse);
}
