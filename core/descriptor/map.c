/* SPDX-License-Identifier: BSD-3-Clause
 *
 * map.c - linear maps of the density's channels, and their adjoints.
 *
 *   Y_l[m][k] = sum_i X_l[m][i] W_l[i][k]
 *   dE/dX_l[m][i] += sum_k dE/dY_l[m][k] W_l[i][k]
 *   dE/dW_l[i][k] += sum_m X_l[m][i] dE/dY_l[m][k]
 *
 * A map that keeps species apart is X itself, one that adds species up is a list of runs
 * of lanes, and only one that mixes (species, n) at will is a matrix, kept once more
 * transposed for the way back. */
#include "descriptor/channels.h"
#include "linear/vec.h"

#include <stdlib.h>
#include <string.h>

/* ---- from paper -------------------------------------------------------------------- */

sz_status sz_map_make_matrix(sz_map *map, const sz_compression *c, int x_lanes,
                             sz_error *err)
{
    size_t size = (size_t)(c->l_max + 1) * c->n_chan * map->stride;

    free(map->run);
    free(map->matrix);
    free(map->transpose);
    map->run = NULL;
    map->n_runs = 0;
    map->rows = c->n_max;
    map->x_lanes = x_lanes;
    map->matrix = calloc(size, sizeof *map->matrix);
    map->transpose = calloc(size, sizeof *map->transpose);
    if (map->matrix && map->transpose) return SZ_OK;
    return sz_fail_memory(err, 2 * size * sizeof *map->matrix, "the channel maps");
}

void sz_map_put(const sz_map *map, int n_chan, size_t at, double value)
{
    size_t k = at % map->stride, i = at / map->stride % n_chan;
    size_t first = at - i * map->stride - k; /* of this l */

    map->matrix[at] = value;
    map->transpose[first + k * n_chan + i] = value;
}

/* the matrices of y, rows at the positions of X's channels, columns padded */
static sz_status make_matrix(const sz_compression *c, const sz_channels *y,
                             const sz_radial *radial, sz_map *map, sz_error *err)
{
    const double *from = y->matrix;
    sz_status status = sz_map_make_matrix(map, c, radial->n_lane, err);

    for (int l = 0; l <= c->l_max && status == SZ_OK; l++)
        for (int s = 0; s < c->n_slots; s++)
            for (int n = 0; n < c->n_max; n++)
                for (int k = 0; k < map->n[l]; k++) {
                    size_t row = (size_t)l * c->n_chan + s * radial->n_lane + n;

                    sz_map_put(map, c->n_chan, row * map->stride + k, *from++);
                }
    return status;
}

/* the weighted sums over slots */
static sz_status make_runs(const sz_compression *c, const sz_channels *y, int first,
                           const sz_radial *radial, sz_map *map, sz_error *err)
{
    size_t n = (size_t)c->n_slots * map->groups;

    map->run = malloc(n * sizeof *map->run);
    if (!map->run) return sz_fail_memory(err, n * sizeof *map->run, "channel maps");
    for (int s = 0; s < c->n_slots; s++)
        for (int g = 0; g < map->groups; g++) {
            double weight = y->weight ? y->weight[s * y->n_groups + g] : 1.0;
            sz_run run = {s * radial->n_lane + first, g * map->lanes, map->lanes, weight};

            if (weight != 0.0) map->run[map->n_runs++] = run;
        }
    return SZ_OK;
}

sz_status sz_map_create(sz_map *map, const sz_compression *c, const sz_channels *y,
                        int family, const sz_radial *radial, sz_error *err)
{
    int first = radial->family[family].first, most = 0;

    map->groups = sz_channel_groups(y, c->n_slots);
    for (int l = 0; l <= c->l_max; l++) {
        map->n[l] = y->species == SZ_SPECIES_MATRIX ? y->n_matrix[l]
                                                    : radial->family[family].n[l];
        if (map->n[l] > most) most = map->n[l];
    }
    map->lanes = radial->n_lane;
    map->base = first;
    map->stride = c->n_chan;
    if (y->species == SZ_SPECIES_APART ||
        (y->species == SZ_SPECIES_SUM && c->n_slots == 1))
        return SZ_OK;
    map->base = 0;
    map->lanes = most > 1 ? SZ_PAD(most) : 1;
    map->stride = SZ_PAD(map->groups * map->lanes);
    return y->species == SZ_SPECIES_MATRIX ? make_matrix(c, y, radial, map, err)
                                           : make_runs(c, y, first, radial, map, err);
}

void sz_map_free(sz_map *map)
{
    free(map->run);
    free(map->matrix);
    free(map->transpose);
    memset(map, 0, sizeof *map);
}

/* ---- sums over slots --------------------------------------------------------------- */

/* to[lm][0..n-1] += weight from[lm][0..n-1] */
SZ_INLINE void add_run(int n_lm, int n, double weight, const double *from,
                       int from_stride, double *to, int to_stride)
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

/* Rows of a product, and how its inner index runs: groups of used numbers, lanes apart.
 */
typedef struct {
    int groups, used, lanes;
    const double *x, *w;
    double *y;
    int x_stride, w_stride, y_stride, n; /* n: columns of y, a multiple of SZ_LANES */
} product;

/* y[r][k] (+)= sum_i x[r][i] w[i][k] for rows r */
SZ_INLINE void multiply_rows(int rows, int add, const product *p, int at)
{
    for (int k = 0; k < p->n; k += SZ_LANES) {
        double *y = p->y + at * p->y_stride + k;
        sz_lanes sum[TILE];

        for (int r = 0; r < rows; r++)
            sum[r] = add ? SZ_GET(y + r * p->y_stride) : (sz_lanes){0};
        for (int g = 0; g < p->groups; g++)
            for (int i = g * p->lanes; i < g * p->lanes + p->used; i++) {
                sz_lanes w = SZ_GET(p->w + (size_t)i * p->w_stride + k);

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

SZ_CLONES void sz_map_apply(const sz_map *map, int l_max, int n_chan, const double *x,
                            double *y)
{
    int n_lm = (l_max + 1) * (l_max + 1);

    if (!map->matrix) memset(y, 0, (size_t)n_lm * map->stride * sizeof *y);
    for (int k = 0; k < map->n_runs; k++)
        add_run(n_lm, map->run[k].n, map->run[k].weight, x + map->run[k].from, n_chan,
                y + map->run[k].to, map->stride);
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
                              const double *dedy, double *dedx)
{
    int n_lm = (l_max + 1) * (l_max + 1);

    for (int k = 0; k < map->n_runs; k++)
        add_run(n_lm, map->run[k].n, map->run[k].weight, dedy + map->run[k].to,
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

SZ_CLONES void sz_map_slope(const sz_map *map, int l_max, int n_chan, const double *x,
                            const double *dedy, double *dedw)
{
    for (int l = 0; l <= l_max; l++)
        for (int i = 0; i < n_chan; i++) {
            double *to = dedw + ((size_t)l * n_chan + i) * map->stride;

            for (int k = 0; k < map->stride; k += SZ_LANES) {
                sz_lanes sum = SZ_GET(to + k);

                for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                    sum += x[lm * n_chan + i] * SZ_GET(dedy + lm * map->stride + k);
                SZ_AT(to + k) = sum;
            }
        }
}
