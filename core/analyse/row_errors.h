/* SPDX-License-Identifier: BSD-3-Clause
 *
 * row_errors.h - the errors of many models that differ in their weights alone. */
#ifndef SZ_ROW_ERRORS_H
#define SZ_ROW_ERRORS_H

#include "analyse/errors.h"
#include "model/gap.h"

/* Adds the errors of n_models models on all frames of train, from whose energies e0 is
 * taken off, to table [n_models].
 * alpha [n_models][unknowns of gap], in the order of gap's coordinates; gap's own weights
 *       do not count.
 * A frame's rows are made once for all models. */
sz_status sz_row_errors(sz_error_table *table, const sz_gap *gap, const sz_dataset *train,
                        int n_models, const double *alpha, int n_threads,
                        const sz_watch *watch, sz_error *err);

#endif
