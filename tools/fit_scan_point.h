/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_point.h - one fit of a scan: what it depends on, its errors and its cost. */
#ifndef SZ_FIT_SCAN_POINT_H
#define SZ_FIT_SCAN_POINT_H

#include "base/json.h"
#include "fit/fit.h"

/* What all points share. */
typedef struct {
    const sz_dataset *data, *test; /* test: they are judged by; NULL: by n_folds */
    char test_sum[33];
    int n_folds;
    sz_fit_setup setup;
} sz_scan_judge;

sz_status sz_scan_judge_open(sz_scan_judge *judge, const sz_dataset *data,
                             const sz_dataset *test, int n_folds,
                             const sz_fit_setup *setup, sz_error *err);

/* The sum of all that the result of a fit depends on: settings, data, what judges it, the
 * files that it reads, the version of soapz. */
sz_status sz_scan_sum(char sum[33], const sz_fit_spec *spec, const sz_scan_judge *judge,
                      sz_error *err);

/* The result, for json_decref: errors of energy, force and virial, n_unknowns, seconds,
 * and microseconds, the CPU time of one thread for an atom of the largest frame. A fit
 * that these settings do not allow has "failed", a sentence, instead. */
sz_status sz_scan_fit(json_t **result, const sz_fit_spec *spec,
                      const sz_scan_judge *judge, sz_error *err);

#endif
