/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_values.c - reads and prints settings of a fit other than a text, a number or T and
 * F. */
#include "fit/spec_values.h"

#include "base/rng.h"
#include "fit/spec_keys.h"
#include "term/term.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sz_status sz_fit_copy(char **copy, const char *text, sz_error *err)
{
    *copy = sz_copy_text(text);
    return *copy ? SZ_OK : sz_fail_memory(err, strlen(text), "a setting");
}

/* {energy force virial hessian}; a second setting replaces the first. */
sz_status sz_fit_set_default_sigma(sz_fit_spec *spec, const char *value,
                                   const char *where, sz_error *err)
{
    char *copy, *rest, *item;
    double s[4] = {0};
    int n = 0, k = sz_sigma_find(&spec->sigma, "default");
    sz_sigma sigma;
    sz_status status = sz_fit_copy(&copy, value, err);

    if (status != SZ_OK) return status;
    for (rest = copy; (item = sz_next_item(&rest, SZ_LIST_SEPARATORS)); n++)
        if (n > 3 || !sz_parse_double(item, &s[n]) || s[n] < 0.0) n = 10;
    free(copy);
    if (n != 4) /* many shells split {1,2,3,4} into four words */
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: default_sigma={%.60s} must be four numbers, none negative: "
                       "of energy, force, virial and hessian%s",
                       where, value, n == 1 ? "; commas in braces need quotes" : "");
    sigma.energy = s[0];
    sigma.force = s[1];
    sigma.virial = s[2];
    if (k < 0) return sz_sigma_add(&spec->sigma, "default", sigma, where, err);
    spec->sigma.entry[k].sigma = sigma;
    return SZ_OK;
}

/* type:E:F:V:H:type2:.. ; "default" in it overrides default_sigma in any order, so it is
 * kept in a separate table until both are known. */
sz_status sz_fit_set_type_sigma(sz_fit_spec *spec, const char *value, const char *where,
                                sz_error *err)
{
    char *copy, *rest, *type, *item;
    sz_status status = sz_fit_copy(&copy, value, err);

    if (status != SZ_OK) return status;
    sz_sigma_free(&spec->type_sigma);
    rest = copy;
    while (status == SZ_OK && (type = sz_next_item(&rest, SZ_LIST_SEPARATORS))) {
        double s[4] = {0};
        sz_sigma sigma;

        for (int k = 0; status == SZ_OK && k < 4; k++) {
            item = sz_next_item(&rest, SZ_LIST_SEPARATORS);
            if (!item || !sz_parse_double(item, &s[k]))
                status = sz_fail(err, SZ_ERR_FORMAT,
                                 "%s: in config_type_sigma '%.60s' needs four numbers "
                                 "after it, as in {%.60s:0.01:0.1:0.1:0.0}",
                                 where, type, type);
        }
        sigma.energy = s[0];
        sigma.force = s[1];
        sigma.virial = s[2];
        if (status == SZ_OK)
            status = sz_sigma_add(&spec->type_sigma, type, sigma, where, err);
    }
    free(copy);
    return status;
}

/* By symbol, in any case, or number; 0: there is none. */
static int find_element(const char *word)
{
    char symbol[8];
    int z = 0;

    if (sz_parse_int(word, &z)) return z > 0 && z <= SZ_Z_MAX ? z : 0;
    snprintf(symbol, sizeof symbol, "%s", word);
    for (char *c = symbol; *c; c++)
        *c =
            (char)(c == symbol ? toupper((unsigned char)*c) : tolower((unsigned char)*c));
    return strlen(word) < sizeof symbol ? sz_element_number(symbol) : 0;
}

static sz_status set_e0_list(sz_fit_spec *spec, char *rest, const char *where,
                             sz_error *err)
{
    char *symbol, *item;

    while ((symbol = sz_next_item(&rest, SZ_LIST_SEPARATORS))) {
        int z = find_element(symbol);

        if (!z)
            return sz_fail(
                err, SZ_ERR_FORMAT,
                "%s: '%.40s' in e0 is neither an element nor an atomic "
                "number; write e0={Mo:-4.6:W:-4.5}, or e0_method=average (or isolated)",
                where, symbol);
        item = sz_next_item(&rest, SZ_LIST_SEPARATORS);
        if (!item || !sz_parse_double(item, &spec->e0.value[z]) ||
            fabs(spec->e0.value[z]) > SZ_E0_MAX)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: e0 of %s is missing or not a number from -1e10 to 1e10; "
                           "write e0={Mo:-4.6:W:-4.5}",
                           where, symbol);
        if (spec->e0.known[z]++)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: e0 of %s is given twice", where,
                           symbol);
    }
    return SZ_OK;
}

/* A number for every element, or {H:-13.6:O:-430}, also by atomic number. Empty means 0,
 * as in gap_fit. */
sz_status sz_fit_set_e0(sz_fit_spec *spec, const char *value, const char *where,
                        sz_error *err)
{
    double e0;
    char *copy;
    sz_status status;

    memset(&spec->e0, 0, sizeof spec->e0);
    spec->e0_given = 1;
    if (!*sz_skip_blanks(value)) {
        status = sz_warnings_add(&spec->warnings, err,
                                 "%s: e0= is empty, which is 0 for every element, as in "
                                 "gap_fit; leave it out to use e0_method",
                                 where);
        if (status != SZ_OK) return status;
        value = "0";
    }
    spec->e0_is_list = !sz_parse_double(value, &e0);
    if (!spec->e0_is_list && fabs(e0) > SZ_E0_MAX)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: e0 is %g, allowed -1e10 to 1e10", where,
                       e0);
    for (int z = 1; !spec->e0_is_list && z <= SZ_Z_MAX; z++) {
        spec->e0.value[z] = e0;
        spec->e0.known[z] = 1;
    }
    if (!spec->e0_is_list) return SZ_OK;
    status = sz_fit_copy(&copy, value, err);
    if (status == SZ_OK) status = set_e0_list(spec, copy, where, err);
    free(copy);
    return status;
}

sz_status sz_fit_set_e0_method(sz_fit_spec *spec, const char *value, const char *where,
                               sz_error *err)
{
    if (sz_same_word(value, "isolated"))
        spec->e0_method = SZ_E0_ISOLATED;
    else if (sz_same_word(value, "average"))
        spec->e0_method = SZ_E0_AVERAGE;
    else
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: e0_method=%.40s is unknown; known are isolated and average",
                       where, value);
    return SZ_OK;
}

sz_status sz_fit_set_solver(sz_fit_spec *spec, const char *value, const char *where,
                            sz_error *err)
{
    if (sz_same_word(value, "qr"))
        spec->solver = SZ_SOLVER_QR;
    else if (sz_same_word(value, "normal"))
        spec->solver = SZ_SOLVER_NORMAL;
    else
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: solver=%.40s is unknown; known are qr and normal", where,
                       value);
    return SZ_OK;
}

sz_status sz_fit_set_seed(sz_fit_spec *spec, const char *value, const char *where,
                          sz_error *err)
{
    if (sz_parse_int(value, &spec->rnd_seed) && spec->rnd_seed != 0 &&
        spec->rnd_seed <= SZ_SEED_MAX)
        return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: rnd_seed=%.40s must be an integer other than 0, at most %d",
                   where, value, SZ_SEED_MAX);
}

sz_status sz_fit_set_jitter(sz_fit_spec *spec, const char *value, const char *where,
                            sz_error *err)
{
    if (sz_parse_double(value, &spec->sparse_jitter) && spec->sparse_jitter >= 0.0 &&
        spec->sparse_jitter <= 1e6)
        return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: sparse_jitter='%.40s' is not a number of at least 0 and at most "
                   "1e6",
                   where, value);
}

/* 0, the default, requests nothing. */
sz_status sz_fit_refuse_local(sz_fit_spec *spec, const char *value, const char *where,
                              sz_error *err)
{
    double number;

    if (!*value || (sz_parse_double(value, &number) && number == 0.0))
        return sz_warnings_add(
            &spec->warnings, err,
            "%s: local_property0=%s is ignored: soapz does not fit local properties, and "
            "e0 is not changed (gap_fit sets it to 0)",
            where, value);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: local_property0 asks for a fit of local properties, which soapz "
                   "does not do; it fits energies, forces and virials",
                   where);
}

/* ---- settings as text -------------------------------------------------------------- */

void sz_fit_show_gap(const sz_fit_spec *spec, sz_text *text)
{
    for (int k = 0; k < spec->n_descriptors; k++)
        sz_text_add(text, k ? " : %s" : "%s", spec->descriptor[k].type->word);
}

static void add_sigma(sz_text *text, const sz_sigma *sigma, char between)
{
    sz_text_add_number(text, sigma->energy);
    sz_text_add(text, "%c", between);
    sz_text_add_number(text, sigma->force);
    sz_text_add(text, "%c", between);
    sz_text_add_number(text, sigma->virial);
}

void sz_fit_show_sigma(const sz_fit_spec *spec, sz_text *text)
{
    int k = sz_sigma_find(&spec->sigma, "default");

    if (k < 0) return;
    add_sigma(text, &spec->sigma.entry[k].sigma, ' ');
}

void sz_fit_show_type_sigma(const sz_fit_spec *spec, sz_text *text)
{
    for (int k = 0; k < spec->type_sigma.n; k++) {
        const sz_sigma_entry *e = spec->type_sigma.entry + k;

        sz_text_add(text, "%s%s:", k ? ":" : "", e->config_type);
        add_sigma(text, &e->sigma, ':');
    }
}

void sz_fit_show_e0(const sz_fit_spec *spec, sz_text *text)
{
    int n = 0;

    if (spec->e0_given && !spec->e0_is_list) sz_text_add_number(text, spec->e0.value[1]);
    for (int z = 1; z <= SZ_Z_MAX && spec->e0_given && spec->e0_is_list; z++) {
        if (!spec->e0.known[z]) continue;
        sz_text_add(text, "%s%s:", n++ ? ":" : "", sz_element_symbol(z));
        sz_text_add_number(text, spec->e0.value[z]);
    }
}

void sz_fit_show_e0_method(const sz_fit_spec *spec, sz_text *text)
{
    static const char *const name[] = {"given", "isolated", "average"};

    sz_text_add(text, "%s", name[spec->e0_method]);
}

void sz_fit_show_solver(const sz_fit_spec *spec, sz_text *text)
{
    sz_text_add(text, "%s", spec->solver == SZ_SOLVER_QR ? "qr" : "normal");
}

void sz_fit_show_seed(const sz_fit_spec *spec, sz_text *text)
{
    sz_text_add(text, "%d", spec->rnd_seed);
}

void sz_fit_show_jitter(const sz_fit_spec *spec, sz_text *text)
{
    sz_text_add_number(text, spec->sparse_jitter);
}
