/* SPDX-License-Identifier: BSD-3-Clause
 *
 * published.c - vectors in published and internal order; those of triples: triples.c.
 *
 * For each l the components are the matrix P_l[b][a]. Internally radial channels may be
 * rotated and truncated: P'_l = O P_l O^T, and back P_l = O^T P'_l O, which is complete
 * if the dropped channels are null, or dropped on purpose (radial_tolerance). */
#include "descriptor/channels.h"
#include "descriptor/triples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The matrix of one l, [b][a] of the published channels, and the data to convert between
 * it and the vectors. */
typedef struct {
    int g1, g2;        /* groups */
    int n1, n2;        /* channels of a group of this l */
    int k1, k2;        /* channels */
    int n_pairs, most; /* of this l, of any l */
    int first;         /* number of components of smaller l, for lists that depend on l */
    sz_channel_pair *list;
    double *matrix, *other; /* [k2][k1] */
    double *memory;         /* of both */
} published;

static sz_status published_open(published *v, const sz_compression *c, sz_error *err)
{
    size_t k1 = 0, k2 = 0;

    memset(v, 0, sizeof *v);
    v->g1 = sz_channel_groups(sz_channels_of(&c->spec, 0), c->n_slots);
    v->g2 = sz_channel_groups(sz_channels_of(&c->spec, 1), c->n_slots);
    for (int l = 0; l <= c->l_max; l++) {
        int n1 = sz_channel_radial(sz_channels_of(&c->spec, 0), c->n_max, l);
        int n2 = sz_channel_radial(sz_channels_of(&c->spec, 1), c->n_max, l);
        int n = sz_channel_pairs(&c->spec, l, v->g1, n1, v->g2, n2, NULL);

        if (n > v->most) v->most = n;
        if ((size_t)v->g1 * (size_t)n1 > k1) k1 = (size_t)v->g1 * (size_t)n1;
        if ((size_t)v->g2 * (size_t)n2 > k2) k2 = (size_t)v->g2 * (size_t)n2;
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
    v->n1 = sz_channel_radial(sz_channels_of(&c->spec, 0), c->n_max, l);
    v->n2 = sz_channel_radial(sz_channels_of(&c->spec, 1), c->n_max, l);
    v->k1 = v->g1 * v->n1;
    v->k2 = v->g2 * v->n2;
    v->n_pairs = sz_channel_pairs(&c->spec, l, v->g1, v->n1, v->g2, v->n2, v->list);
}

static int published_index(const published *v, const sz_compression *c, int l, int k)
{
    return c->spec.by_l ? v->first + k : k * (c->l_max + 1) + l;
}

int sz_compression_published(const sz_compression *c)
{
    int g1 = sz_channel_groups(sz_channels_of(&c->spec, 0), c->n_slots), n = 0;
    int g2 = sz_channel_groups(sz_channels_of(&c->spec, 1), c->n_slots);

    if (c->spec.sum) return c->n_desc;
    if (c->spec.order == 3) return sz_triples_published(c, NULL);
    for (int l = 0; l <= c->l_max; l++)
        n += sz_channel_pairs(
            &c->spec, l, g1, sz_channel_radial(sz_channels_of(&c->spec, 0), c->n_max, l),
            g2, sz_channel_radial(sz_channels_of(&c->spec, 1), c->n_max, l), NULL);
    return n;
}

static void list_products(published *v, const sz_compression *c, sz_factors *list)
{
    for (int l = 0; l <= c->l_max; l++) {
        published_next(v, c, l);
        for (int k = 0; k < v->n_pairs; k++)
            list[published_index(v, c, l, k)] =
                (sz_factors){{l, l}, {v->list[k].a, v->list[k].b}};
    }
}

/* A sum of one product has the label of that product. */
static sz_status list_sums(published *v, const sz_compression *c, sz_factors *list,
                           sz_error *err)
{
    size_t n = (size_t)v->most * (c->l_max + 1);
    sz_factors *all = malloc(n * sizeof *all + 1);

    if (!all) return sz_fail_memory(err, n * sizeof *all, "a vector");
    list_products(v, c, all);
    for (int k = 0; k < c->n_desc; k++) list[k] = (sz_factors){{-2}, {0}};
    for (int e = 1; e < c->spec.n_sum; e += 3) {
        sz_factors *own = &list[(int)c->spec.sum[e]];

        *own = own->l[0] == -2 ? all[(int)c->spec.sum[e + 1]] : (sz_factors){{-1}, {0}};
    }
    free(all);
    return SZ_OK;
}

sz_status sz_compression_components(const sz_compression *c, sz_factors *list,
                                    sz_error *err)
{
    published v;
    sz_status status;

    if (c->spec.order == 3) {
        sz_triples_published(c, list);
        return SZ_OK;
    }
    status = published_open(&v, c, err);
    if (status != SZ_OK) return status;
    if (c->spec.sum)
        status = list_sums(&v, c, list, err);
    else
        list_products(&v, c, list);
    published_close(&v);
    return status;
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

/* columns in groups of n -> groups of n_max by the transpose of comb; then transposed */
static void rotate_back(published *v, int *rows, int *columns, int n_max, int n,
                        const double *comb, int n_fun)
{
    int groups = *columns / n, r = *rows;
    double *swap = v->matrix;

    for (int i = 0; i < r; i++)
        for (int g = 0; g < groups; g++)
            for (int k = 0; k < n_max; k++) {
                double sum = 0.0;

                for (int q = 0; q < n; q++)
                    sum += comb[q * n_fun + k] * v->matrix[(i * groups + g) * n + q];
                v->other[(g * n_max + k) * r + i] = sum;
            }
    v->matrix = v->other;
    v->other = swap;
    *rows = groups * n_max;
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
    return sz_alike(&c->spec, 0, 1) && a != b ? c->spec.root2 : 1.0;
}

const double *sz_channel_rotation(const sz_compression *c, const sz_radial *radial, int d,
                                  int l)
{
    const sz_channels *y = sz_channels_of(&c->spec, d);

    if (y->radial != SZ_RADIAL_N || y->species == SZ_SPECIES_MATRIX || c->spec.n_radial)
        return NULL;
    return radial->comb +
           ((size_t)l * radial->n_lane + radial->family[c->family[d]].first) *
               radial->n_fun;
}

/* one vector's components of one l */
static void import_l(published *v, const sz_compression *c, const sz_radial *radial,
                     int l, const double *vector, const int *of_l, double *inner)
{
    int rows = v->k2, columns = v->k1;

    memset(v->matrix, 0, (size_t)rows * columns * sizeof *v->matrix);
    for (int k = 0; k < v->n_pairs; k++) {
        int a = v->list[k].a, b = v->list[k].b;
        double value = vector[published_index(v, c, l, k)] / weight(c, a, b);

        v->matrix[b * columns + a] = value;
        if (sz_alike(&c->spec, 0, 1)) v->matrix[a * columns + b] = value;
    }
    for (int d = 0; d < 2; d++) {
        const double *comb = sz_channel_rotation(c, radial, d, l);

        if (comb)
            rotate_columns(v, &rows, &columns, c->n_max, c->map[d].n[l], comb,
                           radial->n_fun);
        else
            transpose(v, &rows, &columns);
    }
    for (; *of_l >= 0; of_l++) {
        int a = c->factors[*of_l].channel[0], b = c->factors[*of_l].channel[1];

        inner[*of_l] = v->matrix[b * columns + a] * weight(c, a, b);
    }
}

/* the components of l, ended by -1 */
static void components_of(const sz_compression *c, int l, int *list)
{
    for (int k = 0; k < c->n_products; k++)
        if (c->factors[k].l[0] == l) *list++ = k;
    *list = -1;
}

/* A vector of sums has only the published order. */
static void import_sums(const sz_compression *c, int n, size_t ld, const double *vectors,
                        double *inner)
{
    for (int s = 0; s < n; s++)
        memcpy(inner + (size_t)s * c->stride, vectors + s * ld,
               (size_t)c->n_desc * sizeof *inner);
}

static sz_status import_products(const sz_compression *c, const sz_radial *radial, int n,
                                 size_t ld, const double *vectors, double *inner,
                                 sz_error *err)
{
    int *of_l = malloc(((size_t)c->n_products + 1) * sizeof *of_l);
    published v;
    sz_status status;

    if (!of_l)
        return sz_fail_memory(err, (size_t)c->n_products * sizeof *of_l, "a vector");
    status = published_open(&v, c, err);
    if (status != SZ_OK) {
        free(of_l);
        return status;
    }
    for (int l = 0; l <= c->l_max; l++) {
        published_next(&v, c, l);
        components_of(c, l, of_l);
        for (int s = 0; s < n; s++)
            import_l(&v, c, radial, l, vectors + s * ld, of_l,
                     inner + (size_t)s * c->stride);
    }
    published_close(&v);
    free(of_l);
    return SZ_OK;
}

sz_status sz_compression_import(const sz_compression *c, const sz_radial *radial, int n,
                                size_t ld, const double *vectors, double *inner,
                                sz_error *err)
{
    memset(inner, 0, (size_t)n * c->stride * sizeof *inner);
    if (c->spec.order == 3)
        return sz_triples_import(c, radial, n, ld, vectors, inner, err);
    if (!c->spec.sum) return import_products(c, radial, n, ld, vectors, inner, err);
    import_sums(c, n, ld, vectors, inner);
    return SZ_OK;
}

/* Channels are not rotated: the inverse is exact to the last bit. */
static void publish_l(published *v, const sz_compression *c, int l, const double *inner,
                      double *vector)
{
    for (int k = 0; k < c->n_products; k++) {
        int a = c->factors[k].channel[0], b = c->factors[k].channel[1];

        if (c->factors[k].l[0] != l) continue;
        v->matrix[b * v->k1 + a] = inner[k];
        if (sz_alike(&c->spec, 0, 1)) v->matrix[a * v->k1 + b] = inner[k];
    }
    for (int k = 0; k < v->n_pairs; k++)
        vector[published_index(v, c, l, k)] =
            v->matrix[v->list[k].b * v->k1 + v->list[k].a];
}

/* P_l = O^T P'_l O */
static void publish_rotated_l(published *v, const sz_compression *c,
                              const sz_radial *radial, int l, const double *inner,
                              double *vector)
{
    int rows = v->g2 * c->map[1].n[l], columns = v->g1 * c->map[0].n[l];

    for (int k = 0; k < c->n_products; k++) {
        int a = c->factors[k].channel[0], b = c->factors[k].channel[1];
        double value = inner[k] / weight(c, a, b);

        if (c->factors[k].l[0] != l) continue;
        v->matrix[b * columns + a] = value;
        if (sz_alike(&c->spec, 0, 1)) v->matrix[a * columns + b] = value;
    }
    for (int d = 0; d < 2; d++) {
        const double *comb = sz_channel_rotation(c, radial, d, l);

        if (comb)
            rotate_back(v, &rows, &columns, c->n_max, c->map[d].n[l], comb,
                        radial->n_fun);
        else
            transpose(v, &rows, &columns);
    }
    for (int k = 0; k < v->n_pairs; k++) {
        int a = v->list[k].a, b = v->list[k].b;

        vector[published_index(v, c, l, k)] =
            v->matrix[b * columns + a] * weight(c, a, b);
    }
}

sz_status sz_compression_publish(const sz_compression *c, const sz_radial *radial,
                                 const double *inner, double *vector, sz_error *err)
{
    published v;
    sz_status status;

    if (c->spec.order == 3) return sz_triples_publish(c, radial, inner, vector, err);
    if (c->spec.sum) {
        memcpy(vector, inner, (size_t)c->n_desc * sizeof *vector);
        return SZ_OK;
    }
    status = published_open(&v, c, err);
    if (status != SZ_OK) return status;
    for (int l = 0; l <= c->l_max; l++) {
        published_next(&v, c, l);
        if (radial->reduced)
            publish_rotated_l(&v, c, radial, l, inner, vector);
        else
            publish_l(&v, c, l, inner, vector);
    }
    published_close(&v);
    return SZ_OK;
}
