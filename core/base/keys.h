/* SPDX-License-Identifier: BSD-3-Clause
 *
 * keys.h - a table of the keys of an argument string, used to read them and to list
 * them. */
#ifndef SZ_KEYS_H
#define SZ_KEYS_H

#include "base/args.h"

#include <stddef.h>

typedef enum {
    SZ_KEY_INT,
    SZ_KEY_REAL,
    SZ_KEY_BOOL,   /* an int */
    SZ_KEY_TEXT,   /* a const char *, which points into the arguments */
    SZ_KEY_OTHER,  /* parsed separately: a list, or a value that depends on other keys */
    SZ_KEY_IGNORED /* accepted and ignored */
} sz_key_kind;

/* A table ends with a NULL name. */
typedef struct {
    const char *name;
    sz_key_kind kind;
    size_t at;            /* offset in the struct that is filled */
    const char *standard; /* default; NULL: none, or the help text gives it */
    const char *help;     /* one line with unit and meaning; "=name": another name of
                             the key above with that name */
} sz_key;

/* The key of which this one is another name, or NULL. */
const char *sz_key_main(const sz_key *key);
/* Writes the value of every key, or its default, into the struct to. A key with neither
 * keeps its old value; of two names of a key the last one given counts. */
sz_status sz_keys_read(const sz_key *keys, const sz_args *args, void *to, sz_error *err);

#endif
