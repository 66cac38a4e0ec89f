/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_kernel.c - the sparse GP against its plain sum, its derivative against finite
 * differences, for integer and other exponents; components that vanish may be left out.
 * With dgemm and with each of our own products that this CPU runs. */
#include "check.h"
#include "linear/vec.h"
#include "numbers.h"
#include "term/kernel.h"

enum { M = 13, D = 21, LD = SZ_PAD(D), N = 5 };

static const sz_range whole = {0, D};

typedef struct {
    sz_kernel kernel;
    double p_sparse[M * LD], weight[M], p[N * LD];
    sz_tile tile;
    sz_product *values, *slopes;
} sample;

/* products with the present sparse points */
static void lay_out(sample *s)
{
    s->kernel.values = s->kernel.slopes = NULL;
    s->values = s->slopes = NULL;
    if (s->tile == SZ_TILE_NONE) return;
    CHECK(sz_product_create(&s->values, s->tile, D, M, s->p_sparse, 1, LD, NULL) ==
          SZ_OK);
    CHECK(sz_product_create(&s->slopes, s->tile, M, D, s->p_sparse, LD, 1, NULL) ==
          SZ_OK);
    s->kernel.values = s->values;
    s->kernel.slopes = s->slopes;
    s->kernel.p_sparse = NULL;
}

static void drop(sample *s)
{
    sz_product_free(s->values);
    sz_product_free(s->slopes);
}

/* unit vectors with positive scalar products, as for SOAP */
static void unit_vectors(double *p, int n)
{
    for (int i = 0; i < n; i++) {
        double *pi = p + i * LD, norm;

        for (int k = 0; k < LD; k++) pi[k] = k < D ? uniform(0.0, 1.0) : 0.0;
        norm = sqrt(dot(pi, pi, D));
        for (int k = 0; k < D; k++) pi[k] /= norm;
    }
}

static void make(sample *s, sz_tile tile, double zeta, double sigma0)
{
    s->tile = tile;
    unit_vectors(s->p_sparse, M);
    unit_vectors(s->p, N);
    fill_random(s->weight, M);
    s->kernel =
        (sz_kernel){D, LD, M, s->p_sparse, s->weight, 1.3, zeta, sigma0, NULL, NULL};
    lay_out(s);
}

static void test_sum(const sample *s)
{
    const sz_kernel *k = &s->kernel;
    double energy[N], only[N], scratch[N * M], dedp[N * LD];

    for (int i = 0; i < N; i++) energy[i] = only[i] = 0.1 * i; /* added to */
    sz_kernel_energy(k, N, 1, &whole, s->p, scratch, energy, dedp);
    sz_kernel_energy(k, N, 1, &whole, s->p, scratch, only, NULL);
    for (int i = 0; i < N; i++) {
        double want = 0.1 * i, alone = 0.1 * i;

        for (int m = 0; m < M; m++)
            want +=
                s->weight[m] * k->delta * k->delta *
                pow(dot(s->p_sparse + m * LD, s->p + i * LD, D) + k->sigma0 * k->sigma0,
                    k->zeta);
        CHECK_CLOSE(energy[i], want, 1e-13);
        CHECK_CLOSE(only[i], want, 1e-13);
        sz_kernel_energy(k, 1, 1, &whole, s->p + i * LD, scratch, &alone, NULL);
        CHECK_CLOSE(alone, want, 1e-13);
    }
}

static double energy_sum(void *context)
{
    const sample *s = context;
    double energy[N] = {0}, scratch[N * M], sum = 0.0;

    sz_kernel_energy(&s->kernel, N, 1, &whole, s->p, scratch, energy, NULL);
    for (int i = 0; i < N; i++) sum += energy[i];
    return sum;
}

static void test_slopes(sample *s)
{
    double energy[N] = {0}, scratch[N * M], dedp[N * LD];

    fill_random(dedp, N * LD);
    sz_kernel_energy(&s->kernel, N, 1, &whole, s->p, scratch, energy, dedp);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < D; k++)
            CHECK_CLOSE(dedp[i * LD + k],
                        slope_at(&s->p[i * LD + k], 1e-2, energy_sum, s), 1e-9);
}

/* The same with only the non-zero ranges; numbers outside do not change, and those of the
 * sparse points are arbitrary there. */
static void test_ranges(sample *s, int n_ranges, const sz_range *range)
{
    double energy[N] = {0}, want[N] = {0}, scratch[N * M], dedp[N * LD], all[N * LD];
    char inside[LD] = {0};

    for (int r = 0; r < n_ranges; r++)
        for (int k = range[r].first; k < range[r].end; k++) inside[k] = 1;
    for (int k = 0; k < LD; k++)
        for (int i = 0; i < N && !inside[k]; i++) s->p[i * LD + k] = 0.0;
    for (int k = 0; k < N * LD; k++) dedp[k] = 77.0;
    fill_random(scratch, N * M);
    sz_kernel_energy(&s->kernel, N, 1, &whole, s->p, scratch, want, all);
    fill_random(scratch, N * M);
    for (int m = 0; m < M; m++)
        for (int k = 0; k < LD; k++)
            if (!inside[k]) s->p_sparse[m * LD + k] = NAN;
    drop(s);
    lay_out(s);
    sz_kernel_energy(&s->kernel, N, n_ranges, range, s->p, scratch, energy, dedp);
    CHECK_CLOSE(distance(energy, want, N), 0.0, 1e-13);
    for (int k = 0; k < N * LD; k++)
        if (inside[k % LD])
            CHECK_CLOSE(dedp[k], all[k], 1e-13 * largest(all, N * LD));
        else
            CHECK(dedp[k] == 77.0);
    drop(s);
}

static void test_all_ranges(sample *s, sz_tile tile, double zeta, double sigma0)
{
    static const sz_range one[] = {{3, 9}}, three[] = {{0, 1}, {8, 16}, {18, D}};

    make(s, tile, zeta, sigma0);
    test_ranges(s, 3, three);
    make(s, tile, zeta, sigma0);
    test_ranges(s, 1, one);
    make(s, tile, zeta, sigma0);
    test_ranges(s, 0, NULL);
}

/* two orthogonal vectors: K = 0, and 0^1 = 0, 0^0 = 1 */
static void test_orthogonal(sz_tile tile)
{
    for (int zeta = 1; zeta <= 4; zeta++) {
        double energy = 0.0, scratch[M], dedp[LD];
        sample s;

        make(&s, tile, zeta, 0.0);
        memset(s.p, 0, sizeof s.p);
        memset(s.p_sparse, 0, sizeof s.p_sparse);
        s.p[0] = s.p_sparse[1] = 1.0;
        for (int m = 1; m < M; m++) s.weight[m] = 0.0;
        drop(&s);
        lay_out(&s);
        sz_kernel_energy(&s.kernel, 1, 1, &whole, s.p, scratch, &energy, dedp);
        CHECK(energy == 0.0 && dedp[0] == 0.0);
        CHECK_CLOSE(dedp[1], zeta == 1 ? 1.3 * 1.3 * s.weight[0] : 0.0, 1e-15);
        drop(&s);
    }
}

/* values and rows of products in the range of SOAP, more than a chunk */
static void test_values(double zeta, double sigma0)
{
    enum { MANY = 1100 };
    double x[MANY], value[MANY], slope[MANY], row[MANY];
    const double delta = 1.3;

    for (int i = 0; i < MANY; i++) {
        x[i] = value[i] = slope[i] = uniform(0.01, 1.0);
        row[i] = 0.5;
    }
    sz_kernel_values(MANY, delta, zeta, sigma0, value);
    sz_kernel_row(MANY, delta, zeta, sigma0, slope, row);
    for (int i = 0; i < MANY; i++) {
        long double y = (long double)x[i] + sigma0 * sigma0, lower = powl(y, zeta - 1.0L);
        double want = (double)(delta * delta * lower * y);

        CHECK_CLOSE(value[i], want, 1e-14 * want);
        CHECK_CLOSE(row[i], 0.5 + want, 1e-14 * (0.5 + want));
        CHECK_CLOSE(slope[i], (double)(delta * delta * zeta * lower),
                    1e-14 * (double)(delta * delta * zeta * lower));
    }
}

static void test_tile(sz_tile tile)
{
    static const double zeta[] = {1.0, 2.0, 3.0, 4.0, 7.0, 1.5, 2.5, 3.999, 0.5};

    for (int k = 0; k < 9; k++)
        for (int sigma0 = 0; sigma0 < 2; sigma0++) {
            sample s;

            make(&s, tile, zeta[k], 0.6 * sigma0);
            test_sum(&s);
            test_slopes(&s);
            drop(&s);
            if (zeta[k] >= 1.0 || sigma0)
                test_all_ranges(&s, tile, zeta[k], 0.6 * sigma0);
        }
    test_orthogonal(tile);
}

int main(void)
{
    static const sz_tile tiles[] = {SZ_TILE_NONE, SZ_TILE_AVX2, SZ_TILE_AVX512};

    for (double zeta = 0.5; zeta < 9.0; zeta += 0.5) {
        test_values(zeta, 0.0);
        test_values(zeta, 0.6);
    }
    for (int t = 0; t < 3; t++)
        if (t == 0 || sz_tile_works(tiles[t])) test_tile(tiles[t]);
    return check_done();
}
