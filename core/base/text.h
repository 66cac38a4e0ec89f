/* SPDX-License-Identifier: BSD-3-Clause
 *
 * text.h - texts that grow, lists of words, and the word that was perhaps meant. */
#ifndef SZ_TEXT_H
#define SZ_TEXT_H

#include "base/error.h"

/* Starts as {0}. After a failed allocation further additions do nothing: look at failed
 * once, at the end. */
typedef struct {
    char *s; /* NULL while empty */
    size_t n, room;
    int failed;
} sz_text;

void sz_text_add(sz_text *text, const char *format, ...) SZ_PRINTF(2, 3);
void sz_text_free(sz_text *text);
/* The text itself, for the caller to free; *text is empty again. NULL with err set where
 * an allocation failed; what names it in the message. */
char *sz_text_take(sz_text *text, const char *what, sz_error *err);

/* The next item of *rest, which is cut up; NULL at its end. */
char *sz_next_item(char **rest, const char *separators);

/* Letters to change, insert or delete to get from a to b, whatever their case. */
int sz_word_distance(const char *a, const char *b);

/* The path of a file beside another one, for the caller to free; a name that begins with
 * / stays. NULL with err set when out of memory. */
char *sz_path_beside(const char *path, const char *name, sz_error *err);
/* 1 where name, taken from within a folder, may lead out of it: a file that comes from
 * elsewhere names only what is in its own folder, and in folders there. */
int sz_leaves_folder(const char *name);

/* 1 where text ends in end; case counts. */
int sz_ends_in(const char *text, const char *end);

/* The bytes of a file and a zero, for the caller to free. */
sz_status sz_read_text(char **text, const char *path, sz_error *err);

#endif
