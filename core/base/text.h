/* SPDX-License-Identifier: BSD-3-Clause
 *
 * text.h - growing texts, lists of words, and suggestions for misspelt words. */
#ifndef SZ_TEXT_H
#define SZ_TEXT_H

#include "base/error.h"

/* Starts as {0}. After a failed allocation further additions do nothing: check failed
 * once, at the end. */
typedef struct {
    char *s; /* NULL while empty */
    size_t n, room;
    int failed;
} sz_text;

void sz_text_add(sz_text *text, const char *format, ...) SZ_PRINTF(2, 3);
/* in as few digits as read back the same double */
void sz_text_add_number(sz_text *text, double x);
void sz_text_free(sz_text *text);
/* The text itself, which the caller frees; *text is empty again. NULL with err set if an
 * allocation failed; what names the text in the message. */
char *sz_text_take(sz_text *text, const char *what, sz_error *err);

/* The next item of *rest, which is split in place; NULL at its end. */
char *sz_next_item(char **rest, const char *separators);

/* Number of letters to change, insert or delete to get from a to b, ignoring case. */
int sz_word_distance(const char *a, const char *b);

/* The path of a file beside another one, which the caller frees; a name that begins with
 * / is kept. NULL with err set if memory runs out. */
char *sz_path_beside(const char *path, const char *name, sz_error *err);
/* 1 where name, taken from within a folder, may lead out of it: a file that comes from
 * elsewhere names only what is in its own folder, and in folders there. */
int sz_leaves_folder(const char *name);

/* 1 if text ends in end; case matters. */
int sz_ends_in(const char *text, const char *end);

/* The bytes of a file and a zero, which the caller frees. */
sz_status sz_read_text(char **text, const char *path, sz_error *err);

#endif
