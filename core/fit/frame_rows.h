/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frame_rows.h - the rows of K_nM of a frame of the data. */
#ifndef SZ_FRAME_ROWS_H
#define SZ_FRAME_ROWS_H

#include "data/dataset.h"
#include "fit/rows.h"

/* species [n_species] of model, for each species of train. An element that model does not
 * know is an error. */
sz_status sz_rows_species(int *species, const sz_dataset *train, const sz_model *model,
                          sz_error *err);

/* The rows of frame f: energy, then 3 n_atoms forces, then 9 virials, as in rows.h; those
 * after the energy are zero where the frame has neither forces nor a virial. species as
 * above; the frame's neighbours are in list afterwards. *k [10 + 3 n_atoms][n_columns] is
 * the caller's to free, also after an error. */
sz_status sz_rows_of_frame(double **k, sz_rows *rows, sz_list *list,
                           const sz_dataset *train, int f, const int *species,
                           double cutoff, int n_columns, sz_error *err);

#endif
