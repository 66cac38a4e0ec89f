/* SPDX-License-Identifier: BSD-3-Clause
 *
 * turbo_map.h - the file that compress_file of soap_turbo names: the kept components, or
 * a linear map of them. As numbers:
 *
 *   n, alpha_max of each of n species, l_max, components, then of each entry
 *   component, place in the full vector, factor                          from 0 */
#ifndef SZ_TURBO_MAP_H
#define SZ_TURBO_MAP_H

#include "base/error.h"

#include <stdio.h>

/* The numbers of the file, which the caller frees. */
sz_status sz_turbo_map_read(double **number, int *n, const char *path, sz_error *err);
/* The file as text, with every factor written out. */
void sz_turbo_map_write(FILE *file, const double *number, int n);
/* The position of the n_sum numbers of sz_compression_spec.sum: components, then the
 * entries. Fails if the map does not match these species, or if an entry is outside the
 * n_full components. */
sz_status sz_turbo_map_check(const double *number, int n, int n_species, const int *n_max,
                             int l_max, int n_full, const char *where, sz_error *err);

#endif
