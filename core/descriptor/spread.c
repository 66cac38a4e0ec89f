/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spread.c - the adjoint of the products Y1 Y2 of a power spectrum.
 *
 *   dE/dY1_lm,a += sum_b D_l(a,b) Y2_lm,b,   dE/dY2_lm,b += sum_a D_l(a,b) Y1_lm,a
 *
 * D is processed in tiles of up to SZ_LANES rows b, which may belong to several blocks,
 * and as many a: directly for the first sum and transposed for the second, so that
 * neither runs over lanes. If both sums go to the same channels they are combined. */
#include "descriptor/spread.h"

#include "linear/vec.h"

/* Rows b .. b + n_b - 1 of l with up to n_a components each, from a on. */
typedef struct {
    int l, a, b, n_a, n_b;
    sz_lanes row[SZ_LANES]; /* n_b of them, padded with zeros */
} tile;

/* The channels that tiles connect. */
typedef struct {
    const sz_real *y1, *y2;
    sz_real *dedy1, *dedy2;
    int stride1, stride2;
} sides;

/* to_m += sum_i from_m,i row_i over the n rows */
SZ_INLINE void add_rows(int n, int n_m, const sz_lanes *row, const sz_real *from,
                        int stride, sz_real *to, int stride_to)
{
    for (int m = 0; m < n_m; m++) {
        sz_lanes sum = SZ_GET(to + m * stride_to);

        for (int i = 0; i < n; i++) sum += from[m * stride + i] * row[i];
        SZ_AT(to + m * stride_to) = sum;
    }
}

/* The same with inner loops of fixed lengths. */
SZ_INLINE void add_any(int n, int n_m, const sz_lanes *row, const sz_real *from,
                       int stride, sz_real *to, int stride_to)
{
    switch (n) { // clang-format off
    case 1: add_rows(1, n_m, row, from, stride, to, stride_to); break;
    case 2: add_rows(2, n_m, row, from, stride, to, stride_to); break;
    case 3: add_rows(3, n_m, row, from, stride, to, stride_to); break;
    case 4: add_rows(4, n_m, row, from, stride, to, stride_to); break;
    case 5: add_rows(5, n_m, row, from, stride, to, stride_to); break;
    case 6: add_rows(6, n_m, row, from, stride, to, stride_to); break;
    case 7: add_rows(7, n_m, row, from, stride, to, stride_to); break;
    default: add_rows(SZ_LANES, n_m, row, from, stride, to, stride_to);
    } // clang-format on
}

/* A tile of one row, for which a transpose does not pay: to_m += sum_a row_a from_m,a */
SZ_INLINE void add_dot(int n, int n_m, const sz_lanes *row, const sz_real *from,
                       int stride, sz_real *to, int stride_to)
{
    for (int m = 0; m < n_m; m++) {
        sz_lanes product = SZ_GET(from + m * stride);

        sz_keep_lanes(&product, n); /* the values after it are arbitrary */
        product *= *row;
        to[m * stride_to] += sz_sum_lanes(product);
    }
}

SZ_INLINE void spread_tile(tile *t, const sides *s)
{
    int n_m = 2 * t->l + 1, at1 = t->l * t->l * s->stride1 + t->a;
    int at2 = t->l * t->l * s->stride2 + t->b;
    sz_lanes turned[SZ_LANES];

    if (t->n_b == 1) {
        add_rows(1, n_m, t->row, s->y2 + at2, s->stride2, s->dedy1 + at1, s->stride1);
        add_dot(t->n_a, n_m, t->row, s->y1 + at1, s->stride1, s->dedy2 + at2, s->stride2);
        t->n_b = 0;
        return;
    }
    sz_turn((const sz_real *)t->row, SZ_LANES, turned);
    for (int a = 0; a < SZ_LANES; a++) sz_keep_lanes(&turned[a], t->n_b);
    if (s->dedy1 == s->dedy2 && at1 == at2) { /* the same channels: one sum */
        for (int b = 0; b < t->n_b; b++) turned[b] += t->row[b];
        add_any(t->n_a > t->n_b ? t->n_a : t->n_b, n_m, turned, s->y1 + at1, s->stride1,
                s->dedy1 + at1, s->stride1);
        t->n_b = 0;
        return;
    }
    add_any(t->n_b, n_m, t->row, s->y2 + at2, s->stride2, s->dedy1 + at1, s->stride1);
    add_any(t->n_a, n_m, turned, s->y1 + at1, s->stride1, s->dedy2 + at2, s->stride2);
    t->n_b = 0;
}

/* Appends n components of row b from channel a on; if they do not continue the tile, it
 * is processed first. */
SZ_INLINE void add_row(tile *t, const sides *s, int l, int a, int b, int n,
                       const sz_real *d)
{
    if (t->n_b > 0 &&
        (t->n_b == SZ_LANES || t->l != l || t->a != a || t->b + t->n_b != b))
        spread_tile(t, s);
    if (t->n_b == 0) {
        t->l = l;
        t->a = a;
        t->b = b;
        t->n_a = 0;
    }
    if (n > t->n_a) t->n_a = n;
    t->row[t->n_b] = SZ_GET(d);
    sz_keep_lanes(&t->row[t->n_b++], n);
}

/* A row of equal positions; dedy1 and dedy2 may be the same array. */
SZ_INLINE void spread_like(const sz_block *t, const sides *s, const sz_real *d)
{
    int at1 = t->l * t->l * s->stride1 + t->a, at2 = t->l * t->l * s->stride2 + t->b;

    for (int k = 0; k < t->n; k += SZ_LANES) {
        sz_lanes row = SZ_GET(d + k);

        sz_keep_lanes(&row, t->n - k);
        for (int m = 0; m <= 2 * t->l; m++) {
            int i = at1 + m * s->stride1 + k, j = at2 + m * s->stride2 + k;

            SZ_AT(s->dedy1 + i) += SZ_GET(s->y2 + j) * row;
            SZ_AT(s->dedy2 + j) += SZ_GET(s->y1 + i) * row;
        }
    }
}

SZ_CLONES void sz_spread(int n, const sz_block *block, const sz_real *d,
                         const sz_real *y1, int stride1, const sz_real *y2, int stride2,
                         sz_real *dedy1, sz_real *dedy2)
{
    const sides s = {y1, y2, dedy1, dedy2, stride1, stride2};
    tile t = {0};

    for (const sz_block *k = block; k < block + n; k++) {
        for (int a = 0; a < k->n && k->n_b > 0; a += SZ_LANES)
            for (int b = 0; b < k->n_b; b++)
                add_row(&t, &s, k->l, k->a + a, k->b + b,
                        k->n - a < SZ_LANES ? k->n - a : SZ_LANES, d + b * k->n + a);
        if (k->n_b == 0) spread_like(k, &s, d);
        d += k->n_b > 0 ? k->n_b * k->n : k->n;
    }
    if (t.n_b > 0) spread_tile(&t, &s);
}
