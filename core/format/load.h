/* SPDX-License-Identifier: BSD-3-Clause
 *
 * load.h - a model file of either kind. */
#ifndef SZ_LOAD_H
#define SZ_LOAD_H

#include "model/gap.h"

/* Reads a GAP XML file or a .soapz file: the first bytes tell which. Sparse points that
 * the file holds as environments stay so: sz_gap_make_vectors makes vectors of them. */
sz_status sz_gap_load(sz_gap **gap, const char *path, sz_error *err);

/* The notes of a file alone, its soapz_version first, note [*n] to free with
 * sz_gap_notes_free; a GAP XML has none. */
sz_status sz_gap_notes(sz_gap_note **note, int *n, const char *path, sz_error *err);

#endif
