/* SPDX-License-Identifier: BSD-3-Clause
 *
 * safetensors.c - the container
 *
 *   n             8 bytes, little-endian
 *   header        n bytes of JSON, blanks at the end, so that data begin at 64 k
 *                 {"__metadata__": {key: text, ..},
 *                  name: {"dtype": "F64", "shape": [..], "data_offsets": [a, b]}, ..}
 *   data          the tensors one after the other, without gaps
 *
 * and in __metadata__ the key md5: the MD5 sum of the whole file, computed with the
 * digits of the sum itself set to 0. So any changed bit is detected. */
#define _POSIX_C_SOURCE 200809L
#include "format/safetensors.h"

#include "base/file.h"
#include "base/json.h"
#include "base/md5.h"

#include <stdlib.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors.c copies numbers without conversion: it needs a little-endian machine"
#endif

#define METADATA "__metadata__"
#define HEADER_MAX (16u << 20) /* bytes; the memory for JSON grows with it */
#define ZEROS "00000000000000000000000000000000"
#define DAMAGED "the file is damaged, copy it again"

static const char *const type_name[] = {"F64", "I64", "U8"};
enum { N_TYPES = 3 };

struct sz_tensors {
    char *path;
    sz_file_map map;
    json_t *header;
    const json_t *notes;       /* in it */
    const unsigned char *data; /* in the map */
    size_t n_data;
};

/* ---- writing --------------------------------------------------------------------- */

int sz_is_tensors(const char *head, size_t n)
{
    return n > 8 && head[7] == '\0' && head[8] == '{';
}

size_t sz_dtype_size(sz_dtype type)
{
    return type == SZ_U8 ? 1 : 8;
}

static size_t tensor_bytes(const sz_tensor *t)
{
    return sz_dtype_size(t->type) * t->dim[0] * (t->n_dims == 2 ? t->dim[1] : 1);
}

/* md5 comes first: its digits are then the first of their kind */
static json_t *make_notes(int n, const sz_metadata *note)
{
    json_t *notes = json_pack("{s:s}", "md5", ZEROS);

    for (int k = 0; k < n && notes; k++)
        if (json_object_set_new(notes, note[k].key, json_string(note[k].text)) != 0) {
            json_decref(notes);
            notes = NULL;
        }
    return notes;
}

static json_t *make_entry(const sz_tensor *t, size_t begin)
{
    json_int_t a = (json_int_t)begin, b = a + (json_int_t)tensor_bytes(t);
    json_int_t rows = (json_int_t)t->dim[0], columns = (json_int_t)t->dim[1];
    json_t *shape =
        t->n_dims == 1 ? json_pack("[I]", rows) : json_pack("[I,I]", rows, columns);

    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", type_name[t->type], "shape", shape,
                     "data_offsets", a, b);
}

/* the header as text, NULL when out of memory */
static char *make_header(int n_notes, const sz_metadata *note, int n,
                         const sz_tensor *tensor)
{
    json_t *header = json_object();
    size_t begin = 0;
    int bad = json_object_set_new(header, METADATA, make_notes(n_notes, note)) != 0;
    char *text = NULL;

    for (int k = 0; k < n && !bad; k++) {
        bad = json_object_set_new(header, tensor[k].name, make_entry(tensor + k, begin));
        begin += tensor_bytes(tensor + k);
    }
    if (!bad) text = sz_json_write(header);
    json_decref(header);
    return text;
}

/* sz_output_finish reports write errors */
static void write_all(FILE *f, const char *header, int n, const sz_tensor *tensor)
{
    size_t used = 8 + strlen(header), length = (used + 63) / 64 * 64 - 8;
    unsigned char bytes[8];

    for (int k = 0; k < 8; k++) bytes[k] = (unsigned char)((uint64_t)length >> 8 * k);
    fwrite(bytes, 1, 8, f);
    fprintf(f, "%s%*s", header, (int)(length + 8 - used), "");
    for (int k = 0; k < n; k++) fwrite(tensor[k].data, 1, tensor_bytes(tensor + k), f);
}

/* Replaces the zeros by the MD5 sum of the file. */
static sz_status seal(sz_output *part, long place, sz_error *err)
{
    sz_file_map map;
    char sum[33];
    sz_status status = sz_output_flush(part, err);

    if (status == SZ_OK) status = sz_file_map_open(&map, part->part, err);
    if (status != SZ_OK) return status;
    sz_md5(map.data, map.size, sum);
    sz_file_map_close(&map);
    if (fseek(part->file, place, SEEK_SET) == 0) fputs(sum, part->file);
    return sz_output_finish(part, err);
}

sz_status sz_tensors_write(const char *path, int n_notes, const sz_metadata *note, int n,
                           const sz_tensor *tensor, sz_error *err)
{
    char *header = make_header(n_notes, note, n, tensor);
    sz_output part = {0};
    sz_status status;

    if (!header) return sz_fail_memory(err, (size_t)n * 200, path);
    if (strlen(header) > HEADER_MAX - 64)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: the header would have %zu bytes, allowed are %u; shorten "
                         "the notes",
                         path, strlen(header), HEADER_MAX - 64);
    else
        status = sz_output_open(&part, path, err);
    if (status == SZ_OK) {
        write_all(part.file, header, n, tensor);
        status = seal(&part, 8 + (long)(strstr(header, ZEROS) - header), err);
    }
    if (status == SZ_OK) status = sz_output_publish(&part, err);
    sz_output_free(&part);
    free(header);
    return status;
}

/* ---- reading: the header --------------------------------------------------------- */

static sz_status read_length(const sz_file_map *map, const char *path, size_t *n,
                             sz_error *err)
{
    uint64_t length = 0;

    if (map->size < 10)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: too short (%zu bytes) for a safetensors file; " DAMAGED, path,
                       map->size);
    for (int k = 8; k-- > 0;) length = length << 8 | map->data[k];
    if (length < 2 || length > HEADER_MAX || length > map->size - 8)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: a header of %llu bytes does not fit the file of %zu bytes or "
                       "the limit of %u; the file is cut off or damaged, copy it again",
                       path, (unsigned long long)length, map->size, HEADER_MAX);
    *n = (size_t)length;
    return SZ_OK;
}

static sz_status parse_header(sz_tensors *file, size_t n, sz_error *err)
{
    const char *text = (const char *)file->map.data + 8;
    const char *key;
    json_t *value;
    sz_status status =
        sz_json_read(&file->header, text, n, file->path, "the header", DAMAGED, err);

    if (status != SZ_OK) return status;
    if (*text != '{')
        return sz_fail(err, SZ_ERR_FORMAT, "%s: blanks before the header; " DAMAGED,
                       file->path);
    file->notes = json_object_get(file->header, METADATA);
    if (!json_is_object(file->notes))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: a safetensors file without " METADATA "; it is not a model "
                       "of soapz",
                       file->path);
    json_object_foreach((json_t *)file->notes, key, value)
    {
        if (!json_is_string(value))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: " METADATA " %.60s is not a text; make the file again",
                           file->path, key);
    }
    return SZ_OK;
}

/* ---- reading: the positions of the tensors ----------------------------------------- */

typedef struct {
    uint64_t begin, end;
    const char *name;
} span;

static int compare_spans(const void *a, const void *b)
{
    const span *x = a, *y = b;

    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

static sz_status fail_tensor(const sz_tensors *file, const char *name, const char *what,
                             sz_error *err)
{
    return sz_fail(err, SZ_ERR_FORMAT, "%s: tensor %.60s %s; make the file again",
                   file->path, name, what);
}

/* Checks that dtype, shape and offsets of one entry agree. */
static sz_status read_entry(const sz_tensors *file, const char *name, const json_t *entry,
                            sz_tensor *t, span *s, sz_error *err)
{
    const char *type;
    json_t *shape;
    json_int_t a, b;
    uint64_t left, size;
    int known = -1;

    if (json_unpack((json_t *)entry, "{s:s, s:o, s:[I,I!]!}", "dtype", &type, "shape",
                    &shape, "data_offsets", &a, &b) != 0)
        return fail_tensor(file, name, "must have dtype, shape and data_offsets only",
                           err);
    for (int k = 0; k < N_TYPES; k++)
        if (strcmp(type, type_name[k]) == 0) known = k;
    if (known < 0) return fail_tensor(file, name, "is neither F64 nor I64 nor U8", err);
    if (!json_is_array(shape) || json_array_size(shape) < 1 ||
        json_array_size(shape) > SZ_TENSOR_DIMS)
        return fail_tensor(file, name, "has a shape that is not 1 or 2 numbers", err);
    if (a < 0 || b < a || (uint64_t)b > file->n_data)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: tensor %.60s lies outside the file, which is cut off or "
                       "damaged; copy it again",
                       file->path, name);
    s->begin = (uint64_t)a;
    s->end = (uint64_t)b;
    s->name = name;
    t->type = (sz_dtype)known;
    t->n_dims = (int)json_array_size(shape);
    size = sz_dtype_size(t->type);
    left = (s->end - s->begin) / size; /* count of numbers; bounds every dimension */
    for (int k = 0; k < t->n_dims; k++) {
        const json_t *dim = json_array_get(shape, (size_t)k);
        json_int_t m = json_integer_value(dim);

        if (!json_is_integer(dim) || m < 1 || (uint64_t)m > left || left % (uint64_t)m)
            return fail_tensor(file, name, "has a shape that does not match its bytes",
                               err);
        t->dim[k] = (size_t)m;
        left /= (uint64_t)m;
    }
    if (left != 1 || (s->end - s->begin) % size)
        return fail_tensor(file, name, "has a shape that does not match its bytes", err);
    return SZ_OK;
}

/* Sorted by their start, the tensors fill the data: no overlap, no gap. */
static sz_status check_spans(const sz_tensors *file, span *s, size_t n, sz_error *err)
{
    uint64_t end = 0;

    qsort(s, n, sizeof *s, compare_spans);
    for (size_t k = 0; k < n; k++) {
        if (s[k].begin != end)
            return fail_tensor(file, s[k].name,
                               s[k].begin < end ? "overlaps another" : "follows a gap",
                               err);
        end = s[k].end;
    }
    if (end == file->n_data) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: %zu bytes after the last tensor; make the file again", file->path,
                   (size_t)(file->n_data - end));
}

static sz_status check_entries(const sz_tensors *file, sz_error *err)
{
    size_t n = 0, room = json_object_size(file->header);
    span *s = malloc(room * sizeof *s); /* fewer than bytes in the header */
    sz_status status = s ? SZ_OK : sz_fail_memory(err, room * sizeof *s, file->path);
    const char *name;
    json_t *entry;

    json_object_foreach(file->header, name, entry)
    {
        sz_tensor t;

        if (status != SZ_OK || entry == file->notes) continue;
        status = read_entry(file, name, entry, &t, s + n, err);
        n++;
    }
    if (status == SZ_OK) status = check_spans(file, s, n, err);
    free(s);
    return status;
}

/* ---- reading: the sum ------------------------------------------------------------ */

/* the only occurrence of text among the n bytes at p, NULL: none or several */
static unsigned char *find_once(unsigned char *p, size_t n, const char *text)
{
    size_t m = strlen(text);
    unsigned char *found = NULL;

    for (size_t k = 0; k + m <= n; k++) {
        if (memcmp(p + k, text, m) != 0) continue;
        if (found) return NULL;
        found = p + k;
    }
    return found;
}

static sz_status check_sum(sz_tensors *file, size_t n_header, sz_error *err)
{
    const char *want = sz_tensors_note(file, "md5");
    unsigned char *place = NULL;
    char sum[33];

    if (want && strlen(want) == 32) place = find_once(file->map.data + 8, n_header, want);
    if (!place)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: " METADATA
                       " does not have exactly one md5 of 32 digits; it is not a model "
                       "of soapz or damaged, copy it again",
                       file->path);
    memset(place, '0', 32); /* in our copy of the page */
    sz_md5(file->map.data, file->map.size, sum);
    if (strcmp(sum, want) == 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: the md5 sum is %s but the file says %s; " DAMAGED, file->path,
                   sum, want);
}

/* ---- the file -------------------------------------------------------------------- */

sz_status sz_tensors_open(sz_tensors **file, const char *path, sz_error *err)
{
    sz_tensors *f = calloc(1, sizeof *f);
    size_t n = 0;
    sz_status status = SZ_OK;

    *file = NULL;
    if (f) f->path = sz_copy_text(path);
    if (!f || !f->path) status = sz_fail_memory(err, sizeof *f, path);
    if (status == SZ_OK) status = sz_file_map_open(&f->map, path, err);
    if (status == SZ_OK) status = read_length(&f->map, path, &n, err);
    if (status == SZ_OK) status = parse_header(f, n, err);
    if (status == SZ_OK) {
        f->data = f->map.data + 8 + n;
        f->n_data = f->map.size - 8 - n;
        status = check_entries(f, err);
    }
    if (status == SZ_OK) status = check_sum(f, n, err);
    if (status == SZ_OK) {
        *file = f;
        f = NULL;
    }
    sz_tensors_close(f);
    return status;
}

void sz_tensors_close(sz_tensors *file)
{
    if (!file) return;
    json_decref(file->header);
    sz_file_map_close(&file->map);
    free(file->path);
    free(file);
}

size_t sz_tensors_count(const sz_tensors *file)
{
    return json_object_size(file->header) - 1;
}

sz_status sz_tensors_find(const sz_tensors *file, const char *name, sz_dtype type,
                          size_t rows, size_t columns, const void **data, sz_error *err)
{
    const json_t *entry = json_object_get(file->header, name);
    sz_tensor t = {.dim = {0, 0}};
    span s;
    sz_status status;

    *data = NULL;
    if (!entry || entry == file->notes)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: no tensor %s; make the file again",
                       file->path, name);
    status = read_entry(file, name, entry, &t, &s, err);
    if (status != SZ_OK) return status;
    if (t.type != type || t.n_dims != (columns ? 2 : 1) || t.dim[0] != rows ||
        t.dim[1] != columns)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: tensor %s is %s of %zu x %zu, expected %s of %zu x %zu (0: "
                       "one dimension); make the file again",
                       file->path, name, type_name[t.type], t.dim[0], t.dim[1],
                       type_name[type], rows, columns);
    *data = file->data + s.begin;
    return SZ_OK;
}

const char *sz_tensors_note(const sz_tensors *file, const char *key)
{
    return json_string_value(json_object_get(file->notes, key));
}

int sz_tensors_n_notes(const sz_tensors *file)
{
    return (int)json_object_size(file->notes);
}

sz_metadata sz_tensors_note_at(const sz_tensors *file, int k)
{
    sz_metadata note = {NULL, NULL};
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)file->notes, key, value)
    {
        if (k-- != 0) continue;
        note.key = key;
        note.text = json_string_value(value);
    }
    return note;
}
