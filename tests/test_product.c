/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_product.c - products with a matrix laid out once against the plain triple sum, for
 * every kind of tile that this CPU runs: odd shapes, parts of rows, sums that are cut,
 * and NaN, which goes where it belongs and nowhere else. */
#include "base/error.h"
#include "check.h"
#include "linear/product.h"
#include "numbers.h"

#include <stdlib.h>

enum { MOST_RANGES = 4, GUARD = 5 };

/* a [n_inner][n_outer], x [n][n_inner + GUARD], out [n][n_outer + GUARD] */
typedef struct {
    int n, n_inner, n_outer;
    double *a, *x, *out;
    sz_layout of_x, of_out;
    sz_product *product;
} sample;

static const sz_tile tiles[] = {SZ_TILE_AVX2, SZ_TILE_AVX512};
enum { N_TILES = sizeof tiles / sizeof *tiles };

static int inside(const sz_layout *layout, int k)
{
    for (int r = 0; r < layout->n_ranges; r++)
        if (k >= layout->range[r].first && k < layout->range[r].end) return 1;
    return 0;
}

static int make(sample *s, int n, int n_inner, int n_outer)
{
    size_t a = (size_t)n_inner * n_outer, x = (size_t)n * (n_inner + GUARD);
    size_t out = (size_t)n * (n_outer + GUARD);

    *s = (sample){.n = n, .n_inner = n_inner, .n_outer = n_outer};
    s->of_x.stride = n_inner + GUARD;
    s->of_out.stride = n_outer + GUARD;
    s->a = malloc(a * sizeof *s->a);
    s->x = malloc(x * sizeof *s->x);
    s->out = malloc(out * sizeof *s->out);
    if (!s->a || !s->x || !s->out) return 1;
    fill_random(s->a, a);
    fill_random(s->x, x);
    for (size_t k = 0; k < out; k++) s->out[k] = 77.0;
    return 0;
}

static void drop(sample *s)
{
    sz_product_free(s->product);
    free(s->a);
    free(s->x);
    free(s->out);
}

/* transposed: the matrix is given as [n_outer][n_inner] */
static sz_status lay_out(sample *s, sz_tile tile, int transposed, sz_error *err)
{
    size_t n_inner = (size_t)s->n_inner, n_outer = (size_t)s->n_outer;
    double *other;
    sz_status status;

    if (!transposed)
        return sz_product_create(&s->product, tile, s->n_inner, s->n_outer, s->a, n_outer,
                                 1, err);
    other = malloc(n_inner * n_outer * sizeof *other);
    if (!other) return sz_fail_memory(err, n_inner * n_outer * 8, "a matrix");
    for (size_t k = 0; k < n_inner; k++)
        for (size_t c = 0; c < n_outer; c++)
            other[c * n_inner + k] = s->a[k * n_outer + c];
    status = sz_product_create(&s->product, tile, s->n_inner, s->n_outer, other, 1,
                               n_inner, err);
    free(other);
    return status;
}

/* Every number of out is the plain sum within rounding, or NaN if the sum is NaN; numbers
 * outside its ranges do not change. */
static void compare(const sample *s)
{
    int wrong = 0;

    for (int i = 0; i < s->n; i++)
        for (int c = 0; c < s->of_out.stride; c++) {
            const double *x = s->x + (size_t)i * s->of_x.stride;
            double got = s->out[(size_t)i * s->of_out.stride + c], want = 0.0, size = 0.0;

            if (!inside(&s->of_out, c)) {
                wrong += !(got == 77.0);
                continue;
            }
            for (int k = 0; k < s->n_inner; k++) {
                if (!inside(&s->of_x, k)) continue;
                want += x[k] * s->a[(size_t)k * s->n_outer + c];
                size += fabs(x[k] * s->a[(size_t)k * s->n_outer + c]);
            }
            wrong += isnan(want) ? !isnan(got) : !(fabs(got - want) <= 1e-14 * size);
        }
    CHECK(wrong == 0);
    if (wrong)
        printf("%d numbers of %d x %d, sums of %d, are wrong\n", wrong, s->n, s->n_outer,
               s->n_inner);
}

/* bad: NaN in one row of x and one column of A, and in all numbers that must not be used
 */
static int test_one(sz_tile tile, int n, int n_inner, int n_outer, const sz_layout *of_x,
                    const sz_layout *of_out, int bad)
{
    sample s;
    sz_error err;

    if (make(&s, n, n_inner, n_outer)) return 1;
    s.of_x.n_ranges = of_x->n_ranges;
    s.of_x.range = of_x->range;
    s.of_out.n_ranges = of_out->n_ranges;
    s.of_out.range = of_out->range;
    for (int k = 0; k < s.of_x.stride && bad; k++)
        for (int i = 0; i < n && !inside(&s.of_x, k); i++)
            s.x[(size_t)i * s.of_x.stride + k] = NAN;
    for (int k = 0; k < n_inner && bad; k++)
        for (int c = 0; c < n_outer && !inside(&s.of_x, k); c++)
            s.a[(size_t)k * n_outer + c] = NAN;
    if (bad && of_x->n_ranges > 0) {
        s.x[(size_t)(n / 2) * s.of_x.stride + of_x->range[0].first] = NAN;
        s.a[(size_t)(of_x->range[0].end - 1) * n_outer + n_outer / 3] = NAN;
    }
    CHECK_OK(lay_out(&s, tile, n % 2, &err), err);
    CHECK(sz_product_bytes(s.product) >= 8 * (size_t)n_inner * n_outer);
    sz_product_apply(s.product, n, &s.of_x, s.x, &s.of_out, s.out);
    compare(&s);
    drop(&s);
    return 0;
}

/* all rows and columns */
static int test_shapes(sz_tile tile)
{
    static const int inner[] = {1, 2, 5, 64, 1199, 1200, 1201, 2500};
    static const int outer[] = {1, 4, 7, 8, 9, 12, 13, 16, 20, 23, 24, 25, 48, 50};

    for (int n = 1; n <= 18; n++)
        for (size_t o = 0; o < sizeof outer / sizeof *outer; o += CHECK_EVERY(3))
            for (size_t k = 0; k < sizeof inner / sizeof *inner; k++) {
                const sz_range whole_x = {0, inner[k]}, whole_out = {0, outer[o]};
                const sz_layout of_x = {0, 1, &whole_x}, of_out = {0, 1, &whole_out};

                if (inner[k] > 1000 && (n + (int)o) % 5) continue;
                if (test_one(tile, n, inner[k], outer[o], &of_x, &of_out, 0)) return 1;
                if (test_one(tile, n, inner[k], outer[o], &of_x, &of_out, 1)) return 1;
            }
    return 0;
}

/* up to MOST_RANGES ascending ranges in n, the last often at its end */
static int random_ranges(int n, sz_range *range)
{
    int n_ranges = 0, at = 0;

    while (n_ranges < MOST_RANGES && at < n) {
        int first = at + (int)uniform(0.0, 0.4 * n);
        int end = first + 1 + (int)uniform(0.0, 0.6 * n);

        if (first >= n) break;
        range[n_ranges++] = (sz_range){first, end < n ? end : n};
        at = end + 1;
    }
    return n_ranges;
}

static int test_ranges(sz_tile tile)
{
    for (int k = 0; k < 600 / CHECK_EVERY(3); k++) {
        int n = 1 + k % 21, n_outer = 1 + (int)uniform(0.0, 130.0);
        int n_inner = 1 + (int)uniform(0.0, k % 7 ? 90.0 : 2600.0);
        sz_range x[MOST_RANGES], out[MOST_RANGES];
        sz_layout of_x = {0, random_ranges(n_inner, x), x};
        sz_layout of_out = {0, random_ranges(n_outer, out), out};

        if (k % 50 == 0) of_x.n_ranges = 0; /* nothing to add: zeros */
        if (k % 60 == 1) of_out.n_ranges = 0;
        if (test_one(tile, n, n_inner, n_outer, &of_x, &of_out, k % 2)) return 1;
    }
    return 0;
}

int main(void)
{
    int n_works = 0;

    for (int t = 0; t < N_TILES; t++) {
        if (!sz_tile_works(tiles[t])) {
            printf("this CPU has nothing for tile %d: not tested\n", (int)tiles[t]);
            continue;
        }
        n_works++;
        if (test_shapes(tiles[t]) || test_ranges(tiles[t])) return 1;
    }
    CHECK((sz_tile_best() != SZ_TILE_NONE) == (n_works > 0));
    CHECK(sz_tile_best() == SZ_TILE_NONE || sz_tile_works(sz_tile_best()));
    CHECK(!sz_tile_works(SZ_TILE_NONE));
    CHECK(sz_product_bytes(NULL) == 0);
    sz_product_free(NULL);
    return check_done();
}
