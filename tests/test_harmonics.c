/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_harmonics.c - the harmonics are the orthonormal ones (addition theorem,
 * quadrature, l = 0 and 1 by name) and dy is their gradient across u. */
#include "check.h"
#include "descriptor/harmonics.h"
#include "numbers.h"

#define N_LM SZ_N_LM(SZ_L_MAX)

static const double pi = 3.14159265358979323846;
static sz_harmonics_factors factors;

/* Y of the direction of d in one lane; the other lanes are random */
static void harmonics_of(const double *d, double *ylm)
{
    double u[3 * SZ_LANES], y[N_LM * SZ_LANES], r = sqrt(dot(d, d, 3));
    int lane = (int)uniform(0.0, SZ_LANES);

    fill_random(u, 3 * SZ_LANES);
    for (int x = 0; x < 3; x++) u[x * SZ_LANES + lane] = d[x] / r;
    sz_harmonics(&factors, u, y, NULL);
    for (int k = 0; k < SZ_N_LM(factors.l_max); k++) ylm[k] = y[k * SZ_LANES + lane];
}

static double legendre(int l, double x)
{
    double p = 1.0, last = 0.0;

    for (int k = 1; k <= l; k++) {
        double next = ((2 * k - 1) * x * p - (k - 1) * last) / k;

        last = p;
        p = next;
    }
    return p;
}

static void test_first(void)
{
    double u[3], y[N_LM];

    random_unit(u);
    harmonics_of(u, y);
    CHECK_CLOSE(y[0], sqrt(0.25 / pi), 1e-15);
    CHECK_CLOSE(y[1], sqrt(0.75 / pi) * u[1], 1e-15);
    CHECK_CLOSE(y[2], sqrt(0.75 / pi) * u[2], 1e-15);
    CHECK_CLOSE(y[3], sqrt(0.75 / pi) * u[0], 1e-15);
}

/* sum_m Y_lm(u) Y_lm(v) = (2l+1)/(4 pi) P_l(u.v) */
static void test_addition(void)
{
    static const double poles[4][3] = {{0, 0, 1}, {0, 0, -1}, {1, 0, 0}, {0, -1, 0}};
    double u[3], v[3], yu[N_LM], yv[N_LM];

    for (int k = 0; k < 30; k++) {
        random_unit(u);
        random_unit(v);
        if (k < 4) memcpy(u, poles[k], sizeof u);
        if (k % 5 == 0) memcpy(v, u, sizeof v);
        harmonics_of(u, yu);
        harmonics_of(v, yv);
        for (int l = 0; l <= factors.l_max; l++)
            CHECK_CLOSE(dot(yu + l * l, yv + l * l, 2 * l + 1),
                        (2 * l + 1) / (4 * pi) * legendre(l, dot(u, v, 3)),
                        1e-14 * (2 * l + 1));
    }
}

/* nodes and weights of Gauss and Legendre on [-1, 1] */
static void gauss(int n, double *x, double *w)
{
    for (int k = 0; k < n; k++) {
        double z = cos(pi * (k + 0.75) / (n + 0.5)), slope = 1.0;

        for (int newton = 0; newton < 100; newton++) {
            slope = n * (legendre(n - 1, z) - z * legendre(n, z)) / (1.0 - z * z);
            z -= legendre(n, z) / slope;
        }
        x[k] = z;
        w[k] = 2.0 / ((1.0 - z * z) * slope * slope);
    }
}

/* int Y_a Y_b = delta_ab: exact with l_max+1 polar and 2 l_max+1 azimuthal nodes */
static void test_orthonormal(void)
{
    static double overlap[N_LM][N_LM];
    int n = factors.l_max + 1, n_phi = 2 * n, n_lm = SZ_N_LM(factors.l_max);
    double z[SZ_L_MAX + 1], w[SZ_L_MAX + 1], y[N_LM];

    memset(overlap, 0, sizeof overlap);
    gauss(n, z, w);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n_phi; j++) {
            double phi = 2.0 * pi * j / n_phi, s = sqrt(1.0 - z[i] * z[i]);
            double u[3] = {s * cos(phi), s * sin(phi), z[i]};

            harmonics_of(u, y);
            for (int a = 0; a < n_lm; a++)
                for (int b = 0; b < n_lm; b++)
                    overlap[a][b] += w[i] * 2.0 * pi / n_phi * y[a] * y[b];
        }
    for (int a = 0; a < n_lm; a++)
        for (int b = 0; b < n_lm; b++) CHECK_CLOSE(overlap[a][b], a == b, 1e-12);
}

typedef struct {
    double d[3];
    int lm;
} probe;

static double one_harmonic(void *context)
{
    const probe *p = context;
    double y[N_LM];

    harmonics_of(p->d, y);
    return y[p->lm];
}

/* dY(d/|d|)/dd = (1 - u u^T) dy / |d|; y is the same with and without dy */
static void test_gradient(void)
{
    double u[3 * SZ_LANES], y[N_LM * SZ_LANES], same[N_LM * SZ_LANES];
    static double dy[N_LM * 3 * SZ_LANES];
    int n_lm = SZ_N_LM(factors.l_max);

    for (int k = 0; k < SZ_LANES; k++) {
        double v[3];

        random_unit(v);
        for (int x = 0; x < 3; x++) u[x * SZ_LANES + k] = k == 0 ? x == 2 : v[x];
    }
    sz_harmonics(&factors, u, y, dy);
    sz_harmonics(&factors, u, same, NULL);
    CHECK_CLOSE(distance(y, same, (size_t)n_lm * SZ_LANES), 0.0, 1e-14);
    for (int k = 0; k < SZ_LANES; k++)
        for (int lm = 0; lm < n_lm; lm++) {
            const double *g = dy + lm * 3 * SZ_LANES + k;
            probe p = {.lm = lm};
            double along = 0.0, r = 1.7;

            for (int x = 0; x < 3; x++) {
                p.d[x] = r * u[x * SZ_LANES + k];
                along += u[x * SZ_LANES + k] * g[x * SZ_LANES];
            }
            for (int x = 0; x < 3; x++) {
                double want =
                    slope_at(&p.d[x], 0.05 / (factors.l_max + 5), one_harmonic, &p);

                CHECK_CLOSE((g[x * SZ_LANES] - u[x * SZ_LANES + k] * along) / r, want,
                            1e-8 * (factors.l_max + 1));
            }
        }
}

/* dE/dr = u sum slope Y + (1 - u u^T) sum dE/dY dy / r, term by term; for all l and for
 * fewer */
static void test_adjoint(int l_max)
{
    static double y[N_LM * SZ_LANES], dy[N_LM * 3 * SZ_LANES], dedy[N_LM * SZ_LANES],
        slope[N_LM * SZ_LANES];
    double u[3 * SZ_LANES], r[SZ_LANES], dedr[3 * SZ_LANES];
    int n_lm = SZ_N_LM(l_max);

    fill_random(dedy, N_LM * SZ_LANES);
    fill_random(slope, N_LM * SZ_LANES);
    for (int k = 0; k < SZ_LANES; k++) {
        double v[3];

        random_unit(v);
        r[k] = uniform(1.0, 4.0);
        for (int x = 0; x < 3; x++) u[x * SZ_LANES + k] = k == 0 ? x == 2 : v[x];
    }
    sz_harmonics(&factors, u, y, dy);
    sz_harmonics_adjoint(&factors, l_max, u, r, dedy, slope, dedr);
    for (int k = 0; k < SZ_LANES; k++) {
        double g[3] = {0}, along = 0.0, across = 0.0;

        for (int i = k; i < n_lm * SZ_LANES; i += SZ_LANES) {
            along += slope[i] * y[i];
            for (int x = 0; x < 3; x++)
                g[x] += dedy[i] * dy[(i / SZ_LANES * 3 + x) * SZ_LANES + k];
        }
        for (int x = 0; x < 3; x++) across += u[x * SZ_LANES + k] * g[x];
        for (int x = 0; x < 3; x++) {
            double ux = u[x * SZ_LANES + k];

            CHECK_CLOSE(dedr[x * SZ_LANES + k], ux * along + (g[x] - ux * across) / r[k],
                        1e-13 * n_lm);
        }
    }
}

int main(void)
{
    static const int l_max[] = {0, 1, 2, 5, 12, SZ_L_MAX};

    for (int k = 0; k < 6; k++) {
        sz_harmonics_prepare(&factors, l_max[k]);
        if (l_max[k] > 0) test_first();
        test_addition();
        if (l_max[k] <= 12) test_orthonormal();
        test_gradient();
        test_adjoint(l_max[k]);
        test_adjoint(l_max[k] / 2);
    }
    return check_done();
}
