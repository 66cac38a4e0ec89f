/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_power.c - the power spectrum against plain loops, its adjoint against finite
 * differences: for every compression, with and without the norm, with species present
 * and absent, channels that are reduced and depend on l included. */
#include "check.h"
#include "descriptor/power.h"
#include "machine.h"
#include "radial_of.h"

enum { L_MAX = 3, N_LM = SZ_N_LM(L_MAX), N_Y = N_LM * 3 * SZ_PAD(DENSE_K) + 16 };
enum { N_P = DENSE_K * DENSE_K * (DENSE_L + 1) + 32 };

typedef struct {
    sz_soap_spec spec;
    sz_radial *radial;
    sz_compression c;
    int plain_l, normalise;
    unsigned char present[3];
    double y1[N_Y], y2[N_Y];
    double g[N_P]; /* E = g . p */
} sample;

static sz_status make(sample *s, int k, int n_max, int reduce, sz_error *err)
{
    sz_status status = radial_of(k, n_max, L_MAX, reduce, &s->spec, &s->radial, err);

    if (status != SZ_OK) return status;
    fill_random(s->y1, N_Y); /* padding, too: it must have no effect */
    fill_random(s->y2, N_Y);
    fill_random(s->g, N_P);
    return sz_compression_create(&s->c, &s->spec.compression, s->radial, 3, s->plain_l,
                                 err);
}

static void destroy(sample *s)
{
    sz_compression_free(&s->c);
    sz_radial_free(s->radial);
    sz_soap_spec_free(&s->spec);
}

/* position of channel a of Y_lm */
static int at(const sz_map *map, int l, int lm, int a)
{
    return lm * map->stride + map->base + a / map->n[l] * map->lanes + a % map->n[l];
}

static double *second(sample *s)
{
    return sz_alike(&s->c.spec, 0, 1) ? s->y1 : s->y2;
}

static double power(sample *s, double *p)
{
    return sz_power(&s->c, s->present, s->y1, second(s), s->normalise, p);
}

/* the slot of channel a of map d is present, or the channel has no slot */
static int is_present(const sample *s, int d, int l, int a)
{
    const sz_channels *y = &s->c.spec.y[sz_alike(&s->c.spec, 0, 1) ? 0 : d];

    if (y->species != SZ_SPECIES_APART) return 1;
    return s->present[a / s->c.map[d].n[l]];
}

/* P_l(a,b) = (2l+1)^-1/2 sum_m Y1 Y2, root2 off the diagonal of symmetric lists; zero
 * without its species */
static void test_naive(sample *s)
{
    static double p[N_P], want[N_P];
    const sz_compression *c = &s->c;
    const double *y2 = second(s);
    double norm, sum2 = 0.0;

    fill_random(p, N_P);
    norm = power(s, p);
    for (int k = 0; k < c->n_desc; k++) {
        int l = c->factors[k].l[0], a = c->factors[k].channel[0];
        int b = c->factors[k].channel[1];

        want[k] = 0.0;
        if (!is_present(s, 0, l, a) || !is_present(s, 1, l, b)) continue;
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            want[k] += s->y1[at(&c->map[0], l, lm, a)] * y2[at(&c->map[1], l, lm, b)];
        if (!s->plain_l) want[k] /= sqrt(2.0 * l + 1.0);
        if (sz_alike(&c->spec, 0, 1) && a != b) want[k] *= c->spec.root2;
        sum2 += want[k] * want[k];
    }
    if (s->normalise)
        CHECK_CLOSE(norm, sqrt(sum2), 1e-13 * norm);
    else
        CHECK(norm == 1.0);
    for (int k = 0; k < c->n_desc; k++)
        CHECK_CLOSE(p[k] * norm, want[k], 1e-14 * (norm + sqrt(sum2)));
    for (int k = c->n_desc; k < c->stride; k++) CHECK(p[k] == 0.0);
}

static double energy(void *context)
{
    static double p[N_P];
    sample *s = context;

    power(s, p);
    return dot(s->g, p, s->c.n_desc);
}

/* slopes for every third channel of one array of Y, zero in the padding */
static void check_channels(sample *s, int d, double *y, const double *dedy)
{
    const sz_map *map = &s->c.map[d];
    double most = largest(dedy, N_LM * map->stride);
    static char channel[N_Y];

    memset(channel, 0, sizeof channel);
    for (int l = 0; l <= L_MAX; l++)
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int a = 0; a < map->groups * map->n[l]; a++) {
                int k = at(map, l, lm, a);

                channel[k] = 1;
                if (k % 3 != 0) continue;
                CHECK_CLOSE(dedy[k], slope_at(&y[k], 1e-2, energy, s), 1e-8 * most);
            }
    for (int k = 0; k < N_LM * map->stride; k++) CHECK(channel[k] || dedy[k] == 0.0);
}

static void test_adjoint(sample *s)
{
    static double p[N_P], dedp[N_P], dedy1[N_Y], dedy2[N_Y];
    double norm = power(s, p);

    memcpy(dedp, s->g, sizeof dedp);
    for (int k = 0; k < N_Y; k++) dedy1[k] = dedy2[k] = 0.0;
    sz_power_adjoint(&s->c, s->present, s->y1, second(s), p, s->normalise, norm, dedp,
                     dedy1, sz_alike(&s->c.spec, 0, 1) ? dedy1 : dedy2);
    check_channels(s, 0, s->y1, dedy1);
    if (!sz_alike(&s->c.spec, 0, 1)) check_channels(s, 1, s->y2, dedy2);
}

/* The adjoint adds, and uses active groups only. */
static void test_adding(sample *s)
{
    static double p[N_P], dedp[N_P], dedy[2 * N_Y], again[2 * N_Y];
    const sz_compression *c = &s->c;
    int second_at = sz_alike(&c->spec, 0, 1) ? 0 : N_Y;
    double norm = power(s, p);

    for (int turn = 0; turn < 2; turn++) {
        double *to = turn ? again : dedy;

        memcpy(dedp, s->g, sizeof dedp);
        for (int g = 0; g < c->n_groups; g++)
            for (int k = c->group[g].component; k < c->group[g + 1].component; k++)
                if (!sz_group_active(c, g, s->present)) p[k] = dedp[k] = NAN;
        for (int k = 0; k < 2 * N_Y; k++) to[k] = turn;
        sz_power_adjoint(c, s->present, s->y1, second(s), p, s->normalise, norm, dedp, to,
                         to + second_at);
    }
    for (int k = 0; k < 2 * N_Y; k++) again[k] -= 1.0;
    CHECK_CLOSE(distance(again, dedy, 2 * N_Y), 0.0,
                1e-14 * (1.0 + largest(dedy, 2 * N_Y)));
}

/* zero density: zero vector and force, not NaN */
static void test_nothing(sample *s)
{
    static double p[N_P], dedp[N_P], dedy[2 * N_Y];
    double norm;

    memset(s->y1, 0, sizeof s->y1);
    memset(s->y2, 0, sizeof s->y2);
    norm = power(s, p);
    CHECK(norm == (s->normalise ? 0.0 : 1.0));
    CHECK(largest(p, s->c.stride) == 0.0);
    fill_random(dedp, N_P);
    memset(dedy, 0, sizeof dedy);
    sz_power_adjoint(&s->c, s->present, s->y1, second(s), p, s->normalise, norm, dedp,
                     dedy, dedy + (sz_alike(&s->c.spec, 0, 1) ? 0 : N_Y));
    CHECK(largest(dedy, 2 * N_Y) == 0.0);
}

int main(void)
{
    static const int n_max[] = {1, 3, 8, 9};
    static sample s;
    sz_error err;

    for (int k = 0; k < N_COMPRESSIONS; k++)
        for (int turn = 0; turn < 16; turn++) {
            int n = n_max[turn % 4], shown = failures;

            s.plain_l = turn % 3 == 1;
            s.normalise = turn % 5 != 2;
            /* all three, then all other sets, including none */
            for (int i = 0; i < 3; i++) s.present[i] = turn < 8 || (turn >> i & 1);
            CHECK_OK(make(&s, k, n, turn / 4 % 2, &err), err);
            if (s.c.spec.order == 3) { /* test_coupling.c */
                destroy(&s);
                continue;
            }
            test_naive(&s);
            if (n < 4 && turn % 2) test_adjoint(&s);
            test_adding(&s);
            test_nothing(&s);
            if (failures > shown) printf("above: %s, %d\n", compressions[k].keys, turn);
            destroy(&s);
        }
    return check_done();
}
