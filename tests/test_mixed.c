/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_mixed.c - single precision against double: the stages of every compression, the
 * products, plans of every model. Forces stay slopes of the energy and keep its
 * symmetries; models without SOAP terms, and the default, do not change by a bit. */
#include "compressions.h"
#include "groups.h"
#include "machine.h"
#include "model/plan.h"
#include "models.h"
#include "step_of.h"

#include <float.h>

void sz_product_apply_single(const sz_product *product, int n, const sz_layout *of_x,
                             const float *x, const sz_layout *of_out, float *out);
void sz_product_row_single(const sz_product *product, const sz_layout *of_x,
                           const float *x, double *out);

/* ---- stages ----------------------------------------------------------------------- */

enum { N = 8, ROOM = N * 2 * DENSE_P };

static double worst_p, worst_dedr; /* relative to the largest */

static int test_stages(int k, const char *more)
{
    static const int z[3] = {42, 74, 41};
    static double g[ROOM], p[2][ROOM], dedr[2][3 * N * N];
    char text[512];
    const double *matrix;
    int n = compression_text(k, 4, 3, more, text, &matrix), shown = failures;
    cluster c = {0};
    machine m;
    sz_error err;
    size_t size, pairs;
    double of_p, of_dedr;

    random_cluster(&c, N, 3, 4.0, 1.5);
    CHECK_OK(find_neighbours(&c, 3.8, &err), err);
    CHECK_OK(start_text(&m, text, n, matrix, 1, z, &err), err);
    size = (size_t)N * m.stride;
    pairs = 3 * (size_t)c.list.n_pairs;
    fill_random(g, size);
    memset(dedr, 0, sizeof dedr);
    CHECK_OK(step_of(m.d, &m.slots, &c.list.nb, g, p[0], dedr[0], &err), err);
    CHECK_OK(step_of_single(m.d, &m.slots, &c.list.nb, g, p[1], dedr[1], &err), err);
    of_p = distance(p[0], p[1], size) / largest(p[0], size);
    of_dedr = distance(dedr[0], dedr[1], pairs) / largest(dedr[0], pairs);
    CHECK(of_p > 0.0 && of_p < 2e-6);
    CHECK(of_dedr > 0.0 && of_dedr < 1e-5);
    worst_p = fmax(worst_p, of_p);
    worst_dedr = fmax(worst_dedr, of_dedr);
    if (failures > shown) printf("above: %s, p %g, dE/dr %g\n", text, of_p, of_dedr);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* ---- products --------------------------------------------------------------------- */

static int test_product(sz_tile tile, int n, int n_inner, int n_outer)
{
    enum { MOST = 20, INNER = 1300, OUTER = 130 };
    static double a[INNER * OUTER], row[OUTER];
    static float x[MOST * INNER], out[MOST * OUTER];
    const sz_range inner[2] = {{0, n_inner / 3}, {n_inner / 2, n_inner}};
    const sz_range outer = {n_outer / 4, n_outer}, all = {0, n_outer};
    const sz_layout of_x = {n_inner, 2, inner}, of_out = {n_outer, 1, &outer};
    sz_product *product;
    sz_error err;
    int wrong = 0;

    fill_random(a, (size_t)n_inner * n_outer);
    for (int k = 0; k < n * n_inner; k++) x[k] = (float)uniform(-1.0, 1.0);
    CHECK_OK(
        sz_product_create(&product, tile, n_inner, n_outer, a, (size_t)n_outer, 1, &err),
        err);
    for (int k = 0; k < n * n_outer; k++) out[k] = 7.0f;
    sz_product_apply_single(product, n, &of_x, x, &of_out, out);
    sz_product_row_single(product, &of_x, x, row);
    for (int i = 0; i < n; i++)
        for (int c = all.first; c < all.end; c++) {
            double want = 0.0, size = 0.0, exact = 0.0;

            for (int r = 0; r < 2; r++)
                for (int k = inner[r].first; k < inner[r].end; k++) {
                    double value = a[k * n_outer + c], xk = x[i * n_inner + k];

                    want += xk * value;
                    exact += xk * (float)value;
                    size += fabs(xk * value);
                }
            if (c < outer.first)
                wrong += out[i * n_outer + c] != 7.0f;
            else
                wrong += !(fabs(out[i * n_outer + c] - want) <= 8 * FLT_EPSILON * size);
            if (i == 0) wrong += !(fabs(row[c] - exact) <= 1e-14 * (1.0 + size));
        }
    CHECK(wrong == 0);
    if (wrong) printf("%d x %d, sums of %d: %d wrong\n", n, n_outer, n_inner, wrong);
    sz_product_free(product);
    return 0;
}

static int test_products(void)
{
    static const sz_tile tiles[] = {SZ_TILE_AVX2_SINGLE, SZ_TILE_AVX512_SINGLE};

    CHECK(!sz_tile_is_single(sz_tile_best()));
    for (int t = 0; t < 2; t++)
        for (int n = 1; n <= 20 && sz_tile_works(tiles[t]); n++)
            for (int o = 1; o < 130; o += 9)
                if (test_product(tiles[t], n, n % 4 ? 60 + n : 1210 + n, o)) return 1;
    return 0;
}

/* ---- plans ------------------------------------------------------------------------ */

enum { ATOMS = 24, PAIRS = 3 * ATOMS * ATOMS };

typedef struct {
    double energy[ATOMS], dedr[PAIRS], force[3 * ATOMS];
} result;

static int evaluate(const sz_plan *plan, const cluster *c, result *r)
{
    sz_work *work;
    double energy[ATOMS];
    sz_error err;

    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    CHECK_OK(sz_compute(NULL, work, &c->list.nb, energy, NULL, &err), err);
    CHECK_OK(sz_compute(NULL, work, &c->list.nb, r->energy, r->dedr, &err), err);
    CHECK(!memcmp(energy, r->energy, sizeof energy)); /* with and without forces */
    scatter_forces(c, r->dedr, r->force);
    sz_work_free(work);
    return 0;
}

/* The energy is the integral of the forces along a path, by Simpson's rule. It is rounded
 * to floats, which is a small error over a whole path. */
static int test_path(const sz_plan *plan, const cluster *start, double cutoff)
{
    enum { INTERVALS = 40 };
    static result r;
    cluster c = *start;
    double way[3 * ATOMS], gain = 0.0, energy[2] = {0.0, 0.0}, most = 0.0;
    sz_error err;

    memset(&c.list, 0, sizeof c.list);
    for (int x = 0; x < 3 * ATOMS; x++) way[x] = uniform(-0.15, 0.15);
    for (int k = 0; k <= INTERVALS; k++) {
        double weight = k % INTERVALS == 0 ? 1.0 : k % 2 ? 4.0 : 2.0;

        for (int x = 0; x < 3 * ATOMS; x++)
            c.position[x] = start->position[x] + way[x] * k / INTERVALS;
        CHECK_OK(find_neighbours(&c, cutoff, &err), err);
        if (evaluate(plan, &c, &r)) return 1;
        for (int x = 0; x < 3 * ATOMS; x++)
            gain -= weight / (3 * INTERVALS) * r.force[x] * way[x];
        for (int i = 0; i < ATOMS && k % INTERVALS == 0; i++)
            energy[k > 0] += r.energy[i];
        most = fmax(most, largest(r.force, 3 * ATOMS));
    }
    CHECK_CLOSE(energy[1] - energy[0], gain, 1e-4 * (1.0 + most));
    sz_list_free(&c.list);
    return 0;
}

/* The rotated cluster has the same energies and rotated forces. */
static int test_rotation(const sz_plan *plan, const cluster *c, double cutoff,
                         const result *r)
{
    static result turned;
    cluster t = *c;
    double q[9], size = largest(r->force, 3 * ATOMS);
    sz_error err;

    memset(&t.list, 0, sizeof t.list);
    random_rotation(q);
    rotate_cluster(&t, q);
    CHECK_OK(find_neighbours(&t, cutoff, &err), err);
    if (evaluate(plan, &t, &turned)) return 1;
    CHECK_CLOSE(distance(turned.energy, r->energy, ATOMS), 0.0, 6e-5);
    for (int i = 0; i < ATOMS; i++) {
        double want[3];

        rotate_vector(q, r->force + 3 * i, want);
        CHECK_CLOSE(distance(want, turned.force + 3 * i, 3), 0.0,
                    2e-5 * (1.0 + 0.2 * size));
    }
    sz_list_free(&t.list);
    return 0;
}

/* Terms whose kernel is always in double precision. */
static int count_wide(const sz_plan *plan, const sz_model *m)
{
    int n = 0;

    for (int k = 0; k < m->n_kinds; k++)
        for (int t = 0; sz_term_kinds[k] == &sz_kind_soap && t < soaps_of(m)->n_terms;
             t++)
            n += ((const sz_soap_plan *)plan->part[k])->run[t].wide;
    return n;
}

static int n_wide; /* of all models */

static int test_model(const char *name, double tolerance)
{
    const sz_plan_options exact = {.rank_tolerance = tolerance};
    const sz_plan_options mixed = {.rank_tolerance = tolerance, .precision = SZ_MIXED};
    static result want, got;
    cluster c = {0};
    sz_model *m;
    sz_plan *plan[2];
    sz_error err;
    int shown = failures, soaps;
    double cutoff, energy, force, size;

    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    cutoff = sz_model_cutoff(m);
    soaps = sz_model_group(m, &sz_kind_soap) != NULL;
    random_cluster(&c, ATOMS, sz_model_n_species(m), 9.0, 2.2);
    for (int i = 0; i < ATOMS && m->species.any; i++)
        c.species[i] = sz_model_species(m, i % 2 ? "Cu" : "Au");
    CHECK_OK(find_neighbours(&c, cutoff, &err), err);
    CHECK_OK(sz_plan_create(&plan[0], m, &exact, &err), err);
    CHECK_OK(sz_plan_create(&plan[1], m, &mixed, &err), err);
    CHECK(sz_plan_precision(plan[0]) == SZ_DOUBLE && sz_plan_n_wide(plan[0]) == 0);
    CHECK(sz_plan_n_wide(plan[1]) == (soaps ? count_wide(plan[1], m) : 0));
    if (evaluate(plan[0], &c, &want) || evaluate(plan[1], &c, &got)) return 1;
    energy = distance(want.energy, got.energy, ATOMS);
    force = distance(want.force, got.force, 3 * ATOMS);
    size = largest(want.force, 3 * ATOMS);
    if (soaps && sz_plan_precision(plan[1]) == SZ_MIXED) {
        CHECK(energy > 0.0 && energy <= 3e-5);
        CHECK(force > 0.0 && force <= 1e-5 * (1.0 + 0.2 * size));
        if (test_path(plan[1], &c, cutoff)) return 1;
        if (test_rotation(plan[1], &c, cutoff, &got)) return 1;
    } else {
        CHECK(energy == 0.0 && force == 0.0);
    }
    printf(
        "%s, tolerance %g: E off by %.1e eV, F by %.1e of %.2g eV/A %d double kernels\n",
        name, tolerance, energy, force, size, sz_plan_n_wide(plan[1]));
    n_wide += sz_plan_n_wide(plan[1]);
    if (failures > shown) printf("above: %s\n", name);
    for (int k = 0; k < 2; k++) sz_plan_free(plan[k]);
    sz_model_free(m);
    sz_list_free(&c.list);
    return 0;
}

static int test_options(const char *name)
{
    const sz_plan_options wrong = {.precision = (sz_precision)7};
    const sz_plan_options mixed = {.precision = SZ_MIXED};
    sz_precision precision = SZ_DOUBLE;
    const sz_plan *own;
    sz_plan *plan;
    sz_model *m;
    sz_error err;

    CHECK_OK(sz_precision_of(&precision, "mixed", &err), err);
    CHECK(precision == SZ_MIXED);
    CHECK_OK(sz_precision_of(&precision, "double", &err), err);
    CHECK(precision == SZ_DOUBLE);
    CHECK_FAILS(sz_precision_of(&precision, "single", &err), SZ_ERR_ARGUMENT,
                "precision is double or mixed, not \"single\"", err);
    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    CHECK_FAILS(sz_plan_create(&plan, m, &wrong, &err), SZ_ERR_ARGUMENT, "not 7", err);
    CHECK_FAILS(sz_model_set_plan(m, &wrong, &err), SZ_ERR_ARGUMENT, "not 7", err);
    CHECK_OK(sz_plan_create(&plan, m, NULL, &err), err);
    CHECK(sz_plan_precision(plan) == SZ_DOUBLE);
    sz_plan_free(plan);
    CHECK_OK(sz_model_set_plan(m, &mixed, &err), err);
    CHECK_OK(sz_model_plan(&own, m, &err), err);
    CHECK(sz_plan_precision(own) ==
          (sz_tile_best_single() == SZ_TILE_NONE ? SZ_DOUBLE : SZ_MIXED));
    sz_model_free(m);
    return 0;
}

int main(void)
{
    static const char *const turbo[] = {"turbo_alcu_add_species", "turbo_p_orders",
                                        "turbo_sio_modes"};

    for (int k = 0; k < N_COMPRESSIONS; k++)
        if (test_stages(k, "")) return 1;
    printf("stages: p off by %.1e, dE/dr by %.1e of the largest\n", worst_p, worst_dedr);
    if (test_products()) return 1;
    for (int k = 0; k < N_MODELS; k++)
        if (test_model(model_names[k], 0.0)) return 1;
    for (int k = 0; k < 3; k++)
        if (test_model(turbo[k], 0.0)) return 1;
    if (test_model("hea4_nuR2_nuS1", 1e-5)) return 1;
    if (test_model("nbta_soap_nu22_zeta2", 1e-6)) return 1;
    CHECK(n_wide > 0 || sz_tile_best_single() == SZ_TILE_NONE);
    if (test_options("hea4_nuR2_nuS1")) return 1;
    return check_done();
}
