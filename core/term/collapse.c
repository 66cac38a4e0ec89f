/* SPDX-License-Identifier: BSD-3-Clause
 *
 * collapse.c - the sum over sparse points, done when the model is loaded, for zeta 1 and
 * 2.
 *
 *   E = delta^2 sum_s w_s (p_s . p + sigma0^2)^zeta
 *
 *   zeta 1   E = b . p + c               b = v,            c = sigma0^2 W
 *   zeta 2   E = p . A p + b . p + c     b = 2 sigma0^2 v, c = sigma0^4 W
 *            dE/dp = 2 A p + b
 *
 *   v = delta^2 sum_s w_s p_s,  W = delta^2 sum_s w_s,  A = delta^2 sum_s w_s p_s p_s^T
 *
 * Exact: the rounding error is that of the sum itself, 1e-16 sum_s |w_s K_s|. One product
 * A p of 2 D^2 flops per atom gives energy and gradient, instead of two of 2 M D: faster
 * for D < 2 M, and then the cost does not depend on the number M of sparse points. Terms
 * of the same vectors are added: a linear term beside a quadratic one costs nothing.
 *
 * If a tolerance allows it, A is a sum of R squares (low_rank.c), a kernel of zeta 2 with
 * R points: 4 R D flops. */
#include "term/collapse.h"

#include "linear/blas.h"
#include "linear/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int sz_collapse_pays(double zeta, int n_desc, int n_sparse)
{
    if (fabs(zeta - 1.0) < 1e-14) return 1;
    return fabs(zeta - 2.0) < 1e-14 && n_desc < 2.0 * n_sparse;
}

/* A += sum of sign w_s p_s p_s^T over the points of that sign, a chunk at a time; the
 * column-major upper triangle. */
static void add_squares(const sz_kernel *kernel, double sign, int n_chunk, double *chunk,
                        double *a)
{
    const double one = 1.0, scale = sign * kernel->delta * kernel->delta;
    int d = kernel->n_desc, ld = kernel->stride, n = 0;

    for (int s = 0; s < kernel->n_sparse; s++) {
        const double *p = kernel->p_sparse + (size_t)s * ld;
        double weight = sign * kernel->weight[s], root;

        if (weight > 0.0) {
            root = sqrt(weight);
            for (int k = 0; k < d; k++) chunk[(size_t)n * ld + k] = root * p[k];
            n++;
        }
        if (n == 0 || (n < n_chunk && s + 1 < kernel->n_sparse)) continue;
        SZ_BLAS(dsyrk)("U", "N", &d, &n, &scale, chunk, &ld, &one, a, &ld);
        n = 0;
    }
}

static sz_status make_square(sz_collapse *c, const sz_kernel *kernel, sz_error *err)
{
    enum { CHUNK = 256 };
    size_t d = (size_t)c->n_desc, ld = (size_t)c->stride;
    double *chunk = malloc(CHUNK * ld * sizeof *chunk);

    c->square = aligned_alloc(64, SZ_PAD(d * ld) * sizeof *c->square);
    if (!chunk || !c->square) {
        free(chunk);
        return sz_fail_memory(err, d * ld * sizeof *chunk, "the collapsed kernel");
    }
    memset(c->square, 0, d * ld * sizeof *c->square);
    add_squares(kernel, 1.0, CHUNK, chunk, c->square);
    add_squares(kernel, -1.0, CHUNK, chunk, c->square);
    for (size_t i = 0; i < d; i++)
        for (size_t k = 0; k < i; k++) c->square[k * ld + i] = c->square[i * ld + k];
    free(chunk);
    return SZ_OK;
}

static void make_linear(sz_collapse *c, const sz_kernel *kernel)
{
    double scale = kernel->delta * kernel->delta, total = 0.0;
    double sigma2 = kernel->sigma0 * kernel->sigma0;
    double factor = c->zeta == 1 ? scale : 2.0 * sigma2 * scale;

    for (int s = 0; s < kernel->n_sparse; s++) {
        const double *p = kernel->p_sparse + (size_t)s * c->stride;

        total += kernel->weight[s];
        for (int k = 0; k < c->n_desc && factor != 0.0; k++)
            c->linear[k] += factor * kernel->weight[s] * p[k];
    }
    c->constant = scale * total * (c->zeta == 1 ? sigma2 : sigma2 * sigma2);
}

sz_status sz_collapse_create(sz_collapse **collapse, const sz_kernel *kernel,
                             sz_error *err)
{
    sz_collapse *c = calloc(1, sizeof *c);
    sz_status status = SZ_OK;

    *collapse = NULL;
    if (!c) return sz_fail_memory(err, sizeof *c, "the collapsed kernel");
    c->zeta = (int)lround(kernel->zeta);
    c->n_desc = kernel->n_desc;
    c->stride = kernel->stride;
    c->linear = calloc((size_t)c->stride, sizeof *c->linear);
    if (!c->linear)
        status = sz_fail_memory(err, (size_t)c->stride * sizeof *c->linear,
                                "a collapsed kernel");
    if (status == SZ_OK) make_linear(c, kernel);
    if (status == SZ_OK && c->zeta == 2) status = make_square(c, kernel, err);
    if (status == SZ_OK) {
        *collapse = c;
        c = NULL;
    }
    sz_collapse_free(c);
    return status;
}

void sz_collapse_add(sz_collapse *to, sz_collapse *from)
{
    size_t n = (size_t)to->n_desc * (size_t)to->stride;

    to->constant += from->constant;
    for (int k = 0; k < to->n_desc; k++) to->linear[k] += from->linear[k];
    for (size_t k = 0; k < n && to->square && from->square; k++)
        to->square[k] += from->square[k];
    if (to->square || !from->square) return;
    to->square = from->square;
    to->zeta = from->zeta;
    from->square = NULL;
}

void sz_collapse_lower(sz_collapse *c, sz_low_rank *low)
{
    c->low = low;
    free(c->square);
    c->square = NULL;
}

int sz_collapse_rank(const sz_collapse *c)
{
    return c->low ? c->low->rank : 0;
}

static sz_status pack_rows(sz_collapse *c, sz_tile tile, sz_error *err)
{
    const sz_kernel kernel = sz_collapse_squares(c);
    sz_status status = sz_kernel_pack(&c->values, &c->slopes, tile, &kernel, err);

    if (status != SZ_OK) return status;
    free(c->low->row);
    c->low->row = NULL;
    return SZ_OK;
}

sz_status sz_collapse_pack(sz_collapse *c, sz_tile tile, sz_error *err)
{
    sz_status status;

    if (tile == SZ_TILE_NONE) return SZ_OK;
    if (c->low) return pack_rows(c, tile, err);
    if (!c->square) return SZ_OK;
    status = sz_product_create(&c->product, tile, c->n_desc, c->n_desc, c->square,
                               (size_t)c->stride, 1, err);
    if (status != SZ_OK) return status;
    free(c->square);
    c->square = NULL;
    return SZ_OK;
}

void sz_collapse_free(sz_collapse *collapse)
{
    if (!collapse) return;
    free(collapse->linear);
    free(collapse->square);
    sz_product_free(collapse->product);
    sz_low_rank_free(collapse->low);
    sz_product_free(collapse->values);
    sz_product_free(collapse->slopes);
    free(collapse);
}

size_t sz_collapse_bytes(const sz_collapse *collapse)
{
    const sz_low_rank *low = collapse->low;
    size_t rows = 1 + (collapse->square ? (size_t)collapse->n_desc : 0);
    size_t rank = (size_t)sz_collapse_rank(collapse);

    if (low && low->row) rows += rank;
    return sizeof *collapse + rows * (size_t)collapse->stride * sizeof(double) +
           rank * sizeof(double) + sz_product_bytes(collapse->product) +
           sz_product_bytes(collapse->values) + sz_product_bytes(collapse->slopes);
}
