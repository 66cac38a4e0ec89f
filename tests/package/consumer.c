/* SPDX-License-Identifier: BSD-3-Clause
 *
 * consumer.c - a program outside this project: energies and forces of a few atoms.
 *
 *   consumer model.xml */
#include <soapz.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Two atoms of a bcc cell, one displaced, of the first species of the model. */
static sz_status evaluate(const sz_model *model, sz_work *work, sz_list *list,
                          sz_error *err)
{
    const int species[2] = {0, 0};
    const double position[6] = {0.1, 0.0, 0.0, 1.62, 1.62, 1.62};
    const sz_structure bcc = {.n_atoms = 2,
                              .species = species,
                              .position = position,
                              .cell = {{3.24, 0, 0}, {0, 3.24, 0}, {0, 0, 3.24}},
                              .pbc = {1, 1, 1}};
    double energy[2], *dedr;
    sz_status status = sz_list_build(list, &bcc, sz_model_cutoff(model), err);

    if (status != SZ_OK) return status;
    dedr = malloc(3 * (size_t)list->n_pairs * sizeof *dedr);
    if (!dedr) return SZ_ERR_MEMORY;
    status = sz_compute(model, work, &list->nb, energy, dedr, err);
    if (status == SZ_OK) {
        printf("%s: %.6f eV\n", sz_model_symbol(model, 0), energy[0] + energy[1]);
        if (!isfinite(energy[0] + energy[1]) || energy[0] == 0.0) status = SZ_ERR_NUMERIC;
    }
    free(dedr);
    return status;
}

int main(int argc, char **argv)
{
    sz_model *model = NULL;
    sz_work *work = NULL;
    sz_list list = {0};
    sz_error err = {0};
    sz_status status;

    printf("soapz %s, %s\n", sz_version(), sz_blas_name());
    if (argc != 2) return 2;
    status = sz_model_load(&model, argv[1], &err);
    if (status == SZ_OK) status = sz_work_create(&work, model, 0, &err);
    if (status == SZ_OK) status = evaluate(model, work, &list, &err);
    if (status != SZ_OK) printf("consumer: %s\n", err.message);
    sz_list_free(&list);
    sz_work_free(work);
    sz_model_free(model);
    return status != SZ_OK;
}
