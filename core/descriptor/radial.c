/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial.c - radial channels h_lq(r) = F(r) sum_k O_l[q][k] f_kl(r).
 *
 *   F(r) = f_cut(r) decay(r)
 *   decay(r) = c (1+q) / (q + (r/s)^k),  c = 1 if k = 0 or q = 0, else q/(1+q)
 *
 * f are the functions g_nl of the basis, or those of a second basis with 2l+1 functions.
 * O_l resolves n, sums over it or mixes it. Where n is resolved O_l may also be the
 * rotation onto the directions that g_nl spans: the grid Gaussians are nearly dependent
 * (the one at r = 0 is null for every l >= 1), so the channels below 1e-7 are dropped
 * and kernels change by 1e-14 at most. With radial_tolerance more are dropped, knowingly:
 * what is left are the directions that g_nl has most of.
 *
 * The table holds quintic Hermite nodes of the functions without F, whose kink at
 * cutoff - cutoff_width would spoil it; the spacing 0.02 atom_sigma keeps its error
 * near 1e-14. */
#include "descriptor/radial.h"

#include "atoms/cutoff.h"
#include "linear/blas.h"
#include "linear/vec.h"

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

/* All functions at r, each array [l_max+1][n_fun]; value, slope and second derivative. */
static void functions(const sz_radial *radial, double r, double *f[3])
{
    int n_max = radial->spec.n_max, n_l = radial->spec.l_max + 1, n_fun = radial->n_fun;
    double g[3][(SZ_L_MAX + 1) * SZ_N_MAX];

    sz_basis_eval(radial->basis, r, g[0], g[1], g[2]);
    for (int d = 0; d < 3; d++) {
        memset(f[d], 0, (size_t)n_l * n_fun * sizeof(double));
        for (int l = 0; l < n_l; l++)
            memcpy(f[d] + l * n_fun, g[d] + l * n_max, (size_t)n_max * sizeof(double));
    }
    for (int l = 0; l < n_l && radial->star; l++) {
        int n = 2 * l + 1;

        sz_basis_eval(radial->star[l], r, g[0], g[1], g[2]);
        for (int d = 0; d < 3; d++)
            memcpy(f[d] + l * n_fun + n_max, g[d] + l * n, (size_t)n * sizeof(double));
    }
}

/* rows of comb for one l from the singular vectors of F g_nl over the whole range */
static sz_status reduce_l(sz_radial *radial, int l, double *comb, int *n_rad,
                          sz_error *err)
{
    const sz_radial_spec *spec = &radial->spec;
    int n = spec->n_max, rows = 40 * n + 1, work_size = 8 * rows, info = 0, one = 1;
    size_t total = (size_t)rows * n + (size_t)n * n + n + work_size;
    double *a = calloc(total, sizeof *a), *vt, *s, *work, unused, least = SZ_RADIAL_NULL;
    double g[3][(SZ_L_MAX + 1) * SZ_N_MAX];

    if (!a) return sz_fail_memory(err, total * sizeof *a, "the radial reduction");
    vt = a + (size_t)rows * n;
    s = vt + (size_t)n * n;
    work = s + n;
    for (int i = 1; i < rows; i++) {
        double r = spec->cutoff * i / (rows - 1.0), slope;
        double f = sz_cutoff(r, spec->cutoff, spec->cutoff_width, &slope);

        sz_basis_eval(radial->basis, r, g[0], g[1], g[2]);
        for (int k = 0; k < n; k++) a[k * rows + i] = f * g[0][l * n + k];
    }
    if (l == 0)
        for (int k = 0; k < n; k++) a[k * rows] = radial->basis->central[k];
    if (spec->tolerance > least) least = spec->tolerance;
    SZ_BLAS(dgesvd)
    ("N", "S", &rows, &n, a, &rows, s, &unused, &one, vt, &n, work, &work_size, &info);
    *n_rad = 0;
    for (int q = 0; q < n && !info && s[q] >= least * s[0]; q++, (*n_rad)++)
        for (int k = 0; k < n; k++) comb[q * radial->n_fun + k] = vt[k * n + q];
    free(a);
    if (!info) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC, "the radial functions of l=%d have no SVD", l);
}

/* The rows of one family for one l; returns how many in *n. */
static sz_status make_rows(sz_radial *radial, const sz_radial_family *family, int reduce,
                           int l, double *comb, int *n, sz_error *err)
{
    int n_max = radial->spec.n_max, n_fun = radial->n_fun;

    switch (family->kind) {
    case SZ_RADIAL_N:
        if (reduce) return reduce_l(radial, l, comb, n, err);
        *n = n_max;
        for (int q = 0; q < n_max; q++) comb[q * n_fun + q] = 1.0;
        break;
    case SZ_RADIAL_SUM:
        *n = 1;
        for (int k = 0; k < n_max; k++) comb[k] = 1.0;
        break;
    case SZ_RADIAL_MIX:
        *n = family->n_mix;
        for (int q = 0; q < *n; q++)
            for (int k = 0; k < n_max; k++)
                comb[q * n_fun + k] = family->mix[k * family->n_mix + q];
        break;
    case SZ_RADIAL_STAR:
        *n = 2 * l + 1;
        for (int q = 0; q < *n; q++) comb[q * n_fun + n_max + q] = 1.0;
    }
    return SZ_OK;
}

static int family_size(const sz_radial_spec *spec, const sz_radial_family *family)
{
    switch (family->kind) {
    case SZ_RADIAL_N:
        return spec->n_max;
    case SZ_RADIAL_SUM:
        return 1;
    case SZ_RADIAL_MIX:
        return family->n_mix;
    default:
        return 2 * spec->l_max + 1;
    }
}

/* Makes every row with room for the largest families, then moves them together. */
static sz_status combine(sz_radial *radial, int n_families,
                         const sz_radial_family *family, int reduce, sz_error *err)
{
    int n_l = radial->spec.l_max + 1, n_fun = radial->n_fun, used = 0;
    double *room[2] = {0};
    sz_status status = SZ_OK;

    for (int k = 0; k < n_families && status == SZ_OK; k++) {
        size_t size = (size_t)family_size(&radial->spec, &family[k]) * n_fun;
        int most = 0;

        room[k] = calloc((size_t)n_l * size, sizeof *room[k]);
        if (!room[k]) status = sz_fail_memory(err, n_l * size * 8, "the radial channels");
        for (int l = 0; l < n_l && status == SZ_OK; l++) {
            status = make_rows(radial, &family[k], reduce, l, room[k] + l * size,
                               &radial->family[k].n[l], err);
            if (radial->family[k].n[l] > most) most = radial->family[k].n[l];
        }
        radial->family[k].first = used;
        used += most;
    }
    radial->n_lane = SZ_PAD(used);
    radial->comb = calloc((size_t)n_l * radial->n_lane * n_fun, sizeof *radial->comb);
    radial->central = calloc((size_t)radial->n_lane, sizeof *radial->central);
    if (status == SZ_OK && (!radial->comb || !radial->central))
        status = sz_fail_memory(err, (size_t)n_l * radial->n_lane * n_fun * 8,
                                "the radial channels");
    for (int k = 0; k < n_families && status == SZ_OK; k++)
        for (int l = 0; l < n_l; l++)
            memcpy(radial->comb +
                       ((size_t)l * radial->n_lane + radial->family[k].first) * n_fun,
                   room[k] + (size_t)l * family_size(&radial->spec, &family[k]) * n_fun,
                   (size_t)radial->family[k].n[l] * n_fun * sizeof *room[k]);
    free(room[0]);
    free(room[1]);
    return status;
}

/* functions [l_max+1][n_fun] -> channels [l_max+1][n_lane] */
static void project(const sz_radial *radial, const double *f, double scale, double *h)
{
    for (int l = 0; l <= radial->spec.l_max; l++)
        for (int q = 0; q < radial->n_lane; q++) {
            const double *row =
                radial->comb + ((size_t)l * radial->n_lane + q) * radial->n_fun;
            double sum = 0.0;

            for (int k = 0; k < radial->n_fun; k++)
                sum += row[k] * f[l * radial->n_fun + k];
            h[l * radial->n_lane + q] = scale * sum;
        }
}

static void set_central(sz_radial *radial)
{
    const double y00 = 1.0 / sqrt(4.0 * 3.14159265358979323846);

    for (int q = 0; q < radial->n_lane; q++) {
        const double *row = radial->comb + q * radial->n_fun;

        for (int k = 0; k < radial->spec.n_max; k++)
            radial->central[q] += y00 * row[k] * radial->basis->central[k];
        if (radial->star)
            radial->central[q] +=
                y00 * row[radial->spec.n_max] * radial->star[0]->central[0];
    }
}

static sz_status tabulate(sz_radial *radial, sz_error *err)
{
    const sz_radial_spec *spec = &radial->spec;
    int n_row = (spec->l_max + 1) * radial->n_lane;
    int pieces = (int)ceil(spec->cutoff / (0.02 * spec->atom_sigma));
    double dx = spec->cutoff / pieces;
    size_t size, n_f = (size_t)(spec->l_max + 1) * radial->n_fun;
    double *room = malloc(3 * n_f * sizeof *room);
    double *f[3] = {room, room + n_f, room + 2 * n_f};

    radial->n_knots = pieces + 1;
    radial->per_r = 1.0 / dx;
    size = (size_t)radial->n_knots * 3 * n_row * sizeof *radial->table;
    radial->table = aligned_alloc(64, size);
    if (!room || !radial->table) {
        free(room);
        return sz_fail_memory(err, size, "the radial tables");
    }
    for (int i = 0; i <= pieces; i++) {
        double *node = radial->table + (size_t)i * 3 * n_row;

        functions(radial, i * dx, f);
        project(radial, f[0], 1.0, node);
        project(radial, f[1], dx, node + n_row);
        project(radial, f[2], dx * dx, node + 2 * n_row);
    }
    free(room);
    return SZ_OK;
}

/* the bases: the first, and for SZ_RADIAL_STAR one of 2l+1 functions for each l */
static sz_status make_bases(sz_radial *radial, int star, sz_error *err)
{
    const sz_radial_spec *spec = &radial->spec;
    sz_status status = sz_basis_create(&radial->basis, spec, err);

    radial->n_fun = spec->n_max;
    if (!star || status != SZ_OK) return status;
    radial->n_fun += 2 * spec->l_max + 1;
    radial->star = calloc((size_t)spec->l_max + 1, sizeof *radial->star);
    if (!radial->star) return sz_fail_memory(err, 8, "the second radial basis");
    for (int l = 0; l <= spec->l_max && status == SZ_OK; l++) {
        sz_radial_spec second = *spec;

        second.n_max = 2 * l + 1;
        second.l_max = l;
        status = sz_basis_create(&radial->star[l], &second, err);
    }
    return status;
}

sz_status sz_radial_create(sz_radial **radial, const sz_radial_spec *spec, int n_families,
                           const sz_radial_family *family, int reduce, sz_error *err)
{
    sz_radial *r = calloc(1, sizeof *r);
    int star = 0;
    sz_status status;

    *radial = NULL;
    if (!r) return sz_fail_memory(err, sizeof *r, "the radial channels");
    for (int k = 0; k < n_families; k++) star |= family[k].kind == SZ_RADIAL_STAR;
    r->spec = *spec;
    r->reduced = reduce;
    status = make_bases(r, star, err);
    if (status == SZ_OK) status = combine(r, n_families, family, reduce, err);
    if (status == SZ_OK) {
        set_central(r);
        status = tabulate(r, err);
    }
    if (status == SZ_OK) {
        *radial = r;
        r = NULL;
    }
    sz_radial_free(r);
    return status;
}

void sz_radial_free(sz_radial *radial)
{
    if (!radial) return;
    sz_basis_free(radial->basis);
    for (int l = 0; radial->star && l <= radial->spec.l_max; l++)
        sz_basis_free(radial->star[l]);
    free(radial->star);
    free(radial->comb);
    free(radial->central);
    free(radial->table);
    free(radial);
}

void sz_radial_exact(const sz_radial *radial, double r, double *h, double *dh)
{
    int n_row = (radial->spec.l_max + 1) * radial->n_lane;
    double room[3][(SZ_L_MAX + 1) * (SZ_N_MAX + 2 * SZ_L_MAX + 1)];
    double *f[3] = {room[0], room[1], room[2]}, slope;
    double value = switching(&radial->spec, r, &slope);

    functions(radial, r, f);
    project(radial, f[0], 1.0, h);
    project(radial, f[1], 1.0, dh);
    for (int k = 0; k < n_row; k++) {
        dh[k] = value * dh[k] + slope * h[k];
        h[k] *= value;
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

/* sin and cos of pi t, |t| <= 1/2, by their Taylor series: 1e-17 at the ends */
SZ_INLINE void sin_cos_pi(sz_lanes t, sz_lanes *sin_t, sz_lanes *cos_t)
{
    /* 1/n!, n = 22 .. 0 */
    static const double inverse_factorial[] = {8.8967913924505732867e-22,
                                               1.9572941063391261231e-20,
                                               4.1103176233121648585e-19,
                                               8.2206352466243297170e-18,
                                               1.5619206968586226462e-16,
                                               2.8114572543455207632e-15,
                                               4.7794773323873852974e-14,
                                               7.6471637318198164759e-13,
                                               1.1470745597729724714e-11,
                                               1.6059043836821614599e-10,
                                               2.0876756987868098979e-09,
                                               2.5052108385441718775e-08,
                                               2.7557319223985890653e-07,
                                               2.7557319223985890653e-06,
                                               2.4801587301587301587e-05,
                                               1.9841269841269841270e-04,
                                               1.3888888888888888889e-03,
                                               8.3333333333333333333e-03,
                                               4.1666666666666666667e-02,
                                               1.6666666666666666667e-01,
                                               0.5,
                                               1.0,
                                               1.0};
    sz_lanes x = 3.14159265358979323846 * t, x2 = -x * x;
    sz_lanes even = {0}, odd = {0};

    for (int n = 0; n <= 22; n += 2) even = even * x2 + inverse_factorial[n];
    for (int n = 1; n <= 21; n += 2) odd = odd * x2 + inverse_factorial[n];
    *cos_t = even;
    *sin_t = x * odd;
}

/* F and F' of SZ_LANES distances, as in switching() */
SZ_INLINE void switch_lanes(const sz_radial_spec *s, const double *r, sz_lanes *f,
                            sz_lanes *df)
{
    double inverse = s->cutoff_width > 0.0 ? 1.0 / s->cutoff_width : 0.0;
    sz_lanes x = (SZ_GET(r) - (s->cutoff - s->cutoff_width)) * inverse, sin_t, cos_t;

    for (int i = 0; i < SZ_LANES; i++) x[i] = x[i] < 0.0 ? 0.0 : x[i] > 1.0 ? 1.0 : x[i];
    sin_cos_pi(x - 0.5, &sin_t, &cos_t); /* cos(pi x) = -sin(pi (x - 1/2)) */
    *f = 0.5 - 0.5 * sin_t;
    *df = -0.5 * 3.14159265358979323846 * inverse * cos_t;
    for (int i = 0; i < SZ_LANES; i++)
        if (x[i] <= 0.0 || x[i] >= 1.0) {
            (*f)[i] = x[i] <= 0.0;
            (*df)[i] = 0.0;
        }
}

SZ_INLINE void locate(const sz_radial *radial, int n, const double *r, weights *at)
{
    sz_lanes t = {0}, f, df;
    double room[SZ_LANES] = {0};

    for (int i = 0; i < n; i++) room[i] = r[i];
    for (int i = 0; i < n; i++) {
        double x = r[i] * radial->per_r;

        at->knot[i] = (int)x < radial->n_knots - 2 ? (int)x : radial->n_knots - 2;
        t[i] = x - at->knot[i];
    }
    switch_lanes(&radial->spec, room, &f, &df);
    for (int i = 0; i < n && radial->spec.decay_exponent; i++) {
        double slope;

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
