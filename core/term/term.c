/* SPDX-License-Identifier: BSD-3-Clause
 *
 * term.c - which kind of term a descriptor is of. */
#include "term/term.h"

#include <string.h>

int sz_n_term_kinds(void)
{
    int n = 0;

    while (sz_term_kinds[n]) n++;
    return n;
}

/* word as its kind writes it, or NULL */
static const char *find_word(const char *word)
{
    for (int k = 0; sz_term_kinds[k]; k++)
        for (const char *const *t = sz_term_kinds[k]->types; t && *t; t++)
            if (sz_same_word(word, *t)) return *t;
    return NULL;
}

sz_status sz_term_find_type(const char **type, const sz_args *args, sz_error *err)
{
    const char *first = NULL;

    *type = NULL;
    for (int k = 0; k < sz_args_n_words(args); k++) {
        const char *word = sz_args_word(args, k), *known = find_word(word);

        if (!first) first = word;
        if (!known) continue;
        if (*type)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: both %s and %s name a descriptor",
                           sz_args_where(args), *type, word);
        *type = known;
    }
    if (*type) return SZ_OK;
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s: descriptor \"%s\" is not supported; known are soap, distance_2b, angle_3b "
        "and distance_Nb of order 2 or 3",
        sz_args_where(args), first ? first : "(none)");
}

sz_status sz_term_parse(const sz_term_kind **kind, void **spec,
                        const sz_term_source *source, sz_error *err)
{
    const char *type;
    sz_status status = sz_term_find_type(&type, source->args, err);

    *kind = NULL;
    *spec = NULL;
    for (int k = 0; sz_term_kinds[k] && status == SZ_OK && !*spec; k++) {
        if (!sz_term_kinds[k]->parse) continue;
        status = sz_term_kinds[k]->parse(spec, type, source, err);
        if (*spec) *kind = sz_term_kinds[k];
    }
    if (status != SZ_OK || *spec) return status;
    return sz_fail(err, SZ_ERR_FORMAT, "%s: no kind of term takes this %s",
                   sz_args_where(source->args), type);
}
