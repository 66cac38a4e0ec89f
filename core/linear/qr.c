/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qr.c - Householder QR of a triangle on top of a block of rows.
 *
 *   Q^T [R; B] = [R'; 0],   Q = I - [I; V] T [I; V]^T
 *
 * V [n_rows][n] replaces B, T is upper triangular. This is LAPACK's dtpqrt,
 * with panels that are factored recursively so that nearly all the work is dgemm (after
 * E. Elmroth and F. Gustavson, IBM J. Res. Dev. 44, 605 (2000)): for two halves,
 *
 *   T = [T1  -T1 (V1^T V2) T2]
 *       [0    T2             ]
 *
 * dtpqrt itself factors the innermost columns. It reaches about half of dgemm's rate,
 * this code two thirds. */
#include "linear/qr.h"

#include "linear/blas.h"

#include <string.h>

enum { LEAF = 16, PANEL_SMALL = 96, PANEL_LARGE = 192, LARGE = 1500 };

static const double one = 1.0, zero = 0.0, minus_one = -1.0;

static int panel_width(int n)
{
    return n < LARGE ? PANEL_SMALL : PANEL_LARGE;
}

size_t sz_qr_scratch(int n)
{
    size_t panel = (size_t)panel_width(n);

    return panel * (panel + (size_t)n);
}

/* A panel: k reflectors v [k][ldb] with their t [k][ldt]. */
typedef struct {
    int n_rows, ldr, ldb, ldt;
    double *w; /* [m][k] */
} sizes;

/* [R; B] = Q^T [R; B] for m further columns:
 *   W = T^T (R + V^T B),  R = R - W,  B = B - V W */
static void apply(const sizes *s, int k, int m, const double *v, const double *t,
                  double *r, double *b)
{
    double *w = s->w;

    for (int j = 0; j < m; j++)
        memcpy(w + (size_t)j * k, r + (size_t)j * s->ldr, (size_t)k * sizeof *w);
    SZ_BLAS(dgemm)
    ("T", "N", &k, &m, &s->n_rows, &one, v, &s->ldb, b, &s->ldb, &one, w, &k);
    SZ_BLAS(dtrmm)("L", "U", "T", "N", &k, &m, &one, t, &s->ldt, w, &k);
    for (int j = 0; j < m; j++)
        for (int i = 0; i < k; i++) r[i + (size_t)j * s->ldr] -= w[i + (size_t)j * k];
    SZ_BLAS(dgemm)
    ("N", "N", &s->n_rows, &m, &k, &minus_one, v, &s->ldb, w, &k, &one, b, &s->ldb);
}

/* n columns: the left half, its reflectors applied to the right half, the right half. */
static void panel(const sizes *s, int n, double *r, double *b, double *t)
{
    int n1 = n / 2, n2 = n - n1, none = 0, info;
    double *r2 = r + (size_t)n1 * s->ldr, *b2 = b + (size_t)n1 * s->ldb;
    double *t12 = t + (size_t)n1 * s->ldt, *t2 = t12 + n1;

    if (n <= LEAF) {
        SZ_BLAS(dtpqrt)
        (&s->n_rows, &n, &none, &n, r, &s->ldr, b, &s->ldb, t, &s->ldt, s->w, &info);
        return;
    }
    panel(s, n1, r, b, t);
    apply(s, n1, n2, b, t, r2, b2);
    panel(s, n2, r2 + n1, b2, t2);
    SZ_BLAS(dgemm)
    ("T", "N", &n1, &n2, &s->n_rows, &one, b, &s->ldb, b2, &s->ldb, &zero, t12, &s->ldt);
    SZ_BLAS(dtrmm)("L", "U", "N", "N", &n1, &n2, &minus_one, t, &s->ldt, t12, &s->ldt);
    SZ_BLAS(dtrmm)("R", "U", "N", "N", &n1, &n2, &one, t2, &s->ldt, t12, &s->ldt);
}

void sz_qr_fold(int n_rows, int n, int triangular, double *r, int ldr, double *b, int ldb,
                double *scratch)
{
    int width = panel_width(n);
    sizes s = {n_rows, ldr, ldb, width, scratch + (size_t)width * (size_t)width};

    for (int j = 0; j < n && n_rows > 0; j += width) {
        int k = n - j < width ? n - j : width, m = n - j - k;
        double *rj = r + j + (size_t)j * ldr, *bj = b + (size_t)j * ldb;

        /* rows below the diagonal of the panel's last column are zero and stay zero */
        s.n_rows = triangular && j + k < n_rows ? j + k : n_rows;
        panel(&s, k, rj, bj, scratch);
        if (m) apply(&s, k, m, bj, scratch, rj + (size_t)k * ldr, bj + (size_t)k * ldb);
    }
}
