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
    size_t at;            /* where in the struct that is filled */
    const char *standard; /* the default; NULL: none, or one that help tells */
    const char *help;     /* unit and meaning on a line; "=name": another name of a key
                             that stands above */
} sz_key;

/* The key that this one is another name of, or NULL. */
const char *sz_key_main(const sz_key *key);
/* Every key that is there, else its default, into the struct to. One without either keeps
 * its value; of two names of a key the one that stands last counts. */
sz_status sz_keys_read(const sz_key *keys, const sz_args *args, void *to, sz_error *err);

#endif
