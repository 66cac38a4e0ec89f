/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_places.c - the lines of a configuration file that an error refers to.
 *
 * The keys of a section are checked together, and again when the term is made: every
 * message starts with the name of its key, by which the line is found. */
#include "fit/spec_keys.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const sz_key_place *sz_key_places_find(const sz_key_places *places, const char *key)
{
    for (int k = 0; k < places->n; k++)
        if (sz_same_word(places->place[k].key, key)) return places->place + k;
    return NULL;
}

static void free_place(sz_key_place *p)
{
    free(p->key);
    free(p->written);
    free(p->value);
}

void sz_key_places_free(sz_key_places *places)
{
    for (int k = 0; k < places->n; k++) free_place(places->place + k);
    free(places->place);
    *places = (sz_key_places){0, NULL};
}

sz_status sz_key_places_set(sz_key_places *places, const sz_key_place *place,
                            sz_error *err)
{
    sz_key_place copy = {sz_copy_text(place->key), sz_copy_text(place->written),
                         sz_copy_text(place->value), place->line};
    sz_key_place *old = (sz_key_place *)sz_key_places_find(places, place->key);

    if (!copy.key || !copy.written || !copy.value ||
        (!old && !sz_grow(&places->place, (size_t)places->n + 1, sizeof copy))) {
        free_place(&copy);
        return sz_fail_memory(err, sizeof copy, "a setting");
    }
    if (old)
        free_place(old);
    else
        old = places->place + places->n++;
    *old = copy;
    return SZ_OK;
}

/* where without the number of its line */
static int length_of_path(const char *where)
{
    const char *colon = strrchr(where, ':');

    return colon ? (int)(colon - where) : (int)strlen(where);
}

const char *sz_fit_place(const sz_key_places *places, const char *where, const char *key,
                         char place[256])
{
    const sz_key_place *p = sz_key_places_find(places, key);

    if (!p || !p->line) return where;
    snprintf(place, 256, "%.*s:%d", length_of_path(where), where, p->line);
    return place;
}

static const sz_key_place *find_word(const sz_key_places *places, const char *text, int n)
{
    char word[80];

    snprintf(word, sizeof word, "%.*s", n, text);
    for (int k = 0; k < places->n; k++)
        if (sz_same_word(places->place[k].key, word) ||
            sz_same_word(places->place[k].written, word))
            return places->place + k;
    return NULL;
}

/* The first word of text that is a key; *n is its length. */
static const char *first_key(const sz_key_places *places, const char *text, int *n,
                             const sz_key_place **place)
{
    while (*text) {
        for (*n = 0; isalnum((unsigned char)text[*n]) || text[*n] == '_';) ++*n;
        if (*n && (*place = find_word(places, text, *n))) return text;
        text += *n ? *n : 1;
    }
    return NULL;
}

sz_status sz_fit_blame(const sz_key_places *places, const char *where, sz_status status,
                       sz_error *err)
{
    size_t n_where = strlen(where);
    const sz_key_place *place = NULL;
    const char *word;
    char text[sizeof err->message];
    int n;

    if (status == SZ_OK || !err || strncmp(err->message, where, n_where) != 0)
        return status;
    snprintf(text, sizeof text, "%s", err->message + n_where);
    word = first_key(places, text, &n, &place);
    if (!word) return status;
    if (!place->line)
        return sz_fail(err, status, "%s%.*s%s%s", where, (int)(word - text), text,
                       place->written, word + n);
    return sz_fail(err, status, "%.*s:%d%.*s%s%s", length_of_path(where), where,
                   place->line, (int)(word - text), text, place->written, word + n);
}
