/* SPDX-License-Identifier: BSD-3-Clause
 *
 * quip.c - a model in QUIP's keys, and what QUIP cannot read.
 *
 * Nine of our compression labels are QUIP's keys nu_R, nu_S in the words of the paper:
 * compression={nu,mu=1,1} is nu_R=2 nu_S=1. */
#include "base/args.h"
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

/* behind the token at p, as args.c reads it */
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

/* 1 where the n characters at p are the key word, in any case */
static int is_key(const char *p, size_t n, const char *word)
{
    char key[32];

    if (n >= sizeof key) return 0;
    memcpy(key, p, n);
    key[n] = '\0';
    return sz_same_word(key, word);
}

/* Where the field with this key stands in text: how many there are, the last in *begin,
 * *end. */
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
        if (p == start) return n; /* "=" alone: no argument string */
        if (!is_key(start, (size_t)(key_end - start), key)) continue;
        *begin = start;
        *end = p;
        n++;
    }
}

/* ---- QUIP's words ------------------------------------------------------------------ */

/* Place of the one compression={..} that is a pair nu_R, nu_S; 0 where there is none, -1
 * when out of memory. */
static int find_nu(const char *descriptor, int version, const char **begin,
                   const char **end, int *nu_R, int *nu_S)
{
    sz_args *args;
    sz_status status;
    int is_nu;

    if (version && version < SZ_GAP_VERSION_LEAST)
        return 0; /* the keys meant other things */
    status = sz_args_parse(&args, descriptor, "descriptor", NULL);
    if (status != SZ_OK) return status == SZ_ERR_MEMORY ? -1 : 0;
    is_nu = sz_args_has(args, "soap") &&
            sz_soap_label_is_nu(sz_args_string(args, "compression", ""), nu_R, nu_S);
    sz_args_free(args);
    return is_nu && find_field(descriptor, "compression", begin, end) == 1;
}

char *sz_gap_quip_descriptor(const char *descriptor, int version)
{
    const char *begin, *end;
    int nu_R, nu_S;
    size_t n = strlen(descriptor) + 32;
    int is_nu = find_nu(descriptor, version, &begin, &end, &nu_R, &nu_S);
    char *text = is_nu < 0 ? NULL : malloc(n);

    if (!text) return NULL;
    if (is_nu)
        snprintf(text, n, "%.*snu_R=%d nu_S=%d%s", (int)(begin - descriptor), descriptor,
                 nu_R, nu_S, end);
    else
        memcpy(text, descriptor, strlen(descriptor) + 1);
    return text;
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

static int has_key(const char *descriptor, const char *key)
{
    sz_args *args;
    int has;

    if (sz_args_parse(&args, descriptor, "descriptor", NULL) != SZ_OK) return 0;
    has = sz_args_has(args, key);
    sz_args_free(args);
    return has;
}

int sz_gap_has_map(const sz_gap_term *c)
{
    return c->n_matrix > 0 && has_key(c->descriptor, "soap_turbo") &&
           has_key(c->descriptor, "compress_file");
}

/* the key of a term that QUIP does not know, or NULL */
static const char *own_key(const sz_gap_term *c, int version)
{
    const char *begin, *end;
    int nu_R, nu_S;

    if (c->n_matrix > 0 && !sz_gap_has_map(c)) return "compression_matrix";
    if (has_key(c->descriptor, "radial_tolerance")) return "radial_tolerance";
    if (has_key(c->descriptor, "compression") &&
        !find_nu(c->descriptor, version, &begin, &end, &nu_R, &nu_S))
        return "compression";
    return NULL;
}

int sz_gap_is_foreign(const sz_gap *gap, char text[400])
{
    for (int k = 0; k < gap->n_terms; k++) {
        const char *what = own_key(gap->term + k, gap->version);

        if (!what) continue;
        snprintf(text, 400,
                 "term %d has %s, which only soapz knows: QUIP would ignore it and "
                 "compute something else; run this model with soapz",
                 k + 1, what);
        return 1;
    }
    return 0;
}
