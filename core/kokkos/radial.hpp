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

struct Table {
    int n_pieces, first[4];
    double from[4], per_r[3];
    double power;
    const double *node, *central;
};

struct Radial {
    sz_radial_spec spec;
    int turbo, n_row, n_node, n_lane, n_tables;
    int n_used[SZ_L_MAX + 1], place[SZ_L_MAX + 1];
    const Table *table; /* [n_tables] */
};

inline Radial upload(Store &store, const sz_radial &from)
{
    Radial to = {from.spec,     from.turbo, from.n_row, from.n_node, from.n_lane,
                 from.n_tables, {},         {},         nullptr};
    std::vector<Table> tables(from.n_tables);

    for (int l = 0; l <= from.spec.l_max; l++) {
        to.n_used[l] = from.n_used[l];
        to.place[l] = from.place[l];
    }
    for (int k = 0; k < from.n_tables; k++) {
        const sz_radial_table &t = from.table[k];
        const size_t n_knots = t.knots.first[t.n_pieces];
        Table &own = tables[k];

        own = Table{t.n_pieces, {}, {}, {}, t.power, nullptr, nullptr};
        for (int i = 0; i <= t.n_pieces; i++) own.first[i] = t.knots.first[i];
        for (int i = 0; i <= t.n_pieces; i++) own.from[i] = t.from[i];
        for (int i = 0; i < t.n_pieces; i++) own.per_r[i] = t.knots.per_r[i];
        own.node = store.put(t.node, n_knots * from.n_node);
        own.central = store.put(t.central, from.n_lane);
    }
    to.table = store.put(tables);
    return to;
}

/* Where a distance lies in its table: the weights of the six rows there, F included
 * where it is a factor of all. */
struct Place {
    const double *node;
    double w[6], dw[6];
    double t, f, df; /* only of soap_turbo */
};

SZ_HERE void weigh_rows(double t, double *w, double *dw)
{
    const double t2 = t * t, t3 = t2 * t, s = 1.0 - t, b = 30.0 * t2 * s * s;

    w[3] = t3 * (10.0 + t * (6.0 * t - 15.0));
    w[0] = 1.0 - w[3];
    w[1] = t + t3 * (-6.0 + t * (8.0 - 3.0 * t));
    w[4] = t3 * (-4.0 + t * (7.0 - 3.0 * t));
    w[2] = 0.5 * t2 * s * s * s;
    w[5] = 0.5 * t3 * s * s;
    dw[0] = -b;
    dw[3] = b;
    dw[1] = 1.0 + t2 * (-18.0 + t * (32.0 - 15.0 * t));
    dw[4] = t2 * (-12.0 + t * (28.0 - 15.0 * t));
    dw[2] = 0.5 * t * s * s * (2.0 - 5.0 * t);
    dw[5] = 0.5 * t2 * s * (3.0 - 5.0 * t);
}

/* F of a soap, as sz_radial_switch() */
SZ_HERE double switch_soap(const sz_radial_spec &s, double r, double *slope)
{
    const double pi = 3.14159265358979323846, x = (r - s.cutoff) / s.cutoff_width + 1.0;
    const double k = s.decay_exponent, q = s.decay_rate;
    double f = 1.0, df = 0.0, c, u, d;

    if (r > s.cutoff - s.cutoff_width) {
        f = 0.5 * (1.0 + cos(pi * x));
        df = -0.5 * pi / s.cutoff_width * sin(pi * x);
    }
    *slope = df;
    if (s.decay_exponent == 0) return f;
    c = q == 0.0 ? 1.0 : q / (1.0 + q);
    u = pow(r / s.decay_scale, k);
    d = c * (1.0 + q) / (q + u);
    *slope = df * d - f * c * k * (1.0 + q) * u / (r * (q + u) * (q + u));
    return f * d;
}

/* F of a soap_turbo, as sz_turbo_amplitude() */
SZ_HERE double switch_turbo(double power, double cutoff, double r, double *slope)
{
    const double x = r / cutoff, rest = 1.0 - x, p = rest * rest * (1.0 + 2.0 * x);
    double lower;

    *slope = 0.0;
    if (power == 0.0) return 1.0;
    if (p <= 1e-10) return 0.0;
    lower = power == 1.0 ? 1.0 : power == 2.0 ? p : pow(p, power - 1.0);
    *slope = -6.0 * x * rest * power * lower / cutoff;
    return p * lower;
}

SZ_HERE void locate(const Radial &radial, int slot, double r, Place *at)
{
    const Table &table = radial.table[radial.n_tables > 1 ? slot : 0];
    int k = 0, knot, last;
    double t, per_r;

    while (k + 1 < table.n_pieces && r >= table.from[k + 1]) k++;
    per_r = table.per_r[k];
    t = (r - table.from[k]) * per_r;
    last = table.first[k + 1] - table.first[k] - 2;
    knot = static_cast<int>(t) < last ? static_cast<int>(t) : last;
    at->node = table.node + static_cast<size_t>(table.first[k] + knot) * radial.n_node;
    at->t = t - knot;
    weigh_rows(at->t, at->w, at->dw);
    at->f = radial.turbo ? switch_turbo(table.power, radial.spec.cutoff, r, &at->df)
                         : switch_soap(radial.spec, r, &at->df);
    for (int c = 0; c < 6; c++) {
        at->dw[c] *= per_r;
        if (radial.turbo) continue;
        at->dw[c] = at->f * at->dw[c] + at->df * at->w[c];
        at->w[c] *= at->f;
    }
}

/* Columns of the nodes from c on: T is lanes, or double for one column. gap: from one
 * node to the next what stands behind its three rows. */
template <class T>
SZ_HERE void interpolate(const Place &at, int n_row, int gap, int c, T *value, T *slope)
{
    const double *node = at.node + c;
    T row = load_as<T>(node), sum = at.w[0] * row, change = at.dw[0] * row;

    for (int k = 1; k < 6; k++) {
        row = load_as<T>(node + k * n_row + (k < 3 ? 0 : gap));
        sum += at.w[k] * row;
        change += at.dw[k] * row;
    }
    *value = sum;
    *slope = change;
}

/* h_lq and its slope for the channels q .. q+W-1 */
SZ_HERE void channels(const Radial &radial, const Place &at, int l, int q, lanes *h,
                      lanes *dh)
{
    const int n = radial.n_used[l] - q;

    if (radial.turbo) {
        const double *more = at.node + 3 * radial.n_row + q, *next = more + radial.n_node;
        double a, da;

        interpolate(at, radial.n_row, radial.n_lane, radial.n_lane + l, &a, &da);
        interpolate(at, radial.n_row, radial.n_lane, q, h, dh);
        *dh += load(more) * (1.0 - at.t) + load(next) * at.t;
        *dh = a * (at.f * *dh + at.df * *h) + da * at.f * *h;
        *h *= a * at.f;
    } else {
        interpolate(at, radial.n_row, 0, radial.place[l] + q, h, dh);
    }
    *h = kept(*h, n);
    *dh = kept(*dh, n);
}

} // namespace soapz

#endif
