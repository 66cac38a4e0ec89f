/* SPDX-License-Identifier: BSD-3-Clause
 *
 * turbo.c - the channels of soap_turbo as smooth functions of r.
 *
 *   h_nl(r) = R_n(r) A_l(r)                                     R_n: turbo_basis.c
 *   A_l(r)  = (cutoff / sigma_t)^2 exp(-y) i_l(y),   y = (r / sigma_t)^2
 *
 * Both are evaluated at the Chebyshev nodes of panels in r, between which they are
 * smooth; values and derivatives for the tables come from the Chebyshev series. A factor
 * 4 pi sqrt(cutoff) is in R_n. */
#include "descriptor/turbo.h"

#include "descriptor/turbo_basis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N = SZ_TURBO_N_MAX,
    NODES = 28 /* of a panel as wide as 2 sigma */
};

static const long double pi = 3.14159265358979323846264338327950288L;

/* R [n_max], A [l_max+1] and excess [n_max] at r */
static void factors(const sz_turbo_basis *t, const sz_turbo_species *s,
                    const sz_radial_spec *radial, double r, sz_turbo_parts on, double *f)
{
    const long double rc = radial->cutoff;
    double sigma = s->sigma_t + s->scaling_t * r, *a = f + t->n;
    double *excess = a + radial->l_max + 1;
    long double own[N], more[N];

    sz_turbo_functions(t, r / rc, on, own, more);
    for (int n = 0; n < t->n; n++) {
        f[n] = (double)(4.0L * pi * sqrtl(rc) * own[n]);
        excess[n] = (double)(4.0L * pi * more[n] / sqrtl(rc));
    }
    sz_bessel(radial->l_max, r / sigma * (r / sigma), a);
    for (int l = 0; l <= radial->l_max; l++)
        a[l] *= radial->cutoff / sigma * (radial->cutoff / sigma);
}

/* The contribution of the central atom to X_n,00. */
static void set_central(sz_turbo *turbo, const sz_turbo_basis *t,
                        const sz_turbo_species *s, const sz_radial_spec *radial)
{
    const long double rc = radial->cutoff, sigma = s->sigma_t;
    long double f[N], factor = sqrtl(4.0L * pi * rc) * rc * rc / (sigma * sigma);

    sz_turbo_centre(t, f);
    for (int n = 0; n < t->n; n++)
        turbo->central[n] = (double)(s->central_weight * factor * f[n]);
}

int sz_turbo_exact(const sz_turbo_spec *spec, int slot, const sz_radial_spec *radial,
                   double r, double *h, double *excess)
{
    double f[2 * N + SZ_L_MAX + 1];
    sz_turbo_basis t;

    if (sz_turbo_basis_make(&t, spec, slot, radial, NULL) != SZ_OK) return 0;
    factors(&t, &spec->species[slot], radial, r,
            sz_turbo_parts_at(&t, r / (long double)radial->cutoff), f);
    for (int l = 0; l <= radial->l_max; l++)
        for (int n = 0; n < t.n; n++) {
            h[l * t.n + n] = f[t.n + l] * f[n];
            excess[l * t.n + n] = f[t.n + l] * f[t.n + radial->l_max + 1 + n];
        }
    return 1;
}

/* ---- panels ------------------------------------------------------------------------ */

/* the pieces, and their panels no wider than 2 sigma */
static void make_pieces(sz_turbo *turbo, const sz_turbo_basis *t,
                        const sz_turbo_species *s, double cutoff)
{
    long double edge[2];

    sz_turbo_edges(t, &edge[0], &edge[1]);
    if (!t->gauss) edge[1] = 0.0L;
    if (edge[0] > edge[1]) {
        long double swap = edge[0];

        edge[0] = edge[1];
        edge[1] = swap;
    }
    for (int k = 0; k < 2; k++) {
        double r = (double)edge[k] * cutoff;

        if (r > turbo->edge[turbo->n_pieces] + 1e-9 && r < cutoff - 1e-9)
            turbo->edge[++turbo->n_pieces] = r;
    }
    turbo->edge[++turbo->n_pieces] = cutoff;
    for (int k = 0; k < turbo->n_pieces; k++) {
        double length = turbo->edge[k + 1] - turbo->edge[k];

        turbo->first[k + 1] =
            turbo->first[k] + (int)ceil(length / (2.0 * fmin(s->sigma_r, s->sigma_t)));
    }
}

static void panel(const sz_turbo *turbo, int k, int p, double *from, double *width)
{
    int count = turbo->first[k + 1] - turbo->first[k];

    *width = (turbo->edge[k + 1] - turbo->edge[k]) / count;
    *from = turbo->edge[k] + p * *width;
}

/* Chebyshev coefficients of one panel, from h at the nodes */
static void fit_panel(double *coefficient, int n, const double *h)
{
    memset(coefficient, 0, (size_t)NODES * n * sizeof *coefficient);
    for (int k = 0; k < NODES; k++)
        for (int i = 0; i < NODES; i++) {
            double c =
                (k ? 2.0 : 1.0) / NODES * (double)cosl(pi * k * (i + 0.5L) / NODES);

            for (int q = 0; q < n; q++) coefficient[k * n + q] += c * h[i * n + q];
        }
}

static sz_status fill(sz_turbo *turbo, const sz_turbo_basis *t, const sz_turbo_species *s,
                      const sz_radial_spec *radial, sz_error *err)
{
    int n = 2 * turbo->n_max + turbo->l_max + 1;
    size_t panels = (size_t)turbo->first[turbo->n_pieces];
    double *h = malloc((size_t)NODES * n * sizeof *h);

    turbo->coefficient = malloc(panels * NODES * n * sizeof *turbo->coefficient);
    if (!h || !turbo->coefficient) {
        free(h);
        return sz_fail_memory(err, panels * NODES * n * sizeof *h, "radial functions");
    }
    for (int k = 0; k < turbo->n_pieces; k++) {
        long double middle = (turbo->edge[k] + turbo->edge[k + 1]) / 2.0L;
        sz_turbo_parts on = sz_turbo_parts_at(t, middle / (long double)radial->cutoff);

        for (int p = 0; p < turbo->first[k + 1] - turbo->first[k]; p++) {
            double from, width;

            panel(turbo, k, p, &from, &width);
            for (int i = 0; i < NODES; i++)
                factors(t, s, radial,
                        from +
                            width / 2.0 * (1.0 + (double)cosl(pi * (i + 0.5L) / NODES)),
                        on, h + i * n);
            fit_panel(turbo->coefficient + (size_t)(turbo->first[k] + p) * NODES * n, n,
                      h);
        }
    }
    free(h);
    return SZ_OK;
}

sz_status sz_turbo_create(sz_turbo **turbo, const sz_turbo_spec *spec, int slot,
                          const sz_radial_spec *radial, sz_error *err)
{
    const sz_turbo_species *s = &spec->species[slot];
    sz_turbo *made = calloc(1, sizeof *made);
    sz_turbo_basis *t = malloc(sizeof *t);
    sz_status status = SZ_OK;

    *turbo = NULL;
    if (!made || !t) status = sz_fail_memory(err, sizeof *t, "radial functions");
    if (status == SZ_OK) status = sz_turbo_basis_make(t, spec, slot, radial, err);
    if (status == SZ_OK) {
        made->n_max = s->n_max;
        made->l_max = radial->l_max;
        make_pieces(made, t, s, radial->cutoff);
        set_central(made, t, s, radial);
        status = fill(made, t, s, radial, err);
    }
    if (status == SZ_OK) {
        *turbo = made;
        made = NULL;
    }
    free(t);
    sz_turbo_free(made);
    return status;
}

void sz_turbo_free(sz_turbo *turbo)
{
    if (!turbo) return;
    free(turbo->coefficient);
    free(turbo);
}

void sz_turbo_eval(const sz_turbo *turbo, int k, double r, double *const f[4])
{
    int n = turbo->n_max + turbo->l_max + 1, all = n + turbo->n_max;
    int count = turbo->first[k + 1] - turbo->first[k];
    int p = (int)((r - turbo->edge[k]) / (turbo->edge[k + 1] - turbo->edge[k]) * count);
    double from, width, t, c[3] = {1.0, 0.0, 0.0}, before[3] = {0};
    const double *row;

    p = p < 0 ? 0 : p > count - 1 ? count - 1 : p;
    panel(turbo, k, p, &from, &width);
    t = 2.0 * (r - from) / width - 1.0;
    row = turbo->coefficient + (size_t)(turbo->first[k] + p) * NODES * all;
    for (int d = 0; d < 4; d++)
        memset(f[d], 0, (size_t)(d < 3 ? n : turbo->n_max) * sizeof(double));
    for (int i = 0; i < NODES; i++, row += all) {
        double s = i ? 2.0 : 1.0; /* T_1 = t T_0, then T_i+1 = 2 t T_i - T_i-1 */
        double next[3] = {s * t * c[0] - before[0], s * (c[0] + t * c[1]) - before[1],
                          s * (2.0 * c[1] + t * c[2]) - before[2]};

        for (int q = 0; q < n; q++) {
            f[0][q] += c[0] * row[q];
            f[1][q] += c[1] * row[q] * (2.0 / width);
            f[2][q] += c[2] * row[q] * (4.0 / (width * width));
        }
        for (int q = 0; q < turbo->n_max; q++) f[3][q] += c[0] * row[n + q];
        memcpy(before, c, sizeof before);
        memcpy(c, next, sizeof c);
    }
}

double sz_turbo_amplitude(double power, double cutoff, double r, double *slope)
{
    double x = r / cutoff, rest = 1.0 - x, p = rest * rest * (1.0 + 2.0 * x), lower;

    *slope = 0.0;
    if (power == 0.0) return 1.0;
    if (p <= 1e-10) return 0.0;
    lower = power == 1.0 ? 1.0 : power == 2.0 ? p : pow(p, power - 1.0);
    *slope = -6.0 * x * rest * power * lower / cutoff;
    return p * lower;
}
