/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_core.h - LJ and Coulomb in the description of a .soapz file. */
#ifndef SZ_SOAPZ_CORE_H
#define SZ_SOAPZ_CORE_H

#include "base/json.h"
#include "term/gap.h"

/* NULL if memory runs out. */
json_t *sz_describe_lj(const sz_gap_lj *lj);
json_t *sz_describe_coulomb(const sz_coulomb *coulomb);

/* Reads into gap->lj, gap->coulomb; the values are checked later, by sz_gap_check. */
sz_status sz_load_lj(sz_gap *gap, json_t *description, const char *path, sz_error *err);
sz_status sz_load_coulomb(sz_gap *gap, json_t *description, const char *path,
                          sz_error *err);

#endif
