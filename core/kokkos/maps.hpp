/* SPDX-License-Identifier: BSD-3-Clause
 *
 * maps.hpp - linear maps of the density's channels, and their adjoints.
 *
 *   Y_l[m][k] = sum_i X_l[m][i] W_l[i][k]
 *   dE/dX_l[m][i] += sum_k dE/dY_l[m][k] W_l[i][k]
 *
 * A map that keeps species apart is X itself, one that adds species up is a list of runs
 * of lanes, and only one that mixes (species, n) at will is a matrix, kept once more
 * transposed for the way back. */
#ifndef SZ_KOKKOS_MAPS_HPP
#define SZ_KOKKOS_MAPS_HPP

#include "kokkos/space.hpp"

#include <algorithm>

namespace soapz
{

struct Map {
    int n, stride, n_runs; /* all runs are of n channels at most */
    const sz_run *run;
    const double *matrix, *transpose; /* or nullptr */
};

inline Map upload(Store &store, const sz_map &from, const sz_compression &c)
{
    const size_t size = static_cast<size_t>(c.l_max + 1) * c.n_chan * from.stride;
    Map to = {*std::max_element(from.n, from.n + c.l_max + 1),
              from.stride,
              from.n_runs,
              store.put(from.run, from.n_runs),
              nullptr,
              nullptr};

    if (from.matrix) to.matrix = store.put(from.matrix, size);
    if (from.matrix) to.transpose = store.put(from.transpose, size);
    return to;
}

/* to += the runs of from, forwards or backwards. Two items have no column in common. */
SZ_HERE void add_runs(const Team &team, const Map &map, int n_lm, const double *from,
                      int from_stride, bool back, double *to, int to_stride)
{
    each(team, n_lm, items(map.n), [&](int lm, int item) {
        const double *x = from + lm * from_stride + item * W;
        double *y = to + lm * to_stride + item * W;

        for (const sz_run *r = map.run; r < map.run + map.n_runs; r++) {
            const lanes own = load(x + (back ? r->to : r->from));
            double *at = y + (back ? r->from : r->to);

            store(at, load(at) + r->weight * kept(own, map.n - item * W));
        }
    });
}

/* to_l[m][k] += sum_i from_l[m][i] w_l[i][k]; rows of n_in and n_out numbers */
SZ_HERE void multiply(const Team &team, int l_max, const double *w, const double *from,
                      int n_in, double *to, int n_out)
{
    each(team, l_max + 1, items(n_out), [&](int l, int item) {
        const double *wl = w + static_cast<size_t>(l) * n_in * n_out + item * W;
        const double *x = from + l * l * n_in;
        double *y = to + l * l * n_out + item * W;

        product(
            2 * l + 1, n_in, [&](int m, int i) { return x[m * n_in + i]; },
            [&](int i) { return wl + static_cast<size_t>(i) * n_out; },
            [&](int m, const lanes *sum) {
                store(y + m * n_out, load(y + m * n_out) + *sum);
            });
    });
}

/* y [n_lm][stride], cleared before, from x [n_lm][n_chan] */
SZ_STAGE void map_apply(const Team &team, const Map &map, int l_max, int n_chan,
                        const double *x, double *y)
{
    if (map.matrix)
        multiply(team, l_max, map.matrix, x, n_chan, y, map.stride);
    else
        add_runs(team, map, (l_max + 1) * (l_max + 1), x, n_chan, false, y, map.stride);
    team.team_barrier();
}

/* dedx += */
SZ_STAGE void map_adjoint(const Team &team, const Map &map, int l_max, int n_chan,
                          const double *dedy, double *dedx)
{
    if (map.matrix)
        multiply(team, l_max, map.transpose, dedy, map.stride, dedx, n_chan);
    else
        add_runs(team, map, (l_max + 1) * (l_max + 1), dedy, map.stride, true, dedx,
                 n_chan);
    team.team_barrier();
}

} // namespace soapz

#endif
