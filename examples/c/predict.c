/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predict.c - energy, forces and pressure of four atoms in a periodic cell.
 *
 *   cc -std=c11 predict.c -o predict $(pkg-config --cflags --libs soapz)
 *   ./predict ../../potentials/NbMoTaW/fast.soapz */
#include <soapz.h>

#include <stdio.h>

/* B2-like: Nb and W on one sublattice, Mo and Ta on the other, one atom off its site */
static const char *const symbol[4] = {"Nb", "Mo", "W", "Ta"};
static const double position[4][3] = {
    {0.1, 0.05, 0.2}, {1.62, 1.62, 1.62}, {3.24, 0, 0}, {4.86, 1.62, 1.62}};

static sz_status predict(const sz_model *model, sz_predictor *predictor, sz_error *err)
{
    int species[4];
    sz_structure alloy = {.n_atoms = 4,
                          .species = species,
                          .position = position[0],
                          .cell = {{6.48, 0, 0}, {0, 3.24, 0}, {0, 0, 3.24}},
                          .pbc = {1, 1, 1}};
    const double volume = 6.48 * 3.24 * 3.24, gpa = 160.21766208; /* from eV/Angstrom^3 */
    sz_prediction result;
    sz_status status;

    /* the model numbers the elements; sz_predict refuses -1 */
    for (int i = 0; i < 4; i++) species[i] = sz_model_species(model, symbol[i]);
    status = sz_predict(predictor, &alloy, &result, err);
    if (status != SZ_OK) return status;
    printf("energy %.6f eV\n", result.energy);
    for (int i = 0; i < 4; i++)
        printf("%-2s %9.6f eV   force %9.6f %9.6f %9.6f eV/Angstrom\n", symbol[i],
               result.local[i], result.force[3 * i], result.force[3 * i + 1],
               result.force[3 * i + 2]);
    printf("pressure %.4f GPa\n",
           (result.virial[0] + result.virial[4] + result.virial[8]) / 3 / volume * gpa);
    return SZ_OK;
}

int main(int argc, char **argv)
{
    sz_model *model = NULL;
    sz_predictor *predictor = NULL; /* one for each thread; the threads share the model */
    sz_error err = {0};
    sz_status status;

    if (argc != 2) return puts("usage: predict MODEL"), 2;
    status = sz_model_load(&model, argv[1], &err);
    if (status == SZ_OK) status = sz_predictor_create(&predictor, model, &err);
    if (status == SZ_OK) status = predict(model, predictor, &err);
    if (status != SZ_OK) printf("predict: %s\n", err.message);
    sz_predictor_free(predictor);
    sz_model_free(model);
    return status != SZ_OK;
}
