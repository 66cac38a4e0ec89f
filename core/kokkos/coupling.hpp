/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coupling.hpp - two channel sets coupled to one, and back.
 *
 *   Q[l1 m1][l2 l3 b c] = sum_m2m3 T[m1 m2 m3] Y2[l2 m2][b] Y3[l3 m3][c]
 *
 *   dE/dY2[l2 m2][b] += sum T dE/dQ Y3[l3 m3][c],  dE/dY3[l3 m3][c] += sum T dE/dQ Y2[..]
 *
 * Three sums of the same form, over the entries of T sorted by what they add to: an item
 * is a row of Q, of Y2 or of Y3. */
#ifndef SZ_KOKKOS_COUPLING_HPP
#define SZ_KOKKOS_COUPLING_HPP

#include "kokkos/space.hpp"

#include <algorithm>

namespace soapz
{

/* value a[a + i] b[b + i], i < width */
struct Entry {
    int a, b, width;
    double value;
};

/* By the place that they are added to. */
typedef Lists<int, Entry> Rows;
typedef std::map<int, std::vector<Entry>> Entries;

struct Coupling {
    int n_q, n_spread; /* numbers of Q, and of a factor spread over the columns; 0: two
                          factors, no coupling */
    Rows spread[2], back[2], q, y2, y3;
};

/* The columns of factor d + 1, which are its channels if equal ones alone are coupled. */
inline void upload_spread(Store &store, const sz_compression &c, int d, Coupling &to)
{
    const sz_coupling &from = *c.coupling;
    const int stride = c.map[d + 1].stride, width = from.n_c ? from.width : stride;
    Entries spread, back;

    for (int l = 0; l <= c.l_max; l++)
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int i = 0; i < width; i++) {
                const int channel = from.n_c ? from.source[d][l * width + i] : i;

                if (channel < 0) continue;
                spread[lm * width + i].push_back({lm * stride + channel, 0, 1, 1.0});
                back[lm * stride + channel].push_back({lm * width + i, 0, 1, 1.0});
            }
    to.n_spread = std::max(to.n_spread, SZ_N_LM(c.l_max) * width);
    to.spread[d] = upload(store, spread);
    to.back[d] = upload(store, back);
}

inline Coupling upload_coupling(Store &store, const sz_compression &c)
{
    const sz_coupling *from = c.coupling;
    Entries q, y2, y3;
    Coupling to = {};

    if (!from) return to;
    for (int r = 0; r < from->n_rows; r++)
        for (int k = from->row[r].weight; k < from->row[r + 1].weight; k++) {
            const sz_coupling_weight &w = from->weight[k];
            const int width = from->row[r].width;

            q[w.q].push_back({w.y2, w.y3, width, w.value});
            y2[w.y2].push_back({w.q, w.y3, width, w.value});
            y3[w.y3].push_back({w.q, w.y2, width, w.value});
        }
    to.n_q = static_cast<int>(sz_coupling_size(&c));
    for (int d = 0; d < 2; d++) upload_spread(store, c, d, to);
    to.q = upload(store, q);
    to.y2 = upload(store, y2);
    to.y3 = upload(store, y3);
    return to;
}

/* Two spread channel sets, and the gradients of both. */
SZ_HERE size_t coupling_scratch(const Coupling &c)
{
    return 4 * static_cast<size_t>(c.n_spread);
}

/* to[row] += sum of value from[a] */
SZ_HERE void add_sums(const Team &team, const Rows &rows, const double *from, double *to)
{
    each(team, rows.n, [&](int k) {
        for (int e = rows.first[k]; e < rows.first[k + 1]; e++)
            to[rows.head[k]] += rows.part[e].value * from[rows.part[e].a];
    });
    team.team_barrier();
}

/* to[row + i] += sum of value a[a + i] b[b + i] */
SZ_HERE void add_rows(const Team &team, const Rows &rows, const double *a,
                      const double *b, double *to)
{
    each(team, rows.n, [&](int k) {
        int width = 0;

        for (int e = rows.first[k]; e < rows.first[k + 1]; e++)
            if (rows.part[e].width > width) width = rows.part[e].width;
        for (int i = 0; i < width; i += W) {
            lanes sum = load(to + rows.head[k] + i);

            for (int e = rows.first[k]; e < rows.first[k + 1]; e++) {
                const Entry &t = rows.part[e];

                sum += kept(t.value * load(a + t.a + i) * load(b + t.b + i), t.width - i);
            }
            store(to + rows.head[k] + i, sum);
        }
    });
    team.team_barrier();
}

/* The factors that are coupled, and their gradients, which may be the same array. */
struct Factors {
    const double *y2, *y3;
    double *dedy2, *dedy3;
};

SZ_STAGE void couple(const Team &team, const Coupling &c, const Factors &f,
                     double *scratch, double *q)
{
    clear(team, c.n_q, q);
    clear(team, 2 * c.n_spread, scratch);
    team.team_barrier();
    add_sums(team, c.spread[0], f.y2, scratch);
    add_sums(team, c.spread[1], f.y3, scratch + c.n_spread);
    add_rows(team, c.q, scratch, scratch + c.n_spread, q);
}

/* After couple() with the same scratch: dedy2 and dedy3 += the adjoint. */
SZ_STAGE void couple_adjoint(const Team &team, const Coupling &c, const Factors &f,
                             double *scratch, const double *dedq)
{
    double *y3 = scratch + c.n_spread, *dedy2 = y3 + c.n_spread,
           *dedy3 = dedy2 + c.n_spread;

    clear(team, 2 * c.n_spread, dedy2);
    team.team_barrier();
    add_rows(team, c.y2, dedq, y3, dedy2);
    add_rows(team, c.y3, dedq, scratch, dedy3);
    add_sums(team, c.back[0], dedy2, f.dedy2);
    add_sums(team, c.back[1], dedy3, f.dedy3);
}

} // namespace soapz

#endif
