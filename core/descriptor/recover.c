/* SPDX-License-Identifier: BSD-3-Clause
 *
 * recover.c - recovers P_l from W^T P_l or Q^T P_l Q (Darby, Kermode, Csanyi 2021, II B).
 *
 *   P = X^T X [n][n],  X [2l+1][n],  A = W^T P = B^T X,  B = X W
 *
 *   W^T P W = A W = B^T B = U^T L U,   X = L^-1/2 U A,   P = X^T X
 *
 * X is known up to a rotation and P exactly, as long as B has the rank of X. Null
 * directions (fewer neighbours than 2l+1, symmetry) are dropped; a tolerance near the
 * rounding error is right, because dropped directions are lost, while noise divided by
 * noise is small. With e the rounding error of A, P is known to e cond(V W)^2 of |P|,
 * where the rows of V are orthonormal and span those of X: this is the best accuracy
 * possible. cond(X W), which is reported, is usually larger.
 *
 * Q^T P Q = Z^T Z, Z = X Q, is known in its first r rows: the same with W = 1 on top of 0
 * gives all of it, and P = Q^-T (Z^T Z) Q^-1. */
#include "descriptor/recover.h"

#include "linear/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* eigenvalues of W^T P W below this fraction of the largest are rounding errors */
#define NULL_PART 2e-15

/* c [m][n] = a [m][k] b [k][n] */
static void times(int m, int n, int k, const double *a, const double *b, double *c)
{
    memset(c, 0, (size_t)m * n * sizeof *c);
    for (int i = 0; i < m; i++)
        for (int q = 0; q < k; q++)
            for (int j = 0; j < n; j++) c[i * n + j] += a[i * k + q] * b[q * n + j];
}

static void symmetrise(int n, double *a)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            a[i * n + j] = a[j * n + i] = 0.5 * (a[i * n + j] + a[j * n + i]);
}

sz_status sz_recover_density(int n, int k, const double *w, const double *a, double *x,
                             sz_recovery *how, sz_error *err)
{
    double *g = malloc(((size_t)k * k + k) * sizeof *g), *e;
    sz_status status;

    if (!g) return sz_fail_memory(err, (size_t)k * k * sizeof *g, "a recovery");
    e = g + (size_t)k * k;
    times(k, k, n, a, w, g);
    symmetrise(k, g);
    status = sz_eigenvectors(k, g, e, err);
    how->rank = 0;
    how->condition = 1.0;
    memset(x, 0, (size_t)k * n * sizeof *x);
    for (int q = k - 1; q >= 0 && status == SZ_OK; q--) {
        double *row = x + (size_t)how->rank * n;

        if (!(e[q] > NULL_PART * e[k - 1])) break;
        times(1, n, k, g + (size_t)q * k, a, row);
        for (int i = 0; i < n; i++) row[i] /= sqrt(e[q]);
        how->rank++;
        how->condition = sqrt(e[k - 1] / e[q]);
    }
    free(g);
    return status;
}

/* p [n][n] = x^T x for the first rows of x */
static void gram(int n, int rows, const double *x, double *p)
{
    memset(p, 0, (size_t)n * n * sizeof *p);
    for (int q = 0; q < rows; q++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) p[i * n + j] += x[q * n + i] * x[q * n + j];
}

/* ---- whole vectors ----------------------------------------------------------------- */

typedef enum { KIND_W, KIND_Q, KIND_SUM, KIND_NONE } kind;

static kind kind_of(const sz_compression_spec *spec)
{
    const sz_channels *y = spec->y;

    if (spec->pairs == SZ_PAIRS_TOP && y[0].species == SZ_SPECIES_MATRIX) return KIND_Q;
    if (spec->order != 2 || spec->pairs != SZ_PAIRS_ALL || sz_alike(spec, 0, 1) ||
        y[0].species != SZ_SPECIES_APART || y[0].radial != SZ_RADIAL_N)
        return KIND_NONE;
    if (y[1].species == SZ_SPECIES_MATRIX && spec->by_l) return KIND_W;
    return y[1].species == SZ_SPECIES_SUM && y[1].radial == SZ_RADIAL_N ? KIND_SUM
                                                                        : KIND_NONE;
}

/* The stored data of one l. */
typedef struct {
    int l, n, k;
    const double *stored; /* the components of this l: every step-th */
    int step;
    const double *matrix; /* W or Q of this l */
} slice;

/* a [k][n] and w [n][k] of W^T P_l */
static void unpack_w(const slice *s, double *a, double *w)
{
    for (int i = 0; i < s->n; i++)
        for (int q = 0; q < s->k; q++)
            a[q * s->n + i] = s->stored[(size_t)(i * s->k + q) * s->step];
    if (s->matrix)
        memcpy(w, s->matrix, (size_t)s->n * s->k * sizeof *w);
    else /* the sum over species of each n */
        for (int i = 0; i < s->n * s->k; i++) w[i] = i / s->k % s->k == i % s->k;
}

/* a [k][n], the first k rows of Q^T P_l Q, and w [n][k] */
static void unpack_q(const slice *s, double root2, double *a, double *w)
{
    const double *from = s->stored;

    for (int i = 0; i < s->k; i++)
        for (int j = i; j < s->n; j++) {
            double x = *from++ / (i == j ? 1.0 : root2);

            a[i * s->n + j] = x;
            if (j < s->k) a[j * s->n + i] = x;
        }
    for (int i = 0; i < s->n * s->k; i++) w[i] = i / s->k == i % s->k;
}

/* P = Q^-T G Q^-1, in place of g; scratch [n][n] */
static sz_status undo_q(int n, const double *q, double *g, double *scratch, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int side = 0; side < 2 && status == SZ_OK; side++) {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) scratch[i * n + j] = q[j * n + i];
        status = sz_solve(n, n, scratch, g, err); /* rows of G Q^-1 */
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) {
                double x = g[i * n + j];

                g[i * n + j] = g[j * n + i];
                g[j * n + i] = x;
            }
    }
    symmetrise(n, g);
    return status;
}

int sz_recover_length(const sz_soap *soap)
{
    int n = soap->spec.n_slots * soap->spec.radial.n_max;

    return n * (n + 1) / 2 * (soap->spec.radial.l_max + 1);
}

/* the slice of l from the published vector; next is advanced */
static slice slice_of(const sz_soap *soap, kind k, int l, const double *published,
                      const double **next, const double **matrix)
{
    int n_max = soap->spec.radial.n_max, n = soap->spec.n_slots * n_max;
    slice s = {.l = l, .n = n, .k = 2 * l + 1, .stored = *next, .step = 1};

    if (k == KIND_SUM) {
        s.k = n_max;
        s.stored = published + l;
        s.step = soap->spec.radial.l_max + 1;
        return s;
    }
    s.matrix = *matrix;
    if (k == KIND_W) {
        *next += n * s.k;
        *matrix += n * s.k;
        return s;
    }
    if (s.k > n) s.k = n;
    *next += s.k * n - s.k * (s.k - 1) / 2;
    *matrix += (size_t)n * n;
    return s;
}

static void normalise(double *x, int n)
{
    double norm2 = 0.0;

    for (int i = 0; i < n; i++) norm2 += x[i] * x[i];
    for (int i = 0; i < n && norm2 > 0.0; i++) x[i] /= sqrt(norm2);
}

sz_status sz_recover_spectrum(const sz_soap *soap, const double *published, double *full,
                              sz_recovery *how, sz_error *err)
{
    const sz_compression_spec *spec = &soap->spec.compression;
    kind k = kind_of(spec);
    int n = soap->spec.n_slots * soap->spec.radial.n_max, l_max = soap->spec.radial.l_max;
    int most = 2 * l_max + 1 > n ? 2 * l_max + 1 : n;
    const double *next = published, *matrix = spec->y[k == KIND_Q ? 0 : 1].matrix;
    double *memory, *a, *w, *x, *p;
    sz_status status = SZ_OK;

    if (k == KIND_NONE)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "the full spectrum cannot be recovered from %s, only from W^T "
                       "P_l, Q^T P_l Q and, if its rank allows, nu,mu=1,1",
                       spec->label);
    memory = malloc(4 * (size_t)most * n * sizeof *memory);
    if (!memory) return sz_fail_memory(err, 4 * (size_t)most * n * 8, "a recovery");
    a = memory;
    w = a + (size_t)most * n;
    x = w + (size_t)most * n;
    p = x + (size_t)most * n;
    for (int l = 0; l <= l_max && status == SZ_OK; l++) {
        slice s = slice_of(soap, k, l, published, &next, &matrix);

        if (k == KIND_Q)
            unpack_q(&s, spec->root2, a, w);
        else
            unpack_w(&s, a, w);
        status = sz_recover_density(n, s.k, w, a, x, &how[l], err);
        if (status != SZ_OK) break;
        gram(n, how[l].rank, x, p);
        if (k == KIND_Q) status = undo_q(n, s.matrix, p, a, err);
        for (int i = 0, at = l; i < n; i++)
            for (int j = 0; j <= i; j++, at += l_max + 1)
                full[at] = p[i * n + j] * (i == j ? 1.0 : sqrt(2.0));
    }
    free(memory);
    if (status == SZ_OK && soap->spec.normalise) normalise(full, sz_recover_length(soap));
    return status;
}
