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

/* to[at + i] += value a[a + i] b[b + i], i < width */
struct Entry {
    int at, a, b, width;
    double value;
};

/* entries first .. of the next row - 1 */
struct Row {
    int at, width, first;
};

struct Rows {
    int n;
    const Row *row; /* [n + 1] */
    const Entry *entry;
};

struct Coupling {
    int n_q, width, n_c; /* as in sz_coupling; n_q 0: two factors, no coupling */
    const int *source[2];
    Rows q, y2, y3;
};

inline Rows upload(Store &store, std::vector<Entry> entries)
{
    std::vector<Row> rows;
    int k = 0;

    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry &a, const Entry &b) { return a.at < b.at; });
    for (const Entry &e : entries) {
        if (rows.empty() || rows.back().at != e.at) rows.push_back({e.at, 0, k});
        rows.back().width = std::max(rows.back().width, e.width);
        k++;
    }
    rows.push_back({0, 0, k});
    return {static_cast<int>(rows.size()) - 1, store.put(rows), store.put(entries)};
}

inline Coupling upload_coupling(Store &store, const sz_compression &c)
{
    const sz_coupling *from = c.coupling;
    std::vector<Entry> q, y2, y3;
    Coupling to = {};

    if (!from) return to;
    for (int r = 0; r < from->n_rows; r++)
        for (int k = from->row[r].weight; k < from->row[r + 1].weight; k++) {
            const sz_coupling_weight &w = from->weight[k];
            const int width = from->row[r].width;

            q.push_back({w.q, w.y2, w.y3, width, w.value});
            y2.push_back({w.y2, w.q, w.y3, width, w.value});
            y3.push_back({w.y3, w.q, w.y2, width, w.value});
        }
    to.n_q = static_cast<int>(sz_coupling_size(&c));
    to.width = from->width;
    to.n_c = from->n_c;
    for (int d = 0; d < 2 && from->n_c; d++)
        to.source[d] = store.put(from->source[d], (c.l_max + 1) * from->width);
    to.q = upload(store, q);
    to.y2 = upload(store, y2);
    to.y3 = upload(store, y3);
    return to;
}

/* Two spread channel sets, and the gradients of both. */
SZ_HERE size_t coupling_scratch(const Coupling &c, int n_lm)
{
    return c.n_c ? 4 * static_cast<size_t>(n_lm) * c.width : 0;
}

SZ_HERE void add_rows(const Team &team, const Rows &rows, const double *a,
                      const double *b, double *to)
{
    each(team, rows.n, [&](int k) {
        const Row &row = rows.row[k];

        for (int i = 0; i < row.width; i += W) {
            lanes sum = load(to + row.at + i);

            for (int e = row.first; e < rows.row[k + 1].first; e++) {
                const Entry &t = rows.entry[e];

                sum += kept(t.value * load(a + t.a + i) * load(b + t.b + i), t.width - i);
            }
            store(to + row.at + i, sum);
        }
    });
    team.team_barrier();
}

/* f(channel of y, column) of every column of the coupling that has a channel of y */
template <class F>
SZ_HERE void each_column(const Team &team, const Coupling &c, int d, int n_lm, int stride,
                         const F &f)
{
    each(team, n_lm, [&](int lm) {
        int l = 0;

        while ((l + 1) * (l + 1) <= lm) l++;
        for (int i = 0; i < c.width; i++)
            if (c.source[d][l * c.width + i] >= 0)
                f(lm * stride + c.source[d][l * c.width + i], lm * c.width + i);
    });
    team.team_barrier();
}

/* y2, y3: as channels, or spread over the columns */
struct Factors {
    const double *y2, *y3;
    double *dedy2, *dedy3;
    int stride2, stride3;
};

SZ_HERE void couple(const Team &team, const Coupling &c, int n_lm, const Factors &f,
                    double *scratch, double *q)
{
    const size_t n = static_cast<size_t>(n_lm) * c.width;

    clear(team, c.n_q, q);
    if (c.n_c) {
        clear(team, static_cast<int>(2 * n), scratch);
        team.team_barrier();
        each_column(team, c, 0, n_lm, f.stride2,
                    [&](int from, int to) { scratch[to] = f.y2[from]; });
        each_column(team, c, 1, n_lm, f.stride3,
                    [&](int from, int to) { scratch[n + to] = f.y3[from]; });
    }
    team.team_barrier();
    add_rows(team, c.q, c.n_c ? scratch : f.y2, c.n_c ? scratch + n : f.y3, q);
}

/* After couple() with the same scratch: dedy2 and dedy3 += the adjoint; they may be the
 * same array. */
SZ_HERE void couple_adjoint(const Team &team, const Coupling &c, int n_lm,
                            const Factors &f, double *scratch, const double *dedq)
{
    const size_t n = static_cast<size_t>(n_lm) * c.width;
    double *own = scratch + 2 * n;

    if (!c.n_c) {
        add_rows(team, c.y2, dedq, f.y3, f.dedy2);
        add_rows(team, c.y3, dedq, f.y2, f.dedy3);
        return;
    }
    clear(team, static_cast<int>(2 * n), own);
    team.team_barrier();
    add_rows(team, c.y2, dedq, scratch + n, own);
    add_rows(team, c.y3, dedq, scratch, own + n);
    each_column(team, c, 0, n_lm, f.stride2,
                [&](int to, int from) { f.dedy2[to] += own[from]; });
    each_column(team, c, 1, n_lm, f.stride3,
                [&](int to, int from) { f.dedy3[to] += own[n + from]; });
}

} // namespace soapz

#endif
