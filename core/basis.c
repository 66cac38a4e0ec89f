/* SPDX-License-Identifier: BSD-3-Clause
 *
 * basis.c - radial basis EQUISPACED_GAUSS (gap-semantics of gap_fit's soap).
 *
 *   R   = cutoff + sigma sqrt(2 basis_error_exponent ln 10),   r_b = (b-1) R / n_max
 *   C   = exp(-a (r_b - r_c)^2),   S = int_0^inf r^2 phi_b phi_c dr = L L^T
 *   T   = C^-1 L
 *   t_l(r,b) = exp(-a (r^2 + r_b^2)) i_l(2 a r r_b)
 *   g_nl(r)  = sum_b t_l(r,b) T_bn
 *
 * The Gaussian density is collocated at the grid points and expressed in the
 * orthonormalised basis. The Bessel functions come from the ratio i_{l+1}/i_l by
 * downward recursion, which is stable for every x; the derivatives from
 *   i_l' = i_{l+1} + (l/x) i_l,   i_l'' = i_l + l(l-1)/x^2 i_l - (2/x) i_{l+1}. */
#include "basis.h"

#include "blas.h"

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

static sz_status orthonormalise(sz_basis *b, sz_error *err)
{
    int n = b->n_max, info = 0;
    double *c = malloc((size_t)n * n * sizeof *c);
    double *l = calloc((size_t)n * n, sizeof *l); /* row-major L = upper U col-major */
    sz_status status = SZ_OK;

    if (!c || !l) {
        status = sz_fail_memory(err, 2 * (size_t)n * n * sizeof *c, "the radial basis");
        goto done;
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double d = b->grid[i] - b->grid[j];

            c[i * n + j] = exp(-b->a * d * d);
            l[i * n + j] = overlap(b->a, b->grid[i], b->grid[j]);
        }
    /* 'U' of a column-major array is the lower triangle of the row-major one */
    SZ_BLAS(dpotrf)("U", &n, l, &n, &info);
    if (info == 0) SZ_BLAS(dpotrf)("U", &n, c, &n, &info);
    if (info) {
        status =
            sz_fail(err, SZ_ERR_NUMERIC,
                    "the radial basis with n_max=%d is singular in double precision; "
                    "use a smaller n_max",
                    n);
        goto done;
    }
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) l[i * n + j] = 0.0;
    memcpy(b->central, l, (size_t)n * sizeof *l);
    /* columns of L are the right-hand sides: transpose into column-major, solve, back */
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) b->t[j * n + i] = l[i * n + j];
    SZ_BLAS(dpotrs)("U", &n, &n, c, &n, b->t, &n, &info);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++) {
            double swap = b->t[i * n + j];

            b->t[i * n + j] = b->t[j * n + i];
            b->t[j * n + i] = swap;
        }
done:
    free(c);
    free(l);
    return status;
}

sz_status sz_basis_create(sz_basis **basis, const sz_radial_spec *spec, sz_error *err)
{
    int n = spec->n_max;
    double range = spec->cutoff +
                   spec->atom_sigma * sqrt(2.0 * spec->basis_error_exponent * log(10.0));
    sz_basis *b = calloc(1, sizeof *b);
    sz_status status;

    *basis = NULL;
    if (!b) return sz_fail_memory(err, sizeof *b, "the radial basis");
    b->n_max = n;
    b->l_max = spec->l_max;
    b->a = 0.5 / (spec->atom_sigma * spec->atom_sigma);
    b->grid = malloc((size_t)n * sizeof *b->grid);
    b->central = malloc((size_t)n * sizeof *b->central);
    b->t = malloc((size_t)n * n * sizeof *b->t);
    if (!b->grid || !b->central || !b->t) {
        status = sz_fail_memory(err, (size_t)n * n * sizeof *b->t, "the radial basis");
        goto done;
    }
    for (int i = 0; i < n; i++) b->grid[i] = i * (range / n);
    status = orthonormalise(b, err);
    if (status == SZ_OK) {
        *basis = b;
        b = NULL;
    }
done:
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
    for (int b = 0; b < n_max; b++) {
        const double *tn = basis->t + b * n_max;

        collocate(basis, r, basis->grid[b], t, dt, d2t);
        for (int l = 0; l < n_l; l++)
            for (int n = 0; n < n_max; n++) {
                g[l * n_max + n] += t[l] * tn[n];
                dg[l * n_max + n] += dt[l] * tn[n];
                d2g[l * n_max + n] += d2t[l] * tn[n];
            }
    }
}
