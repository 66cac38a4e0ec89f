/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compression.c - the nine compressions: lengths, labels, maps against the dense
 * matrices that define them, published vectors in and out. */
#include "check.h"
#include "compression.h"
#include "harmonics.h"
#include "numbers.h"

enum { S_MAX = 3, N_MAX = 8, L_MAX = 3, N_LM = SZ_N_LM(L_MAX) };
enum {
    N_X = N_LM * S_MAX * 16,
    K_MAX = S_MAX * N_MAX,
    N_P = K_MAX * K_MAX * (L_MAX + 1)
};

typedef struct {
    int n_species, nu_R, nu_S;
    sz_radial *radial;
    sz_compression c;
} sample;

static sz_status make(sample *s, int n_max, int n_species, int nu_R, int nu_S,
                      sz_error *err)
{
    sz_radial_spec spec = {.cutoff = 3.0,
                           .cutoff_width = 0.5,
                           .n_max = n_max,
                           .l_max = L_MAX,
                           .atom_sigma = 0.5,
                           .basis_error_exponent = 10.0};
    sz_status status;

    s->n_species = n_species;
    s->nu_R = nu_R;
    s->nu_S = nu_S;
    status = sz_radial_create(&s->radial, &spec, nu_R > 0, nu_R < 2, 0, err);
    if (status != SZ_OK) return status;
    return sz_compression_create(&s->c, s->radial, n_species, nu_R, nu_S, 0, err);
}

static void destroy(sample *s)
{
    sz_compression_free(&s->c);
    sz_radial_free(s->radial);
}

/* column of channel (species, n) in W of density d = 1, 2 */
static int column(const sample *s, int d, int species, int n)
{
    int by_n = s->nu_R >= d, by_s = s->nu_S >= d;

    return (by_s ? species : 0) * (by_n ? s->radial->spec.n_max : 1) + (by_n ? n : 0);
}

static int n_columns(const sample *s, int d)
{
    return column(s, d, s->n_species - 1, s->radial->spec.n_max - 1) + 1;
}

/* the table of the paper's compressions, by counting W's columns */
static void test_lengths(const sample *s)
{
    int n = s->radial->spec.n_max, k1 = n_columns(s, 1), k2 = n_columns(s, 2);
    int symmetric = s->nu_R != 1 && s->nu_S != 1;
    int want = (symmetric ? k1 * (k1 + 1) / 2 : k1 * k2) * (L_MAX + 1);

    CHECK(sz_compression_published(&s->c, n) == want && s->c.n_desc == want);
    CHECK(s->c.stride >= want && !s->c.symmetric == !symmetric);
    if (s->nu_R == 2 && s->nu_S == 1) CHECK(want == n * n * s->n_species * (L_MAX + 1));
    if (s->nu_R == 1 && s->nu_S == 2)
        CHECK(want == n * s->n_species * s->n_species * (L_MAX + 1));
}

/* y of the map, where map i of no runs is X itself */
static void apply(const sample *s, int i, const double *x, double *y)
{
    const sz_map *map = &s->c.map[i];

    if (map->n_runs)
        sz_map_apply(map, N_LM, s->c.n_chan, x, y);
    else
        memcpy(y, x, (size_t)N_LM * s->c.n_chan * sizeof *x);
}

/* Y_lm,k = sum_c W_ck X_lm,c for random X_(s,n), stored as X is: species that are never
 * told apart already summed, the sum over n beside them */
static void test_maps(const sample *s)
{
    int n_max = s->radial->spec.n_max, n_lane = s->radial->n_lane;

    for (int i = 0; i < 2; i++) {
        const sz_map *map = &s->c.map[i];
        double x[N_X] = {0}, y[N_X], want[N_LM][K_MAX] = {{0}};

        CHECK(map->groups * map->n[0] == n_columns(s, i + 1));
        for (int lm = 0; lm < N_LM; lm++)
            for (int k = 0; k < s->n_species * n_max; k++) {
                int species = k / n_max, n = k % n_max;
                double value = uniform(-1.0, 1.0);
                double *to = x + lm * s->c.n_chan;

                if (s->c.n_slots > 1) to += species * n_lane;
                if (s->radial->n_rad[0] > 0) to[n] += value;
                if (s->radial->sum >= 0) to[s->radial->sum] += value;
                want[lm][column(s, i + 1, species, n)] += value;
            }
        apply(s, i, x, y);
        for (int l = 0; l <= L_MAX; l++)
            for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                for (int a = 0; a < n_columns(s, i + 1); a++) {
                    int at = a / map->n[l] * map->lanes + a % map->n[l];

                    CHECK_CLOSE(y[lm * map->stride + at], want[lm][a], 1e-14);
                }
    }
}

/* dedy . map(x) = adjoint(dedy) . x; the adjoint adds */
static void test_map_adjoint(const sample *s)
{
    for (int i = 0; i < 2; i++) {
        const sz_map *map = &s->c.map[i];
        size_t n_x = (size_t)N_LM * s->c.n_chan, n_y = (size_t)N_LM * map->stride;
        double x[N_X], y[N_X], dedy[N_X], dedx[N_X], start[N_X];

        if (map->n_runs == 0) continue;
        fill_random(x, N_X);
        fill_random(dedy, N_X);
        fill_random(dedx, N_X);
        memcpy(start, dedx, sizeof start);
        apply(s, i, x, y);
        sz_map_adjoint(map, N_LM, s->c.n_chan, dedy, dedx);
        CHECK_CLOSE(dot(dedy, y, n_y), dot(dedx, x, n_x) - dot(start, x, n_x), 1e-12);
    }
}

/* import then publish gives the vector back, its length unchanged, the pad zero */
static void test_published(const sample *s)
{
    static double in[N_P], out[N_P], inner[N_P + 32], scratch[2 * K_MAX * K_MAX];
    int n_max = s->radial->spec.n_max, n = sz_compression_published(&s->c, n_max);

    fill_random(in, n);
    fill_random(inner, N_P + 32);
    sz_compression_import(&s->c, s->radial, in, inner, scratch);
    CHECK_CLOSE(dot(inner, inner, s->c.n_desc), dot(in, in, n), 1e-12 * n);
    for (int k = s->c.n_desc; k < s->c.stride; k++) CHECK(inner[k] == 0.0);
    sz_compression_publish(&s->c, n_max, inner, out);
    CHECK_CLOSE(distance(in, out, n), 0.0, 1e-15);
}

static void test_labels(void)
{
    static const char *const want[3][3] = {
        {"mu^=2", "nu^,mu^=1,1", "nu^=2"},
        {"mu,mu^=1,1", "nu,mu^=1,1", "nu,nu^=1,1"},
        {"mu=2", "nu,mu=1,1", "nu=2"},
    };

    for (int k = 0; k < 9; k++)
        CHECK(strcmp(sz_compression_label(k / 3, k % 3), want[k / 3][k % 3]) == 0);
}

int main(void)
{
    test_labels();
    for (int k = 0; k < 9; k++)
        for (int n_species = 1; n_species <= S_MAX; n_species++)
            for (int n_max = 1; n_max <= N_MAX; n_max += 7) {
                sample s;
                sz_error err;

                CHECK_OK(make(&s, n_max, n_species, k / 3, k % 3, &err), err);
                test_lengths(&s);
                test_maps(&s);
                test_map_adjoint(&s);
                test_published(&s);
                destroy(&s);
            }
    return check_done();
}
