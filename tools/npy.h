/* SPDX-License-Identifier: BSD-3-Clause
 *
 * npy.h - a matrix of doubles in NumPy's file format, written row by row. */
#ifndef SZ_NPY_H
#define SZ_NPY_H

#include "tool.h"

enum { SZ_NPY_HEADER = 192 }; /* bytes before the numbers, a multiple of 64 */

/* The header of an array of type "f8", "i8" or "U12" in this machine's byte order. */
void sz_npy_header(char header[SZ_NPY_HEADER], const char *type, int n_dim,
                   const long *shape);

typedef struct {
    sz_output out;
    int n_columns;
    long n_rows;
} sz_npy;

/* The file must be seekable: the number of rows is filled in last. */
sz_status sz_npy_open(sz_npy *npy, const char *path, int n_columns, sz_error *err);
/* row [n_columns]; sz_npy_close reports write errors */
void sz_npy_row(sz_npy *npy, const double *row);
sz_status sz_npy_close(sz_npy *npy, int keep, sz_error *err);

#endif
