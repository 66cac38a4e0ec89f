/* SPDX-License-Identifier: BSD-3-Clause
 *
 * power.c - the power spectrum of two channel sets, normalised, and its adjoint.
 *
 *   P_l(a,b) = scale sum_m Y1_lm,a Y2_lm,b,   p = P / |P|
 *
 *   dE/dP = (dE/dp - p (p . dE/dp)) / |P|,   D = scale dE/dP
 *   dE/dY1_lm,a += D_l(a,b) Y2_lm,b,   dE/dY2_lm,b += D_l(a,b) Y1_lm,a   spread.c
 *
 * The list is stored in blocks: consecutive b, each with the same consecutive a,
 * processed SZ_LANES at a time; or a row of equal positions. Writes beyond the end of a
 * row of p are overwritten by the next row or cleared. With three factors Y2 is Q of
 * coupling.c. */
#include "descriptor/power.h"

#include "descriptor/spread.h"
#include "linear/vec.h"

#include <math.h>
#include <string.h>

enum { TILE = 4 }; /* rows of p that share the loads of Y1 */

int sz_group_active(const sz_compression *c, int group, const unsigned char *present)
{
    const int *slot = c->group[group].slot;

    int active = 1;

    for (int d = 0; d < SZ_FACTORS; d++) active &= slot[d] < 0 || present[slot[d]];
    return active;
}

/* TILE rows of p, SZ_LANES wide: p[start[i]..] = sum_m y1_m,a.. y2_m,b+i */
SZ_INLINE void products(int rows, int n_m, const sz_real *y1, int stride1,
                        const sz_real *y2, int stride2, const int *start, sz_real *p)
{
    sz_lanes sum[TILE] = {{0}};

    for (int m = 0; m < n_m; m++) {
        sz_lanes a = SZ_GET(y1 + m * stride1);

        for (int i = 0; i < rows; i++) sum[i] += y2[m * stride2 + i] * a;
    }
    for (int i = 0; i < rows; i++) SZ_AT(p + start[i]) = sum[i];
}

/* The same with inner loops of fixed lengths. */
SZ_INLINE void any_products(int rows, int n_m, const sz_real *y1, int stride1,
                            const sz_real *y2, int stride2, const int *start, sz_real *p)
{
    switch (rows) { // clang-format off
    case 1: products(1, n_m, y1, stride1, y2, stride2, start, p); break;
    case 2: products(2, n_m, y1, stride1, y2, stride2, start, p); break;
    case 3: products(3, n_m, y1, stride1, y2, stride2, start, p); break;
    default: products(TILE, n_m, y1, stride1, y2, stride2, start, p);
    } // clang-format on
}

/* Adjacent rows, of one block or of several, b ascending over the same a. They are
 * finished in order: a row's overrun is overwritten by the next one. */
typedef struct {
    int l, a, b, rows, start[TILE];
} strip;

SZ_INLINE void finish_strip(strip *s, const sz_real *y1, int stride1, const sz_real *y2,
                            int stride2, sz_real *p)
{
    int m0 = s->l * s->l;

    any_products(s->rows, 2 * s->l + 1, y1 + m0 * stride1 + s->a, stride1,
                 y2 + m0 * stride2 + s->b, stride2, s->start, p);
    s->rows = 0;
}

/* A row of equal positions: p[i] = sum_m y1_m,a+i y2_m,b+i */
SZ_INLINE void like_products(const sz_block *t, const sz_real *y1, int stride1,
                             const sz_real *y2, int stride2, sz_real *p)
{
    y1 += t->l * t->l * stride1 + t->a;
    y2 += t->l * t->l * stride2 + t->b;
    for (int k = 0; k < t->n; k += SZ_LANES) {
        sz_lanes sum = {0};

        for (int m = 0; m <= 2 * t->l; m++)
            sum += SZ_GET(y1 + m * stride1 + k) * SZ_GET(y2 + m * stride2 + k);
        SZ_AT(p + k) = sum;
    }
}

/* n blocks, whose rows are adjacent in p */
SZ_INLINE void block_products(int n, const sz_block *block, const sz_real *y1,
                              int stride1, const sz_real *y2, int stride2, sz_real *p)
{
    strip s = {.rows = 0};
    int at = 0;

    for (const sz_block *t = block; t < block + n; t++) {
        if (t->n_b == 0) {
            if (s.rows > 0) finish_strip(&s, y1, stride1, y2, stride2, p);
            like_products(t, y1, stride1, y2, stride2, p + at);
            at += t->n;
        }
        for (int b = t->b; b < t->b + t->n_b; b++)
            for (int a = t->a; a < t->a + t->n; a += SZ_LANES) {
                if (s.rows > 0 &&
                    (s.rows == TILE || s.l != t->l || s.a != a || s.b + s.rows != b))
                    finish_strip(&s, y1, stride1, y2, stride2, p);
                if (s.rows == 0) {
                    s.l = t->l;
                    s.a = a;
                    s.b = b;
                }
                s.start[s.rows++] = at;
                at += t->a + t->n - a < SZ_LANES ? t->a + t->n - a : SZ_LANES;
            }
    }
    if (s.rows > 0) finish_strip(&s, y1, stride1, y2, stride2, p);
}

/* All products without scale; inactive groups are zero, and so is the pad. */
SZ_INLINE void all_products(const sz_compression *c, const unsigned char *present,
                            const sz_real *y1, const sz_real *y2, sz_real *p)
{
    for (int g = 0; g < c->n_groups; g++) {
        const sz_group *group = &c->group[g];
        sz_real *out = p + group->component;

        if (!sz_group_active(c, g, present)) {
            memset(out, 0, (size_t)(group[1].component - group->component) * sizeof *out);
            continue;
        }
        block_products(group[1].block - group->block, c->block + group->block, y1,
                       c->stride_a, y2, c->stride_b, out);
    }
    memset(p + c->n_products, 0, (size_t)(c->product_stride - c->n_products) * sizeof *p);
}

SZ_CLONES double sz_power(const sz_compression *c, const unsigned char *present,
                          const sz_real *y1, const sz_real *y2, int normalise, sz_real *p)
{
    sz_doubles norm2 = {0};
    double norm;

    all_products(c, present, y1, y2, p);
    for (int k = 0; k < c->n_products; k += SZ_LANES) {
        sz_lanes scaled = SZ_GET(p + k) * SZ_GET_NARROW(c->scale + k);

        norm2 += SZ_WIDEN(scaled) * SZ_WIDEN(scaled);
        SZ_AT(p + k) = scaled;
    }
    if (!normalise) return 1.0;
    norm = sqrt(sz_sum_doubles(norm2));
    if (norm < c->least_norm) return 1.0;
    for (int k = 0; k < c->n_products && norm > 0.0; k += SZ_LANES)
        SZ_AT(p + k) *= (sz_real)(1.0 / norm);
    return norm;
}

SZ_CLONES void sz_power_tangent(const sz_compression *c, const unsigned char *present,
                                const sz_real *y1, const sz_real *y2, const sz_real *dy1,
                                const sz_real *dy2, const sz_real *p, int normalise,
                                double norm, sz_real *dp, sz_real *scratch)
{
    sz_real inverse = norm > 0.0 ? (sz_real)(1.0 / norm) : 0;
    sz_lanes sum = {0};

    all_products(c, present, dy1, y2, dp);
    all_products(c, present, y1, dy2, scratch);
    for (int k = 0; k < c->n_products; k += SZ_LANES) {
        sz_lanes d = (SZ_GET(dp + k) + SZ_GET(scratch + k)) *
                     SZ_GET_NARROW(c->scale + k) * inverse;

        sum += d * SZ_GET(p + k);
        SZ_AT(dp + k) = d;
    }
    if (!normalise) return;
    inverse = sz_sum_lanes(sum); /* p . dP / |P| */
    for (int k = 0; k < c->n_products; k += SZ_LANES)
        SZ_AT(dp + k) -= inverse * SZ_GET(p + k);
}

SZ_CLONES void sz_power_adjoint(const sz_compression *c, const unsigned char *present,
                                const sz_real *y1, const sz_real *y2, const sz_real *p,
                                int normalise, double norm, sz_real *dedp, sz_real *dedy1,
                                sz_real *dedy2)
{
    int stride1 = c->stride_a, stride2 = c->stride_b;
    double sum = 0.0; /* p . dE/dp */
    sz_real along, inverse = norm > 0.0 ? (sz_real)(1.0 / norm) : 0;

    for (int g = 0; g < c->n_groups && normalise; g++) {
        if (!sz_group_active(c, g, present)) continue;
#pragma omp simd reduction(+ : sum)
        for (int k = c->group[g].component; k < c->group[g + 1].component; k++)
            sum += (double)p[k] * dedp[k];
    }
    along = (sz_real)sum;
    for (int g = 0; g < c->n_groups; g++) {
        int first = c->group[g].component, end = c->group[g + 1].component;

        if (!sz_group_active(c, g, present)) continue;
        for (int k = first; k < end; k++)
            dedp[k] = (dedp[k] - along * p[k]) * inverse * (sz_real)c->scale[k];
        sz_spread(c->group[g + 1].block - c->group[g].block, c->block + c->group[g].block,
                  dedp + first, y1, stride1, y2, stride2, dedy1, dedy2);
    }
}
