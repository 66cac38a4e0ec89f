/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_keys.c - the keys of a fit in one table, used to read them, for defaults, output
 * and help.
 *
 *   at_file=train.xyz default_sigma={0.01 0.1 0.1 0} gap={soap .. : distance_2b ..} ...
 *
 * Keys for things that soapz does differently (parallel runs, timing) are accepted with a
 * message and have no effect; keys that would change the result and are not supported are
 * refused. */
#include "fit/spec_keys.h"

#include "data/names.h"
#include "fit/spec_values.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table --------------------------------------------------------------------- */

typedef enum {
    TEXT,
    REAL,
    LOGICAL,
    SPECIAL,
    ANYWAY,    /* it is always done */
    IGNORED,   /* no effect here; help says why */
    ONLY_FALSE /* a logical that must not be true */
} key_kind;

typedef struct {
    const char *name, *alias;
    const char *ours; /* its name in a configuration file */
    key_kind kind;
    size_t at;            /* offset in sz_fit_spec */
    const char *standard; /* default, NULL: nothing to set */
    sz_fit_setter *set;   /* SPECIAL */
    sz_fit_show *show;
    const char *help; /* one line with unit and meaning */
} key;

#define AT(member) offsetof(sz_fit_spec, member)

static const key table[] = {
    {"atoms_filename", "at_file", "train", TEXT, AT(at_file), "", NULL, NULL,
     "needed, extended XYZ file with the data"},
    {"test_file", NULL, "test", TEXT, AT(test_file), "", NULL, NULL,
     "extended XYZ file whose errors are reported too (soapz only)"},
    {"gap", NULL, NULL, SPECIAL, 0, NULL, sz_fit_set_gap, sz_fit_show_gap,
     "needed, descriptors: {soap .. : distance_2b ..}; in a .conf its sections"},
    {"default_kernel_regularisation", "default_sigma", NULL, SPECIAL, 0, NULL,
     sz_fit_set_default_sigma, sz_fit_show_sigma,
     "needed, {energy force virial hessian}: eV/atom, eV/Angstrom, eV/atom; in a .conf "
     "sigma_energy, .."},
    {"config_type_kernel_regularisation", "config_type_sigma", NULL, SPECIAL, 0, "",
     sz_fit_set_type_sigma, sz_fit_show_type_sigma,
     "sigmas of some frames, {type:E:F:V:H:type2:..}; in a .conf [config_type NAME]"},
    {"kernel_regularisation_is_per_atom", "sigma_per_atom", NULL, LOGICAL,
     AT(sigma.per_atom), "T", NULL, NULL,
     "sigmas of energies and virials grow with sqrt(atoms)"},
    {"e0", NULL, "e0", SPECIAL, 0, NULL, sz_fit_set_e0, sz_fit_show_e0,
     "eV: energy of an isolated atom, a number or {Mo:-4.6:W:-4.5}; in a .conf also "
     "isolated, average"},
    {"e0_method", NULL, NULL, SPECIAL, 0, "isolated", sz_fit_set_e0_method,
     sz_fit_show_e0_method, "if e0 is not given: isolated (atoms in the data), average"},
    {"e0_offset", NULL, NULL, REAL, AT(e0_offset), "0.0", NULL, NULL, "eV: added to e0"},
    {"baseline_param_filename", "core_param_file", "core", TEXT, AT(core_param_file),
     "quip_params.xml", NULL, NULL, "XML with the parameters of the core potential"},
    {"baseline_ip_args", "core_ip_args", "core_args", TEXT, AT(core_ip_args), "", NULL,
     NULL, "core potential, {IP ZBL cutoff=2.4 cutoff_width=1.2}; none if empty"},
    {"sparse_jitter", NULL, "jitter", SPECIAL, 0, "1.0e-10", sz_fit_set_jitter,
     sz_fit_show_jitter, "eV^2: added to the diagonal of K_MM"},
    {"gap_file", "gp_file", "model", TEXT, AT(gp_file), "gap_new.xml", NULL, NULL,
     "the model: .soapz, else XML; in a .conf soapz.xml"},
    {"rnd_seed", NULL, "seed", SPECIAL, 0, "-1", sz_fit_set_seed, sz_fit_show_seed,
     "seed of the choice of sparse points; below 0: 1"},
    {"solver", NULL, NULL, SPECIAL, 0, "qr", sz_fit_set_solver, sz_fit_show_solver,
     "qr or normal (soapz only)"},
    {"sparse_separate_file", NULL, NULL, LOGICAL, AT(sparse_separate_file), "T", NULL,
     NULL, "sparse points in files beside the XML"},
    {"do_copy_atoms_file", "do_copy_at_file", NULL, LOGICAL, AT(do_copy_at_file), "T",
     NULL, NULL, "the data are copied into the XML; in a .conf F"},
    {"sparse_environments", NULL, NULL, LOGICAL, AT(sparse_environments), "T", NULL, NULL,
     "a .soapz stores sparse points of soap as environments (soapz only)"},
    {"data", NULL, NULL, TEXT, AT(data), "", NULL, NULL,
     "note in a .soapz: what was fitted (soapz only)"},
    {"licence", NULL, NULL, TEXT, AT(licence), "", NULL, NULL,
     "note in a .soapz (soapz only)"},
    {"citation", NULL, NULL, TEXT, AT(citation), "", NULL, NULL,
     "note in a .soapz (soapz only)"},
    {"note", NULL, NULL, TEXT, AT(note), "", NULL, NULL, "note in a .soapz (soapz only)"},
    {"dryrun", NULL, NULL, LOGICAL, AT(dryrun), "F", NULL, NULL,
     "prints what would be fitted, and the memory"},
    {"sparsify_only_no_fit", NULL, NULL, LOGICAL, AT(sparsify_only), "F", NULL, NULL,
     "chooses sparse points and stops"},

    {"parameter_name_prefix", NULL, NULL, TEXT, AT(prefix), "", NULL, NULL,
     "prefix of all the names below"},
    {"energy_parameter_name", NULL, "energy_key", TEXT, AT(name.energy), "energy", NULL,
     NULL, "energies in the data, eV"},
    {"force_parameter_name", NULL, "force_key", TEXT, AT(name.force), "force", NULL, NULL,
     "forces, eV/Angstrom"},
    {"virial_parameter_name", NULL, "virial_key", TEXT, AT(name.virial), "virial", NULL,
     NULL, "virials, eV: -volume times stress"},
    {"stress_parameter_name", NULL, "stress_key", TEXT, AT(name.stress), "stress", NULL,
     NULL, "stresses, eV/Angstrom^3, if a frame has no virial"},
    {"config_type_parameter_name", NULL, "config_type_key", TEXT, AT(name.config_type),
     "config_type", NULL, NULL, "kinds of frames"},
    {"kernel_regularisation_parameter_name", "sigma_parameter_name", NULL, TEXT,
     AT(name.sigma), "sigma", NULL, NULL, "sigmas of a frame: energy_sigma, .."},
    {"force_mask_parameter_name", NULL, "mask_key", TEXT, AT(name.force_mask),
     "force_mask", NULL, NULL, "column that is T if an atom's force is not used"},
    {"hessian_parameter_name", NULL, NULL, TEXT, AT(name.hessian), "hessian", NULL, NULL,
     "second derivatives; frames that have them are refused"},
    {"local_property_parameter_name", NULL, NULL, TEXT, AT(name.local_property),
     "local_property", NULL, NULL, "local properties; frames that have them are refused"},

    {"local_property0", NULL, NULL, SPECIAL, 0, NULL, sz_fit_refuse_local, NULL,
     "refused: soapz fits no local properties"},
    {"export_covariance", NULL, NULL, ONLY_FALSE, 0, "F", NULL, NULL,
     "T is refused: gap_fit's posterior covariance; soapz eval computes variances"},
    {"local_property_mask_parameter_name", NULL, NULL, IGNORED, 0, "local_property_mask",
     NULL, NULL, "soapz fits no local properties"},
    {"default_kernel_regularisation_local_property", "default_local_property_sigma", NULL,
     IGNORED, 0, "0.001", NULL, NULL, "soapz fits no local properties"},
    {"linear_system_dump_file", NULL, NULL, IGNORED, 0, "", NULL, NULL,
     "soapz never stores the whole system in memory"},
    {"condition_number_norm", NULL, NULL, ANYWAY, 0, "", NULL, NULL,
     "the condition number is always estimated"},
    {"sparse_use_actual_gpcov", NULL, NULL, IGNORED, 0, "F", NULL, NULL,
     "it concerns sparse methods that soapz refuses"},
    {"hessian_displacement", "hessian_delta", NULL, IGNORED, 0, "1.0e-2", NULL, NULL,
     "soapz fits no hessians"},
    {"template_file", NULL, NULL, IGNORED, 0, "template.xyz", NULL, NULL,
     "soapz needs no template, the data are enough"},
    {"verbosity", NULL, NULL, IGNORED, 0, "NORMAL", NULL, NULL,
     "the output of soapz does not change"},
    {"openmp_chunk_size", NULL, NULL, IGNORED, 0, "0", NULL, NULL,
     "soapz gives each thread one frame at a time"},
    {"do_ip_timing", NULL, NULL, ANYWAY, 0, "F", NULL, NULL, "times are always printed"},
    {"mpi_blocksize_rows", NULL, NULL, IGNORED, 0, "0", NULL, NULL,
     "no rank of soapz stores a block of the matrix"},
    {"mpi_blocksize_cols", NULL, NULL, IGNORED, 0, "100", NULL, NULL,
     "no rank of soapz stores a block of the matrix"},
    {"mpi_print_all", NULL, NULL, IGNORED, 0, "F", NULL, NULL,
     "only the first rank prints"},
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

static const key *find_ours(const char *name)
{
    for (int k = 0; k < N_KEYS; k++)
        if (table[k].ours && sz_same_word(table[k].ours, name)) return table + k;
    return find_key(name);
}

/* the name used in command lines */
static const char *usual(const key *k)
{
    return k->alias ? k->alias : k->name;
}

const char *sz_fit_key(const char *name)
{
    const key *k = find_key(name);

    return k ? usual(k) : NULL;
}

const char *sz_fit_config_key(const char *name)
{
    const key *k = find_ours(name);

    return k ? usual(k) : NULL;
}

static void take_nearer(const char **best, int *distance, const char *word,
                        const char *candidate)
{
    int d = candidate ? sz_word_distance(word, candidate) : INT_MAX;

    if (d >= *distance) return;
    *distance = d;
    *best = candidate;
}

/* A word that is far from all keys gets no suggestion. */
static sz_status fail_unknown(const char *name, const char *best, int distance,
                              const char *where, sz_error *err)
{
    if ((size_t)distance > 1 + strlen(name) / 2)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: unknown key '%.60s'; see soapz fit --help-keys", where, name);
    return sz_fail(err, SZ_ERR_FORMAT, "%s: unknown key '%.60s'; the nearest key is %s",
                   where, name, best);
}

sz_status sz_fit_unknown_key(const char *name, const char *const *list, const char *where,
                             sz_error *err)
{
    const char *best = NULL;
    int distance = INT_MAX;
    const key *ours = list ? NULL : find_ours(name);

    if (ours)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: '%.60s' is a key of configuration files; here it is %s",
                       where, name, usual(ours));
    if (!list && sz_fit_is_descriptor_key(name))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: '%.60s' is a key of a descriptor; write it inside gap={..}",
                       where, name);
    for (int k = 0; !list && k < N_KEYS; k++) {
        take_nearer(&best, &distance, name, table[k].name);
        take_nearer(&best, &distance, name, table[k].alias);
    }
    for (; list && *list; list++) take_nearer(&best, &distance, name, *list);
    return fail_unknown(name, best, distance, where, err);
}

sz_status sz_fit_unknown_in_config(const char *name, const char *const *more,
                                   const char *where, sz_error *err)
{
    const char *best = NULL;
    int distance = INT_MAX;

    if (sz_fit_is_descriptor_key(name))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: '%.60s' is a key of a descriptor; write it into a section "
                       "like [soap]",
                       where, name);
    for (int k = 0; k < N_KEYS; k++) {
        take_nearer(&best, &distance, name, table[k].ours);
        take_nearer(&best, &distance, name, usual(table + k));
    }
    for (; *more; more++) take_nearer(&best, &distance, name, *more);
    return fail_unknown(name, best, distance, where, err);
}

/* Names of data that are set are not searched. */
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
    sz_status status = sz_fit_copy(&copy, value, err);

    if (status != SZ_OK) return status;
    free(*text);
    *text = copy;
    note_name(spec, k);
    return SZ_OK;
}

/* 1 if value (NULL for a bare word) requests only the default. */
static int is_standard(const key *k, const char *value)
{
    double a, b;
    int p, q;

    if (!value) value = "T";
    if (!*value) return 1;
    if (sz_parse_double(value, &a) && sz_parse_double(k->standard, &b)) return a == b;
    if (sz_parse_bool(value, &p) && sz_parse_bool(k->standard, &q)) return p == q;
    return sz_same_word(value, k->standard);
}

/* Warns if it requests something that is not done. */
static sz_status ignore(sz_fit_spec *spec, const key *k, const char *name,
                        const char *value, const char *where, sz_error *err)
{
    if (is_standard(k, value)) return SZ_OK;
    return sz_warnings_add(&spec->warnings, err, "%s: %s%s%.100s is ignored: %s", where,
                           name, value ? "=" : "", value ? value : "", k->help);
}

static sz_status set_logical(const key *k, int *at, const char *name, const char *value,
                             const char *where, sz_error *err)
{
    int logical = 1; /* the same for a key without a value, and an empty one */

    if (value && *value && !sz_parse_bool(value, &logical))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s='%.60s' is not T or F", where, name,
                       value);
    if (k->kind == LOGICAL) *at = logical;
    if (k->kind == LOGICAL || !logical) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s: %s=T is not supported; leave it out", where,
                   name);
}

static int takes_value(const key *k)
{
    return k->kind == TEXT || k->kind == REAL || k->kind == SPECIAL;
}

/* For these keys an empty value has a meaning. */
static int may_be_empty(const key *k)
{
    return k->kind == TEXT || k->set == sz_fit_set_gap ||
           k->set == sz_fit_set_type_sigma || k->set == sz_fit_set_e0 ||
           k->set == sz_fit_refuse_local;
}

sz_status sz_fit_set(sz_fit_spec *spec, const char *name, const char *value,
                     const char *where, sz_error *err)
{
    const key *k = find_key(name);
    char *at;

    if (!k) return sz_fit_unknown_key(name, NULL, where, err);
    at = (char *)spec + k->at;
    if (takes_value(k) && !value)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s has no value; write %s=..", where,
                       name, name);
    if (takes_value(k) && !*value && !may_be_empty(k))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: %s= is empty; give it a value or leave it out%s%s", where,
                       name, k->standard ? " for " : "", k->standard ? k->standard : "");
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
        return set_logical(k, (int *)(void *)at, name, value, where, err);
    case ANYWAY:
        return SZ_OK;
    case IGNORED:
        return ignore(spec, k, name, value, where, err);
    }
    return SZ_OK;
}

/* ---- help -------------------------------------------------------------------------- */

static void show(const key *k, const sz_fit_spec *spec, sz_text *text)
{
    const char *at = (const char *)spec + k->at;

    if (k->show) k->show(spec, text);
    if (k->kind == TEXT) sz_text_add(text, "%s", *(char *const *)(const void *)at);
    if (k->kind == REAL) sz_text_add_number(text, *(const double *)(const void *)at);
    if (k->kind == LOGICAL)
        sz_text_add(text, "%s", *(const int *)(const void *)at ? "T" : "F");
    sz_text_add(text, "%s", "");
}

sz_status sz_fit_settings(sz_text *text, const sz_fit_spec *spec, sz_error *err)
{
    sz_fit_spec *standard = sz_fit_spec_new(err);

    if (!standard) return SZ_ERR_MEMORY;
    for (int k = 0; k < N_KEYS; k++) {
        sz_text now = {0}, before = {0};

        show(table + k, spec, &now);
        show(table + k, standard, &before);
        if (now.s && before.s && strcmp(now.s, before.s) != 0)
            sz_text_add(text, "  %s = %s\n", usual(table + k), now.s);
        text->failed |= now.failed | before.failed;
        sz_text_free(&now);
        sz_text_free(&before);
    }
    sz_fit_spec_free(standard);
    return text->failed ? sz_fail_memory(err, text->room, "the settings") : SZ_OK;
}

void sz_fit_explain(sz_text *text)
{
    for (int k = 0; k < N_KEYS; k++) {
        const key *t = table + k;
        char name[80];

        snprintf(name, sizeof name, "%s%s%s%s", usual(t), t->ours ? " [" : "",
                 t->ours ? t->ours : "", t->ours ? "]" : "");
        sz_text_add(text, "  %-38s %-20s %s%s", name, t->standard ? t->standard : "",
                    t->kind == IGNORED ? "ignored: " : "", t->help);
        sz_text_add(text, "%s%s%s\n", t->alias ? " (also " : "", t->alias ? t->name : "",
                    t->alias ? ")" : "");
    }
}

/* ---- defaults and checks ----------------------------------------------------------- */

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
    sz_fit_free_overrules(spec);
    sz_files_free(&spec->files);
    sz_warnings_free(&spec->warnings);
    free(spec->command_line);
    free(spec->where);
    free(spec);
}
