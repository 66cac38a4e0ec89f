/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_radial.c - the channels are the combinations of the basis that they say, tables
 * hold them, the reduction keeps every scalar product. */
#include "check.h"
#include "descriptor/radial.h"
#include "linear/vec.h"
#include "numbers.h"

#include <stdlib.h>

#define N_ROW ((SZ_L_MAX + 1) * SZ_PAD(SZ_N_MAX + 2 * SZ_L_MAX + 1))

static const sz_radial_spec usual = {.cutoff = 5.0,
                                     .cutoff_width = 1.0,
                                     .n_max = 8,
                                     .l_max = 6,
                                     .atom_sigma = 0.5,
                                     .basis_error_exponent = 10.0,
                                     .decay_scale = 1.0,
                                     .decay_rate = 1.0};
/* every n separately, and their sum */
static const sz_radial_family both[] = {{.kind = SZ_RADIAL_N}, {.kind = SZ_RADIAL_SUM}};

/* ---- the channels ----------------------------------------------------------------- */

/* largest value and slope of all channels over the range of a distance */
static void sizes(const sz_radial *radial, double *value, double *slope)
{
    int n_row = radial->n_h;
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
    int n_row = radial->n_h;
    double *h = malloc(sizeof *h * N * N_ROW), *dh = malloc(sizeof *dh * N * N_ROW);
    double *only = malloc(sizeof *only * N * N_ROW), r[N] = {0};
    double want[N_ROW], slope[N_ROW], most, most_slope;

    sizes(radial, &most, &most_slope);
    for (int batch = 0; batch < 60; batch++) {
        int n = 1 + batch % N;

        for (int i = 0; i < n; i++) {
            r[i] = uniform(0.3, radial->spec.cutoff);
            if (batch == 7) r[i] = radial->spec.cutoff * (1.0 - 1e-15 * i);
            if (batch == 8)
                r[i] = (i + 20) / radial->table[0].knots.per_r[0]; /* on the knots */
        }
        sz_radial_eval(radial, n, NULL, r, h, dh);
        sz_radial_eval(radial, n, NULL, r, only, NULL);
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
    double h[N_ROW], r[SZ_LANES] = {c->r};

    sz_radial_eval(c->radial, 1, NULL, r, h, NULL);
    return h[c->k];
}

static void test_slopes(const sz_radial *radial)
{
    int n_row = radial->n_h;
    double h[N_ROW], dh[N_ROW], kink = radial->spec.cutoff - radial->spec.cutoff_width;

    for (int i = 0; i < 12; i++) {
        channel c = {radial, uniform(0.8, radial->spec.cutoff), 0};
        double r[SZ_LANES] = {c.r};

        if (fabs(c.r - kink) < 0.01 || radial->spec.cutoff - c.r < 0.01) continue;
        sz_radial_eval(radial, 1, NULL, r, h, dh);
        for (c.k = 0; c.k < n_row; c.k++)
            CHECK_CLOSE(dh[c.k], slope_at(&c.r, 2e-3, channel_value, &c),
                        1e-9 * largest(dh, n_row));
    }
}

/* F of docs/theory.md: cosine cutoff times decay */
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

    for (int form = 0; form < 20; form += CHECK_EVERY(3)) {
        sz_radial_spec spec = usual;
        double h[N_ROW], dh[N_ROW], g[3][N_ROW];
        sz_radial *radial;
        sz_error err;

        spec.decay_exponent = form / 4;
        spec.decay_rate = rate[form % 4];
        spec.decay_scale = 1.7;
        spec.cutoff = 3.0;
        spec.n_max = 3;
        spec.l_max = 2;
        CHECK_OK(sz_radial_create(&radial, &spec, 2, both, 0, &err), err);
        for (double r = 0.7; r < 3.0; r += 0.17) {
            sz_basis_eval(radial->basis, r, g[0], g[1], g[2]);
            sz_radial_exact(radial, r, h, dh);
            for (int l = 0; l <= 2; l++) {
                const double *hl = h + radial->place[l];
                double f = switching(&spec, r), sum = 0.0;

                for (int n = 0; n < 3; n++) {
                    CHECK_CLOSE(hl[n], f * g[0][3 * l + n], 1e-15);
                    sum += f * g[0][3 * l + n];
                }
                CHECK_CLOSE(hl[radial->family[1].first], sum, 1e-15);
            }
        }
        test_table(radial);
        test_slopes(radial);
        sz_radial_free(radial);
    }
    return 0;
}

/* n_rad as designed; the same scalar products sum_n g_n(r) g_n(r') as before */
static int test_reduction(void)
{
    static const int n_rad[] = {7, 6, 6, 6, 6, 6, 6};
    double a[2][N_ROW], b[2][N_ROW], skip[N_ROW], most = 0.0;
    sz_radial *full, *reduced;
    sz_error err;

    CHECK_OK(sz_radial_create(&full, &usual, 2, both, 0, &err), err);
    CHECK_OK(sz_radial_create(&reduced, &usual, 2, both, 1, &err), err);
    CHECK(reduced->n_lane <= full->n_lane && reduced->family[1].first >= 7);
    for (int l = 0; l <= usual.l_max; l++) {
        CHECK(full->family[0].n[l] == usual.n_max && reduced->family[0].n[l] == n_rad[l]);
        for (int p = 0; p < n_rad[l]; p++)
            for (int q = 0; q <= p; q++) {
                const double *comb =
                    reduced->comb + (size_t)l * reduced->n_lane * usual.n_max;

                CHECK_CLOSE(
                    dot(comb + p * usual.n_max, comb + q * usual.n_max, usual.n_max),
                    p == q, 1e-13);
            }
    }
    CHECK_CLOSE(dot(full->table[0].central, full->table[0].central, usual.n_max),
                dot(reduced->table[0].central, reduced->table[0].central, n_rad[0]),
                1e-16);
    CHECK_CLOSE(full->table[0].central[full->family[1].first],
                reduced->table[0].central[reduced->family[1].first], 1e-16);
    for (int k = 0; k < 300; k++) {
        double r = uniform(0.0, 5.0), s = uniform(0.0, 5.0);

        sz_radial_exact(full, r, a[0], skip);
        sz_radial_exact(full, s, a[1], skip);
        sz_radial_exact(reduced, r, b[0], skip);
        sz_radial_exact(reduced, s, b[1], skip);
        for (int l = 0; l <= usual.l_max; l++) {
            int i = full->place[l], j = reduced->place[l];
            double whole = dot(a[0] + i, a[1] + i, usual.n_max);

            most = fmax(most, fabs(whole));
            CHECK_CLOSE(dot(b[0] + j, b[1] + j, n_rad[l]), whole, 1e-14 * most);
            CHECK_CLOSE(b[0][j + reduced->family[1].first],
                        a[0][i + full->family[1].first], 1e-14);
        }
    }
    sz_radial_free(full);
    sz_radial_free(reduced);
    return 0;
}

/* Lanes of two families: the requested ones, then zeros up to a multiple of SZ_LANES. */
static int test_lanes(const sz_radial_spec *spec, int n_families,
                      const sz_radial_family *family, int reduce)
{
    sz_radial *radial;
    double h[N_ROW], dh[N_ROW];
    sz_error err;

    CHECK_OK(sz_radial_create(&radial, spec, n_families, family, reduce, &err), err);
    sz_radial_exact(radial, 2.5, h, dh);
    CHECK(radial->n_lane % SZ_LANES == 0);
    for (int l = 0; l <= spec->l_max; l++)
        for (int q = 0; q < radial->n_used[l]; q++) {
            int used = 0;

            for (int k = 0; k < n_families; k++) {
                int from = radial->family[k].first;

                used += q >= from && q < from + radial->family[k].n[l];
            }
            CHECK(used <= 1);
            CHECK(used || h[radial->place[l] + q] == 0.0);
        }
    test_table(radial);
    sz_radial_free(radial);
    return 0;
}

static int test_all_lanes(void)
{
    static double mix[SZ_N_MAX * 11];
    const sz_radial_family kinds[] = {
        both[0], both[1], {SZ_RADIAL_MIX, 11, mix}, {.kind = SZ_RADIAL_STAR}};

    fill_random(mix, sizeof mix / sizeof *mix);
    for (int n_max = 1; n_max <= 16; n_max += 5 * CHECK_EVERY(2))
        for (int reduce = 0; reduce < 2; reduce++)
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 4; j++) {
                    const sz_radial_family two[] = {kinds[i], kinds[j]};
                    sz_radial_spec spec = usual;

                    spec.n_max = n_max;
                    if (test_lanes(&spec, i == j ? 1 : 2, two, reduce)) return 1;
                }
    return 0;
}

/* Mixed channels are sum_n M_nk h_n for every l; those of the second basis are h_n of a
 * descriptor with n_max = 2l+1; the central atom likewise. */
static int test_families(sz_basis_kind basis)
{
    enum { K = 5 };
    sz_radial_spec spec = usual;
    double mix[8 * K], h[N_ROW], dh[N_ROW], one[N_ROW], slope[N_ROW];
    const sz_radial_family two[] = {{SZ_RADIAL_MIX, K, mix}, {.kind = SZ_RADIAL_STAR}};
    sz_radial *radial, *plain;
    sz_error err;

    spec.l_max = 3;
    spec.basis = basis;
    spec.decay_exponent = 1;
    fill_random(mix, 8 * K);
    CHECK_OK(sz_radial_create(&radial, &spec, 2, two, 1, &err), err);
    sz_radial_exact(radial, 3.1, h, dh);
    CHECK_OK(sz_radial_create(&plain, &spec, 1, both, 0, &err), err);
    sz_radial_exact(plain, 3.1, one, slope);
    for (int l = 0; l <= spec.l_max; l++)
        for (int k = 0; k < K; k++) {
            double sum[3] = {0};

            for (int n = 0; n < 8; n++) {
                sum[0] += mix[n * K + k] * one[plain->place[l] + n];
                sum[1] += mix[n * K + k] * slope[plain->place[l] + n];
                sum[2] += mix[n * K + k] * plain->table[0].central[n];
            }
            CHECK_CLOSE(h[radial->place[l] + k], sum[0], 1e-13);
            CHECK_CLOSE(dh[radial->place[l] + k], sum[1], 1e-13);
            CHECK_CLOSE(radial->table[0].central[k], sum[2], 1e-13);
        }
    sz_radial_free(plain);
    for (int l = 0; l <= spec.l_max; l++) {
        int at = radial->place[l] + radial->family[1].first;

        spec.n_max = 2 * l + 1;
        CHECK_OK(sz_radial_create(&plain, &spec, 1, both, 0, &err), err);
        sz_radial_exact(plain, 3.1, one, slope);
        CHECK(radial->family[1].n[l] == 2 * l + 1);
        CHECK_CLOSE(distance(h + at, one + plain->place[l], 2 * l + 1), 0.0, 1e-15);
        CHECK_CLOSE(distance(dh + at, slope + plain->place[l], 2 * l + 1), 0.0, 1e-15);
        if (l == 0)
            CHECK_CLOSE(radial->table[0].central[radial->family[1].first],
                        plain->table[0].central[0], 1e-15);
        sz_radial_free(plain);
    }
    sz_radial_free(radial);
    return 0;
}

/* For l > 0 the grid point at the origin gives no function: 2l+1 functions of nu,mu* span
 * 2l directions. v with T v = e_1 gives sum_n g_nl v_n = t_l(r, 0) = 0. */
static int test_star_rank(void)
{
    const sz_radial_family star = {.kind = SZ_RADIAL_STAR};
    double h[N_ROW], dh[N_ROW];
    sz_radial *radial;
    sz_error err;

    CHECK_OK(sz_radial_create(&radial, &usual, 1, &star, 0, &err), err);
    for (int l = 0; l <= usual.l_max; l++) {
        int n = 2 * l + 1;
        double v[2 * SZ_L_MAX + 1], lower[2 * SZ_L_MAX + 1][2 * SZ_L_MAX + 1];
        const sz_basis *b = radial->star[l];

        for (int i = 0; i < n; i++) /* L = C T, lower triangular: L v = C e_1 */
            for (int k = 0; k < n; k++) {
                lower[i][k] = 0.0;
                for (int j = 0; j < n; j++) {
                    double d = b->grid[i] - b->grid[j];

                    lower[i][k] += exp(-b->a * d * d) * b->t[((size_t)l * n + j) * n + k];
                }
            }
        for (int i = 0; i < n; i++) {
            v[i] = exp(-b->a * b->grid[i] * b->grid[i]) - dot(lower[i], v, i);
            v[i] /= lower[i][i];
        }
        for (double r = 0.5; r < usual.cutoff; r += 0.7) {
            sz_radial_exact(radial, r, h, dh);
            if (l > 0)
                CHECK_CLOSE(dot(h + radial->place[l], v, n), 0.0,
                            1e-14 * sqrt(dot(v, v, n)));
        }
        CHECK(dot(v, v, n) > 0.1); /* not zero */
    }
    sz_radial_free(radial);
    return 0;
}

int main(void)
{
    if (test_decay() || test_reduction() || test_all_lanes() || test_star_rank())
        return 1;
    for (int basis = 0; basis < 3; basis++)
        if (test_families((sz_basis_kind)basis)) return 1;
    return check_done();
}
