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
    const int n = items(map.n);

    each(team, n_lm * n, [&](int item) {
        const int i = item % n * W;
        const double *x = from + item / n * from_stride + i;
        double *y = to + item / n * to_stride + i;

        for (const sz_run *r = map.run; r < map.run + map.n_runs; r++) {
            double *at = y + (back ? r->from : r->to);

            store(at, load(at) + r->weight *
                                     kept(load(x + (back ? r->to : r->from)), map.n - i));
        }
    });
}

constexpr int MAP_ROWS = 4; /* that share the loads of W */

/* to_l[m][k] += sum_i from_l[m][i] w_l[i][k]; rows of n_in and n_out numbers */
SZ_HERE void multiply(const Team &team, int l_max, const double *w, const double *from,
                      int n_in, double *to, int n_out)
{
    const int per_l = items(n_out);

    each(team, (l_max + 1) * per_l, [&](int item) {
        const int l = item / per_l, k = item % per_l * W, end = (l + 1) * (l + 1);
        const double *wl = w + static_cast<size_t>(l) * n_in * n_out + k;

        for (int lm = l * l; lm < end; lm += MAP_ROWS) {
            const double *x[MAP_ROWS]; /* behind the end the last row once more */
            lanes sum[MAP_ROWS];

            for (int r = 0; r < MAP_ROWS; r++) {
                x[r] = from + (lm + r < end ? lm + r : end - 1) * n_in;
                sum[r] = lanes{};
            }
            for (int i = 0; i < n_in; i++) {
                const lanes row = load(wl + static_cast<size_t>(i) * n_out);

                for (int r = 0; r < MAP_ROWS; r++) sum[r] += x[r][i] * row;
            }
            for (int r = 0; r < MAP_ROWS && lm + r < end; r++) {
                double *at = to + (lm + r) * n_out + k;

                store(at, load(at) + sum[r]);
            }
        }
    });
}

/* y [n_lm][stride], cleared before, from x [n_lm][n_chan] */
SZ_HERE void map_apply(const Team &team, const Map &map, int l_max, int n_chan,
                       const double *x, double *y)
{
    if (map.matrix)
        multiply(team, l_max, map.matrix, x, n_chan, y, map.stride);
    else
        add_runs(team, map, (l_max + 1) * (l_max + 1), x, n_chan, false, y, map.stride);
    team.team_barrier();
}

/* dedx += */
SZ_HERE void map_adjoint(const Team &team, const Map &map, int l_max, int n_chan,
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
