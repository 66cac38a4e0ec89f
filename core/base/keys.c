/* SPDX-License-Identifier: BSD-3-Clause
 *
 * keys.c - argument strings read by a table of their keys. */
#include "base/keys.h"

const char *sz_key_main(const sz_key *key)
{
    return key->help && *key->help == '=' ? key->help + 1 : NULL;
}

static sz_status read_key(const sz_key *key, const sz_args *args, void *at, sz_error *err)
{
    const char **text = at;

    switch (key->kind) {
    case SZ_KEY_INT:
        if (key->standard) sz_parse_int(key->standard, at);
        return sz_args_int(args, key->name, at, err);
    case SZ_KEY_REAL:
        if (key->standard) sz_parse_double(key->standard, at);
        return sz_args_double(args, key->name, at, err);
    case SZ_KEY_BOOL:
        if (key->standard) sz_parse_bool(key->standard, at);
        return sz_args_bool(args, key->name, at, err);
    case SZ_KEY_TEXT:
        *text = sz_args_string(args, key->name, key->standard ? key->standard : *text);
        return SZ_OK;
    case SZ_KEY_OTHER:
    case SZ_KEY_IGNORED:
        break;
    }
    return SZ_OK;
}

sz_status sz_keys_read(const sz_key *keys, const sz_args *args, void *to, sz_error *err)
{
    sz_status status = SZ_OK;

    for (; keys->name && status == SZ_OK; keys++) {
        const char *main = sz_key_main(keys);

        if (main && sz_args_last(args, keys->name, main) == main) continue;
        status = read_key(keys, args, (char *)to + keys->at, err);
    }
    return status;
}
