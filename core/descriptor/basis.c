/* SPDX-License-Identifier: BSD-3-Clause
 *
 * basis.c - the radial bases of the soap descriptor.
 *
 *   t_l(r,b) = exp(-a (r^2 + r_b^2)) i_l(2 a r r_b),   g_nl(r) = sum_b t_l(r,b) T_l,bn
 *   R = cutoff + sigma sqrt(2 basis_error_exponent ln 10)
 *
 * The Gaussian density of a neighbour is collocated at grid points and expressed in an
 * orthonormalised basis.
 *
 * EQUISPACED_GAUSS: grid r_b = (b-1) R / n_max, functions phi_b = exp(-a (r - r_b)^2)
 *   C = phi_c(r_b),  S = int_0^inf r^2 phi_b phi_c dr = L L^T,  T = C^-1 L
 * POLY, GTO: grid of 3 n_max points (j-1) R / (3 n_max); T_l by least squares of the
 *   density on the grid in the functions f_n orthonormalised with S = L L^T:
 *   POLY  f_n = (R-r)^(n+2) / A_n
 *   GTO   f_n = r^l exp(-beta r^2),  beta = -(ln 0.001 - l ln R_n) / R_n^2,
 *         R_n = n R / n_max
 *
 * The Bessel functions come from the ratio i_{l+1}/i_l by downward recursion, which is
 * stable for every x; the derivatives from
 *   i_l' = i_{l+1} + (l/x) i_l,   i_l'' = i_l + l(l-1)/x^2 i_l - (2/x) i_{l+1}. */
#include "descriptor/basis.h"

#include "linear/blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

void sz_bessel(int l_max, double x, double *value)
{
    double ratio = 0.0;
    int top;

    memset(value, 0, (size_t)(l_max + 1) * sizeof *value);
    if (x < 1e-290) {
        value[0] = 1.0;
        return;
    }
    /* value[l] holds i_l / i_{l-1} until the last loop */
    top = l_max + 30 + (int)x;
    for (int l = top; l > 0; l--) {
        ratio = 1.0 / ((2 * l + 1) / x + ratio);
        if (l <= l_max) value[l] = ratio;
    }
    value[0] = -expm1(-2.0 * x) / (2.0 * x);
    for (int l = 1; l <= l_max; l++) value[l] *= value[l - 1];
}

/* S_bc of the header comment */
static double overlap(double a, double rb, double rc)
{
    double sum = rb + rc, diff = rb - rc;

    return exp(-a * (rb * rb + rc * rc)) * sum / (8.0 * a) +
           sqrt(pi) / (8.0 * sqrt(2.0) * pow(a, 1.5)) * exp(-0.5 * a * diff * diff) *
               (1.0 + a * sum * sum) * (1.0 + erf(sqrt(0.5 * a) * sum));
}

static sz_status singular(const sz_basis *b, sz_error *err)
{
    return sz_fail(
        err, SZ_ERR_NUMERIC,
        "the radial basis with n_max=%d is singular in double precision; use a "
        "smaller n_max",
        b->n_max);
}

static sz_status equispaced_gauss(sz_basis *b, double range, sz_error *err)
{
    int n = b->n_max, info = 0;
    double *c = malloc((size_t)n * n * sizeof *c);
    double *l = calloc((size_t)n * n, sizeof *l);
    sz_status status = SZ_OK;

    if (!c || !l) {
        status = sz_fail_memory(err, 2 * (size_t)n * n * sizeof *c, "the radial basis");
        goto done;
    }
    for (int i = 0; i < n; i++) b->grid[i] = i * (range / n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double d = b->grid[i] - b->grid[j];

            c[i * n + j] = exp(-b->a * d * d);
            l[i * n + j] = overlap(b->a, b->grid[i], b->grid[j]);
        }
    /* column-major 'L': L_bn at l[n * n_max + b], whose columns are right-hand sides */
    SZ_BLAS(dpotrf)("L", &n, l, &n, &info);
    if (info == 0) SZ_BLAS(dpotrf)("L", &n, c, &n, &info);
    if (info) {
        status = singular(b, err);
        goto done;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) l[i * n + j] = 0.0;
    for (int k = 0; k < n; k++) b->central[k] = l[k * n];
    SZ_BLAS(dpotrs)("L", &n, &n, c, &n, l, &n, &info);
    for (int order = 0; order <= b->l_max; order++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++) b->t[(order * n + i) * n + k] = l[k * n + i];
done:
    free(c);
    free(l);
    return status;
}

/* the lower incomplete gamma function, by its series of positive terms */
static double lower_gamma(double t, double u)
{
    double term = 1.0 / t, sum = term;

    if (u > t + 60.0) return tgamma(t);
    for (int k = 1; term > 1e-18 * sum; k++) {
        term *= u / (t + k);
        sum += term;
    }
    return sum * exp(t * log(u) - u);
}

static double poly_norm(double range, int n)
{
    return sqrt(pow(range, 2.0 * n + 7.0) /
                ((n + 3.0) * (2.0 * n + 5.0) * (2.0 * n + 7.0)));
}

static double gto_beta(double range, int n_max, int l, int n)
{
    double rn = n * range / n_max;

    return -(log(0.001) - l * log(rn)) / (rn * rn);
}

/* f_n(r) and the overlap of f_n and f_m, n and m from 1 */
static double function(const sz_basis *b, int gto, double range, int l, int n, double r)
{
    if (gto) return pow(r, l) * exp(-gto_beta(range, b->n_max, l, n) * r * r);
    return pow(range - r, n + 2.0) / poly_norm(range, n);
}

static double function_overlap(const sz_basis *b, int gto, double range, int l, int n,
                               int m)
{
    double s = n + m, t = l + 1.5, u;

    if (!gto)
        return 2.0 * pow(range, s + 7.0) /
               ((5.0 + s) * (6.0 + s) * (7.0 + s) * poly_norm(range, n) *
                poly_norm(range, m));
    u = (gto_beta(range, b->n_max, l, n) + gto_beta(range, b->n_max, l, m)) * range *
        range;
    return 0.5 * pow(range, 2.0 * t) * pow(u, -t) * lower_gamma(t, u);
}

/* T_l of POLY and GTO: the rows of the pseudo-inverse of (f_n(r_j)) L^-T */
static sz_status least_squares(sz_basis *b, int gto, double range, int l, sz_error *err)
{
    int n = b->n_max, g = b->n_grid, info = 0, size = 64 * g;
    double one = 1.0;
    double *s =
        malloc(((size_t)n * n + (size_t)g * n + (size_t)g * g + size) * sizeof *s);
    double *d, *x, *work;

    if (!s) return sz_fail_memory(err, (size_t)g * g * sizeof *s, "the radial basis");
    d = s + n * n;
    x = d + g * n;
    work = x + g * g;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            s[i * n + j] = function_overlap(b, gto, range, l, i + 1, j + 1);
    for (int k = 0; k < n; k++)
        for (int j = 0; j < g; j++)
            d[k * g + j] = function(b, gto, range, l, k + 1, b->grid[j]);
    memset(x, 0, (size_t)g * g * sizeof *x);
    for (int j = 0; j < g; j++) x[j * g + j] = 1.0;
    SZ_BLAS(dpotrf)("L", &n, s, &n, &info);
    if (info == 0) {
        SZ_BLAS(dtrsm)("R", "L", "T", "N", &g, &n, &one, s, &n, d, &g);
        SZ_BLAS(dgels)("N", &g, &n, &g, d, &g, x, &g, work, &size, &info);
    }
    for (int j = 0; j < g && info == 0; j++)
        for (int k = 0; k < n; k++) b->t[((size_t)l * g + j) * n + k] = x[j * g + k];
    free(s);
    return info ? singular(b, err) : SZ_OK;
}

static sz_status on_grid(sz_basis *b, int gto, double range, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int j = 0; j < b->n_grid; j++) b->grid[j] = j * range / b->n_grid;
    for (int l = 0; l <= b->l_max && status == SZ_OK; l++)
        status = least_squares(b, gto, range, l, err);
    for (int k = 0; k < b->n_max && status == SZ_OK; k++)
        for (int j = 0; j < b->n_grid; j++)
            b->central[k] +=
                exp(-b->a * b->grid[j] * b->grid[j]) * b->t[j * b->n_max + k];
    return status;
}

sz_status sz_basis_create(sz_basis **basis, const sz_radial_spec *spec, sz_error *err)
{
    double range = spec->cutoff +
                   spec->atom_sigma * sqrt(2.0 * spec->basis_error_exponent * log(10.0));
    sz_basis *b = calloc(1, sizeof *b);
    size_t n = (size_t)spec->n_max, size;
    sz_status status;

    *basis = NULL;
    if (!b) return sz_fail_memory(err, sizeof *b, "the radial basis");
    b->n_max = spec->n_max;
    b->l_max = spec->l_max;
    b->n_grid = spec->basis == SZ_BASIS_EQUISPACED_GAUSS ? spec->n_max : 3 * spec->n_max;
    b->a = 0.5 / (spec->atom_sigma * spec->atom_sigma);
    size = (size_t)(b->l_max + 1) * b->n_grid * n * sizeof *b->t;
    b->grid = malloc((size_t)b->n_grid * sizeof *b->grid);
    b->central = calloc(n, sizeof *b->central);
    b->t = malloc(size);
    if (!b->grid || !b->central || !b->t)
        status = sz_fail_memory(err, size, "the radial basis");
    else if (spec->basis == SZ_BASIS_EQUISPACED_GAUSS)
        status = equispaced_gauss(b, range, err);
    else
        status = on_grid(b, spec->basis == SZ_BASIS_GTO, range, err);
    if (status == SZ_OK) {
        *basis = b;
        b = NULL;
    }
    sz_basis_free(b);
    return status;
}

void sz_basis_free(sz_basis *basis)
{
    if (!basis) return;
    free(basis->grid);
    free(basis->central);
    free(basis->t);
    free(basis);
}

/* t_l(r,b) and its derivatives for one grid point, each [l_max+1] */
static void collocate(const sz_basis *basis, double r, double rb, double *t, double *dt,
                      double *d2t)
{
    double a = basis->a, beta = 2.0 * a * rb, x = beta * r, i[SZ_L_MAX + 2];
    double e = exp(-a * (r - rb) * (r - rb)); /* of the scaled Bessel functions */

    sz_bessel(basis->l_max + 1, x, i);
    for (int l = 0; l <= basis->l_max; l++) {
        double i1 = 0.0, i2 = l == 0 ? 1.0 / 3.0 : 0.0;

        if (x > 0.0) {
            i1 = i[l + 1] + l / x * i[l];
            i2 = i[l] + l * (l - 1) / (x * x) * i[l] - 2.0 / x * i[l + 1];
        }
        t[l] = e * i[l];
        dt[l] = e * (beta * i1 - 2.0 * a * r * i[l]);
        d2t[l] = e * ((4.0 * a * a * r * r - 2.0 * a) * i[l] - 4.0 * a * r * beta * i1 +
                      beta * beta * i2);
    }
}

void sz_basis_eval(const sz_basis *basis, double r, double *g, double *dg, double *d2g)
{
    int n_max = basis->n_max, n_l = basis->l_max + 1;
    double t[SZ_L_MAX + 1], dt[SZ_L_MAX + 1], d2t[SZ_L_MAX + 1];

    if (r < 1e-12) r = 1e-12; /* the limit r -> 0 without its 0/0 */
    memset(g, 0, (size_t)n_l * n_max * sizeof *g);
    memset(dg, 0, (size_t)n_l * n_max * sizeof *dg);
    memset(d2g, 0, (size_t)n_l * n_max * sizeof *d2g);
    for (int b = 0; b < basis->n_grid; b++) {
        collocate(basis, r, basis->grid[b], t, dt, d2t);
        for (int l = 0; l < n_l; l++) {
            const double *tn = basis->t + ((size_t)l * basis->n_grid + b) * n_max;

            for (int n = 0; n < n_max; n++) {
                g[l * n_max + n] += t[l] * tn[n];
                dg[l * n_max + n] += dt[l] * tn[n];
                d2g[l * n_max + n] += d2t[l] * tn[n];
            }
        }
    }
}
