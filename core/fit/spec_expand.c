/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_expand.c - splits the list gap={..} into descriptors, and expands a descriptor for
 * the elements of the data.
 *
 * term.h defines how a type of descriptor is expanded.
 *
 * Elements are in order of first appearance; the appended keys are those of gap_fit. */
#include "fit/spec_keys.h"

#include "term/term.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- gap={..} ---------------------------------------------------------------------- */

/* Descriptors are separated by ':' or ';' outside braces; splitting removes one level of
 * braces, so a list needs two, species_Z={{41 42}}. */

/* p is at a brace or a quote: returns the character after its partner, NULL if there is
 * none. */
static const char *after_partner(const char *p)
{
    char open = *p, close = open == '{' ? '}' : open;
    int depth = 0;

    for (const char *q = p; *q; q++) {
        if (*q == close && (depth == 1 || open != '{') && q > p) return q + 1;
        depth += open == '{' && *q == '{';
        depth -= open == '{' && *q == '}';
    }
    return NULL;
}

/* The end of the descriptor at p: a separator outside braces, or the end of the text;
 * NULL if a brace or quote is unmatched. */
static const char *end_of_descriptor(const char *p)
{
    while (p && *p && *p != ':' && *p != ';') {
        if (*p == '}') return NULL;
        p = strchr("{'\"", *p) ? after_partner(p) : p + 1;
    }
    return p;
}

/* Copies text without blanks at its ends and, unless keep is set, without the outermost
 * braces in it; all blanks become spaces. */
static char *copy_descriptor(const char *text, size_t n, int keep)
{
    char *copy = malloc(n + 1), *out = copy;
    int depth = 0;

    if (!copy) return NULL;
    for (; n && sz_is_blank(*text); n--) text++;
    for (size_t k = 0; k < n; k++) {
        int outer = (text[k] == '{' && depth++ == 0) || (text[k] == '}' && --depth == 0);

        if (keep || !outer) *out++ = sz_is_blank(text[k]) ? ' ' : text[k];
    }
    while (out > copy && out[-1] == ' ') out--;
    *out = '\0';
    return copy;
}

/* A text completely in braces, {soap .. : soap ..}, is again a list. */
static int is_wrapped(const char *text, size_t n)
{
    const char *end;

    for (; n && sz_is_blank(*text); n--) text++;
    for (; n && sz_is_blank(text[n - 1]); n--) continue;
    if (n < 2 || *text != '{') return 0;
    end = after_partner(text);
    return end == text + n;
}

static sz_status split_gap(sz_fit_spec *spec, const char *value, int wrapped,
                           const char *where, sz_error *err)
{
    const char *p = value, *end;
    sz_status status = SZ_OK;

    while (status == SZ_OK && *(p = sz_skip_blanks(p))) {
        char place[256], *text;

        snprintf(place, sizeof place, "%.200s: gap, descriptor %d", where,
                 spec->n_descriptors + 1);
        end = end_of_descriptor(p);
        if (!end)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: unmatched brace or quote", place);
        text = copy_descriptor(p, (size_t)(end - p), wrapped);
        if (!text) return sz_fail_memory(err, (size_t)(end - p), "a descriptor");
        if (!wrapped && is_wrapped(p, (size_t)(end - p)))
            status = split_gap(spec, text, 1, where, err);
        else if (*text)
            status = sz_fit_add_descriptor(spec, text, place, NULL, err);
        free(text);
        p = *end ? end + 1 : end;
    }
    return status;
}

sz_status sz_fit_set_gap(sz_fit_spec *spec, const char *value, const char *where,
                         sz_error *err)
{
    sz_fit_free_descriptors(spec); /* of a repeated key the last counts */
    return split_gap(spec, value, 0, where, err);
}

/* ---- add_species ------------------------------------------------------------------- */

static sz_status add_coordinate(sz_fit_spec *spec, int descriptor, sz_text *text,
                                sz_error *err)
{
    size_t n = (size_t)spec->n_terms + 1;
    char *s = sz_text_take(text, "a descriptor", err);

    if (!s || !sz_grow(&spec->term, n, sizeof *spec->term)) {
        free(s);
        return sz_fail_memory(err, n * sizeof *spec->term, "a descriptor");
    }
    spec->term[n - 1] = (sz_fit_term){.descriptor = descriptor, .text = s};
    spec->n_terms++;
    return SZ_OK;
}

/* Replaces add_species=.. in text by blanks, as gap_fit does. */
static void blank_add_species(char *text)
{
    static const char key[] = "add_species";
    const size_t n = sizeof key - 1;

    for (char *p = text; *p;) {
        char *start = p, word[sizeof key], *value;

        if (strchr("{'\"", *p)) {
            const char *after = after_partner(p);

            p = after ? text + (after - text) : p + strlen(p);
            continue;
        }
        while (*p && !sz_is_blank(*p) && !strchr(",={'\"", *p)) p++;
        if (p == start) {
            p++;
            continue;
        }
        if ((size_t)(p - start) != n) continue;
        memcpy(word, start, n);
        word[n] = '\0';
        if (!sz_same_word(word, key)) continue;
        value = text + (sz_skip_blanks(p) - text);
        if (*value == '=') {
            p = text + (sz_skip_blanks(value + 1) - text);
            while (*p && !sz_is_blank(*p) && *p != ',') p++;
        }
        memset(start, ' ', (size_t)(p - start));
    }
}

/* All choices of m of n elements, with repetition, without order: k[0] <= k[1] <= ...
 * Advances to the next one; 0 at the end. */
static int next_multiset(int m, int n, int *k)
{
    for (int i = m - 1; i >= 0; i--) {
        if (++k[i] >= n) continue;
        for (int j = i + 1; j < m; j++) k[j] = k[i];
        return 1;
    }
    return 0;
}

static sz_status expand(sz_fit_spec *spec, int descriptor, int n, const int *z,
                        sz_error *err)
{
    const sz_fit_descriptor *d = spec->descriptor + descriptor;
    const sz_term_type *type = d->type;
    int m = type->n_elements < 0 ? d->order : type->n_elements;
    int n_centres = type->has_centre ? n : 1;
    char *blanked = sz_copy_text(d->text);
    sz_status status =
        blanked ? SZ_OK : sz_fail_memory(err, strlen(d->text), "a descriptor");

    if (status == SZ_OK) blank_add_species(blanked);
    for (int centre = 0; status == SZ_OK && centre < n_centres; centre++) {
        int k[8] = {0};

        do {
            sz_text text = {0};

            sz_text_add(&text, "%s", blanked);
            type->append(&text, n, z, centre, m, k);
            status = add_coordinate(spec, descriptor, &text, err);
        } while (status == SZ_OK && next_multiset(m, n, k));
    }
    free(blanked);
    return status;
}

void sz_fit_unexpand(sz_fit_spec *spec)
{
    for (int k = 0; k < spec->n_terms; k++) free(spec->term[k].text);
    free(spec->term);
    spec->term = NULL;
    spec->n_terms = 0;
}

sz_status sz_fit_expand(sz_fit_spec *spec, int n, const int *z, sz_error *err)
{
    sz_status status = SZ_OK;

    sz_fit_unexpand(spec);
    for (int k = 0; status == SZ_OK && k < spec->n_descriptors; k++) {
        sz_text text = {0};

        if (spec->descriptor[k].add_species) {
            status = expand(spec, k, n, z, err);
            continue;
        }
        sz_text_add(&text, "%s", spec->descriptor[k].text);
        status = add_coordinate(spec, k, &text, err);
    }
    return status;
}

/* ---- what add_species overrules ---------------------------------------------------- */

/* equal except for blanks */
static int is_same_value(const char *a, const char *b)
{
    for (;; a++, b++) {
        a = sz_skip_blanks(a);
        b = sz_skip_blanks(b);
        if (*a != *b || !*a) return *a == *b;
    }
}

/* A key of own that has another value in term, starting at k; -1: none. */
static int next_overruled(const sz_args *own, const sz_args *term, int k)
{
    for (; k < sz_args_n_fields(own); k++) {
        const char *key = sz_args_key(own, k), *value = sz_args_value(own, k);

        if (value && !sz_same_word(key, "add_species") &&
            !is_same_value(sz_args_string(own, key, ""), sz_args_string(term, key, "")))
            return k;
    }
    return -1;
}

static sz_status warn_overruled(const sz_fit_descriptor *d, const char *text,
                                int *n_warned, const sz_watch *watch, sz_error *err)
{
    sz_args *own = NULL, *term = NULL;
    sz_status status = sz_args_parse(&own, d->text, d->where, err);
    char place[256];

    if (status == SZ_OK) status = sz_args_parse(&term, text, d->where, err);
    for (int k = 0; status == SZ_OK && (k = next_overruled(own, term, k)) >= 0; k++) {
        const char *key = sz_args_key(own, k);

        sz_watch_warn(watch,
                      "%s: %s=%.100s is overruled: add_species=T, the default, makes a "
                      "term for each choice of elements of the data, as in gap_fit; with "
                      "add_species=F it is used",
                      sz_fit_place(&d->places, d->where, key, place), key,
                      sz_args_value(own, k));
        ++*n_warned;
    }
    sz_args_free(own);
    sz_args_free(term);
    return status;
}

sz_status sz_fit_warn_overruled(const sz_fit_spec *spec, const sz_watch *watch,
                                sz_error *err)
{
    sz_status status = SZ_OK;
    int warned = -1, n = 0; /* once for a descriptor */

    for (int k = 0; status == SZ_OK && k < spec->n_terms; k++) {
        int d = spec->term[k].descriptor;

        if (d == warned || !spec->descriptor[d].add_species) continue;
        n = 0;
        status = warn_overruled(spec->descriptor + d, spec->term[k].text, &n, watch, err);
        if (n) warned = d;
    }
    return status;
}

double sz_fit_cutoff(const sz_fit_spec *spec)
{
    double cutoff = 0.0;

    for (int k = 0; k < spec->n_descriptors; k++)
        cutoff = fmax(cutoff, spec->descriptor[k].cutoff);
    return cutoff;
}

sz_status sz_fit_find_e0(sz_e0 *e0, const sz_targets *targets, const sz_fit_spec *spec,
                         sz_error *err)
{
    const sz_e0_rule rule = {spec->e0_method, &spec->e0, spec->e0_offset,
                             sz_fit_cutoff(spec)};

    return sz_targets_find_e0(e0, targets, &rule, err);
}
