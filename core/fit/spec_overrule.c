/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_overrule.c - words that overrule one key of one descriptor.
 *
 *   soap.cutoff=4.5           of the only soap
 *   soap2.n_sparse=500        of the second one */
#include "fit/spec_keys.h"

#include "term/term.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int sz_fit_is_overrule(const char *key, const char *value)
{
    const char *dot = strchr(key, '.');

    return value && dot && dot[1] && isalpha((unsigned char)*key);
}

static void free_overrule(sz_overrule *o)
{
    free(o->word);
    free(o->value);
    free(o->where);
    free(o->type);
    free(o->key);
}

void sz_fit_free_overrules(sz_fit_spec *spec)
{
    for (int k = 0; k < spec->n_overrules; k++) free_overrule(&spec->overrule[k]);
    free(spec->overrule);
    spec->overrule = NULL;
    spec->n_overrules = 0;
}

/* "soap2.cutoff" -> soap, 2, cutoff; a type may end in a digit itself. */
static sz_status split_word(sz_overrule *o, sz_error *err)
{
    char *dot = strchr(o->type, '.'), *digits;

    *dot = '\0';
    digits = dot;
    while (digits > o->type && isdigit((unsigned char)digits[-1])) digits--;
    if (sz_term_type_of(o->type) || digits == o->type || !*digits)
        return sz_fit_copy(&o->key, sz_fit_long_key(dot + 1), err);
    if (!sz_parse_int(digits, &o->number) || o->number < 1)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s counts descriptors from 1", o->where,
                       o->word);
    *digits = '\0';
    return sz_fit_copy(&o->key, sz_fit_long_key(dot + 1), err);
}

sz_status sz_fit_add_overrule(sz_fit_spec *spec, const char *key, const char *value,
                              const char *where, sz_error *err)
{
    size_t n = (size_t)spec->n_overrules + 1;
    sz_overrule o = {0};
    sz_status status;

    if (!*value)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s stands without a value; write %s=..",
                       where, key, key);
    status = sz_fit_copy(&o.word, key, err);
    if (status == SZ_OK) status = sz_fit_copy(&o.value, value, err);
    if (status == SZ_OK) status = sz_fit_copy(&o.where, where, err);
    if (status == SZ_OK) status = sz_fit_copy(&o.type, key, err);
    if (status == SZ_OK) status = split_word(&o, err);
    if (status == SZ_OK) status = sz_fit_check_type(o.type, where, err);
    if (status == SZ_OK && !sz_grow(&spec->overrule, n, sizeof o))
        status = sz_fail_memory(err, sizeof o, "a setting");
    if (status != SZ_OK) {
        free_overrule(&o);
        return status;
    }
    spec->overrule[spec->n_overrules++] = o;
    return SZ_OK;
}

/* ---- a descriptor ------------------------------------------------------------------ */

/* Those before d that are of its type, and d. */
static int number_of(const sz_fit_spec *spec, const sz_fit_descriptor *d)
{
    int n = 1;

    for (const sz_fit_descriptor *e = spec->descriptor; e < d; e++)
        n += e->type == d->type;
    return n;
}

static int acts_on(const sz_overrule *o, const sz_fit_descriptor *d, int number)
{
    return sz_term_type_of(o->type) == d->type && (o->number == 0 || o->number == number);
}

/* n_sparse and config_type_n_sparse are one setting. */
static int is_count(const char *key)
{
    return sz_same_word(key, "n_sparse") || sz_same_word(key, "config_type_n_sparse");
}

static int replaces(const sz_overrule *o, const sz_term_type *type, const char *key)
{
    return sz_fit_same_key(type, o->key, key) || (is_count(o->key) && is_count(key));
}

/* " key=value" so that it is read as it is */
static void add_field(sz_text *text, const char *key, const char *value)
{
    int plain = *value && !strpbrk(value, " \t\r\n,=:;\"'{}\\");

    sz_text_add(text, plain ? "%s%s=%s" : "%s%s={%s}", text->n ? " " : "", key, value);
}

static sz_status apply(const sz_overrule *o, sz_fit_descriptor *d, sz_args **args,
                       sz_error *err)
{
    const char *keys[SZ_FIT_KEYS_MAX], *key = o->key;
    const sz_key_place place = {o->key, o->word, o->value, 0};
    sz_text text = {0};
    sz_status status = SZ_OK;
    int n;

    sz_fit_descriptor_keys(d->type, keys);
    if (!sz_fit_is_in(key, keys)) return sz_fit_unknown_key(key, keys, o->where, err);
    if (sz_same_word(key, "n_sparse") && !sz_parse_int(o->value, &n))
        key = "config_type_n_sparse";
    for (int k = 0; k < sz_args_n_fields(*args); k++) {
        const char *name = sz_args_key(*args, k), *value = sz_args_value(*args, k);

        if (!value)
            sz_text_add(&text, "%s%s", text.n ? " " : "", name);
        else if (!replaces(o, d->type, name))
            add_field(&text, name, value);
    }
    add_field(&text, key, o->value);
    free(d->text);
    d->text = sz_text_take(&text, "a descriptor", err);
    sz_args_free(*args);
    *args = NULL;
    if (!d->text) return SZ_ERR_MEMORY;
    if (d->places.n) status = sz_key_places_set(&d->places, &place, err);
    return status == SZ_OK ? sz_args_parse(args, d->text, d->where, err) : status;
}

sz_status sz_fit_overrule(sz_fit_spec *spec, sz_fit_descriptor *d, sz_args **args,
                          sz_error *err)
{
    int number = number_of(spec, d);
    sz_status status = SZ_OK;

    for (int k = 0; k < spec->n_overrules && status == SZ_OK; k++) {
        sz_overrule *o = &spec->overrule[k];

        if (!acts_on(o, d, number)) continue;
        o->n_used++;
        status = apply(o, d, args, err);
    }
    return status;
}

/* ---- all descriptors --------------------------------------------------------------- */

static int count_type(const sz_fit_spec *spec, const sz_term_type *type)
{
    int n = 0;

    for (int k = 0; k < spec->n_descriptors; k++) n += spec->descriptor[k].type == type;
    return n;
}

/* "soap.cutoff", or "soap2.cutoff" where there are several */
static void add_name(sz_text *text, const sz_fit_spec *spec, int k, const char *key)
{
    const sz_fit_descriptor *d = &spec->descriptor[k];

    sz_text_add(text, "%s%s", text->n ? ", " : "", d->type->word);
    if (count_type(spec, d->type) > 1) sz_text_add(text, "%d", number_of(spec, d));
    sz_text_add(text, ".%s", key);
}

sz_status sz_fit_check_overrules(const sz_fit_spec *spec, sz_error *err)
{
    for (int k = 0; k < spec->n_overrules; k++) {
        const sz_overrule *o = &spec->overrule[k];
        sz_text names = {0};
        sz_status status;

        if (o->n_used == 1) continue;
        for (int i = 0; i < spec->n_descriptors; i++)
            if (o->n_used == 0 || spec->descriptor[i].type == sz_term_type_of(o->type))
                add_name(&names, spec, i, o->key);
        status = sz_fail(err, SZ_ERR_FORMAT,
                         o->n_used ? "%s: %s is of several descriptors; write %s"
                                   : "%s: %s is of no descriptor of this fit; there are "
                                     "%s",
                         o->where, o->word, names.s ? names.s : "none");
        sz_text_free(&names);
        return status;
    }
    return SZ_OK;
}

/* *found: 1 where key is among the words of the descriptor. */
static sz_status look_for(int *found, const sz_fit_descriptor *d, const char *key,
                          sz_error *err)
{
    sz_args *args;
    sz_status status = sz_args_parse(&args, d->text, d->where, err);

    *found = 0;
    for (int k = 0; status == SZ_OK && k < sz_args_n_fields(args); k++)
        *found |= sz_fit_same_key(d->type, key, sz_args_key(args, k)) ||
                  (is_count(key) && is_count(sz_args_key(args, k)));
    sz_args_free(args);
    return status;
}

/* The names of the descriptors that have key, *n of them: those that say it, or, may 1,
 * those that could. */
static sz_status list_those(sz_text *names, int *n, const sz_fit_spec *spec,
                            const char *key, int may, sz_error *err)
{
    const char *name = sz_fit_long_key(key), *keys[SZ_FIT_KEYS_MAX];
    sz_status status = SZ_OK;

    for (int k = 0; k < spec->n_descriptors && status == SZ_OK; k++) {
        const sz_fit_descriptor *d = &spec->descriptor[k];
        int found;

        sz_fit_descriptor_keys(d->type, keys);
        found = sz_fit_is_in(name, keys);
        if (!may) status = look_for(&found, d, name, err);
        if (status == SZ_OK && found) add_name(names, spec, k, key);
        *n += found;
    }
    return status;
}

sz_status sz_fit_full_key(char **name, const sz_fit_spec *spec, const char *key,
                          sz_error *err)
{
    sz_text names = {0};
    int n = 0;
    sz_status status = list_those(&names, &n, spec, key, 0, err);

    *name = NULL;
    if (status == SZ_OK && n == 0) status = list_those(&names, &n, spec, key, 1, err);
    if (status == SZ_OK && n > 1)
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "several descriptors have %.60s: write one of %s", key,
                         names.s ? names.s : "");
    else if (status == SZ_OK && n == 1)
        status = (*name = sz_text_take(&names, "a key", err)) ? SZ_OK : SZ_ERR_MEMORY;
    else if (status == SZ_OK) /* of the fit, or of nothing */
        status = sz_fit_copy(name, key, err);
    sz_text_free(&names);
    return status;
}
