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
 * positions. The slow channel is Y2's; in symmetric lists it is the larger of the two,
 * and with SZ_PAIRS_FIRST the first of its group. */
#include "descriptor/compression.h"

#include "descriptor/channels.h"
#include "linear/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* components of a vector: gigabytes, and an int still counts them */
#define PAIRS_MAX 5e8

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
    free(spec->n_radial);
    free(spec->sum);
    spec->n_radial = NULL;
    spec->sum = NULL;
}

static int same(const void *a, const void *b, size_t bytes)
{
    return !a == !b && (!a || memcmp(a, b, bytes) == 0);
}

static int same_numbers(const double *a, const double *b, size_t n)
{
    return same(a, b, n * sizeof *a);
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
            !same_numbers(p->weight, q->weight, (size_t)n_slots * p->n_groups) ||
            !same_numbers(p->mix, q->mix, (size_t)n_max * p->n_mix) ||
            !same_numbers(p->matrix, q->matrix, matrix_size(p, n_slots, n_max, l_max)))
            return 0;
    }
    return same(a->n_radial, b->n_radial, (size_t)n_slots * sizeof *a->n_radial) &&
           a->n_sum == b->n_sum && same_numbers(a->sum, b->sum, (size_t)a->n_sum);
}

static void *copy_bytes(const void *from, size_t bytes, int *failed)
{
    void *to;

    if (!from) return NULL;
    to = malloc(bytes + 1);
    if (to)
        memcpy(to, from, bytes);
    else
        *failed = 1;
    return to;
}

static double *copy_array(const double *from, size_t n, int *failed)
{
    return copy_bytes(from, n * sizeof *from, failed);
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
    to->n_radial =
        copy_bytes(from->n_radial, (size_t)n_slots * sizeof *to->n_radial, &failed);
    to->sum = copy_array(from->sum, (size_t)from->n_sum, &failed);
    if (!failed) return SZ_OK;
    sz_compression_spec_free(to);
    return sz_fail_memory(err, 1, "the weights of a compression");
}

int sz_compression_families(const sz_compression_spec *spec, sz_radial_family family[2],
                            int index[2], int *reducible)
{
    int n = 0;

    *reducible = spec->pairs == SZ_PAIRS_ALL;
    for (int d = 0; d < 2; d++) {
        const sz_channels *y = sz_channels_of(spec, d);

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

/* a product while the list is sorted */
typedef struct {
    int tag, l, b_position, a_position;
    int slow, fast, off_diagonal;
    int slot[2];
    int place; /* in the published list */
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

static void fill_component(const sz_compression *c, int l, sz_channel_pair p,
                           component *out)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    int sym = c->spec.symmetric, swap = sym && p.a > p.b, low, high;

    /* so that the first channel of a group has one row with all others */
    if (c->spec.pairs == SZ_PAIRS_FIRST) swap = p.a % w1->n[l] == 0;
    out->l = l;
    out->fast = swap ? p.b : p.a;
    out->slow = swap ? p.a : p.b;
    out->off_diagonal = sym && p.a != p.b;
    out->a_position = position(w1, l, out->fast);
    out->b_position = position(w2, l, out->slow);
    low = slot_of(sz_channels_of(&c->spec, 0), c->n_slots, out->fast / w1->n[l]);
    high = slot_of(sz_channels_of(&c->spec, 1), c->n_slots, out->slow / w2->n[l]);
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

    for (int k = 0; k < c->n_products; k++) {
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
    c->group[groups].component = c->n_products;
}

/* Of a list that is summed up only those products that a sum has; returns how many. */
static int keep_summed(const sz_compression *c, int n, component *list, int *at_place)
{
    const double *sum = c->spec.sum;
    int kept = 0;

    if (!sum) return n;
    for (int k = 0; k < n; k++) at_place[k] = -1;
    for (int e = 1; e < c->spec.n_sum; e += 3) at_place[(int)sum[e + 1]] = 0;
    for (int k = 0; k < n; k++)
        if (at_place[list[k].place] == 0) list[kept++] = list[k];
    return kept;
}

/* The entries of the sums, from places in the published list to those in ours. */
static sz_status make_sum(sz_compression *c, const component *list, int *at_place,
                          sz_error *err)
{
    const double *from = c->spec.sum;
    int n = (c->spec.n_sum - 1) / 3;

    c->n_desc = from ? (int)from[0] : c->n_products;
    c->stride = SZ_PAD(c->n_desc + SZ_LANES - 1);
    if (!from) return SZ_OK;
    c->sum.component = malloc((size_t)n * sizeof *c->sum.component + 1);
    c->sum.product = malloc((size_t)n * sizeof *c->sum.product + 1);
    c->sum.factor = malloc((size_t)n * sizeof *c->sum.factor + 1);
    if (!c->sum.component || !c->sum.product || !c->sum.factor)
        return sz_fail_memory(err, (size_t)n * 16, "the sums of a compression");
    for (int k = 0; k < c->n_products; k++) at_place[list[k].place] = k;
    for (int k = 0; k < n; k++) {
        c->sum.component[k] = (int)from[3 * k + 1];
        c->sum.product[k] = at_place[(int)from[3 * k + 2]];
        c->sum.factor[k] = from[3 * k + 3];
    }
    c->sum.n = n;
    return SZ_OK;
}

static sz_status check_length(const sz_compression *c, sz_error *err)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    double bound = 0.0;

    for (int l = 0; l <= c->l_max; l++)
        bound +=
            sz_channel_pairs_bound(&c->spec, w1->groups, w1->n[l], w2->groups, w2->n[l]);
    if (bound <= PAIRS_MAX) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "a vector of this descriptor has up to %.3g components, allowed are "
                   "%.3g; use a stronger compression",
                   bound, PAIRS_MAX);
}

static int count_pairs(const sz_compression *c, int l, sz_channel_pair *list)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];

    return sz_channel_pairs(&c->spec, l, w1->groups, w1->n[l], w2->groups, w2->n[l],
                            list);
}

static sz_status make_pairs(sz_compression *c, int plain_l, sz_error *err)
{
    component *list = NULL;
    sz_channel_pair *pairs = NULL;
    int most = 0, at = 0, *at_place = NULL;
    size_t n;
    sz_status status = check_length(c, err);

    if (status != SZ_OK) return status;
    for (int l = 0; l <= c->l_max; l++) {
        int count = count_pairs(c, l, NULL);

        c->n_products += count;
        if (count > most) most = count;
    }
    n = (size_t)c->n_products + 1;
    c->product_stride = SZ_PAD(c->n_products + SZ_LANES - 1);
    c->scale = calloc((size_t)c->product_stride, sizeof *c->scale);
    c->slow = malloc(n * sizeof *c->slow);
    c->fast = malloc(n * sizeof *c->fast);
    c->l = malloc(n * sizeof *c->l);
    c->block = malloc(n * sizeof *c->block);
    c->group = malloc(n * sizeof *c->group);
    list = malloc(n * sizeof *list);
    pairs = malloc((size_t)(most + 1) * sizeof *pairs);
    at_place = malloc(n * sizeof *at_place);
    if (!c->scale || !c->slow || !c->fast || !c->l || !c->block || !c->group || !list ||
        !pairs || !at_place) {
        status = sz_fail_memory(err, n * sizeof *list, "the list of pairs");
        goto done;
    }
    for (int l = 0; l <= c->l_max; l++) {
        int count = count_pairs(c, l, pairs);

        for (int k = 0; k < count; k++) {
            fill_component(c, l, pairs[k], &list[at]);
            list[at++].place = k * (c->l_max + 1) + l;
        }
    }
    c->n_products = keep_summed(c, at, list, at_place);
    qsort(list, (size_t)c->n_products, sizeof *list, by_inner_order);
    make_blocks(c, list, plain_l);
    status = make_sum(c, list, at_place, err);
done:
    free(list);
    free(at_place);
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
    c->n_slots = sz_channels_of(&c->spec, 0)->species == SZ_SPECIES_SUM &&
                         sz_channels_of(&c->spec, 1)->species == SZ_SPECIES_SUM
                     ? 1
                     : n_species;
    c->n_chan = c->n_slots * radial->n_lane;
    for (int d = 0; d < 2 && status == SZ_OK; d++)
        status = make_map(c, sz_channels_of(&c->spec, d), c->family[d], radial,
                          &c->map[d], err);
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
    free(c->sum.component);
    free(c->sum.product);
    free(c->sum.factor);
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

/* dE/dW_l[i][k] += sum_m X_lm[i] dE/dY_lm[k] */
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
