/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_config.c - reads the configuration file of a fit.
 *
 *   # comment, to the end of the line
 *   train = train.xyz            settings of the fit come before the first section
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
 * value   = the rest of the line; words of a list are separated by blanks
 *
 * Quotes or braces around a whole value are removed, as on a command line.
 * A backslash at the end continues a line, unless the next line begins a setting.
 *
 * Every key of gap_fit's command line and of its descriptors may be used; shorter names
 * are in the table of spec_keys.c and
 *
 *   cutoff_width kernel sparse       cutoff_transition_width covariance_type
 *   theta theta_factor               sparse_method theta_uniform theta_fac
 *
 * Settings on the command line overrule those before the first section; words like
 * soap.cutoff=4.5 overrule those of a section (spec_overrule.c).
 *
 * A missing key has gap_fit's default, except: soap has kernel = dot_product, zeta = 4
 * and sparse = cur_points; the others kernel = gaussian, theta = 1.0 and sparse = uniform
 * (distance_2b) or cur_points; delta = 1.0; sigma_virial = 0; model = soapz.xml; and the
 * data are not copied into the model. */
#include "fit/spec.h"

#include "base/print.h"

#include "fit/spec_keys.h"
#include "term/term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *ours, *gap_fit;
} of_descriptor[] = {{"cutoff_width", "cutoff_transition_width"},
                     {"kernel", "covariance_type"},
                     {"sparse", "sparse_method"},
                     {"theta", "theta_uniform"},
                     {"theta_factor", "theta_fac"}};
static const char *const sigma_name[] = {"sigma_energy", "sigma_force", "sigma_virial",
                                         NULL};
/* N_DEFAULTS: settings that exist before the first line */
enum {
    N_SIGMAS = 3,
    N_DEFAULTS = 2,
    N_DESCRIPTOR = sizeof of_descriptor / sizeof *of_descriptor
};

typedef enum { OF_FIT, OF_DESCRIPTOR, OF_CONFIG_TYPE } section_kind;

typedef struct {
    sz_fit_spec *spec;
    const char *path;
    const sz_args *words; /* of the command line, or NULL */
    int with_data, line;  /* line 0: command line, or a default */
    char where[256];      /* path:line */
    sz_key_places set;    /* the settings of the fit */
    sz_text gap;          /* the value of gap= */
    double sigma[3];      /* default_sigma; below 0: not given yet */
    sz_key_places types;  /* the config_types with sigmas */
    sz_text type_list;    /* the value of config_type_sigma= */

    section_kind kind; /* the current section */
    char *name;        /* its descriptor or config_type */
    char section[256]; /* path:line of its header */
    sz_key_places in;  /* its settings */
    double type_sigma[3];
} reader;

const char *sz_fit_long_key(const char *name)
{
    for (int k = 0; k < N_DESCRIPTOR; k++)
        if (sz_same_word(of_descriptor[k].ours, name)) return of_descriptor[k].gap_fit;
    return name;
}

const char *sz_fit_short_key(const char *name)
{
    for (int k = 0; k < N_DESCRIPTOR; k++)
        if (sz_same_word(of_descriptor[k].gap_fit, name)) return of_descriptor[k].ours;
    return NULL;
}

/* Sets key, as written, of this line; warns if it was set earlier in the file. */
static sz_status note(reader *r, sz_key_places *places, const char *key,
                      const char *written, const char *value, sz_error *err)
{
    const sz_key_place place = {(char *)key, (char *)written, (char *)value, r->line};
    const sz_key_place *old = sz_key_places_find(places, key);
    sz_status status = SZ_OK;

    if (old && old->line && r->line)
        status = sz_warnings_add(
            &r->spec->warnings, err,
            "%s: %s is given twice and this one counts; %s = %.100s in line %d does not",
            r->where, written, old->written, old->value, old->line);
    return status == SZ_OK ? sz_key_places_set(places, &place, err) : status;
}

/* ---- sigmas ------------------------------------------------------------------------ */

/* One of the sigmas; -1: key is none of them. */
static int find_sigma(const char *key)
{
    for (int k = 0; k < N_SIGMAS; k++)
        if (sz_same_word(key, sigma_name[k])) return k;
    return -1;
}

static sz_status take_sigma(reader *r, sz_key_places *places, const char *key,
                            const char *value, double *sigma, sz_error *err)
{
    if (sz_parse_double(value, sigma) && *sigma >= 0.0)
        return note(r, places, key, key, value, err);
    return sz_fail(err, SZ_ERR_FORMAT, "%s: %s='%.40s' is not a number of at least 0",
                   r->where, key, value);
}

static sz_status set_default_sigma(reader *r, sz_error *err)
{
    char value[128], number[N_SIGMAS][SZ_SHORTEST];
    sz_status status;

    if (r->sigma[0] < 0.0 || r->sigma[1] < 0.0)
        return sz_fail(
            err, SZ_ERR_FORMAT, "%s: %s is missing: the sigma of %s, as in %s = %s",
            r->path, sigma_name[r->sigma[0] < 0.0 ? 0 : 1],
            r->sigma[0] < 0.0 ? "energies (eV/atom)" : "forces (eV/Angstrom)",
            sigma_name[r->sigma[0] < 0.0 ? 0 : 1], r->sigma[0] < 0.0 ? "0.001" : "0.1");
    if (r->sigma[2] < 0.0) r->sigma[2] = 0.0;
    for (int k = 0; k < N_SIGMAS; k++) sz_shortest(r->sigma[k], number[k]);
    sz_format(value, sizeof value, "%s %s %s 0.0", number[0], number[1], number[2]);
    status = note(r, &r->set, "default_sigma", "", value, err);
    if (status != SZ_OK) return status;
    return sz_fit_set(r->spec, "default_sigma", value, r->path, err);
}

/* ---- sections ---------------------------------------------------------------------- */

static sz_status close_descriptor(reader *r, sz_error *err)
{
    sz_text text = {0};
    char *all;
    sz_status status;

    sz_text_add(&text, "%s", r->name);
    for (int k = 0; k < r->in.n; k++)
        sz_fit_add_setting(&text, r->in.place[k].key, r->in.place[k].value, 1);
    sz_fit_add_defaults(&text, sz_term_type_of(r->name));
    all = sz_text_take(&text, "a descriptor", err);
    if (!all) return SZ_ERR_MEMORY;
    status = sz_fit_add_descriptor(r->spec, all, r->section, &r->in, err);
    if (status == SZ_OK)
        sz_fit_add_to_gap(&r->gap, r->spec->descriptor[r->spec->n_descriptors - 1].text);
    free(all);
    return status;
}

static sz_status close_section(reader *r, sz_error *err)
{
    sz_status status = SZ_OK;

    if (r->kind == OF_DESCRIPTOR) status = close_descriptor(r, err);
    if (r->kind == OF_CONFIG_TYPE) {
        sz_text_add(&r->type_list, "%s%s", r->type_list.n ? ":" : "", r->name);
        for (int k = 0; k < N_SIGMAS; k++) {
            sz_text_add(&r->type_list, ":");
            sz_text_add_number(&r->type_list,
                               r->type_sigma[k] < 0.0 ? r->sigma[k] : r->type_sigma[k]);
        }
        sz_text_add(&r->type_list, ":0.0");
    }
    free(r->name);
    r->name = NULL;
    sz_key_places_free(&r->in);
    return status;
}

static sz_status open_type(reader *r, const char *type, sz_error *err)
{
    const sz_key_place place = {(char *)type, "", "", r->line};
    const sz_key_place *old = NULL;

    for (int k = 0; k < r->types.n; k++) /* case matters */
        if (strcmp(r->types.place[k].key, type) == 0) old = r->types.place + k;
    if (old)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: [config_type %.100s] occurs twice, the first in line "
                       "%d; keep one",
                       r->where, type, old->line);
    r->kind = OF_CONFIG_TYPE;
    for (int k = 0; k < N_SIGMAS; k++) r->type_sigma[k] = -1.0;
    return sz_key_places_set(&r->types, &place, err);
}

/* The first section ends the settings of the fit: settings of the command line are
 * applied last. */
static sz_status close_fit(reader *r, sz_error *err);

/* [soap] or [config_type liquid] */
static sz_status open_section(reader *r, char *head, sz_error *err)
{
    char *end = strchr(head, ']'), *rest = head, *name, *second;
    sz_status status = close_section(r, err);

    if (status != SZ_OK) return status;
    if (r->kind == OF_FIT) status = close_fit(r, err);
    if (status != SZ_OK) return status;
    if (!end || *sz_skip_blanks(end + 1))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: a section is a line like [soap]",
                       r->where);
    *end = '\0';
    name = sz_next_item(&rest, " \t");
    second = name ? sz_next_item(&rest, " \t") : NULL;
    if (name && sz_same_word(name, "config_type")) {
        if (!second || sz_next_item(&rest, " \t"))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: the section of a config_type names one, as in "
                           "[config_type liquid]",
                           r->where);
        status = open_type(r, second, err);
        if (status != SZ_OK) return status;
        r->name = sz_copy_text(second);
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
    }
    memcpy(r->section, r->where, sizeof r->section);
    return r->name ? SZ_OK : sz_fail_memory(err, 64, "a section");
}

/* ---- lines ------------------------------------------------------------------------- */

/* e0 and e0_method are one setting. */
static sz_status forget_other_e0(reader *r, const char *name, sz_error *err)
{
    int is_method = sz_same_word(name, "e0_method");
    const sz_key_place *old;
    sz_key_places kept = {0, NULL};
    sz_status status = SZ_OK;

    if (!is_method && !sz_same_word(name, "e0")) return SZ_OK;
    if (is_method) r->spec->e0_given = 0;
    old = sz_key_places_find(&r->set, is_method ? "e0" : "e0_method");
    if (!old) return SZ_OK;
    if (old->line && r->line)
        status = sz_warnings_add(&r->spec->warnings, err,
                                 "%s: e0 is given twice and this one counts; %s = %.100s "
                                 "in line %d does not",
                                 r->where, old->written, old->value, old->line);
    for (int k = 0; k < r->set.n && status == SZ_OK; k++)
        if (r->set.place + k != old)
            status = sz_key_places_set(&kept, r->set.place + k, err);
    sz_key_places_free(&r->set);
    r->set = kept;
    return status;
}

/* value NULL: a word of the command line without "=" */
static sz_status set_of_fit(reader *r, const char *key, const char *value, sz_error *err)
{
    static const char *const more[] = {"sigma_energy", "sigma_force", "sigma_virial",
                                       NULL};
    const char *name = sz_fit_config_key(key);
    const sz_key_place place = {(char *)name, (char *)key, "", r->line};
    const sz_key_places alone = {1, (sz_key_place *)&place};
    int sigma = find_sigma(key);
    sz_status status;

    if (sigma >= 0)
        return take_sigma(r, &r->set, key, value ? value : "", &r->sigma[sigma], err);
    if (sz_same_word(key, "config_file") ||
        (name && (!strcmp(name, "gap") || !strcmp(name, "default_sigma") ||
                  !strcmp(name, "config_type_sigma"))))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: in a configuration file %s is written as sections or as "
                       "sigma_energy, sigma_force, sigma_virial",
                       r->where, key);
    if (!name) return sz_fit_unknown_in_config(key, more, r->where, err);
    if (!strcmp(name, "e0") && value &&
        (sz_same_word(value, "isolated") || sz_same_word(value, "average")))
        name = "e0_method";
    status = forget_other_e0(r, name, err);
    if (status == SZ_OK) status = sz_fit_set(r->spec, name, value, r->where, err);
    if (status != SZ_OK) return sz_fit_blame(&alone, r->where, status, err);
    return note(r, &r->set, name, key, value ? value : "T", err);
}

static sz_status close_fit(reader *r, sz_error *err)
{
    sz_status status = SZ_OK;
    char where[sizeof r->where];
    int line = r->line;

    memcpy(where, r->where, sizeof where);
    r->line = 0;
    memcpy(r->where, "command line", sizeof "command line");
    for (int k = 0; r->words && k < sz_args_n_fields(r->words) && status == SZ_OK; k++) {
        const char *key = sz_args_key(r->words, k), *value = sz_args_value(r->words, k);

        status = sz_fit_is_overrule(key, value)
                     ? sz_fit_add_overrule(r->spec, key, value, r->where, err)
                     : set_of_fit(r, key, value, err);
    }
    if (status == SZ_OK) status = set_default_sigma(r, err);
    memcpy(r->where, where, sizeof where);
    r->line = line;
    return status;
}

static int is_of_descriptor(const reader *r, const char *key, const char **keys)
{
    sz_fit_descriptor_keys(sz_term_type_of(r->name), keys);
    return sz_fit_is_in(sz_fit_long_key(key), keys);
}

static sz_status set_of_descriptor(reader *r, const char *key, const char *value,
                                   sz_error *err)
{
    const char *name = sz_fit_long_key(key), *keys[SZ_FIT_KEYS_MAX];
    int n;

    if (!is_of_descriptor(r, key, keys)) {
        if (sz_fit_config_key(key) || find_sigma(key) >= 0)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: '%.60s' is a setting of the fit; write it before the "
                           "first section",
                           r->where, key);
        return sz_fit_unknown_key(key, keys, r->where, err);
    }
    if (sz_same_word(name, "n_sparse") && !sz_parse_int(value, &n))
        name = "config_type_n_sparse";
    return note(r, &r->in, name, key, value, err);
}

static sz_status set_of_config_type(reader *r, const char *key, const char *value,
                                    sz_error *err)
{
    int sigma = find_sigma(key);

    if (sigma < 0) return sz_fit_unknown_key(key, sigma_name, r->where, err);
    return take_sigma(r, &r->in, key, value, &r->type_sigma[sigma], err);
}

/* A key of the current section. */
static int is_known(const reader *r, const char *key)
{
    const char *keys[SZ_FIT_KEYS_MAX];

    switch (r->kind) {
    case OF_FIT:
        return sz_fit_config_key(key) || find_sigma(key) >= 0;
    case OF_DESCRIPTOR:
        return is_of_descriptor(r, key, keys);
    default:
        return find_sigma(key) >= 0;
    }
}

/* "text", 'text' or {text} without quotes or braces */
static char *unwrap(char *value)
{
    size_t n = strlen(value);
    int depth = 0;
    char close = *value == '{' ? '}' : *value;

    if (n < 2 || !strchr("{\"'", *value)) return value;
    for (size_t k = 0; k < n; k++) {
        depth += value[k] == close ? -1 : value[k] == *value;
        if (k == 0) depth = 1;
        if (depth == 0 && k < n - 1) return value; /* {a} {b} */
    }
    if (depth != 0) return value;
    value[n - 1] = '\0';
    return value + 1;
}

/* The value goes into a command line, where braces and quotes must match. */
static sz_status check_partners(const reader *r, const char *key, const char *value,
                                sz_error *err)
{
    sz_text text = {0};
    sz_args *args = NULL;
    sz_status status;
    char *setting;

    sz_fit_add_setting(&text, key, value, 1);
    setting = sz_text_take(&text, "a setting", err);
    status = setting ? sz_args_parse(&args, setting, r->where, err) : SZ_ERR_MEMORY;
    free(setting);
    sz_args_free(args);
    return status;
}

static sz_status take_setting(reader *r, const char *key, char *written, sz_error *err)
{
    const char *value = unwrap(written);
    sz_status status = check_partners(r, key, value, err);

    return status == SZ_OK ? set_of_fit(r, key, value, err) : status;
}

static sz_status read_line(reader *r, char *line, sz_error *err)
{
    char *equals, *value;

    if (!*line) return SZ_OK;
    if (*line == '[') return open_section(r, line + 1, err);
    equals = strchr(line, '=');
    value = equals ? line + (sz_skip_blanks(equals + 1) - line) : line;
    if (!equals || equals == line || *line == '<')
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: '%.60s' is neither key = value nor [section]%s", r->where,
                       line,
                       r->kind == OF_FIT && r->set.n <= N_DEFAULTS
                           ? "; is this a configuration file? Data are given by at_file="
                           : "");
    while (equals > line && sz_is_blank(equals[-1])) equals--;
    *equals = '\0';
    if (line[strcspn(line, " \t,{}\"'")])
        return sz_fail(err, SZ_ERR_FORMAT, "%s: '%.60s' is not a key", r->where, line);
    if (!*value)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: %s = is empty; give it a value or leave the line out",
                       r->where, line);
    switch (r->kind) {
    case OF_FIT:
        return take_setting(r, line, value, err);
    case OF_DESCRIPTOR:
        return set_of_descriptor(r, line, value, err);
    default:
        return set_of_config_type(r, line, value, err);
    }
}

/* The same settings as a gap_fit command line. */
static sz_status write_command(reader *r, sz_error *err)
{
    sz_text command = {0};

    for (int k = 0; k < r->set.n; k++)
        if (find_sigma(r->set.place[k].key) < 0 &&
            strcmp(r->set.place[k].key, "test_file") != 0)
            sz_fit_add_setting(&command, r->set.place[k].key, r->set.place[k].value, 1);
    if (r->type_list.n)
        sz_fit_add_setting(&command, "config_type_sigma", r->type_list.s, 1);
    sz_text_add(&command, " gap={%s}", r->gap.s ? r->gap.s : "");
    r->spec->command_line = sz_text_take(&command, "the command line", err);
    return r->spec->command_line ? SZ_OK : SZ_ERR_MEMORY;
}

/* The rest of the command line: descriptors and sigmas of the types. */
static sz_status finish(reader *r, sz_error *err)
{
    sz_status status = close_section(r, err);

    if (status == SZ_OK && r->kind == OF_FIT && r->set.n <= N_DEFAULTS)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s has no settings; see docs/fit.md for the grammar, soapz fit "
                       "--suggest writes such a file",
                       r->path);
    if (status == SZ_OK && r->kind == OF_FIT) status = close_fit(r, err);
    if (status == SZ_OK && (r->type_list.failed || r->gap.failed))
        status = sz_fail_memory(err, 1, "the settings");
    if (status == SZ_OK && r->type_list.n)
        status = sz_fit_set(r->spec, "config_type_sigma", r->type_list.s, r->path, err);
    if (status == SZ_OK && r->with_data && !*r->spec->at_file)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: train is missing: the extended XYZ file with the data",
                       r->path);
    if (status == SZ_OK && r->spec->n_descriptors == 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: there is no descriptor; add a section like [soap]", r->path);
    if (status == SZ_OK) status = sz_fit_complete(r->spec, r->with_data, r->path, err);
    return status == SZ_OK ? write_command(r, err) : status;
}

/* ---- the file ---------------------------------------------------------------------- */

/* Cuts the next line off *text, without its comment and the blanks around it; *goes_on is
 * 1 if it ended with a backslash, which is removed. */
static char *cut_line(char **text, int *goes_on)
{
    char *line = *text, *end = line + strcspn(line, "\n");

    *text = *end ? end + 1 : end;
    *end = '\0';
    line[strcspn(line, "#")] = '\0';
    line += strspn(line, " \t\r");
    end = line + strlen(line);
    while (end > line && sz_is_blank(end[-1])) end--;
    *goes_on = end > line && end[-1] == '\\';
    if (*goes_on) end--;
    if (*line == '[') *goes_on = 0;
    while (end > line && sz_is_blank(end[-1])) end--;
    *end = '\0';
    return line;
}

/* Is the line at text a setting or section, even if the line before it ends with a
 * backslash? */
static int begins_setting(const reader *r, const char *text)
{
    char word[80];
    size_t n;

    text += strspn(text, " \t\r");
    n = strcspn(text, " \t\r\n=#");
    if (*text == '[' || *text == '#' || !*text || *text == '\n') return 1;
    if (n >= sizeof word || text[n + strspn(text + n, " \t")] != '=') return 0;
    memcpy(word, text, n);
    word[n] = '\0';
    return is_known(r, word);
}

static sz_status read_text(reader *r, char *text, sz_error *err)
{
    sz_status status = SZ_OK;
    int line = 0, goes_on;

    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3; /* a byte order mark */
    while (status == SZ_OK && *text) {
        sz_text whole = {0};
        char *all;

        r->line = ++line;
        sz_text_add(&whole, "%s", cut_line(&text, &goes_on));
        for (; goes_on && !begins_setting(r, text); line++)
            sz_text_add(&whole, " %s", cut_line(&text, &goes_on));
        snprintf(r->where, sizeof r->where, "%.200s:%d", r->path, r->line);
        all = sz_text_take(&whole, "a line", err);
        status = all ? read_line(r, all, err) : SZ_ERR_MEMORY;
        free(all);
    }
    return status;
}

static sz_status read_lines(reader *r, char *text, sz_error *err)
{
    sz_status status;

    for (int k = 0; k < N_SIGMAS; k++) r->sigma[k] = -1.0;
    snprintf(r->where, sizeof r->where, "%.200s", r->path);
    status = set_of_fit(r, "model", "soapz.xml", err);
    if (status == SZ_OK) status = set_of_fit(r, "do_copy_at_file", "F", err);
    if (status == SZ_OK) status = read_text(r, text, err);
    return status == SZ_OK ? finish(r, err) : status;
}

sz_status sz_fit_spec_config(sz_fit_spec **spec, const char *path, sz_error *err)
{
    return sz_fit_spec_file(spec, path, 0, err);
}

sz_status sz_fit_spec_file(sz_fit_spec **spec, const char *path, int with_data,
                           sz_error *err)
{
    return sz_fit_spec_overruled(spec, path, NULL, with_data, err);
}

sz_status sz_fit_spec_overruled(sz_fit_spec **spec, const char *path,
                                const sz_args *words, int with_data, sz_error *err)
{
    reader r = {.path = path, .words = words, .with_data = with_data};
    char *text;
    sz_status status = sz_read_text(&text, path, err);

    *spec = NULL;
    if (status == SZ_OK && !(r.spec = sz_fit_spec_new(err))) status = SZ_ERR_MEMORY;
    if (status == SZ_OK)
        status = sz_files_read(&r.spec->files, "the configuration file", path, err);
    if (status == SZ_OK) status = read_lines(&r, text, err);
    if (status == SZ_OK) {
        *spec = r.spec;
        r.spec = NULL;
    }
    sz_fit_spec_free(r.spec);
    sz_text_free(&r.gap);
    sz_text_free(&r.type_list);
    sz_key_places_free(&r.set);
    sz_key_places_free(&r.types);
    sz_key_places_free(&r.in);
    free(r.name);
    free(text);
    return status;
}
