/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compression.c - the channel maps of every compression against the dense matrices
 * that define them, and their adjoint; blocks and groups hold every component once;
 * published vectors in and out. */
#include "check.h"
#include "machine.h"
#include "radial_of.h"

enum { L_MAX = 3, N_LM = SZ_N_LM(L_MAX), N_X = N_LM * 3 * SZ_PAD(DENSE_K) + 16 };
enum { N_FUN = DENSE_K };

typedef struct {
    int k, n_max;
    sz_soap_spec spec;
    sz_radial *radial;
    sz_compression c;
    dense dense;
} sample;

static sz_status make(sample *s, int k, int n_max, int reduce, sz_error *err)
{
    sz_status status = radial_of(k, n_max, L_MAX, reduce, &s->spec, &s->radial, err);

    s->k = k;
    s->n_max = n_max;
    build(&s->dense, k, n_max, L_MAX);
    if (status != SZ_OK) return status;
    return sz_compression_create(&s->c, &s->spec.compression, s->radial, 3, 0, err);
}

static void destroy(sample *s)
{
    sz_compression_free(&s->c);
    sz_radial_free(s->radial);
    sz_soap_spec_free(&s->spec);
}

static int n_columns(const sz_map *map, int l)
{
    return map->groups * map->n[l];
}

/* Position of a channel in a row of Y. */
static int place(const sz_map *map, int l, int channel)
{
    int n = map->n[l];

    return map->base + channel / n * map->lanes + channel % n;
}

/* y of map d, or X itself if the map is the identity */
static void apply(const sample *s, int d, const double *x, double *y)
{
    const sz_map *map = &s->c.map[d];

    if (map->run || map->matrix)
        sz_map_apply(map, L_MAX, s->c.n_chan, x, y);
    else
        memcpy(y, x, (size_t)N_LM * s->c.n_chan * sizeof *x);
}

/* X from densities f [slot][n_lm][function] of the bases: its lanes are combinations of
 * the functions; it may have a single slot */
static void make_x(const sample *s, double f[3][N_LM][N_FUN], double *x)
{
    const sz_radial *radial = s->radial;

    memset(x, 0, N_X * sizeof *x);
    for (int l = 0; l <= L_MAX; l++)
        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int slot = 0; slot < 3; slot++)
                for (int q = 0; q < radial->n_lane; q++)
                    x[lm * s->c.n_chan + (s->c.n_slots > 1 ? slot * radial->n_lane : 0) +
                      q] += dot(radial->comb +
                                    ((size_t)l * radial->n_lane + q) * radial->n_fun,
                                f[slot][lm], radial->n_fun);
}

/* Y_lm,k = sum_c W_ck X_lm,c */
static void test_maps(const sample *s)
{
    static double f[3][N_LM][N_FUN], x[N_X], y[N_X];

    fill_random(f[0][0], sizeof f / sizeof(double));
    make_x(s, f, x);
    for (int d = 0; d < s->c.spec.order; d++) {
        const sz_map *map = &s->c.map[d];

        fill_random(y, N_X);
        apply(s, d, x, y);
        for (int l = 0; l <= L_MAX; l++) {
            int n_fun = s->dense.star[d] ? 2 * l + 1 : s->n_max;
            int first = s->dense.star[d] ? s->n_max : 0;

            CHECK(n_columns(map, l) == s->dense.k[d][l]);
            for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                for (int a = 0; a < n_columns(map, l); a++) {
                    double want = 0.0;

                    for (int c = 0; c < 3 * n_fun; c++)
                        want +=
                            s->dense.w[d][l][c][a] * f[c / n_fun][lm][first + c % n_fun];
                    CHECK_CLOSE(y[lm * map->stride + place(map, l, a)], want, 1e-13);
                }
        }
    }
}

/* dedy . map(x) = adjoint(dedy) . x, for the channels only; the adjoint adds */
static void test_map_adjoint(const sample *s)
{
    static double x[N_X], y[N_X], dedy[N_X], dedx[N_X], start[N_X];

    for (int d = 0; d < s->c.spec.order; d++) {
        const sz_map *map = &s->c.map[d];
        size_t n_x = (size_t)N_LM * s->c.n_chan, n_y = (size_t)N_LM * map->stride;

        if (!map->run && !map->matrix) continue;
        fill_random(x, N_X);
        fill_random(dedx, N_X);
        memset(dedy, 0, sizeof dedy);
        for (int l = 0; l <= L_MAX; l++)
            for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                for (int a = 0; a < n_columns(map, l); a++)
                    dedy[lm * map->stride + place(map, l, a)] = uniform(-1.0, 1.0);
        memcpy(start, dedx, sizeof start);
        apply(s, d, x, y);
        sz_map_adjoint(map, L_MAX, s->c.n_chan, dedy, dedx);
        CHECK_CLOSE(dot(dedy, y, n_y), dot(dedx, x, n_x) - dot(start, x, n_x), 1e-11);
    }
}

/* The blocks of the groups, one after the other, have n_desc components; channels and l
 * of a component give the elements of Y that its block uses. */
static void test_blocks(const sample *s)
{
    const sz_compression *c = &s->c;
    int k = 0;

    CHECK(c->group[0].block == 0 && c->group[0].component == 0);
    for (int g = 0; g < c->n_groups; g++) {
        CHECK(c->group[g].component == k && c->group[g].block < c->group[g + 1].block);
        for (int d = 0; d < SZ_FACTORS; d++)
            CHECK(c->group[g].slot[d] >= -1 && c->group[g].slot[d] < c->n_slots);
        for (int t = c->group[g].block + 1; t < c->group[g + 1].block; t++) {
            const sz_block *b = &c->block[t], *before = b - 1; /* impossible value */

            CHECK(b->l != before->l || b->a != before->a || b->n != before->n ||
                  !b->n_b || !before->n_b || b->b != before->b + before->n_b);
        }
        for (int t = c->group[g].block; t < c->group[g + 1].block; t++)
            for (int i = 0, n_b = c->block[t].n_b; i < (n_b ? n_b : 1) * c->block[t].n;
                 i++, k++) {
                const sz_block *block = &c->block[t];
                const sz_factors *f = &c->factors[k];
                int l = f->l[0], at = block->b + (n_b ? i / block->n : i);

                CHECK(block->l == l);
                CHECK(block->a + i % block->n == place(&c->map[0], l, f->channel[0]));
                /* of three factors the columns of test_coupling.c */
                CHECK(c->coupling || at == place(&c->map[1], l, f->channel[1]));
            }
    }
    CHECK(k == c->n_desc && c->group[c->n_groups].component == k);
    CHECK(c->stride >= k + SZ_LANES - 1 && c->stride % SZ_LANES == 0);
    for (; k < c->stride; k++) CHECK(c->scale[k] == 0.0);
}

/* import followed by publish gives the same vector, with zeros in the padding */
static int test_published(const sample *s)
{
    static double in[DENSE_P], out[DENSE_P], inner[DENSE_P + 32];
    int n = sz_compression_published(&s->c);
    sz_error err;

    CHECK(n == s->dense.n_products);
    fill_random(in, n);
    fill_random(inner, DENSE_P + 32);
    CHECK_OK(sz_compression_import(&s->c, s->radial, 1, 0, in, inner, &err), err);
    CHECK_CLOSE(dot(inner, inner, s->c.n_desc), dot(in, in, n), 1e-12 * n);
    for (int k = s->c.n_desc; k < s->c.stride; k++) CHECK(inner[k] == 0.0);
    CHECK_OK(sz_compression_publish(&s->c, s->radial, inner, out, &err), err);
    CHECK_CLOSE(distance(in, out, n), 0.0, 1e-15);
    return 0;
}

int main(void)
{
    static const int n_max[] = {1, 3, 8, 9};
    static sample s;
    sz_error err;

    for (int k = 0; k < N_COMPRESSIONS; k++)
        for (int n = 0; n < 8; n++) {
            int reduce = n > 3, shown = failures;

            CHECK_OK(make(&s, k, n_max[n % 4], reduce, &err), err);
            test_blocks(&s);
            if (!reduce) {
                test_maps(&s);
                test_map_adjoint(&s);
                if (test_published(&s)) return 1;
            }
            if (failures > shown) printf("above: %s\n", compressions[k].keys);
            destroy(&s);
        }
    return check_done();
}
