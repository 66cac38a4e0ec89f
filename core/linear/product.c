/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product.c - products of many rows with one matrix that never changes.
 *
 *   out_i(c) = sum_k x_i(k) A(k,c)
 *
 * dgemm lays out both factors anew in every call; here A is laid out once, in panels of
 * as many columns as a tile of out has, and x stays as it is. A tile is kept in registers
 * over the sum: for each k a row of the panel, times the numbers x_i(k) of a few rows.
 * The panel stays in the second-level cache while all rows are multiplied, and the next
 * one is prefetched meanwhile. Long sums are cut so that the panel and x fit there.
 *
 * Sums run from the last term to the first: in a power spectrum high l, the small ones,
 * come last, and sums that begin with them are rounded to about half as much. */
#include "linear/product.h"

#include "base/error.h"
#include "linear/vec.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROWS = 8,      /* of a tile, at most */
    VECTORS = 3,   /* registers in a row of a tile */
    LINE = 8,      /* doubles in a cache line */
    AHEAD = 384,   /* doubles that the panel is prefetched ahead, first-level cache */
    LONGEST = 1200 /* terms of a sum */
};

/* Loops over the registers of a tile: without a loop they would be in memory. */
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

/* The tiles of one panel, one below the other. */
typedef struct {
    const sz_layout *of_x, *of_out;
    const double *x;
    double *out;
    const double *a;    /* [n_inner][width], from the tile's first column */
    const double *next; /* the panel that comes after */
    int column;         /* of out, where a tile begins */
    int first, end;     /* the tile's columns that are wanted */
    int k_first, k_end; /* terms of the sum */
    int add;            /* to what is in out */
} strip;

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS(isa) (__builtin_cpu_supports(isa) != 0)
#define TARGET __attribute__((target("avx2,fma")))
#else
#define HAS(isa) 0
#define TARGET
#endif
#define NAME run_avx2
#define LANES 4
#define MOST 4
#include "linear/product_tile.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TARGET __attribute__((target("avx512f,fma")))
#else
#define TARGET
#endif
#define NAME run_avx512
#define LANES 8
#define MOST 8
#include "linear/product_tile.h"

int sz_tile_works(sz_tile tile)
{
    switch (tile) {
    case SZ_TILE_AVX2:
        return HAS("avx2") && HAS("fma");
    case SZ_TILE_AVX512:
        return HAS("avx512f") && HAS("fma");
    default:
        return 0;
    }
}

sz_tile sz_tile_best(void)
{
    return sz_tile_works(SZ_TILE_AVX512) ? SZ_TILE_AVX512
           : sz_tile_works(SZ_TILE_AVX2) ? SZ_TILE_AVX2
                                         : SZ_TILE_NONE;
}

/* ---- the matrix ------------------------------------------------------------------- */

static int lanes(const sz_product *product)
{
    return product->tile == SZ_TILE_AVX512 ? 8 : 4;
}

static size_t width_of(const sz_product *product)
{
    return VECTORS * (size_t)lanes(product);
}

size_t sz_product_bytes(const sz_product *product)
{
    size_t width, n;

    if (!product) return 0;
    width = width_of(product);
    n = ((size_t)product->n_outer + width - 1) / width;
    return n * width * (size_t)product->n_inner * sizeof *product->panel;
}

static void fill(sz_product *product, const double *a, size_t next_inner,
                 size_t next_outer)
{
    size_t width = width_of(product), n_inner = (size_t)product->n_inner;

    memset(product->panel, 0, sz_product_bytes(product));
    for (size_t c = 0; c < (size_t)product->n_outer; c++) {
        double *to = product->panel + c / width * width * n_inner + c % width;

        for (size_t k = 0; k < n_inner; k++)
            to[k * width] = a[k * next_inner + c * next_outer];
    }
}

sz_status sz_product_create(sz_product **product, sz_tile tile, int n_inner, int n_outer,
                            const double *a, size_t next_inner, size_t next_outer,
                            sz_error *err)
{
    sz_product *p = calloc(1, sizeof *p);
    sz_status status = SZ_OK;

    *product = NULL;
    if (!p) return sz_fail_memory(err, sizeof *p, "a matrix");
    p->tile = tile;
    p->n_inner = n_inner;
    p->n_outer = n_outer;
    p->panel = aligned_alloc(64, (sz_product_bytes(p) + 63) / 64 * 64);
    if (!p->panel) status = sz_fail_memory(err, sz_product_bytes(p), "a matrix");
    if (status == SZ_OK) {
        fill(p, a, next_inner, next_outer);
        *product = p;
        p = NULL;
    }
    sz_product_free(p);
    return status;
}

void sz_product_free(sz_product *product)
{
    if (!product) return;
    free(product->panel);
    free(product);
}

/* ---- the product ------------------------------------------------------------------ */

/* One part of the sums, for the columns of one range of out. */
static void add_columns(const sz_product *product, int n, const sz_range *columns,
                        strip *s)
{
    int width = (int)width_of(product), l = lanes(product), end;

    for (int c = columns->first; c < columns->end; c = end) {
        int panel = c / width * width, from = c / l * l, n_vectors;

        end = panel + width < columns->end ? panel + width : columns->end;
        n_vectors = (end - from + l - 1) / l;
        s->column = from;
        s->first = c - from;
        s->end = end - from;
        s->a = product->panel + (size_t)panel * product->n_inner + (from - panel);
        s->next = s->a;
        if (end < columns->end) s->next += (size_t)width * product->n_inner;
        if (product->tile == SZ_TILE_AVX512)
            run_avx512(n_vectors, n, s);
        else
            run_avx2(n_vectors, n, s);
    }
}

void sz_product_apply(const sz_product *product, int n, const sz_layout *of_x,
                      const double *x, const sz_layout *of_out, double *out)
{
    int parts = (product->n_inner + LONGEST - 1) / LONGEST;
    strip s = {.of_x = of_x, .of_out = of_out, .x = x, .out = out};

    for (int part = parts - 1; part >= 0; part--) {
        s.k_first = (int)((long long)product->n_inner * part / parts);
        s.k_end = (int)((long long)product->n_inner * (part + 1) / parts);
        s.add = part < parts - 1;
        for (int r = 0; r < of_out->n_ranges; r++)
            add_columns(product, n, &of_out->range[r], &s);
    }
}
