/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_format.h - code shared by the reader and the writer of .soapz files. */
#ifndef SZ_SOAPZ_FORMAT_H
#define SZ_SOAPZ_FORMAT_H

#include "model/gap.h"

#define SZ_FORMAT "soapz"
#define SZ_FORMAT_VERSION "1"

enum { SZ_NOTES_MAX = 100 };

/* 1 for the notes of the format itself; all others belong to the user. */
int sz_note_is_reserved(const char *key);

/* dot_product, ard_se or pp */
const char *sz_kernel_name(sz_covariance covariance);

#endif
