/* SPDX-License-Identifier: BSD-3-Clause
 *
 * foreign.h - structures in files that are no extended XYZ: OUTCAR, POSCAR, cif, ase.db,
 * .. become that on the way, through python/soapz/foreign.py and ASE. */
#ifndef SZ_FOREIGN_H
#define SZ_FOREIGN_H

#include "base/error.h"

#include <stdio.h>

/* Starts as {0}. */
typedef struct {
    const char *name; /* as the user wrote it */
    char path[64];    /* what to read where it was foreign, else "" */
    FILE *file;       /* behind path; it has no name in any folder */
} sz_foreign;

/* A file whose name ends in .xyz or .extxyz, or that begins with a number of atoms, a
 * LAMMPS dump, and "-" are left alone, and so is one that is not there. */
sz_status sz_foreign_open(sz_foreign *foreign, const char *name, sz_error *err);
/* The file to read. */
const char *sz_foreign_path(const sz_foreign *foreign);
/* A message about it names the file of the user. */
void sz_foreign_mend(const sz_foreign *foreign, sz_error *err);
void sz_foreign_close(sz_foreign *foreign);

#endif
