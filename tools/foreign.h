/* SPDX-License-Identifier: BSD-3-Clause
 *
 * foreign.h - structures in other formats (OUTCAR, POSCAR, cif, ase.db, ..), converted to
 * extended XYZ by python/soapz/foreign.py and ASE. */
#ifndef SZ_FOREIGN_H
#define SZ_FOREIGN_H

#include "base/error.h"

#include <stdio.h>

/* Starts as {0}. */
typedef struct {
    const char *name; /* as the user wrote it */
    char path[64];    /* the file to read if it was converted, else "" */
    FILE *file;       /* open file of path; it has no name in any folder */
} sz_foreign;

/* Leaves alone: files whose name ends in .xyz or .extxyz, or which begin with a number of
 * atoms; LAMMPS dumps; "-"; files that do not exist. */
sz_status sz_foreign_open(sz_foreign *foreign, const char *name, sz_error *err);
/* The file to read. */
const char *sz_foreign_path(const sz_foreign *foreign);
/* Replaces the name of the converted file by the user's in a message. */
void sz_foreign_mend(const sz_foreign *foreign, sz_error *err);
void sz_foreign_close(sz_foreign *foreign);

#endif
