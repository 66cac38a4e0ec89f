/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression.c - channel maps of the compressions (Darby, Kermode, Csanyi 2021).
 *
 *   Y1_l = W1_l^T X_l,  Y2_l = W2_l^T X_l,
 *   P_l(a,b) = (2l+1)^(-1/2) sum_m Y1_l[m][a] Y2_l[m][b]
 *
 * A map that keeps all channels apart is X itself, one that sums over species adds runs
 * of lanes, one that sums over n takes the radial channel that is already the sum.
 * Species that no density tells apart share one slot of X, so they cost nothing.
 *
 * Published order: a slowest, then b (b <= a in symmetric lists), l fastest; channels
 * (species, n), n fast. Inner order: l slowest, then b, then a; in symmetric lists, where
 * the two are alike, a <= b. So the many channels of Y1 are the fast index. */
#include "compression.h"

#include "vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *sz_compression_label(int nu_R, int nu_S)
{
    static const char *const label[3][3] = {
        {"mu^=2", "nu^,mu^=1,1", "nu^=2"},
        {"mu,mu^=1,1", "nu,mu^=1,1", "nu,nu^=1,1"},
        {"mu=2", "nu,mu=1,1", "nu=2"},
    };

    return label[nu_R][nu_S];
}

static sz_status make_map(sz_compression *c, int d, const sz_radial *radial,
                          sz_error *err)
{
    sz_map *map = &c->map[d];
    int by_n = c->resolves_n[d], by_s = c->resolves_s[d];
    size_t size = (size_t)c->n_slots * sizeof *map->run;

    map->groups = by_s && by_n ? c->n_slots : 1;
    map->lanes = by_n ? radial->n_lane : SZ_PAD(c->n_slots);
    map->stride = map->groups * map->lanes;
    for (int l = 0; l <= c->l_max; l++)
        map->n[l] = by_n ? radial->n_rad[l] : by_s ? c->n_slots : 1;
    /* Y1 is X itself where nothing is summed; Y2 of a lone species is a copy */
    if (by_n && map->groups == c->n_slots && (d == 0 || c->symmetric)) return SZ_OK;
    map->run = malloc(size);
    if (!map->run) return sz_fail_memory(err, size, "the channel maps");
    map->n_runs = c->n_slots;
    for (int s = 0; s < c->n_slots; s++) {
        sz_run *run = &map->run[s];

        run->from = s * radial->n_lane + (by_n ? 0 : radial->sum);
        run->to = !by_n && by_s ? s : 0;
        run->n = by_n ? radial->n_lane : 1;
    }
    return SZ_OK;
}

static sz_status make_pairs(sz_compression *c, int plain_l, sz_error *err)
{
    size_t size;

    for (int l = 0; l <= c->l_max; l++) {
        int k1 = c->map[0].groups * c->map[0].n[l];
        int k2 = c->map[1].groups * c->map[1].n[l];

        c->first[l + 1] = c->first[l] + (c->symmetric ? k1 * (k1 + 1) / 2 : k1 * k2);
    }
    c->n_desc = c->first[c->l_max + 1];
    c->stride = SZ_PAD(c->n_desc + SZ_LANES - 1);
    size = (size_t)c->stride * sizeof *c->scale;
    c->scale = calloc(1, size);
    if (!c->scale) return sz_fail_memory(err, size, "the channel maps");
    for (int l = 0; l <= c->l_max; l++) {
        double factor = plain_l ? 1.0 : 1.0 / sqrt(2.0 * l + 1.0);
        int a = 0, b = 0;

        for (int k = c->first[l]; k < c->first[l + 1]; k++) {
            c->scale[k] = c->symmetric && b < a ? sqrt(2.0) * factor : factor;
            if (b++ == a) a++, b = 0;
        }
    }
    return SZ_OK;
}

sz_status sz_compression_create(sz_compression *c, const sz_radial *radial, int n_species,
                                int nu_R, int nu_S, int plain_l, sz_error *err)
{
    sz_status status = SZ_OK;

    memset(c, 0, sizeof *c);
    c->l_max = radial->spec.l_max;
    c->n_slots = nu_S == 0 ? 1 : n_species;
    c->n_chan = c->n_slots * radial->n_lane;
    c->symmetric = nu_R != 1 && nu_S != 1;
    for (int d = 0; d < 2 && status == SZ_OK; d++) {
        c->resolves_n[d] = nu_R > d;
        c->resolves_s[d] = nu_S > d;
        status = make_map(c, d, radial, err);
    }
    if (status == SZ_OK) status = make_pairs(c, plain_l, err);
    if (status != SZ_OK) sz_compression_free(c);
    return status;
}

void sz_compression_free(sz_compression *c)
{
    free(c->map[0].run);
    free(c->map[1].run);
    free(c->scale);
    memset(c, 0, sizeof *c);
}

/* ---- published vectors ------------------------------------------------------------ */

static int n_published(const sz_compression *c, int d, int n_max)
{
    return (c->resolves_s[d] ? c->n_slots : 1) * (c->resolves_n[d] ? n_max : 1);
}

int sz_compression_published(const sz_compression *c, int n_max)
{
    int k1 = n_published(c, 0, n_max), k2 = n_published(c, 1, n_max);

    return (c->symmetric ? k1 * (k1 + 1) / 2 : k1 * k2) * (c->l_max + 1);
}

/* out[rows][k_out] = in[rows][k_in] with every group of n_max columns times comb^T */
static void rotate(const double *in, int rows, int groups, int n_max, int n_out,
                   const double *comb, double *out)
{
    for (int row = 0; row < rows * groups; row++)
        for (int q = 0; q < n_out; q++) {
            double sum = 0.0;

            for (int n = 0; n < n_max; n++)
                sum += comb[q * n_max + n] * in[row * n_max + n];
            out[row * n_out + q] = sum;
        }
}

static void transpose(const double *in, int rows, int columns, double *out)
{
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) out[j * rows + i] = in[i * columns + j];
}

/* the published P_l as matrix [b][a], weights of symmetric lists taken off */
static void unpack(const sz_compression *c, int l, int k1, int k2,
                   const double *published, double *matrix)
{
    int n_l = c->l_max + 1, pair = 0;

    for (int a = 0; a < k1; a++)
        for (int b = 0; b < (c->symmetric ? a + 1 : k2); b++, pair++) {
            double value = published[pair * n_l + l];

            if (c->symmetric && a != b) value /= sqrt(2.0);
            matrix[b * k1 + a] = value;
            if (c->symmetric) matrix[a * k1 + b] = value;
        }
}

void sz_compression_import(const sz_compression *c, const sz_radial *radial,
                           const double *published, double *inner, double *scratch)
{
    int n_max = radial->spec.n_max;
    int k1 = n_published(c, 0, n_max), k2 = n_published(c, 1, n_max);
    double *m = scratch, *other = m + k1 * k2, *swap;

    memset(inner, 0, (size_t)c->stride * sizeof *inner);
    for (int l = 0; l <= c->l_max; l++) {
        const double *comb = radial->comb + (size_t)l * radial->n_lane * n_max;
        int rows = k2, columns = k1, n_l = radial->n_rad[l], size;
        double *out = inner + c->first[l];

        unpack(c, l, k1, k2, published, m);
        for (int d = 0; d < 2; d++) { /* rotate the columns, transpose; then the rows */
            if (c->resolves_n[d]) {
                rotate(m, rows, columns / n_max, n_max, n_l, comb, other);
                columns = columns / n_max * n_l;
                swap = m, m = other, other = swap;
            }
            transpose(m, rows, columns, other);
            swap = m, m = other, other = swap;
            size = rows, rows = columns, columns = size;
        }
        for (int b = 0; b < rows; b++)
            for (int a = 0; a < (c->symmetric ? b + 1 : columns); a++)
                *out++ = m[b * columns + a] * (c->symmetric && a != b ? sqrt(2.0) : 1.0);
    }
}

void sz_compression_publish(const sz_compression *c, int n_max, const double *inner,
                            double *published)
{
    int n_l = c->l_max + 1, k1 = n_published(c, 0, n_max), k2 = n_published(c, 1, n_max);
    int pair = 0;

    for (int a = 0; a < k1; a++)
        for (int b = 0; b < (c->symmetric ? a + 1 : k2); b++, pair++)
            for (int l = 0; l < n_l; l++)
                published[pair * n_l + l] =
                    inner[c->first[l] + (c->symmetric ? pair : b * k1 + a)];
}

/* ---- the maps --------------------------------------------------------------------- */

SZ_CLONES void sz_map_apply(const sz_map *map, int n_lm, int n_chan, const double *x,
                            double *y)
{
    memset(y, 0, (size_t)n_lm * map->stride * sizeof *y);
    for (int lm = 0; lm < n_lm; lm++)
        for (int k = 0; k < map->n_runs; k++) {
            const double *from = x + lm * n_chan + map->run[k].from;
            double *to = y + lm * map->stride + map->run[k].to;

            if (map->run[k].n == 1)
                *to += *from;
            else
                for (int i = 0; i < map->run[k].n; i += SZ_LANES)
                    SZ_AT(to + i) += SZ_GET(from + i);
        }
}

SZ_CLONES void sz_map_adjoint(const sz_map *map, int n_lm, int n_chan, const double *dedy,
                              double *dedx)
{
    for (int lm = 0; lm < n_lm; lm++)
        for (int k = 0; k < map->n_runs; k++) {
            const double *from = dedy + lm * map->stride + map->run[k].to;
            double *to = dedx + lm * n_chan + map->run[k].from;

            if (map->run[k].n == 1)
                *to += *from;
            else
                for (int i = 0; i < map->run[k].n; i += SZ_LANES)
                    SZ_AT(to + i) += SZ_GET(from + i);
        }
}
