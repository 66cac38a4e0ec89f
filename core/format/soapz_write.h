/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_write.h - writes a potential as a .soapz file (docs/format.md). */
#ifndef SZ_SOAPZ_WRITE_H
#define SZ_SOAPZ_WRITE_H

#include "model/gap.h"

/* The file appears only when it is complete. The same potential gives the same bytes. */
sz_status sz_gap_save(const sz_gap *gap, const char *path, sz_error *err);

#endif
