/* SPDX-License-Identifier: BSD-3-Clause
 *
 * lsq_file.c - saves a stream of rows and resumes it.
 *
 *   magic, version, byte order      72 bytes of numbers (struct head)
 *   header of the caller            header_size bytes
 *   columns of a narrow triangle    narrow numbers, where there is one
 *   R or K^T K                      columns of the upper triangle: 1, 2, .. width values
 *   rows that wait                  columns of n_buffered values
 *   these two of the narrow triangle
 *   checksum of all this            8 bytes
 *
 * The length of the file follows from its first 72 bytes and is checked before anything
 * is allocated. Numbers are in the machine's format: the file is not portable between
 * machines. */
#define _POSIX_C_SOURCE 200809L
#include "linear/lsq.h"

#include "base/file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAGIC "soapzlsq"
#define HEADER_MAX ((uint64_t)1 << 30)

enum { VERSION = 2, BYTE_ORDER_MARK = 0x01020304 };

typedef struct {
    char magic[8];
    uint32_t version, byte_order;
    int32_t method, n_unknowns, n_block, n_buffered, n_regularised;
    int32_t narrow; /* unknowns of the narrow triangle, 0: there is none, */
    int32_t narrow_block, narrow_buffered; /* and its n_block, n_buffered */
    int64_t n_rows;
    uint64_t header_size;
    uint64_t size; /* of the file */
} head;

/* A file and the checksum of the bytes read or written. */
typedef struct {
    FILE *f;
    uint64_t sum;
    int failed;
} stream;

/* FNV-1a on words of 8 bytes; every step is invertible, so any single change is
 * detected. */
static void sum_add(uint64_t *sum, const void *data, size_t n)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0;

        memcpy(&word, p + i, n - i < 8 ? n - i : 8);
        *sum = (*sum ^ word) * 0x100000001b3u;
        *sum ^= *sum >> 32;
    }
}

static void put(stream *s, const void *data, size_t n)
{
    sum_add(&s->sum, data, n);
    if (n && !s->failed && fwrite(data, 1, n, s->f) != n) s->failed = 1;
}

static void get(stream *s, void *data, size_t n)
{
    if (n && !s->failed && fread(data, 1, n, s->f) != n) s->failed = 1;
    if (!s->failed) sum_add(&s->sum, data, n);
}

static uint64_t numbers_size(int32_t n_unknowns, int32_t n_buffered)
{
    uint64_t width = (uint64_t)n_unknowns + 1;

    return 8 * (width * (width + 1) / 2 + width * (uint64_t)n_buffered);
}

static uint64_t file_size(const head *h)
{
    uint64_t size = sizeof *h + h->header_size + 8;

    size += numbers_size(h->n_unknowns, h->n_buffered);
    if (h->narrow)
        size += sizeof(int) * (uint64_t)h->narrow +
                numbers_size(h->narrow, h->narrow_buffered);
    return size;
}

/* Reads or writes the triangle and the waiting rows with pass. */
static void pass_numbers(stream *s, const sz_lsq *lsq,
                         void (*pass)(stream *, double *, size_t))
{
    size_t width = (size_t)lsq->width;

    for (size_t j = 0; j < width; j++) pass(s, lsq->r + j * width, (j + 1));
    for (size_t j = 0; j < width; j++)
        pass(s, lsq->buffer + j * (size_t)lsq->stride, (size_t)lsq->n_buffered);
}

static void put_numbers(stream *s, double *x, size_t n)
{
    put(s, x, n * sizeof *x);
}

static void get_numbers(stream *s, double *x, size_t n)
{
    get(s, x, n * sizeof *x);
}

/* ---- write ------------------------------------------------------------------------ */

static head make_head(const sz_lsq *lsq, size_t header_size)
{
    head h = {.version = VERSION, .byte_order = BYTE_ORDER_MARK};

    memcpy(h.magic, MAGIC, sizeof h.magic);
    h.method = (int32_t)lsq->method;
    h.n_unknowns = lsq->n_unknowns;
    h.n_block = lsq->n_block;
    h.n_buffered = lsq->n_buffered;
    h.n_regularised = lsq->n_regularised;
    h.n_rows = lsq->n_rows;
    if (lsq->narrow) {
        h.narrow = lsq->narrow->n_unknowns;
        h.narrow_block = lsq->narrow->n_block;
        h.narrow_buffered = lsq->narrow->n_buffered;
    }
    h.header_size = header_size;
    h.size = file_size(&h);
    return h;
}

sz_status sz_lsq_save(const sz_lsq *lsq, const char *path, const void *header,
                      size_t header_size, sz_error *err)
{
    head h = make_head(lsq, header_size);
    stream s = {NULL, 0, 0};
    sz_output part = {0};
    sz_status status;
    uint64_t sum;

    if (header_size > HEADER_MAX)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s: a header of %zu bytes, allowed %llu",
                       path, header_size, (unsigned long long)HEADER_MAX);
    status = sz_output_open(&part, path, err);
    if (status == SZ_OK) {
        s.f = part.file;
        put(&s, &h, sizeof h);
        put(&s, header, header_size);
        if (lsq->narrow) put(&s, lsq->column, (size_t)h.narrow * sizeof *lsq->column);
        pass_numbers(&s, lsq, put_numbers);
        if (lsq->narrow) pass_numbers(&s, lsq->narrow, put_numbers);
        sum = s.sum;
        put(&s, &sum, sizeof sum);
        status = sz_output_finish(&part, err);
    }
    if (status == SZ_OK) status = sz_output_publish(&part, err);
    sz_output_free(&part);
    return status;
}

/* ---- read ------------------------------------------------------------------------- */

static int waits(int32_t n_block, int32_t n_buffered)
{
    return n_block >= 1 && n_block <= SZ_LSQ_MAX_BLOCK && n_buffered >= 0 &&
           n_buffered < n_block;
}

static sz_status check_head(const head *h, const char *path, int n_unknowns,
                            uint64_t size, sz_error *err)
{
    if (memcmp(h->magic, MAGIC, sizeof h->magic) != 0)
        return sz_fail(err, SZ_ERR_FORMAT, "%s is not a checkpoint of a soapz fit", path);
    if (h->byte_order != BYTE_ORDER_MARK || h->version != VERSION)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the checkpoint was written by another version of soapz or on "
                       "another kind of machine; start the fit again",
                       path);
    if (h->n_unknowns < 1 || h->n_unknowns > SZ_LSQ_MAX ||
        !waits(h->n_block, h->n_buffered) || h->n_regularised < 0 ||
        h->n_regularised > h->n_unknowns || h->n_rows < h->n_buffered ||
        h->header_size > HEADER_MAX || h->narrow < 0 || h->narrow > h->n_unknowns ||
        (h->narrow && !waits(h->narrow_block, h->narrow_buffered)) ||
        (h->method != SZ_LSQ_QR && h->method != SZ_LSQ_NORMAL) || h->size != file_size(h))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: the checkpoint is damaged", path);
    if (n_unknowns && h->n_unknowns != n_unknowns)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the checkpoint is of a fit with %d unknowns, not %d", path,
                       (int)h->n_unknowns, n_unknowns);
    if (h->size != size)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the checkpoint has %llu bytes instead of %llu: it is "
                       "truncated or damaged",
                       path, (unsigned long long)size, (unsigned long long)h->size);
    return SZ_OK;
}

static sz_status read_head(stream *s, const char *path, int n_unknowns, head *h,
                           sz_error *err)
{
    struct stat info;

    if (fstat(fileno(s->f), &info) || !S_ISREG(info.st_mode) ||
        (uint64_t)info.st_size < sizeof *h)
        return sz_fail(err, SZ_ERR_FORMAT, "%s is not a checkpoint of a soapz fit", path);
    get(s, h, sizeof *h);
    if (s->failed) return sz_fail(err, SZ_ERR_FILE, "%s: cannot read it", path);
    return check_head(h, path, n_unknowns, (uint64_t)info.st_size, err);
}

/* lsq is empty. */
static sz_status open_narrow(stream *s, const char *path, const head *h, sz_lsq *lsq,
                             sz_error *err)
{
    size_t n = (size_t)h->narrow;
    int *column = calloc(n, sizeof *column);
    sz_status status = SZ_OK;

    if (!column) return sz_fail_memory(err, n * sizeof *column, "the columns");
    get(s, column, n * sizeof *column);
    if (!s->failed) status = sz_lsq_narrow(lsq, h->narrow, column, err);
    free(column);
    if (status == SZ_ERR_ARGUMENT ||
        (lsq->narrow && lsq->narrow->n_block != h->narrow_block))
        status = sz_fail(err, SZ_ERR_FORMAT, "%s: the checkpoint is damaged", path);
    if (status == SZ_OK && lsq->narrow) lsq->narrow->n_buffered = h->narrow_buffered;
    return status;
}

/* Everything after the head. */
static sz_status read_body(stream *s, const char *path, const head *h, sz_lsq *lsq,
                           void *header, sz_error *err)
{
    uint64_t sum, stored = 0;
    sz_status status = SZ_OK;

    get(s, header, (size_t)h->header_size);
    if (h->narrow) status = open_narrow(s, path, h, lsq, err);
    if (status != SZ_OK) return status;
    lsq->n_buffered = h->n_buffered;
    lsq->n_regularised = h->n_regularised;
    lsq->n_rows = h->n_rows;
    pass_numbers(s, lsq, get_numbers);
    if (lsq->narrow) pass_numbers(s, lsq->narrow, get_numbers);
    sum = s->sum;
    get(s, &stored, sizeof stored);
    if (s->failed)
        return sz_fail(err, SZ_ERR_FILE, "%s: cannot read the checkpoint", path);
    if (sum != stored)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the checkpoint is damaged: its checksum is not that of its "
                       "content",
                       path);
    return SZ_OK;
}

sz_status sz_lsq_load(sz_lsq **lsq, const char *path, int n_unknowns, void **header,
                      size_t *header_size, sz_error *err)
{
    stream s = {fopen(path, "rb"), 0, 0};
    head h = {.version = 0};
    sz_lsq *l = NULL;
    void *blob = NULL;
    sz_status status;

    *lsq = NULL;
    *header = NULL;
    *header_size = 0;
    if (!s.f)
        return sz_fail(err, SZ_ERR_FILE, "%s: cannot open the checkpoint: %s", path,
                       strerror(errno));
    status = read_head(&s, path, n_unknowns, &h, err);
    if (status == SZ_OK && !(blob = malloc((size_t)h.header_size + 1)))
        status = sz_fail_memory(err, (size_t)h.header_size, "a checkpoint's header");
    if (status == SZ_OK)
        status = sz_lsq_create(&l, h.n_unknowns, h.n_block, (sz_lsq_method)h.method, err);
    if (status == SZ_OK) status = read_body(&s, path, &h, l, blob, err);
    if (status == SZ_OK) {
        *lsq = l;
        *header = blob;
        *header_size = (size_t)h.header_size;
        l = NULL;
        blob = NULL;
    }
    sz_lsq_free(l);
    free(blob);
    fclose(s.f);
    return status;
}
