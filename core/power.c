/* SPDX-License-Identifier: BSD-3-Clause
 *
 * power.c - the power spectrum of two channel sets, normalised, and its adjoint.
 *
 *   P_l(a,b) = scale sum_m Y1_lm,a Y2_lm,b,   p = P / |P|
 *
 *   dE/dP = (dE/dp - p (p . dE/dp)) / |P|,   D = scale dE/dP
 *   dE/dY1_lm,a += D_l(a,b) Y2_lm,b,   dE/dY2_lm,b += D_l(a,b) Y1_lm,a   for every pair
 *
 * The list is kept in rows of consecutive a for one b, taken SZ_LANES at a time; what
 * runs over the end of a row of p is overwritten by the next row or cleared. */
#include "power.h"

#include "vec.h"

#include <math.h>
#include <string.h>

int sz_group_active(const sz_compression *c, int group, const unsigned char *present)
{
    const int *slot = c->group[group].slot;

    return (slot[0] < 0 || present[slot[0]]) && (slot[1] < 0 || present[slot[1]]);
}

/* p[0..n-1] = sum_m y1_lm,a.. y2_lm,b */
SZ_INLINE void product(const sz_row *row, const double *y1, int stride1, const double *y2,
                       int stride2, double *p)
{
    int m0 = row->l * row->l, n_m = 2 * row->l + 1;

    y1 += m0 * stride1 + row->a;
    y2 += m0 * stride2 + row->b;
    for (int a = 0; a < row->n; a += SZ_LANES) {
        sz_lanes sum = y2[0] * SZ_GET(y1 + a);

        for (int m = 1; m < n_m; m++)
            sum += y2[m * stride2] * SZ_GET(y1 + m * stride1 + a);
        SZ_AT(p + a) = sum;
    }
}

SZ_CLONES double sz_power(const sz_compression *c, const unsigned char *present,
                          const double *y1, const double *y2, int normalise, double *p)
{
    double norm2 = 0.0, norm;

    for (int g = 0; g < c->n_groups; g++) {
        const sz_group *group = &c->group[g];
        double *out = p + group->component;

        if (!sz_group_active(c, g, present)) {
            memset(out, 0, (size_t)(group[1].component - group->component) * sizeof *out);
            continue;
        }
        for (const sz_row *row = c->row + group->row; row < c->row + group[1].row;
             row++) {
            product(row, y1, c->map[0].stride, y2, c->map[1].stride, out);
            out += row->n;
        }
    }
    memset(p + c->n_desc, 0, (size_t)(c->stride - c->n_desc) * sizeof *p);
#pragma omp simd reduction(+ : norm2)
    for (int k = 0; k < c->n_desc; k++) {
        p[k] *= c->scale[k];
        norm2 += p[k] * p[k];
    }
    if (!normalise) return 1.0;
    norm = sqrt(norm2);
    if (norm > 0.0)
        for (int k = 0; k < c->n_desc; k++) p[k] *= 1.0 / norm;
    return norm;
}

/* lanes k .. k+7 of row_mask + 8 - n are 1 for k < n and 0 beyond */
static const double row_mask[2 * SZ_LANES] = {1, 1, 1, 1, 1, 1, 1, 1};

SZ_INLINE double sum_lanes(sz_lanes v)
{
    return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7]));
}

/* the n <= SZ_LANES components d of a row from lane a on */
SZ_INLINE void spread(int n_m, const double *d, int n, const double *y1, int stride1,
                      const double *y2, int stride2, double *dedy1, double *dedy2)
{
    sz_lanes h = SZ_GET(d) * SZ_GET(row_mask + SZ_LANES - n);

    for (int m = 0; m < n_m; m++) {
        sz_lanes to1 = SZ_GET(dedy1 + m * stride1) + y2[m * stride2] * h;

        SZ_AT(dedy1 + m * stride1) = to1;
        dedy2[m * stride2] += sum_lanes(h * SZ_GET(y1 + m * stride1));
    }
}

SZ_CLONES void sz_power_adjoint(const sz_compression *c, const unsigned char *present,
                                const double *y1, const double *y2, const double *p,
                                int normalise, double norm, double *dedp, double *dedy1,
                                double *dedy2)
{
    int stride1 = c->map[0].stride, stride2 = c->map[1].stride;
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
        for (int r = c->group[g].row; r < c->group[g + 1].row; r++) {
            const sz_row row = c->row[r];
            int at1 = row.l * row.l * stride1 + row.a,
                at2 = row.l * row.l * stride2 + row.b;

            for (int a = 0; a < row.n; a += SZ_LANES)
                spread(2 * row.l + 1, d + a, row.n - a < SZ_LANES ? row.n - a : SZ_LANES,
                       y1 + at1 + a, stride1, y2 + at2, stride2, dedy1 + at1 + a,
                       dedy2 + at2);
            d += row.n;
        }
    }
}
