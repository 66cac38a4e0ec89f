/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec.c - gap_fit's command line as a whole.
 *
 *   at_file=train.xyz default_sigma={0.01 0.1 0.1 0} gap={soap .. : distance_2b ..} .. */
#include "fit/spec.h"

#include "fit/spec_keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* name <- prefix name; the one of local properties gets it twice, as in gap_fit. */
static sz_status apply_prefix(sz_fit_spec *spec, sz_error *err)
{
    char **name[] = {
        &spec->name.energy,     &spec->name.force,   &spec->name.virial,
        &spec->name.stress,     &spec->name.sigma,   &spec->name.config_type,
        &spec->name.force_mask, &spec->name.hessian, &spec->name.local_property};
    const size_t n = sizeof name / sizeof *name;

    for (size_t k = 0; *spec->prefix && k < n; k++) {
        sz_text text = {0};
        char *joined;

        sz_text_add(&text, "%s%s%s", spec->prefix, k == n - 1 ? spec->prefix : "",
                    *name[k]);
        joined = sz_text_take(&text, "a name", err);
        if (!joined) return SZ_ERR_MEMORY;
        free(*name[k]);
        *name[k] = joined;
    }
    return SZ_OK;
}

/* Adds the types of config_type_sigma to the table; "default" among them has priority. */
static sz_status merge_sigmas(sz_fit_spec *spec, const char *where, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < spec->type_sigma.n && status == SZ_OK; k++) {
        const sz_sigma_entry *e = spec->type_sigma.entry + k;

        if (strcmp(e->config_type, "default") == 0)
            spec->sigma.entry[sz_sigma_find(&spec->sigma, "default")].sigma = e->sigma;
        else
            status = sz_sigma_add(&spec->sigma, e->config_type, e->sigma, where, err);
    }
    return status;
}

sz_status sz_fit_complete(sz_fit_spec *spec, int with_data, const char *where,
                          sz_error *err)
{
    const struct {
        int missing;
        const char *sentence;
    } need[] = {
        {with_data && !*spec->at_file,
         "at_file= is missing: the extended XYZ file with the data"},
        {spec->n_descriptors == 0,
         "gap= is missing: the descriptors, as in gap={soap ..}"},
        {sz_sigma_find(&spec->sigma, "default") < 0,
         "default_sigma= is missing: the sigmas of energies, forces and virials, as in "
         "default_sigma={0.01 0.1 0.1 0.0}"},
        {!*spec->gp_file, "gp_file is empty; name the file of the model"},
    };
    sz_status status = SZ_OK;

    for (size_t k = 0; k < sizeof need / sizeof *need; k++)
        if (need[k].missing)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s", where, need[k].sentence);
    status = sz_fit_check_overrules(spec, err);
    if (status != SZ_OK) return status;
    if (!(fabs(spec->e0_offset) <= SZ_E0_MAX))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: e0_offset is %g, allowed -1e10 to 1e10",
                       where, spec->e0_offset);
    if (spec->e0_given) spec->e0_method = SZ_E0_GIVEN;
    status = merge_sigmas(spec, where, err);
    if (status == SZ_OK) status = apply_prefix(spec, err);
    if (status == SZ_OK) status = sz_fit_copy(&spec->where, where, err);
    return status;
}

/* A configuration file of soapz under gap_fit's key. */
static int has_section(const char *text)
{
    for (; text; text = strchr(text, '\n')) {
        text += *text == '\n';
        if (*sz_skip_blanks(text) == '[') return 1;
    }
    return 0;
}

/* The text of config_file replaces the command line. */
static sz_status follow_config_file(sz_fit_spec **spec, const sz_args *args,
                                    int with_data, sz_error *err)
{
    const char *path = sz_args_string(args, "config_file", "");
    char *text;
    sz_status status = sz_read_text(&text, path, err);

    if (status == SZ_OK && has_section(text))
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s has sections like [soap]: give such a file without "
                         "config_file=, which is for gap_fit's settings",
                         path);
    if (status == SZ_OK) status = sz_fit_spec_text(spec, text, path, with_data, err);
    if (status == SZ_OK)
        status = sz_files_read(&(*spec)->files, "config_file", path, err);
    free(text);
    if (status == SZ_OK && sz_args_n_fields(args) > 1)
        status = sz_warnings_add(&(*spec)->warnings, err,
                                 "%s: settings beside config_file are ignored, as by "
                                 "gap_fit",
                                 sz_args_where(args));
    if (status != SZ_OK) {
        sz_fit_spec_free(*spec);
        *spec = NULL;
    }
    return status;
}

sz_status sz_fit_spec_parse(sz_fit_spec **spec, const char *text, const char *where,
                            sz_error *err)
{
    return sz_fit_spec_text(spec, text, where, 0, err);
}

/* If a key is given twice the last counts, as in gap_fit: the others give a warning. */
static sz_status warn_of_repeated(sz_fit_spec *spec, const sz_args *args, int k,
                                  sz_error *err)
{
    const char *key = sz_fit_key(sz_args_key(args, k)), *value = sz_args_value(args, k);
    int next = k + 1, n = sz_args_n_fields(args), gap = sz_same_word(key, "gap");

    while (next < n && sz_fit_key(sz_args_key(args, next)) != key) next++;
    if (next == n) return SZ_OK;
    if (gap)
        return sz_warnings_add(&spec->warnings, err,
                               "%s: gap= is given twice and only the last counts, as in "
                               "gap_fit: NOT fitted is {%.200s}; to fit both write "
                               "gap={.. : ..}",
                               sz_args_where(args), value);
    return sz_warnings_add(&spec->warnings, err,
                           "%s: %s=%.100s is overruled by %s=%.100s after it: of a key "
                           "that is given twice the last counts, as in gap_fit",
                           sz_args_where(args), sz_args_key(args, k), value ? value : "T",
                           sz_args_key(args, next),
                           sz_args_value(args, next) ? sz_args_value(args, next) : "T");
}

static sz_status set_fields(sz_fit_spec *spec, const sz_args *args, sz_error *err)
{
    const char *where = sz_args_where(args);
    sz_status status = SZ_OK;

    for (int k = 0; status == SZ_OK && k < sz_args_n_fields(args); k++)
        if (sz_fit_is_overrule(sz_args_key(args, k), sz_args_value(args, k)))
            status = sz_fit_add_overrule(spec, sz_args_key(args, k),
                                         sz_args_value(args, k), where, err);
    for (int k = 0; status == SZ_OK && k < sz_args_n_fields(args); k++) {
        if (sz_fit_is_overrule(sz_args_key(args, k), sz_args_value(args, k))) continue;
        status =
            sz_fit_set(spec, sz_args_key(args, k), sz_args_value(args, k), where, err);
        if (status == SZ_OK) status = warn_of_repeated(spec, args, k, err);
    }
    if (status == SZ_OK && sz_args_has(args, "e0") && sz_args_has(args, "e0_method"))
        status = sz_warnings_add(&spec->warnings, err,
                                 "%s: e0_method=%.40s is ignored, because e0 is given",
                                 where, sz_args_string(args, "e0_method", ""));
    return status;
}

/* The text itself, or, where it overrules keys of descriptors, one that gap_fit would
 * take. */
static sz_status keep_command(sz_fit_spec *spec, const char *text, const sz_args *args,
                              sz_error *err)
{
    sz_text command = {0}, gap = {0};

    if (!spec->n_overrules) return sz_fit_copy(&spec->command_line, text, err);
    for (int k = 0; k < sz_args_n_fields(args); k++) {
        const char *key = sz_args_key(args, k), *value = sz_args_value(args, k);

        if (sz_fit_is_overrule(key, value) || sz_same_word(key, "gap")) continue;
        sz_text_add(&command, "%s%s", command.n ? " " : "", key);
        if (value) sz_text_add(&command, "={%s}", value);
    }
    for (int k = 0; k < spec->n_descriptors; k++)
        sz_fit_add_to_gap(&gap, spec->descriptor[k].text);
    sz_text_add(&command, " gap={%s}", gap.s ? gap.s : "");
    command.failed |= gap.failed;
    sz_text_free(&gap);
    spec->command_line = sz_text_take(&command, "the command line", err);
    return spec->command_line ? SZ_OK : SZ_ERR_MEMORY;
}

sz_status sz_fit_spec_text(sz_fit_spec **spec, const char *text, const char *where,
                           int with_data, sz_error *err)
{
    sz_fit_spec *s = NULL;
    sz_args *args;
    sz_status status = sz_args_parse_once(&args, text, where, err);

    *spec = NULL;
    if (status == SZ_OK && sz_args_has(args, "config_file") &&
        strcmp(where, sz_args_string(args, "config_file", "")) != 0) {
        status = follow_config_file(spec, args, with_data, err);
        sz_args_free(args);
        return status;
    }
    if (status == SZ_OK && !(s = sz_fit_spec_new(err))) status = SZ_ERR_MEMORY;
    if (status == SZ_OK) status = set_fields(s, args, err);
    if (status == SZ_OK) status = sz_fit_complete(s, with_data, where, err);
    if (status == SZ_OK) status = keep_command(s, text, args, err);
    if (status == SZ_OK) {
        *spec = s;
        s = NULL;
    }
    sz_args_free(args);
    sz_fit_spec_free(s);
    return status;
}

/* ---- the arguments of a program ---------------------------------------------------- */

/* The shell removed the quotes of a value with blanks: they are replaced by braces. */
static void add_argument(sz_text *text, const char *argument)
{
    const char *value = strchr(argument, '=');
    int is_key = value && value > argument &&
                 strcspn(argument, " \t\n{\"'") >= (size_t)(value - argument);

    if (text->n) sz_text_add(text, " ");
    if (is_key && !value[1])
        sz_text_add(text, "%s{}", argument);
    else if (is_key && value[1] && !strchr("{\"' \t\n", value[1]) &&
             strpbrk(value + 1, " \t\n,=\"'"))
        sz_text_add(text, "%.*s={%s}", (int)(value - argument), argument, value + 1);
    else
        sz_text_add(text, "%s", argument);
}

static int ends_in_conf(const char *argument)
{
    return strcmp(argument, ".conf") != 0 && !strchr(argument, '=') &&
           sz_ends_in(argument, ".conf");
}

/* The index of the argument that names a configuration file, or -1: one that ends in
 * .conf, or the first, if it is not a key. */
static int find_config(int n, char *const *argument)
{
    for (int k = 0; k < n; k++)
        if (ends_in_conf(argument[k])) return k;
    if (n == 0 || argument[0][strcspn(argument[0], "={ \\")] || !*argument[0]) return -1;
    if (n > 1 && (*argument[1] == '=' || sz_fit_key(argument[0]))) return -1;
    return 0;
}

static sz_status read_config(sz_fit_spec **spec, const char *path, const char *words,
                             sz_error *err)
{
    sz_args *args;
    sz_status status = sz_args_parse_once(&args, words, "command line", err);

    if (status == SZ_OK) status = sz_fit_spec_overruled(spec, path, args, 1, err);
    sz_args_free(args);
    return status;
}

sz_status sz_fit_spec_arguments(sz_fit_spec **spec, int n, char *const *argument,
                                sz_error *err)
{
    int config = find_config(n, argument);
    sz_text text = {0};
    char *joined;
    sz_status status;

    *spec = NULL;
    for (int k = config + 1; k < n && config >= 0; k++)
        if (ends_in_conf(argument[k]))
            return sz_fail(
                err, SZ_ERR_FORMAT,
                "both %.300s and %.300s are configuration files; a fit has only one",
                argument[config], argument[k]);
    for (int k = 0; k < n; k++)
        if (k != config) add_argument(&text, argument[k]);
    sz_text_add(&text, "%s", ""); /* there may be none */
    joined = sz_text_take(&text, "the command line", err);
    if (!joined) return SZ_ERR_MEMORY;
    if (config >= 0)
        status = read_config(spec, argument[config], joined, err);
    else
        status = sz_fit_spec_text(spec, joined, "command line", 1, err);
    free(joined);
    return status;
}

/* ---- queries ----------------------------------------------------------------------- */

int sz_fit_spec_n_warnings(const sz_fit_spec *spec)
{
    return spec->warnings.n;
}

const char *sz_fit_spec_warning(const sz_fit_spec *spec, int k)
{
    return sz_warnings_text(&spec->warnings, k);
}
