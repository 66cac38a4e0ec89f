/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coupling_apply.c - couples two channel sets to one, and the adjoint.
 *
 *   Q[l1 m1][l2 l3 b c] = sum_m2m3 T[m1 m2 m3] Y2[l2 m2][b] Y3[l3 m3][c]
 *
 *   dE/dY2[l2 m2][b] += sum T dE/dQ Y3[l3 m3][c],  dE/dY3[l3 m3][c] += sum T dE/dQ Y2[..]
 *
 * T is a list of its entries, see coupling.c. */
#include "descriptor/coupling.h"

#include "linear/vec.h"

#include <string.h>

/* ---- copying rows to columns ------------------------------------------------------- */

/* Copies rows of Y2 (d = 0) or Y3 to the columns; y itself if channels are used
 * directly. */
static const sz_real *spread(const sz_compression *c, int d, const sz_real *y,
                             sz_real *to)
{
    const sz_coupling *k = c->coupling;
    int stride = c->map[d + 1].stride;

    if (!k->n_c) return y;
    for (int l = 0; l <= c->l_max; l++) {
        const int *source = k->source[d] + l * k->width;

        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int i = 0; i < k->width; i++)
                to[lm * k->width + i] = source[i] < 0 ? 0.0 : y[lm * stride + source[i]];
    }
    return to;
}

/* The adjoint: dedy += the sum over the columns that it was copied to. */
static void collect(const sz_compression *c, int d, const sz_real *from, sz_real *dedy)
{
    const sz_coupling *k = c->coupling;
    int stride = c->map[d + 1].stride;

    for (int l = 0; l <= c->l_max; l++) {
        const int *source = k->source[d] + l * k->width;

        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int i = 0; i < k->width; i++)
                if (source[i] >= 0)
                    dedy[lm * stride + source[i]] += from[lm * k->width + i];
    }
}

/* ---- the stage --------------------------------------------------------------------- */

enum { TILE = 4 }; /* vectors of columns that share the weights */

/* Columns k .. of a row: q = sum of value y2 y3 */
SZ_INLINE void couple_columns(int vectors, int k, const sz_coupling_weight *w,
                              const sz_coupling_weight *end, const sz_real *y2,
                              const sz_real *y3, int add, sz_real *q)
{
    sz_lanes sum[TILE];

    for (int v = 0; v < vectors; v++)
        sum[v] = add ? SZ_GET(q + k + v * SZ_LANES) : (sz_lanes){0};
    for (; w < end; w++)
        for (int v = 0; v < vectors; v++)
            sum[v] += (sz_real)w->value * SZ_GET(y2 + w->y2 + k + v * SZ_LANES) *
                      SZ_GET(y3 + w->y3 + k + v * SZ_LANES);
    for (int v = 0; v < vectors; v++) SZ_AT(q + k + v * SZ_LANES) = sum[v];
}

/* The same if all rows have one column: summed in the order of Y2's rows, so that
 * consecutive sums are independent. */
SZ_INLINE void couple_one(const sz_coupling *c, const sz_real *y2, const sz_real *y3,
                          int add, sz_real *q)
{
    const sz_coupling_weight *end = c->back_weight + c->back[c->n_back].weight;

    for (int r = 0; r < c->n_rows && !add; r++) q[c->row[r].at] = 0.0;
    for (const sz_coupling_weight *w = c->back_weight; w < end; w++)
        q[w->q] += (sz_real)w->value * y2[w->y2] * y3[w->y3];
}

SZ_CLONES static void couple(const sz_coupling *c, const sz_real *y2, const sz_real *y3,
                             int add, sz_real *q)
{
    if (c->row->width == 1) {
        couple_one(c, y2, y3, add, q);
        return;
    }
    for (const sz_coupled_row *r = c->row; r < c->row + c->n_rows; r++) {
        const sz_coupling_weight *w = c->weight + r->weight;
        const sz_coupling_weight *end = c->weight + r[1].weight;
        int k = 0;

        for (; k + TILE * SZ_LANES <= r->width; k += TILE * SZ_LANES)
            couple_columns(TILE, k, w, end, y2, y3, add, q + r->at);
        for (; k + 2 * SZ_LANES <= r->width; k += 2 * SZ_LANES)
            couple_columns(2, k, w, end, y2, y3, add, q + r->at);
        for (; k < r->width; k += SZ_LANES)
            couple_columns(1, k, w, end, y2, y3, add, q + r->at);
    }
}

void sz_couple(const sz_compression *c, const sz_real *y2, const sz_real *y3,
               sz_real *scratch, sz_real *q)
{
    y2 = spread(c, 0, y2, scratch);
    y3 = spread(c, 1, y3, scratch + sz_coupling_spread(c));
    couple(c->coupling, y2, y3, 0, q);
}

void sz_couple_tangent(const sz_compression *c, const sz_real *y2, const sz_real *y3,
                       const sz_real *dy2, const sz_real *dy3, sz_real *scratch,
                       sz_real *dq)
{
    size_t n = sz_coupling_spread(c);

    if (c->coupling->n_c) y2 = scratch, y3 = scratch + n;
    couple(c->coupling, spread(c, 0, dy2, scratch + 2 * n), y3, 0, dq);
    couple(c->coupling, y2, spread(c, 1, dy3, scratch + 3 * n), 1, dq);
}

/* ---- the adjoint ------------------------------------------------------------------- */

/* The arrays of an adjoint. */
typedef struct {
    const sz_real *dedq, *y2, *y3;
    sz_real *dedy2, *dedy3;
} gradients;

/* Columns k .. of the row of Y2 that starts at at, with all rows of Y3 and Q. */
SZ_INLINE void spread_columns(int vectors, int at, int k, const sz_coupling_weight *w,
                              const sz_coupling_weight *end, const gradients *g)
{
    sz_lanes sum[TILE], y2[TILE];

    for (int v = 0; v < vectors; v++) {
        sum[v] = (sz_lanes){0};
        y2[v] = SZ_GET(g->y2 + at + k + v * SZ_LANES);
    }
    for (; w < end; w++)
        for (int v = 0; v < vectors; v++) {
            int i = k + v * SZ_LANES;
            sz_lanes d = (sz_real)w->value * SZ_GET(g->dedq + w->q + i);

            sum[v] += d * SZ_GET(g->y3 + w->y3 + i);
            SZ_AT(g->dedy3 + w->y3 + i) += d * y2[v];
        }
    for (int v = 0; v < vectors; v++) SZ_AT(g->dedy2 + at + k + v * SZ_LANES) += sum[v];
}

/* The same if all rows have one column, in the order of Q's rows. */
SZ_INLINE void spread_one(const sz_coupling *c, const gradients *g)
{
    const sz_coupling_weight *end = c->weight + c->row[c->n_rows].weight;

    for (const sz_coupling_weight *w = c->weight; w < end; w++) {
        sz_real d = (sz_real)w->value * g->dedq[w->q];

        g->dedy2[w->y2] += d * g->y3[w->y3];
        g->dedy3[w->y3] += d * g->y2[w->y2];
    }
}

SZ_CLONES static void couple_adjoint(const sz_coupling *c, const gradients *g)
{
    if (c->row->width == 1) {
        spread_one(c, g);
        return;
    }
    for (const sz_coupled_row *r = c->back; r < c->back + c->n_back; r++) {
        const sz_coupling_weight *w = c->back_weight + r->weight;
        const sz_coupling_weight *end = c->back_weight + r[1].weight;
        int k = 0;

        for (; k + TILE * SZ_LANES <= r->width; k += TILE * SZ_LANES)
            spread_columns(TILE, r->at, k, w, end, g);
        for (; k + 2 * SZ_LANES <= r->width; k += 2 * SZ_LANES)
            spread_columns(2, r->at, k, w, end, g);
        for (; k < r->width; k += SZ_LANES) spread_columns(1, r->at, k, w, end, g);
    }
}

void sz_couple_adjoint(const sz_compression *c, const sz_real *y2, const sz_real *y3,
                       sz_real *scratch, const sz_real *dedq, sz_real *dedy2,
                       sz_real *dedy3)
{
    size_t n = sz_coupling_spread(c);
    sz_real *own = scratch + 2 * n;
    const gradients as_they_are = {dedq, y2, y3, dedy2, dedy3};
    const gradients spread_out = {dedq, scratch, scratch + n, own, own + n};

    if (!c->coupling->n_c) {
        couple_adjoint(c->coupling, &as_they_are);
        return;
    }
    memset(own, 0, 2 * n * sizeof *own);
    couple_adjoint(c->coupling, &spread_out);
    collect(c, 0, own, dedy2);
    collect(c, 1, own + n, dedy3);
}
