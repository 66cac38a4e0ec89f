/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe.h - descriptors of strings, with what data have to say to them. */
#ifndef SZ_DESCRIBE_H
#define SZ_DESCRIBE_H

#include "base/error.h"

/* where: what text is called in messages; data: the file that an optimal basis comes
 * from. *spectrum, to free, is set where there is such a basis: its eigenvalues. */
sz_status sz_describe_text(sz_descriptor **descriptor, double **spectrum,
                           const char *text, const char *where, const char *data,
                           sz_error *err);

#endif
