/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ridge.c - two methods for the same predictions.
 *
 *   by the kernel   E' = K' (K + s N)^-1 r,   N = diag(atoms)
 *   by the vectors  E' = x' w,   w = (X^T N^-1 X + s)^-1 X^T N^-1 r,   K = X X^T
 *
 * The second needs no matrix of all frames, and one set of eigenvectors serves every
 * s. */
#include "analyse/ridge.h"

#include "linear/blas.h"
#include "linear/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 1024 }; /* frames at a time */

int sz_ridge_by_kernel(const sz_ridge *ridge, int n_train)
{
    return ridge->n_columns == 0 || n_train <= ridge->n_columns;
}

/* ---- by the kernel ----------------------------------------------------------------- */

/* a [n][n] = K + s N, its lower triangle in LAPACK's layout, where our row i is column
 * i. */
static void fill(const sz_ridge *d, const sz_chosen *train, double s, double *a)
{
    int n = train->n;

    for (int i = 0; i < n; i++) {
        const double *row =
            d->k + (size_t)d->place[train->frame[i]] * (size_t)d->n_kernel;
        double *to = a + (size_t)i * (size_t)n;

        for (int k = i; k < n; k++) to[k] = row[d->place[train->frame[k]]];
        to[i] += s * d->size[train->frame[i]];
    }
}

static sz_status by_kernel(const sz_ridge *d, const sz_chosen *train, const double *r,
                           const sz_chosen *judged, int n_sigma, const double *sigma,
                           double *out, sz_error *err)
{
    const int one = 1;
    int n = train->n, info;
    size_t size = (size_t)n * (size_t)n;
    double *a = malloc((size + (size_t)n + 1) * sizeof *a), *beta;

    if (!a) return sz_fail_memory(err, size * sizeof *a, "a fit of energies");
    beta = a + size;
    for (int q = 0; q < n_sigma; q++, out += judged->n) {
        fill(d, train, sigma[q] * d->scale, a);
        memcpy(beta, r, (size_t)n * sizeof *beta);
        info = sz_cholesky('L', n, a);
        if (info == 0) SZ_BLAS(dpotrs)("L", &n, &one, a, &n, beta, &n, &info);
        for (int i = 0; i < judged->n; i++) {
            const double *row =
                d->k + (size_t)d->place[judged->frame[i]] * (size_t)d->n_kernel;

            out[i] = info ? NAN : 0.0;
            for (int k = 0; k < n && !info; k++)
                out[i] += row[d->place[train->frame[k]]] * beta[k];
        }
    }
    free(a);
    return SZ_OK;
}

/* ---- by the vectors ---------------------------------------------------------------- */

/* The vector of a frame over all columns, times factor. */
static void unpack(const sz_ridge *d, int frame, double factor, double *x)
{
    const sz_energy_rows *rows = &d->rows[frame];
    const float *from = rows->x;

    memset(x, 0, (size_t)d->n_columns * sizeof *x);
    for (int r = 0; r < rows->n_ranges; r++)
        for (int k = rows->range[r].first; k < rows->range[r].end; k++)
            x[d->column[k]] = factor * *from++;
}

/* g [columns][columns] = X^T N^-1 X, its triangle U in LAPACK's order, and b = X^T N^-1
 * r; x [ROWS][columns] */
static void normal_equations(const sz_ridge *d, const sz_chosen *train, const double *r,
                             double *x, double *g, double *b)
{
    const double one = 1.0;
    int n = d->n_columns;

    memset(g, 0, (size_t)n * (size_t)n * sizeof *g);
    memset(b, 0, (size_t)n * sizeof *b);
    for (int first = 0; first < train->n; first += ROWS) {
        int rows = train->n - first < ROWS ? train->n - first : ROWS;

        for (int i = 0; i < rows; i++) {
            double *row = x + (size_t)i * (size_t)n;
            double factor = 1.0 / sqrt(d->size[train->frame[first + i]]);

            unpack(d, train->frame[first + i], factor, row);
            for (int k = 0; k < n; k++) b[k] += factor * r[first + i] * row[k];
        }
        SZ_BLAS(dsyrk)("U", "N", &n, &rows, &one, x, &n, &one, g, &n);
    }
}

/* out [n_sigma][judged->n] from g's eigenvectors, one per row, their eigenvalues and the
 * components c of b along them */
static void judge(const sz_ridge *d, const sz_chosen *judged, int n_sigma,
                  const double *sigma, const double *g, const double *value,
                  const double *c, double *x, double *out)
{
    const double one = 1.0, zero = 0.0;
    int n = d->n_columns;
    double *y = x + (size_t)ROWS * (size_t)n;

    for (int first = 0; first < judged->n; first += ROWS) {
        int rows = judged->n - first < ROWS ? judged->n - first : ROWS;

        for (int i = 0; i < rows; i++)
            unpack(d, judged->frame[first + i], 1.0, x + (size_t)i * (size_t)n);
        SZ_BLAS(dgemm)("T", "N", &n, &rows, &n, &one, g, &n, x, &n, &zero, y, &n);
        for (int q = 0; q < n_sigma; q++)
            for (int i = 0; i < rows; i++) {
                double *to = &out[(size_t)q * (size_t)judged->n + (size_t)(first + i)];

                *to = 0.0;
                for (int k = 0; k < n; k++)
                    *to += y[(size_t)i * (size_t)n + (size_t)k] * c[k] /
                           (fmax(value[k], 0.0) + sigma[q] * d->scale);
            }
    }
}

static sz_status by_vectors(const sz_ridge *d, const sz_chosen *train, const double *r,
                            const sz_chosen *judged, int n_sigma, const double *sigma,
                            double *out, sz_error *err)
{
    size_t n = (size_t)d->n_columns, size = n * n + 2 * ROWS * n + 3 * n;
    double *g = malloc(size * sizeof *g), *x, *value, *b, *c;
    sz_status status;

    if (!g) return sz_fail_memory(err, size * sizeof *g, "a fit of energies");
    x = g + n * n;
    value = x + 2 * ROWS * n;
    b = value + n;
    c = b + n;
    normal_equations(d, train, r, x, g, b);
    status = sz_eigenvectors(d->n_columns, g, value, err);
    for (size_t k = 0; k < n; k++) {
        c[k] = 0.0;
        for (size_t q = 0; q < n; q++) c[k] += g[k * n + q] * b[q];
    }
    if (status == SZ_OK) judge(d, judged, n_sigma, sigma, g, value, c, x, out);
    free(g);
    return status;
}

sz_status sz_ridge_predict(const sz_ridge *ridge, const sz_chosen *train, const double *r,
                           const sz_chosen *judged, int n_sigma, const double *sigma,
                           double *out, sz_error *err)
{
    return (sz_ridge_by_kernel(ridge, train->n) ? by_kernel : by_vectors)(
        ridge, train, r, judged, n_sigma, sigma, out, err);
}

/* ---- chemical potentials ----------------------------------------------------------- */

/* mu += (C^T C)^+ C^T (e - C mu) over frames; g: eigenvectors of C^T C. A second call
 * removes rounding errors. */
static void improve(int n, const double *count, const double *energy,
                    const sz_chosen *frames, const double *g, const double *value,
                    double *mu)
{
    double b[SZ_Z_MAX] = {0};

    for (int i = 0; i < frames->n; i++) {
        const double *c = count + (size_t)frames->frame[i] * (size_t)n;
        double left = energy[frames->frame[i]];

        for (int s = 0; s < n; s++) left -= c[s] * mu[s];
        for (int s = 0; s < n; s++) b[s] += c[s] * left;
    }
    for (int k = 0; k < n; k++) {
        double along = 0.0;

        if (!(value[k] > 1e-12 * value[n - 1])) continue;
        for (int s = 0; s < n; s++) along += g[k * n + s] * b[s];
        for (int s = 0; s < n; s++) mu[s] += along / value[k] * g[k * n + s];
    }
}

sz_status sz_chemical_potentials(int n_species, const double *count, const double *energy,
                                 const sz_chosen *frames, double *mu, sz_error *err)
{
    int n = n_species;
    double *g = calloc((size_t)n * (size_t)n + (size_t)n, sizeof *g), *value;
    sz_status status;

    if (!g) return sz_fail_memory(err, (size_t)n * (size_t)n * 8, "e0");
    value = g + (size_t)n * (size_t)n;
    for (int i = 0; i < frames->n; i++) {
        const double *c = count + (size_t)frames->frame[i] * (size_t)n;

        for (int s = 0; s < n; s++)
            for (int t = 0; t < n; t++) g[s * n + t] += c[s] * c[t];
    }
    status = sz_eigenvectors(n, g, value, err);
    memset(mu, 0, (size_t)n * sizeof *mu);
    for (int pass = 0; pass < 3 && status == SZ_OK; pass++)
        improve(n, count, energy, frames, g, value, mu);
    free(g);
    return status;
}
