/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product.h - products of many rows with one constant matrix. */
#ifndef SZ_PRODUCT_H
#define SZ_PRODUCT_H

#include "base/error.h"
#include "linear/real.h"

/* Components first .. end-1. */
typedef struct {
    int first, end;
} sz_range;

/* The kernel of a product: the tile, rows x columns, that is kept in registers. */
typedef enum {
    SZ_TILE_NONE,         /* no own kernel: use dgemm */
    SZ_TILE_AVX2,         /* 4 x 12 */
    SZ_TILE_AVX512,       /* 8 x 24 */
    SZ_TILE_AVX2_SINGLE,  /* 4 x 24, of floats */
    SZ_TILE_AVX512_SINGLE /* 8 x 48 */
} sz_tile;

int sz_tile_works(sz_tile tile); /* 1 if this CPU can run it */
sz_tile sz_tile_best(void);      /* the fastest on this CPU */
sz_tile sz_tile_best_single(void);
int sz_tile_is_single(sz_tile tile); /* 1: of floats */
int sz_tile_columns(sz_tile tile);

/* A matrix A [n_inner][n_outer] in the layout for products with many rows. */
typedef struct {
    sz_tile tile;
    int n_inner, n_outer;
    void *panel; /* [n_outer / columns of a tile][n_inner][columns of a tile], of the
                  * tile's precision */
} sz_product;

/* A(k,c) = a[k * next_inner + c * next_outer], copied; tile must run on this CPU. */
sz_status sz_product_create(sz_product **product, sz_tile tile, int n_inner, int n_outer,
                            const double *a, size_t next_inner, size_t next_outer,
                            sz_error *err);
void sz_product_free(sz_product *product);
size_t sz_product_bytes(const sz_product *product); /* 0 for NULL */

/* Rows of numbers, of which the components in the ranges are used; ranges ascend. */
typedef struct {
    int stride;
    int n_ranges;
    const sz_range *range;
} sz_layout;

/* out_i(c) = sum_k x_i(k) A(k,c) for n rows, k in the ranges of x and c in those of out.
 * Other elements are neither read nor written. For a tile of doubles, in single precision
 * of floats; product_apply.c. */
void sz_product_apply(const sz_product *product, int n, const sz_layout *of_x,
                      const sz_real *x, const sz_layout *of_out, sz_real *out);
/* The same for one row and all columns, with sums in double. */
void sz_product_row(const sz_product *product, const sz_layout *of_x, const sz_real *x,
                    double *out);

#endif
