/* SPDX-License-Identifier: BSD-3-Clause
 *
 * map.c - linear maps of the density's channels, and their adjoints.
 *
 *   Y_l[m][k] = sum_i X_l[m][i] W_l[i][k]
 *   dE/dX_l[m][i] += sum_k dE/dY_l[m][k] W_l[i][k]
 *   dE/dW_l[i][k] += sum_m X_l[m][i] dE/dY_l[m][k]
 *
 * A map that resolves species is X itself, one that sums species is a list of runs of
 * lanes, and only one that mixes (species, n) arbitrarily is a matrix, also stored
 * transposed for the adjoint. */
#include "descriptor/channels.h"
#include "linear/vec.h"

#include <stdlib.h>
#include <string.h>

/* ---- from the specification -------------------------------------------------------- */

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
    size_t first = at - i * map->stride - k; /* for this l */

    map->matrix[at] = value;
    map->transpose[first + k * n_chan + i] = value;
}

/* the matrices of y, rows in the order of X's channels, columns padded */
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
