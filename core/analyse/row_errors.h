/* SPDX-License-Identifier: BSD-3-Clause
 *
 * row_errors.h - the errors of many models that differ in their weights alone. */
#ifndef SZ_ROW_ERRORS_H
#define SZ_ROW_ERRORS_H

#include "analyse/errors.h"
#include "fit/system.h"

typedef struct {
    const sz_system *system;
    int n_models;
    const double *alpha; /* [n_models][unknowns of system], in the order of its terms;
                            weights of the system do not count */
    const int *judge;    /* [n_frames] the one model that a frame judges, -1: none; or
                            NULL: each frame judges all */
    int n_threads;
    const sz_watch *watch; /* or NULL */
} sz_row_models;

/* Adds the errors of the models on the frames to table [n_models], whose tables are of
 * the same data and of targets without e0 and the baseline. A frame's rows are made once
 * for all models. */
sz_status sz_row_errors(sz_error_table *table, const sz_row_models *models,
                        sz_error *err);

#endif
