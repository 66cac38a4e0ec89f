/* SPDX-License-Identifier: BSD-3-Clause
 *
 * maps.hpp - linear maps of the density's channels, and their adjoints.
 *
 *   Y_l[m][k] = sum_i X_l[m][i] W_l[i][k]
 *   dE/dX_l[m][i] += sum_k dE/dY_l[m][k] W_l[i][k]
 *
 * A map that keeps species apart is X itself; every other one is a matrix here, kept once
 * more transposed for the way back. */
#ifndef SZ_KOKKOS_MAPS_HPP
#define SZ_KOKKOS_MAPS_HPP

#include "kokkos/space.hpp"

namespace soapz
{

struct Map {
    int stride;
    const double *matrix, *transpose; /* [n_l][n_chan][stride], [n_l][stride][n_chan] */
};

/* Channels that are added up, as the matrix that they are. */
inline Map upload_runs(Store &store, const sz_map &from, const sz_compression &c)
{
    const int n_chan = c.n_chan, stride = from.stride;
    const size_t size = static_cast<size_t>(n_chan) * stride;
    std::vector<double> matrix((c.l_max + 1) * size), transpose(matrix.size());

    for (int l = 0; l <= c.l_max; l++)
        for (const sz_run *r = from.run; r < from.run + from.n_runs; r++)
            for (int i = 0; i < from.n[l]; i++) {
                matrix[l * size + (r->from + i) * stride + r->to + i] = r->weight;
                transpose[l * size + (r->to + i) * n_chan + r->from + i] = r->weight;
            }
    return {stride, store.put(matrix), store.put(transpose)};
}

inline Map upload(Store &store, const sz_map &from, const sz_compression &c)
{
    const size_t size = static_cast<size_t>(c.l_max + 1) * c.n_chan * from.stride;

    if (from.run) return upload_runs(store, from, c);
    if (!from.matrix) return {from.stride, nullptr, nullptr};
    return {from.stride, store.put(from.matrix, size), store.put(from.transpose, size)};
}

/* to_l[m][k] += sum_i from_l[m][i] w_l[i][k]; rows of n_in and n_out numbers */
SZ_STAGE void multiply(const Team &team, int l_max, const double *w, const double *from,
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
    team.team_barrier();
}

} // namespace soapz

#endif
