/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_read.h - models as .soapz files, and models of either kind. */
#ifndef SZ_SOAPZ_READ_H
#define SZ_SOAPZ_READ_H

#include "format/gap_xml.h"

/* Reads a GAP XML file or a .soapz file: the first bytes tell which. */
sz_status sz_gap_load(sz_gap **gap, const char *path, sz_error *err);
/* The same, but where the file holds sparse points as environments, their vectors
 * x_sparse are not made: sz_model_build does not need them. */
sz_status sz_gap_load_bare(sz_gap **gap, const char *path, sz_error *err);
/* Makes the vectors that are missing. */
sz_status sz_gap_make_vectors(sz_gap *gap, sz_error *err);
/* Where there are vectors a .soapz file shall hold these, not the environments. */
void sz_gap_drop_environments(sz_gap *gap);

/* Writes a .soapz file (docs/format.md), complete or not at all. The same model gives
 * the same bytes. */
sz_status sz_gap_save(const sz_gap *gap, const char *path, sz_error *err);

/* Puts text under key in the place of an older note; text NULL takes it away. */
sz_status sz_gap_set_note(sz_gap *gap, const char *key, const char *text, sz_error *err);

/* The notes of a file alone, its soapz_version first, note [*n] to free with
 * sz_gap_notes_free; a GAP XML has none. */
sz_status sz_gap_notes(sz_gap_note **note, int *n, const char *path, sz_error *err);
void sz_gap_notes_free(sz_gap_note *note, int n);

#endif
