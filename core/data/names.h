/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names.h - finds the names of the reference data in a file: one rule for fits,
 * validations and suggestions. */
#ifndef SZ_NAMES_H
#define SZ_NAMES_H

#include "data/dataset.h"

enum { SZ_NAME_ENERGY, SZ_NAME_FORCE, SZ_NAME_VIRIAL, SZ_NAME_STRESS, SZ_N_NAMES };

typedef enum {
    SZ_NAMES_COMPARE, /* a given name must occur in the file; other names are found */
    SZ_NAMES_FIT,     /* a given or default name of gap_fit that does not occur, while the
                         data have another name, is an error; ignored data are reported */
    SZ_NAMES_TEST     /* data beside those of the fit: given names come first */
} sz_names_use;

/* The user's request. */
typedef struct {
    sz_names_use use;
    /* NULL: by the rule; "", "none" and the like, if no frame has it: ignore this kind */
    const char *given[SZ_N_NAMES];
    const char *prefix; /* prepended to all names that are not given; NULL or "": any */
} sz_name_wish;

typedef struct {
    char *name[SZ_N_NAMES];  /* "": there is none */
    char *other[SZ_N_NAMES]; /* the same with or without a plural s, if frames differ
                                in that; else "" */
    char *sentence;          /* "energies from 'REF_energy', forces from .." */
    sz_warnings warnings;
} sz_found_names;

/* Reads all frames of path with the names found by the rule, and the other names of rest.
 * Warnings and the sentence go to *data. found may be NULL; otherwise always call
 * sz_names_free(found). */
sz_status sz_dataset_read_wish(sz_dataset **data, sz_found_names *found, const char *path,
                               const sz_name_wish *wish, const sz_dataset_names *rest,
                               sz_error *err);
void sz_names_free(sz_found_names *names);

/* The names for data to compare with: data that only a fit uses or refuses are not
 * read. */
sz_dataset_names sz_names_to_compare(const sz_dataset_names *names);

/* 1 for "", "none", "dummy" and other words that mean no name. */
int sz_name_is_none(const char *name);

#endif
