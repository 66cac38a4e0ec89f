/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_keys.c - the keys of gap_fit's command line, with alias and default in one table.
 *
 *   at_file=train.xyz default_sigma={0.01 0.1 0.1 0} gap={soap .. : distance_2b ..} ...
 *
 * Keys of what soapz does otherwise (parallel runs, timing) are accepted and do nothing;
 * those that would change the result and that soapz lacks are refused. */
#include "fit/spec_keys.h"

#include "data/names.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings that are more than a value ------------------------------------------- */

typedef sz_status setter(sz_fit_spec *spec, const char *value, const char *where,
                         sz_error *err);

static sz_status copy_value(char **copy, const char *value, sz_error *err)
{
    *copy = sz_copy_text(value);
    return *copy ? SZ_OK : sz_fail_memory(err, strlen(value), "a setting");
}

/* {energy force virial hessian}; a second setting replaces the first. */
static sz_status set_default_sigma(sz_fit_spec *spec, const char *value,
                                   const char *where, sz_error *err)
{
    char *copy, *rest, *item;
    double s[4] = {0};
    int n = 0, k = sz_sigma_find(&spec->sigma, "default");
    sz_sigma sigma;
    sz_status status = copy_value(&copy, value, err);

    if (status != SZ_OK) return status;
    for (rest = copy; (item = sz_next_item(&rest, SZ_LIST_SEPARATORS)); n++)
        if (n > 3 || !sz_parse_double(item, &s[n]) || s[n] < 0.0) n = 10;
    free(copy);
    if (n != 4)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: default_sigma={%.60s} must be four numbers, none negative: "
                       "of energy, force, virial and hessian",
                       where, value);
    sigma.energy = s[0];
    sigma.force = s[1];
    sigma.virial = s[2];
    if (k < 0) return sz_sigma_add(&spec->sigma, "default", sigma, where, err);
    spec->sigma.entry[k].sigma = sigma;
    return SZ_OK;
}

/* type:E:F:V:H:type2:.. ; "default" there overrides default_sigma, whichever stands
 * first: kept in a table of its own until both are known. */
static sz_status set_type_sigma(sz_fit_spec *spec, const char *value, const char *where,
                                sz_error *err)
{
    char *copy, *rest, *type, *item;
    sz_status status = copy_value(&copy, value, err);

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

static sz_status set_e0_list(sz_fit_spec *spec, char *rest, const char *where,
                             sz_error *err)
{
    char *symbol, *item;

    while ((symbol = sz_next_item(&rest, SZ_LIST_SEPARATORS))) {
        int z = sz_element_number(symbol);

        if (!z)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: '%.40s' in e0 is not an element",
                           where, symbol);
        item = sz_next_item(&rest, SZ_LIST_SEPARATORS);
        if (!item || !sz_parse_double(item, &spec->e0.value[z]))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: e0 of %s is missing or not a number; write "
                           "e0={Mo:-4.6:W:-4.5}",
                           where, symbol);
        if (spec->e0.known[z]++)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: e0 of %s stands there twice", where,
                           symbol);
    }
    return SZ_OK;
}

/* A number for every element, or {H:-13.6:O:-430}. */
static sz_status set_e0(sz_fit_spec *spec, const char *value, const char *where,
                        sz_error *err)
{
    double e0;
    char *copy;
    sz_status status;

    memset(&spec->e0, 0, sizeof spec->e0);
    spec->e0_given = 1;
    spec->e0_is_list = !sz_parse_double(value, &e0);
    for (int z = 1; !spec->e0_is_list && z <= SZ_Z_MAX; z++) {
        spec->e0.value[z] = e0;
        spec->e0.known[z] = 1;
    }
    if (!spec->e0_is_list) return SZ_OK;
    status = copy_value(&copy, value, err);
    if (status == SZ_OK) status = set_e0_list(spec, copy, where, err);
    free(copy);
    return status;
}

static sz_status set_e0_method(sz_fit_spec *spec, const char *value, const char *where,
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

static sz_status set_solver(sz_fit_spec *spec, const char *value, const char *where,
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

static sz_status set_seed(sz_fit_spec *spec, const char *value, const char *where,
                          sz_error *err)
{
    if (sz_parse_int(value, &spec->rnd_seed) && spec->rnd_seed != 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: rnd_seed=%.40s must be an integer other than 0", where, value);
}

static sz_status refuse_local(sz_fit_spec *spec, const char *value, const char *where,
                              sz_error *err)
{
    (void)spec;
    (void)value;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: local_property0 asks for a fit of local properties, which soapz "
                   "does not do; it fits energies, forces and virials",
                   where);
}

static sz_status warn_dump(sz_fit_spec *spec, const char *value, const char *where,
                           sz_error *err)
{
    return sz_warnings_add(
        &spec->warnings, err,
        "%s: linear_system_dump_file=%.100s is not written: soapz never "
        "has the whole system in memory",
        where, value);
}

/* ---- the table --------------------------------------------------------------------- */

typedef enum {
    TEXT,
    REAL,
    LOGICAL,
    SPECIAL,
    IGNORED,   /* of no consequence here */
    ONLY_FALSE /* a logical that may not be true */
} key_kind;

typedef struct {
    const char *name, *alias;
    key_kind kind;
    size_t at;            /* where in sz_fit_spec */
    const char *standard; /* default, NULL: nothing to set */
    setter *set;          /* SPECIAL */
} key;

#define AT(member) offsetof(sz_fit_spec, member)

static const key table[] = {
    {"atoms_filename", "at_file", TEXT, AT(at_file), "", NULL},
    {"test_file", NULL, TEXT, AT(test_file), "", NULL},
    {"gap", NULL, SPECIAL, 0, NULL, sz_fit_set_gap},
    {"default_kernel_regularisation", "default_sigma", SPECIAL, 0, NULL,
     set_default_sigma},
    {"config_type_kernel_regularisation", "config_type_sigma", SPECIAL, 0, NULL,
     set_type_sigma},
    {"kernel_regularisation_is_per_atom", "sigma_per_atom", LOGICAL, AT(sigma.per_atom),
     "T", NULL},
    {"e0", NULL, SPECIAL, 0, NULL, set_e0},
    {"e0_method", NULL, SPECIAL, 0, "isolated", set_e0_method},
    {"e0_offset", NULL, REAL, AT(e0_offset), "0", NULL},
    {"baseline_param_filename", "core_param_file", TEXT, AT(core_param_file),
     "quip_params.xml", NULL},
    {"baseline_ip_args", "core_ip_args", TEXT, AT(core_ip_args), "", NULL},
    {"sparse_jitter", NULL, REAL, AT(sparse_jitter), "1e-10", NULL},
    {"gap_file", "gp_file", TEXT, AT(gp_file), "gap_new.xml", NULL},
    {"rnd_seed", NULL, SPECIAL, 0, "-1", set_seed},
    {"solver", NULL, SPECIAL, 0, "qr", set_solver},
    {"sparse_separate_file", NULL, LOGICAL, AT(sparse_separate_file), "T", NULL},
    {"do_copy_atoms_file", "do_copy_at_file", LOGICAL, AT(do_copy_at_file), "T", NULL},
    {"sparse_environments", NULL, LOGICAL, AT(sparse_environments), "T", NULL},
    {"data", NULL, TEXT, AT(data), "", NULL},
    {"licence", NULL, TEXT, AT(licence), "", NULL},
    {"citation", NULL, TEXT, AT(citation), "", NULL},
    {"note", NULL, TEXT, AT(note), "", NULL},
    {"dryrun", NULL, LOGICAL, AT(dryrun), "F", NULL},
    {"sparsify_only_no_fit", NULL, LOGICAL, AT(sparsify_only), "F", NULL},

    {"parameter_name_prefix", NULL, TEXT, AT(prefix), "", NULL},
    {"energy_parameter_name", NULL, TEXT, AT(name.energy), "energy", NULL},
    {"force_parameter_name", NULL, TEXT, AT(name.force), "force", NULL},
    {"virial_parameter_name", NULL, TEXT, AT(name.virial), "virial", NULL},
    {"stress_parameter_name", NULL, TEXT, AT(name.stress), "stress", NULL},
    {"config_type_parameter_name", NULL, TEXT, AT(name.config_type), "config_type", NULL},
    {"sigma_parameter_name", NULL, TEXT, AT(name.sigma), "sigma", NULL},
    {"force_mask_parameter_name", NULL, TEXT, AT(name.force_mask), "force_mask", NULL},
    {"hessian_parameter_name", NULL, TEXT, AT(name.hessian), "hessian", NULL},
    {"local_property_parameter_name", NULL, TEXT, AT(name.local_property),
     "local_property", NULL},
    {"local_property_mask_parameter_name", NULL, IGNORED, 0, NULL, NULL},

    {"local_property0", NULL, SPECIAL, 0, NULL, refuse_local},
    {"default_kernel_regularisation_local_property", "default_local_property_sigma",
     IGNORED, 0, NULL, NULL},
    {"export_covariance", NULL, ONLY_FALSE, 0, NULL, NULL},
    {"linear_system_dump_file", NULL, SPECIAL, 0, NULL, warn_dump},
    {"condition_number_norm", NULL, IGNORED, 0, NULL, NULL},
    {"sparse_use_actual_gpcov", NULL, IGNORED, 0, NULL, NULL},
    {"hessian_displacement", "hessian_delta", IGNORED, 0, NULL, NULL},
    {"template_file", NULL, IGNORED, 0, NULL, NULL},
    {"verbosity", NULL, IGNORED, 0, NULL, NULL},
    {"openmp_chunk_size", NULL, IGNORED, 0, NULL, NULL},
    {"do_ip_timing", NULL, IGNORED, 0, NULL, NULL},
    {"mpi_blocksize_rows", NULL, IGNORED, 0, NULL, NULL},
    {"mpi_blocksize_cols", NULL, IGNORED, 0, NULL, NULL},
    {"mpi_print_all", NULL, IGNORED, 0, NULL, NULL},
};
enum { N_KEYS = sizeof table / sizeof *table };

static const key *find_key(const char *name)
{
    for (int k = 0; k < N_KEYS; k++)
        if (sz_same_word(table[k].name, name) ||
            (table[k].alias && sz_same_word(table[k].alias, name)))
            return table + k;
    return NULL;
}

int sz_fit_is_key(const char *name)
{
    return find_key(name) != NULL;
}

static void take_nearer(const char **best, int *distance, const char *word,
                        const char *candidate)
{
    int d = candidate ? sz_word_distance(word, candidate) : INT_MAX;

    if (d >= *distance) return;
    *distance = d;
    *best = candidate;
}

sz_status sz_fit_unknown_key(const char *name, const char *const *list, const char *where,
                             sz_error *err)
{
    const char *best = NULL;
    int distance = INT_MAX;

    for (int k = 0; !list && k < N_KEYS; k++) {
        take_nearer(&best, &distance, name, table[k].name);
        take_nearer(&best, &distance, name, table[k].alias);
    }
    for (; list && *list; list++) take_nearer(&best, &distance, name, *list);
    return sz_fail(err, SZ_ERR_FORMAT, "%s: unknown key '%.60s'; the nearest known is %s",
                   where, name, best);
}

/* Names of data that are set are not looked for. */
static void note_name(sz_fit_spec *spec, const key *k)
{
    static const size_t at[SZ_N_NAMES] = {AT(name.energy), AT(name.force),
                                          AT(name.virial), AT(name.stress)};

    for (int kind = 0; kind < SZ_N_NAMES; kind++)
        if (k->at == at[kind]) spec->names_given |= 1U << kind;
}

static sz_status set_text(sz_fit_spec *spec, const key *k, const char *value,
                          sz_error *err)
{
    char **text = (char **)((char *)spec + k->at), *copy;
    sz_status status = copy_value(&copy, value, err);

    if (status != SZ_OK) return status;
    free(*text);
    *text = copy;
    note_name(spec, k);
    return SZ_OK;
}

sz_status sz_fit_set(sz_fit_spec *spec, const char *name, const char *value,
                     const char *where, sz_error *err)
{
    const key *k = find_key(name);
    char *at;
    int logical = 1;

    if (!k) return sz_fit_unknown_key(name, NULL, where, err);
    at = (char *)spec + k->at;
    if (!value && k->kind != LOGICAL && k->kind != ONLY_FALSE && k->kind != IGNORED)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s stands without a value; write %s=..",
                       where, name, name);
    switch (k->kind) {
    case TEXT:
        return set_text(spec, k, value, err);
    case SPECIAL:
        return k->set(spec, value, where, err);
    case REAL:
        if (sz_parse_double(value, (double *)(void *)at)) return SZ_OK;
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s='%.60s' is not a number", where, name,
                       value);
    case LOGICAL:
    case ONLY_FALSE:
        if (value && !sz_parse_bool(value, &logical))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s='%.60s' is not T or F", where,
                           name, value);
        if (k->kind == LOGICAL)
            *(int *)(void *)at = logical;
        else if (logical)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s=T is not supported; leave it out",
                           where, name);
        return SZ_OK;
    case IGNORED:
        return SZ_OK;
    }
    return SZ_OK;
}

/* ---- the whole --------------------------------------------------------------------- */

sz_fit_spec *sz_fit_spec_new(sz_error *err)
{
    sz_fit_spec *spec = calloc(1, sizeof *spec);

    if (!spec) {
        sz_fail_memory(err, sizeof *spec, "the settings of a fit");
        return NULL;
    }
    for (int k = 0; k < N_KEYS; k++)
        if (table[k].standard && sz_fit_set(spec, table[k].name, table[k].standard,
                                            "defaults", err) != SZ_OK) {
            sz_fit_spec_free(spec);
            return NULL;
        }
    spec->names_given = 0;
    return spec;
}

void sz_fit_spec_free(sz_fit_spec *spec)
{
    if (!spec) return;
    for (int k = 0; k < N_KEYS; k++)
        if (table[k].kind == TEXT) free(*(char **)((char *)spec + table[k].at));
    sz_sigma_free(&spec->sigma);
    sz_sigma_free(&spec->type_sigma);
    sz_fit_free_descriptors(spec);
    sz_warnings_free(&spec->warnings);
    free(spec->command_line);
    free(spec->where);
    free(spec);
}
