/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression.c - channel maps and pair lists (Darby, Kermode, Csanyi 2021).
 *
 *   Y1_l = W1_l^T X_l,  Y2_l = W2_l^T X_l,
 *   P_l(a,b) = (2l+1)^(-1/2) sum_m Y1_l[m][a] Y2_l[m][b]
 *
 * A map that keeps species apart is X itself, one that adds species up is a list of runs
 * of lanes, and only one that mixes (species, n) at will is a matrix. Species that no
 * density tells apart share one slot of X, so they cost nothing.
 *
 * Published order: pairs as sz_pairs_kind says, l fastest (slowest where the list depends
 * on l); channels (group, radial), radial fast. Inner order: by the species slots that a
 * pair needs, then l, then the slow channel, then the fast one, which has the consecutive
 * positions. The slow channel is Y2's; in symmetric lists it is the larger of the two. */
#include "compression.h"

#include "vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the specification ------------------------------------------------------------- */

static size_t matrix_size(const sz_channels *y, int n_slots, int n_max, int l_max)
{
    size_t size = 0;

    for (int l = 0; l <= l_max && y->matrix; l++)
        size += (size_t)n_slots * n_max * y->n_matrix[l];
    return size;
}

void sz_compression_spec_free(sz_compression_spec *spec)
{
    for (int d = 0; d < 2; d++) {
        free(spec->y[d].weight);
        free(spec->y[d].mix);
        free(spec->y[d].matrix);
        spec->y[d].weight = spec->y[d].mix = spec->y[d].matrix = NULL;
    }
}

static int same(const double *a, const double *b, size_t n)
{
    return !a == !b && (!a || memcmp(a, b, n * sizeof *a) == 0);
}

int sz_compression_spec_equal(const sz_compression_spec *a, const sz_compression_spec *b,
                              int n_slots, int n_max, int l_max)
{
    if (strcmp(a->label, b->label) != 0 || a->symmetric != b->symmetric ||
        a->pairs != b->pairs || a->root2 != b->root2)
        return 0;
    for (int d = 0; d < 2; d++) {
        const sz_channels *p = &a->y[d], *q = &b->y[d];

        if (p->species != q->species || p->radial != q->radial ||
            p->n_groups != q->n_groups || p->n_mix != q->n_mix ||
            memcmp(p->n_matrix, q->n_matrix, sizeof p->n_matrix) != 0 ||
            !same(p->weight, q->weight, (size_t)n_slots * p->n_groups) ||
            !same(p->mix, q->mix, (size_t)n_max * p->n_mix) ||
            !same(p->matrix, q->matrix, matrix_size(p, n_slots, n_max, l_max)))
            return 0;
    }
    return 1;
}

static double *copy_array(const double *from, size_t n, int *failed)
{
    double *to;

    if (!from) return NULL;
    to = malloc(n * sizeof *to + 1);
    if (to)
        memcpy(to, from, n * sizeof *to);
    else
        *failed = 1;
    return to;
}

sz_status sz_compression_spec_copy(sz_compression_spec *to,
                                   const sz_compression_spec *from, int n_slots,
                                   int n_max, int l_max, sz_error *err)
{
    int failed = 0;

    *to = *from;
    for (int d = 0; d < 2; d++) {
        const sz_channels *y = &from->y[d];

        to->y[d].weight = copy_array(y->weight, (size_t)n_slots * y->n_groups, &failed);
        to->y[d].mix = copy_array(y->mix, (size_t)n_max * y->n_mix, &failed);
        to->y[d].matrix =
            copy_array(y->matrix, matrix_size(y, n_slots, n_max, l_max), &failed);
    }
    if (!failed) return SZ_OK;
    sz_compression_spec_free(to);
    return sz_fail_memory(err, 1, "the weights of a compression");
}

static const sz_channels *channels(const sz_compression_spec *spec, int d)
{
    return &spec->y[spec->symmetric ? 0 : d];
}

int sz_compression_families(const sz_compression_spec *spec, sz_radial_family family[2],
                            int index[2], int *reducible)
{
    int n = 0;

    *reducible = spec->pairs == SZ_PAIRS_ALL;
    for (int d = 0; d < 2; d++) {
        const sz_channels *y = channels(spec, d);

        if (y->species == SZ_SPECIES_MATRIX || y->radial == SZ_RADIAL_MIX) *reducible = 0;
        for (index[d] = 0; index[d] < n; index[d]++)
            if (family[index[d]].kind == y->radial && family[index[d]].mix == y->mix)
                break;
        if (index[d] < n) continue;
        family[n].kind = y->radial;
        family[n].n_mix = y->n_mix;
        family[n++].mix = y->mix;
    }
    return n;
}

/* groups of channels, and channels of a group of l in the published vector */
static int n_groups(const sz_channels *y, int n_species)
{
    if (y->species == SZ_SPECIES_APART) return n_species;
    return y->species == SZ_SPECIES_WEIGHTS ? y->n_groups : 1;
}

static int n_radial(const sz_channels *y, int n_max, int l)
{
    if (y->species == SZ_SPECIES_MATRIX) return y->n_matrix[l];
    switch (y->radial) {
    case SZ_RADIAL_N:
        return n_max;
    case SZ_RADIAL_SUM:
        return 1;
    case SZ_RADIAL_MIX:
        return y->n_mix;
    default:
        return 2 * l + 1;
    }
}

/* ---- the list of pairs ------------------------------------------------------------- */

typedef struct {
    int a, b; /* channels of Y1 and Y2 */
} pair;

static void put(pair *list, int *n, int a, int b)
{
    if (list) {
        list[*n].a = a;
        list[*n].b = b;
    }
    (*n)++;
}

/* The pairs of one l in published order, for g1, g2 groups of n1, n2 channels; only
 * counted where list is NULL. */
static int list_pairs(const sz_compression_spec *spec, int l, int g1, int n1, int g2,
                      int n2, pair *list)
{
    int k1 = g1 * n1, k2 = g2 * n2, sym = spec->symmetric, n = 0;

    switch (spec->pairs) {
    case SZ_PAIRS_ALL:
        for (int a = 0; a < k1; a++)
            for (int b = 0; b < (sym ? a + 1 : k2); b++) put(list, &n, a, b);
        break;
    case SZ_PAIRS_IN_GROUP:
        for (int a = 0; a < k1; a++)
            for (int b = 0; b < (sym ? a % n1 + 1 : n2); b++)
                put(list, &n, a, a / n1 * n2 + b);
        break;
    case SZ_PAIRS_SAME_LANE:
        for (int s = 0; s < g1; s++)
            for (int t = 0; t < (sym ? s + 1 : g2); t++)
                for (int k = 0; k < n1; k++) put(list, &n, s * n1 + k, t * n2 + k);
        break;
    case SZ_PAIRS_DIAGONAL:
        for (int a = 0; a < k1; a++)
            for (int t = 0; t <= a / n1; t++) put(list, &n, a, t * n1 + a % n1);
        break;
    case SZ_PAIRS_ELEMENT:
        for (int a = 0; a < k1; a++) put(list, &n, a, a);
        break;
    case SZ_PAIRS_TOP:
        for (int a = 0; a < k1 && a < 2 * l + 1; a++)
            for (int b = a; b < k1; b++) put(list, &n, a, b);
    }
    return n;
}

/* gigabytes a vector, and an int still counts them */
#define PAIRS_MAX 5e8

/* How many pairs there are at most, in numbers that do not overflow. */
static double count_bound(const sz_compression_spec *spec, double g1, double n1,
                          double g2, double n2)
{
    switch (spec->pairs) {
    case SZ_PAIRS_ALL:
    case SZ_PAIRS_TOP:
        return g1 * n1 * g2 * n2;
    case SZ_PAIRS_IN_GROUP:
        return g1 * n1 * n2;
    case SZ_PAIRS_SAME_LANE:
    case SZ_PAIRS_DIAGONAL:
        return g1 * g2 * n1;
    default:
        return g1 * n1;
    }
}

/* a component while the list is sorted */
typedef struct {
    int tag, l, b_position, a_position;
    int slow, fast, off_diagonal;
    int slot[2];
} component;

static int by_inner_order(const void *p, const void *q)
{
    const component *x = p, *y = q;

    if (x->tag != y->tag) return x->tag - y->tag;
    if (x->l != y->l) return x->l - y->l;
    if (x->b_position != y->b_position) return x->b_position - y->b_position;
    return x->a_position - y->a_position;
}

static int position(const sz_map *map, int l, int channel)
{
    return map->base + channel / map->n[l] * map->lanes + channel % map->n[l];
}

static int slot_of(const sz_channels *y, int n_slots, int group)
{
    return y->species == SZ_SPECIES_APART && n_slots > 1 ? group : -1;
}

static void fill_component(const sz_compression *c, int l, pair p, component *out)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    int sym = c->spec.symmetric, swap = sym && p.a > p.b, low, high;

    out->l = l;
    out->fast = swap ? p.b : p.a;
    out->slow = swap ? p.a : p.b;
    out->off_diagonal = sym && p.a != p.b;
    out->a_position = position(w1, l, out->fast);
    out->b_position = position(w2, l, out->slow);
    low = slot_of(channels(&c->spec, 0), c->n_slots, out->fast / w1->n[l]);
    high = slot_of(channels(&c->spec, 1), c->n_slots, out->slow / w2->n[l]);
    out->slot[0] = low;
    out->slot[1] = high;
    out->tag = (high + 1) * (c->n_slots + 1) + low + 1;
}

/* The block that the last row of *blocks completes, when it continues the one before. */
static void join_rows(sz_block *block, int *blocks)
{
    sz_block *last = &block[*blocks - 1], *before = last - 1;

    if (last->l != before->l || last->a != before->a || last->n != before->n ||
        last->b != before->b + before->n_b)
        return;
    before->n_b++;
    (*blocks)--;
}

/* blocks and groups from the sorted components */
static void make_blocks(sz_compression *c, const component *list, int plain_l)
{
    int blocks = 0, groups = 0;

    for (int k = 0; k < c->n_desc; k++) {
        const component *p = &list[k], *before = k ? p - 1 : NULL;
        double factor = plain_l ? 1.0 : 1.0 / sqrt(2.0 * p->l + 1.0);
        int new_group = !before || before->tag != p->tag;
        int new_row = new_group || before->l != p->l ||
                      before->b_position != p->b_position ||
                      before->a_position + 1 != p->a_position;

        c->scale[k] = p->off_diagonal ? c->spec.root2 * factor : factor;
        c->slow[k] = p->slow;
        c->fast[k] = p->fast;
        c->l[k] = p->l;
        if (new_row && groups && blocks > c->group[groups - 1].block + 1)
            join_rows(c->block, &blocks);
        if (new_group) {
            sz_group group = {{p->slot[0], p->slot[1]}, blocks, k};

            c->group[groups++] = group;
        }
        if (new_row) {
            sz_block row = {p->l, p->b_position, 1, p->a_position, 1};

            c->block[blocks++] = row;
        } else
            c->block[blocks - 1].n++;
    }
    if (groups && blocks > c->group[groups - 1].block + 1) join_rows(c->block, &blocks);
    c->n_groups = groups;
    c->group[groups].block = blocks;
    c->group[groups].component = c->n_desc;
}

static sz_status make_pairs(sz_compression *c, int plain_l, sz_error *err)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    component *list = NULL;
    pair *pairs = NULL;
    double bound = 0.0;
    int most = 0, at = 0;
    size_t n;
    sz_status status = SZ_OK;

    for (int l = 0; l <= c->l_max; l++)
        bound += count_bound(&c->spec, w1->groups, w1->n[l], w2->groups, w2->n[l]);
    if (bound > PAIRS_MAX)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "a vector of this descriptor has up to %.3g components, allowed are "
            "%.3g; use a stronger compression",
            bound, PAIRS_MAX);
    for (int l = 0; l <= c->l_max; l++) {
        int count =
            list_pairs(&c->spec, l, w1->groups, w1->n[l], w2->groups, w2->n[l], NULL);

        c->n_desc += count;
        if (count > most) most = count;
    }
    n = (size_t)c->n_desc + 1;
    c->stride = SZ_PAD(c->n_desc + SZ_LANES - 1);
    c->scale = calloc((size_t)c->stride, sizeof *c->scale);
    c->slow = malloc(n * sizeof *c->slow);
    c->fast = malloc(n * sizeof *c->fast);
    c->l = malloc(n * sizeof *c->l);
    c->block = malloc(n * sizeof *c->block);
    c->group = malloc(n * sizeof *c->group);
    list = malloc(n * sizeof *list);
    pairs = malloc((size_t)(most + 1) * sizeof *pairs);
    if (!c->scale || !c->slow || !c->fast || !c->l || !c->block || !c->group || !list ||
        !pairs) {
        status = sz_fail_memory(err, n * sizeof *list, "the list of pairs");
        goto done;
    }
    for (int l = 0; l <= c->l_max; l++) {
        int count =
            list_pairs(&c->spec, l, w1->groups, w1->n[l], w2->groups, w2->n[l], pairs);

        for (int k = 0; k < count; k++) fill_component(c, l, pairs[k], &list[at++]);
    }
    qsort(list, (size_t)c->n_desc, sizeof *list, by_inner_order);
    make_blocks(c, list, plain_l);
done:
    free(list);
    free(pairs);
    return status;
}

/* ---- the maps ---------------------------------------------------------------------- */

/* the matrices of y, rows at the positions of X's channels, columns padded */
static sz_status make_matrix(const sz_compression *c, const sz_channels *y,
                             const sz_radial *radial, sz_map *map, sz_error *err)
{
    size_t size = (size_t)(c->l_max + 1) * c->n_chan * map->stride;
    const double *from = y->matrix;

    map->matrix = calloc(size, sizeof *map->matrix);
    if (!map->matrix) return sz_fail_memory(err, size * 8, "the channel maps");
    for (int l = 0; l <= c->l_max; l++)
        for (int s = 0; s < c->n_slots; s++)
            for (int n = 0; n < c->n_max; n++, from += map->n[l])
                memcpy(map->matrix +
                           ((size_t)l * c->n_chan + s * radial->n_lane + n) * map->stride,
                       from, (size_t)map->n[l] * sizeof *from);
    return SZ_OK;
}

static sz_status make_map(sz_compression *c, const sz_channels *y, int family,
                          const sz_radial *radial, sz_map *map, sz_error *err)
{
    int first = radial->family[family].first, most = 0;

    map->groups = n_groups(y, c->n_slots);
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
    if (y->species == SZ_SPECIES_MATRIX) return make_matrix(c, y, radial, map, err);
    map->run = malloc((size_t)c->n_slots * map->groups * sizeof *map->run);
    if (!map->run)
        return sz_fail_memory(err, (size_t)c->n_slots * sizeof *map->run, "channel maps");
    for (int s = 0; s < c->n_slots; s++)
        for (int g = 0; g < map->groups; g++) {
            double weight = y->weight ? y->weight[s * y->n_groups + g] : 1.0;
            sz_run run = {s * radial->n_lane + first, g * map->lanes, map->lanes, weight};

            if (weight != 0.0) map->run[map->n_runs++] = run;
        }
    return SZ_OK;
}

sz_status sz_compression_create(sz_compression *c, const sz_compression_spec *spec,
                                const sz_radial *radial, int n_species, int plain_l,
                                sz_error *err)
{
    sz_radial_family family[2];
    int reducible;
    sz_status status;

    memset(c, 0, sizeof *c);
    c->l_max = radial->spec.l_max;
    c->n_max = radial->spec.n_max;
    status = sz_compression_spec_copy(&c->spec, spec, n_species, c->n_max, c->l_max, err);
    if (status != SZ_OK) return status;
    sz_compression_families(&c->spec, family, c->family, &reducible);
    c->n_slots = channels(&c->spec, 0)->species == SZ_SPECIES_SUM &&
                         channels(&c->spec, 1)->species == SZ_SPECIES_SUM
                     ? 1
                     : n_species;
    c->n_chan = c->n_slots * radial->n_lane;
    for (int d = 0; d < 2 && status == SZ_OK; d++)
        status =
            make_map(c, channels(&c->spec, d), c->family[d], radial, &c->map[d], err);
    if (status == SZ_OK) status = make_pairs(c, plain_l, err);
    if (status != SZ_OK) sz_compression_free(c);
    return status;
}

void sz_compression_free(sz_compression *c)
{
    sz_compression_spec_free(&c->spec);
    for (int d = 0; d < 2; d++) {
        free(c->map[d].run);
        free(c->map[d].matrix);
    }
    free(c->group);
    free(c->block);
    free(c->scale);
    free(c->slow);
    free(c->fast);
    free(c->l);
    memset(c, 0, sizeof *c);
}

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

SZ_CLONES void sz_map_apply(const sz_map *map, int l_max, int n_chan, const double *x,
                            double *y)
{
    int n_lm = (l_max + 1) * (l_max + 1);

    memset(y, 0, (size_t)n_lm * map->stride * sizeof *y);
    for (int k = 0; k < map->n_runs; k++)
        add_run(n_lm, map->run[k].n, map->run[k].weight, x + map->run[k].from, n_chan,
                y + map->run[k].to, map->stride);
    for (int l = 0; l <= l_max && map->matrix; l++)
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int k = 0; k < map->stride; k += SZ_LANES) {
                const double *w = map->matrix + (size_t)l * n_chan * map->stride + k;
                sz_lanes sum = {0};

                for (int i = 0; i < n_chan; i++)
                    sum += x[lm * n_chan + i] * SZ_GET(w + i * map->stride);
                SZ_AT(y + lm * map->stride + k) = sum;
            }
}

SZ_CLONES void sz_map_adjoint(const sz_map *map, int l_max, int n_chan,
                              const double *dedy, double *dedx)
{
    int n_lm = (l_max + 1) * (l_max + 1);

    for (int k = 0; k < map->n_runs; k++)
        add_run(n_lm, map->run[k].n, map->run[k].weight, dedy + map->run[k].to,
                map->stride, dedx + map->run[k].from, n_chan);
    for (int l = 0; l <= l_max && map->matrix; l++)
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int i = 0; i < n_chan; i++) {
                const double *w = map->matrix + ((size_t)l * n_chan + i) * map->stride;
                double sum = 0.0;

#pragma omp simd reduction(+ : sum)
                for (int k = 0; k < map->stride; k++)
                    sum += dedy[lm * map->stride + k] * w[k];
                dedx[lm * n_chan + i] += sum;
            }
}

/* ---- published vectors ------------------------------------------------------------- */

/* The matrix of one l, [b][a] of the published channels, and what is needed to go
 * between it and the vectors. */
typedef struct {
    int g1, g2;        /* groups */
    int n1, n2;        /* channels of a group of this l */
    int k1, k2;        /* channels */
    int n_pairs, most; /* of this l, of any l */
    int first;         /* components of smaller l, for lists that depend on l */
    pair *list;
    double *matrix, *other; /* [k2][k1] */
    double *memory;         /* of both */
} published;

static sz_status published_open(published *v, const sz_compression *c, sz_error *err)
{
    size_t k1 = 0, k2 = 0;

    memset(v, 0, sizeof *v);
    v->g1 = n_groups(channels(&c->spec, 0), c->n_slots);
    v->g2 = n_groups(channels(&c->spec, 1), c->n_slots);
    for (int l = 0; l <= c->l_max; l++) {
        int n1 = n_radial(channels(&c->spec, 0), c->n_max, l);
        int n2 = n_radial(channels(&c->spec, 1), c->n_max, l);
        int n = list_pairs(&c->spec, l, v->g1, n1, v->g2, n2, NULL);

        if (n > v->most) v->most = n;
        if ((size_t)(v->g1 * n1) > k1) k1 = (size_t)(v->g1 * n1);
        if ((size_t)(v->g2 * n2) > k2) k2 = (size_t)(v->g2 * n2);
    }
    v->list = malloc((size_t)v->most * sizeof *v->list + 1);
    v->memory = malloc(2 * k1 * k2 * sizeof *v->memory + 1);
    if (!v->list || !v->memory) {
        free(v->list);
        free(v->memory);
        return sz_fail_memory(err, 2 * k1 * k2 * sizeof *v->matrix, "a vector");
    }
    v->matrix = v->memory;
    v->other = v->memory + k1 * k2;
    return SZ_OK;
}

static void published_close(published *v)
{
    free(v->list);
    free(v->memory);
}

static void published_next(published *v, const sz_compression *c, int l)
{
    v->first += l > 0 ? v->n_pairs : 0;
    v->n1 = n_radial(channels(&c->spec, 0), c->n_max, l);
    v->n2 = n_radial(channels(&c->spec, 1), c->n_max, l);
    v->k1 = v->g1 * v->n1;
    v->k2 = v->g2 * v->n2;
    v->n_pairs = list_pairs(&c->spec, l, v->g1, v->n1, v->g2, v->n2, v->list);
}

static int published_index(const published *v, const sz_compression *c, int l, int k)
{
    return c->spec.by_l ? v->first + k : k * (c->l_max + 1) + l;
}

int sz_compression_published(const sz_compression *c)
{
    int g1 = n_groups(channels(&c->spec, 0), c->n_slots), n = 0;
    int g2 = n_groups(channels(&c->spec, 1), c->n_slots);

    for (int l = 0; l <= c->l_max; l++)
        n += list_pairs(&c->spec, l, g1, n_radial(channels(&c->spec, 0), c->n_max, l), g2,
                        n_radial(channels(&c->spec, 1), c->n_max, l), NULL);
    return n;
}

/* columns in groups of n_max -> groups of n by comb, then the transpose */
static void rotate_columns(published *v, int *rows, int *columns, int n_max, int n,
                           const double *comb, int n_fun)
{
    int groups = *columns / n_max, r = *rows;
    double *swap = v->matrix;

    for (int i = 0; i < r; i++)
        for (int g = 0; g < groups; g++)
            for (int q = 0; q < n; q++) {
                double sum = 0.0;

                for (int k = 0; k < n_max; k++)
                    sum += comb[q * n_fun + k] * v->matrix[(i * groups + g) * n_max + k];
                v->other[(g * n + q) * r + i] = sum;
            }
    v->matrix = v->other;
    v->other = swap;
    *rows = groups * n;
    *columns = r;
}

static void transpose(published *v, int *rows, int *columns)
{
    double *swap = v->matrix;
    int r = *rows, n = *columns;

    for (int i = 0; i < r; i++)
        for (int j = 0; j < n; j++) v->other[j * r + i] = v->matrix[i * n + j];
    v->matrix = v->other;
    v->other = swap;
    *rows = n;
    *columns = r;
}

/* factor of a component without (2l+1)^-1/2 */
static double weight(const sz_compression *c, int a, int b)
{
    return c->spec.symmetric && a != b ? c->spec.root2 : 1.0;
}

sz_status sz_compression_import(const sz_compression *c, const sz_radial *radial,
                                const double *vector, double *inner, sz_error *err)
{
    published v;
    sz_status status = published_open(&v, c, err);

    if (status != SZ_OK) return status;
    memset(inner, 0, (size_t)c->stride * sizeof *inner);
    for (int l = 0; l <= c->l_max; l++) {
        int rows, columns;

        published_next(&v, c, l);
        rows = v.k2;
        columns = v.k1;
        memset(v.matrix, 0, (size_t)rows * columns * sizeof *v.matrix);
        for (int k = 0; k < v.n_pairs; k++) {
            int a = v.list[k].a, b = v.list[k].b;
            double value = vector[published_index(&v, c, l, k)] / weight(c, a, b);

            v.matrix[b * columns + a] = value;
            if (c->spec.symmetric) v.matrix[a * columns + b] = value;
        }
        for (int d = 0; d < 2; d++) {
            const sz_channels *y = channels(&c->spec, d);
            const double *comb = radial->comb + ((size_t)l * radial->n_lane +
                                                 radial->family[c->family[d]].first) *
                                                    radial->n_fun;

            if (y->radial == SZ_RADIAL_N && y->species != SZ_SPECIES_MATRIX)
                rotate_columns(&v, &rows, &columns, c->n_max, c->map[d].n[l], comb,
                               radial->n_fun);
            else
                transpose(&v, &rows, &columns);
        }
        for (int k = 0; k < c->n_desc; k++)
            if (c->l[k] == l)
                inner[k] = v.matrix[c->slow[k] * columns + c->fast[k]] *
                           weight(c, c->fast[k], c->slow[k]);
    }
    published_close(&v);
    return SZ_OK;
}

sz_status sz_compression_publish(const sz_compression *c, const double *inner,
                                 double *vector, sz_error *err)
{
    published v;
    sz_status status = published_open(&v, c, err);

    if (status != SZ_OK) return status;
    for (int l = 0; l <= c->l_max; l++) {
        published_next(&v, c, l);
        for (int k = 0; k < c->n_desc; k++) {
            if (c->l[k] != l) continue;
            v.matrix[c->slow[k] * v.k1 + c->fast[k]] = inner[k];
            if (c->spec.symmetric) v.matrix[c->fast[k] * v.k1 + c->slow[k]] = inner[k];
        }
        for (int k = 0; k < v.n_pairs; k++)
            vector[published_index(&v, c, l, k)] =
                v.matrix[v.list[k].b * v.k1 + v.list[k].a];
    }
    published_close(&v);
    return SZ_OK;
}
