/* SPDX-License-Identifier: BSD-3-Clause
 *
 * quip.c - converts a model to QUIP's keys, and finds what QUIP cannot read.
 *
 * Nine compression labels correspond to QUIP's keys nu_R, nu_S:
 * compression={nu,mu=1,1} is nu_R=2 nu_S=1. Numbers in lists are separated by blanks, not
 * only by commas. In a soap_turbo of several species QUIP reads alpha_max and the sigmas
 * of r and t as lists, but n_max and the common sigma as a number:
 *
 *   alpha_max=4 -> alpha_max={4 4}           n_max={4 5} -> alpha_max={4 5}
 *   atom_sigma={0.4 0.5} -> atom_sigma_r={0.4 0.5} atom_sigma_t={0.4 0.5} */
#include "base/args.h"
#include "base/text.h"
#include "descriptor/soap_spec.h"
#include "format/gap_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the text of one field --------------------------------------------------------- */

static int is_separator(char c)
{
    return c == ',' || sz_is_blank(c);
}

/* after the token at p, as args.c reads it */
static const char *skip_token(const char *p)
{
    while (*p && !is_separator(*p) && *p != '=') {
        char open = *p++, close = open == '{' ? '}' : open;
        int depth = open == '{' || open == '\'' || open == '"';

        for (; depth && *p; p++) {
            if (*p == close)
                depth--;
            else if (*p == open)
                depth++;
        }
    }
    return p;
}

/* 1 if the n characters at p are the key word, in any case */
static int is_key(const char *p, size_t n, const char *word)
{
    char key[32];

    if (n >= sizeof key) return 0;
    memcpy(key, p, n);
    key[n] = '\0';
    return sz_same_word(key, word);
}

/* Positions of the field with this key in text: returns how many there are, the last in
 * *begin, *end. */
static int find_field(const char *text, const char *key, const char **begin,
                      const char **end)
{
    const char *p = text;
    int n = 0;

    for (;;) {
        const char *start, *key_end;

        while (is_separator(*p)) p++;
        if (!*p) return n;
        start = p;
        key_end = p = skip_token(p);
        if (*sz_skip_blanks(p) == '=')
            p = skip_token(sz_skip_blanks(sz_skip_blanks(p) + 1));
        if (p == start) return n; /* only "=": not an argument string */
        if (!is_key(start, (size_t)(key_end - start), key)) continue;
        *begin = start;
        *end = p;
        n++;
    }
}

/* ---- QUIP's words ------------------------------------------------------------------ */

/* The keys of a descriptor, to free; NULL for one that has no grammar. */
static sz_status read_keys(sz_args **keys, const char *descriptor, sz_error *err)
{
    sz_status status = sz_args_parse(keys, descriptor, "descriptor", err);

    return status == SZ_ERR_MEMORY ? status : SZ_OK;
}

/* Place of the one compression={..} that is a pair nu_R, nu_S; 0 where there is none. */
static int find_nu(const char *descriptor, const sz_args *keys, int version,
                   const char **begin, const char **end, int *nu_R, int *nu_S)
{
    if (version && version < SZ_GAP_VERSION_LEAST)
        return 0; /* the keys meant other things */
    return sz_args_has(keys, "soap") &&
           sz_soap_label_is_nu(sz_args_string(keys, "compression", ""), nu_R, nu_S) &&
           find_field(descriptor, "compression", begin, end) == 1;
}

/* Replaces the last field with this key by field, which may be empty. */
static void replace_field(sz_text *text, const char *key, const char *field)
{
    const char *begin, *end;
    sz_text old = *text;

    if (!old.s || find_field(old.s, key, &begin, &end) == 0) return;
    *text = (sz_text){.failed = old.failed};
    sz_text_add(text, "%.*s%s%s", (int)(begin - old.s), old.s, field, end);
    sz_text_free(&old);
}

static int count_numbers(const char *list)
{
    int n = 0;

    for (const char *p = list; *p; p++)
        n += !is_separator(*p) && (p == list || is_separator(p[-1]));
    return n;
}

/* key={4 4}; one number is repeated */
static void add_list(sz_text *field, const char *key, const char *list, int n)
{
    int times = count_numbers(list) == 1 ? n : 1;

    sz_text_add(field, "%s%s={", field->n ? " " : "", key);
    for (int k = 0; k < times; k++) {
        if (k) sz_text_add(field, " ");
        for (const char *p = list; *p; p++)
            sz_text_add(field, "%c", *p == ',' ? ' ' : *p);
    }
    sz_text_add(field, "}");
}

/* {29,79} -> {29 79}; the commas of Z_map have a meaning. */
static void blank_commas(sz_text *text, const sz_args *args)
{
    static const char *const keys[] = {"Z",
                                       "species_Z",
                                       "alpha_max",
                                       "atom_sigma_r",
                                       "atom_sigma_t",
                                       "atom_sigma_r_scaling",
                                       "atom_sigma_t_scaling",
                                       "amplitude_scaling",
                                       "central_weight"};

    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *list = sz_args_string(args, keys[k], "");
        sz_text field = {0};

        if (!strchr(list, ',')) continue;
        add_list(&field, keys[k], list, 1);
        if (field.s) replace_field(text, keys[k], field.s);
        text->failed |= field.failed;
        sz_text_free(&field);
    }
}

/* Lists of a soap_turbo under the keys that QUIP reads as lists. */
static void list_species(sz_text *text, const sz_args *args)
{
    static const struct {
        const char *key, *to[2];
        int from; /* number of values to rewrite: 1, or more */
    } rule[] = {
        {"alpha_max", {"alpha_max", NULL}, 1},
        {"n_max", {"alpha_max", NULL}, 2},
        {"atom_sigma", {"atom_sigma_r", "atom_sigma_t"}, 2},
        {"atom_sigma_scaling", {"atom_sigma_r_scaling", "atom_sigma_t_scaling"}, 2},
    };
    int n = 1;

    if (!sz_args_has(args, "soap_turbo")) return;
    if (sz_args_int(args, "n_species", &n, NULL) != SZ_OK || n < 2) return;
    for (size_t k = 0; k < sizeof rule / sizeof *rule; k++) {
        const char *list = sz_args_string(args, rule[k].key, "");
        int found = count_numbers(list);
        sz_text field = {0};

        if (found == 0 || (found == 1) != (rule[k].from == 1)) continue;
        for (int t = 0; t < 2 && rule[k].to[t]; t++)
            if (rule[k].from == 1 || !sz_args_has(args, rule[k].to[t]))
                add_list(&field, rule[k].to[t], list, n);
        replace_field(text, rule[k].key, field.s ? field.s : "");
        text->failed |= field.failed;
        sz_text_free(&field);
    }
}

char *sz_gap_quip_descriptor(const char *descriptor, int version)
{
    const char *begin, *end;
    int nu_R, nu_S;
    sz_text text = {0};
    sz_args *keys;

    if (read_keys(&keys, descriptor, NULL) != SZ_OK) return NULL;
    sz_text_add(&text, "%s", descriptor);
    if (keys && find_nu(descriptor, keys, version, &begin, &end, &nu_R, &nu_S)) {
        char field[40];

        snprintf(field, sizeof field, "nu_R=%d nu_S=%d", nu_R, nu_S);
        replace_field(&text, "compression", field);
    }
    if (keys) blank_commas(&text, keys);
    if (keys) list_species(&text, keys);
    sz_args_free(keys);
    return sz_text_take(&text, "a descriptor", NULL);
}

char *sz_gap_with_map(const char *descriptor, const char *file)
{
    const char *begin, *end;
    size_t n = strlen(descriptor) + strlen(file) + 32;
    char *text = malloc(n);

    if (text && find_field(descriptor, "compress_file", &begin, &end))
        snprintf(text, n, "%.*scompress_file={%s}%s", (int)(begin - descriptor),
                 descriptor, file, end);
    else if (text)
        memcpy(text, descriptor, strlen(descriptor) + 1);
    return text;
}

/* ---- what QUIP cannot read ------------------------------------------------------- */

static int has_key(const sz_args *keys, const char *key)
{
    return keys && sz_args_has(keys, key);
}

static int names_map(const sz_args *keys)
{
    return has_key(keys, "soap_turbo") && has_key(keys, "compress_file");
}

sz_status sz_gap_has_map(int *has, const sz_gap_term *c, sz_error *err)
{
    sz_args *keys;
    sz_status status = read_keys(&keys, c->descriptor, err);

    *has = c->n_matrix > 0 && names_map(keys);
    sz_args_free(keys);
    return status;
}

sz_status sz_gap_has_foreign_maps(int *has, const sz_gap_term *c, sz_error *err)
{
    sz_args *keys;
    sz_status status = read_keys(&keys, c->descriptor, err);

    *has = c->n_matrix > 0 && !has_key(keys, "compression") &&
           (has_key(keys, "Z_mix") || has_key(keys, "R_mix"));
    sz_args_free(keys);
    return status;
}

/* the key of a term that QUIP does not know, or NULL */
static const char *own_key(const sz_gap_term *c, const sz_args *keys, int version)
{
    const char *begin, *end;
    int nu_R, nu_S;

    if (has_key(keys, "acsf")) return "acsf";
    if (c->n_matrix > 0 && !names_map(keys)) return "compression_matrix";
    if (has_key(keys, "radial_tolerance")) return "radial_tolerance";
    if (has_key(keys, "compression") &&
        !find_nu(c->descriptor, keys, version, &begin, &end, &nu_R, &nu_S))
        return "compression";
    return NULL;
}

static void say_foreign(char text[400], int k, const char *what)
{
    if (strcmp(what, "acsf") == 0)
        snprintf(text, 400,
                 "term %d is an acsf, which QUIP does not have: it cannot read this "
                 "model; run it with soapz",
                 k + 1);
    else
        snprintf(text, 400,
                 "term %d has %s, which only soapz knows: QUIP would ignore it and "
                 "compute something else; run this model with soapz",
                 k + 1, what);
}

sz_status sz_gap_find_foreign(char text[400], const sz_gap *gap, sz_error *err)
{
    sz_status status = SZ_OK;

    *text = '\0';
    for (int k = 0; k < gap->n_terms && !*text && status == SZ_OK; k++) {
        const sz_gap_term *c = gap->term + k;
        const char *what;
        sz_args *keys;

        status = read_keys(&keys, c->descriptor, err);
        what = own_key(c, keys, gap->version);
        if (status == SZ_OK && what) say_foreign(text, k, what);
        sz_args_free(keys);
    }
    return status;
}
