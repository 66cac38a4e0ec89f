/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_coupling.c - products of three factors, stage by stage: the 3j symbols against
 * Racah's formula and their orthogonality; coupled channels against plain sums; the
 * adjoint is the transpose of the tangent and the slope of the products. Whatever stands
 * between the channels does not matter. */
#include "check.h"
#include "descriptor/coupling.h"
#include "descriptor/power.h"
#include "machine.h"
#include "radial_of.h"

/* ---- the symbols ------------------------------------------------------------------- */

enum { M = 2 * SZ_COUPLED_L_MAX + 1 };

/* the table as a dense tensor */
static void fill_tensor(const int l[3], double t[M][M][M])
{
    static sz_coupling_entry entry[2 * M * M];
    int n = sz_coupling_table(l, entry);

    memset(t, 0, M * M * M * sizeof(double));
    CHECK(n > 0 && n <= SZ_COUPLING_MAX(l));
    for (int k = 0; k < n; k++) {
        const int *m = entry[k].m;

        CHECK(entry[k].value != 0.0 && t[m[0]][m[1]][m[2]] == 0.0);
        CHECK(k == 0 || entry[k - 1].m[0] <= m[0]);
        for (int d = 0; d < 3; d++) CHECK(m[d] >= 0 && m[d] <= 2 * l[d]);
        t[m[0]][m[1]][m[2]] = entry[k].value;
    }
}

static void test_racah(const int l[3], double t[M][M][M])
{
    for (int a = 0; a <= 2 * l[0]; a++)
        for (int b = 0; b <= 2 * l[1]; b++)
            for (int c = 0; c <= 2 * l[2]; c++)
                CHECK_CLOSE(t[a][b][c],
                            racah_coupling(l, (int[]){a - l[0], b - l[1], c - l[2]}),
                            1e-13);
}

/* sum over m1, m2 of T T' = delta / (2 l3 + 1), and cyclic: of a single l3 */
static void test_orthogonal(const int l[3], double t[M][M][M])
{
    for (int c = 0; c <= 2 * l[2]; c++)
        for (int d = 0; d <= 2 * l[2]; d++) {
            double sum = 0.0;

            for (int a = 0; a <= 2 * l[0]; a++)
                for (int b = 0; b <= 2 * l[1]; b++) sum += t[a][b][c] * t[a][b][d];
            CHECK_CLOSE(sum, c == d ? 1.0 / (2 * l[2] + 1) : 0.0, 1e-13);
        }
}

/* Those of different l3 are orthogonal. */
static void test_apart(const int l[3], double t[M][M][M], double other[M][M][M])
{
    const int l3 = l[2] + 2;

    if (l3 > l[0] + l[1] || l3 > SZ_COUPLED_L_MAX) return;
    fill_tensor((int[]){l[0], l[1], l3}, other);
    for (int c = 0; c <= 2 * l[2]; c++)
        for (int d = 0; d <= 2 * l3; d++) {
            double sum = 0.0;

            for (int a = 0; a <= 2 * l[0]; a++)
                for (int b = 0; b <= 2 * l[1]; b++) sum += t[a][b][c] * other[a][b][d];
            CHECK_CLOSE(sum, 0.0, 1e-13);
        }
}

/* exchange of two l with their m; (l l 0) is the scalar product */
static void test_exchange(const int l[3], double t[M][M][M], double other[M][M][M])
{
    fill_tensor((int[]){l[1], l[2], l[0]}, other);
    for (int a = 0; a <= 2 * l[0]; a++)
        for (int b = 0; b <= 2 * l[1]; b++)
            for (int c = 0; c <= 2 * l[2]; c++) {
                CHECK_CLOSE(t[a][b][c], other[b][c][a], 1e-14);
                if (l[2] == 0)
                    CHECK_CLOSE(t[a][b][c], a == b ? 1.0 / sqrt(2.0 * l[0] + 1.0) : 0.0,
                                1e-14);
            }
}

static void test_symbols(void)
{
    static double t[M][M][M], other[M][M][M];

    for (int l1 = 0; l1 <= SZ_COUPLED_L_MAX; l1++)
        for (int l2 = 0; l2 <= SZ_COUPLED_L_MAX; l2++)
            for (int l3 = 0; l3 <= SZ_COUPLED_L_MAX; l3++) {
                const int l[] = {l1, l2, l3};

                /* all small ones, some of the large */
                if (!dense_is_triple(l1, l2, l3)) continue;
                if (l1 + l2 + l3 > 10 && (l1 < 11 || l2 < 7 || l3 < l2)) continue;
                fill_tensor(l, t);
                test_racah(l, t);
                test_orthogonal(l, t);
                test_apart(l, t, other);
                test_exchange(l, t, other);
            }
}

/* ---- the stage --------------------------------------------------------------------- */

enum { L_MAX = 3, N_LM = SZ_N_LM(L_MAX), N_Y = N_LM * 3 * SZ_PAD(DENSE_K) + 16 };
enum { N_Q = N_LM * 40000, N_P = 4000 };

/* p = P(Y1, Q(Y2, Y3)); equal channels share an array */
typedef struct {
    sz_soap_spec spec;
    sz_radial *radial;
    sz_compression c;
    unsigned char present[3];
    double y[3][N_Y], g[N_P];
    double q[N_Q], dq[N_Q];
    double *scratch; /* of the coupling */
} sample;

static sz_status make(sample *s, int k, int n_max, int l_max, int reduce, sz_error *err)
{
    sz_status status = radial_of(k, n_max, l_max, reduce, &s->spec, &s->radial, err);

    if (status != SZ_OK) return status;
    fill_random(s->y[0], 3 * N_Y); /* padding, too */
    fill_random(s->g, N_P);
    status = sz_compression_create(&s->c, &s->spec.compression, s->radial, 3, 0, err);
    if (status != SZ_OK || !s->c.coupling) return status;
    CHECK(sz_coupling_size(&s->c) <= N_Q);
    s->scratch = aligned_alloc(64, SZ_PAD(sz_coupling_scratch(&s->c)) * sizeof(double));
    memset(s->scratch, 0, sz_coupling_scratch(&s->c) * sizeof(double));
    return SZ_OK;
}

static void destroy(sample *s)
{
    free(s->scratch);
    s->scratch = NULL;
    sz_compression_free(&s->c);
    sz_radial_free(s->radial);
    sz_soap_spec_free(&s->spec);
}

static double *channels(sample *s, int d)
{
    return s->y[s->c.spec.y_of[d]];
}

static int place(const sz_map *map, int l, int channel)
{
    return map->base + channel / map->n[l] * map->lanes + channel % map->n[l];
}

static void multiply(sample *s, double *p)
{
    fill_random(s->q, N_LM * s->c.coupling->stride); /* columns without a product */
    sz_couple(&s->c, channels(s, 1), channels(s, 2), s->scratch, s->q);
    sz_power(&s->c, s->present, channels(s, 0), s->q, 0, p);
}

static int is_present(const sample *s, const sz_factors *f)
{
    for (int d = 0; d < 3; d++)
        if (s->c.spec.y[s->c.spec.y_of[d]].species == SZ_SPECIES_APART &&
            !s->present[f->channel[d] / s->c.map[d].n[f->l[d]]])
            return 0;
    return 1;
}

/* sum T Y1 Y2 Y3 times sqrt(permutations), zero without its species */
static void test_products(sample *s)
{
    static double p[N_P];
    const sz_compression *c = &s->c;
    double most;

    CHECK(c->n_desc < N_P && N_LM * c->coupling->stride < N_Q);
    multiply(s, p);
    most = largest(p, c->n_desc);
    for (int k = 0; k < c->n_desc; k++) {
        const sz_factors *f = &c->factors[k];
        dense_product product = {{f->l[0], f->l[1], f->l[2]},
                                 {f->channel[0], f->channel[1], f->channel[2]},
                                 1.0};
        const int *l = f->l;
        double want = 0.0;

        for (int a = 0; a <= 2 * l[0] && is_present(s, f); a++)
            for (int b = 0; b <= 2 * l[1]; b++)
                for (int m = 0; m <= 2 * l[2]; m++) {
                    const int at[] = {a, b, m};
                    double term = dense_coupling(l)->t[a][b][m];

                    for (int d = 0; d < 3; d++)
                        term *= channels(s, d)[(l[d] * l[d] + at[d]) * c->map[d].stride +
                                               place(&c->map[d], l[d], f->channel[d])];
                    want += term;
                }
        CHECK_CLOSE(p[k], want * sqrt((double)dense_orders(c->spec.y_of, &product)),
                    1e-14 * (1.0 + most));
    }
    for (int k = c->n_desc; k < c->stride; k++) CHECK(p[k] == 0.0);
}

/* dE/dY of all factors for E = g . p */
static void adjoint(sample *s, double dedy[3][N_Y])
{
    static double p[N_P], dedp[N_P];
    const int *y_of = s->c.spec.y_of;

    multiply(s, p);
    memcpy(dedp, s->g, sizeof dedp);
    memset(dedy, 0, 3 * sizeof *dedy);
    memset(s->dq, 0, N_LM * s->c.coupling->stride * sizeof *s->dq);
    sz_power_adjoint(&s->c, s->present, channels(s, 0), s->q, p, 0, 1.0, dedp, dedy[0],
                     s->dq);
    sz_couple_adjoint(&s->c, channels(s, 1), channels(s, 2), s->scratch, s->dq,
                      dedy[y_of[1]], dedy[y_of[2]]);
}

/* g . dp(dy) = dE/dy . dy, dy in the channels only */
static void test_transpose(sample *s)
{
    static double dy[3][N_Y], dedy[3][N_Y], p[N_P], dp[N_P], scratch[N_P];
    const sz_compression *c = &s->c;
    double sum = 0.0, size = 0.0, want;

    adjoint(s, dedy);
    fill_random(dy[0], 3 * N_Y);
    multiply(s, p);
    sz_couple_tangent(c, channels(s, 1), channels(s, 2), dy[c->spec.y_of[1]],
                      dy[c->spec.y_of[2]], s->scratch, s->dq);
    sz_power_tangent(c, s->present, channels(s, 0), s->q, dy[0], s->dq, p, 0, 1.0, dp,
                     scratch);
    want = dot(s->g, dp, c->n_desc);
    for (int d = 0; d < 3; d++)
        for (int k = 0; k < N_Y; k++) {
            sum += dedy[d][k] * dy[d][k];
            size += fabs(dedy[d][k] * dy[d][k]);
        }
    CHECK_CLOSE(sum, want, 1e-14 * (1.0 + size));
}

static double energy(void *context)
{
    static double p[N_P];
    sample *s = context;

    multiply(s, p);
    return dot(s->g, p, s->c.n_desc);
}

/* slopes for every seventh channel, zero in the padding */
static void test_slopes(sample *s)
{
    static double dedy[3][N_Y];
    static char channel[N_Y];
    double most;

    adjoint(s, dedy);
    most = largest(dedy[0], 3 * N_Y);
    for (int d = 0, i = 0; d < 3; d++) {
        const sz_map *map = &s->c.map[d];

        if (s->c.spec.y_of[d] != d) continue;
        memset(channel, 0, sizeof channel);
        for (int l = 0; l <= s->c.l_max; l++)
            for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                for (int a = 0; a < map->groups * map->n[l]; a++) {
                    int k = lm * map->stride + place(map, l, a);

                    channel[k] = 1;
                    if (i++ % 7 != 0) continue;
                    CHECK_CLOSE(dedy[d][k], slope_at(&s->y[d][k], 1e-2, energy, s),
                                1e-9 * (1.0 + most));
                }
        for (int k = 0; k < N_Y; k++) CHECK(channel[k] || dedy[d][k] == 0.0);
    }
}

int main(void)
{
    static const int n_max[] = {1, 2, 3};
    static sample s;
    sz_error err;

    test_symbols();
    for (int k = 0; k < N_COMPRESSIONS; k++)
        for (int turn = 0; turn < 6; turn++) {
            int shown = failures;

            /* all species, all but one, a single one */
            for (int i = 0; i < 3; i++)
                s.present[i] = turn < 2 || (turn < 4 ? i != 1 : i == 2);
            CHECK_OK(make(&s, k, n_max[turn % 3], turn % 2 ? 3 : 2, turn > 3, &err), err);
            if (s.c.spec.order == 3) {
                test_products(&s);
                test_transpose(&s);
                if (turn % 2) test_slopes(&s);
            }
            if (failures > shown) printf("above: %s, %d\n", compressions[k].keys, turn);
            destroy(&s);
        }
    return check_done();
}
