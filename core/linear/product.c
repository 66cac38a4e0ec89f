/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product.c - a matrix laid out for the products of product_apply.c. */
#include "linear/product.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS(isa) (__builtin_cpu_supports(isa) != 0)
#else
#define HAS(isa) 0
#endif

int sz_tile_works(sz_tile tile)
{
    switch (tile) {
    case SZ_TILE_AVX2:
    case SZ_TILE_AVX2_SINGLE:
        return HAS("avx2") && HAS("fma");
    case SZ_TILE_AVX512:
    case SZ_TILE_AVX512_SINGLE:
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

sz_tile sz_tile_best_single(void)
{
    return sz_tile_works(SZ_TILE_AVX512_SINGLE) ? SZ_TILE_AVX512_SINGLE
           : sz_tile_works(SZ_TILE_AVX2_SINGLE) ? SZ_TILE_AVX2_SINGLE
                                                : SZ_TILE_NONE;
}

int sz_tile_is_single(sz_tile tile)
{
    return tile == SZ_TILE_AVX2_SINGLE || tile == SZ_TILE_AVX512_SINGLE;
}

int sz_tile_columns(sz_tile tile)
{
    static const int columns[] = {[SZ_TILE_NONE] = 1,
                                  [SZ_TILE_AVX2] = 12,
                                  [SZ_TILE_AVX512] = 24,
                                  [SZ_TILE_AVX2_SINGLE] = 24,
                                  [SZ_TILE_AVX512_SINGLE] = 48};

    return columns[tile];
}

/* Numbers in the panels. */
static size_t size_of(const sz_product *product)
{
    size_t width = (size_t)sz_tile_columns(product->tile);

    return ((size_t)product->n_outer + width - 1) / width * width *
           (size_t)product->n_inner;
}

size_t sz_product_bytes(const sz_product *product)
{
    if (!product) return 0;
    return size_of(product) *
           (sz_tile_is_single(product->tile) ? sizeof(float) : sizeof(double));
}

static void fill(sz_product *product, const double *a, size_t next_inner,
                 size_t next_outer)
{
    size_t width = (size_t)sz_tile_columns(product->tile);
    size_t n_inner = (size_t)product->n_inner;
    float *single = sz_tile_is_single(product->tile) ? product->panel : NULL;
    double *panel = product->panel;

    memset(product->panel, 0, sz_product_bytes(product));
    for (size_t c = 0; c < (size_t)product->n_outer; c++) {
        size_t to = c / width * width * n_inner + c % width;

        for (size_t k = 0; k < n_inner; k++, to += width) {
            double value = a[k * next_inner + c * next_outer];

            if (single)
                single[to] = (float)value;
            else
                panel[to] = value;
        }
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
