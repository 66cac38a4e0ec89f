/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial.c - radial channels h_lq(r) = F(r) sum_n O_l[q][n] g_nl(r).
 *
 *   F(r) = f_cut(r) decay(r)
 *   decay(r) = c (1+q) / (q + (r/s)^k),  c = 1 if k = 0 or q = 0, else q/(1+q)
 *
 * O_l is the identity or the rotation onto the directions that g_nl spans: the grid
 * Gaussians are nearly dependent (the one at r = 0 is null for every l >= 1), so the
 * channels below 1e-7 are dropped and kernels change by 1e-14 at most.
 *
 * The table holds quintic Hermite nodes of the functions without F, whose kink at
 * cutoff - cutoff_width would spoil it; the spacing 0.02 atom_sigma keeps its error
 * near 1e-14. */
#include "radial.h"

#include "blas.h"
#include "cutoff.h"
#include "vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* F and F' at r */
static double switching(const sz_radial_spec *s, double r, double *slope)
{
    double df, f = sz_cutoff(r, s->cutoff, s->cutoff_width, &df);
    double k = s->decay_exponent, q = s->decay_rate, c, u, d, dd;

    *slope = df;
    if (s->decay_exponent == 0) return f;
    c = q == 0.0 ? 1.0 : q / (1.0 + q);
    u = pow(r / s->decay_scale, k);
    d = c * (1.0 + q) / (q + u);
    dd = -c * k * (1.0 + q) * u / (r * (q + u) * (q + u));
    *slope = df * d + f * dd;
    return f * d;
}

/* rows of comb for one l from the singular vectors of g_nl over the whole range */
static sz_status reduce_l(sz_radial *radial, int l, sz_error *err)
{
    int n = radial->spec.n_max, n_l = radial->spec.l_max + 1, rows = 40 * n + 1;
    int work_size = 8 * rows, info = 0, one = 1;
    size_t total = (size_t)rows * n + (size_t)n * n + n + work_size + 3 * (size_t)n_l * n;
    double *a = calloc(total, sizeof *a), *vt, *s, *work, *g, unused;
    double *comb = radial->comb + (size_t)l * radial->n_lane * n;

    if (!a) return sz_fail_memory(err, total * sizeof *a, "the radial reduction");
    vt = a + (size_t)rows * n;
    s = vt + (size_t)n * n;
    work = s + n;
    g = work + work_size;
    for (int i = 1; i < rows; i++) {
        double r = radial->spec.cutoff * i / (rows - 1.0), slope;
        double f = sz_cutoff(r, radial->spec.cutoff, radial->spec.cutoff_width, &slope);

        sz_basis_eval(radial->basis, r, g, g + n_l * n, g + 2 * n_l * n);
        for (int k = 0; k < n; k++) a[k * rows + i] = f * g[l * n + k];
    }
    if (l == 0)
        for (int k = 0; k < n; k++) a[k * rows] = radial->basis->central[k];
    SZ_BLAS(dgesvd)
    ("N", "S", &rows, &n, a, &rows, s, &unused, &one, vt, &n, work, &work_size, &info);
    if (info) {
        free(a);
        return sz_fail(err, SZ_ERR_NUMERIC, "the radial functions of l=%d have no SVD",
                       l);
    }
    radial->n_rad[l] = 0;
    for (int q = 0; q < n && s[q] >= SZ_RADIAL_NULL * s[0]; q++) {
        for (int k = 0; k < n; k++) comb[q * n + k] = vt[k * n + q];
        radial->n_rad[l]++;
    }
    free(a);
    return SZ_OK;
}

/* fills comb, n_rad and sum; lanes are counted first, with room for every n */
static sz_status combine(sz_radial *radial, int resolved, int sum, int reduce,
                         sz_error *err)
{
    int n = radial->spec.n_max, most = 0;
    sz_status status;

    for (int l = 0; l <= radial->spec.l_max && resolved; l++) {
        double *comb = radial->comb + (size_t)l * radial->n_lane * n;

        radial->n_rad[l] = n;
        for (int q = 0; q < n && !reduce; q++) comb[q * n + q] = 1.0;
        if (reduce && (status = reduce_l(radial, l, err)) != SZ_OK) return status;
        if (radial->n_rad[l] > most) most = radial->n_rad[l];
    }
    radial->sum = sum ? most : -1;
    for (int l = 0; l <= radial->spec.l_max && sum; l++)
        for (int k = 0; k < n; k++)
            radial->comb[((size_t)l * radial->n_lane + most) * n + k] = 1.0;
    return SZ_OK;
}

/* moves the rows of comb together once the number of lanes is known */
static void shrink_lanes(sz_radial *radial)
{
    int n = radial->spec.n_max, used = radial->sum + 1, n_lane;

    for (int l = 0; l <= radial->spec.l_max; l++)
        if (radial->n_rad[l] > used) used = radial->n_rad[l];
    n_lane = SZ_PAD(used);
    for (int l = 1; l <= radial->spec.l_max; l++)
        memmove(radial->comb + (size_t)l * n_lane * n,
                radial->comb + (size_t)l * radial->n_lane * n,
                (size_t)n_lane * n * sizeof *radial->comb);
    radial->n_lane = n_lane;
}

/* one row of the basis' g[l_max+1][n_max] -> channels[l_max+1][n_lane] */
static void project(const sz_radial *radial, const double *g, double scale, double *h)
{
    int n = radial->spec.n_max;

    for (int l = 0; l <= radial->spec.l_max; l++)
        for (int q = 0; q < radial->n_lane; q++) {
            const double *row = radial->comb + ((size_t)l * radial->n_lane + q) * n;
            double sum = 0.0;

            for (int k = 0; k < n; k++) sum += row[k] * g[l * n + k];
            h[l * radial->n_lane + q] = scale * sum;
        }
}

static sz_status tabulate(sz_radial *radial, sz_error *err)
{
    const sz_radial_spec *spec = &radial->spec;
    int n_row = (spec->l_max + 1) * radial->n_lane, n_g = (spec->l_max + 1) * spec->n_max;
    int pieces = (int)ceil(spec->cutoff / (0.02 * spec->atom_sigma));
    double dx = spec->cutoff / pieces, g[3 * (SZ_L_MAX + 1) * SZ_N_MAX];
    size_t size;

    radial->n_knots = pieces + 1;
    radial->per_r = 1.0 / dx;
    size = (size_t)radial->n_knots * 3 * n_row * sizeof *radial->table;
    radial->table = aligned_alloc(64, (size + 63) / 64 * 64);
    if (!radial->table) return sz_fail_memory(err, size, "the radial tables");
    for (int i = 0; i <= pieces; i++) {
        double *node = radial->table + (size_t)i * 3 * n_row;

        sz_basis_eval(radial->basis, i * dx, g, g + n_g, g + 2 * n_g);
        project(radial, g, 1.0, node);
        project(radial, g + n_g, dx, node + n_row);
        project(radial, g + 2 * n_g, dx * dx, node + 2 * n_row);
    }
    return SZ_OK;
}

sz_status sz_radial_create(sz_radial **radial, const sz_radial_spec *spec, int resolved,
                           int sum, int reduce, sz_error *err)
{
    sz_radial *r = calloc(1, sizeof *r);
    int n = spec->n_max, n_l = spec->l_max + 1;
    sz_status status;

    *radial = NULL;
    if (!r) return sz_fail_memory(err, sizeof *r, "the radial channels");
    r->spec = *spec;
    r->n_lane = SZ_PAD(n + 1);
    r->n_rad = calloc((size_t)n_l, sizeof *r->n_rad);
    r->comb = calloc((size_t)n_l * r->n_lane * n, sizeof *r->comb);
    r->central = calloc((size_t)n_l * r->n_lane, sizeof *r->central);
    if (!r->n_rad || !r->comb || !r->central) {
        status = sz_fail_memory(err, (size_t)n_l * r->n_lane * n * sizeof *r->comb,
                                "the radial channels");
        goto done;
    }
    status = sz_basis_create(&r->basis, spec, err);
    if (status == SZ_OK) status = combine(r, resolved, sum, reduce, err);
    if (status != SZ_OK) goto done;
    shrink_lanes(r);
    for (int q = 0; q < r->n_lane; q++)
        for (int k = 0; k < n; k++)
            r->central[q] += r->comb[q * n + k] * r->basis->central[k] /
                             sqrt(4.0 * 3.14159265358979323846);
    status = tabulate(r, err);
    if (status == SZ_OK) {
        *radial = r;
        r = NULL;
    }
done:
    sz_radial_free(r);
    return status;
}

void sz_radial_free(sz_radial *radial)
{
    if (!radial) return;
    sz_basis_free(radial->basis);
    free(radial->n_rad);
    free(radial->comb);
    free(radial->central);
    free(radial->table);
    free(radial);
}

void sz_radial_exact(const sz_radial *radial, double r, double *h, double *dh)
{
    int n_g = (radial->spec.l_max + 1) * radial->spec.n_max;
    int n_row = (radial->spec.l_max + 1) * radial->n_lane;
    double g[3 * (SZ_L_MAX + 1) * SZ_N_MAX], df, f = switching(&radial->spec, r, &df);

    sz_basis_eval(radial->basis, r, g, g + n_g, g + 2 * n_g);
    project(radial, g, 1.0, h);
    project(radial, g + n_g, 1.0, dh);
    for (int k = 0; k < n_row; k++) {
        dh[k] = f * dh[k] + df * h[k];
        h[k] *= f;
    }
}

/* Where SZ_LANES distances lie in the table, and the weights of the six rows there:
 * w for the functions, dw for their slopes, F and F' included. */
typedef struct {
    sz_lanes w[6], dw[6];
    int knot[SZ_LANES];
} weights;

SZ_INLINE void hermite(sz_lanes t, sz_lanes *w, sz_lanes *dw)
{
    sz_lanes t2 = t * t, t3 = t2 * t, s = 1.0 - t, b = 30.0 * t2 * s * s;

    w[3] = t3 * (10.0 + t * (6.0 * t - 15.0));
    w[0] = 1.0 - w[3];
    w[1] = t + t3 * (-6.0 + t * (8.0 - 3.0 * t));
    w[4] = t3 * (-4.0 + t * (7.0 - 3.0 * t));
    w[2] = 0.5 * t2 * s * s * s;
    w[5] = 0.5 * t3 * s * s;
    dw[0] = -b;
    dw[3] = b;
    dw[1] = 1.0 + t2 * (-18.0 + t * (32.0 - 15.0 * t));
    dw[4] = t2 * (-12.0 + t * (28.0 - 15.0 * t));
    dw[2] = 0.5 * t * s * s * (2.0 - 5.0 * t);
    dw[5] = 0.5 * t2 * s * (3.0 - 5.0 * t);
}

SZ_INLINE void locate(const sz_radial *radial, int n, const double *r, weights *at)
{
    sz_lanes t = {0}, f = {0}, df = {0};

    for (int i = 0; i < n; i++) {
        double x = r[i] * radial->per_r, slope;

        at->knot[i] = (int)x < radial->n_knots - 2 ? (int)x : radial->n_knots - 2;
        t[i] = x - at->knot[i];
        f[i] = switching(&radial->spec, r[i], &slope);
        df[i] = slope;
    }
    hermite(t, at->w, at->dw);
    for (int c = 0; c < 6; c++) {
        at->dw[c] = f * radial->per_r * at->dw[c] + df * at->w[c];
        at->w[c] *= f;
    }
}

SZ_CLONES void sz_radial_eval(const sz_radial *radial, int n, const double *r, double *h,
                              double *dh)
{
    int n_row = (radial->spec.l_max + 1) * radial->n_lane;
    weights at;

    locate(radial, n, r, &at);
    for (int i = 0; i < n; i++) {
        const double *node = radial->table + (size_t)at.knot[i] * 3 * n_row;

        for (int c = 0; c < n_row; c += SZ_LANES) {
            sz_lanes row = SZ_GET(node + c);
            sz_lanes sum = at.w[0][i] * row, slope = at.dw[0][i] * row;

            for (int k = 1; k < 6; k++) {
                row = SZ_GET(node + k * n_row + c);
                sum += at.w[k][i] * row;
                slope += at.dw[k][i] * row;
            }
            SZ_AT(h + i * n_row + c) = sum;
            if (dh) SZ_AT(dh + i * n_row + c) = slope;
        }
    }
}
