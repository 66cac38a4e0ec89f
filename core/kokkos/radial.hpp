/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial.hpp - radial channels and their slopes from the tables, as in radial_eval.c.
 *
 *   h(r) = F(r) sum_c w_c(t) node_c,   dh/dr likewise
 *
 *   soap        F = f_cut(r) decay(r), a factor of all functions
 *   soap_turbo  h = F R_q A_l, R and A from the nodes, F the amplitude of R */
#ifndef SZ_KOKKOS_RADIAL_HPP
#define SZ_KOKKOS_RADIAL_HPP

#include "kokkos/space.hpp"

namespace soapz
{

/* Its tables there; of the rest what describes them alone. */
inline sz_radial upload(Store &store, const sz_radial &from)
{
    std::vector<sz_radial_table> tables(from.table, from.table + from.n_tables);
    sz_radial to = from;

    for (sz_radial_table &t : tables) {
        t.node = store.put(t.node, t.knots.first[t.n_pieces] * from.n_node);
        t.central = store.put(t.central, from.n_lane);
    }
    to.table = store.put(tables);
    return to;
}

/* Where W distances lie in their table: the weights of the six rows there, F included
 * where it is a factor of all. */
struct Place {
    const double *node[W];
    double w[6][W], dw[6][W];
    double t[W], f[W], df[W];
};

#define LANES lanes
#define INLINE SZ_HERE
#include "descriptor/quintic.h"

/* f_cut and its slope; sin and cos of pi t, |t| <= 1/2, by their series, which ends at
 * 1e-17 */
SZ_HERE void cut(const sz_radial_spec &s, const double *r, double *f, double *df)
{
    const double pi = 3.14159265358979323846;
    const double inverse = s.cutoff_width > 0.0 ? 1.0 / s.cutoff_width : 0.0;
    double t[W], inside[W], before[W]; /* the last two 1 or 0 */
    lanes x, x2, even = lanes{}, odd = lanes{};

    for (int k = 0; k < W; k++) {
        const double place = (r[k] - (s.cutoff - s.cutoff_width)) * inverse;

        before[k] = place > 0.0 ? 0.0 : 1.0;
        inside[k] = place > 0.0 && place < 1.0 ? 1.0 : 0.0;
        t[k] = (place - 0.5) * inside[k];
    }
    x = pi * load(t);
    x2 = x * x;
    for (int n = 22; n >= 0; n -= 2) {
        even = 1.0 - x2 * (1.0 / ((n + 1) * (n + 2))) * even;
        odd = 1.0 - x2 * (1.0 / ((n + 2) * (n + 3))) * odd;
    }
    store(f, load(before) + load(inside) * (0.5 - 0.5 * x * odd));
    store(df, load(inside) * (-0.5 * pi * inverse) * even);
}

/* F and F' of a soap get the factor decay */
SZ_HERE void decay(const sz_radial_spec &s, double r, double *f, double *df)
{
    const double k = s.decay_exponent, q = s.decay_rate,
                 c = q == 0.0 ? 1.0 : q / (1.0 + q);
    const double u = pow(r / s.decay_scale, k), d = c * (1.0 + q) / (q + u);

    *df = *df * d - *f * c * k * (1.0 + q) * u / (r * (q + u) * (q + u));
    *f *= d;
}

/* F of a soap_turbo and its slope, as sz_turbo_amplitude() */
SZ_HERE void amplitude(double power, double cutoff, double r, double *f, double *df)
{
    const double x = r / cutoff, rest = 1.0 - x, p = rest * rest * (1.0 + 2.0 * x);
    const double lower = power == 1.0 ? 1.0 : power == 2.0 ? p : pow(p, power - 1.0);

    *f = power == 0.0 ? 1.0 : p <= 1e-10 ? 0.0 : p * lower;
    *df = *f == 0.0 ? 0.0 : -6.0 * x * rest * power * lower / cutoff;
}

SZ_HERE void find_knot(const sz_radial &radial, const sz_radial_table &table, double r,
                       Place *at, int k, double *per_r)
{
    const int *first = table.knots.first;
    int piece = 0, knot, last;
    double t;

    while (piece + 1 < table.n_pieces && r >= table.from[piece + 1]) piece++;
    *per_r = table.knots.per_r[piece];
    t = (r - table.from[piece]) * *per_r;
    last = first[piece + 1] - first[piece] - 2;
    knot = static_cast<int>(t) < last ? static_cast<int>(t) : last;
    at->node[k] = table.node + static_cast<size_t>(first[piece] + knot) * radial.n_node;
    at->t[k] = t - knot;
}

SZ_HERE void locate(const sz_radial &radial, int slot, const lanes &r, Place *at)
{
    const sz_radial_table &table = radial.table[radial.n_tables > 1 ? slot : 0];
    double length[W], per_r[W];
    lanes w[6], dw[6];

    store(length, r);
    for (int k = 0; k < W; k++) find_knot(radial, table, length[k], at, k, &per_r[k]);
    weigh_rows(load(at->t), w, dw);
    if (!radial.turbo) cut(radial.spec, length, at->f, at->df);
    for (int k = 0; k < W; k++) {
        if (radial.turbo)
            amplitude(table.power, radial.spec.cutoff, length[k], &at->f[k], &at->df[k]);
        else if (radial.spec.decay_exponent)
            decay(radial.spec, length[k], &at->f[k], &at->df[k]);
    }
    for (int c = 0; c < 6; c++) {
        const lanes f = load(at->f), slope = dw[c] * load(per_r);

        store(at->w[c], radial.turbo ? w[c] : f * w[c]);
        store(at->dw[c], radial.turbo ? slope : f * slope + load(at->df) * w[c]);
    }
}

/* Columns c .. c+W-1 of the nodes of distance i; gap: from one node to the next what
 * stands behind its three rows. */
SZ_HERE void interpolate(const Place &at, int i, int n_row, int gap, int c, lanes *value,
                         lanes *slope)
{
    const double *node = at.node[i] + c;

    *value = *slope = lanes{};
    for (int k = 0; k < 6; k++) {
        const lanes row = load(node + k * n_row + (k < 3 ? 0 : gap));

        *value += at.w[k][i] * row;
        *slope += at.dw[k][i] * row;
    }
}

/* What channels() does, of soap_turbo: R of a channel times A of its l. */
SZ_HERE void channels_turbo(const sz_radial &radial, const Place &at, int i, int c,
                            lanes *h, lanes *dh)
{
    const int n_row = radial.n_row, n_lane = radial.n_lane, l = c / n_lane,
              q = c % n_lane;
    const double *more = at.node[i] + 3 * n_row + q, *next = more + radial.n_node;
    const double t = at.t[i], f = at.f[i];
    double a, da;

    interpolate(at, i, n_row, n_lane, n_lane + l, h, dh);
    a = sum_of(kept(*h, 1));
    da = sum_of(kept(*dh, 1));
    interpolate(at, i, n_row, n_lane, q, h, dh);
    *dh += load(more) * (1.0 - t) + load(next) * t;
    *dh = a * (f * *dh + at.df[i] * *h) + da * f * *h;
    *h *= a * f;
}

/* h and its slope of distance i, columns c .. c+W-1: channel q of l is at place[l] + q */
SZ_HERE void channels(const sz_radial &radial, const Place &at, int i, int c, lanes *h,
                      lanes *dh)
{
    if (radial.turbo)
        channels_turbo(radial, at, i, c, h, dh);
    else
        interpolate(at, i, radial.n_row, 0, c, h, dh);
}

} // namespace soapz

#endif
