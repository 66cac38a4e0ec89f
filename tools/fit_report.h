/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_report.h - what a fit says: its plan, its speed, its errors. */
#ifndef SZ_FIT_REPORT_H
#define SZ_FIT_REPORT_H

#include "fit/system.h"

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

/* The data, and what e0 is. */
void sz_fit_print_data(const sz_dataset *train, const sz_fit_spec *spec, const sz_e0 *e0);
/* The sparse points and the memory of what follows. */
void sz_fit_print_points(const sz_gap *gap, int n_ranks, int n_threads);
/* Rows and their speed; beside that of a matrix product where there was time enough. */
void sz_fit_print_rows(const sz_fit_rows *rows, int n_workers);
void sz_fit_print_solution(const sz_lsq_report *solution);

/* The errors of the model in gap->path, the file, on the frames of path, by config_type:
 * printed under title, and as a note of gap. Stops at Ctrl-C with an error. */
sz_status sz_fit_report_errors(sz_gap *gap, const char *title, const char *note,
                               const char *path, const sz_dataset_names *name,
                               int n_threads, const sz_watch *watch, sz_error *err);

#endif
