/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product_apply.c - products of many rows with one constant matrix.
 *
 *   out_i(c) = sum_k x_i(k) A(k,c)
 *
 * dgemm packs both factors in every call; here A is packed once, in panels as wide as a
 * tile of out, and x is not packed. A tile is kept in registers during the sum: for each
 * k a row of the panel times the numbers x_i(k) of a few rows. The panel stays in the
 * second-level cache while all rows are multiplied, and the next one is prefetched
 * meanwhile. Long sums are split so that the panel and x fit there.
 *
 * Sums run from the last term to the first: in a power spectrum the terms of high l come
 * last and are small, and starting with them halves the rounding error. */
#include "linear/product.h"

#include "linear/vec.h"

#include <string.h>

enum {
    ROWS = 8,                    /* of a tile, at most */
    VECTORS = 3,                 /* registers in a row of a tile */
    LINE = 64 / sizeof(sz_real), /* numbers in a cache line */
    AHEAD = 48 * LINE,           /* prefetch distance of the panel, first-level cache */
    LONGEST = 1200               /* terms of a sum */
};

/* Each size of a tile has its own copy of the loops (OF_TILE), in which those over its
 * registers are unrolled: otherwise they would be kept in memory. With a sanitizer
 * (SZ_NO_CLONES), which checks every access, they are, and one copy compiles in less
 * time. */
#if defined(SZ_NO_CLONES)
#define OF_TILE static
#define UNROLL
#elif defined(__clang__)
#define OF_TILE SZ_INLINE
#define UNROLL _Pragma("unroll")
#else
#define OF_TILE SZ_INLINE
#define UNROLL _Pragma("GCC unroll 8")
#endif

/* The tiles of one panel, one below the other. */
typedef struct {
    const sz_layout *of_x, *of_out;
    const sz_real *x;
    sz_real *out;
    const sz_real *a;    /* [n_inner][width], from the tile's first column */
    const sz_real *next; /* the next panel */
    int column;          /* of out, where a tile begins */
    int first, end;      /* number of the tile's columns that are needed */
    int k_first, k_end;  /* terms of the sum */
    int add;             /* 1: adds to out */
} strip;

#if defined(__x86_64__) && defined(__GNUC__)
#define TARGET __attribute__((target("avx2,fma")))
#else
#define TARGET
#endif
#define NAME run_avx2
#define LANES (32 / (int)sizeof(sz_real))
#define MOST 4
#include "linear/product_tile.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TARGET __attribute__((target("avx512f,fma")))
#else
#define TARGET
#endif
#define NAME run_avx512
#define LANES (64 / (int)sizeof(sz_real))
#define MOST 8
#include "linear/product_tile.h"

/* ---- the product ------------------------------------------------------------------ */

/* One part of the sums, for the columns of one range of out. */
static void add_columns(const sz_product *product, int n, const sz_range *columns,
                        strip *s)
{
    const sz_real *panels = product->panel;
    int width = sz_tile_columns(product->tile), l = width / VECTORS, end;

    for (int c = columns->first; c < columns->end; c = end) {
        int panel = c / width * width, from = c / l * l, n_vectors;

        end = panel + width < columns->end ? panel + width : columns->end;
        n_vectors = (end - from + l - 1) / l;
        s->column = from;
        s->first = c - from;
        s->end = end - from;
        s->a = panels + (size_t)panel * product->n_inner + (from - panel);
        s->next = s->a;
        if (end < columns->end) s->next += (size_t)width * product->n_inner;
        if (l * sizeof(sz_real) == 64)
            run_avx512(n_vectors, n, s);
        else
            run_avx2(n_vectors, n, s);
    }
}

void sz_product_apply(const sz_product *product, int n, const sz_layout *of_x,
                      const sz_real *x, const sz_layout *of_out, sz_real *out)
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

/* The sums for VECTORS vectors of columns, starting at a. */
SZ_INLINE void add_row(const sz_layout *of_x, const sz_real *x, const sz_real *a,
                       int width, double *out)
{
    sz_doubles sum[VECTORS] = {{0}};

    for (int r = of_x->n_ranges - 1; r >= 0; r--)
        for (int k = of_x->range[r].end - 1; k >= of_x->range[r].first; k--) {
            const sz_real *row = a + (size_t)k * width;
            double xk = x[k];

            for (int v = 0; v < VECTORS; v++)
                sum[v] += xk * SZ_WIDEN(SZ_GET(row + v * SZ_LANES));
        }
    memcpy(out, sum, sizeof sum);
}

SZ_CLONES void sz_product_row(const sz_product *product, const sz_layout *of_x,
                              const sz_real *x, double *out)
{
    enum { N = VECTORS * SZ_LANES }; /* divisor of the columns of a tile of floats */
    const sz_real *panels = product->panel;
    int width = sz_tile_columns(product->tile);

    for (int c = 0; c < product->n_outer; c += N) {
        double sum[N];
        int left = product->n_outer - c;

        add_row(of_x, x,
                panels + (size_t)(c / width * width) * product->n_inner + c % width,
                width, sum);
        memcpy(out + c, sum, (size_t)(left < N ? left : N) * sizeof *out);
    }
}
