/* SPDX-License-Identifier: BSD-3-Clause
 *
 * map_numbers.c - channel maps with trainable numbers.
 *
 *   Y_lm,k = sum_i X_lm,i W_l(i,k)         dE/dW_l(i,k) = sum_m X_lm,i dE/dY_lm,k
 *
 * X, i = (species, n), does not depend on W and is computed once. For any compression the
 * maps are matrices here, and a number w of the compression occurs at several places:
 *
 *   species    W_l((s,n),(g,n)) = w(s,g)        for all l, n
 *   radial     W_l((s,n),(s,k)) = w(n,k)        for all l, s
 *   matrices   W_l((s,n),k)     = w_l((s,n),k), or w for all l
 *
 * so that dE/dw is the sum of dE/dW over those places. How vectors are computed from Y,
 * by pairs or otherwise, does not matter here. */
#include "descriptor/map_numbers.h"

#include "descriptor/channels.h"
#include "descriptor/compression_spec.h"
#include "descriptor/optimal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers in a compression ------------------------------------------------------ */

typedef struct {
    double *number;
    size_t n;
    int copies; /* consecutive */
} set;

/* 1 if map d is shared with another one. */
static int is_shared(const sz_compression_spec *spec, int d)
{
    for (int e = 0; e < d; e++)
        if (sz_channels_of(spec, e) == sz_channels_of(spec, d)) return 1;
    return 0;
}

static set set_of(const sz_compression_spec *spec, int d, int n_slots, int n_max,
                  int l_max)
{
    const sz_channels *y = sz_channels_of(spec, d);
    set s = {NULL, 0, 1};

    if (is_shared(spec, d)) return s;
    if (y->species == SZ_SPECIES_WEIGHTS)
        s = (set){y->weight, (size_t)n_slots * y->n_groups, 1};
    else if (y->species == SZ_SPECIES_MATRIX) {
        s.number = y->matrix;
        s.copies = y->same_l ? l_max + 1 : 1;
        for (int l = 0; l <= l_max / s.copies; l++)
            s.n += (size_t)n_slots * n_max * y->n_matrix[l];
    } else if (y->radial == SZ_RADIAL_MIX)
        s = (set){y->mix, (size_t)n_max * y->n_mix, 1};
    return s;
}

size_t sz_maps_numbers(const sz_compression_spec *spec, int n_slots, int n_max, int l_max)
{
    size_t n = 0;

    for (int d = 0; d < SZ_FACTORS; d++) n += set_of(spec, d, n_slots, n_max, l_max).n;
    return n;
}

void sz_maps_get(const sz_compression_spec *spec, int n_slots, int n_max, int l_max,
                 double *numbers)
{
    for (int d = 0; d < SZ_FACTORS; d++) {
        set s = set_of(spec, d, n_slots, n_max, l_max);

        if (s.n) memcpy(numbers, s.number, s.n * sizeof *numbers);
        numbers += s.n;
    }
}

void sz_maps_set(sz_compression_spec *spec, int n_slots, int n_max, int l_max,
                 const double *numbers)
{
    for (int d = 0; d < SZ_FACTORS; d++) {
        set s = set_of(spec, d, n_slots, n_max, l_max);

        for (int k = 0; k < s.copies && s.n; k++)
            memcpy(s.number + (size_t)k * s.n, numbers, s.n * sizeof *numbers);
        numbers += s.n;
    }
}

static set set_of_maps(const sz_maps *m, int d)
{
    const sz_compression *c = &m->soap->compression;

    return set_of(&c->spec, d, m->soap->spec.n_slots, c->n_max, c->l_max);
}

/* ---- places in the matrices -------------------------------------------------------- */

typedef struct {
    sz_maps *maps;
    int d, first; /* index of the first number of the set */
} place_list;

/* for channel (s,n) of X and column k of Y */
static void put(const place_list *p, int l, int s, int n, int k, int number)
{
    sz_maps *m = p->maps;
    const sz_compression *c = &m->soap->compression;
    size_t row = (size_t)l * c->n_chan + s * m->full->radial->n_lane + n;

    if (m->entry)
        m->entry[m->n_entries] =
            (sz_map_entry){p->d, p->first + number, row * c->map[p->d].stride + k};
    m->n_entries++;
}

static void put_matrix(const place_list *p, const sz_channels *y, int l, int before)
{
    const sz_compression *c = &p->maps->soap->compression;

    for (int s = 0; s < c->n_slots; s++)
        for (int n = 0; n < c->n_max; n++)
            for (int k = 0; k < y->n_matrix[l]; k++)
                put(p, l, s, n, k, before + (s * c->n_max + n) * y->n_matrix[l] + k);
}

static void put_all(const place_list *p, const sz_channels *y)
{
    const sz_compression *c = &p->maps->soap->compression;
    const sz_map *map = &c->map[p->d];
    int before = 0;

    for (int l = 0; l <= c->l_max; l++) {
        if (y->species == SZ_SPECIES_MATRIX) {
            put_matrix(p, y, l, before);
            if (!y->same_l) before += c->n_slots * c->n_max * y->n_matrix[l];
            continue;
        }
        for (int s = 0; s < c->n_slots; s++)
            if (y->species == SZ_SPECIES_WEIGHTS) {
                for (int n = 0; n < map->n[l]; n++)
                    for (int g = 0; g < y->n_groups; g++)
                        put(p, l, s, n, map->base + g * map->lanes + n,
                            s * y->n_groups + g);
            } else
                for (int n = 0; n < c->n_max; n++)
                    for (int k = 0; k < y->n_mix; k++)
                        put(p, l, s, n, map->base + s * map->lanes + k, n * y->n_mix + k);
    }
}

/* Counts the places; lists them if there is room for them. */
static void list_places(sz_maps *m)
{
    place_list p = {m, 0, 0};

    m->n_entries = 0;
    for (; p.d < SZ_FACTORS; p.d++) {
        set s = set_of_maps(m, p.d);

        if (s.n) put_all(&p, sz_channels_of(&m->soap->compression.spec, p.d));
        p.first += (int)s.n;
    }
    m->n = p.first;
}

/* ---- maps as matrices -------------------------------------------------------------- */

/* Replaces the map; X is that of full from now on. */
static sz_status make_matrices(sz_maps *m, sz_error *err)
{
    sz_compression *c = &m->soap->compression;

    c->n_chan = m->full->compression.n_chan;
    for (int d = 0; d < SZ_FACTORS; d++) {
        sz_map *map = &c->map[d];

        if (!set_of_maps(m, d).n) continue;
        m->n_w[d] = (size_t)(c->l_max + 1) * c->n_chan * map->stride;
        if (sz_map_make_matrix(map, c, m->full->radial->n_lane, err) != SZ_OK)
            return SZ_ERR_MEMORY;
    }
    list_places(m);
    m->entry = malloc((m->n_entries + 1) * sizeof *m->entry);
    if (!m->entry)
        return sz_fail_memory(err, m->n_entries * sizeof *m->entry, "channel maps");
    list_places(m);
    return SZ_OK;
}

sz_status sz_maps_create(sz_maps **maps, const sz_soap_spec *spec, sz_error *err)
{
    sz_maps *m = calloc(1, sizeof *m);
    sz_soap_spec full = *spec, closed = *spec;
    sz_status status;

    *maps = NULL;
    if (!m) return sz_fail_memory(err, sizeof *m, "channel maps");
    full.train.open = closed.train.open = 0;
    /* full needs X only, so few products; only the set of all of them is rotated by a
     * tolerance */
    if (full.radial.tolerance > 0.0)
        sz_compress_nu(&full.compression, 2, 2, 0, NULL);
    else
        sz_compress_diagonal(&full.compression);
    status = sz_soap_create(&m->full, &full, 0, err);
    if (status == SZ_OK) status = sz_soap_create(&m->soap, &closed, 0, err);
    if (status == SZ_OK) status = make_matrices(m, err);
    if (status == SZ_OK) {
        m->n_x =
            (size_t)SZ_N_LM(m->full->compression.l_max) * m->full->compression.n_chan;
        *maps = m;
        m = NULL;
    }
    sz_maps_free(m);
    return status;
}

void sz_maps_free(sz_maps *maps)
{
    if (!maps) return;
    sz_soap_free(maps->full);
    sz_soap_free(maps->soap);
    free(maps->entry);
    free(maps);
}

void sz_maps_load(sz_maps *maps, const double *numbers)
{
    const sz_compression *c = &maps->soap->compression;

    for (size_t k = 0; k < maps->n_entries; k++) {
        const sz_map_entry *e = &maps->entry[k];

        sz_map_put(&c->map[e->d], c->n_chan, e->at, numbers[e->number]);
    }
}

void sz_maps_fold(const sz_maps *maps, double *const *dedw, double *slope)
{
    for (size_t k = 0; k < maps->n_entries; k++)
        slope[maps->entry[k].number] += dedw[maps->entry[k].d][maps->entry[k].at];
}

void sz_maps_rescale(const sz_maps *maps, const double *model, double *numbers)
{
    for (int d = 0; d < SZ_FACTORS; d++) {
        size_t n = set_of_maps(maps, d).n;
        double want = 0.0, is = 0.0;

        for (size_t k = 0; k < n; k++) {
            want += model[k] * model[k];
            is += numbers[k] * numbers[k];
        }
        for (size_t k = 0; k < n && is > 0.0; k++) numbers[k] *= sqrt(want / is);
        model += n;
        numbers += n;
    }
}

/* ---- principal components ---------------------------------------------------------- */

/* The components of X_lm that a set mixes, and the copies that it acts on in the same
 * way. */
typedef struct {
    int n, n_alike, alike_step;
    int *channel; /* [n] */
} mixed;

static void list_mixed(mixed *x, const sz_maps *m, const sz_channels *y)
{
    const sz_compression *c = &m->soap->compression;
    int n_lane = m->full->radial->n_lane, n_max = c->n_max, n_slots = c->n_slots;

    if (y->species == SZ_SPECIES_WEIGHTS)
        *x = (mixed){n_slots, n_max, 1, x->channel};
    else if (y->species == SZ_SPECIES_MATRIX)
        *x = (mixed){n_slots * n_max, 1, 0, x->channel};
    else
        *x = (mixed){n_max, n_slots, n_lane, x->channel};
    for (int a = 0; a < x->n; a++)
        x->channel[a] = y->species == SZ_SPECIES_WEIGHTS ? a * n_lane
                                                         : a / n_max * n_lane + a % n_max;
}

/* c [n][n] += X_a X_b of one environment, for first <= lm < end */
static void add_moments(const mixed *m, const double *x, int n_chan, int first, int end,
                        double *c)
{
    for (int lm = first; lm < end; lm++)
        for (int k = 0; k < m->n_alike; k++) {
            const double *v = x + lm * n_chan + k * m->alike_step;

            for (int a = 0; a < m->n; a++)
                for (int b = 0; b < m->n; b++)
                    c[a * m->n + b] += v[m->channel[a]] * v[m->channel[b]];
        }
}

/* w [n][columns]: its first columns become the leading eigenvectors of c (destroyed); the
 * others keep their direction and get the same length. */
static sz_status put_leading(int n, int columns, double *c, double *w, sz_error *err)
{
    int keep = columns < n ? columns : n;
    double *u = malloc((size_t)n * keep * sizeof *u);
    sz_status status = u ? sz_leading_eigenvectors(n, keep, c, u, NULL, err)
                         : sz_fail_memory(err, (size_t)n * keep * 8, "eigenvectors");

    for (int a = 0; a < n && status == SZ_OK; a++)
        for (int k = 0; k < columns; k++)
            w[a * columns + k] =
                k < keep ? u[a * keep + k] : w[a * columns + k] / sqrt(n);
    free(u);
    return status;
}

static int columns_of(const sz_channels *y, int l)
{
    if (y->species == SZ_SPECIES_MATRIX) return y->n_matrix[l];
    return y->species == SZ_SPECIES_WEIGHTS ? y->n_groups : y->n_mix;
}

/* Species are distinguished by the density averaged over directions, l = 0. */
static sz_status principal(const sz_maps *maps, const sz_channels *y, mixed *m, size_t n,
                           const double *x, double *numbers, sz_error *err)
{
    int n_chan = maps->full->compression.n_chan, l_max = maps->full->compression.l_max;
    int by_l = y->species == SZ_SPECIES_MATRIX && !y->same_l;
    int last = y->species == SZ_SPECIES_WEIGHTS ? 0 : l_max;
    size_t size = (size_t)m->n * m->n;
    double *c = malloc(size * sizeof *c);
    sz_status status = c ? SZ_OK : sz_fail_memory(err, size * 8, "a covariance");

    for (int l = 0; l <= (by_l ? l_max : 0) && status == SZ_OK; l++) {
        int first = by_l ? l * l : 0, end = by_l ? (l + 1) * (l + 1) : SZ_N_LM(last);

        memset(c, 0, size * sizeof *c);
        for (size_t i = 0; i < n; i++)
            add_moments(m, x + i * maps->n_x, n_chan, first, end, c);
        status = put_leading(m->n, columns_of(y, l), c, numbers, err);
        numbers += (size_t)m->n * columns_of(y, l);
    }
    free(c);
    return status;
}

sz_status sz_maps_principal(const sz_maps *maps, size_t n, const double *x,
                            double *numbers, sz_error *err)
{
    const sz_compression *c = &maps->soap->compression;
    mixed m = {.channel = malloc(((size_t)c->n_slots * c->n_max + 1) * sizeof(int))};
    int d = 0;
    sz_status status;

    if (!m.channel) return sz_fail_memory(err, (size_t)c->n_max, "channel maps");
    while (!set_of_maps(maps, d).n) d++;
    list_mixed(&m, maps, sz_channels_of(&c->spec, d));
    status = principal(maps, sz_channels_of(&c->spec, d), &m, n, x, numbers, err);
    free(m.channel);
    return status;
}
