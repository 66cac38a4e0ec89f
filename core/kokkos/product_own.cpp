/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product_own.cpp - products in tiles that are kept in registers. */
#include "kokkos/product.hpp"

namespace soapz
{

/* with AVX-512 there are 32 registers */
constexpr int TILE_ROWS = W == 8 ? 8 : 4, TILE_LANES = ON_HOST ? 2 : 4;
constexpr int TILE_COLUMNS = TILE_LANES * W;

static int n_panels(int n_out)
{
    return (n_out + TILE_COLUMNS - 1) / TILE_COLUMNS;
}

/* entries [n_panels][n_in][TILE_COLUMNS], zero behind the end */
Matrix upload(Store &store, int n_in, int n_out, int room, const double *a,
              size_t next_in, size_t next_out)
{
    std::vector<double> panel(static_cast<size_t>(n_panels(room)) * n_in * TILE_COLUMNS);

    for (int c = 0; c < n_out; c++)
        for (int k = 0; k < n_in; k++)
            panel[(static_cast<size_t>(c / TILE_COLUMNS) * n_in + k) * TILE_COLUMNS +
                  c % TILE_COLUMNS] = a[k * next_in + c * next_out];
    return {n_in, room, store.put(panel)};
}

/* One tile: rows first .. of out, behind the end the last one once more. */
SZ_HERE void multiply_tile(const Matrix &a, int n, int first, int panel, const double *x,
                           size_t x_stride, double *out, size_t out_stride)
{
    const double *column = a.entries + static_cast<size_t>(panel) * a.n_in * TILE_COLUMNS;

    product_rows<TILE_ROWS, TILE_LANES>(
        first, a.n_in,
        [&](int r, int k) { return x[(r < n ? r : n - 1) * x_stride + k]; },
        [&](int k) { return column + k * TILE_COLUMNS; },
        [&](int r, const lanes *sum) {
            double *to = out + r * out_stride + panel * TILE_COLUMNS;

            for (int v = 0; v < TILE_LANES; v++)
                if (r < n && panel * TILE_COLUMNS + v * W < a.n_out)
                    store(to + v * W, sum[v]);
        });
}

void multiply(const Matrix &a, int n, const double *x, int x_stride, double *out,
              int out_stride)
{
    const int n_tiles = (n + TILE_ROWS - 1) / TILE_ROWS, panels = n_panels(a.n_out);
    const Matrix own = a;

    Kokkos::parallel_for(
        "soapz kernel", Kokkos::RangePolicy<Space>(0, n_tiles * panels),
        KOKKOS_LAMBDA(int item) {
            /* on a CPU a panel stays in the cache for all rows */
            const int tile = ON_HOST ? item % n_tiles : item / panels;
            const int panel = ON_HOST ? item / n_tiles : item % panels;

            multiply_tile(own, n, tile * TILE_ROWS, panel, x, x_stride, out, out_stride);
        });
}

} // namespace soapz
