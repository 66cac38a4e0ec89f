/* SPDX-License-Identifier: BSD-3-Clause
 *
 * npy.c - NumPy's format 1.0: "\x93NUMPY", version, length of the header, a Python
 * dictionary padded with blanks, then the numbers, last index fastest. */
#include "npy.h"

#include <errno.h>
#include <string.h>

enum { HEADER = 128 }; /* bytes before the numbers, a multiple of 64 */

static void write_header(sz_npy *npy)
{
    const int one = 1;
    char text[HEADER];
    int n;

    memset(text, ' ', sizeof text);
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    text[8] = (char)(HEADER - 10);
    text[9] = 0;
    n = snprintf(text + 10, HEADER - 10,
                 "{'descr': '%cf8', 'fortran_order': False, 'shape': (%ld, %d), }",
                 *(const char *)&one ? '<' : '>', npy->n_rows, npy->n_columns);
    text[10 + n] = ' '; /* instead of the end of the string */
    text[HEADER - 1] = '\n';
    fwrite(text, 1, sizeof text, npy->out.file);
}

sz_status sz_npy_open(sz_npy *npy, const char *path, int n_columns, sz_error *err)
{
    sz_status status;

    memset(npy, 0, sizeof *npy);
    status = sz_output_open(&npy->out, path, err);
    if (status != SZ_OK) return status;
    npy->n_columns = n_columns;
    if (!npy->out.path || fseek(npy->out.file, 0, SEEK_SET) != 0) {
        const char *name = npy->out.name;

        sz_output_close(&npy->out, 0, NULL);
        return sz_fail(err, SZ_ERR_FILE,
                       "cannot write %s: an .npy file must be a real file, its number of "
                       "rows is filled in last",
                       name);
    }
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
