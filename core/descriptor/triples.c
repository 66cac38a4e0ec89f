/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triples.c - the products of three factors, in published and internal order.
 *
 *   (l1, a) x (l2, b) x (l3, c),  |l1-l2| <= l3 <= l1+l2,  l1+l2+l3 even
 *
 * The coupling does not change when two l are exchanged together with their m, so for
 * factors with the same channels only (l1, a) <= (l2, b) is kept, with the square root of
 * the number of permutations as a factor: dot products do not change.
 *
 * For each (l1, l2, l3) the products are the tensor P[a][b][c]. Internally radial
 * channels may be rotated and truncated: P' = (O x O x O) P, and back by the transposes,
 * as in published.c for pairs. */
#include "descriptor/triples.h"

#include "descriptor/channels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the list ---------------------------------------------------------------------- */

static int is_triple(const sz_compression_spec *spec, const int l[SZ_FACTORS])
{
    if ((l[0] + l[1] + l[2]) % 2 || l[2] < abs(l[0] - l[1]) || l[2] > l[0] + l[1])
        return 0;
    for (int d = 0; d < SZ_FACTORS; d++) {
        if (l[d] < spec->l_min) return 0;
        for (int e = 0; e < d; e++)
            if (sz_alike(spec, d, e) && l[e] > l[d]) return 0;
    }
    return 1;
}

/* 1 if this is the product that is kept among those equal by symmetry */
static int is_kept(const sz_compression_spec *spec, const sz_factors *f)
{
    for (int d = 0; d < SZ_FACTORS; d++)
        for (int e = 0; e < d; e++)
            if (sz_alike(spec, d, e) && f->l[e] == f->l[d] &&
                f->channel[e] > f->channel[d])
                return 0;
    return 1;
}

double sz_triple_scale(const sz_compression_spec *spec, const sz_factors *f)
{
    int like[SZ_FACTORS] = {0}, n = 1;

    /* permutations of equal factors, divided by those of equal channels */
    for (int d = 0; d < SZ_FACTORS; d++) {
        int alike = 1, equal = 1;

        for (int e = 0; e < d; e++) {
            int same = sz_alike(spec, d, e);

            alike += same;
            equal += same && f->l[d] == f->l[e] && f->channel[d] == f->channel[e];
        }
        like[d] = equal;
        n *= alike;
    }
    return sqrt((double)n / (like[0] * like[1] * like[2]));
}

/* of one (l1, l2, l3) */
static int list_triple(const sz_compression_spec *spec, const sz_triple_channels *c,
                       const int l[SZ_FACTORS], sz_factors *list)
{
    int size[SZ_FACTORS], n = 0;
    sz_factors f;

    memcpy(f.l, l, sizeof f.l);
    for (int d = 0; d < SZ_FACTORS; d++) size[d] = c->groups[d] * c->n[d][l[d]];
    if (spec->pairs == SZ_PAIRS_ELEMENT) {
        for (int k = 0; k < size[0]; k++) {
            f.channel[0] = f.channel[1] = f.channel[2] = k;
            list[n++] = f;
        }
        return n;
    }
    for (int b = 0; b < size[1]; b++)
        for (int k = 0; k < size[2]; k++)
            for (int a = 0; a < size[0]; a++) {
                f.channel[0] = a;
                f.channel[1] = b;
                f.channel[2] = k;
                if (is_kept(spec, &f)) list[n++] = f;
            }
    return n;
}

int sz_triples(const sz_compression_spec *spec, const sz_triple_channels *c,
               sz_factors *list)
{
    int n = 0, l[SZ_FACTORS];

    if (!list) return (int)sz_triples_count(spec, c);
    for (l[0] = 0; l[0] <= c->l_max; l[0]++)
        for (l[1] = 0; l[1] <= c->l_max; l[1]++)
            for (l[2] = 0; l[2] <= c->l_max; l[2]++)
                if (is_triple(spec, l)) n += list_triple(spec, c, l, list + n);
    return n;
}

/* of one (l1, l2, l3): factors with the same channels and the same l are sorted */
static double count_triple(const sz_compression_spec *spec, const sz_triple_channels *c,
                           const int l[SZ_FACTORS])
{
    double n = 1.0;

    for (int d = 0; d < SZ_FACTORS; d++) {
        int size = c->groups[d] * c->n[d][l[d]], equal = 0;

        if (d > 0 && spec->pairs == SZ_PAIRS_ELEMENT) continue;
        for (int e = 0; e < d && spec->pairs != SZ_PAIRS_ELEMENT; e++)
            equal += sz_alike(spec, d, e) && l[d] == l[e];
        n *= (double)(size + equal) / (equal + 1);
    }
    return n;
}

double sz_triples_count(const sz_compression_spec *spec, const sz_triple_channels *c)
{
    int l[SZ_FACTORS];
    double sum = 0.0;

    for (l[0] = 0; l[0] <= c->l_max; l[0]++)
        for (l[1] = 0; l[1] <= c->l_max; l[1]++)
            for (l[2] = 0; l[2] <= c->l_max; l[2]++)
                if (is_triple(spec, l)) sum += round(count_triple(spec, c, l));
    return sum;
}

/* ---- the published channels -------------------------------------------------------- */

typedef struct {
    sz_triple_channels channels;
    int n[SZ_FACTORS][SZ_L_MAX + 1];
} published;

/* channels.n points into *p */
static void published_channels(published *p, const sz_compression *c)
{
    p->channels.l_max = c->l_max;
    for (int d = 0; d < SZ_FACTORS; d++) {
        const sz_channels *y = sz_channels_of(&c->spec, d);

        p->channels.groups[d] = sz_channel_groups(y, c->n_slots);
        p->channels.n[d] = p->n[d];
        for (int l = 0; l <= c->l_max; l++)
            p->n[d][l] = sz_channel_radial(y, c->n_max, l);
    }
}

int sz_triples_published(const sz_compression *c, sz_factors *list)
{
    published p;

    published_channels(&p, c);
    return sz_triples(&c->spec, &p.channels, list);
}

double sz_triples_published_count(const sz_compression *c)
{
    published p;

    published_channels(&p, c);
    return sz_triples_count(&c->spec, &p.channels);
}

/* ---- tensors ----------------------------------------------------------------------- */

/* P[a][b][c] of one (l1, l2, l3) and space for a rotated one. */
typedef struct {
    int size[SZ_FACTORS];
    double *value, *other;
    double *memory;
} tensor;

static sz_status tensor_open(tensor *t, const published *p, sz_error *err)
{
    size_t size = 1;

    for (int d = 0; d < SZ_FACTORS; d++) {
        int most = 1;

        for (int l = 0; l <= p->channels.l_max; l++)
            if (p->n[d][l] > most) most = p->n[d][l];
        size *= (size_t)most * p->channels.groups[d];
    }
    t->memory = malloc(2 * size * sizeof *t->memory);
    if (!t->memory) return sz_fail_memory(err, 2 * size * sizeof *t->memory, "a vector");
    t->value = t->memory;
    t->other = t->memory + size;
    return SZ_OK;
}

static void tensor_clear(tensor *t, const sz_triple_channels *c, const int l[SZ_FACTORS])
{
    size_t size = 1;

    for (int d = 0; d < SZ_FACTORS; d++) {
        t->size[d] = c->groups[d] * c->n[d][l[d]];
        size *= (size_t)t->size[d];
    }
    memset(t->value, 0, size * sizeof *t->value);
}

static size_t tensor_at(const tensor *t, const int channel[SZ_FACTORS])
{
    return ((size_t)channel[0] * t->size[1] + channel[1]) * t->size[2] + channel[2];
}

/* P at f and at all places equal by symmetry within this (l1, l2, l3) */
static void tensor_set(tensor *t, const sz_compression_spec *spec, const sz_factors *f,
                       double value)
{
    static const int permutation[6][SZ_FACTORS] = {{0, 1, 2}, {1, 0, 2}, {0, 2, 1},
                                                   {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};

    for (int p = 0; p < 6; p++) {
        int channel[SZ_FACTORS], same = 1;

        for (int d = 0; d < SZ_FACTORS; d++) {
            int from = permutation[p][d];

            same &= sz_alike(spec, d, from) && f->l[d] == f->l[from];
            channel[d] = f->channel[from];
        }
        if (same) t->value[tensor_at(t, channel)] = value;
    }
}

/* Axis d in groups of n_from channels -> groups of n_to: by comb [n_to][n_fun], or, with
 * back, by the transpose of comb [n_from][n_fun]. */
static void rotate(tensor *t, int d, int n_from, int n_to, const double *comb, int n_fun,
                   int back)
{
    int groups = t->size[d] / n_from, inner = 1, outer = 1;
    double *swap = t->value;

    for (int e = 0; e < d; e++) outer *= t->size[e];
    for (int e = d + 1; e < SZ_FACTORS; e++) inner *= t->size[e];
    for (int g = 0; g < outer * groups; g++) {
        const double *from = t->value + (size_t)g * n_from * inner;
        double *to = t->other + (size_t)g * n_to * inner;

        memset(to, 0, (size_t)n_to * inner * sizeof *to);
        for (int q = 0; q < n_to; q++)
            for (int k = 0; k < n_from; k++) {
                double o = back ? comb[k * n_fun + q] : comb[q * n_fun + k];

                for (int i = 0; i < inner; i++)
                    to[q * inner + i] += o * from[k * inner + i];
            }
    }
    t->value = t->other;
    t->other = swap;
    t->size[d] = groups * n_to;
}

static void rotate_all(tensor *t, const sz_compression *c, const sz_radial *radial,
                       const int l[SZ_FACTORS], int back)
{
    for (int d = 0; d < SZ_FACTORS; d++) {
        const double *comb = sz_channel_rotation(c, radial, d, l[d]);
        int inside = c->map[d].n[l[d]];

        if (comb)
            rotate(t, d, back ? inside : c->n_max, back ? c->n_max : inside, comb,
                   radial->n_fun, back);
    }
}

/* ---- vectors ----------------------------------------------------------------------- */

/* Converts the products of a vector to another order: list [n_from] with values from,
 * wanted [n_to], both sorted by (l1, l2, l3) through order_of; NULL: in their own
 * order. */
typedef struct {
    const sz_factors *list;
    const int *order;
    int n;
} products;

static const sz_factors *product(const products *p, int k)
{
    return &p->list[p->order ? p->order[k] : k];
}

static int index_of(const products *p, int k)
{
    return p->order ? p->order[k] : k;
}

/* the end of the products from k on with these l */
static int end_of(const products *p, int k, const int l[SZ_FACTORS])
{
    while (k < p->n && memcmp(product(p, k)->l, l, sizeof p->list->l) == 0) k++;
    return k;
}

/* The data for converting vectors. */
typedef struct {
    const sz_compression *c;
    const sz_radial *radial;
    published outside;
    sz_triple_channels inside;
    products published, inner;
    sz_factors *list;
    int *order; /* products of the internal order by their place in a published one */
    tensor tensor;
} converter;

/* One vector through the tensors: from published to internal, or back. */
static void convert(converter *v, int back, const double *in, double *out)
{
    const products *from = back ? &v->inner : &v->published;
    const products *to = back ? &v->published : &v->inner;
    const sz_compression *c = v->c;
    tensor *t = &v->tensor;
    int i = 0, k = 0;

    while (i < from->n) {
        const int *l = product(from, i)->l;
        int i_end = end_of(from, i, l), k_end = end_of(to, k, l);

        tensor_clear(t, back ? &v->inside : &v->outside.channels, l);
        for (; i < i_end; i++) {
            const sz_factors *f = product(from, i);

            tensor_set(t, &c->spec, f,
                       in[index_of(from, i)] / sz_triple_scale(&c->spec, f));
        }
        rotate_all(t, c, v->radial, l, back);
        for (; k < k_end; k++) {
            const sz_factors *f = product(to, k);

            out[index_of(to, k)] =
                t->value[tensor_at(t, f->channel)] * sz_triple_scale(&c->spec, f);
        }
    }
}

static void converter_close(converter *v)
{
    free(v->list);
    free(v->order);
    free(v->tensor.memory);
}

static sz_status converter_open(converter *v, const sz_compression *c,
                                const sz_radial *radial, sz_error *err)
{
    size_t n;

    memset(v, 0, sizeof *v);
    v->c = c;
    v->radial = radial;
    published_channels(&v->outside, c);
    v->inside.l_max = c->l_max;
    for (int d = 0; d < SZ_FACTORS; d++) {
        v->inside.groups[d] = c->map[d].groups;
        v->inside.n[d] = c->map[d].n;
    }
    n = (size_t)sz_triples_published(c, NULL);
    v->list = malloc(n * sizeof *v->list + 1);
    v->order = malloc((size_t)c->n_products * sizeof *v->order + 1);
    if (!v->list || !v->order) {
        converter_close(v);
        return sz_fail_memory(err, n * sizeof *v->list, "a vector");
    }
    sz_triples_published(c, v->list);
    for (int k = 0; k < c->n_products; k++) v->order[c->place[k]] = k;
    v->published = (products){v->list, NULL, (int)n};
    v->inner = (products){c->factors, v->order, c->n_products};
    if (tensor_open(&v->tensor, &v->outside, err) == SZ_OK) return SZ_OK;
    converter_close(v);
    return SZ_ERR_MEMORY;
}

sz_status sz_triples_import(const sz_compression *c, const sz_radial *radial, int n,
                            size_t ld, const double *vectors, double *inner,
                            sz_error *err)
{
    converter v;
    sz_status status;

    if (!radial->reduced) { /* channels are not rotated */
        for (int s = 0; s < n; s++)
            for (int k = 0; k < c->n_products; k++)
                inner[(size_t)s * c->stride + k] = vectors[s * ld + c->place[k]];
        return SZ_OK;
    }
    status = converter_open(&v, c, radial, err);
    if (status != SZ_OK) return status;
    for (int s = 0; s < n; s++)
        convert(&v, 0, vectors + s * ld, inner + (size_t)s * c->stride);
    converter_close(&v);
    return SZ_OK;
}

sz_status sz_triples_publish(const sz_compression *c, const sz_radial *radial,
                             const double *inner, double *vector, sz_error *err)
{
    converter v;
    sz_status status;

    if (!radial->reduced) {
        for (int k = 0; k < c->n_products; k++) vector[c->place[k]] = inner[k];
        return SZ_OK;
    }
    status = converter_open(&v, c, radial, err);
    if (status != SZ_OK) return status;
    memset(vector, 0, (size_t)v.published.n * sizeof *vector);
    convert(&v, 1, inner, vector);
    converter_close(&v);
    return SZ_OK;
}
