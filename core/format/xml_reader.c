/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_reader.c - the GAP XML reader's errors, growing arrays, attributes and text. */
#include "format/xml_reader.h"

#include "base/number.h"
#include "base/print.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sz_status fail_at(sz_reader *r, int line, const char *format, va_list args)
{
    char sentence[sizeof r->err->message];

    sz_vformat(sentence, sizeof sentence, format, args);
    return sz_fail(r->err, SZ_ERR_FORMAT, "%s:%d: %s", r->path, line, sentence);
}

sz_status sz_reader_fail(sz_reader *r, const char *format, ...)
{
    sz_status status;
    va_list args;

    va_start(args, format);
    status = fail_at(r, r->line, format, args);
    va_end(args);
    return status;
}

sz_status sz_reader_fail_at(sz_reader *r, int line, const char *format, ...)
{
    sz_status status;
    va_list args;

    va_start(args, format);
    status = fail_at(r, line, format, args);
    va_end(args);
    return status;
}

/* ---- memory ---------------------------------------------------------------------- */

/* The capacity is the power of two that holds n elements, so it need not be kept. */
sz_status sz_reader_append(sz_reader *r, void *array, int n, size_t size)
{
    void *old, *grown;
    size_t capacity = n > 0 ? 2 * (size_t)n : 1;

    memcpy(&old, array, sizeof old);
    if ((n & (n - 1)) == 0) {
        if (n > INT_MAX / 2 || capacity > SIZE_MAX / size)
            return sz_fail_memory(r->err, SIZE_MAX, r->path);
        grown = realloc(old, capacity * size);
        if (!grown) return sz_fail_memory(r->err, capacity * size, r->path);
        old = grown;
        memcpy(array, &old, sizeof old);
    }
    memset((char *)old + (size_t)n * size, 0, size);
    return SZ_OK;
}

sz_status sz_reader_copy(sz_reader *r, const char *text, char **copy)
{
    size_t n = strlen(text) + 1;

    *copy = malloc(n);
    if (!*copy) return sz_fail_memory(r->err, n, r->path);
    memcpy(*copy, text, n);
    return SZ_OK;
}

/* ---- text ------------------------------------------------------------------------ */

sz_status sz_reader_add_text(sz_reader *r, const char *text, size_t n)
{
    size_t need = r->n_text + n + 1;

    if (need > r->text_size) {
        size_t size = need < 4096 ? 4096 : 2 * need;
        char *grown = realloc(r->text, size);

        if (!grown) return sz_fail_memory(r->err, size, r->path);
        r->text = grown;
        r->text_size = size;
    }
    memcpy(r->text + r->n_text, text, n);
    r->n_text += n;
    r->text[r->n_text] = '\0';
    return SZ_OK;
}

sz_status sz_reader_numbers(sz_reader *r, const char *element)
{
    const char *p = sz_skip_blanks(r->n_text ? r->text : "");

    while (*p) {
        double v;
        const char *end = sz_scan_double(p, &v);
        sz_status status;

        if (!end || (*end && !sz_is_blank(*end)))
            return sz_reader_fail(r,
                                  "<%s> holds '%.30s', which does not begin with a "
                                  "finite number; the file is damaged",
                                  element, p);
        status = sz_reader_append(r, &r->number, r->n_numbers, sizeof *r->number);
        if (status != SZ_OK) return status;
        r->number[r->n_numbers++] = v;
        p = sz_skip_blanks(end);
    }
    r->n_text = 0;
    return SZ_OK;
}

/* ---- attributes ------------------------------------------------------------------ */

const char *sz_att(const char **atts, const char *name)
{
    for (; *atts; atts += 2)
        if (strcmp(atts[0], name) == 0) return atts[1];
    return NULL;
}

static sz_status require(sz_reader *r, const char **atts, const char *element,
                         const char *name)
{
    if (sz_att(atts, name)) return SZ_OK;
    return sz_reader_fail(r, "<%s> has no attribute %s; the file is incomplete", element,
                          name);
}

static sz_status fail_value(sz_reader *r, const char **atts, const char *element,
                            const char *name, const char *want)
{
    return sz_reader_fail(r, "<%s> has %s=\"%.60s\", which is not %s", element, name,
                          sz_att(atts, name), want);
}

sz_status sz_att_string(sz_reader *r, const char **atts, const char *element,
                        const char *name, char **copy)
{
    sz_status status = require(r, atts, element, name);

    if (status != SZ_OK) return status;
    return sz_reader_copy(r, sz_att(atts, name), copy);
}

sz_status sz_att_maybe_double(sz_reader *r, const char **atts, const char *element,
                              const char *name, double *value)
{
    const char *text = sz_att(atts, name);

    if (!text || sz_parse_double(text, value)) return SZ_OK;
    return fail_value(r, atts, element, name, "a finite number");
}

sz_status sz_att_double(sz_reader *r, const char **atts, const char *element,
                        const char *name, double *value)
{
    sz_status status = require(r, atts, element, name);

    if (status != SZ_OK) return status;
    return sz_att_maybe_double(r, atts, element, name, value);
}

sz_status sz_att_bool(sz_reader *r, const char **atts, const char *element,
                      const char *name, int *value)
{
    sz_status status = require(r, atts, element, name);

    if (status != SZ_OK) return status;
    return sz_att_maybe_bool(r, atts, element, name, value);
}

sz_status sz_att_maybe_int(sz_reader *r, const char **atts, const char *element,
                           const char *name, int low, int high, int *value)
{
    const char *text = sz_att(atts, name);
    int v;

    if (!text) return SZ_OK;
    if (!sz_parse_int(text, &v)) return fail_value(r, atts, element, name, "an integer");
    if (v < low || v > high)
        return sz_reader_fail(r, "<%s> has %s=\"%d\", allowed %d to %d", element, name, v,
                              low, high);
    *value = v;
    return SZ_OK;
}

sz_status sz_att_int(sz_reader *r, const char **atts, const char *element,
                     const char *name, int low, int high, int *value)
{
    sz_status status = require(r, atts, element, name);

    if (status != SZ_OK) return status;
    return sz_att_maybe_int(r, atts, element, name, low, high, value);
}

sz_status sz_att_maybe_bool(sz_reader *r, const char **atts, const char *element,
                            const char *name, int *value)
{
    const char *text = sz_att(atts, name);

    if (!text || sz_parse_bool(text, value)) return SZ_OK;
    return fail_value(r, atts, element, name, "T or F");
}
