/* SPDX-License-Identifier: BSD-3-Clause
 *
 * virials.h - are the virials of the data virials, in eV and of the right sign? */
#ifndef SZ_VIRIALS_H
#define SZ_VIRIALS_H

#include "data/dataset.h"

/* Looks at both kinds of data read under these names: what is certainly not meant is an
 * error, what looks odd a warning of data. */
sz_status sz_virials_check(sz_dataset *data, const sz_dataset_names *name, sz_error *err);
/* Of frames of a program, which have no names. */
sz_status sz_virials_warn(sz_warnings *warnings, const sz_dataset *data, sz_error *err);

#endif
