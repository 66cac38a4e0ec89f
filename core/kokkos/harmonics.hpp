/* SPDX-License-Identifier: BSD-3-Clause
 *
 * harmonics.hpp - real spherical harmonics by Cartesian recursion, and from dE/dY to
 * dE/dr, as in harmonics.c:
 *
 *   Y_l,+m = sqrt2 A_lm(z) C_m(x,y)   Y_l,-m = sqrt2 A_lm(z) S_m(x,y)   Y_l0 = A_l0(z)
 *
 *   dE/dr = u sum_lm s_lm Y_lm + (1 - u u^T) / r sum_lm dE/dY_lm dY_lm */
#ifndef SZ_KOKKOS_HARMONICS_HPP
#define SZ_KOKKOS_HARMONICS_HPP

#include "kokkos/space.hpp"

namespace soapz
{

/* A_lm and its slope as l goes up from m; C_m and S_m as m goes up from 0. */
struct Degrees {
    lanes a, a1, da, da1;

    SZ_HERE Degrees(const sz_harmonics_factors &f, int m)
    {
        a = a1 = da = da1 = lanes{};
        a += f.diagonal[m];
    }
    SZ_HERE void next(const sz_harmonics_factors &f, int l, int m, const lanes &z)
    {
        const double up = f.a[l][m], back = f.ab[l][m];
        const lanes a2 = a1, da2 = da1;

        a1 = a;
        da1 = da;
        a = up * z * a1 - back * a2;
        da = up * (a1 + z * da1) - back * da2;
    }
};

struct Orders {
    lanes c, s, c_x, s_x; /* dS_m/dy = dC_m/dx, dC_m/dy = -dS_m/dx */

    SZ_HERE Orders()
    {
        c = s = c_x = s_x = lanes{};
        c += 1.0;
    }
    SZ_HERE void next(int m, const lanes &x, const lanes &y)
    {
        const lanes old = c;

        c_x = static_cast<double>(m) * c;
        s_x = static_cast<double>(m) * s;
        c = x * c - y * s;
        s = x * s + y * old;
    }
};

/* y: of l, m at l^2 + l + m, next apart */
SZ_HERE void harmonics(const sz_harmonics_factors &f, int l_max, const lanes *u,
                       double *y, int next)
{
    Orders o;

    for (int m = 0; m <= l_max; m++) {
        Degrees d(f, m);

        if (m > 0) o.next(m, u[0], u[1]);
        for (int l = m; l <= l_max; l++) {
            if (l > m) d.next(f, l, m, u[2]);
            store(y + (l * l + l + m) * next, d.a * o.c);
            if (m > 0) store(y + (l * l + l - m) * next, d.a * o.s);
        }
    }
}

/* dE/dr_ij of W neighbours from dE/dY_lm and s_lm, next apart */
SZ_HERE void harmonics_adjoint(const sz_harmonics_factors &f, int l_max, const lanes &r,
                               const lanes *u, const double *dedy, const double *s,
                               int next, lanes *dedr)
{
    lanes g[3] = {lanes{}, lanes{}, lanes{}}, along = lanes{}, inverse;
    Orders o;

    for (int m = 0; m <= l_max; m++) {
        lanes value[2] = {lanes{}, lanes{}}, rise[2] = {lanes{}, lanes{}},
              slope[2] = {lanes{}, lanes{}};
        Degrees d(f, m);

        if (m > 0) o.next(m, u[0], u[1]);
        for (int l = m; l <= l_max; l++) {
            if (l > m) d.next(f, l, m, u[2]);
            for (int sign = 0; sign < (m > 0 ? 2 : 1); sign++) {
                const int at = (l * l + l + (sign ? -m : m)) * next;

                value[sign] += d.a * load(dedy + at);
                rise[sign] += d.da * load(dedy + at);
                slope[sign] += d.a * load(s + at);
            }
        }
        g[0] += o.c_x * value[0] + o.s_x * value[1];
        g[1] += o.c_x * value[1] - o.s_x * value[0];
        g[2] += o.c * rise[0] + o.s * rise[1];
        along += o.c * slope[0] + o.s * slope[1];
    }
    inverse = 1.0 / r;
    along -= (u[0] * g[0] + u[1] * g[1] + u[2] * g[2]) * inverse;
    for (int k = 0; k < 3; k++) dedr[k] = u[k] * along + g[k] * inverse;
}

} // namespace soapz

#endif
