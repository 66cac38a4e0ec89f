/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan_grid.c - the settings that a scan tries.
 *
 *   --scan soap.cutoff=4,5 --scan soap.zeta=2,4      2 x 2 points
 *
 * Values are separated by commas, or by semicolons where there is one, as the value
 * nu,mu=1,1 of a compression has commas itself. */
#include "fit_scan_grid.h"

#include "base/memory.h"
#include "base/text.h"
#include "fit/spec_keys.h"

#include <stdlib.h>
#include <string.h>

/* Settings that a scan reads once for all points, or that are none of a model. */
static const char *const fixed[] = {"at_file",
                                    "test_file",
                                    "gp_file",
                                    "gap",
                                    "config_file",
                                    "dryrun",
                                    "sparsify_only_no_fit",
                                    "parameter_name_prefix",
                                    "print_sparse_index",
                                    NULL};

static int is_fixed(const char *name)
{
    const char *dot = strrchr(name, '.'), *of_fit = sz_fit_config_key(name);
    const char *key = dot ? dot + 1 : of_fit ? of_fit : name;

    return sz_fit_is_in(key, fixed) || sz_ends_in(key, "_parameter_name");
}

/* "4, 5" -> "4" "5" */
static sz_status cut_values(sz_scan_key *key, sz_error *err)
{
    const char *separator = strchr(key->values, ';') ? ";" : ",";
    char *rest = key->values, *value;

    while ((value = sz_next_item(&rest, separator))) {
        size_t n;

        value += strspn(value, " \t");
        for (n = strlen(value); n && strchr(" \t", value[n - 1]);) value[--n] = '\0';
        if (!n) continue;
        for (int k = 0; k < key->n; k++)
            if (!strcmp(key->value[k], value))
                return sz_fail(err, SZ_ERR_ARGUMENT, "--scan: %s has the value %s twice",
                               key->name, value);
        if (key->n == SZ_SCAN_POINTS)
            return sz_fail(err, SZ_ERR_ARGUMENT, "--scan: %s has more than %d values",
                           key->name, SZ_SCAN_POINTS);
        key->value[key->n++] = value;
    }
    if (key->n) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT, "--scan: %s has no value", key->name);
}

/* "cutoff" of a fit where only the soap has one: "soap.cutoff" */
static sz_status find_name(sz_scan_key *key, const char *written, const sz_fit_spec *base,
                           sz_error *err)
{
    sz_error why;
    sz_status status = strchr(written, '.')
                           ? sz_fit_copy(&key->name, written, &why)
                           : sz_fit_full_key(&key->name, base, written, &why);

    if (status != SZ_OK) return sz_fail(err, status, "--scan: %s", why.message);

    if (is_fixed(key->name))
        status = sz_fail(err, SZ_ERR_ARGUMENT,
                         "--scan: %s is the same for all fits of a scan; try another key",
                         key->name);
    return status;
}

static sz_status add_key(sz_scan_grid *grid, const char *text, const sz_fit_spec *base,
                         sz_error *err)
{
    sz_scan_key *key = &grid->key[grid->n_keys++];
    const char *equals = strchr(text, '=');
    char *written;
    sz_status status = sz_fit_copy(&written, text, err);

    if (status != SZ_OK) return status;
    written[equals - text] = '\0';
    status = find_name(key, written, base, err);
    free(written);
    for (int k = 0; k + 1 < grid->n_keys && status == SZ_OK; k++)
        if (sz_same_word(grid->key[k].name, key->name))
            status = sz_fail(err, SZ_ERR_ARGUMENT,
                             "--scan: %s is given twice; write its values behind one "
                             "--scan",
                             key->name);
    if (status == SZ_OK) status = sz_fit_copy(&key->values, equals + 1, err);
    return status == SZ_OK ? cut_values(key, err) : status;
}

sz_status sz_scan_grid_create(sz_scan_grid *grid, const sz_fit_flags *option,
                              const sz_fit_spec *base, sz_error *err)
{
    sz_status status = SZ_OK;

    grid->n_points = 1;
    for (int k = 0; k < option->n_scans && status == SZ_OK; k++) {
        status = add_key(grid, option->scan[k], base, err);
        if (status == SZ_OK && grid->n_points > SZ_SCAN_POINTS / grid->key[k].n)
            status =
                sz_fail(err, SZ_ERR_ARGUMENT,
                        "--scan: there are more than %d combinations; leave some out",
                        SZ_SCAN_POINTS);
        if (status == SZ_OK) grid->n_points *= grid->key[k].n;
    }
    return status;
}

void sz_scan_grid_free(sz_scan_grid *grid)
{
    for (int k = 0; k < grid->n_keys; k++) {
        free(grid->key[k].name);
        free(grid->key[k].values);
    }
    memset(grid, 0, sizeof *grid);
}

/* ---- a point ----------------------------------------------------------------------- */

const char *sz_scan_value(const sz_scan_grid *grid, int point, int key)
{
    for (int k = grid->n_keys - 1; k > key; k--) point /= grid->key[k].n;
    return grid->key[key].value[point % grid->key[key].n];
}

/* "soap.cutoff=4.5", to free */
static char *setting_of(const sz_scan_grid *grid, int point, int key, sz_error *err)
{
    sz_text text = {0};

    sz_text_add(&text, "%s=%s", grid->key[key].name, sz_scan_value(grid, point, key));
    return sz_text_take(&text, "a setting", err);
}

char *sz_scan_point_name(const sz_scan_grid *grid, int point, sz_error *err)
{
    sz_text text = {0};

    for (int k = 0; k < grid->n_keys; k++)
        sz_text_add(&text, "%s%s=%s", k ? " " : "", grid->key[k].name,
                    sz_scan_value(grid, point, k));
    return sz_text_take(&text, "a name", err);
}

sz_status sz_scan_spec(sz_fit_spec **spec, const sz_scan_grid *grid, int point, int n,
                       char *const *word, sz_error *err)
{
    size_t n_words = (size_t)n + (size_t)grid->n_keys;
    char **all = calloc(n_words + 1, sizeof *all);
    sz_status status = SZ_OK;

    *spec = NULL;
    if (!all) return sz_fail_memory(err, n_words * sizeof *all, "the words of a fit");
    for (int k = 0; k < n; k++) all[k] = word[k];
    for (int k = 0; k < grid->n_keys && status == SZ_OK; k++)
        if (!(all[n + k] = setting_of(grid, point, k, err))) status = SZ_ERR_MEMORY;
    if (status == SZ_OK) status = sz_fit_spec_arguments(spec, (int)n_words, all, err);
    for (int k = 0; k < grid->n_keys; k++) free(all[n + k]);
    free(all);
    return status;
}

static void add_quoted(sz_text *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./=:,+-@%";

    if (*word && word[strspn(word, plain)] == '\0') {
        sz_text_add(text, " %s", word);
        return;
    }
    sz_text_add(text, " '");
    for (; *word; word++) sz_text_add(text, *word == '\'' ? "'\\''" : "%c", *word);
    sz_text_add(text, "'");
}

char *sz_scan_command(const sz_scan_grid *grid, int point, int n, char *const *word,
                      sz_error *err)
{
    sz_text text = {0};

    sz_text_add(&text, "soapz fit");
    for (int k = 0; k < n; k++) add_quoted(&text, word[k]);
    for (int k = 0; k < grid->n_keys; k++) {
        char *setting = setting_of(grid, point, k, err);

        if (!setting) {
            sz_text_free(&text);
            return NULL;
        }
        add_quoted(&text, setting);
        free(setting);
    }
    return sz_text_take(&text, "a command", err);
}
