/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names.h - under which names a file keeps its reference data. */
#ifndef SZ_NAMES_H
#define SZ_NAMES_H

#include "data/dataset.h"

enum { SZ_NAME_ENERGY, SZ_NAME_FORCE, SZ_NAME_VIRIAL, SZ_NAME_STRESS, SZ_N_NAMES };

typedef struct {
    char *name[SZ_N_NAMES];
} sz_found_names;

/* names: those of given and, where that is NULL, the first of the usual names that is in
 * the file, or "". A name that is given and that no frame has is an error, and so is a
 * file without any of them. */
sz_status sz_names_find(sz_found_names *names, const char *const given[SZ_N_NAMES],
                        const char *path, sz_error *err);
void sz_names_free(sz_found_names *names);

/* Puts them, which stay theirs, among those of a dataset. */
void sz_names_take(sz_dataset_names *to, const sz_found_names *names);
/* Those of data to compare with: of what only a fit takes or refuses nothing is read. */
sz_dataset_names sz_names_to_compare(const sz_dataset_names *names);

#endif
