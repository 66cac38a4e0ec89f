/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_curve_report.h - learning curves: errors, table, JSON file and picture. */
#ifndef SZ_FIT_CURVE_REPORT_H
#define SZ_FIT_CURVE_REPORT_H

#include "analyse/curve_errors.h"

/* The errors of all models of job on test, or, NULL, on the data of the fit: printed, as
 * JSON in path, and drawn beside it as SVG where Python can. */
sz_status sz_curve_report(sz_fit_job *job, const sz_dataset *test, const char *path,
                          sz_error *err);

#endif
