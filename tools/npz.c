/* SPDX-License-Identifier: BSD-3-Clause
 *
 * npz.c - a ZIP archive without compression (PKWARE APPNOTE 6.3).
 *
 *   for each member: local header, name, extra field, bytes
 *   central directory: the same headers once more with the place of each
 *   ZIP64 end record, its locator, end record
 *
 * Sizes and offsets are 64 bits wide throughout (ZIP64), so that no matrix is too large.
 * Header and checksum of the matrix that is written row by row are filled in afterwards.
 * All numbers of the archive are little-endian. */
#include "npz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LOCAL = 30, EXTRA = 20 }; /* bytes of a local header, of its ZIP64 field */

/* ---- checksums --------------------------------------------------------------------- */

/* CRC-32: the remainder of the message as a polynomial over GF(2), lowest bit first. The
 * register starts with ones and is inverted at the end. */
#define POLYNOMIAL 0xEDB88320u

static uint32_t crc_add(uint32_t crc, const void *data, size_t n)
{
    static const uint32_t of_four_bits[16] = {
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
        0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
        0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
    const unsigned char *byte = data;

    for (size_t i = 0; i < n; i++) {
        crc ^= byte[i];
        crc = crc >> 4 ^ of_four_bits[crc & 15];
        crc = crc >> 4 ^ of_four_bits[crc & 15];
    }
    return crc;
}

/* product of two polynomials modulo POLYNOMIAL; the highest bit is x^0 */
static uint32_t multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;

    for (uint32_t bit = 1u << 31; bit; bit >>= 1) {
        if (a & bit) product ^= b;
        b = b & 1 ? b >> 1 ^ POLYNOMIAL : b >> 1;
    }
    return product;
}

/* the register after n more zero bytes: crc x^(8n) */
static uint32_t crc_shift(uint32_t crc, uint64_t n)
{
    for (uint32_t power = 1u << 23; n; n >>= 1, power = multiply(power, power))
        if (n & 1) crc = multiply(crc, power);
    return crc;
}

/* ---- records ----------------------------------------------------------------------- */

/* a record under construction */
typedef struct {
    unsigned char byte[128];
    size_t n;
} record;

static void put(record *r, int bytes, uint64_t x)
{
    for (int k = 0; k < bytes; k++) r->byte[r->n++] = (unsigned char)(x >> (8 * k) & 255);
}

static void write_bytes(sz_npz *npz, const void *data, size_t n)
{
    fwrite(data, 1, n, npz->out.file);
    npz->at += n;
}

static void write_record(sz_npz *npz, const record *r)
{
    write_bytes(npz, r->byte, r->n);
}

/* the fields that local header and central directory share: version needed .. length of
 * name */
static void put_common(record *r, const sz_npz *npz, int k)
{
    put(r, 2, 45); /* ZIP64 */
    put(r, 2, 0);
    put(r, 2, 0);    /* stored */
    put(r, 2, 0);    /* midnight */
    put(r, 2, 0x21); /* 1980-01-01: the same input gives the same file */
    put(r, 4, npz->member[k].crc);
    put(r, 4, 0xFFFFFFFFu); /* sizes: in the ZIP64 field */
    put(r, 4, 0xFFFFFFFFu);
    put(r, 2, strlen(npz->member[k].name));
}

static void write_local(sz_npz *npz, int k)
{
    record r = {.n = 0};

    put(&r, 4, 0x04034b50);
    put_common(&r, npz, k);
    put(&r, 2, EXTRA);
    write_record(npz, &r);
    write_bytes(npz, npz->member[k].name, strlen(npz->member[k].name));
    r.n = 0;
    put(&r, 2, 1);
    put(&r, 2, EXTRA - 4);
    put(&r, 8, npz->member[k].size);
    put(&r, 8, npz->member[k].size);
    write_record(npz, &r);
}

static void write_central(sz_npz *npz, int k)
{
    record r = {.n = 0};

    put(&r, 4, 0x02014b50);
    put(&r, 2, 45);
    put_common(&r, npz, k);
    put(&r, 2, EXTRA + 8);
    put(&r, 2, 0); /* comment */
    put(&r, 2, 0); /* disk */
    put(&r, 2, 0);
    put(&r, 4, 0);
    put(&r, 4, 0xFFFFFFFFu); /* offset: in the ZIP64 field */
    write_record(npz, &r);
    write_bytes(npz, npz->member[k].name, strlen(npz->member[k].name));
    r.n = 0;
    put(&r, 2, 1);
    put(&r, 2, EXTRA + 4);
    put(&r, 8, npz->member[k].size);
    put(&r, 8, npz->member[k].size);
    put(&r, 8, npz->member[k].offset);
    write_record(npz, &r);
}

static void write_end(sz_npz *npz, uint64_t start)
{
    uint64_t end = npz->at, n = (uint64_t)npz->n;
    record r = {.n = 0};

    put(&r, 4, 0x06064b50); /* ZIP64 end of central directory */
    put(&r, 8, 44);
    put(&r, 2, 45);
    put(&r, 2, 45);
    put(&r, 4, 0);
    put(&r, 4, 0);
    put(&r, 8, n);
    put(&r, 8, n);
    put(&r, 8, end - start);
    put(&r, 8, start);
    put(&r, 4, 0x07064b50); /* its locator */
    put(&r, 4, 0);
    put(&r, 8, end);
    put(&r, 4, 1);
    put(&r, 4, 0x06054b50); /* end of central directory */
    put(&r, 2, 0);
    put(&r, 2, 0);
    put(&r, 2, n);
    put(&r, 2, n);
    put(&r, 4, 0xFFFFFFFFu);
    put(&r, 4, 0xFFFFFFFFu);
    put(&r, 2, 0);
    write_record(npz, &r);
}

/* ---- arrays ------------------------------------------------------------------------ */

/* a member's entry; its bytes follow */
static int add_member(sz_npz *npz, const char *name)
{
    int k = npz->n++;

    snprintf(npz->member[k].name, sizeof npz->member[k].name, "%.30s.npy", name);
    npz->member[k].offset = npz->at;
    return k;
}

static void write_array(sz_npz *npz, const char *name, const char *type, int n_dim,
                        const long *shape, const void *data, size_t bytes)
{
    char header[SZ_NPY_HEADER];
    int k = add_member(npz, name);

    sz_npy_header(header, type, n_dim, shape);
    npz->member[k].size = sizeof header + bytes;
    npz->member[k].crc =
        ~crc_add(crc_add(0xFFFFFFFFu, header, sizeof header), data, bytes);
    write_local(npz, k);
    write_bytes(npz, header, sizeof header);
    write_bytes(npz, data, bytes);
}

static size_t count(int n_dim, const long *shape)
{
    size_t n = 1;

    for (int d = 0; d < n_dim; d++) n *= (size_t)shape[d];
    return n;
}

void sz_npz_reals(sz_npz *npz, const char *name, int n_dim, const long *shape,
                  const double *data)
{
    write_array(npz, name, "f8", n_dim, shape, data, count(n_dim, shape) * sizeof *data);
}

void sz_npz_integers(sz_npz *npz, const char *name, int n_dim, const long *shape,
                     const int64_t *data)
{
    write_array(npz, name, "i8", n_dim, shape, data, count(n_dim, shape) * sizeof *data);
}

void sz_npz_text(sz_npz *npz, const char *name, const char *text)
{
    size_t n = strlen(text);
    uint32_t *wide = malloc((n + 1) * sizeof *wide); /* NumPy's strings are UCS-4 */
    char type[32];

    if (!wide) { /* without it the file is incomplete */
        npz->failed = ENOMEM;
        return;
    }
    for (size_t k = 0; k < n; k++) wide[k] = (unsigned char)text[k];
    snprintf(type, sizeof type, "U%zu", n);
    write_array(npz, name, type, 0, NULL, wide, n * sizeof *wide);
    free(wide);
}

/* ---- a matrix row by row ----------------------------------------------------------- */

sz_status sz_npz_open(sz_npz *npz, const char *path, sz_error *err)
{
    memset(npz, 0, sizeof *npz);
    return sz_open_array(&npz->out, path, err);
}

void sz_npz_begin(sz_npz *npz, const char *name, int n_columns)
{
    char header[SZ_NPY_HEADER] = {0};
    int k = add_member(npz, name);

    npz->n_columns = n_columns;
    npz->n_rows = 0;
    npz->crc = 0;
    write_local(npz, k);
    write_bytes(npz, header, sizeof header);
}

void sz_npz_row(sz_npz *npz, const double *row)
{
    size_t n = (size_t)npz->n_columns * sizeof *row;

    npz->crc = crc_add(npz->crc, row, n);
    write_bytes(npz, row, n);
    npz->n_rows++;
}

void sz_npz_end(sz_npz *npz)
{
    const long shape[2] = {npz->n_rows, npz->n_columns};
    int k = npz->n - 1;
    uint64_t end = npz->at, bytes = count(2, shape) * sizeof(double);
    char header[SZ_NPY_HEADER];
    uint32_t crc;

    sz_npy_header(header, "f8", 2, shape);
    crc = crc_add(0xFFFFFFFFu, header, sizeof header);
    npz->member[k].crc = ~(crc_shift(crc, bytes) ^ npz->crc);
    npz->member[k].size = sizeof header + bytes;
    if (fseek(npz->out.file, (long)npz->member[k].offset, SEEK_SET) != 0)
        npz->failed = errno;
    write_local(npz, k);
    write_bytes(npz, header, sizeof header);
    if (fseek(npz->out.file, 0, SEEK_END) != 0) npz->failed = errno;
    npz->at = end;
}

sz_status sz_npz_close(sz_npz *npz, int keep, sz_error *err)
{
    uint64_t start = npz->at;

    if (npz->out.file && keep && npz->failed) {
        sz_status status = sz_fail(err, SZ_ERR_FILE, "cannot write %s: %s", npz->out.name,
                                   strerror(npz->failed));

        sz_output_close(&npz->out, 0, NULL);
        return status;
    }
    if (npz->out.file && keep) {
        for (int k = 0; k < npz->n; k++) write_central(npz, k);
        write_end(npz, start);
    }
    return sz_output_close(&npz->out, keep, err);
}
