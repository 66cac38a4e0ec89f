/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_zbl.c - the screened repulsion by its formula, its slope, its smooth end. */
#include "check.h"
#include "cluster.h"
#include "term/zbl.h"

#include <stdlib.h>

static const sz_zbl kinds[] = {
    {.cutoff = 4.0, .cutoff_width = 1.0, .scale = 1.0},
    {.cutoff = 4.0, .cutoff_width = 1.5, .shift = 1, .scale = 0.6},
    {.cutoff = 4.0, .shift = 1, .scale = 1.0},
    {.cutoff = 4.0, .scale = 2.0},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static double formula(int za, int zb, double r)
{
    double a = 0.46850 / (pow(za, 0.23) + pow(zb, 0.23)), x = r / a;

    return 14.399645805358887 * za * zb / r *
           (0.18175 * exp(-3.19980 * x) + 0.50986 * exp(-0.94229 * x) +
            0.28022 * exp(-0.40290 * x) + 0.02817 * exp(-0.20162 * x));
}

typedef struct {
    const sz_zbl *zbl;
    double r;
} probe;

static double value(void *context)
{
    const probe *p = context;
    double unused;

    return sz_zbl_pair(p->zbl, 42, 74, p->r, &unused);
}

static void test_pair(const sz_zbl *zbl)
{
    double shift = zbl->shift ? formula(42, 74, zbl->cutoff) : 0.0, slope;

    for (double r = 0.2; r < 5.0; r += 0.0613) {
        probe p = {zbl, r};
        double v = sz_zbl_pair(zbl, 42, 74, r, &slope), want;

        CHECK(v == sz_zbl_pair(zbl, 74, 42, r, &slope) && v >= 0.0 && slope <= 0.0);
        if (r > zbl->cutoff) {
            CHECK(v == 0.0 && slope == 0.0);
            continue;
        }
        want = zbl->scale * (formula(42, 74, r) - shift);
        if (r <= zbl->cutoff - zbl->cutoff_width) CHECK_CLOSE(v, want, 1e-13 * want);
        if (fabs(r - zbl->cutoff) < 0.01) continue;
        CHECK_CLOSE(slope, slope_at(&p.r, 1e-3, value, &p), 1e-9 * fabs(slope) + 1e-10);
    }
    /* the switching function: one half in the middle, zero with zero slope at the end */
    if (zbl->cutoff_width > 0.0) {
        double middle = zbl->cutoff - 0.5 * zbl->cutoff_width;

        CHECK_CLOSE(sz_zbl_pair(zbl, 42, 74, middle, &slope),
                    0.5 * zbl->scale * (formula(42, 74, middle) - shift), 1e-13);
        CHECK_CLOSE(sz_zbl_pair(zbl, 42, 74, zbl->cutoff - 1e-4, &slope), 0.0, 1e-13);
        CHECK_CLOSE(slope, 0.0, 1e-9);
    } else if (zbl->shift) {
        CHECK_CLOSE(sz_zbl_pair(zbl, 42, 74, zbl->cutoff, &slope), 0.0, 1e-15);
    }
}

/* E_i = 1/2 sum_j V, added; dE_i/dr_ij points along the bond */
static int test_energy(const sz_zbl *zbl)
{
    static const int z[2] = {42, 74};
    double energy[ATOMS_MAX], only[ATOMS_MAX], *dedr;
    cluster c = {0};
    sz_error err;

    random_cluster(&c, 12, 2, 4.5, 1.0);
    CHECK_OK(find_neighbours(&c, 4.5, &err), err);
    dedr = calloc(3 * (size_t)c.list.n_pairs, sizeof *dedr);
    for (int i = 0; i < c.n_atoms; i++) energy[i] = only[i] = i;
    sz_zbl_energy(zbl, z, &c.list.nb, energy, dedr);
    sz_zbl_energy(zbl, z, &c.list.nb, only, NULL);
    for (int i = 0; i < c.n_atoms; i++) {
        double want = i;

        for (int p = c.list.first[i]; p < c.list.first[i + 1]; p++) {
            const double *d = c.list.r + 3 * p;
            double r = sqrt(dot(d, d, 3)), slope;

            want += 0.5 * sz_zbl_pair(zbl, z[c.species[i]], z[c.list.neigh_species[p]], r,
                                      &slope);
            for (int x = 0; x < 3; x++)
                CHECK_CLOSE(dedr[3 * p + x], 0.5 * slope * d[x] / r, 1e-13 * fabs(slope));
        }
        CHECK_CLOSE(energy[i], want, 1e-12 * fabs(want));
        CHECK_CLOSE(only[i], want, 1e-12 * fabs(want));
    }
    free(dedr);
    sz_list_free(&c.list);
    return 0;
}

int main(void)
{
    for (int k = 0; k < N_KINDS; k++) {
        test_pair(&kinds[k]);
        if (test_energy(&kinds[k])) return 1;
    }
    return check_done();
}
