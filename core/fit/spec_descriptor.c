/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_descriptor.c - the argument string of a descriptor in a fit: besides the
 * descriptor's own keys it has those of the kernel and of the choice of sparse points,
 * and is copied to the model file. */
#include "fit/spec_keys.h"

#include "select/sparsify.h"
#include "term/term.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the keys ---------------------------------------------------------------------- */

#define AT(member) offsetof(sz_fit_descriptor, member)

/* The keys of the fit, beside those of the descriptor itself. */
static const sz_key fit_keys[] = {
    {"delta", SZ_KEY_OTHER, 0, NULL, "needed, eV: scale of the kernel; in a .conf 1.0"},
    {"energy_scale", SZ_KEY_OTHER, 0, NULL, "=delta"},
    {"covariance_type", SZ_KEY_OTHER, 0, NULL,
     "needed: dot_product (soap), gaussian or ard_se, pp; in a .conf the usual one"},
    {"zeta", SZ_KEY_OTHER, 0, NULL, "exponent of dot_product; in a .conf 4"},
    {"soap_exponent", SZ_KEY_OTHER, 0, NULL, "=zeta"},
    {"theta_uniform", SZ_KEY_OTHER, 0, NULL,
     "length scale of gaussian and pp; in a .conf 1.0"},
    {"lengthscale_uniform", SZ_KEY_OTHER, 0, NULL, "=theta_uniform"},
    {"theta_fac", SZ_KEY_OTHER, 0, NULL,
     "or: that times the range of a component in the data"},
    {"lengthscale_factor", SZ_KEY_OTHER, 0, NULL, "=theta_fac"},
    {"theta_file", SZ_KEY_OTHER, 0, NULL, "or: a file with one for each component"},
    {"lengthscale_file", SZ_KEY_OTHER, 0, NULL, "=theta_file"},
    {"f0", SZ_KEY_REAL, AT(f0), "0", "eV: added to the kernel before it is scaled"},
    {"sparse_method", SZ_KEY_OTHER, 0, "random",
     "cur_points, farthest_points, uniform, random, none, file, index_file"},
    {"n_sparse", SZ_KEY_INT, AT(n_sparse), "0",
     "sparse points of each term; in a .conf also: liquid 200 dimer 20"},
    {"config_type_n_sparse", SZ_KEY_OTHER, 0, "",
     "instead of n_sparse, for each config_type: {{liquid:200:dimer:20}}"},
    {"sparse_file", SZ_KEY_OTHER, 0, "", "file of sparse_method=file and index_file"},
    {"print_sparse_index", SZ_KEY_OTHER, 0, "",
     "file to which the indices of the chosen points are appended"},
    {"add_species", SZ_KEY_BOOL, AT(add_species), "T",
     "one term for each choice of elements in the data"},
    {"unique_hash_tolerance", SZ_KEY_REAL, AT(unique_hash_tolerance), "1e-10",
     "vectors are equal if they differ by less"},
    {"unique_descriptor_tolerance", SZ_KEY_REAL, AT(unique_descriptor_tolerance), "1e-10",
     "the same, for each component"},
    {"mark_sparse_atoms", SZ_KEY_IGNORED, 0, "F",
     "soapz does not write a marked copy of the data"},
    {NULL, SZ_KEY_OTHER, 0, NULL, NULL},
};

/* Descriptors of QUIP that soapz does not have. */
static const char *const refused_types[] = {"soap_express",    "bispectrum_so4",
                                            "bispectrum_so3",  "behler",
                                            "co_angle_3b",     "co_distance_2b",
                                            "cosnx",           "trihis",
                                            "water_monomer",   "water_dimer",
                                            "a2_dimer",        "ab_dimer",
                                            "an_monomer",      "bond_real_space",
                                            "atom_real_space", "power_so3",
                                            "power_so4",       "rdf",
                                            "as_distance_2b",  "alex",
                                            "general_monomer", "general_dimer",
                                            "general_trimer",  "com_dimer",
                                            "molecule_lo_d",   NULL};

int sz_fit_descriptor_keys(const sz_term_type *type, const char *name[SZ_FIT_KEYS_MAX])
{
    int n = 0;

    for (const sz_key *k = fit_keys; k->name; k++) name[n++] = k->name;
    name[n++] = type->word;
    for (const sz_key *k = type->keys; k->name && n + 1 < SZ_FIT_KEYS_MAX; k++)
        name[n++] = k->name;
    name[n] = NULL;
    return n;
}

static const sz_key *find_in(const sz_key *keys, const char *name)
{
    for (; keys->name; keys++)
        if (sz_same_word(keys->name, name)) return keys;
    return NULL;
}

/* A key of the fit or of a descriptor of this type, or NULL. */
static const sz_key *find_key(const sz_term_type *type, const char *name)
{
    const sz_key *key = find_in(fit_keys, name);

    return key ? key : find_in(type->keys, name);
}

int sz_fit_is_descriptor_key(const char *name)
{
    int found = find_in(fit_keys, name) != NULL;

    for (int k = 0; sz_term_kinds[k]; k++)
        for (const sz_term_type *const *t = sz_term_kinds[k]->types; t && *t; t++)
            found |= find_in((*t)->keys, name) != NULL;
    return found;
}

sz_status sz_fit_check_type(const char *type, const char *where, sz_error *err)
{
    sz_text known = {0};
    sz_status status;

    if (sz_term_type_of(type)) return SZ_OK;
    sz_term_list_types(&known);
    status =
        sz_fail(err, SZ_ERR_FORMAT, "%s: descriptor %.60s is %s; there are %s", where,
                type, sz_fit_is_in(type, refused_types) ? "not supported" : "unknown",
                known.s ? known.s : "");
    sz_text_free(&known);
    return status;
}

/* ---- the keys of the fit ----------------------------------------------------------- */

/* The type is the only bare word that names one; other bare words are logical keys. */
static sz_status find_type(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *type = NULL;
    double number;

    for (int k = 0; k < sz_args_n_words(args); k++) {
        const char *word = sz_args_word(args, k);

        if (sz_parse_double(word, &number))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: '%.40s' has no key; inside gap={..} a list has "
                           "double braces, as in species_Z={{41 42}} and "
                           "compression={{nu,mu=1,1}}",
                           d->where, word);
        if (!sz_term_type_of(word) && !sz_fit_is_in(word, refused_types)) continue;
        if (type)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: both %s and %s; separate descriptors by ':'", d->where,
                           type, word);
        type = word;
    }
    if (!type && sz_args_n_words(args)) type = sz_args_word(args, 0);
    if (!type)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: no descriptor is named in '%.60s'; begin it with soap, "
                       "distance_2b ..",
                       d->where, d->text);
    if (sz_fit_check_type(type, d->where, err) != SZ_OK) return SZ_ERR_FORMAT;
    d->type = sz_term_type_of(type);
    return SZ_OK;
}

/* gap_fit ignores unknown keys of descriptors: soapz too, with a warning. */
static sz_status warn_of_unknown(sz_warnings *warnings, const sz_term_type *type,
                                 const char *key, const char *where, sz_error *err)
{
    const char *keys[SZ_FIT_KEYS_MAX];
    sz_error why;

    if (sz_same_word(key, type->word)) return SZ_OK;
    sz_fit_descriptor_keys(type, keys);
    sz_fit_unknown_key(key, keys, where, &why);
    return sz_warnings_add(warnings, err, "%.900s (ignored, as by gap_fit)", why.message);
}

sz_status sz_fit_warn_of_keys(sz_warnings *warnings, const char *descriptor,
                              const char *where, sz_error *err)
{
    const sz_term_type *type;
    sz_args *args;
    sz_status status = sz_args_parse(&args, descriptor, where, err);

    if (status == SZ_OK) status = sz_term_find_type(&type, args, err);
    for (int k = 0; status == SZ_OK && k < sz_args_n_fields(args); k++)
        if (!find_key(type, sz_args_key(args, k)))
            status = warn_of_unknown(warnings, type, sz_args_key(args, k), where, err);
    sz_args_free(args);
    return status;
}

/* 1 if the two are names of one key */
static int is_same_key(const sz_key *a, const sz_key *b)
{
    const char *of_a = sz_key_main(a) ? sz_key_main(a) : a->name;
    const char *of_b = sz_key_main(b) ? sz_key_main(b) : b->name;

    return strcmp(of_a, of_b) == 0;
}

int sz_fit_same_key(const sz_term_type *type, const char *a, const char *b)
{
    const sz_key *one = find_key(type, a), *other = find_key(type, b);

    return one && other ? is_same_key(one, other) : sz_same_word(a, b);
}

/* Field k of args once more, under whichever name, or -1. */
static int next_of_key(const sz_fit_descriptor *d, const sz_args *args, int k)
{
    const sz_key *key = find_key(d->type, sz_args_key(args, k)), *other;

    for (int j = k + 1; j < sz_args_n_fields(args); j++)
        if ((other = find_key(d->type, sz_args_key(args, j))) && is_same_key(key, other))
            return j;
    return -1;
}

/* Warns about ignored settings: unknown and repeated keys, and keys without effect. */
static sz_status warn_of_fields(sz_fit_spec *spec, const sz_fit_descriptor *d,
                                const sz_args *args, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; status == SZ_OK && k < sz_args_n_fields(args); k++) {
        const char *name = sz_args_key(args, k), *value = sz_args_value(args, k);
        const sz_key *key = find_key(d->type, name);
        char place[256];
        int next = key ? next_of_key(d, args, k) : -1;

        if (!key)
            status = warn_of_unknown(&spec->warnings, d->type, name, d->where, err);
        else if (key->kind == SZ_KEY_IGNORED)
            status = sz_warnings_add(&spec->warnings, err, "%s: %s is ignored: %s",
                                     sz_fit_place(&d->places, d->where, name, place),
                                     name, key->help);
        else if (next >= 0)
            status = sz_warnings_add(
                &spec->warnings, err,
                "%s: %s=%.60s is overruled by %s=%.60s after it: of a key that is given "
                "twice the last counts",
                sz_fit_place(&d->places, d->where, name, place), name,
                value ? value : "T", sz_args_key(args, next),
                sz_args_value(args, next) ? sz_args_value(args, next) : "T");
    }
    return status;
}

/* The value of a key that has two names. */
static const char *either(const sz_args *args, const char *a, const char *b)
{
    return sz_args_string(args, sz_args_last(args, a, b), NULL);
}

static sz_status read_covariance(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *name = sz_args_string(args, "covariance_type", "");
    static const struct {
        const char *name;
        sz_covariance kind;
    } known[] = {{"gaussian", SZ_COVARIANCE_ARD_SE},
                 {"ard_se", SZ_COVARIANCE_ARD_SE},
                 {"dot_product", SZ_COVARIANCE_DOT_PRODUCT},
                 {"pp", SZ_COVARIANCE_PP}};

    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (sz_same_word(name, known[k].name)) d->covariance = known[k].kind;
    if (d->covariance) return SZ_OK;
    if (!*name)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: covariance_type is missing; for soap and acsf it is dot_product, "
            "else gaussian",
            d->where);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: covariance_type=%.40s is %s; there are gaussian (ard_se), "
                   "dot_product and pp",
                   d->where, name,
                   sz_same_word(name, "bond_real_space") ? "not supported" : "unknown");
}

static sz_status read_theta(sz_fit_descriptor *d, const char *text, sz_error *err)
{
    char *copy, *rest, *item;
    const char *rule = d->theta_rule == SZ_THETA_FACTOR ? "theta_fac" : "theta_uniform";
    size_t n = 0;
    sz_status status = sz_fit_copy(&copy, text, err);

    if (status != SZ_OK) return status;
    d->theta = malloc((strlen(text) / 2 + 1) * sizeof *d->theta);
    if (!d->theta) status = sz_fail_memory(err, strlen(text), "theta");
    for (rest = copy; status == SZ_OK && (item = sz_next_item(&rest, SZ_LIST_SEPARATORS));
         n++)
        if (!sz_parse_double(item, d->theta + n) || !(d->theta[n] > 0.0))
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s: %s: the length scale '%.40s' is not a positive number",
                             d->where, rule, item);
    if (status == SZ_OK && (n == 0 || (n > 1 && d->theta_rule != SZ_THETA_FACTOR)))
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: %s: the length scale '%.60s' must be one number", d->where,
                         rule, text);
    d->n_theta = (int)n;
    free(copy);
    return status;
}

/* Exactly one of theta_fac, theta_uniform, theta_file and zeta. */
static sz_status read_lengths(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *text[] = {either(args, "soap_exponent", "zeta"),
                          either(args, "lengthscale_factor", "theta_fac"),
                          either(args, "lengthscale_uniform", "theta_uniform"),
                          either(args, "lengthscale_file", "theta_file")};
    int dot = d->covariance == SZ_COVARIANCE_DOT_PRODUCT, n = 0;

    for (int k = 0; k < 4; k++) {
        n += text[k] != NULL;
        if (text[k]) d->theta_rule = (sz_theta_rule)k;
    }
    if (n != 1 || dot != (d->theta_rule == SZ_THETA_NONE))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: covariance_type=%s needs %s and nothing else of zeta, "
                       "theta_fac, theta_uniform, theta_file",
                       d->where, sz_args_string(args, "covariance_type", ""),
                       dot ? "zeta" : "one of theta_fac, theta_uniform, theta_file");
    if (d->theta_rule == SZ_THETA_FILE) return sz_fit_copy(&d->theta_file, text[3], err);
    if (!dot) return read_theta(d, text[d->theta_rule], err);
    if (sz_parse_double(text[0], &d->zeta) && d->zeta > 0.0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s: zeta='%.40s' is not a positive number",
                   d->where, text[0]);
}

/* As far as it is known before the data; a fit with a vanishing kernel has no meaning
 * either. */
static sz_status check_kernel(const sz_fit_descriptor *d, sz_error *err)
{
    int uniform = d->theta_rule == SZ_THETA_UNIFORM;
    const sz_gap_term kernel = {.covariance = d->covariance,
                                .delta = d->delta,
                                .f0 = d->f0,
                                .zeta = d->zeta,
                                .n_dim = uniform ? d->n_theta : 0,
                                .theta = d->theta};
    char text[120];

    if (fabs(d->delta) < 1e-100)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: delta is %g, allowed 1e-100 to 1e+100",
                       d->where, d->delta);
    if (!sz_kernel_fault(&kernel, text)) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s: %s", d->where, text);
}

static sz_status read_method(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    static const char *const known[] = {"random",          "uniform", "cur_points",
                                        "farthest_points", "none",    "file",
                                        "index_file"};
    static const char *const refused[] = {
        "covariance", "cur_covariance", "cluster", "kmeans", "fuzzy", "pivot", NULL};
    const char *name = sz_args_string(args, "sparse_method", "random");

    for (int k = 0; k < (int)(sizeof known / sizeof *known); k++)
        if (sz_same_word(name, known[k])) {
            d->method = (sz_sparse_method)k;
            return SZ_OK;
        }
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s: sparse_method=%.40s is %s; there are cur_points, farthest_points, "
        "uniform, random, none, file and index_file",
        d->where, name, sz_fit_is_in(name, refused) ? "not supported" : "unknown");
}

/* type:n:type2:n2 */
static sz_status read_type_counts(sz_fit_descriptor *d, const char *text, sz_error *err)
{
    char *copy, *rest, *type;
    sz_status status = sz_fit_copy(&copy, text, err);

    if (status != SZ_OK) return status;
    d->type_count = calloc(strlen(text) / 4 + 1, sizeof *d->type_count);
    if (!d->type_count)
        status = sz_fail_memory(err, strlen(text), "config_type_n_sparse");
    rest = copy;
    while (status == SZ_OK && (type = sz_next_item(&rest, SZ_LIST_SEPARATORS))) {
        const char *item = sz_next_item(&rest, SZ_LIST_SEPARATORS);
        sz_type_count *c = d->type_count + d->n_type_counts;

        if (!item || !sz_parse_int(item, &c->n) || c->n < 0) {
            status =
                sz_fail(err, SZ_ERR_FORMAT,
                        "%s: in config_type_n_sparse '%.60s' needs a count after it, "
                        "as in %.60s:100",
                        d->where, type, type);
            break;
        }
        for (int k = 0; k < d->n_type_counts && status == SZ_OK; k++)
            if (strcmp(d->type_count[k].config_type, type) == 0)
                status =
                    sz_fail(err, SZ_ERR_FORMAT,
                            "%s: config_type_n_sparse has %.60s twice", d->where, type);
        if (status == SZ_OK) status = sz_fit_copy(&c->config_type, type, err);
        if (status == SZ_OK) d->n_type_counts++;
    }
    free(copy);
    return status;
}

static sz_status read_counts(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *list = sz_args_string(args, "config_type_n_sparse", NULL);
    int from_file = d->method == SZ_SPARSE_FILE || d->method == SZ_SPARSE_INDEX_FILE;
    sz_status status = SZ_OK;

    if (list) status = read_type_counts(d, list, err);
    if (status == SZ_OK && sz_args_has(args, "sparse_file"))
        status =
            sz_fit_copy(&d->sparse_file, sz_args_string(args, "sparse_file", ""), err);
    if (status != SZ_OK) return status;
    if (from_file && (!d->sparse_file || !*d->sparse_file))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: sparse_method=%s needs sparse_file=..",
                       d->where, sz_args_string(args, "sparse_method", ""));
    if (!from_file && d->sparse_file && *d->sparse_file)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: sparse_file=%.100s needs sparse_method=file or index_file, not %s",
            d->where, d->sparse_file, sz_args_string(args, "sparse_method", "random"));
    if (from_file || d->method == SZ_SPARSE_NONE) return SZ_OK;
    if (d->n_sparse < 0)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: n_sparse is %d, must be positive",
                       d->where, d->n_sparse);
    if ((d->n_sparse > 0) != (d->n_type_counts > 0)) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: give one of n_sparse=.. and config_type_n_sparse={{type:n:..}}",
                   d->where);
}

/* The cutoff, which has another name in some descriptors. */
static sz_status read_cutoff(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const sz_key *key = find_in(d->type->keys, "cutoff");
    const char *usual = key && sz_key_main(key) ? sz_key_main(key) : "cutoff";
    const char *used = sz_args_last(args, usual, "cutoff");
    sz_status status = sz_args_double(args, used, &d->cutoff, err);

    if (status != SZ_OK || d->cutoff > 0.0) return status;
    if (sz_args_has(args, used))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is %g, must be positive", d->where,
                       used, d->cutoff);
    return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is missing: Angstrom", d->where, usual);
}

static sz_status read_scalars(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *delta = either(args, "energy_scale", "delta");
    sz_status status;

    status = sz_keys_read(fit_keys, args, d, err);
    /* key of the descriptor, also needed by the fit */
    if (status == SZ_OK) status = sz_args_int(args, "order", &d->order, err);
    if (status != SZ_OK) return status;
    if (!delta)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: delta is missing: the energy scale of the kernel in eV",
                       d->where);
    if (!sz_parse_double(delta, &d->delta) || d->delta == 0.0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: delta='%.40s' is not a number other than 0", d->where, delta);
    status = read_cutoff(d, args, err);
    if (status != SZ_OK) return status;
    if (d->type->n_elements < 0 && (d->order < 2 || d->order > 6))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: order is missing or not from 2 to 6",
                       d->where);
    return SZ_OK;
}

static void free_descriptor(sz_fit_descriptor *d)
{
    for (int k = 0; k < d->n_type_counts; k++) free(d->type_count[k].config_type);
    free(d->type_count);
    free(d->text);
    free(d->where);
    free(d->theta);
    free(d->theta_file);
    free(d->sparse_file);
    free(d->print_sparse_index);
    sz_key_places_free(&d->places);
}

void sz_fit_free_descriptors(sz_fit_spec *spec)
{
    for (int k = 0; k < spec->n_descriptors; k++) free_descriptor(spec->descriptor + k);
    free(spec->descriptor);
    spec->descriptor = NULL;
    spec->n_descriptors = 0;
    for (int k = 0; k < spec->n_overrules; k++) spec->overrule[k].n_used = 0;
    sz_fit_unexpand(spec);
}

static sz_status read_descriptor(sz_fit_descriptor *d, sz_fit_spec *spec,
                                 const sz_args *args, sz_error *err)
{
    const char *index = sz_args_string(args, "print_sparse_index", NULL);
    sz_status status = find_type(d, args, err);

    if (status == SZ_OK) status = read_scalars(d, args, err);
    if (status == SZ_OK) status = read_covariance(d, args, err);
    if (status == SZ_OK) status = read_lengths(d, args, err);
    if (status == SZ_OK) status = check_kernel(d, err);
    if (status == SZ_OK) status = read_method(d, args, err);
    if (status == SZ_OK) status = read_counts(d, args, err);
    if (status == SZ_OK && index && *index)
        status = sz_fit_copy(&d->print_sparse_index, index, err);
    if (status == SZ_OK) status = warn_of_fields(spec, d, args, err);
    return status;
}

sz_status sz_fit_add_descriptor(sz_fit_spec *spec, const char *text, const char *where,
                                sz_key_places *places, sz_error *err)
{
    size_t n = (size_t)spec->n_descriptors + 1;
    sz_fit_descriptor *d;
    sz_args *args = NULL;
    sz_status status;

    if (!sz_grow(&spec->descriptor, n, sizeof *d))
        return sz_fail_memory(err, n * sizeof *d, "a descriptor");
    d = spec->descriptor + spec->n_descriptors++;
    memset(d, 0, sizeof *d);
    if (places) {
        d->places = *places;
        *places = (sz_key_places){0, NULL};
    }
    status = sz_fit_copy(&d->text, text, err);
    if (status == SZ_OK) status = sz_fit_copy(&d->where, where, err);
    if (status == SZ_OK) status = sz_args_parse(&args, text, where, err);
    if (status == SZ_OK && spec->n_overrules) {
        status = find_type(d, args, err);
        if (status == SZ_OK) status = sz_fit_overrule(spec, d, &args, err);
    }
    if (status == SZ_OK) status = read_descriptor(d, spec, args, err);
    sz_args_free(args);
    return sz_fit_blame(&d->places, where, status, err);
}

/* ---- help -------------------------------------------------------------------------- */

static void explain(sz_text *text, const sz_key *keys)
{
    for (const sz_key *k = keys; k->name; k++) {
        const sz_key *also;
        const char *ours;
        char name[80];

        if (sz_key_main(k)) continue;
        ours = sz_fit_short_key(k->name);
        snprintf(name, sizeof name, "%s%s%s%s", k->name, ours ? " [" : "",
                 ours ? ours : "", ours ? "]" : "");
        sz_text_add(text, "  %-38s %-20s %s%s", name, k->standard ? k->standard : "",
                    k->kind == SZ_KEY_IGNORED ? "ignored: " : "", k->help ? k->help : "");
        for (also = keys; also->name; also++)
            if (also != k && is_same_key(also, k))
                sz_text_add(text, " (also %s)", also->name);
        sz_text_add(text, "\n");
    }
}

void sz_fit_explain_descriptors(sz_text *text)
{
    const sz_term_type *seen[64];
    int n = 0;

    sz_text_add(text, "every descriptor, in a fit\n");
    explain(text, fit_keys);
    for (int k = 0; sz_term_kinds[k]; k++)
        for (const sz_term_type *const *t = sz_term_kinds[k]->types; t && *t; t++) {
            int again = 0; /* two kinds may share a word */

            for (int i = 0; i < n; i++) again |= seen[i] == *t;
            if (again || n == 64) continue;
            seen[n++] = *t;
            sz_text_add(text, "\n%s\n", (*t)->word);
            explain(text, (*t)->keys);
        }
}
