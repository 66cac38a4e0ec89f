/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describe_out.h - output of soapz describe: .npz, or .npy for the matrix alone. */
#ifndef SZ_DESCRIBE_OUT_H
#define SZ_DESCRIBE_OUT_H

#include "descriptor/soap.h"
#include "npz.h"

typedef struct {
    int zip; /* 1: npz, 0: npy */
    sz_npy npy;
    sz_npz npz;
    int n_columns;
    long n_rows, room;
    int64_t *frame, *atom, *species; /* [n_rows] */
    double *spectrum; /* [l_max+1][n_slots n_max] of an optimal basis, or NULL */
} sz_describe_out;

/* An .npz file if path ends in .npz, else .npy. */
sz_status sz_describe_open(sz_describe_out *out, const char *path, int n_columns,
                           sz_error *err);
/* Writes the first n_columns numbers of row, and the atom that it belongs to. */
sz_status sz_describe_row(sz_describe_out *out, const double *row, long frame, int atom,
                          int species, sz_error *err);
sz_status sz_describe_check(const sz_describe_out *out, sz_error *err);
/* After the last row: writes the text and matrices of the descriptor. */
void sz_describe_matrices(sz_describe_out *out, const char *text, const sz_describer *d);
sz_status sz_describe_close(sz_describe_out *out, int keep, sz_error *err);
void sz_describe_free(sz_describe_out *out);

#endif
