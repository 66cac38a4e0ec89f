/* SPDX-License-Identifier: BSD-3-Clause
 *
 * npz.h - named arrays in one file, as numpy.savez writes them: an uncompressed ZIP
 * archive of .npy files. */
#ifndef SZ_NPZ_H
#define SZ_NPZ_H

#include "npy.h"

#include <stdint.h>

enum { SZ_NPZ_MAX = 64 }; /* arrays of a file */

typedef struct {
    sz_output out;
    int n;
    struct {
        char name[40]; /* with .npy */
        uint32_t crc;
        uint64_t offset, size; /* of header and numbers */
    } member[SZ_NPZ_MAX];
    uint64_t at; /* bytes written so far */
    int failed;  /* errno of errors other than write errors */
    /* the array whose rows are being written */
    int n_columns;
    long n_rows;
    uint32_t crc; /* of the rows alone */
} sz_npz;

/* The file must be seekable: sizes are filled in last. */
sz_status sz_npz_open(sz_npz *npz, const char *path, sz_error *err);
/* A matrix of doubles row by row; sz_npz_close reports write errors. */
void sz_npz_begin(sz_npz *npz, const char *name, int n_columns);
void sz_npz_row(sz_npz *npz, const double *row);
void sz_npz_end(sz_npz *npz);
/* An array of doubles or of whole numbers, n_dim from 0 to 2. */
void sz_npz_reals(sz_npz *npz, const char *name, int n_dim, const long *shape,
                  const double *data);
void sz_npz_integers(sz_npz *npz, const char *name, int n_dim, const long *shape,
                     const int64_t *data);
/* ASCII text as an array of dimension 0. */
void sz_npz_text(sz_npz *npz, const char *name, const char *text);
sz_status sz_npz_close(sz_npz *npz, int keep, sz_error *err);

#endif
