/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_system.h - the rows of all frames into the least-squares system, and its solution.
 */
#ifndef SZ_FIT_SYSTEM_H
#define SZ_FIT_SYSTEM_H

#include "gap_xml.h"
#include "lsq.h"
#include "train.h"

typedef struct {
    long long n_rows;
    double seconds_rows, seconds_solve;
    sz_lsq_report solution;
} sz_fit_result;

/* Bytes that the system of n_unknowns takes with that many threads. */
size_t sz_fit_memory(int n_unknowns, int n_threads);

/* Fills gap's weights. The threads take frames in turn, each into a factor of its own;
 * the factors are merged. */
sz_status sz_fit_solve(sz_gap *gap, const sz_fit_spec *spec, const sz_train *train,
                       int n_threads, sz_fit_result *result, sz_error *err);

#endif
