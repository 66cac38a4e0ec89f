/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_basis.c - the radial bases have the published numbers, are orthonormal, and fit a
 * density on their grid as said; derivatives are slopes. */
#include "check.h"
#include "descriptor/basis.h"
#include "numbers.h"

#define N_ROW ((SZ_L_MAX + 1) * SZ_N_MAX)

/* two atoms with the soap of gap_fit, compared with QUIP in the digits given */
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
    /* at the centre: the Gaussian of the atom itself for l = 0, otherwise zero */
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

/* ---- POLY and GTO ------------------------------------------------------------------ */

enum { POINTS = 4000 };

/* f_n(r), n from 1, of the theory, without normalisation; R = range */
static double primitive(sz_basis_kind kind, double range, int n_max, int l, int n,
                        double r)
{
    double rn = n * range / n_max;

    if (kind == SZ_BASIS_POLY) return pow(1.0 - r / range, n + 2.0);
    return pow(r / range, l) * exp((log(0.001) - l * log(rn)) * r * r / (rn * rn));
}

/* Gram-Schmidt orthonormalisation of f_1 .. f_n: int_0^R r^2 chi_n chi_m = delta, by
 * Simpson's rule; chi [n_max] at r, from the coefficients c of f in chi */
static void orthonormal(sz_basis_kind kind, double range, int n_max, int l, double r,
                        const double *c, double *chi)
{
    for (int n = 0; n < n_max; n++) {
        chi[n] = primitive(kind, range, n_max, l, n + 1, r);
        for (int m = 0; m < n; m++) chi[n] -= c[n * n_max + m] * chi[m];
        if (c[n * n_max + n] > 0.0) chi[n] /= c[n * n_max + n];
    }
}

static void orthonormalise(sz_basis_kind kind, double range, int n_max, int l, double *c)
{
    memset(c, 0, (size_t)n_max * n_max * sizeof *c);
    for (int n = 0; n < n_max; n++)
        for (int m = 0; m <= n; m++) {
            double sum = 0.0, chi[8], h = range / POINTS;

            for (int k = 0; k <= POINTS; k++) {
                double r = k * h, weight = k == 0 || k == POINTS ? 1.0 : 2.0 + k % 2 * 2;

                orthonormal(kind, range, n_max, l, r, c, chi);
                sum += weight * h / 3.0 * r * r * chi[m] *
                       (m < n ? primitive(kind, range, n_max, l, n + 1, r) : chi[n]);
            }
            c[n * n_max + m] = m < n ? sum : sqrt(sum);
        }
}

/* a density equal to one of the functions on the grid has only that coefficient:
 * sum_j chi_m(r_j) T_jn = delta_mn; the residual of any density is orthogonal to all of
 * them */
static int test_least_squares(sz_basis_kind kind, int n_max, int l, double tol)
{
    sz_radial_spec spec = usual;
    double c[64], chi[8], sum[8][8] = {{0}}, across[8] = {0};
    double fit[8] = {0}, density[24], range = 5.0 + 0.5 * sqrt(20.0 * log(10.0));
    sz_basis *b;
    sz_error err;

    spec.basis = kind;
    spec.n_max = n_max;
    spec.l_max = 4;
    CHECK_OK(sz_basis_create(&b, &spec, &err), err);
    CHECK(b->n_grid == 3 * n_max);
    orthonormalise(kind, range, n_max, l, c);
    fill_random(density, 24);
    for (int j = 0; j < b->n_grid; j++) {
        const double *t = b->t + ((size_t)l * b->n_grid + j) * n_max;

        CHECK_CLOSE(b->grid[j], j * range / b->n_grid, 1e-14);
        orthonormal(kind, range, n_max, l, b->grid[j], c, chi);
        for (int m = 0; m < n_max; m++)
            for (int n = 0; n < n_max; n++) sum[m][n] += chi[m] * t[n];
        for (int n = 0; n < n_max; n++) fit[n] += t[n] * density[j];
    }
    for (int m = 0; m < n_max; m++)
        for (int n = 0; n < n_max; n++) CHECK_CLOSE(sum[m][n], m == n, tol);
    for (int j = 0; j < b->n_grid; j++) {
        double rest = density[j];

        orthonormal(kind, range, n_max, l, b->grid[j], c, chi);
        for (int n = 0; n < n_max; n++) rest -= fit[n] * chi[n];
        for (int n = 0; n < n_max; n++) across[n] += rest * chi[n];
    }
    CHECK_CLOSE(largest(across, n_max), 0.0, tol);
    sz_basis_free(b);
    return 0;
}

int main(void)
{
    test_bessel();
    test_singular();
    if (test_published_numbers() || test_orthonormal() || test_basis_slopes()) return 1;
    for (int l = 0; l <= 4; l++)
        for (int n_max = 1; n_max <= 5; n_max += 2)
            if (test_least_squares(SZ_BASIS_GTO, n_max, l, 1e-9) ||
                test_least_squares(SZ_BASIS_POLY, n_max, l, n_max > 4 ? 1e-6 : 1e-9))
                return 1;
    return check_done();
}
