/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_config.c - a fit described in a file of our own.
 *
 *   # comment, to the end of the line
 *   train = train.xyz            settings of the fit stand before the first section
 *   sigma_energy = 0.002
 *   sigma_force = 0.1
 *   e0 = Mo -4.6  W -4.5         or a number, or isolated, or average
 *
 *   [soap]                       one section for each descriptor, in order
 *   n_max = 8
 *   l_max = 6
 *   cutoff = 5.0
 *   cutoff_width = 1.0
 *   atom_sigma = 0.5
 *   n_sparse = 1000              or of each config_type: liquid 200 dimer 20
 *
 *   [config_type dimer]          sigmas that differ for some frames
 *   sigma_energy = 0.1
 *
 * file    = { line }
 * line    = [ "[" name [ word ] "]" | key "=" value ] [ "#" text ]
 * value   = the rest of the line; words of a list are separated by blanks, no quotes
 *
 * Every key of gap_fit's command line and of its descriptors may be used. Shorter names:
 *
 *   train test model seed            at_file test_file gp_file rnd_seed
 *   jitter core core_args            sparse_jitter core_param_file core_ip_args
 *   energy_key force_key virial_key  energy_parameter_name ..
 *   stress_key config_type_key       stress_parameter_name ..
 *   mask_key                         force_mask_parameter_name
 *   cutoff_width kernel sparse       cutoff_transition_width covariance_type
 * sparse_method theta theta_factor               theta_uniform theta_fac
 *
 * Left out, a key has gap_fit's default, but: soap has kernel = dot_product, zeta = 4 and
 * sparse = cur_points; the others kernel = gaussian, theta = 1.0 and sparse = uniform
 * (distance_2b) or cur_points; delta = 1.0; sigma_virial = 0; model = soapz.xml; and the
 * data are not copied into the model. */
#include "fit/spec.h"

#include "fit/spec_keys.h"
#include "term/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *ours, *gap_fit;
} translation;

static const translation of_fit[] = {{"train", "at_file"},
                                     {"test", "test_file"},
                                     {"model", "gp_file"},
                                     {"seed", "rnd_seed"},
                                     {"jitter", "sparse_jitter"},
                                     {"core", "core_param_file"},
                                     {"core_args", "core_ip_args"},
                                     {"energy_key", "energy_parameter_name"},
                                     {"force_key", "force_parameter_name"},
                                     {"virial_key", "virial_parameter_name"},
                                     {"stress_key", "stress_parameter_name"},
                                     {"config_type_key", "config_type_parameter_name"},
                                     {"mask_key", "force_mask_parameter_name"}};
static const translation of_descriptor[] = {{"cutoff_width", "cutoff_transition_width"},
                                            {"kernel", "covariance_type"},
                                            {"sparse", "sparse_method"},
                                            {"theta", "theta_uniform"},
                                            {"theta_factor", "theta_fac"}};
static const char *const sigma_name[3] = {"sigma_energy", "sigma_force", "sigma_virial"};
enum { N_FIT = sizeof of_fit / sizeof *of_fit, N_SIGMAS = 3 };
enum { N_DESCRIPTOR = sizeof of_descriptor / sizeof *of_descriptor };

typedef enum { OF_FIT, OF_DESCRIPTOR, OF_CONFIG_TYPE } section_kind;

typedef struct {
    sz_fit_spec *spec;
    const char *path;
    int with_data, line;
    char where[256];   /* path:line */
    sz_text command;   /* the same settings as gap_fit would take them */
    sz_text gap;       /* its value of gap= */
    double sigma[3];   /* default_sigma; below 0: not yet given */
    sz_text type_list; /* the value of config_type_sigma= */

    section_kind kind; /* the section that is open */
    char *name;        /* its descriptor or config_type */
    char section[256]; /* path:line of its head */
    sz_text text;      /* OF_DESCRIPTOR: the argument string so far */
    double type_sigma[3];
} reader;

static const char *translate(const translation *list, int n, const char *key)
{
    for (int k = 0; k < n; k++)
        if (sz_same_word(list[k].ours, key)) return list[k].gap_fit;
    return key;
}

/* " key=value", in braces where the grammar of argument strings wants them */
static void add_setting(sz_text *text, const char *key, const char *value, int braces)
{
    int quoted = *value && strchr("{\"'", *value);
    int plain = *value && !strpbrk(value, " \t,=:;\"'{}");

    sz_text_add(text, "%s%s=", text->n ? " " : "", key);
    for (int k = 0; k < braces && !plain && !quoted; k++) sz_text_add(text, "{");
    sz_text_add(text, "%s", value);
    for (int k = 0; k < braces && !plain && !quoted; k++) sz_text_add(text, "}");
}

/* ---- sigmas ------------------------------------------------------------------------ */

/* 1 where key is one of the sigmas, which is then set. */
static int take_sigma(reader *r, const char *key, const char *value, double *sigma,
                      sz_status *status, sz_error *err)
{
    for (int k = 0; k < N_SIGMAS; k++) {
        if (!sz_same_word(key, sigma_name[k])) continue;
        if (!sz_parse_double(value, &sigma[k]) || sigma[k] < 0.0)
            *status = sz_fail(err, SZ_ERR_FORMAT,
                              "%s: %s='%.40s' is not a number of at least 0", r->where,
                              key, value);
        return 1;
    }
    return 0;
}

static sz_status set_default_sigma(reader *r, sz_error *err)
{
    char value[128];

    if (r->sigma[0] < 0.0 || r->sigma[1] < 0.0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: %s is missing: how far %s are trusted, as in %s = %s",
                       r->path, sigma_name[r->sigma[0] < 0.0 ? 0 : 1],
                       r->sigma[0] < 0.0 ? "energies (eV/atom)" : "forces (eV/Angstrom)",
                       sigma_name[r->sigma[0] < 0.0 ? 0 : 1],
                       r->sigma[0] < 0.0 ? "0.001" : "0.1");
    if (r->sigma[2] < 0.0) r->sigma[2] = 0.0;
    snprintf(value, sizeof value, "%.17g %.17g %.17g 0.0", r->sigma[0], r->sigma[1],
             r->sigma[2]);
    add_setting(&r->command, "default_sigma", value, 1);
    return sz_fit_set(r->spec, "default_sigma", value, r->path, err);
}

/* ---- sections ---------------------------------------------------------------------- */

static void add_default(sz_text *text, const sz_args *args, const char *a, const char *b,
                        const char *value)
{
    if (!sz_args_has(args, a) && !sz_args_has(args, b))
        sz_text_add(text, " %s=%s", a, value);
}

/* gap_fit's defaults are few: what nearly every fit says anyway. */
static void add_defaults(sz_text *text, const sz_term_type *type)
{
    sz_args *args;
    sz_error why;

    if (!text->s || sz_args_parse(&args, text->s, "", &why) != SZ_OK) {
        text->failed |= !text->s || why.status == SZ_ERR_MEMORY;
        return; /* a fault of the grammar is named when the text is used */
    }
    add_default(text, args, "delta", "energy_scale", "1.0");
    add_default(text, args, "covariance_type", "", type->covariance);
    add_default(text, args, "sparse_method", "", type->sparse_method);
    if (sz_same_word(sz_args_string(args, "covariance_type", type->covariance),
                     "dot_product")) {
        if (!sz_args_has(args, "zeta") && !sz_args_has(args, "soap_exponent"))
            sz_text_add(text, " zeta=4");
    } else if (!sz_args_has(args, "theta_fac") && !sz_args_has(args, "theta_uniform") &&
               !sz_args_has(args, "theta_file") &&
               !sz_args_has(args, "lengthscale_factor") &&
               !sz_args_has(args, "lengthscale_uniform") &&
               !sz_args_has(args, "lengthscale_file")) {
        sz_text_add(text, " theta_uniform=1.0");
    }
    sz_args_free(args);
}

/* The argument string joins the value of gap=, with its lists in double braces. */
static void add_to_gap(sz_text *gap, const char *text)
{
    int depth = 0;

    if (gap->n) sz_text_add(gap, " : ");
    for (; *text; text++) {
        int outer = (*text == '{' && depth++ == 0) || (*text == '}' && --depth == 0);

        sz_text_add(gap, outer ? "%c%c" : "%c", *text, *text);
    }
}

static sz_status close_section(reader *r, sz_error *err)
{
    sz_status status = SZ_OK;

    if (r->kind == OF_DESCRIPTOR) {
        char *text;

        add_defaults(&r->text, sz_term_type_of(r->name));
        text = sz_text_take(&r->text, "a descriptor", err);
        if (!text) return SZ_ERR_MEMORY;
        add_to_gap(&r->gap, text);
        status = sz_fit_add_descriptor(r->spec, text, r->section, err);
        free(text);
    }
    if (r->kind == OF_CONFIG_TYPE) {
        for (int k = 0; k < N_SIGMAS; k++)
            if (r->type_sigma[k] < 0.0) r->type_sigma[k] = r->sigma[k];
        sz_text_add(&r->type_list, "%s%s:%.17g:%.17g:%.17g:0.0",
                    r->type_list.n ? ":" : "", r->name, r->type_sigma[0],
                    r->type_sigma[1], r->type_sigma[2]);
    }
    free(r->name);
    r->name = NULL;
    return status;
}

/* [soap] or [config_type liquid] */
static sz_status open_section(reader *r, char *head, sz_error *err)
{
    char *end = strchr(head, ']'), *rest = head, *name, *second;
    sz_status status = close_section(r, err);

    if (status != SZ_OK) return status;
    if (r->kind == OF_FIT) status = set_default_sigma(r, err);
    if (status != SZ_OK) return status;
    if (!end || *sz_skip_blanks(end + 1))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: a section is a line like [soap]",
                       r->where);
    *end = '\0';
    name = sz_next_item(&rest, " \t");
    second = name ? sz_next_item(&rest, " \t") : NULL;
    if (name && sz_same_word(name, "config_type") && second) {
        r->kind = OF_CONFIG_TYPE;
        r->name = sz_copy_text(second);
        for (int k = 0; k < N_SIGMAS; k++) r->type_sigma[k] = -1.0;
    } else {
        r->kind = OF_DESCRIPTOR;
        if (!name || second)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: a section is a descriptor, as in [soap], or "
                           "[config_type NAME]",
                           r->where);
        status = sz_fit_check_type(name, r->where, err);
        if (status != SZ_OK) return status;
        r->name = sz_copy_text(name);
        sz_text_add(&r->text, "%s", name);
    }
    memcpy(r->section, r->where, sizeof r->section);
    return r->name ? SZ_OK : sz_fail_memory(err, 64, "a section");
}

/* ---- lines ------------------------------------------------------------------------- */

static sz_status set_of_fit(reader *r, const char *key, const char *value, sz_error *err)
{
    const char *name = translate(of_fit, N_FIT, key);
    sz_status status = SZ_OK;

    if (take_sigma(r, key, value, r->sigma, &status, err)) return status;
    if (sz_same_word(key, "gap") || sz_same_word(key, "config_file") ||
        sz_same_word(key, "default_sigma") || sz_same_word(key, "config_type_sigma"))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: in this file %s is written as sections or as sigma_energy, "
                       "sigma_force, sigma_virial",
                       r->where, key);
    if (sz_same_word(key, "e0") &&
        (sz_same_word(value, "isolated") || sz_same_word(value, "average")))
        name = "e0_method";
    if (!sz_fit_is_key(name)) {
        const char *list[N_FIT + N_SIGMAS + 2];

        for (int k = 0; k < N_FIT; k++) list[k] = of_fit[k].ours;
        for (int k = 0; k < N_SIGMAS; k++) list[N_FIT + k] = sigma_name[k];
        list[N_FIT + N_SIGMAS] = "e0";
        list[N_FIT + N_SIGMAS + 1] = NULL;
        return sz_fit_unknown_key(key, list, r->where, err);
    }
    if (!sz_same_word(name, "test_file")) add_setting(&r->command, name, value, 1);
    return sz_fit_set(r->spec, name, value, r->where, err);
}

static sz_status set_of_descriptor(reader *r, const char *key, const char *value,
                                   sz_error *err)
{
    const char *name = translate(of_descriptor, N_DESCRIPTOR, key);
    const char *keys[SZ_FIT_KEYS_MAX];
    int known = 0, n_keys = sz_fit_descriptor_keys(sz_term_type_of(r->name), keys), n;

    for (int k = 0; k < n_keys; k++) known |= sz_same_word(keys[k], name);
    if (!known) return sz_fit_unknown_key(key, keys, r->where, err);
    if (sz_same_word(name, "n_sparse") && !sz_parse_int(value, &n))
        name = "config_type_n_sparse";
    add_setting(&r->text, name, value, 1);
    return SZ_OK;
}

static sz_status set_of_config_type(reader *r, const char *key, const char *value,
                                    sz_error *err)
{
    static const char *const known[] = {"sigma_energy", "sigma_force", "sigma_virial",
                                        NULL};
    sz_status status = SZ_OK;

    if (take_sigma(r, key, value, r->type_sigma, &status, err)) return status;
    return sz_fit_unknown_key(key, known, r->where, err);
}

static sz_status read_line(reader *r, char *line, sz_error *err)
{
    char *equals, *end;
    const char *value;

    line[strcspn(line, "#")] = '\0';
    line += strspn(line, " \t\r");
    end = line + strlen(line);
    while (end > line && sz_is_blank(end[-1])) *--end = '\0';
    if (!*line) return SZ_OK;
    if (*line == '[') return open_section(r, line + 1, err);
    equals = strchr(line, '=');
    value = equals ? sz_skip_blanks(equals + 1) : "";
    if (!equals || equals == line || !*value)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: '%.60s' is neither key = value nor [section]", r->where,
                       line);
    while (equals > line && sz_is_blank(equals[-1])) equals--;
    *equals = '\0';
    if (line[strcspn(line, " \t,{}\"'")])
        return sz_fail(err, SZ_ERR_FORMAT, "%s: '%.60s' is not a key", r->where, line);
    switch (r->kind) {
    case OF_FIT:
        return set_of_fit(r, line, value, err);
    case OF_DESCRIPTOR:
        return set_of_descriptor(r, line, value, err);
    default:
        return set_of_config_type(r, line, value, err);
    }
}

/* What the command line says besides: the descriptors and the sigmas of the types. */
static sz_status finish(reader *r, sz_error *err)
{
    sz_status status = close_section(r, err);

    if (status == SZ_OK && r->kind == OF_FIT) status = set_default_sigma(r, err);
    if (status == SZ_OK && (r->type_list.failed || r->gap.failed))
        status = sz_fail_memory(err, 1, "the settings");
    if (status == SZ_OK && r->type_list.n) {
        add_setting(&r->command, "config_type_sigma", r->type_list.s, 1);
        status = sz_fit_set(r->spec, "config_type_sigma", r->type_list.s, r->path, err);
    }
    if (status == SZ_OK && r->with_data && !*r->spec->at_file)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: train is missing: the extended XYZ file with the data",
                       r->path);
    if (status == SZ_OK && r->spec->n_descriptors == 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: there is no descriptor; add a section like [soap]", r->path);
    sz_text_add(&r->command, " gap={%s}", r->gap.s ? r->gap.s : "");
    if (status == SZ_OK) status = sz_fit_complete(r->spec, r->with_data, r->path, err);
    if (status != SZ_OK) return status;
    r->spec->command_line = sz_text_take(&r->command, "the command line", err);
    return r->spec->command_line ? SZ_OK : SZ_ERR_MEMORY;
}

static sz_status read_lines(reader *r, char *text, sz_error *err)
{
    sz_status status;

    for (int k = 0; k < N_SIGMAS; k++) r->sigma[k] = -1.0;
    snprintf(r->where, sizeof r->where, "%.200s", r->path);
    status = set_of_fit(r, "model", "soapz.xml", err);
    if (status == SZ_OK) status = set_of_fit(r, "do_copy_at_file", "F", err);
    while (status == SZ_OK && *text) {
        char *next = text + strcspn(text, "\n");

        if (*next) *next++ = '\0';
        snprintf(r->where, sizeof r->where, "%.200s:%d", r->path, ++r->line);
        status = read_line(r, text, err);
        text = next;
    }
    return status == SZ_OK ? finish(r, err) : status;
}

sz_status sz_fit_spec_config(sz_fit_spec **spec, const char *path, sz_error *err)
{
    return sz_fit_spec_file(spec, path, 0, err);
}

sz_status sz_fit_spec_file(sz_fit_spec **spec, const char *path, int with_data,
                           sz_error *err)
{
    reader r = {.path = path, .with_data = with_data};
    char *text;
    sz_status status = sz_read_text(&text, path, err);

    *spec = NULL;
    if (status == SZ_OK && !(r.spec = sz_fit_spec_new(err))) status = SZ_ERR_MEMORY;
    if (status == SZ_OK) status = read_lines(&r, text, err);
    if (status == SZ_OK) {
        *spec = r.spec;
        r.spec = NULL;
    }
    sz_fit_spec_free(r.spec);
    sz_text_free(&r.command);
    sz_text_free(&r.gap);
    sz_text_free(&r.type_list);
    sz_text_free(&r.text);
    free(r.name);
    free(text);
    return status;
}
