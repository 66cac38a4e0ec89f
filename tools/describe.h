/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe.h - descriptors from strings; some take an optimal basis from data. */
#ifndef SZ_DESCRIBE_H
#define SZ_DESCRIBE_H

#include "base/error.h"

/* where: name of text in messages; data: the file that an optimal basis is computed from.
 * *spectrum receives the eigenvalues of such a basis; the caller frees it. */
sz_status sz_describe_text(sz_descriptor **descriptor, double **spectrum,
                           const char *text, const char *where, const char *data,
                           sz_error *err);

#endif
