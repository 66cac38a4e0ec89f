/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_report.h - what a fit prints: plan, speed, errors. */
#ifndef SZ_FIT_REPORT_H
#define SZ_FIT_REPORT_H

#include "error_table.h"
#include "fit/fit.h"

/* Time and peak memory at the end of each stage. */
typedef struct {
    double last; /* seconds */
    int n;
    struct {
        const char *name;
        double seconds, megabytes;
    } stage[8];
} sz_fit_clock;

void sz_fit_clock_start(sz_fit_clock *clock);
/* The stage of this name has ended. */
void sz_fit_clock_stage(sz_fit_clock *clock, const char *name);
void sz_fit_clock_print(const sz_fit_clock *clock);

/* The data, and the source of e0. */
void sz_fit_print_data(const sz_fit_job *job);
/* The sparse points and the memory of the next stages. */
void sz_fit_print_points(const sz_fit_job *job);
/* The learning curves, the cross-validation to come. */
void sz_fit_print_curve(const sz_fit_job *job);
void sz_fit_print_kfold(const sz_fit_job *job);
/* Rows and their speed; beside that of a matrix product where there was time enough. */
void sz_fit_print_rows(const sz_fit_job *job);
void sz_fit_print_solution(const sz_lsq_report *solution);

/* The errors of a model of job on data, in a table that the caller frees, after an error
 * too. */
sz_status sz_fit_errors(sz_error_table *table, const sz_fit_job *job,
                        const sz_model *model, const sz_dataset *data, sz_error *err);

/* The errors of job's model on data by config_type: printed under title, and stored as a
 * note of the model. If the watch stops it the status is SZ_ERR_STOPPED. */
sz_status sz_fit_report_errors(const sz_fit_job *job, const sz_model *model,
                               const char *title, const char *note,
                               const sz_dataset *data, sz_error *err);

#endif
