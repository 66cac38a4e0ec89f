/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names.h - under which names a file keeps its reference data: one rule for fits,
 * validations and suggestions. */
#ifndef SZ_NAMES_H
#define SZ_NAMES_H

#include "data/dataset.h"

enum { SZ_NAME_ENERGY, SZ_NAME_FORCE, SZ_NAME_VIRIAL, SZ_NAME_STRESS, SZ_N_NAMES };

typedef enum {
    SZ_NAMES_COMPARE, /* a name that is given must be in the file; what is found is used
                       */
    SZ_NAMES_FIT, /* where a name is given or usual for gap_fit, and the data are under
                   * another: an error; what is left out is said */
    SZ_NAMES_TEST /* of data beside those of the fit: names that are given come first */
} sz_names_use;

/* What the user wants. */
typedef struct {
    sz_names_use use;
    /* NULL: by the rule; "", "none" and the like, if no frame has it: nothing of the kind
     */
    const char *given[SZ_N_NAMES];
    const char *prefix; /* before all names that are not given; NULL or "": any */
} sz_name_wish;

typedef struct {
    char *name[SZ_N_NAMES];  /* "": there is none */
    char *other[SZ_N_NAMES]; /* the same with or without a plural s, where frames differ
                              * in that; else "" */
    char *sentence;          /* "energies from 'REF_energy', forces from .." */
    sz_warnings warnings;
} sz_found_names;

/* All frames of path under the names that the rule finds, with the other names of rest.
 * Their warnings and the sentence are in *data. found may be NULL; else
 * sz_names_free(found) in any case. */
sz_status sz_dataset_read_wish(sz_dataset **data, sz_found_names *found, const char *path,
                               const sz_name_wish *wish, const sz_dataset_names *rest,
                               sz_error *err);
void sz_names_free(sz_found_names *names);

/* Those of data to compare with: of what only a fit takes or refuses nothing is read. */
sz_dataset_names sz_names_to_compare(const sz_dataset_names *names);

/* 1 for "", "none", "dummy" and other words for a name that is not meant to be there. */
int sz_name_is_none(const char *name);

#endif
