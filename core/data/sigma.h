/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sigma.h - the sigmas of the data of a frame, by its config_type. */
#ifndef SZ_SIGMA_H
#define SZ_SIGMA_H

#include "base/error.h"

/* eV per sqrt(atom), eV/Angstrom, eV per sqrt(atom) */
typedef struct {
    double energy, force, virial;
} sz_sigma;

typedef struct {
    char *config_type;
    sz_sigma sigma;
} sz_sigma_entry;

typedef struct {
    int n;
    sz_sigma_entry *entry; /* one of them is "default" when the table is complete */
    int per_atom;          /* 1: energy and virial grow with sqrt(n_atoms) */
} sz_sigma_table;

void sz_sigma_free(sz_sigma_table *table);
/* A config_type that exists already is SZ_ERR_FORMAT; where names the source. */
sz_status sz_sigma_add(sz_sigma_table *table, const char *config_type, sz_sigma sigma,
                       const char *where, sz_error *err);
/* Index of the config_type (case matters), or -1. */
int sz_sigma_find(const sz_sigma_table *table, const char *config_type);
/* The sigmas of the rows of a frame; those of "default" if the type is unknown. */
sz_sigma sz_sigma_rows(const sz_sigma_table *table, const char *config_type, int n_atoms);

#endif
