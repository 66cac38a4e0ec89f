/* SPDX-License-Identifier: BSD-3-Clause
 *
 * row_errors.h - the errors of many models that differ in their weights alone. */
#ifndef SZ_ROW_ERRORS_H
#define SZ_ROW_ERRORS_H

#include "analyse/errors.h"
#include "fit/system.h"

/* Adds the errors of n_models models on all frames to table [n_models], whose tables are
 * of the same data and of targets without e0 and the baseline.
 * alpha [n_models][unknowns of system], in the order of its terms; weights of the system
 *       do not count.
 * A frame's rows are made once for all models. */
sz_status sz_row_errors(sz_error_table *table, const sz_system *system, int n_models,
                        const double *alpha, int n_threads, const sz_watch *watch,
                        sz_error *err);

#endif
