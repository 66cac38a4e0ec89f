/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_sparse.c - sparse points in a file beside the XML: d*M numbers as text, the
 * d components of point 1, then of point 2, ... The file is read whole, so that its
 * MD5 sum and its numbers come from the same bytes. */
#include "format/xml_reader.h"

#include "base/md5.h"
#include "base/number.h"
#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *path;
    char *text; /* [size+1] NUL-terminated */
    size_t size;
} sz_sparse_file;

static sz_status fail_file(sz_reader *r, int line, const char *path, const char *what)
{
    return sz_fail(
        r->err, SZ_ERR_FILE,
        "%s:%d: the file of sparse points %s %s: %s; put it beside the XML file", r->path,
        line, path, what, strerror(errno));
}

static sz_status read_open(sz_reader *r, int line, FILE *stream, sz_sparse_file *f)
{
    long size = -1;

    errno = 0;
    fgetc(stream); /* fails for a folder */
    if (ferror(stream)) return fail_file(r, line, f->path, "cannot be read");
    if (fseek(stream, 0, SEEK_END) == 0) size = ftell(stream);
    if (size < 0 || (unsigned long)size >= SIZE_MAX || fseek(stream, 0, SEEK_SET) != 0)
        return fail_file(r, line, f->path, "cannot be read");
    f->text = malloc((size_t)size + 1);
    if (!f->text) return sz_fail_memory(r->err, (size_t)size + 1, f->path);
    f->size = fread(f->text, 1, (size_t)size, stream);
    f->text[f->size] = '\0';
    if (f->size != (size_t)size) return fail_file(r, line, f->path, "cannot be read");
    return SZ_OK;
}

static sz_status read_file(sz_reader *r, int line, sz_sparse_file *f)
{
    FILE *stream = fopen(f->path, "rb");
    sz_status status;

    if (!stream) return fail_file(r, line, f->path, "cannot be opened");
    status = read_open(r, line, stream, f);
    fclose(stream);
    return status;
}

static sz_status check_md5(sz_reader *r, const sz_term_xml *x, const sz_sparse_file *f)
{
    char hex[33];

    if (!x->md5) return SZ_OK;
    sz_md5(f->text, f->size, hex);
    if (sz_same_word(hex, x->md5)) return SZ_OK;
    return sz_fail(r->err, SZ_ERR_FORMAT,
                   "%s: the md5 sum is %s but %s:%d expects %.40s; the file is damaged "
                   "or belongs to another fit, copy the one written with this XML",
                   f->path, hex, r->path, x->c.line, x->md5);
}

static long line_of(const sz_sparse_file *f, const char *p)
{
    long line = 1;

    for (const char *q = f->text; q < p; q++) line += *q == '\n';
    return line;
}

/* Reads value[n] from the text, which must contain nothing else. */
static sz_status read_numbers(sz_reader *r, const sz_term_xml *x, const sz_sparse_file *f,
                              size_t n, double *value)
{
    const char *p = sz_skip_blanks(f->text);
    size_t k = 0;

    for (; *p && k < n; k++) {
        const char *end = sz_scan_double(p, value + k);

        if (!end || (*end && !sz_is_blank(*end)))
            return sz_fail(
                r->err, SZ_ERR_FORMAT,
                "%s:%ld: '%.30s' does not begin with a finite number; the file "
                "is damaged, copy it again",
                f->path, line_of(f, p), p);
        p = sz_skip_blanks(end);
    }
    if (k == n && p == f->text + f->size) return SZ_OK;
    if (k == n)
        return sz_fail(r->err, SZ_ERR_FORMAT,
                       "%s:%ld: more than the %d x %d numbers that %s:%d expects "
                       "(n_sparseX x dimensions); the file belongs to another fit",
                       f->path, line_of(f, p), x->c.n_sparse, x->c.n_dim, r->path,
                       x->c.line);
    return sz_fail(
        r->err, SZ_ERR_FORMAT,
        "%s:%ld: ends after %zu of the %d x %d numbers that %s:%d expects "
        "(n_sparseX x dimensions); the file is cut off or belongs to another fit",
        f->path, line_of(f, p), k, x->c.n_sparse, x->c.n_dim, r->path, x->c.line);
}

/* The counts come from the XML: a file with that many numbers has at least twice as many
 * bytes, less one; otherwise nothing is allocated. */
static sz_status check_size(sz_reader *r, const sz_term_xml *x, const sz_sparse_file *f)
{
    uint64_t n = (uint64_t)x->c.n_sparse * (uint64_t)x->c.n_dim;

    if (n <= ((uint64_t)f->size + 1) / 2 && n <= SIZE_MAX / sizeof(double)) return SZ_OK;
    return sz_fail(
        r->err, SZ_ERR_FORMAT,
        "%s: too short (%zu bytes) for the %d x %d numbers that %s:%d expects "
        "(n_sparseX x dimensions); the file is cut off or belongs to another fit",
        f->path, f->size, x->c.n_sparse, x->c.n_dim, r->path, x->c.line);
}

sz_status sz_sparse_load(sz_reader *r, sz_term_xml *x)
{
    sz_sparse_file f = {NULL, NULL, 0};
    size_t n = (size_t)x->c.n_sparse * (size_t)x->c.n_dim;
    sz_status status;

    if (!x->file || x->c.n_sparse == 0) return SZ_OK;
    if (sz_leaves_folder(x->file))
        return sz_reader_fail_at(r, x->c.line,
                                 "sparseX_filename=\"%.200s\" leads out of the folder of "
                                 "the model; put that file beside the XML file and name "
                                 "it without a folder",
                                 x->file);
    f.path = sz_path_beside(r->path, x->file, r->err);
    status = f.path ? SZ_OK : SZ_ERR_MEMORY;
    if (status == SZ_OK)
        status = sz_files_read(r->files, "sparse points of the model", f.path, r->err);
    if (status == SZ_OK) status = read_file(r, x->c.line, &f);
    if (status == SZ_OK) status = check_md5(r, x, &f);
    if (status == SZ_OK) status = check_size(r, x, &f);
    if (status == SZ_OK) {
        x->c.x_sparse = malloc(n * sizeof *x->c.x_sparse);
        if (x->c.x_sparse)
            status = read_numbers(r, x, &f, n, x->c.x_sparse);
        else
            status = sz_fail_memory(r->err, n * sizeof *x->c.x_sparse, f.path);
    }
    free(f.path);
    free(f.text);
    return status;
}
