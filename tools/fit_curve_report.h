/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_curve_report.h - learning curves measured, printed, filed and drawn. */
#ifndef SZ_FIT_CURVE_REPORT_H
#define SZ_FIT_CURVE_REPORT_H

#include "fit/curve.h"

/* The errors of all models on test_file, else on the data of the fit: printed, as JSON
 * in path, and drawn beside it as SVG where Python can. */
sz_status sz_curve_report(const sz_curve *curve, const char *path, const sz_gap *gap,
                          const sz_fit_spec *spec, const sz_dataset *train,
                          const sz_e0 *e0, int n_threads, const sz_watch *watch,
                          sz_error *err);

#endif
