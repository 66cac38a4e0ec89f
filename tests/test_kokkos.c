/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_kokkos.c - models on the device against the stages of the CPU: energies, forces
 * and virial; finite differences; blocks and threads; lists that are on the device;
 * models of other kinds of terms; and what a plan refuses. */
#include "check.h"
#include "cluster.h"
#include "model/model.h"
#include "models.h"
#include "soapz_kokkos.h"
#include "term/soap_term.h"
#include "term/wide.h"

#include <stdlib.h>

enum { ATOMS = 40, ROOM = 3 * ATOMS * ATOMS };

static const char *const turbo[] = {
    "turbo_alcu_add_species", "turbo_c_published",       "turbo_co_files",
    "turbo_cu_poly3",         "turbo_cuau_enhanced_zbl", "turbo_hco_2b_3b",
    "turbo_p_orders",         "turbo_si_default_nf",     "turbo_sio_modes"};
enum { N_TURBO = sizeof turbo / sizeof *turbo };

/* Results of a plan for a cluster. */
typedef struct {
    double energy[ATOMS], dedr[ROOM], force[3 * ATOMS], virial[9];
} result;

static int n_resident; /* comparisons of sz_compute_resident */

/* The memory of the device is that of the CPU: arrays of the CPU are there already. */
static int shares_memory(const char *device)
{
    return strstr(device, "Serial") || strstr(device, "OpenMP") ||
           strstr(device, "Threads");
}

/* The same list as if it were on the device, energies with and without forces. */
static void compare_resident(sz_work *work, const cluster *c, const result *want)
{
    static double dedr[ROOM];
    int n_pairs = c->list.n_pairs;
    double energy[ATOMS];
    sz_error err;

    n_resident++;
    CHECK(sz_compute_resident(work, &c->list.nb, n_pairs, energy, NULL, &err) == SZ_OK);
    CHECK_CLOSE(distance(energy, want->energy, ATOMS), 0.0,
                1e-13 * largest(want->energy, ATOMS));
    CHECK(sz_compute_resident(work, &c->list.nb, n_pairs, energy, dedr, &err) == SZ_OK);
    CHECK_CLOSE(distance(energy, want->energy, ATOMS), 0.0,
                1e-13 * largest(want->energy, ATOMS));
    CHECK_CLOSE(distance(dedr, want->dedr, 3 * n_pairs), 0.0,
                1e-13 * largest(want->dedr, 3 * n_pairs));
}

static int evaluate(const sz_model *m, const sz_plan_options *options, const cluster *c,
                    result *r)
{
    double energy[ATOMS];
    const char *device;
    sz_plan *plan;
    sz_work *work;
    sz_error err;

    CHECK_OK(sz_plan_create(&plan, m, options, &err), err);
    device = sz_plan_device(plan);
    CHECK(!device == (options->device == SZ_CPU));
    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    sz_plan_free(plan);
    CHECK_OK(sz_compute(m, work, &c->list.nb, energy, NULL, &err), err);
    for (int k = 0; k < 2; k++) /* the second one uses the scratch of the first */
        CHECK_OK(sz_compute(m, work, &c->list.nb, r->energy, r->dedr, &err), err);
    CHECK_CLOSE(distance(energy, r->energy, ATOMS), 0.0,
                1e-13 * largest(r->energy, ATOMS));
    if (sz_work_is_resident(work) && shares_memory(device)) compare_resident(work, c, r);
    scatter_forces(c, r->dedr, r->force);
    sum_virial(c, r->dedr, r->virial);
    sz_work_free(work);
    return 0;
}

/* Rounding error of an energy, eV: the terms of its sums may be large and cancel. */
static double rounding(const sz_model *m)
{
    const sz_soap_group *g = sz_model_group(m, &sz_kind_soap);
    double sum = 0.0;

    for (int t = 0; g && t < g->n_terms; t++) {
        const sz_kernel kernel = sz_soap_kernel(g, t, NULL);

        sum += sz_kernel_size(&kernel);
    }
    return 4e-16 * sum;
}

/* within 1e-11 of the largest number, or within rounding */
static void compare(const result *got, const result *want, double off)
{
    CHECK_CLOSE(distance(got->energy, want->energy, ATOMS), 0.0,
                fmax(1e-11 * largest(want->energy, ATOMS), off));
    CHECK_CLOSE(distance(got->force, want->force, 3 * ATOMS), 0.0,
                fmax(1e-11 * largest(want->force, 3 * ATOMS), off));
    CHECK_CLOSE(distance(got->virial, want->virial, 9), 0.0,
                fmax(1e-11 * largest(want->virial, 9), 3.0 * off));
}

/* Random neighbours of ATOMS atoms. */
static sz_status make_cluster(cluster *c, const sz_model *m, sz_error *err)
{
    int n = sz_model_n_species(m);

    memset(c, 0, sizeof *c);
    random_cluster(c, ATOMS, n, 9.0, 1.9);
    for (int i = 0; i < ATOMS && n == SZ_Z_MAX; i++)
        c->species[i] = sz_model_species(m, i % 2 ? "Cu" : "Au");
    return find_neighbours(c, sz_model_cutoff(m), err);
}

static int test_model(const char *name, double rank_tolerance)
{
    static const sz_plan_options other[] = {{.device = SZ_KOKKOS, .n_block = 7},
                                            {.device = SZ_KOKKOS, .n_threads = 3}};
    const sz_plan_options cpu = {.rank_tolerance = rank_tolerance};
    const sz_plan_options device = {.rank_tolerance = rank_tolerance,
                                    .device = SZ_KOKKOS};
    static result want, got, again;
    int shown = failures;
    sz_model *m;
    cluster c;
    double off;
    sz_error err;

    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    CHECK_OK(make_cluster(&c, m, &err), err);
    if (evaluate(m, &cpu, &c, &want) || evaluate(m, &device, &c, &got)) return 1;
    off = rounding(m);
    compare(&got, &want, off);
    for (int k = 0; k < 2 && rank_tolerance == 0.0; k++) {
        if (evaluate(m, &other[k], &c, &again)) return 1;
        compare(&again, &got, off);
    }
    if (off > 1e-11 * largest(want.force, 3 * ATOMS))
        printf("%s: rounding is %.1e eV, forces off by %.1e of %.1e eV/A\n", name, off,
               distance(got.force, want.force, 3 * ATOMS),
               largest(want.force, 3 * ATOMS));
    if (failures > shown) printf("above: %s\n", name);
    sz_list_free(&c.list);
    sz_model_free(m);
    return 0;
}

/* dE/dx of an atom agrees with its force. */
static int test_slopes(const char *name)
{
    const sz_plan_options device = {.device = SZ_KOKKOS};
    const double h = 1e-4;
    static result r, moved;
    sz_model *m;
    cluster c;
    sz_error err;

    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    CHECK_OK(make_cluster(&c, m, &err), err);
    if (evaluate(m, &device, &c, &r)) return 1;
    for (int x = 0; x < 3 * ATOMS; x += 13) {
        double at = c.position[x], slope = 0.0;

        for (int side = -1; side <= 1; side += 2) {
            c.position[x] = at + side * h;
            CHECK_OK(find_neighbours(&c, sz_model_cutoff(m), &err), err);
            if (evaluate(m, &device, &c, &moved)) return 1;
            for (int i = 0; i < ATOMS; i++) slope += side * moved.energy[i] / (2 * h);
        }
        c.position[x] = at;
        CHECK_CLOSE(-slope, r.force[x], 1e-6 * (1.0 + largest(r.force, 3 * ATOMS)));
    }
    sz_list_free(&c.list);
    sz_model_free(m);
    return 0;
}

static int test_options(const char *name)
{
    const sz_plan_options mixed = {.precision = SZ_MIXED, .device = SZ_KOKKOS};
    const sz_plan_options wrong = {.device = (sz_device)7};
    const sz_plan_options cpu = {0}, device = {.device = SZ_KOKKOS};
    sz_device read = SZ_CPU;
    const sz_plan *own;
    sz_plan *plan;
    sz_model *m;
    sz_error err;

    CHECK_OK(sz_device_of(&read, "kokkos", &err), err);
    CHECK(read == SZ_KOKKOS);
    CHECK_OK(sz_device_of(&read, "cpu", &err), err);
    CHECK(read == SZ_CPU);
    CHECK_FAILS(sz_device_of(&read, "gpu", &err), SZ_ERR_ARGUMENT,
                "device is cpu or kokkos, not \"gpu\"", err);
    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    CHECK_FAILS(sz_plan_create(&plan, m, &wrong, &err), SZ_ERR_ARGUMENT, "not 7", err);
    CHECK_FAILS(sz_plan_create(&plan, m, &mixed, &err), SZ_ERR_ARGUMENT,
                "double precision", err);
    CHECK_OK(sz_model_set_plan(m, &device, &err), err);
    CHECK_OK(sz_model_plan(&own, m, &err), err);
    CHECK(sz_plan_device(own) && !strncmp(sz_plan_device(own), "Kokkos ", 7));
    CHECK_OK(sz_plan_create(&plan, m, &cpu, &err), err);
    CHECK(sz_plan_bytes(own) > sz_plan_bytes(plan)); /* that on the device is more */
    sz_plan_free(plan);
    sz_model_free(m);
    return 0;
}

/* Invalid atoms are refused before they are sent to the device; a model whose rows are
 * sorted takes no lists that are on the device. */
static int test_refusals(const char *name, int resident)
{
    const sz_plan_options device = {.device = SZ_KOKKOS};
    static result r;
    sz_plan *plan;
    sz_work *work;
    sz_model *m;
    cluster c;
    int n_pairs;
    sz_error err;

    CHECK_OK(sz_model_load(&m, model_path(name), &err), err);
    CHECK_OK(make_cluster(&c, m, &err), err);
    CHECK_OK(sz_plan_create(&plan, m, &device, &err), err);
    CHECK_OK(sz_plan_work(&work, plan, &err), err);
    sz_model_free(m); /* in any order */
    sz_plan_free(plan);
    n_pairs = c.list.n_pairs;
    c.list.r[7] = NAN;
    CHECK_FAILS(sz_compute(NULL, work, &c.list.nb, r.energy, r.dedr, &err),
                SZ_ERR_NUMERIC, "", err);
    CHECK(sz_work_is_resident(work) == resident);
    CHECK_FAILS(sz_compute_resident(work, &c.list.nb, n_pairs, r.energy, r.dedr, &err),
                resident ? SZ_ERR_NUMERIC : SZ_ERR_ARGUMENT,
                resident ? "1 neighbours" : "use sz_compute", err);
    c.list.species[3] = -1;
    CHECK_FAILS(sz_compute_resident(work, &c.list.nb, n_pairs, r.energy, r.dedr, &err),
                SZ_ERR_ARGUMENT, resident ? "1 atoms or neighbours" : "use sz_compute",
                err);
    sz_work_free(work);
    sz_list_free(&c.list);
    return 0;
}

int main(void)
{
    for (int k = 0; k < N_MODELS; k++)
        if (test_model(model_names[k], 0.0)) return 1;
    for (int k = 0; k < N_TURBO; k++)
        if (test_model(turbo[k], 0.0)) return 1;
    if (test_model("hea4_nuR2_nuS1", 1e-5)) return 1;
    if (test_slopes("mow_glue_soap") || test_options("mow_glue_soap")) return 1;
    if (test_refusals("hea4_nuR2_nuS1", 1) || test_refusals("nbw_nb23", 0)) return 1;
    printf("%d lists on the device\n", n_resident);
    CHECK(n_resident > N_MODELS);
    return check_done();
}
