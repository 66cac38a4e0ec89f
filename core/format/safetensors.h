/* SPDX-License-Identifier: BSD-3-Clause
 *
 * safetensors.h - the safetensors container: arrays by name and notes by key in one
 * file, with an MD5 sum over all of it (docs/format.md). */
#ifndef SZ_SAFETENSORS_H
#define SZ_SAFETENSORS_H

#include "base/error.h"

#include <stdint.h>

#define SZ_TENSOR_DIMS 2
#define SZ_TENSOR_NAME 48

typedef enum { SZ_F64, SZ_I64, SZ_U8 } sz_dtype; /* little-endian */
size_t sz_dtype_size(sz_dtype type);             /* bytes */

typedef struct {
    char name[SZ_TENSOR_NAME];
    sz_dtype type;
    int n_dims; /* 1 or 2 */
    size_t dim[SZ_TENSOR_DIMS];
    const void *data;
} sz_tensor;

/* key and text of __metadata__, UTF-8 */
typedef struct {
    const char *key;
    const char *text;
} sz_metadata;

/* The file appears only when it is complete. The key md5 is added. */
sz_status sz_tensors_write(const char *path, int n_notes, const sz_metadata *note, int n,
                           const sz_tensor *tensor, sz_error *err);

/* 1 where a file that begins with these n bytes is one: a number below 2^56, then a
 * brace. XML never holds a zero byte. */
int sz_is_tensors(const char *head, size_t n);

typedef struct sz_tensors sz_tensors;

/* Maps the file; afterwards header, positions of all tensors and the MD5 sum have been
 * checked. */
sz_status sz_tensors_open(sz_tensors **file, const char *path, sz_error *err);
void sz_tensors_close(sz_tensors *file);

size_t sz_tensors_count(const sz_tensors *file);
/* The data of a tensor of exactly this type and shape (columns 0: one dimension), inside
 * the map and not aligned; or an error. */
sz_status sz_tensors_find(const sz_tensors *file, const char *name, sz_dtype type,
                          size_t rows, size_t columns, const void **data, sz_error *err);
/* Note number k of __metadata__; NULL past the last. */
const char *sz_tensors_note(const sz_tensors *file, const char *key); /* or NULL */
int sz_tensors_n_notes(const sz_tensors *file);
sz_metadata sz_tensors_note_at(const sz_tensors *file, int k);

#endif
