/* SPDX-License-Identifier: BSD-3-Clause
 *
 * npy.c - NumPy's format 1.0: "\x93NUMPY", version, length of the header, a Python
 * dictionary padded with blanks, then the numbers, last index fastest. */
#include "npy.h"

#include <errno.h>
#include <string.h>

void sz_npy_header(char header[SZ_NPY_HEADER], const char *type, int n_dim,
                   const long *shape)
{
    const int one = 1;
    char text[SZ_NPY_HEADER - 10];
    size_t n;

    n = (size_t)snprintf(text, sizeof text,
                         "{'descr': '%c%.20s', 'fortran_order': False, 'shape': (",
                         *(const char *)&one ? '<' : '>', type);
    for (int d = 0; d < n_dim; d++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%ld, ", shape[d]);
    n += (size_t)snprintf(text + n, sizeof text - n, "), }");
    memset(header, ' ', SZ_NPY_HEADER);
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = (char)(SZ_NPY_HEADER - 10); /* low byte, high byte */
    header[9] = 0;
    memcpy(header + 10, text, n);
    header[SZ_NPY_HEADER - 1] = '\n';
}

static void write_header(sz_npy *npy)
{
    const long shape[2] = {npy->n_rows, npy->n_columns};
    char header[SZ_NPY_HEADER];

    sz_npy_header(header, "f8", 2, shape);
    fwrite(header, 1, sizeof header, npy->out.file);
}

sz_status sz_npy_open(sz_npy *npy, const char *path, int n_columns, sz_error *err)
{
    sz_status status;

    memset(npy, 0, sizeof *npy);
    status = sz_open_array(&npy->out, path, err);
    if (status != SZ_OK) return status;
    npy->n_columns = n_columns;
    write_header(npy);
    return SZ_OK;
}

void sz_npy_row(sz_npy *npy, const double *row)
{
    fwrite(row, sizeof *row, (size_t)npy->n_columns, npy->out.file);
    npy->n_rows++;
}

sz_status sz_npy_close(sz_npy *npy, int keep, sz_error *err)
{
    sz_status status = SZ_OK;

    if (npy->out.file && keep) {
        if (fseek(npy->out.file, 0, SEEK_SET) == 0)
            write_header(npy);
        else
            status = sz_fail(err, SZ_ERR_FILE, "cannot write %s: %s", npy->out.name,
                             strerror(errno));
    }
    if (status != SZ_OK) {
        sz_output_close(&npy->out, 0, NULL);
        return status;
    }
    return sz_output_close(&npy->out, keep, err);
}
