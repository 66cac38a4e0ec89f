/* SPDX-License-Identifier: BSD-3-Clause
 *
 * args.h - the argument strings of QUIP and gap_fit, "soap n_max=8 Z={42 74}". */
#ifndef SZ_ARGS_H
#define SZ_ARGS_H

#include "base/error.h"
#include "base/number.h" /* sz_parse_double, sz_parse_int */

typedef struct sz_args sz_args;

/* Splits text into bare words and key=value fields: blanks and commas separate
 * fields, '..' ".." and nested {..} protect them and are removed (one level), blanks
 * around = are allowed, newlines are blanks. Keys are case-insensitive; of a repeated key
 * the last counts; a bare word is also a key with the value true. A backslash that ends a
 * line or stands alone is a blank. where names the source of the text ("gp.xml:126") in
 * later errors. */
sz_status sz_args_parse(sz_args **args, const char *text, const char *where,
                        sz_error *err);
/* The same, but removes only the outer pair of braces of {{..}}. */
sz_status sz_args_parse_once(sz_args **args, const char *text, const char *where,
                             sz_error *err);
void sz_args_free(sz_args *args);
const char *sz_args_where(const sz_args *args);

int sz_args_n_words(const sz_args *args); /* bare words, in order */
const char *sz_args_word(const sz_args *args, int k);
int sz_args_has_word(const sz_args *args, const char *word); /* any case */
int sz_args_n_fields(const sz_args *args); /* all fields, including bare words */
const char *sz_args_key(const sz_args *args, int k);   /* as written */
const char *sz_args_value(const sz_args *args, int k); /* NULL for a bare word */

int sz_args_has(const sz_args *args, const char *key); /* 0 or 1 */
/* Of two names for the same thing, the one that comes last and therefore counts; a if
 * neither is present. */
const char *sz_args_last(const sz_args *args, const char *a, const char *b);
/* The value of key, "" for a bare word, or fallback if the key is absent. */
const char *sz_args_string(const sz_args *args, const char *key, const char *fallback);

/* Typed values: *value, which holds the default, is kept if the key is absent. A text
 * that is not one number, integer or logical (T F true false, any case; an empty text is
 * true) is SZ_ERR_FORMAT with where, key and text. */
sz_status sz_args_double(const sz_args *args, const char *key, double *value,
                         sz_error *err);
sz_status sz_args_int(const sz_args *args, const char *key, int *value, sz_error *err);
sz_status sz_args_bool(const sz_args *args, const char *key, int *value, sz_error *err);
/* Blank-separated integers: exactly n of them. */
sz_status sz_args_ints(const sz_args *args, const char *key, int n, int *value,
                       sz_error *err);

#endif
