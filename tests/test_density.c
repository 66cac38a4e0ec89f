/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_density.c - the density is the sum it says it is, and the adjoint is its
 * transposed derivative: both are linear in h and y, so scalar products decide. */
#include "check.h"
#include "descriptor/density.h"
#include "descriptor/harmonics.h"
#include "descriptor/radial.h"
#include "numbers.h"

enum { L_MAX = 5, N_LM = SZ_N_LM(L_MAX), N_SLOTS = 3, LANES_MAX = 24 };
enum { N_X = N_LM * N_SLOTS * LANES_MAX, N_H = SZ_LANES * (L_MAX + 1) * LANES_MAX };

typedef struct {
    int l_max, n_lane, n_chan, n;
    int n_h, n_used[L_MAX + 1], place[L_MAX + 1];
    int offset[SZ_LANES];
    double h[N_H], dh[N_H];
    double y[N_LM * SZ_LANES];
    double u[3 * SZ_LANES], r[SZ_LANES];
} batch;

/* n neighbours with arbitrary channels and harmonics; 1 to 8 consecutive ones have the
 * same slot, or none. Not all lanes of an l are used. */
static void random_batch(batch *b, int l_max, int n_lane, int n)
{
    b->l_max = l_max;
    b->n_lane = n_lane;
    b->n_chan = N_SLOTS * n_lane;
    b->n = n;
    fill_random(b->h, N_H);
    fill_random(b->dh, N_H);
    fill_random(b->y, N_LM * SZ_LANES);
    b->n_h = 0;
    for (int l = 0; l <= l_max; l++) {
        b->n_used[l] = n_lane - (l + n) % (SZ_LANES + 2);
        if (b->n_used[l] < 0) b->n_used[l] = 0;
        b->place[l] = b->n_h;
        b->n_h += b->n_used[l];
    }
    for (int k = 0; k < SZ_LANES; k++) {
        int run = k / (1 + (n + l_max) % SZ_LANES) + n;

        b->offset[k] = k > 0 && run % 4 == 3 ? -1 : run % N_SLOTS * n_lane;
    }
}

static void density_add(const batch *b, const double *h, const double *y, double *x)
{
    sz_density(b->l_max, b->n_used, b->place, b->n_h, b->n_chan, b->n, b->offset, h, y,
               x);
}

static void density(const batch *b, const double *h, const double *y, double *x)
{
    memset(x, 0, N_X * sizeof *x);
    density_add(b, h, y, x);
}

static void adjoint(const batch *b, const double *dedx, int add, double *dedy,
                    double *slope)
{
    sz_density_adjoint(b->l_max, b->n_used, b->place, b->n_h, b->n_chan, b->n, b->offset,
                       b->h, b->dh, dedx, add, dedy, slope);
}

/* X_(s,q),lm = sum_j h_lq Y_lm, added */
static void test_naive(const batch *b)
{
    double x[N_X], want[N_X];
    int n_x = SZ_N_LM(b->l_max) * b->n_chan;

    fill_random(x, N_X);
    memcpy(want, x, sizeof x);
    for (int k = 0; k < b->n; k++)
        for (int l = 0; l <= b->l_max && b->offset[k] >= 0; l++)
            for (int m = -l; m <= l; m++)
                for (int q = 0; q < b->n_used[l]; q++)
                    want[(l * l + l + m) * b->n_chan + b->offset[k] + q] +=
                        b->h[k * b->n_h + b->place[l] + q] *
                        b->y[(l * l + l + m) * SZ_LANES + k];
    density_add(b, b->h, b->y, x);
    CHECK_CLOSE(distance(x, want, N_X), 0.0, 1e-14 * n_x);
}

/* Y_lm of neighbour k is multiplied with dE/dY_lm, so that
 *   dE/dY_lm = dE/dX . X[h, 1 at lm and k],   slope_lm = dE/dX . X[dh, 1 at lm and k] */
static void test_dot_products(const batch *b)
{
    double dedx[N_X], x[N_X], dedy[N_LM * SZ_LANES], slope[N_LM * SZ_LANES];
    double old[2][N_LM * SZ_LANES];
    int n_y = SZ_N_LM(b->l_max) * SZ_LANES;

    fill_random(dedx, N_X);
    for (int i = 0; i < n_y; i++) dedy[i] = slope[i] = 1e9; /* overwritten */
    adjoint(b, dedx, 0, dedy, slope);
    for (int i = 0; i < n_y; i++) {
        double y[N_LM * SZ_LANES] = {0};
        int k = i % SZ_LANES;

        y[i] = 1.0;
        if (k >= b->n || b->offset[k] < 0) {
            CHECK(dedy[i] == 0.0 && slope[i] == 0.0);
            continue;
        }
        density(b, b->h, y, x);
        CHECK_CLOSE(dedy[i], dot(dedx, x, N_X), 1e-12);
        density(b, b->dh, y, x);
        CHECK_CLOSE(slope[i], dot(dedx, x, N_X), 1e-12);
    }
    memcpy(old[0], dedy, sizeof dedy);
    memcpy(old[1], slope, sizeof slope);
    adjoint(b, dedx, 1, dedy, slope);
    for (int i = 0; i < n_y; i++) {
        CHECK_CLOSE(dedy[i], 2.0 * old[0][i], 1e-12);
        CHECK_CLOSE(slope[i], 2.0 * old[1][i], 1e-12);
    }
}

/* ---- with real channels and harmonics: slopes of E = dE/dX . X -------------------- */

typedef struct {
    batch b;
    sz_radial *radial;
    sz_harmonics_factors factors;
    double d[SZ_LANES][3];
    double dedx[N_X];
} environment;

static void make_batch(environment *e)
{
    batch *b = &e->b;

    for (int k = 0; k < SZ_LANES; k++) {
        b->r[k] = sqrt(dot(e->d[k], e->d[k], 3));
        for (int x = 0; x < 3; x++) b->u[x * SZ_LANES + k] = e->d[k][x] / b->r[k];
    }
    sz_harmonics(&e->factors, b->u, b->y, NULL);
    sz_radial_eval(e->radial, b->n, NULL, b->r, b->h, b->dh);
}

static double energy(void *context)
{
    environment *e = context;
    double x[N_X];

    make_batch(e);
    density(&e->b, e->b.h, e->b.y, x);
    return dot(e->dedx, x, N_X);
}

static int test_slopes(int n_max)
{
    static environment e;
    sz_radial_spec spec = {.cutoff = 5.0,
                           .cutoff_width = 1.0,
                           .n_max = n_max,
                           .l_max = L_MAX,
                           .atom_sigma = 0.5,
                           .basis_error_exponent = 10.0};
    const sz_radial_family resolved = {.kind = SZ_RADIAL_N};
    double dedy[N_LM * SZ_LANES], slope[N_LM * SZ_LANES], dedr[3 * SZ_LANES], most;
    sz_error err;

    CHECK_OK(sz_radial_create(&e.radial, &spec, 1, &resolved, 0, &err), err);
    sz_harmonics_prepare(&e.factors, L_MAX);
    random_batch(&e.b, L_MAX, e.radial->n_lane, SZ_LANES);
    memcpy(e.b.n_used, e.radial->n_used, sizeof e.b.n_used);
    memcpy(e.b.place, e.radial->place, sizeof e.b.place);
    e.b.n_h = e.radial->n_h;
    for (int k = 0; k < SZ_LANES; k++) e.b.offset[k] = k / 3 * e.b.n_lane;
    fill_random(e.dedx, N_X);
    for (int k = 0; k < SZ_LANES; k++) {
        random_unit(e.d[k]);
        for (int x = 0; x < 3; x++) e.d[k][x] *= 1.5 + 0.4 * k;
    }
    make_batch(&e);
    adjoint(&e.b, e.dedx, 0, dedy, slope);
    sz_harmonics_adjoint(&e.factors, L_MAX, e.b.u, e.b.r, dedy, slope, dedr);
    most = largest(dedr, 3 * SZ_LANES);
    for (int k = 0; k < SZ_LANES; k++)
        for (int x = 0; x < 3; x++)
            CHECK_CLOSE(dedr[x * SZ_LANES + k], slope_at(&e.d[k][x], 5e-3, energy, &e),
                        1e-8 * most);
    sz_radial_free(e.radial);
    return 0;
}

int main(void)
{
    static batch b;

    for (int n_lane = SZ_LANES; n_lane <= LANES_MAX; n_lane += SZ_LANES)
        for (int n = 1; n <= SZ_LANES; n++)
            for (int l_max = 0; l_max <= L_MAX; l_max++) {
                random_batch(&b, l_max, n_lane, n);
                test_naive(&b);
                test_dot_products(&b);
            }
    for (int n_max = 3; n_max < LANES_MAX; n_max += 6)
        if (test_slopes(n_max)) return 1;
    return check_done();
}
