/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coupling.c - couples two channel sets to one, for products of three factors.
 *
 *   p[l1 l2 l3][a b c] = sum_m1 Y1[l1 m1][a] Q[l1 m1][l2 l3 b c]                power.c
 *   Q[l1 m1][l2 l3 b c] = sum_m2m3 T[m1 m2 m3] Y2[l2 m2][b] Y3[l3 m3][c]
 *
 * T is Wigner's 3j symbol in real harmonics: the integral of Y_l1m1 Y_l2m2 Y_l3m3 divided
 * by its Frobenius norm, which fixes it up to a sign that does not matter. It is a
 * product of an integral over z and one over the azimuth, and sparse: an m is plus or
 * minus the sum or the difference of the other two. Triples with an odd sum of l change
 * sign under inversion and are left out. */
#include "descriptor/coupling.h"

#include "descriptor/harmonics.h"
#include "linear/quadrature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- the symbol -------------------------------------------------------------------- */

enum { NODES = 3 * SZ_COUPLED_L_MAX / 2 + 1, L1 = SZ_COUPLED_L_MAX + 1 };

static const double pi = 3.14159265358979323846;

/* Y_lm at azimuth 0 for m >= 0, at the nodes of a quadrature rule in z */
typedef struct {
    double weight[NODES], y[NODES][L1][L1];
} polar;

static void make_polar(polar *p)
{
    sz_harmonics_factors factors;
    long double z[NODES], weight[NODES];

    sz_harmonics_prepare(&factors, SZ_COUPLED_L_MAX);
    sz_gauss_legendre(NODES, z, weight);
    for (int k = 0; k < NODES; k++) {
        double u[3 * SZ_LANES] = {0}, y[L1 * L1 * SZ_LANES];

        u[0] = (double)sqrtl(1.0L - z[k] * z[k]);
        u[2 * SZ_LANES] = (double)z[k];
        sz_harmonics(&factors, u, y, NULL);
        p->weight[k] = (double)weight[k];
        for (int l = 0; l < L1; l++)
            for (int m = 0; m <= l; m++) p->y[k][l][m] = y[(l * l + l + m) * SZ_LANES];
    }
}

/* The integral over the azimuth of cos(m phi), m >= 0, or sin(-m phi), for three m. */
static double azimuth(const int m[SZ_FACTORS])
{
    int n = abs(m[0]) + abs(m[1]) + abs(m[2]) + 1;
    double sum = 0.0;

    for (int k = 0; k < n; k++) {
        double product = 2.0 * pi / n;

        for (int d = 0; d < SZ_FACTORS; d++) {
            double angle = abs(m[d]) * 2.0 * pi * k / n;

            product *= m[d] < 0 ? sin(angle) : cos(angle);
        }
        sum += product;
    }
    return fabs(sum) < 1e-10 ? 0.0 : sum;
}

static double gaunt(const polar *p, const int l[SZ_FACTORS], const int m[SZ_FACTORS])
{
    double round = azimuth(m), sum = 0.0;

    for (int k = 0; k < NODES && round != 0.0; k++)
        sum += p->weight[k] * p->y[k][l[0]][abs(m[0])] * p->y[k][l[1]][abs(m[1])] *
               p->y[k][l[2]][abs(m[2])];
    return round * sum;
}

static int fill_table(const polar *p, const int l[SZ_FACTORS], sz_coupling_entry *entry)
{
    double norm2 = 0.0;
    int n = 0;

    for (int m1 = -l[0]; m1 <= l[0]; m1++)
        for (int m2 = -l[1]; m2 <= l[1]; m2++)
            for (int m3 = -l[2]; m3 <= l[2]; m3++) {
                const int m[] = {m1, m2, m3};
                double value;

                if (abs(m3) != abs(m1 + m2) && abs(m3) != abs(m1 - m2)) continue;
                value = gaunt(p, l, m);
                if (fabs(value) < 1e-13) continue;
                norm2 += value * value;
                entry[n++] =
                    (sz_coupling_entry){{m1 + l[0], m2 + l[1], m3 + l[2]}, value};
            }
    for (int k = 0; k < n; k++) entry[k].value /= sqrt(norm2);
    return n;
}

int sz_coupling_table(const int l[SZ_FACTORS], sz_coupling_entry *entry)
{
    polar p;

    make_polar(&p);
    return fill_table(&p, l, entry);
}

/* ---- columns and weights ----------------------------------------------------------- */

static int is_same(const int l[SZ_FACTORS], const int k[SZ_FACTORS])
{
    return l[0] == k[0] && l[1] == k[1] && l[2] == k[2];
}

static int channels(const sz_map *map, int l)
{
    return map->groups * map->n[l];
}

/* Columns of (l2, l3), padded. */
static int width_of(const sz_coupling *k, const sz_compression *c, int l2)
{
    int n = channels(&c->map[1], l2) * (k->n_c ? k->n_c : 1);

    return n > 1 ? SZ_PAD(n) : 1;
}

/* The sources of the columns. */
static sz_status make_source(sz_coupling *k, const sz_compression *c, sz_error *err)
{
    size_t n = (size_t)(c->l_max + 1) * k->width;

    for (int d = 0; d < 2; d++) {
        const sz_map *map = &c->map[d + 1];

        k->source[d] = malloc(n * sizeof **k->source + 1);
        if (!k->source[d])
            return sz_fail_memory(err, n * sizeof **k->source, "the coupled channels");
        for (int l = 0; l <= c->l_max; l++)
            for (int i = 0; i < k->width; i++) {
                int channel = d == 0 ? i / k->n_c : i % k->n_c;

                k->source[d][l * k->width + i] =
                    channel < channels(map, l) ? sz_map_position(map, l, channel) : -1;
            }
    }
    return SZ_OK;
}

/* The triples of l in the list, each once. */
typedef struct {
    int l[SZ_FACTORS], column;
} triple;

/* Places the columns of each l1 next to each other. */
static int find_triples(sz_coupling *k, const sz_compression *c, int n,
                        const sz_factors *list, int *column, triple *t)
{
    int used[L1] = {0}, n_triples = 0;

    for (int i = 0; i < n; i++) {
        const sz_factors *f = &list[i];
        int own = k->n_c ? f->channel[1] * k->n_c + f->channel[2] : f->channel[1];

        if (i == 0 || !is_same(f->l, f[-1].l)) {
            triple *next = &t[n_triples++];

            memcpy(next->l, f->l, sizeof next->l);
            next->column = used[f->l[0]];
            used[f->l[0]] += width_of(k, c, f->l[1]);
            if (used[f->l[0]] > k->stride) k->stride = used[f->l[0]];
        }
        column[i] = t[n_triples - 1].column + own;
    }
    return n_triples;
}

/* The data for computing the weights. */
typedef struct {
    int stride[SZ_FACTORS]; /* columns of rows of Q, Y2 and Y3 as multiplied */
    int first[SZ_FACTORS];  /* their first column; for Q that of the triple */
    const polar *polar;
    sz_coupling_entry *entry; /* [n_entries] of one triple */
    int n_entries, n, n_back; /* number of weights so far: n, n_back */
} maker;

static int row_at(const maker *m, const triple *t, int d, int row)
{
    return (t->l[d] * t->l[d] + row) * m->stride[d] + m->first[d];
}

/* The row of Q (d = 0) or Y2 (d = 1) of a triple, and its weights. */
static sz_coupled_row make_row(const maker *m, const triple *t, int d, int row, int width,
                               sz_coupling_weight *weight, int *n_weights)
{
    const sz_coupled_row made = {row_at(m, t, d, row), *n_weights, width};

    for (int i = 0; i < m->n_entries; i++) {
        const sz_coupling_entry *e = &m->entry[i];

        if (e->m[d] == row)
            weight[(*n_weights)++] =
                (sz_coupling_weight){row_at(m, t, 0, e->m[0]), row_at(m, t, 1, e->m[1]),
                                     row_at(m, t, 2, e->m[2]), e->value};
    }
    return made;
}

/* The rows of Q of one triple, and the same weights by rows of Y2. */
static void add_triple(sz_coupling *k, const sz_compression *c, const triple *t, maker *m)
{
    int width = width_of(k, c, t->l[1]);

    m->n_entries = fill_table(m->polar, t->l, m->entry);
    m->first[0] = t->column;
    for (int row = 0; row <= 2 * t->l[0]; row++)
        k->row[k->n_rows++] = make_row(m, t, 0, row, width, k->weight, &m->n);
    for (int row = 0; row <= 2 * t->l[1]; row++)
        k->back[k->n_back++] = make_row(m, t, 1, row, width, k->back_weight, &m->n_back);
}

/* Channels that are used directly are at the base of their map. */
static void set_rows(maker *m, const sz_coupling *k, const sz_compression *c)
{
    m->stride[0] = k->stride;
    for (int d = 1; d < SZ_FACTORS; d++) {
        m->stride[d] = k->n_c ? k->width : c->map[d].stride;
        m->first[d] = k->n_c ? 0 : c->map[d].base;
    }
}

static sz_status make_weights(sz_coupling *k, const sz_compression *c, int n_triples,
                              const triple *t, sz_error *err)
{
    size_t n = 0, rows = 1, back = 1, most = 2 * (2 * (size_t)c->l_max + 1);
    polar *p = malloc(sizeof *p);
    maker m = {.polar = p};

    for (int i = 0; i < n_triples; i++) {
        n += (size_t)SZ_COUPLING_MAX(t[i].l);
        rows += 2 * (size_t)t[i].l[0] + 1;
        back += 2 * (size_t)t[i].l[1] + 1;
    }
    k->row = malloc(rows * sizeof *k->row);
    k->back = malloc(back * sizeof *k->back);
    k->weight = malloc(n * sizeof *k->weight + 1);
    k->back_weight = malloc(n * sizeof *k->back_weight + 1);
    m.entry = malloc(most * most * sizeof *m.entry);
    if (!p || !k->row || !k->back || !k->weight || !k->back_weight || !m.entry) {
        free(p);
        free(m.entry);
        return sz_fail_memory(err, n * sizeof *k->weight, "the coupling of harmonics");
    }
    make_polar(p);
    set_rows(&m, k, c);
    for (int i = 0; i < n_triples; i++) add_triple(k, c, &t[i], &m);
    k->row[k->n_rows] = (sz_coupled_row){0, m.n, 0};
    k->back[k->n_back] = (sz_coupled_row){0, m.n_back, 0};
    free(p);
    free(m.entry);
    return SZ_OK;
}

static sz_status fill(sz_coupling *k, const sz_compression *c, int n,
                      const sz_factors *list, int *column, sz_error *err)
{
    triple *t = malloc((size_t)L1 * L1 * L1 * sizeof *t);
    int most_b = 0, most_c = 0, n_triples;
    sz_status status = SZ_OK;

    if (!t) return sz_fail_memory(err, (size_t)L1 * L1 * L1 * sizeof *t, "triples");
    for (int l = 0; l <= c->l_max; l++) {
        if (channels(&c->map[1], l) > most_b) most_b = channels(&c->map[1], l);
        if (channels(&c->map[2], l) > most_c) most_c = channels(&c->map[2], l);
    }
    if (most_b * most_c > 1 && c->spec.pairs != SZ_PAIRS_ELEMENT) k->n_c = most_c;
    k->width = SZ_PAD(most_b * k->n_c);
    if (k->n_c) status = make_source(k, c, err);
    if (status == SZ_OK) {
        n_triples = find_triples(k, c, n, list, column, t);
        status = make_weights(k, c, n_triples, t, err);
    }
    free(t);
    return status;
}

sz_status sz_coupling_create(sz_coupling **coupling, const sz_compression *c, int n,
                             const sz_factors *list, int *column, sz_error *err)
{
    sz_coupling *k = calloc(1, sizeof *k);
    sz_status status;

    *coupling = NULL;
    if (!k) return sz_fail_memory(err, sizeof *k, "the coupling of harmonics");
    status = fill(k, c, n, list, column, err);
    if (status == SZ_OK)
        *coupling = k;
    else
        sz_coupling_free(k);
    return status;
}

void sz_coupling_free(sz_coupling *coupling)
{
    if (!coupling) return;
    free(coupling->source[0]);
    free(coupling->source[1]);
    free(coupling->row);
    free(coupling->weight);
    free(coupling->back);
    free(coupling->back_weight);
    free(coupling);
}

size_t sz_coupling_size(const sz_compression *c)
{
    return c->coupling ? (size_t)SZ_N_LM(c->l_max) * c->coupling->stride + SZ_LANES : 0;
}

size_t sz_coupling_scratch(const sz_compression *c)
{
    return c->coupling ? 4 * sz_coupling_spread(c) : 0;
}
