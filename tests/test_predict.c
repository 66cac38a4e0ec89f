/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_predict.c - a structure in one call: forces and virial are slopes of the energy,
 * energies and virials of the atoms add up, and a predictor survives what it refuses. */
#include "check.h"
#include "models.h"

#include <stdlib.h>

enum { N = 6 };

static const double positions[3 * N] = {0.1, 0.2, 0.0, 2.2, 2.1, 0.3, 2.4, 0.1, 2.3,
                                        -.2, 2.4, 2.0, 4.4, 0.3, 0.2, 4.6, 2.3, 2.2};
static const double cell[9] = {6.6, 0.0, 0.0, 0.9, 4.4, 0.0, -0.5, 0.7, 4.6};

typedef struct {
    sz_structure s;
    int species[N];
    double position[3 * N];
} frame;

/* six atoms of all species of the model in a cell smaller than the cutoff */
static void make_frame(frame *f, int n_species)
{
    memset(f, 0, sizeof *f);
    memcpy(f->position, positions, sizeof positions);
    memcpy(f->s.cell, cell, sizeof cell);
    for (int i = 0; i < N; i++) f->species[i] = i % n_species;
    for (int x = 0; x < 3; x++) f->s.pbc[x] = 1;
    f->s.n_atoms = N;
    f->s.species = f->species;
    f->s.position = f->position;
}

/* the energy with atom k / 3 displaced by h along k % 3 */
static double energy_of_step(sz_predictor *p, frame f, int k, double h)
{
    sz_prediction got = {.energy = NAN};

    f.s.species = f.species;
    f.s.position = f.position;
    f.position[k] += h;
    if (sz_predict(p, &f.s, &got, NULL) != SZ_OK) return NAN;
    return got.energy;
}

/* ... and after a strain, r_b += h r_a */
static double energy_of_strain(sz_predictor *p, frame f, int a, int b, double h)
{
    sz_prediction got = {.energy = NAN};

    f.s.species = f.species;
    f.s.position = f.position;
    for (int i = 0; i < N; i++) f.position[3 * i + b] += h * positions[3 * i + a];
    for (int k = 0; k < 3; k++) f.s.cell[k][b] += h * cell[3 * k + a];
    if (sz_predict(p, &f.s, &got, NULL) != SZ_OK) return NAN;
    return got.energy;
}

static int test_slopes(const char *name)
{
    const double h = 1e-4;
    double force[3 * N], virial[9], net[3] = {0}, energy = 0.0, sum[9] = {0};
    double most = 0.0;
    sz_model *model;
    sz_predictor *p;
    sz_prediction got;
    sz_error err;
    frame f;

    CHECK_OK(sz_model_load(&model, model_path(name), &err), err);
    CHECK_OK(sz_predictor_create(&p, model, &err), err);
    make_frame(&f, sz_model_n_species(model));
    CHECK_OK(sz_predict(p, &f.s, &got, &err), err);
    for (int i = 0; i < N; i++) {
        energy += got.local[i];
        for (int x = 0; x < 3; x++) net[x] += got.force[3 * i + x];
        for (int k = 0; k < 9; k++) sum[k] += got.virials[9 * i + k];
    }
    CHECK_CLOSE(energy, got.energy, 1e-12 * fabs(energy));
    memcpy(force, got.force, sizeof force);
    memcpy(virial, got.virial, sizeof virial);
    for (int k = 0; k < 3 * N; k++) most = fmax(most, fabs(force[k]));
    CHECK(most > 0.05);
    for (int x = 0; x < 3; x++) CHECK_CLOSE(net[x], 0.0, 1e-11 * (1.0 + most));
    for (int k = 0; k < 3 * N; k++)
        CHECK_CLOSE(force[k],
                    (energy_of_step(p, f, k, -h) - energy_of_step(p, f, k, h)) / (2 * h),
                    1e-5 * (1.0 + most));
    most = 0.0;
    for (int k = 0; k < 9; k++) most = fmax(most, fabs(virial[k]));
    for (int k = 0; k < 9; k++) {
        int a = k / 3, b = k % 3;

        CHECK_CLOSE(sum[k], virial[k], 1e-12 * (1.0 + most));
        CHECK_CLOSE(virial[k],
                    (energy_of_strain(p, f, a, b, -h) - energy_of_strain(p, f, a, b, h)) /
                        (2 * h),
                    2e-5 * (1.0 + most));
    }
    sz_predictor_free(p);
    sz_model_free(model);
    return 0;
}

/* A predictor gives the results of the underlying calls, whatever was called before. */
static int test_calls(void)
{
    sz_model *model;
    sz_predictor *p;
    sz_prediction got;
    sz_work *work;
    sz_list list = {0};
    sz_error err;
    double energy[N], *dedr, force[3 * N] = {0}, virial[9] = {0};
    frame f;

    CHECK_OK(sz_model_load(&model, model_path("hea4_nuR2_nuS1"), &err), err);
    CHECK_OK(sz_predictor_create(&p, model, &err), err);
    CHECK_OK(sz_work_create(&work, model, 0, &err), err);
    make_frame(&f, sz_model_n_species(model));
    CHECK_OK(sz_list_build(&list, &f.s, sz_model_cutoff(model), &err), err);
    dedr = malloc(3 * (size_t)list.n_pairs * sizeof *dedr);
    CHECK(dedr != NULL);
    CHECK_OK(sz_compute(model, work, &list.nb, energy, dedr, &err), err);
    sz_list_scatter(&list, 0, N, dedr, force, virial);

    f.s.n_atoms = 0;
    CHECK_OK(sz_predict(p, &f.s, &got, &err), err);
    CHECK(got.energy == 0.0 && got.virial[0] == 0.0);
    f.s.n_atoms = 2;
    CHECK_OK(sz_predict(p, &f.s, &got, &err), err);
    f.s.n_atoms = N;
    f.position[4] = NAN;
    CHECK_FAILS(sz_predict(p, &f.s, &got, &err), SZ_ERR_NUMERIC, "not finite", err);
    f.position[4] = positions[4];
    memcpy(f.position + 3, f.position, 3 * sizeof(double));
    CHECK_FAILS(sz_predict(p, &f.s, &got, &err), SZ_ERR_NUMERIC, "apart", err);
    memcpy(f.position, positions, sizeof positions);
    f.species[3] = sz_model_n_species(model);
    CHECK_FAILS(sz_predict(p, &f.s, &got, &err), SZ_ERR_ARGUMENT, "species", err);
    f.species[3] = 3 % sz_model_n_species(model);
    CHECK_OK(sz_predict(p, &f.s, &got, &err), err);
    CHECK(memcmp(got.local, energy, sizeof energy) == 0);
    CHECK(memcmp(got.force, force, sizeof force) == 0);
    CHECK(memcmp(got.virial, virial, sizeof virial) == 0);

    free(dedr);
    sz_list_free(&list);
    sz_work_free(work);
    sz_predictor_free(p);
    sz_model_free(model);
    sz_predictor_free(NULL);
    sz_variance_free(NULL);
    sz_descriptor_free(NULL);
    return 0;
}

/* Copies of the structs in other languages can be checked. */
static void test_sizes(void)
{
    CHECK(sz_sizeof("sz_structure") == sizeof(sz_structure));
    CHECK(sz_sizeof("sz_prediction") == sizeof(sz_prediction));
    CHECK(sz_sizeof("sz_model") == 0);
}

int main(void)
{
    static const char *const names[] = {"hea4_nuR1_nuS1", "mow_zbl_soap", "si_2b_3b_soap",
                                        "mow_glue_soap"};

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (test_slopes(names[k])) return 1;
    test_sizes();
    return test_calls() || check_done();
}
