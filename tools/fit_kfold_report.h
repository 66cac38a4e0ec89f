/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_kfold_report.h - a cross-validation measured, printed, filed and drawn. */
#ifndef SZ_FIT_KFOLD_REPORT_H
#define SZ_FIT_KFOLD_REPORT_H

#include "analyse/kfold_errors.h"

/* GP_FILE.kfold.json, to free; NULL with err set. */
char *sz_kfold_path(const char *gp_file, sz_error *err);

/* The errors of the folds of job: printed, as JSON in path, and drawn beside it as SVG
 * where Python can. */
sz_status sz_kfold_report(sz_fit_job *job, const char *path, sz_error *err);

#endif
