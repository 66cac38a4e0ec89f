/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial.c - radial channels h_lq(r) = F(r) sum_k O_l[q][k] f_kl(r).
 *
 *   F(r) = f_cut(r) decay(r)
 *   decay(r) = c (1+q) / (q + (r/s)^k),  c = 1 if k = 0 or q = 0, else q/(1+q)
 *
 * f are the functions g_nl of the basis, or those of a second basis with 2l+1 functions.
 * O_l resolves n, sums over it or mixes it. If n is resolved O_l may also be the rotation
 * onto the directions spanned by g_nl: the grid Gaussians are nearly dependent (the one
 * at r = 0 is null for every l >= 1), so the channels below 1e-7 are dropped and kernels
 * change by 1e-14 at most. With radial_tolerance more are dropped, and only the largest
 * directions of g_nl are kept.
 *
 * The functions of soap_turbo (turbo.c) are orthonormal and differ from slot to slot; F
 * is then their amplitude factor.
 *
 * A table holds quintic Hermite nodes of the functions without F, whose kink at cutoff -
 * cutoff_width would reduce its accuracy; the spacing 0.02 atom_sigma keeps its error
 * near 1e-14. In single precision 0.16 atom_sigma is enough for 3e-9, and the table stays
 * in the cache; but not for the correction to the slopes of soap_turbo, which is
 * interpolated linearly. radial_eval.c reads the tables. */
#include "descriptor/radial.h"

#include "atoms/cutoff.h"
#include "linear/blas.h"
#include "linear/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Spacing of knots, in units of the width of the Gaussians. */
static const double SPACING = 0.02, SPACING_SINGLE = 0.16;

/* The functions of soap: value, slope and second derivative, each [l_max+1][n_fun]. */
static void functions(const sz_radial *radial, double r, double *const f[])
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
    return sz_fail(err, SZ_ERR_NUMERIC, "the SVD of the radial functions of l=%d failed",
                   l);
}

/* The rows of one family for one l; *n receives how many. */
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

/* Allocates every row for the largest families, then compacts them. */
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
            radial->n_used[l] = used + radial->family[k].n[l];
        }
        radial->family[k].first = used;
        used += most;
    }
    radial->n_lane = SZ_PAD(used);
    radial->comb = calloc((size_t)n_l * radial->n_lane * n_fun, sizeof *radial->comb);
    if (status == SZ_OK && !radial->comb)
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

/* functions [l_max+1][n_fun] -> channels [n_h] */
static void project(const sz_radial *radial, const double *f, double scale, double *h)
{
    memset(h, 0, (size_t)radial->n_h * sizeof *h);
    for (int l = 0; l <= radial->spec.l_max; l++)
        for (int q = 0; q < radial->n_used[l]; q++) {
            const double *row =
                radial->comb + ((size_t)l * radial->n_lane + q) * radial->n_fun;
            double sum = 0.0;

            for (int k = 0; k < radial->n_fun; k++)
                sum += row[k] * f[l * radial->n_fun + k];
            h[radial->place[l] + q] = scale * sum;
        }
}

static sz_status set_central(const sz_radial *radial, sz_radial_table *table,
                             const sz_turbo *turbo, sz_error *err)
{
    const double y00 = turbo ? 1.0 : 1.0 / sqrt(4.0 * 3.14159265358979323846);
    const double *central = turbo ? turbo->central : radial->basis->central;
    int n = turbo ? turbo->n_max : radial->spec.n_max;

    table->central = calloc((size_t)radial->n_lane, sizeof *table->central);
    if (!table->central)
        return sz_fail_memory(err, (size_t)radial->n_lane * 8, "the radial tables");
    for (int q = 0; q < radial->n_lane; q++) {
        const double *row = radial->comb + q * radial->n_fun;

        for (int k = 0; k < n; k++) table->central[q] += y00 * row[k] * central[k];
        if (radial->star)
            table->central[q] +=
                y00 * row[radial->spec.n_max] * radial->star[0]->central[0];
    }
    return SZ_OK;
}

static void set_pieces(sz_radial_table *table, int n, const double *edge)
{
    table->n_pieces = n;
    memcpy(table->from, edge, ((size_t)n + 1) * sizeof *edge);
}

/* Knots with at most this spacing. */
static void set_knots(const sz_radial_table *table, double spacing, sz_knots *knots)
{
    for (int k = 0; k < table->n_pieces; k++) {
        double length = table->from[k + 1] - table->from[k];
        int intervals = (int)ceil(length / spacing);

        knots->per_r[k] = intervals / length;
        knots->first[k + 1] = knots->first[k] + intervals + 1;
    }
}

/* The node of a soap. */
static void fill_node(const sz_radial *radial, double r, double dx, double *const f[4],
                      double *node)
{
    functions(radial, r, f);
    project(radial, f[0], 1.0, node);
    project(radial, f[1], dx, node + radial->n_row);
    project(radial, f[2], dx * dx, node + 2 * radial->n_row);
}

/* R_n -> its channels, the same for all l */
static void project_turbo(const sz_radial *radial, int n, const double *f, double scale,
                          double *lane)
{
    for (int q = 0; q < radial->n_lane; q++) {
        const double *row = radial->comb + (size_t)q * radial->n_fun;

        lane[q] = 0.0;
        for (int k = 0; k < n; k++) lane[q] += scale * row[k] * f[k];
    }
}

/* The node of a soap_turbo, in piece k. */
static void fill_turbo_node(const sz_radial *radial, const sz_turbo *turbo, int k,
                            double r, double dx, double *const f[4], double *node)
{
    const double scale[3] = {1.0, dx, dx * dx};
    int n = turbo->n_max, n_lane = radial->n_lane;

    memset(node, 0, (size_t)radial->n_node * sizeof *node);
    sz_turbo_eval(turbo, k, r, f);
    for (int d = 0; d < 3; d++, node += radial->n_row) {
        project_turbo(radial, n, f[d], scale[d], node);
        for (int l = 0; l <= radial->spec.l_max; l++)
            node[n_lane + l] = scale[d] * f[d][n + l];
    }
    project_turbo(radial, n, f[3], 1.0, node);
}

/* Knot i, in piece k, of a soap or, with turbo, of a soap_turbo. */
static void fill_knot(const sz_radial *radial, const sz_radial_table *table,
                      const sz_turbo *turbo, const sz_knots *knots, int k, int i,
                      double *const f[4], double *node)
{
    double dx = 1.0 / knots->per_r[k];
    double r = table->from[k] + (i - knots->first[k]) * dx;

    if (turbo)
        fill_turbo_node(radial, turbo, k, r, dx, f, node);
    else
        fill_node(radial, r, dx, f, node);
}

static sz_status tabulate(const sz_radial *radial, sz_radial_table *table,
                          const sz_turbo *turbo, double *const f[4], sz_error *err)
{
    const sz_knots *knots = &table->knots;
    size_t size = (size_t)knots->first[table->n_pieces] * radial->n_node * sizeof(double);
    double *node = table->node = aligned_alloc(64, size);

    if (!node) return sz_fail_memory(err, size, "the radial tables");
    for (int k = 0; k < table->n_pieces; k++)
        for (int i = knots->first[k]; i < knots->first[k + 1]; i++) {
            fill_knot(radial, table, turbo, knots, k, i, f, node);
            node += radial->n_node;
        }
    return SZ_OK;
}

/* n polynomials of degree 5 between the rows of a node and of the next one, and the
 * values after them. */
static void fill_single(int n, int n_more, const double *a, const double *b, float *to)
{
    for (int i = 0; i < n; i++) {
        double h = a[i], h1 = a[n + i], h2 = a[2 * n + i], rise = b[i] - h;
        double g1 = b[n + i], g2 = b[2 * n + i];

        to[i] = (float)h;
        to[n + i] = (float)h1;
        to[2 * n + i] = (float)(0.5 * h2);
        to[3 * n + i] = (float)(10.0 * rise - 6.0 * h1 - 4.0 * g1 - 1.5 * h2 + 0.5 * g2);
        to[4 * n + i] = (float)(-15.0 * rise + 8.0 * h1 + 7.0 * g1 + 1.5 * h2 - g2);
        to[5 * n + i] = (float)(6.0 * rise - 3.0 * h1 - 3.0 * g1 - 0.5 * h2 + 0.5 * g2);
    }
    for (int i = 0; i < n_more; i++) to[6 * n + i] = (float)a[3 * n + i];
}

/* The last node of a piece, which has no next one, is filled as if the next one were
 * equal. */
static sz_status tabulate_single(const sz_radial *radial, sz_radial_table *table,
                                 const sz_turbo *turbo, double *const f[4], sz_error *err)
{
    const sz_knots *knots = &table->knots_single;
    int n = radial->n_row, n_more = radial->n_node - 3 * n;
    size_t size =
        (size_t)knots->first[table->n_pieces] * radial->n_node_single * sizeof(float);
    float *node = table->node_single = aligned_alloc(64, (size + 63) / 64 * 64);
    double *two = malloc(2 * (size_t)radial->n_node * sizeof *two); /* i and i + 1 */
    double *next;

    if (!node || !two) {
        free(two);
        return sz_fail_memory(err, size, "the radial tables");
    }
    next = two + radial->n_node;
    for (int k = 0; k < table->n_pieces; k++) {
        fill_knot(radial, table, turbo, knots, k, knots->first[k], f, next);
        for (int i = knots->first[k]; i < knots->first[k + 1]; i++) {
            memcpy(two, next, (size_t)radial->n_node * sizeof *two);
            if (i + 1 < knots->first[k + 1])
                fill_knot(radial, table, turbo, knots, k, i + 1, f, next);
            fill_single(n, n_more, two, next, node);
            node += radial->n_node_single;
        }
    }
    free(two);
    return SZ_OK;
}

static sz_status make_table(const sz_radial *radial, sz_radial_table *table,
                            const sz_turbo *turbo, double width, sz_error *err)
{
    const double whole[2] = {0.0, radial->spec.cutoff};
    size_t n_f = (size_t)(radial->spec.l_max + 1) * (radial->n_fun + 1);
    double *room = malloc(4 * n_f * sizeof *room);
    double *f[4] = {room};
    sz_status status = set_central(radial, table, turbo, err);

    if (status == SZ_OK && !room)
        status = sz_fail_memory(err, 4 * n_f * sizeof *room, "the radial tables");
    for (int k = 1; k < 4 && room; k++) f[k] = f[k - 1] + n_f;
    set_pieces(table, turbo ? turbo->n_pieces : 1, turbo ? turbo->edge : whole);
    set_knots(table, SPACING * width, &table->knots);
    set_knots(table, (turbo ? SPACING : SPACING_SINGLE) * width, &table->knots_single);
    if (status == SZ_OK) status = tabulate(radial, table, turbo, f, err);
    if (status == SZ_OK) status = tabulate_single(radial, table, turbo, f, err);
    free(room);
    return status;
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

/* radial with room for n tables */
static sz_status open_radial(sz_radial **radial, const sz_radial_spec *spec, int n,
                             sz_error *err)
{
    sz_radial *r = calloc(1, sizeof *r);

    *radial = r;
    if (r) r->table = calloc((size_t)n, sizeof *r->table);
    if (!r || !r->table) return sz_fail_memory(err, sizeof *r, "the radial channels");
    r->spec = *spec;
    r->n_tables = n;
    return SZ_OK;
}

/* Moves the channels of an l directly after those of the one before. */
static void pack(sz_radial *radial)
{
    int n = 0;

    for (int l = 0; l <= radial->spec.l_max; l++) {
        radial->place[l] = n;
        n += radial->n_used[l];
    }
    radial->n_h = SZ_PAD(n);
}

sz_status sz_radial_create(sz_radial **radial, const sz_radial_spec *spec, int n_families,
                           const sz_radial_family *family, int reduce, sz_error *err)
{
    sz_radial *r;
    int star = 0;
    sz_status status = open_radial(&r, spec, 1, err);

    for (int k = 0; k < n_families; k++) star |= family[k].kind == SZ_RADIAL_STAR;
    if (status == SZ_OK) {
        r->reduced = reduce;
        status = make_bases(r, star, err);
    }
    if (status == SZ_OK) status = combine(r, n_families, family, reduce, err);
    if (status == SZ_OK) {
        pack(r);
        r->n_row = r->n_h;
        r->n_node = 3 * r->n_row;
        r->n_node_single = 6 * r->n_row;
        status = make_table(r, r->table, NULL, spec->atom_sigma, err);
    }
    *radial = status == SZ_OK ? r : NULL;
    if (status != SZ_OK) sz_radial_free(r);
    return status;
}

sz_status sz_radial_create_turbo(sz_radial **radial, const sz_radial_spec *spec,
                                 const sz_turbo_spec *turbo, int n_families,
                                 const sz_radial_family *family, sz_error *err)
{
    sz_radial *r;
    sz_status status = open_radial(&r, spec, turbo->n_species, err);

    if (status == SZ_OK) {
        r->turbo = 1;
        r->n_fun = spec->n_max;
        status = combine(r, n_families, family, 0, err);
        for (int l = 0; l <= spec->l_max; l++) r->place[l] = l * r->n_lane;
        r->n_h = (spec->l_max + 1) * r->n_lane;
        r->n_row = r->n_lane + SZ_PAD(spec->l_max + 1);
        r->n_node = 3 * r->n_row + r->n_lane;
        r->n_node_single = 6 * r->n_row + r->n_lane;
    }
    for (int s = 0; s < turbo->n_species && status == SZ_OK; s++) {
        const sz_turbo_species *own = &turbo->species[s];
        sz_turbo *basis;

        status = sz_turbo_create(&basis, turbo, s, spec, err);
        if (status != SZ_OK) break;
        r->table[s].power = own->amplitude;
        status =
            make_table(r, &r->table[s], basis, fmin(own->sigma_r, own->sigma_t), err);
        sz_turbo_free(basis);
    }
    *radial = status == SZ_OK ? r : NULL;
    if (status != SZ_OK) sz_radial_free(r);
    return status;
}

void sz_radial_free(sz_radial *radial)
{
    if (!radial) return;
    sz_basis_free(radial->basis);
    for (int l = 0; radial->star && l <= radial->spec.l_max; l++)
        sz_basis_free(radial->star[l]);
    for (int s = 0; radial->table && s < radial->n_tables; s++) {
        free(radial->table[s].node);
        free(radial->table[s].node_single);
        free(radial->table[s].central);
    }
    free(radial->table);
    free(radial->star);
    free(radial->comb);
    free(radial);
}

size_t sz_radial_bytes(const sz_radial *radial)
{
    size_t n = 0;

    for (int s = 0; s < radial->n_tables; s++) {
        const sz_radial_table *t = &radial->table[s];

        n += (size_t)t->knots.first[t->n_pieces] * radial->n_node * sizeof(double) +
             (size_t)t->knots_single.first[t->n_pieces] * radial->n_node_single *
                 sizeof(float);
    }
    return n;
}

double sz_radial_switch(const sz_radial_spec *s, double r, double *slope)
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

void sz_radial_exact(const sz_radial *radial, double r, double *h, double *dh)
{
    double room[3][(SZ_L_MAX + 1) * (SZ_N_MAX + 2 * SZ_L_MAX + 1)];
    double *f[3] = {room[0], room[1], room[2]}, slope;
    double value = sz_radial_switch(&radial->spec, r, &slope);

    functions(radial, r, f);
    project(radial, f[0], 1.0, h);
    project(radial, f[1], 1.0, dh);
    for (int k = 0; k < radial->n_h; k++) {
        dh[k] = value * dh[k] + slope * h[k];
        h[k] *= value;
    }
}
