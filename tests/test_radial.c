/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_radial.c - the radial basis has the published numbers and is orthonormal; the
 * tables hold it; the reduction keeps every scalar product. */
#include "check.h"
#include "numbers.h"
#include "radial.h"
#include "vec.h"

#include <stdlib.h>

#define N_ROW ((SZ_L_MAX + 1) * SZ_PAD(SZ_N_MAX + 1))

/* two atoms of gap_fit's soap, checked against QUIP to the digits given */
static const sz_radial_spec small = {.cutoff = 3.0,
                                     .cutoff_width = 0.5,
                                     .n_max = 3,
                                     .l_max = 2,
                                     .atom_sigma = 0.5,
                                     .basis_error_exponent = 10.0,
                                     .decay_scale = 1.0,
                                     .decay_rate = 1.0};
static const sz_radial_spec usual = {.cutoff = 5.0,
                                     .cutoff_width = 1.0,
                                     .n_max = 8,
                                     .l_max = 6,
                                     .atom_sigma = 0.5,
                                     .basis_error_exponent = 10.0,
                                     .decay_scale = 1.0,
                                     .decay_rate = 1.0};

/* ---- the basis -------------------------------------------------------------------- */

/* exp(-x) i_l(x) = exp(-x) x^l sum_k (x^2/2)^k / (k! (2l+2k+1)!!), all terms positive */
static double bessel(int l, double x)
{
    long double term = expl(-(long double)x), sum = 0.0L;

    for (int k = 1; k <= l; k++) term *= (long double)x / (2 * k + 1);
    for (int k = 1; k < 400; k++) {
        sum += term;
        term *= 0.5L * x * x / ((long double)k * (2 * l + 2 * k + 1));
    }
    return (double)sum;
}

static void test_bessel(void)
{
    static const double x[] = {0.0, 1e-200, 1e-8, 1e-3, 0.1, 1.0, 3.7, 12.0, 40.0, 90.0};
    double value[SZ_L_MAX + 2];

    for (int k = 0; k < 10; k++) {
        sz_bessel(SZ_L_MAX + 1, x[k], value);
        for (int l = 0; l <= SZ_L_MAX + 1; l++)
            CHECK_CLOSE(value[l], bessel(l, x[k]), 2e-14 * bessel(l, x[k]) + 1e-300);
    }
}

static int test_published_numbers(void)
{
    static const double grid[] = {0.0, 2.1310234040691856, 4.262046808138371};
    static const double l_row[3][3] = {
        {0.23534906594417868},
        {0.050589318087469325, 2.0329305540435763},
        {2.2689427026644506e-07, 0.048063736448907046, 4.025769298765842}};
    static const double t_row[3][3] = {
        {0.23534332028025287, -2.3101087203488823e-4, 5.198415069693179e-08},
        {0.05056257554316669, 2.032925144836232, -4.5746716385461025e-4},
        {-5.518769655582224e-06, 0.04783272557687216, 4.025769350749993}};
    static const double g_0[] = {0.03745617622250766, 0.007963235582889559,
                                 -1.7919175314087056e-06};
    static const double g_2[] = {0.0011603078884390762, 0.0466515683376787,
                                 -3.2639056816182027e-06};
    double g[9], dg[9], d2g[9];
    sz_basis *b;
    sz_error err;

    CHECK_OK(sz_basis_create(&b, &small, &err), err);
    for (int i = 0; i < 3; i++) {
        CHECK_CLOSE(b->grid[i], grid[i], 1e-15);
        CHECK_CLOSE(b->central[i], l_row[0][i], 1e-15);
        for (int n = 0; n < 3; n++) {
            double l = 0.0; /* L = C T */

            for (int k = 0; k < 3; k++)
                l += exp(-2.0 * (grid[i] - grid[k]) * (grid[i] - grid[k])) *
                     b->t[3 * k + n];
            CHECK_CLOSE(l, l_row[i][n], 2e-15);
            CHECK_CLOSE(b->t[3 * i + n], t_row[i][n], 2e-15);
        }
    }
    sz_basis_eval(b, 0.96, g, dg, d2g);
    for (int n = 0; n < 3; n++) CHECK_CLOSE(g[n], g_0[n], 1e-16);
    sz_basis_eval(b, sqrt(4.66), g, dg, d2g);
    for (int n = 0; n < 3; n++) CHECK_CLOSE(g[6 + n], g_2[n], 1e-16);
    sz_basis_free(b);
    return 0;
}

/* the functions chi = L^-1 phi: int r^2 chi_n chi_m dr = delta; L = C T */
static int test_orthonormal(void)
{
    enum { N = 8, POINTS = 4000 };
    double l[N][N] = {{0}}, overlap[N][N] = {{0}}, h = 16.0 / POINTS;
    sz_basis *b;
    sz_error err;

    CHECK_OK(sz_basis_create(&b, &usual, &err), err);
    for (int i = 0; i < N; i++)
        for (int n = 0; n < N; n++)
            for (int k = 0; k < N; k++) {
                double d = b->grid[i] - b->grid[k];

                l[i][n] += exp(-b->a * d * d) * b->t[N * k + n];
            }
    for (int k = 0; k <= POINTS; k++) { /* Simpson */
        double r = k * h, weight = h / 3.0 * (k % 2 ? 4.0 : 2.0), chi[N];

        for (int n = 0; n < N; n++) {
            chi[n] = exp(-b->a * (r - b->grid[n]) * (r - b->grid[n]));
            for (int m = 0; m < n; m++) chi[n] -= l[n][m] * chi[m];
            chi[n] /= l[n][n];
        }
        for (int n = 0; n < N; n++)
            for (int m = 0; m < N; m++) overlap[n][m] += weight * r * r * chi[n] * chi[m];
    }
    for (int n = 0; n < N; n++)
        for (int m = 0; m < N; m++) {
            CHECK_CLOSE(overlap[n][m], n == m, 1e-10);
            if (m > n) CHECK_CLOSE(l[n][m], 0.0, 1e-12);
        }
    sz_basis_free(b);
    return 0;
}

typedef struct {
    const sz_basis *basis;
    double r;
    int k, order;
} probe;

static double basis_value(void *context)
{
    const probe *p = context;
    double g[3][N_ROW];

    sz_basis_eval(p->basis, p->r, g[0], g[1], g[2]);
    return g[p->order][p->k];
}

static int test_basis_slopes(void)
{
    double g[3][N_ROW], most;
    sz_basis *b;
    sz_error err;
    int n;

    CHECK_OK(sz_basis_create(&b, &usual, &err), err);
    n = (b->l_max + 1) * b->n_max;
    for (double r = 0.02; r < 5.0; r += 0.331) {
        sz_basis_eval(b, r, g[0], g[1], g[2]);
        most = largest(g[0], n);
        for (int k = 0; k < n; k++)
            for (int order = 0; order < 2; order++) {
                probe p = {b, r, k, order};

                CHECK_CLOSE(g[order + 1][k], slope_at(&p.r, 4e-3, basis_value, &p),
                            1e-9 * most + 1e-13);
            }
    }
    /* at the centre: the atom's own Gaussian for l = 0, nothing else */
    sz_basis_eval(b, 0.0, g[0], g[1], g[2]);
    CHECK_CLOSE(distance(g[0], b->central, b->n_max), 0.0, 1e-12);
    CHECK_CLOSE(largest(g[0] + b->n_max, n - b->n_max), 0.0, 1e-11);
    CHECK(isfinite(largest(g[1], n)) && isfinite(largest(g[2], n)));
    sz_basis_free(b);
    return 0;
}

static void test_singular(void)
{
    sz_radial_spec spec = usual;
    sz_error err;
    sz_basis *b;

    spec.cutoff = 3.6;
    spec.n_max = 40;
    CHECK_FAILS(sz_basis_create(&b, &spec, &err), SZ_ERR_NUMERIC, "n_max=40", err);
    CHECK(b == NULL);
}

/* ---- the channels ----------------------------------------------------------------- */

/* largest value and slope of all channels over the range of a bond */
static void sizes(const sz_radial *radial, double *value, double *slope)
{
    int n_row = (radial->spec.l_max + 1) * radial->n_lane;
    double h[N_ROW], dh[N_ROW];

    *value = *slope = 0.0;
    for (double r = 0.3; r < radial->spec.cutoff; r += 0.05) {
        sz_radial_exact(radial, r, h, dh);
        *value = fmax(*value, largest(h, n_row));
        *slope = fmax(*slope, largest(dh, n_row));
    }
}

/* tables agree with the basis itself, values and slopes, in batches or one by one */
static void test_table(const sz_radial *radial)
{
    enum { N = 8 };
    int n_row = (radial->spec.l_max + 1) * radial->n_lane;
    double *h = malloc(sizeof *h * N * N_ROW), *dh = malloc(sizeof *dh * N * N_ROW);
    double *only = malloc(sizeof *only * N * N_ROW), r[N];
    double want[N_ROW], slope[N_ROW], most, most_slope;

    sizes(radial, &most, &most_slope);
    for (int batch = 0; batch < 60; batch++) {
        int n = 1 + batch % N;

        for (int i = 0; i < n; i++) {
            r[i] = uniform(0.3, radial->spec.cutoff);
            if (batch == 7) r[i] = radial->spec.cutoff * (1.0 - 1e-15 * i);
            if (batch == 8) r[i] = (i + 20) / radial->per_r; /* on the knots */
        }
        sz_radial_eval(radial, n, r, h, dh);
        sz_radial_eval(radial, n, r, only, NULL);
        CHECK_CLOSE(distance(h, only, (size_t)n * n_row), 0.0, 1e-15 * most);
        for (int i = 0; i < n; i++) {
            sz_radial_exact(radial, r[i], want, slope);
            CHECK_CLOSE(distance(h + i * n_row, want, n_row), 0.0, 1e-13 * most);
            CHECK_CLOSE(distance(dh + i * n_row, slope, n_row), 0.0, 1e-11 * most_slope);
        }
    }
    free(h);
    free(dh);
    free(only);
}

typedef struct {
    const sz_radial *radial;
    double r;
    int k;
} channel;

static double channel_value(void *context)
{
    const channel *c = context;
    double h[N_ROW];

    sz_radial_eval(c->radial, 1, &c->r, h, NULL);
    return h[c->k];
}

static void test_slopes(const sz_radial *radial)
{
    int n_row = (radial->spec.l_max + 1) * radial->n_lane;
    double h[N_ROW], dh[N_ROW], kink = radial->spec.cutoff - radial->spec.cutoff_width;

    for (int i = 0; i < 12; i++) {
        channel c = {radial, uniform(0.8, radial->spec.cutoff), 0};

        if (fabs(c.r - kink) < 0.01 || radial->spec.cutoff - c.r < 0.01) continue;
        sz_radial_eval(radial, 1, &c.r, h, dh);
        for (c.k = 0; c.k < n_row; c.k++)
            CHECK_CLOSE(dh[c.k], slope_at(&c.r, 2e-3, channel_value, &c),
                        1e-9 * largest(dh, n_row));
    }
}

/* F of the theory: cosine cutoff times decay */
static double switching(const sz_radial_spec *s, double r)
{
    const double pi = 3.14159265358979323846, w = s->cutoff_width;
    double x = (r - s->cutoff + w) / w, q = s->decay_rate, c, f, u;

    f = x <= 0.0 ? 1.0 : 0.5 * (cos(pi * x) + 1.0);
    c = q == 0.0 ? 1.0 : q / (1.0 + q);
    u = pow(r / s->decay_scale, s->decay_exponent);
    return s->decay_exponent == 0 ? f : f * c * (1.0 + q) / (q + u);
}

static int test_decay(void)
{
    static const double rate[] = {0.0, 0.5, 1.0, 3.0};

    for (int form = 0; form < 20; form++) {
        sz_radial_spec spec = small;
        double h[N_ROW], dh[N_ROW], g[3][N_ROW];
        sz_radial *radial;
        sz_error err;

        spec.decay_exponent = form / 4;
        spec.decay_rate = rate[form % 4];
        spec.decay_scale = 1.7;
        CHECK_OK(sz_radial_create(&radial, &spec, 1, 1, 0, &err), err);
        for (double r = 0.7; r < 3.0; r += 0.17) {
            sz_basis_eval(radial->basis, r, g[0], g[1], g[2]);
            sz_radial_exact(radial, r, h, dh);
            for (int l = 0; l <= 2; l++) {
                const double *hl = h + l * radial->n_lane;
                double f = switching(&spec, r), sum = 0.0;

                for (int n = 0; n < 3; n++) {
                    CHECK_CLOSE(hl[n], f * g[0][3 * l + n], 1e-15);
                    sum += f * g[0][3 * l + n];
                }
                CHECK_CLOSE(hl[radial->sum], sum, 1e-15);
            }
        }
        test_table(radial);
        test_slopes(radial);
        sz_radial_free(radial);
    }
    return 0;
}

/* n_rad of design and scalar products sum_n g_n(r) g_n(r') as before */
static int test_reduction(void)
{
    static const int n_rad[] = {7, 6, 6, 6, 6, 6, 6};
    double a[2][N_ROW], b[2][N_ROW], skip[N_ROW], most = 0.0;
    sz_radial *full, *reduced;
    sz_error err;

    CHECK_OK(sz_radial_create(&full, &usual, 1, 1, 0, &err), err);
    CHECK_OK(sz_radial_create(&reduced, &usual, 1, 1, 1, &err), err);
    CHECK(reduced->n_lane <= full->n_lane && reduced->sum >= 7);
    for (int l = 0; l <= usual.l_max; l++) {
        CHECK(full->n_rad[l] == usual.n_max && reduced->n_rad[l] == n_rad[l]);
        for (int p = 0; p < n_rad[l]; p++)
            for (int q = 0; q <= p; q++) {
                const double *comb =
                    reduced->comb + (size_t)l * reduced->n_lane * usual.n_max;

                CHECK_CLOSE(
                    dot(comb + p * usual.n_max, comb + q * usual.n_max, usual.n_max),
                    p == q, 1e-13);
            }
    }
    CHECK_CLOSE(dot(full->central, full->central, usual.n_max),
                dot(reduced->central, reduced->central, n_rad[0]), 1e-16);
    CHECK_CLOSE(full->central[full->sum], reduced->central[reduced->sum], 1e-16);
    for (int k = 0; k < 300; k++) {
        double r = uniform(0.0, 5.0), s = uniform(0.0, 5.0);

        sz_radial_exact(full, r, a[0], skip);
        sz_radial_exact(full, s, a[1], skip);
        sz_radial_exact(reduced, r, b[0], skip);
        sz_radial_exact(reduced, s, b[1], skip);
        for (int l = 0; l <= usual.l_max; l++) {
            int i = l * full->n_lane, j = l * reduced->n_lane;
            double whole = dot(a[0] + i, a[1] + i, usual.n_max);

            most = fmax(most, fabs(whole));
            CHECK_CLOSE(dot(b[0] + j, b[1] + j, n_rad[l]), whole, 1e-14 * most);
            CHECK_CLOSE(b[0][j + reduced->sum], a[0][i + full->sum], 1e-14);
        }
    }
    sz_radial_free(full);
    sz_radial_free(reduced);
    return 0;
}

/* lanes: only what was asked for, a multiple of SZ_LANES, the rest zero */
static int test_lanes(void)
{
    for (int ask = 1; ask < 8; ask++)
        for (int n_max = 1; n_max <= 16; n_max += 3) {
            int resolved = ask & 1, sum = ask >> 1 & 1, reduce = ask >> 2;
            sz_radial_spec spec = usual;
            sz_radial *radial;
            double h[N_ROW], dh[N_ROW];
            sz_error err;

            if (!resolved && !sum) continue;
            spec.n_max = n_max;
            CHECK_OK(sz_radial_create(&radial, &spec, resolved, sum, reduce, &err), err);
            sz_radial_exact(radial, 2.5, h, dh);
            CHECK(radial->n_lane % SZ_LANES == 0 && (radial->sum >= 0) == sum);
            for (int l = 0; l <= spec.l_max; l++) {
                CHECK(reduce || radial->n_rad[l] == (resolved ? n_max : 0));
                for (int q = radial->n_rad[l]; q < radial->n_lane; q++)
                    CHECK(q == radial->sum || h[l * radial->n_lane + q] == 0.0);
            }
            test_table(radial);
            sz_radial_free(radial);
        }
    return 0;
}

int main(void)
{
    test_bessel();
    test_singular();
    if (test_published_numbers() || test_orthonormal() || test_basis_slopes()) return 1;
    if (test_decay() || test_reduction() || test_lanes()) return 1;
    return check_done();
}
