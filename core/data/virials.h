/* SPDX-License-Identifier: BSD-3-Clause
 *
 * virials.h - checks that virials are virials, in eV and with the right sign. */
#ifndef SZ_VIRIALS_H
#define SZ_VIRIALS_H

#include "data/dataset.h"

/* Checks both kinds of data read under these names: certain mistakes are errors,
 * suspicious values are warnings of data. */
sz_status sz_virials_check(sz_dataset *data, const sz_dataset_names *name, sz_error *err);
/* For frames given by a program, which have no names. */
sz_status sz_virials_warn(sz_warnings *warnings, const sz_dataset *data, sz_error *err);

#endif
