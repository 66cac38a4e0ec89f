/* SPDX-License-Identifier: BSD-3-Clause
 *
 * json.h - JSON by jansson, safe if memory runs out. */
#ifndef SZ_JSON_H
#define SZ_JSON_H

#include "base/error.h"

#include <jansson.h>

#if JANSSON_VERSION_HEX < 0x020b00
#error "jansson 2.11 or newer is needed"
#endif

/* The JSON object in n bytes of text; release it with json_decref. Duplicate keys, wrong
 * UTF-8, nesting deeper than 2048 and anything after the object are refused: "path: what
 * is not a JSON object (why); remedy". */
sz_status sz_json_read(json_t **object, const char *text, size_t n, const char *path,
                       const char *what, const char *remedy, sz_error *err);

/* The object as JSON text without blanks; the caller frees it. NULL if memory runs
 * out. */
char *sz_json_write(const json_t *object);

#endif
