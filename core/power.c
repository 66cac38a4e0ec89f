/* SPDX-License-Identifier: BSD-3-Clause
 *
 * power.c - the power spectrum of two channel sets, normalised, and its adjoint.
 *
 *   P_l(a,b) = scale sum_m Y1_lm,a Y2_lm,b,   p = P / |P|
 *
 *   dE/dP = (dE/dp - p (p . dE/dp)) / |P|
 *   dE/dY1_lm,a = sum_b D_l(a,b) Y2_lm,b,  dE/dY2_lm,b = sum_a D_l(a,b) Y1_lm,a
 *   with D = scale dE/dP; in symmetric lists Y1 = Y2 and D(a,b) counts for (b,a) too.
 *
 * b is the slow index of p, a the fast one (a <= b in symmetric lists). Rows of p are
 * written SZ_LANES at a time; what runs over the end of a group or row is
 * overwritten by the next one, and the last is cleared. */
#include "power.h"

#include "harmonics.h"

#include <math.h>
#include <string.h>

/* p[0..n-1] = sum_m y2[m] y1[m][0..n-1] */
SZ_INLINE void product(int n_m, const double *y2, int stride2, const double *y1,
                       int stride1, int n, double *p)
{
    for (int a = 0; a < n; a += SZ_LANES) {
        sz_lanes sum = y2[0] * SZ_GET(y1 + a);

        for (int m = 1; m < n_m; m++)
            sum += y2[m * stride2] * SZ_GET(y1 + m * stride1 + a);
        SZ_AT(p + a) = sum;
    }
}

SZ_CLONES double sz_power(const sz_compression *c, const double *y1, const double *y2,
                          double *p)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    double norm2 = 0.0, norm;

    for (int l = 0; l <= c->l_max; l++) {
        const double *ya = y1 + l * l * w1->stride, *yb = y2 + l * l * w2->stride;
        double *out = p + c->first[l];
        int n_m = 2 * l + 1, n = w1->n[l];

        for (int b = 0; b < w2->groups * w2->n[l]; b++) {
            int g = b / w2->n[l], i = b % w2->n[l], full = c->symmetric ? g : w1->groups;

            for (int k = 0; k < full; k++, out += n)
                product(n_m, yb + g * w2->lanes + i, w2->stride, ya + k * w1->lanes,
                        w1->stride, n, out);
            if (!c->symmetric) continue;
            product(n_m, yb + g * w2->lanes + i, w2->stride, ya + g * w1->lanes,
                    w1->stride, i + 1, out);
            out += i + 1;
        }
    }
    memset(p + c->n_desc, 0, (size_t)(c->stride - c->n_desc) * sizeof *p);
#pragma omp simd reduction(+ : norm2)
    for (int k = 0; k < c->n_desc; k++) {
        p[k] *= c->scale[k];
        norm2 += p[k] * p[k];
    }
    norm = sqrt(norm2);
    if (norm > 0.0)
        for (int k = 0; k < c->n_desc; k++) p[k] *= 1.0 / norm;
    return norm;
}

/* dedy[m][0..width-1] = sum over the channels a of map of y[m][a] d[a][0..width-1] */
SZ_INLINE void contract(int n_m, const sz_map *map, int n, const double *y,
                        const double *d, int width, double *dedy)
{
    for (int b = 0; b < width; b += SZ_LANES)
        for (int m = 0; m < n_m; m++) {
            const double *da = d + b;
            sz_lanes sum = {0};

            for (int g = 0; g < map->groups; g++) {
                const double *ya = y + m * map->stride + g * map->lanes;

                for (int a = 0; a < n; a++, da += width) sum += ya[a] * SZ_GET(da);
            }
            SZ_AT(dedy + m * width + b) = sum;
        }
}

/* The list h of one l as full matrices, columns laid out as channels of Y:
 * d1 [b][channels of Y1] and d2 [a][channels of Y2] */
SZ_INLINE void spread(const sz_map *w1, const sz_map *w2, int n1, int n2, const double *h,
                      double *d1, double *d2)
{
    int k1 = w1->groups * n1;

    memset(d1, 0, (size_t)w2->groups * n2 * w1->stride * sizeof *d1);
    memset(d2, 0, (size_t)k1 * w2->stride * sizeof *d2);
    for (int g = 0; g < w2->groups; g++)
        for (int b = 0; b < n2; b++, d1 += w1->stride, h += k1) {
            double *column = d2 + g * w2->lanes + b;

            for (int k = 0; k < w1->groups; k++)
                for (int i = 0; i < n1; i++) d1[k * w1->lanes + i] = h[k * n1 + i];
            for (int a = 0; a < k1; a++) column[a * w2->stride] = h[a];
        }
}

/* the same for a symmetric list, which needs one matrix [a][channels] */
SZ_INLINE void spread_symmetric(const sz_map *w, int n, const double *h, double *d)
{
    int k = w->groups * n;

    memset(d, 0, (size_t)k * w->stride * sizeof *d);
    for (int a = 0; a < k; a++) {
        int at = a / n * w->lanes + a % n;

        for (int g = 0, b = 0; b <= a; g++)
            for (int i = 0; i < n && b <= a; i++, b++, h++) {
                d[a * w->stride + g * w->lanes + i] += *h;
                d[b * w->stride + at] += *h;
            }
    }
}

size_t sz_power_scratch(const sz_compression *c)
{
    size_t most = 0;

    for (int l = 0; l <= c->l_max; l++) {
        const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
        size_t size = (size_t)w1->groups * w1->n[l] * w2->stride +
                      (size_t)w2->groups * w2->n[l] * w1->stride;

        if (size > most) most = size;
    }
    return most;
}

SZ_CLONES void sz_power_adjoint(const sz_compression *c, const double *y1,
                                const double *y2, const double *p, double norm,
                                double *dedp, double *dedy1, double *dedy2,
                                double *scratch)
{
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    double along = 0.0, inverse = norm > 0.0 ? 1.0 / norm : 0.0;

#pragma omp simd reduction(+ : along)
    for (int k = 0; k < c->n_desc; k++) along += p[k] * dedp[k];
    for (int k = 0; k < c->n_desc; k++)
        dedp[k] = (dedp[k] - along * p[k]) * inverse * c->scale[k];
    for (int l = 0; l <= c->l_max; l++) {
        int at1 = l * l * w1->stride, at2 = l * l * w2->stride, n_m = 2 * l + 1;
        int n1 = w1->n[l], n2 = w2->n[l];
        double *d1 = scratch, *d2 = scratch + w2->groups * n2 * w1->stride;

        if (c->symmetric) {
            spread_symmetric(w1, n1, dedp + c->first[l], d1);
            contract(n_m, w1, n1, y1 + at1, d1, w1->stride, dedy1 + at1);
            continue;
        }
        spread(w1, w2, n1, n2, dedp + c->first[l], d1, d2);
        contract(n_m, w2, n2, y2 + at2, d1, w1->stride, dedy1 + at1);
        contract(n_m, w1, n1, y1 + at1, d2, w2->stride, dedy2 + at2);
    }
}
