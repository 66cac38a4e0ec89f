/* SPDX-License-Identifier: BSD-3-Clause
 *
 * keys.h - the keys of an argument string as a table: it reads them and lists what is
 * known. */
#ifndef SZ_KEYS_H
#define SZ_KEYS_H

#include "base/args.h"

#include <stddef.h>

typedef enum {
    SZ_KEY_INT,
    SZ_KEY_REAL,
    SZ_KEY_BOOL,   /* into an int */
    SZ_KEY_TEXT,   /* into a const char *, which points into the arguments */
    SZ_KEY_OTHER,  /* read by hand: a list, or a value that needs others first */
    SZ_KEY_IGNORED /* known and without consequence */
} sz_key_kind;

/* A table ends with a name of NULL. */
typedef struct {
    const char *name;
    sz_key_kind kind;
    size_t at; /* where in the struct that is filled */
} sz_key;

/* Every key that is there, in the order of the table, into the struct to; the others keep
 * their value, the default. */
sz_status sz_keys_read(const sz_key *keys, const sz_args *args, void *to, sz_error *err);

#endif
