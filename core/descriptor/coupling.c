/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coupling.c - two channel sets coupled to one, for products of three factors.
 *
 *   p[l1 l2 l3][a b c] = sum_m1 Y1[l1 m1][a] Q[l1 m1][l2 l3 b c]                power.c
 *   Q[l1 m1][l2 l3 b c] = sum_m2m3 T[m1 m2 m3] Y2[l2 m2][b] Y3[l3 m3][c]
 *
 *   dE/dY2[l2 m2][b] += sum T dE/dQ Y3[l3 m3][c],  dE/dY3[l3 m3][c] += sum T dE/dQ Y2[..]
 *
 * T is Wigner's 3j symbol in real harmonics: the integral of Y_l1m1 Y_l2m2 Y_l3m3 divided
 * by its Frobenius norm, which fixes it but for a sign that does not matter. It is a
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

/* Y_lm at azimuth 0 for m >= 0, at the nodes of a rule over z */
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

/* ---- the columns ------------------------------------------------------------------- */

static int same_column(const sz_factors *p, const sz_factors *q)
{
    return memcmp(p->l, q->l, sizeof p->l) == 0 && p->channel[1] == q->channel[1] &&
           p->channel[2] == q->channel[2];
}

/* Appends a column to the runs of its triple, of which the first is *first. */
static void add_column(const sz_compression *c, const sz_factors *f, int column,
                       sz_coupled_run *first, int *n)
{
    int b = sz_map_position(&c->map[1], f->l[1], f->channel[1]);
    int at = sz_map_position(&c->map[2], f->l[2], f->channel[2]);
    int each = c->spec.pairs == SZ_PAIRS_ELEMENT;
    sz_coupled_run *last = *n > 0 ? first + *n - 1 : NULL;

    if (last && last->n < SZ_LANES && at == last->c + last->n &&
        b == last->b + (each ? last->n : 0)) {
        last->n++;
        return;
    }
    first[(*n)++] = (sz_coupled_run){b, at, 1, each, column};
}

/* Triples and runs from the list; entries are left to make_entries. */
static void make_runs(sz_coupling *k, const sz_compression *c, int n,
                      const sz_factors *list, int *column)
{
    int used[SZ_L_MAX + 1] = {0}, runs = 0, most = 0;
    sz_coupled_triple *t = k->triple - 1;

    for (int i = 0; i < n; i++) {
        const sz_factors *f = &list[i];
        int l = f->l[0];

        if (i == 0 || memcmp(f->l, list[i - 1].l, sizeof f->l) != 0) {
            t++;
            memcpy(t->l, f->l, sizeof t->l);
            t->run = runs;
            k->n_triples++;
        }
        if (i == 0 || !same_column(f, &list[i - 1])) {
            int in_triple = runs - t->run;

            add_column(c, f, used[l]++, k->run + t->run, &in_triple);
            runs = t->run + in_triple;
        }
        column[i] = used[l] - 1;
        if (used[l] > most) most = used[l];
    }
    k->triple[k->n_triples].run = runs;
    k->stride = SZ_PAD(most + SZ_LANES);
}

static sz_status make_entries(sz_coupling *k, sz_error *err)
{
    polar *p = malloc(sizeof *p);
    size_t most = 0, n = 0;

    for (int t = 0; t < k->n_triples; t++)
        most += (size_t)SZ_COUPLING_MAX(k->triple[t].l);
    k->entry = malloc(most * sizeof *k->entry + 1);
    if (!p || !k->entry) {
        free(p);
        return sz_fail_memory(err, most * sizeof *k->entry, "the coupling of harmonics");
    }
    make_polar(p);
    for (int t = 0; t < k->n_triples; t++) {
        k->triple[t].entry = (int)n;
        n += (size_t)fill_table(p, k->triple[t].l, k->entry + n);
    }
    k->triple[k->n_triples].entry = (int)n;
    free(p);
    return SZ_OK;
}

sz_status sz_coupling_create(sz_coupling **coupling, const sz_compression *c, int n,
                             const sz_factors *list, int *column, sz_error *err)
{
    sz_coupling *k = calloc(1, sizeof *k);
    size_t triples = 1, columns = 1;
    sz_status status = SZ_OK;

    *coupling = NULL;
    for (int i = 0; i < n; i++) {
        triples += i == 0 || memcmp(list[i].l, list[i - 1].l, sizeof list[i].l) != 0;
        columns += i == 0 || !same_column(&list[i], &list[i - 1]);
    }
    if (k) k->triple = calloc(triples, sizeof *k->triple);
    if (k) k->run = malloc(columns * sizeof *k->run);
    if (!k || !k->triple || !k->run)
        status = sz_fail_memory(err, columns * sizeof *k->run, "the coupled channels");
    if (status == SZ_OK) {
        make_runs(k, c, n, list, column);
        status = make_entries(k, err);
    }
    if (status == SZ_OK)
        *coupling = k;
    else
        sz_coupling_free(k);
    return status;
}

void sz_coupling_free(sz_coupling *coupling)
{
    if (!coupling) return;
    free(coupling->triple);
    free(coupling->entry);
    free(coupling->run);
    free(coupling);
}

/* ---- the stage --------------------------------------------------------------------- */

/* One pair of channel sets, or two whose products are added. */
typedef struct {
    int n, stride2, stride3;
    const double *y2[2], *y3[2];
} factors;

/* A run of a triple: rows of l1 one after the other. What runs over its end is
 * overwritten by the next run. */
SZ_INLINE void couple_run(const sz_coupled_triple *t, const sz_coupling_entry *e,
                          const sz_coupling_entry *end, const sz_coupled_run *run,
                          const factors *f, double *q, int stride)
{
    int at2 = t->l[1] * t->l[1] * f->stride2 + run->b;
    int at3 = t->l[2] * t->l[2] * f->stride3 + run->c;

    q += t->l[0] * t->l[0] * stride + run->column;
    for (int m = 0; m <= 2 * t->l[0]; m++) {
        sz_lanes sum = {0};

        for (; e < end && e->m[0] == m; e++)
            for (int k = 0; k < f->n; k++) {
                const double *y2 = f->y2[k] + at2 + e->m[1] * f->stride2;
                sz_lanes y3 = e->value * SZ_GET(f->y3[k] + at3 + e->m[2] * f->stride3);

                if (run->each)
                    sum += SZ_GET(y2) * y3;
                else
                    sum += *y2 * y3;
            }
        SZ_AT(q + m * stride) = sum;
    }
}

/* The same of one channel each. */
SZ_INLINE void couple_one(const sz_coupled_triple *t, const sz_coupling_entry *e,
                          const sz_coupling_entry *end, const sz_coupled_run *run,
                          const factors *f, double *q, int stride)
{
    int at2 = t->l[1] * t->l[1] * f->stride2 + run->b;
    int at3 = t->l[2] * t->l[2] * f->stride3 + run->c;

    q += t->l[0] * t->l[0] * stride + run->column;
    for (int m = 0; m <= 2 * t->l[0]; m++) {
        double sum = 0.0;

        for (; e < end && e->m[0] == m; e++)
            for (int k = 0; k < f->n; k++)
                sum += e->value * f->y2[k][at2 + e->m[1] * f->stride2] *
                       f->y3[k][at3 + e->m[2] * f->stride3];
        q[m * stride] = sum;
    }
}

SZ_CLONES static void couple(const sz_coupling *c, const factors *f, double *q)
{
    for (const sz_coupled_triple *t = c->triple; t < c->triple + c->n_triples; t++) {
        const sz_coupling_entry *e = c->entry + t->entry, *end = c->entry + t[1].entry;

        for (int r = t->run; r < t[1].run; r++)
            if (c->run[r].n == 1)
                couple_one(t, e, end, &c->run[r], f, q, c->stride);
            else
                couple_run(t, e, end, &c->run[r], f, q, c->stride);
    }
}

void sz_couple(const sz_compression *c, const double *y2, const double *y3, double *q)
{
    const factors f = {1, c->map[1].stride, c->map[2].stride, {y2}, {y3}};

    couple(c->coupling, &f, q);
}

void sz_couple_tangent(const sz_compression *c, const double *y2, const double *y3,
                       const double *dy2, const double *dy3, double *dq)
{
    const factors f = {2, c->map[1].stride, c->map[2].stride, {dy2, y2}, {y3, dy3}};

    couple(c->coupling, &f, dq);
}

/* ---- the adjoint ------------------------------------------------------------------- */

/* What a run's adjoint is computed from and adds to, at its positions. */
typedef struct {
    int stride, stride2, stride3;
    const double *dedq, *y2, *y3;
    double *dedy2, *dedy3;
} gradients;

SZ_INLINE void spread_each(const sz_coupling_entry *e, const sz_coupling_entry *end,
                           int n, const gradients *g)
{
    for (; e < end; e++) {
        sz_lanes d = e->value * SZ_GET(g->dedq + e->m[0] * g->stride), to;
        int at2 = e->m[1] * g->stride2, at3 = e->m[2] * g->stride3;
        sz_lanes y2 = SZ_GET(g->y2 + at2), y3 = SZ_GET(g->y3 + at3);

        sz_keep_lanes(&d, n);
        to = SZ_GET(g->dedy2 + at2) + d * y3;
        SZ_AT(g->dedy2 + at2) = to;
        to = SZ_GET(g->dedy3 + at3) + d * y2;
        SZ_AT(g->dedy3 + at3) = to;
    }
}

SZ_INLINE void spread_run(const sz_coupling_entry *e, const sz_coupling_entry *end, int n,
                          int n_m2, const gradients *g)
{
    sz_lanes sum[2 * SZ_COUPLED_L_MAX + 1];

    for (int m = 0; m < n_m2; m++) sum[m] = (sz_lanes){0};
    for (; e < end; e++) {
        sz_lanes d = e->value * SZ_GET(g->dedq + e->m[0] * g->stride);
        int at3 = e->m[2] * g->stride3;

        sz_keep_lanes(&d, n);
        sum[e->m[1]] += d * SZ_GET(g->y3 + at3);
        SZ_AT(g->dedy3 + at3) += g->y2[e->m[1] * g->stride2] * d;
    }
    for (int m = 0; m < n_m2; m++) g->dedy2[m * g->stride2] += sz_sum_lanes(sum[m]);
}

SZ_INLINE void spread_one(const sz_coupling_entry *e, const sz_coupling_entry *end,
                          const gradients *g)
{
    for (; e < end; e++) {
        double d = e->value * g->dedq[e->m[0] * g->stride];
        int at2 = e->m[1] * g->stride2, at3 = e->m[2] * g->stride3;

        g->dedy2[at2] += d * g->y3[at3];
        g->dedy3[at3] += d * g->y2[at2];
    }
}

SZ_CLONES void sz_couple_adjoint(const sz_compression *c, const double *y2,
                                 const double *y3, const double *dedq, double *dedy2,
                                 double *dedy3)
{
    const sz_coupling *k = c->coupling;
    int stride2 = c->map[1].stride, stride3 = c->map[2].stride;

    for (const sz_coupled_triple *t = k->triple; t < k->triple + k->n_triples; t++) {
        const sz_coupling_entry *e = k->entry + t->entry, *end = k->entry + t[1].entry;

        for (int r = t->run; r < t[1].run; r++) {
            const sz_coupled_run *run = &k->run[r];
            int at2 = t->l[1] * t->l[1] * stride2 + run->b;
            int at3 = t->l[2] * t->l[2] * stride3 + run->c;
            const gradients g = {
                k->stride,   stride2,
                stride3,     dedq + t->l[0] * t->l[0] * k->stride + run->column,
                y2 + at2,    y3 + at3,
                dedy2 + at2, dedy3 + at3};

            if (run->n == 1)
                spread_one(e, end, &g);
            else if (run->each)
                spread_each(e, end, run->n, &g);
            else
                spread_run(e, end, run->n, 2 * t->l[1] + 1, &g);
        }
    }
}
