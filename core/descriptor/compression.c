/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression.c - channel maps and lists of products (Darby, Kermode, Csanyi 2021).
 *
 *   Y1_l = W1_l^T X_l,  Y2_l = W2_l^T X_l,  Y3_l = W3_l^T X_l
 *   P_l(a,b) = (2l+1)^(-1/2) sum_m Y1_l[m][a] Y2_l[m][b]
 *   P_l1l2l3(a,b,c) = sum_m1m2m3 T[m1 m2 m3] Y1_l1[m1][a] Y2_l2[m2][b] Y3_l3[m3][c]
 *
 * The maps: map.c. Species that no density distinguishes share one slot of X, so they
 * cost nothing.
 *
 * Published order: pairs as sz_pairs_kind says, l fastest (slowest where the list depends
 * on l); channels (group, radial), radial fast. Internal order: by the species slots that
 * a pair needs, then l, then the slow channel, then the fast one, which is contiguous.
 * The slow channel is that of Y2; for equal factors it is the larger of the two, and with
 * SZ_PAIRS_FIRST the first of its group. Triples: triples.c; internally, the columns of
 * the coupled Y2 and Y3 (coupling.c) replace Y2's channels. */
#include "descriptor/compression.h"

#include "descriptor/channels.h"
#include "descriptor/coupling.h"
#include "descriptor/triples.h"
#include "linear/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Largest number of components: an int can still count them, and the lists take
 * gigabytes. Products of three factors can reach any number by mistake. */
#define PAIRS_MAX 5e8
#define TRIPLES_MAX 5e7

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
    for (int d = 0; d < SZ_FACTORS; d++) {
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
    if (strcmp(a->label, b->label) != 0 || a->order != b->order ||
        memcmp(a->y_of, b->y_of, sizeof a->y_of) != 0 || a->pairs != b->pairs ||
        a->root2 != b->root2 || a->l_min != b->l_min)
        return 0;
    for (int d = 0; d < SZ_FACTORS; d++) {
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
    for (int d = 0; d < SZ_FACTORS; d++) {
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

int sz_compression_families(const sz_compression_spec *spec,
                            sz_radial_family family[SZ_FACTORS], int index[SZ_FACTORS],
                            int *reducible)
{
    int n = 0;

    *reducible = spec->pairs == SZ_PAIRS_ALL;
    for (int d = 0; d < spec->order; d++) {
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
    int tag, b_position, a_position;
    sz_factors factors;
    double scale;
    int slot[SZ_FACTORS];
    int place; /* index in the published list; for triples in that of our channels */
} component;

static int by_inner_order(const void *p, const void *q)
{
    const component *x = p, *y = q;

    if (x->tag != y->tag) return x->tag - y->tag;
    if (x->factors.l[0] != y->factors.l[0]) return x->factors.l[0] - y->factors.l[0];
    if (x->b_position != y->b_position) return x->b_position - y->b_position;
    return x->a_position - y->a_position;
}

static int slot_of(const sz_channels *y, int n_slots, int group)
{
    return y->species == SZ_SPECIES_APART && n_slots > 1 ? group : -1;
}

/* Sets the slots that a product needs, and from them its tag. */
static void find_slots(const sz_compression *c, component *out)
{
    const sz_factors *f = &out->factors;

    out->tag = 0;
    for (int d = SZ_FACTORS - 1; d >= 0; d--) {
        out->slot[d] = -1;
        if (d < c->spec.order)
            out->slot[d] = slot_of(sz_channels_of(&c->spec, d), c->n_slots,
                                   f->channel[d] / c->map[d].n[f->l[d]]);
        out->tag = out->tag * (c->n_slots + 1) + out->slot[d] + 1;
    }
}

static void fill_pair(const sz_compression *c, int l, sz_channel_pair p, int plain_l,
                      component *out)
{
    int alike = sz_alike(&c->spec, 0, 1), swap = alike && p.a > p.b;

    /* so that the first channel of a group has one row with all others */
    if (c->spec.pairs == SZ_PAIRS_FIRST) swap = p.a % c->map[0].n[l] == 0;
    out->factors = (sz_factors){{l, l}, {swap ? p.b : p.a, swap ? p.a : p.b}};
    out->a_position = sz_map_position(&c->map[0], l, out->factors.channel[0]);
    out->b_position = sz_map_position(&c->map[1], l, out->factors.channel[1]);
    out->scale = plain_l ? 1.0 : 1.0 / sqrt(2.0 * l + 1.0);
    if (alike && p.a != p.b) out->scale *= c->spec.root2;
    find_slots(c, out);
}

static void fill_triple(const sz_compression *c, const sz_factors *f, int column,
                        component *out)
{
    out->factors = *f;
    out->a_position = sz_map_position(&c->map[0], f->l[0], f->channel[0]);
    out->b_position = column;
    out->scale = sz_triple_scale(&c->spec, f);
    find_slots(c, out);
}

/* The block that the last row of *blocks completes, if it continues the one before. */
static void join_rows(sz_block *block, int *blocks)
{
    sz_block *last = &block[*blocks - 1], *before = last - 1;

    if (last->l != before->l || last->a != before->a || last->n != before->n ||
        last->n_b == 0 || before->n_b == 0 || last->b != before->b + before->n_b)
        return;
    before->n_b++;
    (*blocks)--;
}

/* How p continues the product before it: in its row, in a row of equal positions, or not
 * at all. */
typedef enum { GOES_NOWHERE, GOES_ALONG_A, GOES_ALONG_BOTH } direction;

static direction goes_on(const component *before, const component *p)
{
    int b = p->b_position - before->b_position;

    if (before->tag != p->tag || before->factors.l[0] != p->factors.l[0] ||
        before->a_position + 1 != p->a_position || b < 0 || b > 1)
        return GOES_NOWHERE;
    return b == 0 ? GOES_ALONG_A : GOES_ALONG_BOTH;
}

/* Adds p to the last row if it continues it. */
static int add_to_row(sz_block *row, direction how)
{
    if (how == GOES_NOWHERE || (how == GOES_ALONG_A && row->n_b == 0) ||
        (how == GOES_ALONG_BOTH && row->n_b == 1 && row->n > 1))
        return 0;
    row->n_b = how == GOES_ALONG_A;
    row->n++;
    return 1;
}

/* blocks and groups from the sorted components */
static void make_blocks(sz_compression *c, const component *list)
{
    int blocks = 0, groups = 0;

    for (int k = 0; k < c->n_products; k++) {
        const component *p = &list[k], *before = k ? p - 1 : NULL;
        int new_group = !before || before->tag != p->tag;

        c->scale[k] = p->scale;
        c->factors[k] = p->factors;
        c->place[k] = p->place;
        if (!new_group && add_to_row(&c->block[blocks - 1], goes_on(before, p))) continue;
        if (groups && blocks > c->group[groups - 1].block + 1)
            join_rows(c->block, &blocks);
        if (new_group) {
            sz_group group = {{p->slot[0], p->slot[1], p->slot[2]}, blocks, k};

            c->group[groups++] = group;
        }
        c->block[blocks++] =
            (sz_block){p->factors.l[0], p->b_position, 1, p->a_position, 1};
    }
    if (groups && blocks > c->group[groups - 1].block + 1) join_rows(c->block, &blocks);
    c->n_groups = groups;
    c->group[groups].block = blocks;
    c->group[groups].component = c->n_products;
}

/* If the vector is a sum of products, keeps only the products that occur in a sum;
 * returns how many. */
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

/* The entries of the sums, converted from places in the published list to places in
 * ours. */
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

static sz_triple_channels inner_channels(const sz_compression *c)
{
    sz_triple_channels channels = {.l_max = c->l_max};

    for (int d = 0; d < SZ_FACTORS; d++) {
        channels.groups[d] = c->map[d].groups;
        channels.n[d] = c->map[d].n;
    }
    return channels;
}

static sz_status check_length(const sz_compression *c, sz_error *err)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    /* three factors as published: longer if radial channels were dropped */
    double bound = c->spec.order == 3 ? sz_triples_published_count(c) : 0.0;
    double most = c->spec.order == 3 ? TRIPLES_MAX : PAIRS_MAX;

    for (int l = 0; l <= c->l_max && c->spec.order == 2; l++)
        bound +=
            sz_channel_pairs_bound(&c->spec, w1->groups, w1->n[l], w2->groups, w2->n[l]);
    if (bound <= most) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "a vector of this descriptor has up to %.3g components, allowed are "
                   "%.3g; use a stronger compression",
                   bound, most);
}

static int count_pairs(const sz_compression *c, int l, sz_channel_pair *list)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];

    return sz_channel_pairs(&c->spec, l, w1->groups, w1->n[l], w2->groups, w2->n[l],
                            list);
}

/* Number of products; most: of one l. */
static int count_products(const sz_compression *c, int *most)
{
    const sz_triple_channels channels = inner_channels(c);
    int n = 0;

    *most = 0;
    if (c->spec.order == 3) return sz_triples(&c->spec, &channels, NULL);
    for (int l = 0; l <= c->l_max; l++) {
        int count = count_pairs(c, l, NULL);

        n += count;
        if (count > *most) *most = count;
    }
    return n;
}

/* All products of pairs, in any order. */
static sz_status list_pairs(const sz_compression *c, int plain_l, int most,
                            component *list, sz_error *err)
{
    sz_channel_pair *pairs = malloc((size_t)(most + 1) * sizeof *pairs);

    if (!pairs)
        return sz_fail_memory(err, (size_t)most * sizeof *pairs, "the list of pairs");
    for (int l = 0; l <= c->l_max; l++) {
        int count = count_pairs(c, l, pairs);

        for (int k = 0; k < count; k++, list++) {
            fill_pair(c, l, pairs[k], plain_l, list);
            list->place = k * (c->l_max + 1) + l;
        }
    }
    free(pairs);
    return SZ_OK;
}

/* All products of triples, and the coupling of their second and third factor. */
static sz_status list_triples(sz_compression *c, component *list, sz_error *err)
{
    const sz_triple_channels channels = inner_channels(c);
    size_t n = (size_t)c->n_products;
    sz_factors *triple = malloc(n * sizeof *triple + 1);
    int *column = malloc(n * sizeof *column + 1);
    sz_status status = SZ_OK;

    if (!triple || !column)
        status = sz_fail_memory(err, n * sizeof *triple, "the list of triples");
    if (status == SZ_OK) {
        sz_triples(&c->spec, &channels, triple);
        status = sz_coupling_create(&c->coupling, c, c->n_products, triple, column, err);
    }
    for (int k = 0; k < c->n_products && status == SZ_OK; k++) {
        fill_triple(c, &triple[k], column[k], &list[k]);
        list[k].place = k;
    }
    if (status == SZ_OK) c->stride_b = c->coupling->stride;
    free(triple);
    free(column);
    return status;
}

static sz_status make_products(sz_compression *c, int plain_l, sz_error *err)
{
    component *list = NULL;
    int most, *at_place = NULL;
    size_t n;
    sz_status status = check_length(c, err);

    if (status != SZ_OK) return status;
    c->n_products = count_products(c, &most);
    n = (size_t)c->n_products + 1;
    c->product_stride = SZ_PAD(c->n_products + SZ_LANES - 1);
    c->scale = calloc((size_t)c->product_stride, sizeof *c->scale);
    c->factors = malloc(n * sizeof *c->factors);
    c->place = malloc(n * sizeof *c->place);
    c->block = malloc(n * sizeof *c->block);
    c->group = malloc(n * sizeof *c->group);
    list = malloc(n * sizeof *list);
    at_place = malloc(n * sizeof *at_place);
    if (!c->scale || !c->factors || !c->place || !c->block || !c->group || !list ||
        !at_place)
        status = sz_fail_memory(err, n * sizeof *list, "the list of products");
    else
        status = c->spec.order == 3 ? list_triples(c, list, err)
                                    : list_pairs(c, plain_l, most, list, err);
    if (status == SZ_OK) {
        c->n_products = keep_summed(c, c->n_products, list, at_place);
        qsort(list, (size_t)c->n_products, sizeof *list, by_inner_order);
        make_blocks(c, list);
        status = make_sum(c, list, at_place, err);
    }
    free(list);
    free(at_place);
    return status;
}

/* 1 if some factor distinguishes species, so that X does. */
static int needs_slots(const sz_compression_spec *spec)
{
    int needed = 0;

    for (int d = 0; d < spec->order; d++)
        needed |= sz_channels_of(spec, d)->species != SZ_SPECIES_SUM;
    return needed;
}

sz_status sz_compression_create(sz_compression *c, const sz_compression_spec *spec,
                                const sz_radial *radial, int n_species, int plain_l,
                                sz_error *err)
{
    sz_radial_family family[SZ_FACTORS];
    int reducible;
    sz_status status;

    memset(c, 0, sizeof *c);
    c->l_max = radial->spec.l_max;
    c->n_max = radial->spec.n_max;
    status = sz_compression_spec_copy(&c->spec, spec, n_species, c->n_max, c->l_max, err);
    if (status != SZ_OK) return status;
    sz_compression_families(&c->spec, family, c->family, &reducible);
    c->n_slots = needs_slots(&c->spec) ? n_species : 1;
    c->n_chan = c->n_slots * radial->n_lane;
    for (int d = 0; d < c->spec.order && status == SZ_OK; d++)
        status = sz_map_create(&c->map[d], c, sz_channels_of(&c->spec, d), c->family[d],
                               radial, err);
    c->stride_a = c->map[0].stride;
    c->stride_b = c->map[1].stride;
    if (status == SZ_OK) status = make_products(c, plain_l, err);
    if (status != SZ_OK) sz_compression_free(c);
    return status;
}

void sz_compression_free(sz_compression *c)
{
    sz_compression_spec_free(&c->spec);
    for (int d = 0; d < SZ_FACTORS; d++) sz_map_free(&c->map[d]);
    sz_coupling_free(c->coupling);
    free(c->group);
    free(c->block);
    free(c->scale);
    free(c->factors);
    free(c->place);
    free(c->sum.component);
    free(c->sum.product);
    free(c->sum.factor);
    memset(c, 0, sizeof *c);
}
