/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product_tile.h - the inner loops of product.c for one kind of CPU. A template: included
 * with LANES numbers of one register, MOST rows of a tile and the NAME of what it
 * defines,
 *
 *   void NAME(int n_vectors, int n, const strip *s)   all n rows of a strip
 *
 * whose tiles are n_vectors = 1 .. VECTORS registers wide. No include guard. */

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define LOCAL(name) JOIN(NAME, name)
#define WIDTH (VECTORS * LANES)

typedef sz_real LOCAL(lanes) __attribute__((vector_size(LANES * sizeof(sz_real)),
                                            aligned(sizeof(sz_real)), may_alias));
#define AT(p) (*(LOCAL(lanes) *)(p))
#define GET(p) (*(const LOCAL(lanes) *)(p))

/* Adds the n terms of one range, the last one first; prefetches next to the second-level
 * cache. */
OF_TILE void LOCAL(add)(int n_rows, int n_vectors, int n, const sz_real *x, size_t next_x,
                        const sz_real *a, const sz_real *next, int step,
                        LOCAL(lanes) sum[ROWS][VECTORS])
{
    a += (size_t)n * WIDTH;
    for (int k = n - 1; k >= 0; k--, next += step) {
        LOCAL(lanes) row[VECTORS];

        a -= WIDTH;
        UNROLL
        for (int v = 0; v < n_vectors; v++) {
            row[v] = GET(a + v * LANES);
            if (v * LANES % LINE == 0) __builtin_prefetch(a - AHEAD + v * LANES, 0, 3);
        }
        __builtin_prefetch(next, 0, 2);
        UNROLL
        for (int i = 0; i < n_rows; i++) {
            UNROLL
            for (int v = 0; v < n_vectors; v++) sum[i][v] += x[i * next_x + k] * row[v];
        }
    }
}

/* Loads the sums so far, or zero; and stores them. Uses a copy if not all columns of a
 * tile are needed. */
OF_TILE void LOCAL(load)(int n_rows, int n_vectors, const strip *s, const sz_real *out,
                         LOCAL(lanes) sum[ROWS][VECTORS])
{
    size_t next = (size_t)s->of_out->stride, n = (size_t)(s->end - s->first);
    int whole = s->end - s->first == n_vectors * LANES;
    sz_real all[ROWS][WIDTH];

    for (int i = 0; i < n_rows && s->add && !whole; i++) {
        memset(all[i], 0, sizeof all[i]);
        memcpy(all[i] + s->first, out + i * next + s->first, n * sizeof *out);
    }
    UNROLL
    for (int i = 0; i < n_rows; i++) {
        UNROLL
        for (int v = 0; v < n_vectors; v++)
            sum[i][v] = s->add ? GET((whole ? out + i * next : all[i]) + v * LANES)
                               : (LOCAL(lanes)){0};
    }
}

OF_TILE void LOCAL(store)(int n_rows, int n_vectors, const strip *s,
                          LOCAL(lanes) sum[ROWS][VECTORS], sz_real *out)
{
    size_t next = (size_t)s->of_out->stride, n = (size_t)(s->end - s->first);
    int whole = s->end - s->first == n_vectors * LANES;
    sz_real all[ROWS][WIDTH];

    UNROLL
    for (int i = 0; i < n_rows; i++) {
        UNROLL
        for (int v = 0; v < n_vectors; v++)
            AT((whole ? out + i * next : all[i]) + v * LANES) = sum[i][v];
    }
    for (int i = 0; i < n_rows && !whole; i++)
        memcpy(out + i * next + s->first, all[i] + s->first, n * sizeof *out);
}

/* Rows row .. row + n_rows - 1; prefetches one part (of parts) of the next panel. */
OF_TILE void LOCAL(tile)(int n_rows, int n_vectors, const strip *s, int row, int part,
                         int parts)
{
    LOCAL(lanes) sum[ROWS][VECTORS];
    const sz_real *x = s->x + (size_t)row * s->of_x->stride;
    sz_real *out = s->out + (size_t)row * s->of_out->stride + s->column;
    int step = (WIDTH + parts - 1) / parts;

    LOCAL(load)(n_rows, n_vectors, s, out, sum);
    for (int r = s->of_x->n_ranges - 1; r >= 0; r--) {
        int first = s->of_x->range[r].first, end = s->of_x->range[r].end;

        if (first < s->k_first) first = s->k_first;
        if (end > s->k_end) end = s->k_end;
        if (first >= end) continue;
        LOCAL(add)
        (n_rows, n_vectors, end - first, x + first, (size_t)s->of_x->stride,
         s->a + (size_t)first * WIDTH,
         s->next + (size_t)first * WIDTH + (size_t)(end - first) * part * step, step,
         sum);
    }
    LOCAL(store)(n_rows, n_vectors, s, sum, out);
}

/* All n rows in tiles of MOST rows, and the rest. */
OF_TILE void LOCAL(rows)(int n_vectors, int n, const strip *s)
{
    int parts = n / MOST + 1, part = 0, row = 0;

    for (; row + MOST <= n; row += MOST, part++)
        LOCAL(tile)(MOST, n_vectors, s, row, part, parts);
    switch ((unsigned)(n - row) % MOST) { // clang-format off
    case 7: LOCAL(tile)(7, n_vectors, s, row, part, parts); break;
    case 6: LOCAL(tile)(6, n_vectors, s, row, part, parts); break;
    case 5: LOCAL(tile)(5, n_vectors, s, row, part, parts); break;
    case 4: LOCAL(tile)(4, n_vectors, s, row, part, parts); break;
    case 3: LOCAL(tile)(3, n_vectors, s, row, part, parts); break;
    case 2: LOCAL(tile)(2, n_vectors, s, row, part, parts); break;
    case 1: LOCAL(tile)(1, n_vectors, s, row, part, parts); break;
    } // clang-format on
}

TARGET static void NAME(int n_vectors, int n, const strip *s)
{
    if (n_vectors == 1)
        LOCAL(rows)(1, n, s);
    else if (n_vectors == 2)
        LOCAL(rows)(2, n, s);
    else
        LOCAL(rows)(3, n, s);
}

#undef JOIN_
#undef JOIN
#undef LOCAL
#undef WIDTH
#undef AT
#undef GET
#undef TARGET
#undef LANES
#undef MOST
#undef NAME
