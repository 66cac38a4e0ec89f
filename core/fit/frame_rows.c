/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frame_rows.c - a frame of the data: neighbours -> rows. */
#include "fit/frame_rows.h"

#include <stdlib.h>

sz_status sz_rows_species(int *species, const sz_dataset *train, const sz_model *model,
                          sz_error *err)
{
    int unknown = sz_dataset_map(species, train, model);

    if (unknown < 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s: no descriptor acts on element %s",
                   train->path, sz_element_symbol(train->z[unknown]));
}

sz_status sz_rows_of_frame(double **k, sz_rows *rows, sz_list *list,
                           const sz_dataset *train, int f, const int *species,
                           double cutoff, int n_columns, sz_error *err)
{
    const sz_dataset_frame *frame = &train->frame[f];
    sz_structure s = sz_dataset_structure(train, f);
    size_t columns = (size_t)n_columns, forces = 3 * (size_t)frame->n_atoms;
    int gradients = frame->has_force || frame->has_virial;
    int *of_atom = malloc(((size_t)frame->n_atoms + 1) * sizeof *of_atom);
    sz_status status = SZ_OK;

    *k = calloc((10 + forces) * columns, sizeof **k);
    if (!of_atom || !*k)
        status = sz_fail_memory(err, (10 + forces) * columns * 8, "the rows of a frame");
    for (int i = 0; i < frame->n_atoms && status == SZ_OK; i++)
        of_atom[i] = species[s.species[i]];
    s.species = of_atom;
    if (status == SZ_OK) status = sz_list_build(list, &s, cutoff, err);
    if (status == SZ_OK)
        status = sz_rows_frame(rows, list, *k, gradients ? *k + columns : NULL,
                               *k + (1 + forces) * columns, err);
    free(of_atom);
    return status;
}
