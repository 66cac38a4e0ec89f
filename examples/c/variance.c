/* SPDX-License-Identifier: BSD-3-Clause
 *
 * variance.c - how sure a model is of a crystal, and of a dimer it has never seen.
 *
 *   cc -std=c11 variance.c -o variance $(pkg-config --cflags --libs soapz) -lm
 *   ./variance ../../potentials/NbMoTaW/fast.soapz */
#include <soapz.h>

#include <math.h>
#include <stdio.h>

/* Two atoms of W: bcc if pbc is 1, otherwise a dimer with the same distance. */
static sz_status judge(const sz_model *model, const sz_variance *variance, int pbc,
                       sz_error *err)
{
    const int w = sz_model_species(model, "W"), species[2] = {w, w};
    const double position[6] = {0.0, 0.0, 0.0, 1.59, 1.59, 1.59};
    const sz_structure pair = {.n_atoms = 2,
                               .species = species,
                               .position = position,
                               .cell = {{3.18, 0, 0}, {0, 3.18, 0}, {0, 0, 3.18}},
                               .pbc = {pbc, pbc, pbc}};
    double local[2], total;
    sz_status status = sz_variance_predict(variance, &pair, local, &total, err);

    if (status == SZ_OK)
        printf("%-7s sigma of an atom's energy %.4f eV, of the sum %.4f eV\n",
               pbc ? "crystal" : "dimer", sqrt(local[0]), sqrt(total));
    return status;
}

int main(int argc, char **argv)
{
    sz_model *model = NULL;
    sz_variance *variance = NULL; /* constant: threads may share it */
    sz_error err = {0};
    sz_status status;

    if (argc != 2) return puts("usage: variance MODEL"), 2;
    status = sz_model_load(&model, argv[1], &err);
    if (status == SZ_OK)
        status = sz_variance_create(&variance, model, SZ_VARIANCE_LAMBDA, &err);
    if (status == SZ_OK) status = judge(model, variance, 1, &err);
    if (status == SZ_OK) status = judge(model, variance, 0, &err);
    if (status != SZ_OK) printf("variance: %s\n", err.message);
    sz_variance_free(variance);
    sz_model_free(model);
    return status != SZ_OK;
}
