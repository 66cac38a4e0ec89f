/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_print.h - the table of a scan. */
#ifndef SZ_FIT_SCAN_PRINT_H
#define SZ_FIT_SCAN_PRINT_H

#include "base/json.h"
#include "fit_scan_grid.h"

/* A line for each result [n_points] that there is, in the order of the grid, with the
 * best marked, and the command word [n] of the best. */
void sz_scan_print(const sz_scan_grid *grid, const json_t *const *result, int n,
                   char *const *word);

#endif
