/* SPDX-License-Identifier: BSD-3-Clause
 *
 * collapse.h - the sum over sparse points, done when the model is loaded, for zeta 1 and
 * 2. */
#ifndef SZ_COLLAPSE_H
#define SZ_COLLAPSE_H

#include "term/low_rank.h"

/* A kernel of zeta 1 or 2 whose sum over sparse points is precomputed. */
typedef struct {
    int zeta; /* 1: no quadratic part */
    int n_desc, stride;
    double constant;     /* eV */
    double *linear;      /* [stride] b */
    double *square;      /* [n_desc][stride] A, both triangles; zeta 2 only, or .. */
    sz_product *product; /* .. the same in the layout of sz_product, or .. */
    sz_low_rank *low;    /* .. few squares, */
    sz_product *values, *slopes; /* also in that layout, or NULL */
} sz_collapse;

/* The squares of low as a kernel. */
static inline sz_kernel sz_collapse_squares(const sz_collapse *c)
{
    const sz_kernel kernel = {c->n_desc,      c->stride, c->low->rank, c->low->row,
                              c->low->weight, 1.0,       2.0,          0.0,
                              c->values,      c->slopes};

    return kernel;
}

/* 1 if the collapsed form exists and is faster. */
int sz_collapse_pays(double zeta, int n_desc, int n_sparse);

/* The kernel is not referenced afterwards; its zeta is 1 or 2. */
sz_status sz_collapse_create(sz_collapse **collapse, const sz_kernel *kernel,
                             sz_error *err);
/* to += from, kernels of the same vectors, neither packed; from may be freed. */
void sz_collapse_add(sz_collapse *to, sz_collapse *from);
/* Replaces the matrix by low, which the collapse then owns. */
void sz_collapse_lower(sz_collapse *collapse, sz_low_rank *low);
/* Square or rows are replaced by panels for sz_product, unless tile is SZ_TILE_NONE. */
sz_status sz_collapse_pack(sz_collapse *collapse, sz_tile tile, sz_error *err);
void sz_collapse_free(sz_collapse *collapse);
size_t sz_collapse_bytes(const sz_collapse *collapse);

/* Size of its scratch: [n][this]. */
int sz_collapse_rank(const sz_collapse *collapse);
/* collapse_energy.c. Like sz_kernel_energy; dedp [n][stride] is always needed. */
void sz_collapse_energy(const sz_collapse *collapse, int n, int n_ranges,
                        const sz_range *range, const sz_real *p, sz_real *k,
                        double *energy, sz_real *dedp);

#endif
