/* SPDX-License-Identifier: BSD-3-Clause
 *
 * map_apply.c - linear maps of the density's channels, and their adjoints.
 *
 *   Y_l[m][k] = sum_i X_l[m][i] W_l[i][k]
 *   dE/dX_l[m][i] += sum_k dE/dY_l[m][k] W_l[i][k]
 *   dE/dW_l[i][k] += sum_m X_l[m][i] dE/dY_l[m][k]
 *
 * A map that resolves species is X itself, one that sums species is a list of runs of
 * lanes, and only one that mixes (species, n) arbitrarily is a matrix, also stored
 * transposed for the adjoint. */
#include "descriptor/compression.h"
#include "linear/vec.h"

#include <string.h>

/* ---- sums over slots --------------------------------------------------------------- */

/* to[lm][0..n-1] += weight from[lm][0..n-1] */
SZ_INLINE void add_run(int n_lm, int n, sz_real weight, const sz_real *from,
                       int from_stride, sz_real *to, int to_stride)
{
    if (n == 1)
        for (int lm = 0; lm < n_lm; lm++)
            to[lm * to_stride] += weight * from[lm * from_stride];
    else
        for (int i = 0; i < n; i += SZ_LANES)
            for (int lm = 0; lm < n_lm; lm++)
                SZ_AT(to + lm * to_stride + i) +=
                    weight * SZ_GET(from + lm * from_stride + i);
}

/* ---- matrices ---------------------------------------------------------------------- */

enum { TILE = 4 }; /* rows that share the loads of W */

/* Rows of a product, and the structure of its inner index: groups of used numbers, lanes
 * apart. */
typedef struct {
    int groups, used, lanes;
    const sz_real *x;
    const double *w;
    sz_real *y;
    int x_stride, w_stride, y_stride, n; /* n: columns of y, a multiple of SZ_LANES */
} product;

/* y[r][k] (+)= sum_i x[r][i] w[i][k] for rows r */
SZ_INLINE void multiply_rows(int rows, int add, const product *p, int at)
{
    for (int k = 0; k < p->n; k += SZ_LANES) {
        sz_real *y = p->y + at * p->y_stride + k;
        sz_lanes sum[TILE];

        for (int r = 0; r < rows; r++)
            sum[r] = add ? SZ_GET(y + r * p->y_stride) : (sz_lanes){0};
        for (int g = 0; g < p->groups; g++)
            for (int i = g * p->lanes; i < g * p->lanes + p->used; i++) {
                sz_lanes w = SZ_GET_NARROW(p->w + (size_t)i * p->w_stride + k);

                for (int r = 0; r < rows; r++)
                    sum[r] += p->x[(at + r) * p->x_stride + i] * w;
            }
        for (int r = 0; r < rows; r++) SZ_AT(y + r * p->y_stride) = sum[r];
    }
}

SZ_INLINE void multiply(int rows, int add, const product *p)
{
    int at = 0;

    for (; at + TILE <= rows; at += TILE) multiply_rows(TILE, add, p, at);
    for (; at + 2 <= rows; at += 2) multiply_rows(2, add, p, at);
    for (; at < rows; at++) multiply_rows(1, add, p, at);
}

SZ_CLONES void sz_map_apply(const sz_map *map, int l_max, int n_chan, const sz_real *x,
                            sz_real *y)
{
    int n_lm = (l_max + 1) * (l_max + 1);

    if (!map->matrix) memset(y, 0, (size_t)n_lm * map->stride * sizeof *y);
    for (int k = 0; k < map->n_runs; k++)
        add_run(n_lm, map->run[k].n, (sz_real)map->run[k].weight, x + map->run[k].from,
                n_chan, y + map->run[k].to, map->stride);
    for (int l = 0; l <= l_max && map->matrix; l++) {
        const product p = {n_chan / map->x_lanes,
                           map->rows,
                           map->x_lanes,
                           x + l * l * n_chan,
                           map->matrix + (size_t)l * n_chan * map->stride,
                           y + l * l * map->stride,
                           n_chan,
                           map->stride,
                           map->stride,
                           map->stride};

        multiply(2 * l + 1, 0, &p);
    }
}

SZ_CLONES void sz_map_adjoint(const sz_map *map, int l_max, int n_chan,
                              const sz_real *dedy, sz_real *dedx)
{
    int n_lm = (l_max + 1) * (l_max + 1);

    for (int k = 0; k < map->n_runs; k++)
        add_run(n_lm, map->run[k].n, (sz_real)map->run[k].weight, dedy + map->run[k].to,
                map->stride, dedx + map->run[k].from, n_chan);
    for (int l = 0; l <= l_max && map->matrix; l++) {
        const product p = {1,
                           map->n[l],
                           0,
                           dedy + l * l * map->stride,
                           map->transpose + (size_t)l * n_chan * map->stride,
                           dedx + l * l * n_chan,
                           map->stride,
                           n_chan,
                           n_chan,
                           n_chan};

        multiply(2 * l + 1, 1, &p);
    }
}

SZ_CLONES void sz_map_slope(const sz_map *map, int l_max, int n_chan, const sz_real *x,
                            const sz_real *dedy, double *dedw)
{
    for (int l = 0; l <= l_max; l++)
        for (int i = 0; i < n_chan; i++) {
            double *to = dedw + ((size_t)l * n_chan + i) * map->stride;

            for (int k = 0; k < map->stride; k += SZ_LANES) {
                sz_doubles sum = SZ_GET_DOUBLES(to + k);

                for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                    sum += (double)x[lm * n_chan + i] *
                           SZ_WIDEN(SZ_GET(dedy + lm * map->stride + k));
                *(sz_doubles *)(to + k) = sum;
            }
        }
}
