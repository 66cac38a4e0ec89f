/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_write.h - a potential on paper becomes a .soapz file (docs/format.md). */
#ifndef SZ_SOAPZ_WRITE_H
#define SZ_SOAPZ_WRITE_H

#include "model/gap.h"

/* Complete or not at all. The same potential gives the same bytes. */
sz_status sz_gap_save(const sz_gap *gap, const char *path, sz_error *err);

#endif
