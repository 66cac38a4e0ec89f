/* SPDX-License-Identifier: BSD-3-Clause
 *
 * power.c - the power spectrum of two channel sets, normalised, and its adjoint.
 *
 *   P_l(a,b) = scale sum_m Y1_lm,a Y2_lm,b,   p = P / |P|
 *
 *   dE/dP = (dE/dp - p (p . dE/dp)) / |P|,   D = scale dE/dP
 *   dE/dY1_lm,a += D_l(a,b) Y2_lm,b,   dE/dY2_lm,b += D_l(a,b) Y1_lm,a   for every pair
 *
 * The list is kept in blocks: consecutive b, each with the same consecutive a, taken
 * SZ_LANES at a time; or a row of like positions. What runs over the end of a row of p is
 * overwritten by the next row or cleared. With three factors Y2 is Q of coupling.c. */
#include "descriptor/power.h"

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

/* TILE rows of p, SZ_LANES wide: p[i][..] = sum_m y1_m,a.. y2_m,b+i */
SZ_INLINE void products(int rows, int n_m, const double *y1, int stride1,
                        const double *y2, int stride2, double *p, int next)
{
    sz_lanes sum[TILE] = {{0}};

    for (int m = 0; m < n_m; m++) {
        sz_lanes a = SZ_GET(y1 + m * stride1);

        for (int i = 0; i < rows; i++) sum[i] += y2[m * stride2 + i] * a;
    }
    for (int i = 0; i < rows; i++) SZ_AT(p + i * next) = sum[i];
}

/* SZ_LANES components: p[i] = sum_m y1_m,a+i y2_m,b+i */
SZ_INLINE void like_products(int n_m, const double *y1, int stride1, const double *y2,
                             int stride2, double *p)
{
    sz_lanes sum = {0};

    for (int m = 0; m < n_m; m++)
        sum += SZ_GET(y1 + m * stride1) * SZ_GET(y2 + m * stride2);
    SZ_AT(p) = sum;
}

/* components of a block */
SZ_INLINE int block_size(const sz_block *t)
{
    return t->n_b ? t->n_b * t->n : t->n;
}

/* Rows are finished in order: a row's overrun is overwritten by the next one. */
SZ_INLINE void block_products(const sz_block *t, const double *y1, int stride1,
                              const double *y2, int stride2, double *p)
{
    int m0 = t->l * t->l, n_m = 2 * t->l + 1, b = 0;

    y1 += m0 * stride1 + t->a;
    y2 += m0 * stride2 + t->b;
    for (int k = 0; t->n_b == 0 && k < t->n; k += SZ_LANES)
        like_products(n_m, y1 + k, stride1, y2 + k, stride2, p + k);
    for (; t->n <= SZ_LANES && b + TILE <= t->n_b; b += TILE)
        products(TILE, n_m, y1, stride1, y2 + b, stride2, p + b * t->n, t->n);
    for (; t->n <= SZ_LANES && b + 2 <= t->n_b; b += 2)
        products(2, n_m, y1, stride1, y2 + b, stride2, p + b * t->n, t->n);
    for (; b < t->n_b; b++)
        for (int a = 0; a < t->n; a += SZ_LANES)
            products(1, n_m, y1 + a, stride1, y2 + b, stride2, p + b * t->n + a, 0);
}

/* All products without scale; what is not active is zero, and so is the pad. */
SZ_INLINE void all_products(const sz_compression *c, const unsigned char *present,
                            const double *y1, const double *y2, double *p)
{
    for (int g = 0; g < c->n_groups; g++) {
        const sz_group *group = &c->group[g];
        double *out = p + group->component;

        if (!sz_group_active(c, g, present)) {
            memset(out, 0, (size_t)(group[1].component - group->component) * sizeof *out);
            continue;
        }
        for (const sz_block *t = c->block + group->block; t < c->block + group[1].block;
             t++) {
            block_products(t, y1, c->stride_a, y2, c->stride_b, out);
            out += block_size(t);
        }
    }
    memset(p + c->n_products, 0, (size_t)(c->product_stride - c->n_products) * sizeof *p);
}

SZ_CLONES double sz_power(const sz_compression *c, const unsigned char *present,
                          const double *y1, const double *y2, int normalise, double *p)
{
    sz_lanes norm2 = {0};
    double norm;

    all_products(c, present, y1, y2, p);
    for (int k = 0; k < c->n_products; k += SZ_LANES) {
        sz_lanes scaled = SZ_GET(p + k) * SZ_GET(c->scale + k);

        norm2 += scaled * scaled;
        SZ_AT(p + k) = scaled;
    }
    if (!normalise) return 1.0;
    norm = sqrt(sz_sum_lanes(norm2));
    if (norm < c->least_norm) return 1.0;
    for (int k = 0; k < c->n_products && norm > 0.0; k += SZ_LANES)
        SZ_AT(p + k) *= 1.0 / norm;
    return norm;
}

SZ_CLONES void sz_power_tangent(const sz_compression *c, const unsigned char *present,
                                const double *y1, const double *y2, const double *dy1,
                                const double *dy2, const double *p, int normalise,
                                double norm, double *dp, double *scratch)
{
    double inverse = norm > 0.0 ? 1.0 / norm : 0.0;
    sz_lanes sum = {0};

    all_products(c, present, dy1, y2, dp);
    all_products(c, present, y1, dy2, scratch);
    for (int k = 0; k < c->n_products; k += SZ_LANES) {
        sz_lanes d =
            (SZ_GET(dp + k) + SZ_GET(scratch + k)) * SZ_GET(c->scale + k) * inverse;

        sum += d * SZ_GET(p + k);
        SZ_AT(dp + k) = d;
    }
    if (!normalise) return;
    inverse = sz_sum_lanes(sum); /* p . dP / |P| */
    for (int k = 0; k < c->n_products; k += SZ_LANES)
        SZ_AT(dp + k) -= inverse * SZ_GET(p + k);
}

typedef double four __attribute__((vector_size(32), aligned(8), may_alias));
typedef double two __attribute__((vector_size(16), aligned(8), may_alias));

/* to[0 .. n-1] += the sums of n = 1, 2 or 4 vectors' lanes */
SZ_INLINE void add_sums(int n, const sz_lanes *v, double *to)
{
    sz_lanes s;

    if (n == 1) {
        *to += sz_sum_lanes(v[0]);
        return;
    }
    s = SZ_SHUFFLE(v[0], v[1], 0, 8, 2, 10, 4, 12, 6, 14) +
        SZ_SHUFFLE(v[0], v[1], 1, 9, 3, 11, 5, 13, 7, 15);
    if (n == 4) {
        sz_lanes t = SZ_SHUFFLE(v[2], v[3], 0, 8, 2, 10, 4, 12, 6, 14) +
                     SZ_SHUFFLE(v[2], v[3], 1, 9, 3, 11, 5, 13, 7, 15);

        s = SZ_SHUFFLE(s, t, 0, 1, 8, 9, 4, 5, 12, 13) +
            SZ_SHUFFLE(s, t, 2, 3, 10, 11, 6, 7, 14, 15);
    } else
        s += SZ_SHUFFLE(s, s, 2, 3, 0, 1, 6, 7, 4, 5);
    s += SZ_SHUFFLE(s, s, 4, 5, 6, 7, 0, 1, 2, 3);
    if (n == 4)
        *(four *)to += *(const four *)&s;
    else
        *(two *)to += *(const two *)&s;
}

/* rows of components d, n lanes of each: adds D Y2 to dedy1 and D Y1 to dedy2 */
SZ_INLINE void spread(int rows, int n_m, const double *d, int next, int n,
                      const double *y1, int stride1, const double *y2, int stride2,
                      double *dedy1, double *dedy2)
{
    sz_lanes h[TILE];

    /* what lies behind a row may be anything: it is cut off, not multiplied by zero */
    for (int i = 0; i < rows; i++) {
        h[i] = SZ_GET(d + i * next);
        sz_keep_lanes(&h[i], n);
    }
    for (int m = 0; m < n_m; m++) {
        sz_lanes a = SZ_GET(y1 + m * stride1), to1 = SZ_GET(dedy1 + m * stride1);
        sz_lanes to2[TILE];

        for (int i = 0; i < rows; i++) {
            to1 += y2[m * stride2 + i] * h[i];
            to2[i] = a * h[i];
        }
        SZ_AT(dedy1 + m * stride1) = to1;
        add_sums(rows, to2, dedy2 + m * stride2);
    }
}

/* The same of like positions; dedy1 and dedy2 may be the same array. */
SZ_INLINE void spread_like(int n_m, const double *d, int n, const double *y1, int stride1,
                           const double *y2, int stride2, double *dedy1, double *dedy2)
{
    sz_lanes h = SZ_GET(d);

    sz_keep_lanes(&h, n);
    for (int m = 0; m < n_m; m++) {
        SZ_AT(dedy1 + m * stride1) += SZ_GET(y2 + m * stride2) * h;
        SZ_AT(dedy2 + m * stride2) += SZ_GET(y1 + m * stride1) * h;
    }
}

/* a row of like positions of a block */
SZ_INLINE void spread_row(const sz_block *t, const double *d, const double *y1,
                          int stride1, const double *y2, int stride2, double *dedy1,
                          double *dedy2)
{
    int at1 = t->l * t->l * stride1 + t->a, at2 = t->l * t->l * stride2 + t->b;

    for (int k = 0; k < t->n; k += SZ_LANES)
        spread_like(2 * t->l + 1, d + k, t->n - k < SZ_LANES ? t->n - k : SZ_LANES,
                    y1 + at1 + k, stride1, y2 + at2 + k, stride2, dedy1 + at1 + k,
                    dedy2 + at2 + k);
}

/* rows b .. b+rows-1 of a block */
SZ_INLINE void spread_rows(int rows, int b, const sz_block *t, const double *d,
                           const double *y1, int stride1, const double *y2, int stride2,
                           double *dedy1, double *dedy2)
{
    int at1 = t->l * t->l * stride1 + t->a, at2 = t->l * t->l * stride2 + t->b + b;

    for (int a = 0; a < t->n; a += SZ_LANES)
        spread(rows, 2 * t->l + 1, d + b * t->n + a, t->n,
               t->n - a < SZ_LANES ? t->n - a : SZ_LANES, y1 + at1 + a, stride1, y2 + at2,
               stride2, dedy1 + at1 + a, dedy2 + at2);
}

SZ_INLINE void block_spread(const sz_block *t, const double *d, const double *y1,
                            int stride1, const double *y2, int stride2, double *dedy1,
                            double *dedy2)
{
    int b = 0;

    if (t->n_b == 0) spread_row(t, d, y1, stride1, y2, stride2, dedy1, dedy2);
    for (; b + TILE <= t->n_b; b += TILE)
        spread_rows(TILE, b, t, d, y1, stride1, y2, stride2, dedy1, dedy2);
    for (; b + 2 <= t->n_b; b += 2)
        spread_rows(2, b, t, d, y1, stride1, y2, stride2, dedy1, dedy2);
    for (; b < t->n_b; b++)
        spread_rows(1, b, t, d, y1, stride1, y2, stride2, dedy1, dedy2);
}

SZ_CLONES void sz_power_adjoint(const sz_compression *c, const unsigned char *present,
                                const double *y1, const double *y2, const double *p,
                                int normalise, double norm, double *dedp, double *dedy1,
                                double *dedy2)
{
    int stride1 = c->stride_a, stride2 = c->stride_b;
    double along = 0.0, inverse = norm > 0.0 ? 1.0 / norm : 0.0;

    for (int g = 0; g < c->n_groups && normalise; g++) {
        if (!sz_group_active(c, g, present)) continue;
#pragma omp simd reduction(+ : along)
        for (int k = c->group[g].component; k < c->group[g + 1].component; k++)
            along += p[k] * dedp[k];
    }
    for (int g = 0; g < c->n_groups; g++) {
        int first = c->group[g].component, end = c->group[g + 1].component;
        const double *d = dedp + first;

        if (!sz_group_active(c, g, present)) continue;
        for (int k = first; k < end; k++)
            dedp[k] = (dedp[k] - along * p[k]) * inverse * c->scale[k];
        for (int k = c->group[g].block; k < c->group[g + 1].block; k++) {
            const sz_block *t = &c->block[k];

            block_spread(t, d, y1, stride1, y2, stride2, dedy1, dedy2);
            d += block_size(t);
        }
    }
}
