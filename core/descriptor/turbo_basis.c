/* SPDX-License-Identifier: BSD-3-Clause
 *
 * turbo_basis.c - radial functions of soap_turbo (Caro, Phys. Rev. B 100, 024112, 2019).
 *
 *   R_n(r) = a(r) sum_k (S^(-1/2))_nk I_k(r)
 *
 * in x = r / cutoff, with all sigmas divided by the cutoff:
 *
 *   g_k(x) = sqrt(2k+5) (1-x)^(k+2), the last one a Gaussian at 0 with poly3gauss
 *   I_k    = int g_k(x) exp(-(x-r)^2 / 2 sigma^2) dx over [0, soft], and over [soft, 1]
 *            with a filter exp(-(x-soft)^2 / 2 w^2), w = (1-soft) / nf
 *   a(r)   = 1/sigma times r + c sigma or r^2 + sigma^2 + 2 c sigma r, c = sqrt(2/pi)
 *
 * S, the overlap of the g_k, is nearly singular. So the g_k are expanded in the
 * orthonormal functions psi_j(u) = u^3 pi_j(u), u = 1-x, g = C psi with known C. With S =
 * C C^T and the polar form C = S^(1/2) Q,
 *
 *   S^(-1/2) I = Q C^(-1) I = Q J,   J_j = int psi_j exp(..) dx,
 *
 * and Q is orthogonal: rounding errors are not amplified. The Gaussian is orthogonalised
 * to the psi_j first, and everything is computed in long double.
 *
 * In the integral over [soft, 1] the recursion that defines these functions omits a term
 * of the boundary x = 1. It then computes the functional
 *
 *   w int_(u < 1-soft) f G du - (1-w) int_(u > 1-soft) f G du,
 *
 * w the part of the Gaussian G at u > 0, over the whole axis: `upper`. QUIP's derivative
 * with respect to r treats w as a constant. To reproduce QUIP's forces, the omitted part
 * is stored with the functions as their excess: about 1e-7 of the derivative. */
#include "descriptor/turbo_basis.h"

#include "linear/quadrature.h"

#include <math.h>
#include <string.h>

enum { N = SZ_TURBO_N_MAX, POINTS = SZ_TURBO_POINTS };

static const long double pi = 3.14159265358979323846264338327950288L;

/* ---- integrals --------------------------------------------------------------------- */

/* sum [n_poly] += factor int_lo^hi psi_j(u) exp(-(u-centre)^2 / 2 s^2) du */
static void integrate(const sz_turbo_basis *t, long double centre, long double s,
                      long double lo, long double hi, long double factor,
                      long double *sum)
{
    const long double reach = 9.2L * s; /* exp(-reach^2 / 2 s^2) = 4e-19 */

    if (lo < centre - reach) lo = centre - reach;
    if (hi > centre + reach) hi = centre + reach;
    for (int k = 0; k < POINTS && lo < hi; k++) {
        long double u = (lo + hi + (hi - lo) * t->node[k]) / 2.0L, z = (u - centre) / s;
        long double g = factor * t->weight[k] * (hi - lo) / 2.0L * expl(-z * z / 2.0L);
        long double psi = sqrtl(7.0L) * u * u * u * g, before = 0.0L;

        for (int j = 0; j < t->n_poly; j++) {
            long double next = ((u - t->a[j]) * psi - t->b[j] * before) / t->b[j + 1];

            sum[j] += psi;
            before = psi;
            psi = next;
        }
    }
}

/* The functional of [edge, 1] in x; see above. */
static void upper(const sz_turbo_basis *t, long double mean, long double s,
                  long double edge, long double factor, long double *sum)
{
    long double z = (1.0L - mean) / (s * sqrtl(2.0L));

    integrate(t, 1.0L - mean, s, -HUGE_VALL, 1.0L - edge, factor * erfcl(-z) / 2.0L, sum);
    integrate(t, 1.0L - mean, s, 1.0L - edge, HUGE_VALL, -factor * erfcl(z) / 2.0L, sum);
}

/* ---- the basis --------------------------------------------------------------------- */

/* Jacobi polynomials of the weight u^6 on [0, 1] */
static void set_recurrence(sz_turbo_basis *t)
{
    for (int j = 0; j < N; j++) {
        long double k = 2.0L * j + 6.0L;

        t->a[j] = (1.0L + 36.0L / (k * (k + 2.0L))) / 2.0L;
        t->b[j] = j * (j + 6.0L) / (k * sqrtl(k * k - 1.0L));
    }
    t->b[N] = N * (N + 6.0L) /
              ((2.0L * N + 6.0L) * sqrtl((2 * N + 6.0L) * (2 * N + 6.0L) - 1.0L));
}

/* M, S = M M^T: row k holds g_k in the psi_j, the last row the Gaussian */
static void set_root(const sz_turbo_basis *t, long double m[N][N])
{
    long double row[N + 1] = {1.0L / sqrtl(7.0L)};

    memset(m, 0, sizeof(long double[N][N]));
    for (int k = 0; k < t->n_poly; k++) {
        long double next[N + 1] = {0};

        for (int j = 0; j <= k; j++) m[k][j] = sqrtl(2.0L * (k + 1) + 5.0L) * row[j];
        for (int j = 0; j <= k; j++) {
            next[j] += t->a[j] * row[j];
            next[j + 1] += t->b[j + 1] * row[j];
            if (j) next[j - 1] += t->b[j] * row[j];
        }
        memcpy(row, next, sizeof row);
    }
    for (int j = 0; j < t->n_poly && t->gauss; j++) m[t->n - 1][j] = t->beta[j];
    if (t->gauss) m[t->n - 1][t->n - 1] = t->rest;
}

/* y = the inverse of x [n][n], by elimination with pivots; returns 0 if there is none. */
static int invert(int n, long double x[N][N], long double y[N][N])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) y[i][j] = i == j;
    for (int c = 0; c < n; c++) {
        int best = c;
        long double pivot;

        for (int i = c + 1; i < n; i++)
            if (fabsl(x[i][c]) > fabsl(x[best][c])) best = i;
        pivot = x[best][c];
        if (!(fabsl(pivot) > 0.0L)) return 0;
        for (int j = 0; j < n; j++) {
            long double from_x = x[best][j] / pivot, from_y = y[best][j] / pivot;

            x[best][j] = x[c][j], x[c][j] = from_x;
            y[best][j] = y[c][j], y[c][j] = from_y;
        }
        for (int i = 0; i < n; i++) {
            long double factor = x[i][c];

            for (int j = 0; j < n && i != c; j++) {
                x[i][j] -= factor * x[c][j];
                y[i][j] -= factor * y[c][j];
            }
        }
    }
    return 1;
}

/* the largest row sum, times the largest column sum */
static long double size(int n, long double x[N][N])
{
    long double row = 0.0L, column = 0.0L;

    for (int i = 0; i < n; i++) {
        long double r = 0.0L, c = 0.0L;

        for (int j = 0; j < n; j++) {
            r += fabsl(x[i][j]);
            c += fabsl(x[j][i]);
        }
        row = fmaxl(row, r);
        column = fmaxl(column, c);
    }
    return row * column;
}

/* x is replaced by the orthogonal Q of x = H Q: Newton's x -> (g x + x^-T / g) / 2 */
static int polar(int n, long double x[N][N])
{
    for (int step = 0; step < 60; step++) {
        long double copy[N][N], inverse[N][N], g, change = 0.0L;

        memcpy(copy, x, sizeof copy);
        if (!invert(n, copy, inverse)) return 0;
        g = sqrtl(sqrtl(size(n, inverse) / size(n, x)));
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                long double next = (g * x[i][j] + inverse[j][i] / g) / 2.0L;

                change = fmaxl(change, fabsl(next - x[i][j]));
                x[i][j] = next;
            }
        if (change < 1e-17L) return 1;
    }
    return 1;
}

sz_status sz_turbo_basis_make(sz_turbo_basis *t, const sz_turbo_spec *spec, int slot,
                              const sz_radial_spec *radial, sz_error *err)
{
    const sz_turbo_species *s = &spec->species[slot];
    const long double rc = radial->cutoff;
    long double m[N][N], norm;

    memset(t, 0, sizeof *t);
    t->n = s->n_max;
    t->gauss = spec->gauss;
    t->n_poly = t->n - t->gauss;
    t->enhancement = spec->enhancement;
    t->soft = spec->cutoff_soft / rc;
    t->width = (1.0L - t->soft) / spec->filter;
    t->sigma = s->sigma_r / rc;
    t->scaling = s->scaling_r;
    norm = sqrtl(2.0L / t->sigma) / sqrtl(sqrtl(pi));
    sz_gauss_legendre(POINTS, t->node, t->weight);
    set_recurrence(t);
    t->rest = 1.0L;
    if (t->gauss) upper(t, 0.0L, t->sigma, 0.0L, norm, t->beta);
    for (int j = 0; j < t->n_poly; j++) t->rest -= t->beta[j] * t->beta[j];
    if (!(t->rest > 1e-17L))
        return sz_fail(
            err, SZ_ERR_NUMERIC,
            "the radial functions of soap_turbo with alpha_max %d, atom_sigma_r "
            "%g and rcut_hard %g are linearly dependent; use a smaller alpha_max",
            t->n, s->sigma_r, radial->cutoff);
    t->rest = sqrtl(t->rest);
    set_root(t, m);
    memcpy(t->q, m, sizeof m);
    if (!polar(t->n, t->q))
        return sz_fail(
            err, SZ_ERR_NUMERIC,
            "the radial functions of soap_turbo have no overlap matrix of full "
            "rank");
    for (int i = 0; i < t->n; i++)
        for (int j = 0; j < t->n; j++) t->half[i] += m[i][j] * t->q[t->n - 1][j];
    return SZ_OK;
}

/* ---- the functions ----------------------------------------------------------------- */

void sz_turbo_edges(const sz_turbo_basis *t, long double *filtered, long double *gauss)
{
    *filtered = (t->soft - 4.0L * t->sigma) / (1.0L + 4.0L * t->scaling);
    *gauss = t->scaling < 0.25L ? 8.0L * t->sigma / (1.0L - 4.0L * t->scaling) : 2.0L;
}

sz_turbo_parts sz_turbo_parts_at(const sz_turbo_basis *t, long double x)
{
    long double filtered, gauss;

    sz_turbo_edges(t, &filtered, &gauss);
    return (sz_turbo_parts){x > filtered, t->gauss && x < gauss};
}

/* The integral over [soft, 1]: the product of two Gaussians is one with another mean and
 * width. */
static void add_filtered(const sz_turbo_basis *t, long double x, long double sigma,
                         long double *sum, long double *excess)
{
    long double s2 = sigma * sigma, w2 = t->width * t->width, both = s2 + w2;
    long double far = t->soft - x, factor = expl(-far * far / (2.0L * both));
    long double mean = (s2 * t->soft + w2 * x) / both, s = sigma * t->width / sqrtl(both);
    long double grow = 2.0L * sigma * t->scaling / both; /* of both, relative */
    long double dmean = (grow * both * t->soft + w2) / both - mean * grow;
    long double ds = s * (t->scaling / sigma - grow / 2.0L), z = (1.0L - mean) / s;
    long double dw = -(dmean + z * ds) / s * expl(-z * z / 2.0L) / sqrtl(2.0L * pi);

    upper(t, mean, s, t->soft, factor, sum);
    integrate(t, 1.0L - mean, s, -HUGE_VALL, HUGE_VALL, -factor * dw, excess);
}

/* the Gaussian at 0 with that at x, over x > 0 */
static long double gaussians(const sz_turbo_basis *t, long double x, long double sigma)
{
    long double both = t->sigma * t->sigma + sigma * sigma, root = sqrtl(both);

    return sqrtl(t->sigma) * sqrtl(sqrtl(pi)) * sigma / root *
           expl(-x * x / (2.0L * both)) *
           erfcl(-t->sigma * x / (sigma * root * sqrtl(2.0L)));
}

static long double amplitude(const sz_turbo_basis *t, long double x, long double sigma)
{
    const long double c = sqrtl(2.0L / pi);

    if (t->enhancement == 1) return (x + c * sigma) / sigma;
    if (t->enhancement == 2)
        return (x * x + sigma * sigma + 2.0L * c * sigma * x) / sigma;
    return 1.0L / sigma;
}

/* S^(-1/2) I times a(r) from the integrals j of the orthonormal functions */
static void combine(const sz_turbo_basis *t, long double factor, long double *j,
                    long double *r)
{
    for (int k = 0; k < t->n_poly && t->gauss; k++) j[t->n - 1] -= t->beta[k] * j[k];
    if (t->gauss) j[t->n - 1] /= t->rest;
    for (int i = 0; i < t->n; i++) {
        r[i] = 0.0L;
        for (int k = 0; k < t->n; k++) r[i] += factor * t->q[i][k] * j[k];
    }
}

void sz_turbo_functions(const sz_turbo_basis *t, long double x, sz_turbo_parts on,
                        long double *r, long double *excess)
{
    long double sigma = t->sigma + t->scaling * x, a = amplitude(t, x, sigma);
    long double j[N] = {0}, dj[N] = {0};

    integrate(t, 1.0L - x, sigma, 1.0L - t->soft, 1.0L, 1.0L, j);
    if (on.filtered) add_filtered(t, x, sigma, j, dj);
    if (on.gauss) j[t->n - 1] = gaussians(t, x, sigma);
    combine(t, a, j, r);
    combine(t, a, dj, excess);
}

void sz_turbo_centre(const sz_turbo_basis *t, long double *r)
{
    long double excess[N];

    if (!t->gauss) {
        sz_turbo_functions(t, 0.0L, sz_turbo_parts_at(t, 0.0L), r, excess);
        return;
    }
    for (int n = 0; n < t->n; n++)
        r[n] = sqrtl(sqrtl(pi)) * sqrtl(t->sigma / 2.0L) * amplitude(t, 0.0L, t->sigma) *
               t->half[n];
}
