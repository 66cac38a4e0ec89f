/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_power.c - the power spectrum against plain loops, its adjoint against finite
 * differences, for every compression, channel numbers that depend on l included. */
#include "check.h"
#include "harmonics.h"
#include "numbers.h"
#include "power.h"

enum { S_MAX = 3, L_MAX = 3, N_LM = SZ_N_LM(L_MAX), N_Y = N_LM * S_MAX * 16, K_MAX = 30 };
enum { N_P = K_MAX * K_MAX * (L_MAX + 1) + 32 };

typedef struct {
    sz_radial *radial;
    sz_compression c;
    int plain_l;
    double y1[N_Y], y2[N_Y];
    double g[N_P]; /* E = g . p */
} sample;

static sz_status make(sample *s, int n_max, int n_species, int nu_R, int nu_S, int reduce,
                      int plain_l, sz_error *err)
{
    sz_radial_spec spec = {.cutoff = 5.0,
                           .cutoff_width = 1.0,
                           .n_max = n_max,
                           .l_max = L_MAX,
                           .atom_sigma = 0.5,
                           .basis_error_exponent = 10.0};
    sz_status status =
        sz_radial_create(&s->radial, &spec, nu_R > 0, nu_R < 2, reduce, err);

    if (status != SZ_OK) return status;
    s->plain_l = plain_l;
    fill_random(s->y1, N_Y); /* what is not a channel too: it must not matter */
    fill_random(s->y2, N_Y);
    fill_random(s->g, N_P);
    return sz_compression_create(&s->c, s->radial, n_species, nu_R, nu_S, plain_l, err);
}

static void destroy(sample *s)
{
    sz_compression_free(&s->c);
    sz_radial_free(s->radial);
}

/* where channel a of Y_lm stands */
static int at(const sz_map *map, int l, int lm, int a)
{
    return lm * map->stride + a / map->n[l] * map->lanes + a % map->n[l];
}

static double power(const sample *s, double *p)
{
    return sz_power(&s->c, s->y1, s->c.symmetric ? s->y1 : s->y2, p);
}

/* P_l(a,b) = (2l+1)^-1/2 sum_m Y1 Y2, sqrt2 off the diagonal of symmetric lists; in
 * inner order: l, b, a, with a <= b where symmetric */
static void test_naive(const sample *s)
{
    static double p[N_P], want[N_P];
    const sz_compression *c = &s->c;
    const sz_map *w1 = &c->map[0], *w2 = &c->map[1];
    const double *y2 = c->symmetric ? s->y1 : s->y2;
    double norm = power(s, p), sum2 = 0.0;
    int k = 0;

    for (int l = 0; l <= L_MAX; l++)
        for (int b = 0; b < w2->groups * w2->n[l]; b++)
            for (int a = 0; a < (c->symmetric ? b + 1 : w1->groups * w1->n[l]); a++) {
                double sum = 0.0;

                for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                    sum += s->y1[at(w1, l, lm, a)] * y2[at(w2, l, lm, b)];
                if (!s->plain_l) sum /= sqrt(2.0 * l + 1.0);
                if (c->symmetric && a != b) sum *= sqrt(2.0);
                sum2 += sum * sum;
                want[k++] = sum;
            }
    CHECK(k == c->n_desc);
    CHECK_CLOSE(norm, sqrt(sum2), 1e-13 * norm);
    for (int i = 0; i < k; i++) CHECK_CLOSE(p[i] * norm, want[i], 1e-14 * norm);
    for (int i = k; i < c->stride; i++) CHECK(p[i] == 0.0);
}

static double energy(void *context)
{
    static double p[N_P];
    const sample *s = context;

    power(s, p);
    return dot(s->g, p, s->c.n_desc);
}

/* slopes for every channel of one array of Y, zero for the rest */
static void check_slopes(sample *s, int i, double *y, const double *dedy)
{
    const sz_map *map = &s->c.map[i];
    double most = largest(dedy, N_LM * map->stride);
    char channel[N_Y] = {0};

    for (int l = 0; l <= L_MAX; l++)
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int a = 0; a < map->groups * map->n[l]; a++) {
                int k = at(map, l, lm, a);

                channel[k] = 1;
                CHECK_CLOSE(dedy[k], slope_at(&y[k], 1e-2, energy, s), 1e-8 * most);
            }
    for (int k = 0; k < N_LM * map->stride; k++) CHECK(channel[k] || dedy[k] == 0.0);
}

static void test_adjoint(sample *s)
{
    static double p[N_P], dedp[N_P], dedy1[N_Y], dedy2[N_Y], scratch[4 * N_P];
    const double *y2 = s->c.symmetric ? s->y1 : s->y2;
    double norm = power(s, p);

    CHECK(sz_power_scratch(&s->c) <= 4 * N_P);
    memcpy(dedp, s->g, sizeof dedp);
    fill_random(dedy1, N_Y);
    fill_random(dedy2, N_Y);
    fill_random(scratch, 4 * N_P);
    sz_power_adjoint(&s->c, s->y1, y2, p, norm, dedp, dedy1, dedy2, scratch);
    check_slopes(s, 0, s->y1, dedy1);
    if (!s->c.symmetric) check_slopes(s, 1, s->y2, dedy2);
}

/* nothing there: zero, and no force, not NaN */
static void test_nothing(sample *s)
{
    static double p[N_P], dedp[N_P], dedy1[N_Y], dedy2[N_Y], scratch[4 * N_P];

    memset(s->y1, 0, sizeof s->y1);
    CHECK(power(s, p) == 0.0);
    CHECK(largest(p, s->c.stride) == 0.0);
    fill_random(dedp, N_P);
    sz_power_adjoint(&s->c, s->y1, s->c.symmetric ? s->y1 : s->y2, p, 0.0, dedp, dedy1,
                     dedy2, scratch);
    CHECK(largest(dedy1, N_LM * s->c.map[0].stride) == 0.0);
    if (!s->c.symmetric) CHECK(largest(dedy2, N_LM * s->c.map[1].stride) == 0.0);
}

int main(void)
{
    static const int n_max[] = {1, 3, 8, 9};
    static sample s;
    sz_error err;

    for (int k = 0; k < 9; k++)
        for (int n_species = 1; n_species <= S_MAX; n_species++)
            for (int n = 0; n < 4; n++)
                for (int reduce = 0; reduce < 2; reduce++) {
                    CHECK_OK(
                        make(&s, n_max[n], n_species, k / 3, k % 3, reduce, n == 1, &err),
                        err);
                    test_naive(&s);
                    if (n_max[n] < 9 && n_species == 2 - reduce) test_adjoint(&s);
                    test_nothing(&s);
                    destroy(&s);
                }
    return check_done();
}
