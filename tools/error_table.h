/* SPDX-License-Identifier: BSD-3-Clause
 *
 * error_table.h - the table of errors as lines of text; errors as JSON. */
#ifndef SZ_ERROR_TABLE_H
#define SZ_ERROR_TABLE_H

#include "analyse/errors.h"
#include "base/json.h"

#include <stdio.h>

/* Text lines: a header, one line per config_type, the total, one line per element; lines
 * without data are left out. Energies and virials in meV/atom, forces in eV/Angstrom:
 * MAE, RMSE. */
void sz_error_table_print(const sz_error_table *table, FILE *file);

/* {"n": .., "mae": .., "rmse": .., "max": ..}, NULL where memory ends */
json_t *sz_json_errors(const sz_error_sum *sum);

#endif
