/* SPDX-License-Identifier: BSD-3-Clause
 *
 * table.c - functions of one variable as pieces f(x) = sum_k c_k (x - midpoint)^k.
 *
 * Two-body terms are interpolated with degree 7 at Chebyshev nodes in long double, so
 * that sums of large terms of opposite sign (sparse GPs) keep their accuracy when
 * differentiated; cubic splines keep their own knots and are exact. */
#include "term/table.h"

#include "linear/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

SZ_CLONES double sz_table_eval(const sz_table *table, double x, double *slope)
{
    double low = table->x[0], high = table->x[table->n], t, f = 0.0, df = 0.0;
    double inside = x > low ? (x < high ? x : high) : low;
    int b = (int)((inside - table->x[0]) * table->per_x), i;
    const double *c;

    i = table->bin[b < table->n_bins ? b : table->n_bins - 1];
    while (i < table->n - 1 && inside > table->x[i + 1]) i++;
    c = table->c + (size_t)i * SZ_TABLE_ORDER;
    t = inside - 0.5 * (table->x[i] + table->x[i + 1]);
    for (int k = SZ_TABLE_ORDER - 1; k >= 0; k--) {
        df = df * t + f;
        f = f * t + c[k];
    }
    *slope = df;
    return f + df * (x - inside);
}

void sz_table_free(sz_table *table)
{
    if (!table) return;
    free(table->x);
    free(table->c);
    free(table->bin);
    memset(table, 0, sizeof *table);
}

static sz_status allocate(sz_table *table, int n, sz_error *err)
{
    size_t size = (size_t)n * SZ_TABLE_ORDER * sizeof *table->c;

    memset(table, 0, sizeof *table);
    table->n = n;
    table->n_bins = 2 * n;
    table->x = malloc(((size_t)n + 1) * sizeof *table->x);
    table->c = calloc(1, size);
    table->bin = malloc((size_t)table->n_bins * sizeof *table->bin);
    if (table->x && table->c && table->bin) return SZ_OK;
    sz_table_free(table);
    return sz_fail_memory(err, size, "a table");
}

/* after the knots are set */
static void fill_bins(sz_table *table)
{
    double width = (table->x[table->n] - table->x[0]) / table->n_bins;
    int i = 0;

    table->per_x = 1.0 / width;
    for (int b = 0; b < table->n_bins; b++) {
        /* rounding may put an x just below the bin's edge into the bin */
        while (i < table->n - 1 && table->x[i + 1] < table->x[0] + (b - 1e-6) * width)
            i++;
        table->bin[b] = i;
    }
}

/* Newton interpolation at Chebyshev nodes of [x0, x1], expanded about the midpoint */
static void interpolate(double x0, double x1, sz_function *f, const void *context,
                        double *c)
{
    const long double pi = 3.14159265358979323846264338L;
    long double node[SZ_TABLE_ORDER], d[SZ_TABLE_ORDER], p[SZ_TABLE_ORDER] = {0};
    long double half = 0.5L * ((long double)x1 - x0);
    double middle = 0.5 * (x0 + x1);

    for (int k = 0; k < SZ_TABLE_ORDER; k++) {
        node[k] = half * cosl(pi * (2 * k + 1) / (2 * SZ_TABLE_ORDER));
        d[k] = f(middle + node[k], context);
    }
    for (int k = 1; k < SZ_TABLE_ORDER; k++)
        for (int j = SZ_TABLE_ORDER - 1; j >= k; j--)
            d[j] = (d[j] - d[j - 1]) / (node[j] - node[j - k]);
    for (int k = SZ_TABLE_ORDER - 1; k >= 0; k--) {
        for (int j = SZ_TABLE_ORDER - 1; j > 0; j--) p[j] = p[j - 1] - node[k] * p[j];
        p[0] = d[k] - node[k] * p[0];
    }
    for (int k = 0; k < SZ_TABLE_ORDER; k++) c[k] = (double)p[k];
}

sz_status sz_table_fit(sz_table *table, int n, const double *breaks, double width,
                       sz_function *f, const void *context, sz_error *err)
{
    double wanted = 0.0;
    int pieces, i = 0;
    sz_status status;

    memset(table, 0, sizeof *table);
    for (int k = 0; k + 1 < n; k++) wanted += ceil((breaks[k + 1] - breaks[k]) / width);
    if (!(wanted <= SZ_TABLE_MAX))
        return sz_fail(err, SZ_ERR_NUMERIC, "a table of %.3g pieces, allowed are %d",
                       wanted, SZ_TABLE_MAX);
    pieces = (int)wanted;
    status = allocate(table, pieces, err);
    if (status != SZ_OK) return status;
    for (int k = 0; k + 1 < n; k++) {
        int m = (int)ceil((breaks[k + 1] - breaks[k]) / width);

        for (int j = 0; j < m; j++)
            table->x[i++] = breaks[k] + (breaks[k + 1] - breaks[k]) * j / m;
    }
    table->x[i] = breaks[n - 1];
    for (int k = 0; k < pieces; k++)
        interpolate(table->x[k], table->x[k + 1], f, context,
                    table->c + (size_t)k * SZ_TABLE_ORDER);
    fill_bins(table);
    return SZ_OK;
}

double sz_table_error(const sz_table *table, sz_function *f, const void *context)
{
    static const double at[] = {0.0, 0.11, 0.31, 0.5, 0.73, 0.9, 1.0};
    double worst = 0.0, slope;

    for (int i = 0; i < table->n; i++)
        for (int k = 0; k < (int)(sizeof at / sizeof *at); k++) {
            double x = table->x[i] + at[k] * (table->x[i + 1] - table->x[i]);
            double off = fabs(sz_table_eval(table, x, &slope) - (double)f(x, context));

            if (!(off <= worst)) worst = off;
        }
    return worst;
}

/* ---- cubic splines ---------------------------------------------------------------- */

/* second derivatives at the knots: the tridiagonal system by elimination */
static void second_derivatives(int n, const double *x, const double *y, double y1,
                               double yn, double *y2, double *u)
{
    double h, p, last;

    y2[0] = u[0] = 0.0;
    if (y1 <= 0.99e30) {
        h = x[1] - x[0];
        y2[0] = -0.5;
        u[0] = 3.0 / h * ((y[1] - y[0]) / h - y1);
    }
    for (int i = 1; i < n - 1; i++) {
        double left = x[i] - x[i - 1], right = x[i + 1] - x[i], s = left / (left + right);

        p = s * y2[i - 1] + 2.0;
        y2[i] = (s - 1.0) / p;
        u[i] = (6.0 * ((y[i + 1] - y[i]) / right - (y[i] - y[i - 1]) / left) /
                    (left + right) -
                s * u[i - 1]) /
               p;
    }
    last = 0.0;
    if (yn <= 0.99e30) {
        h = x[n - 1] - x[n - 2];
        last = (3.0 / h * (yn - (y[n - 1] - y[n - 2]) / h) - 0.5 * u[n - 2]) /
               (0.5 * y2[n - 2] + 1.0);
    }
    y2[n - 1] = last;
    for (int i = n - 2; i >= 0; i--) y2[i] = y2[i] * y2[i + 1] + u[i];
}

static void sort_points(int n, double *x, double *y)
{
    for (int i = 1; i < n; i++) {
        double a = x[i], b = y[i];
        int j = i;

        for (; j > 0 && x[j - 1] > a; j--) x[j] = x[j - 1], y[j] = y[j - 1];
        x[j] = a;
        y[j] = b;
    }
}

sz_status sz_table_spline(sz_table *table, int n, const double *x, const double *y,
                          double y1, double yn, const char *where, sz_error *err)
{
    double *b = malloc(3 * (size_t)n * sizeof *b), *y2, *u;
    sz_status status;

    memset(table, 0, sizeof *table);
    if (n < 2) {
        free(b);
        return sz_fail(err, SZ_ERR_FORMAT, "%s: a spline needs two points or more",
                       where);
    }
    if (!b) return sz_fail_memory(err, 3 * (size_t)n * sizeof *b, "a spline");
    y2 = b + n;
    u = y2 + n;
    status = allocate(table, n - 1, err);
    if (status != SZ_OK) goto done;
    memcpy(table->x, x, (size_t)n * sizeof *x);
    memcpy(b, y, (size_t)n * sizeof *y);
    sort_points(n, table->x, b);
    for (int i = 0; i + 1 < n; i++)
        if (!(table->x[i] < table->x[i + 1])) {
            status = sz_fail(err, SZ_ERR_FORMAT, "%s: two spline points share x=%.8g",
                             where, table->x[i]);
            sz_table_free(table);
            goto done;
        }
    second_derivatives(n, table->x, b, y1, yn, y2, u);
    for (int i = 0; i + 1 < n; i++) {
        double h = table->x[i + 1] - table->x[i],
               *c = table->c + (size_t)i * SZ_TABLE_ORDER;

        c[0] = 0.5 * (b[i] + b[i + 1]) - h * h / 16.0 * (y2[i] + y2[i + 1]);
        c[1] = (b[i + 1] - b[i]) / h - h / 24.0 * (y2[i + 1] - y2[i]);
        c[2] = 0.25 * (y2[i] + y2[i + 1]);
        c[3] = (y2[i + 1] - y2[i]) / (6.0 * h);
    }
    fill_bins(table);
done:
    free(b);
    return status;
}
