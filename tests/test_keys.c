/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_keys.c - the keys that a descriptor is read by and those that a fit knows are the
 * same. Which keys a reader asks for is written down here by functions in the place of
 * sz_args_int and its kind. */
#include "base/keys.h"
#include "check.h"
#include "descriptor/acsf.h"
#include "descriptor/soap_spec.h"
#include "fit/spec_keys.h"
#include "term/few_bodies_spec.h"
#include "term/term.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 1000 };

static const char *asked[MOST];
static int n_asked;

static void note(const char *key)
{
    if (n_asked < MOST) asked[n_asked++] = key;
}

#define RECORD(function, ...)                                                            \
    sz_status __real_sz_args_##function(const sz_args *args, const char *key,            \
                                        __VA_ARGS__);                                    \
    sz_status __wrap_sz_args_##function(const sz_args *args, const char *key,            \
                                        __VA_ARGS__);                                    \
    sz_status __wrap_sz_args_##function(const sz_args *args, const char *key, __VA_ARGS__)

RECORD(int, int *value, sz_error *err)
{
    note(key);
    return __real_sz_args_int(args, key, value, err);
}

RECORD(double, double *value, sz_error *err)
{
    note(key);
    return __real_sz_args_double(args, key, value, err);
}

RECORD(bool, int *value, sz_error *err)
{
    note(key);
    return __real_sz_args_bool(args, key, value, err);
}

RECORD(ints, int n, int *value, sz_error *err)
{
    note(key);
    return __real_sz_args_ints(args, key, n, value, err);
}

const char *__real_sz_args_string(const sz_args *args, const char *key,
                                  const char *fallback);
const char *__wrap_sz_args_string(const sz_args *args, const char *key,
                                  const char *fallback);
const char *__wrap_sz_args_string(const sz_args *args, const char *key,
                                  const char *fallback)
{
    note(key);
    return __real_sz_args_string(args, key, fallback);
}

int __real_sz_args_has(const sz_args *args, const char *key);
int __wrap_sz_args_has(const sz_args *args, const char *key);
int __wrap_sz_args_has(const sz_args *args, const char *key)
{
    note(key);
    return __real_sz_args_has(args, key);
}

static int is_in(const char *key, int n, const char *const *list)
{
    for (int k = 0; k < n; k++)
        if (strcmp(list[k], key) == 0) return 1;
    return 0;
}

/* all requested keys are in the tables, and all keys of the tables are requested */
static void compare(const char *type, const sz_key *table)
{
    const char *known[SZ_FIT_KEYS_MAX];
    int n_known = sz_fit_descriptor_keys(sz_term_type_of(type), known);

    CHECK(n_asked > 4 && n_asked < MOST && n_known > 20 && n_known + 1 < SZ_FIT_KEYS_MAX);
    CHECK(known[n_known] == NULL && is_in(type, n_known, known));
    for (int k = 0; k < n_asked; k++)
        if (!is_in(asked[k], n_known, known)) {
            printf("%s is read with %s and unknown to the fit\n", asked[k], type);
            failures++;
        }
    for (; table->name; table++) {
        int read = is_in(table->name, n_asked, asked);

        if (!sz_key_main(table) && read != (table->kind != SZ_KEY_IGNORED)) {
            printf("%s of %s: read %d\n", table->name, type, read);
            failures++;
        }
        CHECK(is_in(table->name, n_known, known));
        CHECK(table->help && *table->help);
        CHECK(!sz_key_main(table) || is_in(sz_key_main(table), n_known, known));
    }
    for (int k = 0; k < n_known; k++) CHECK(!is_in(known[k], k, known));
    n_asked = 0;
}

static int read_vectors(const char *text)
{
    sz_describer_spec spec;
    sz_args *args;
    sz_error err;

    CHECK_OK(sz_args_parse(&args, text, "here", &err), err);
    n_asked = 0;
    CHECK_OK(sz_describer_parse(&spec, args, -1, 0, NULL, &err), err);
    sz_describer_spec_free(&spec);
    sz_args_free(args);
    return 0;
}

static int read_few(const char *type, const char *text)
{
    sz_few_bodies few;
    sz_args *args;
    sz_error err;

    CHECK_OK(sz_args_parse(&args, text, "here", &err), err);
    n_asked = 0;
    CHECK_OK(sz_few_bodies_parse(&few, type, args, 0, &err), err);
    sz_args_free(args);
    return 0;
}

static int test_readers(void)
{
    if (read_vectors("soap cutoff=5 n_max=4 l_max=3 atom_sigma=0.5")) return 1;
    compare("soap", sz_soap_keys);
    if (read_vectors("soap cutoff=5 n_max=4 l_max=3 atom_sigma=0.5 n_species=2 "
                     "species_Z={42 74} compression={nu=2,d_J} d_J=2"))
        return 1;
    compare("soap", sz_soap_keys);
    if (read_vectors(
            "soap_turbo rcut_hard=5 alpha_max=4 l_max=3 atom_sigma=0.5 species_Z=14"))
        return 1;
    compare("soap_turbo", sz_turbo_keys);
    if (read_vectors("acsf cutoff=5 species_Z=14 n_species=1")) return 1;
    compare("acsf", sz_acsf_keys);
    if (read_few("distance_2b", "distance_2b cutoff=4")) return 1;
    compare("distance_2b", sz_term_type_of("distance_2b")->keys);
    if (read_few("angle_3b", "angle_3b cutoff=4")) return 1;
    compare("angle_3b", sz_term_type_of("angle_3b")->keys);
    for (int order = 2; order <= 3; order++) {
        if (read_few("distance_Nb", order == 2 ? "distance_Nb order=2 cutoff=4"
                                               : "distance_Nb order=3 cutoff=4"))
            return 1;
        compare("distance_Nb", sz_term_type_of("distance_Nb")->keys);
    }
    CHECK(sz_term_type_of("soap")->keys == sz_soap_keys && !sz_term_type_of("none"));
    return 0;
}

/* a descriptor in a fit, with one more field */
static int parse_fit(const char *type, const char *field, int n_warnings)
{
    int soap = strcmp(type, "soap") == 0;
    char text[400];
    sz_fit_spec *spec;
    sz_error err;

    snprintf(text, sizeof text,
             "at_file=a.xyz default_sigma={0.01 0.1 0.1 0} gap={%s cutoff=5 n_max=4 "
             "l_max=3 atom_sigma=0.5 order=2 n_sparse=9 delta=1 covariance_type=%s %s}",
             type, soap ? "dot_product zeta=2" : "gaussian theta_uniform=1", field);
    CHECK_OK(sz_fit_spec_parse(&spec, text, "here", &err), err);
    if (spec->warnings.n != n_warnings)
        printf("%s: %s\n", type, sz_warnings_text(&spec->warnings, 0));
    CHECK(spec->warnings.n == n_warnings);
    sz_fit_spec_free(spec);
    return 0;
}

/* a key that parse_fit gives already, possibly by another name */
static int is_given(const sz_key *key)
{
    static const char *const given[] = {"cutoff", "n_max", "l_max", "atom_sigma",
                                        "order"};
    const char *name = sz_key_main(key) ? sz_key_main(key) : key->name;

    return is_in(name, 5, given);
}

/* each key of a descriptor in turn: one more warning if the key is given twice or has no
 * effect */
static int test_fit(void)
{
    static const char *const type[] = {"soap", "distance_2b", "angle_3b", "distance_Nb"};
    static const int of_soap[] = {0, 4, 4, 3}; /* n_max l_max atom_sigma, and order */

    for (int t = 0; t < 4; t++) {
        const sz_key *key = t ? sz_term_type_of(type[t])->keys : sz_soap_keys;
        int expected = t ? of_soap[t] : 1;
        char field[80];

        if (parse_fit(type[t], "", expected)) return 1;
        if (parse_fit(type[t], "zetta=1", expected + 1)) return 1;
        for (; key->name; key++) {
            snprintf(field, sizeof field, "%s=2", key->name);
            if (parse_fit(type[t], field,
                          expected + is_given(key) + (key->kind == SZ_KEY_IGNORED)))
                return 1;
        }
    }
    return 0;
}

/* all keys requested by the reader are keys of the fit or of the descriptor */
static int test_asked_by_fit(void)
{
    const char *known[SZ_FIT_KEYS_MAX];
    int n = sz_fit_descriptor_keys(sz_term_type_of("soap"), known);

    n_asked = 0;
    if (parse_fit("soap", "", 1)) return 1;
    CHECK(n_asked > 15);
    for (int k = 0; k < n_asked; k++)
        if (!is_in(asked[k], n, known) && !sz_fit_key(asked[k]) &&
            strcmp(asked[k], "order") != 0 && strcmp(asked[k], "config_file") != 0) {
            printf("%s is asked for and unknown\n", asked[k]);
            failures++;
        }
    CHECK(!sz_term_type_of("nothing"));
    return 0;
}

/* ---- the tables themselves --------------------------------------------------------- */

typedef struct {
    int whole, logical;
    double real;
    const char *text;
} sample;

static int test_table(void)
{
    static const sz_key keys[] = {
        {"i", SZ_KEY_INT, offsetof(sample, whole), NULL, "a number"},
        {"b", SZ_KEY_BOOL, offsetof(sample, logical), NULL, NULL},
        {"x", SZ_KEY_REAL, offsetof(sample, real), "2.5", NULL},
        {"alias", SZ_KEY_REAL, offsetof(sample, real), NULL, "=x"},
        {"t", SZ_KEY_TEXT, offsetof(sample, text), NULL, NULL},
        {"list", SZ_KEY_OTHER, 0, NULL, NULL},
        {"nothing", SZ_KEY_IGNORED, 0, NULL, NULL},
        {NULL, SZ_KEY_OTHER, 0, NULL, NULL}};
    sample s = {1, 1, 1.5, "standard"};
    sz_args *args;
    sz_error err;

    CHECK_OK(sz_args_parse(&args, "other=3", "here", &err), err);
    CHECK_OK(sz_keys_read(keys, args, &s, &err), err);
    CHECK(s.whole == 1 && s.logical == 1 && s.real == 2.5 && !strcmp(s.text, "standard"));
    sz_args_free(args);
    CHECK_OK(sz_args_parse(&args, "I=3 b=F x=2 alias=4 t={a b} list=x nothing=y", "here",
                           &err),
             err);
    CHECK_OK(sz_keys_read(keys, args, &s, &err), err);
    CHECK(s.whole == 3 && s.logical == 0 && s.real == 4.0 && !strcmp(s.text, "a b"));
    sz_args_free(args);
    /* the last of two names is used; empty means true */
    CHECK_OK(sz_args_parse(&args, "alias=4 x=2 b=", "here", &err), err);
    CHECK_OK(sz_keys_read(keys, args, &s, &err), err);
    CHECK(s.real == 2.0 && s.logical == 1);
    CHECK(!strcmp(sz_args_last(args, "x", "alias"), "x"));
    CHECK(!strcmp(sz_args_last(args, "i", "alias"), "alias"));
    CHECK(!strcmp(sz_args_last(args, "i", "t"), "i"));
    CHECK(!sz_key_main(keys) && !strcmp(sz_key_main(keys + 3), "x"));
    sz_args_free(args);
    CHECK_OK(sz_args_parse(&args, "i=", "here", &err), err);
    CHECK_FAILS(sz_keys_read(keys, args, &s, &err), SZ_ERR_FORMAT, "here: i= is empty",
                err);
    sz_args_free(args);
    CHECK_OK(sz_args_parse(&args, "i=3.5", "here", &err), err);
    CHECK_FAILS(sz_keys_read(keys, args, &s, &err), SZ_ERR_FORMAT, "here: i='3.5'", err);
    sz_args_free(args);
    return 0;
}

/* A backslash at the end of a line, or between blanks, is a blank; others are kept. */
static int test_backslash(void)
{
    static const char *const same[] = {"a=1 \\\n b={x y}", "a=1\\\nb={x\\\r\ny} \\",
                                       "\\ a=1 \\ b={x\\\ny} \\\n"};
    sz_args *args;
    sz_error err;

    for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
        CHECK_OK(sz_args_parse(&args, same[k], "here", &err), err);
        CHECK(sz_args_n_fields(args) == 2 && !strcmp(sz_args_string(args, "a", ""), "1"));
        CHECK(!strncmp(sz_args_string(args, "b", ""), "x", 1) &&
              strchr(sz_args_string(args, "b", ""), 'y') &&
              !strchr(sz_args_string(args, "b", ""), '\\'));
        sz_args_free(args);
    }
    CHECK_OK(sz_args_parse(&args, "a=c:\\x b=\\y", "here", &err), err);
    CHECK(!strcmp(sz_args_string(args, "a", ""), "c:\\x") &&
          !strcmp(sz_args_string(args, "b", ""), "\\y"));
    sz_args_free(args);
    return 0;
}

int main(void)
{
    if (test_backslash() || test_table() || test_readers() || test_fit() ||
        test_asked_by_fit())
        return 1;
    return check_done();
}
