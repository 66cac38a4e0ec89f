/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_read.h - reads a .soapz file. */
#ifndef SZ_SOAPZ_READ_H
#define SZ_SOAPZ_READ_H

#include "model/gap.h"

sz_status sz_soapz_read(sz_gap **gap, const char *path, sz_error *err);
/* Only the notes, soapz_version first; free note [*n] with sz_gap_notes_free. */
sz_status sz_soapz_read_notes(sz_gap_note **note, int *n, const char *path,
                              sz_error *err);

#endif
