/* SPDX-License-Identifier: BSD-3-Clause
 *
 * load.h - reads a model file of either format. */
#ifndef SZ_LOAD_H
#define SZ_LOAD_H

#include "model/gap.h"

/* The file that path stands for: path itself, or that of the potential of this name which
 * comes with soapz if there is no such file. The caller frees *file. */
sz_status sz_gap_file(char **file, const char *path, sz_error *err);

/* Reads a GAP XML file or a .soapz file, detected by the first bytes. Sparse points
 * stored as environments are kept so: sz_gap_make_vectors computes their vectors. */
sz_status sz_gap_load(sz_gap **gap, const char *path, sz_error *err);

/* Only the notes of a file, its soapz_version first; free note [*n] with
 * sz_gap_notes_free; a GAP XML has none. */
sz_status sz_gap_notes(sz_gap_note **note, int *n, const char *path, sz_error *err);

#endif
