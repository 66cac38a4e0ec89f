/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_curve_report.h - learning curves: errors, table, JSON file and picture. */
#ifndef SZ_FIT_CURVE_REPORT_H
#define SZ_FIT_CURVE_REPORT_H

#include "analyse/curve_errors.h"

/* Checks before the fit that the file can be written, and that neither it nor its picture
 * is a file of the fit. */
sz_status sz_curve_check(const char *path, sz_files *files, sz_error *err);

/* The errors of all models of job on test (NULL: on the data of the fit): printed,
 * written to path as JSON, and drawn beside it as SVG if Python is available. */
sz_status sz_curve_report(sz_fit_job *job, const sz_dataset *test, const char *path,
                          sz_error *err);

#endif
