/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_options.c - the options of soapz fit. All other words are gap_fit's, which may
 * begin with a minus. */
#include "fit_options.h"

#include "base/number.h"
#include "base/text.h"
#include "fit/checkpoint.h"
#include "fit/kfold.h"

#include <string.h>

/* "--name=value" or "--name value"; NULL if there is no value */
static const char *value_of(int argc, char **argv, int *k)
{
    char *equals = strchr(argv[*k], '=');

    if (equals) return equals + 1;
    return *k + 1 < argc ? argv[++*k] : NULL;
}

static int is_option(const char *word, const char *name)
{
    size_t n = strlen(name);

    return !strncmp(word, name, n) && (word[n] == '\0' || word[n] == '=');
}

static int is_config(const char *word)
{
    return !strchr(word, '=') && sz_ends_in(word, ".conf");
}

static sz_status take_scan(sz_fit_flags *o, const char *value, sz_error *err)
{
    const char *equals = value ? strchr(value, '=') : NULL;

    if (!equals || equals == value || !equals[1] || *value == '-')
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--scan needs a key and its values, as in --scan "
                       "soap.cutoff=4.5,5,5.5");
    if (o->n_scans == SZ_SCAN_KEYS)
        return sz_fail(err, SZ_ERR_ARGUMENT, "--scan is given more than %d times",
                       SZ_SCAN_KEYS);
    o->scan[o->n_scans++] = value;
    return SZ_OK;
}

static sz_status take(sz_fit_flags *o, int argc, char **argv, int *k, sz_error *err)
{
    const char *word = argv[*k], *value;

    if (is_option(word, "--suggest")) {
        o->suggest = 1;
        if (word[strlen("--suggest")])
            o->suggest_to = value_of(argc, argv, k);
        else if (*k + 1 < argc && is_config(argv[*k + 1]))
            o->suggest_to = argv[++*k];
        if (!o->suggest_to || is_config(o->suggest_to)) return SZ_OK;
        return sz_fail(
            err, SZ_ERR_ARGUMENT,
            "--suggest=%.100s: the name of the settings file must end in .conf",
            o->suggest_to);
    }
    if (!strcmp(word, "--help-keys")) {
        o->help_keys = 1;
        return SZ_OK;
    }
    if (!strcmp(word, "--resume")) {
        o->resume = 1;
        return SZ_OK;
    }
    if (is_option(word, "--threads")) {
        value = value_of(argc, argv, k);
        if (value && sz_parse_int(value, &o->n_threads) && o->n_threads >= 1 &&
            o->n_threads <= SZ_MAX_THREADS)
            return SZ_OK;
        return sz_fail(err, SZ_ERR_ARGUMENT, "--threads must be a number from 1 to %d",
                       SZ_MAX_THREADS);
    }
    if (is_option(word, "--checkpoint")) {
        value = value_of(argc, argv, k);
        o->checkpoint = -1.0;
        o->checkpoint_given = 1;
        if (value && (!strcmp(value, "off") ||
                      (sz_parse_double(value, &o->checkpoint) && o->checkpoint >= 0.0)))
            return SZ_OK;
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--checkpoint needs a number of seconds, or off");
    }
    if (is_option(word, "--curve")) {
        o->curve = value_of(argc, argv, k);
        if (o->curve && *o->curve && strncmp(o->curve, "--", 2) != 0 &&
            !is_config(o->curve))
            return SZ_OK;
        return sz_fail(err, SZ_ERR_ARGUMENT, "--curve needs the name of a JSON file");
    }
    if (is_option(word, "--kfold")) {
        value = value_of(argc, argv, k);
        if (value && sz_parse_int(value, &o->n_folds) && o->n_folds >= 2 &&
            o->n_folds <= SZ_FOLDS_MAX)
            return SZ_OK;
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--kfold needs the number of parts, from 2 to %d", SZ_FOLDS_MAX);
    }
    if (is_option(word, "--scan")) return take_scan(o, value_of(argc, argv, k), err);
    return sz_fail(err, SZ_ERR_ARGUMENT, "there is no option %.60s", word);
}

/* A checkpoint does not hold the steps of a learning curve, nor the parts of a
 * cross-validation; a scan keeps the results of whole fits, and always goes on. */
static sz_status check_together(sz_fit_flags *o, sz_error *err)
{
    const char *option = o->curve ? "--curve" : o->n_scans ? "--scan" : "--kfold";

    if (o->help || (!o->curve && !o->n_folds && !o->n_scans)) return SZ_OK;
    if (o->curve && (o->n_folds || o->n_scans))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--curve and %s are two runs: leave one of them out",
                       o->n_scans ? "--scan" : "--kfold");
    if (o->suggest)
        return sz_fail(err, SZ_ERR_ARGUMENT, "--suggest fits nothing: leave out it or %s",
                       option);
    if ((o->resume && !o->n_scans) || (o->checkpoint_given && o->checkpoint >= 0.0))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%s writes no checkpoint: leave out --resume and --checkpoint, or "
                       "%s",
                       option, option);
    o->checkpoint = -1.0;
    return SZ_OK;
}

sz_status sz_fit_options_take(sz_fit_flags *options, int *argc, char **argv,
                              sz_error *err)
{
    int n = 1;

    *options = (sz_fit_flags){.checkpoint = 60.0};
    for (int k = 1; k < *argc; k++) {
        sz_status status;

        if (!strcmp(argv[k], "--help") || !strcmp(argv[k], "-h")) {
            options->help = 1;
            continue;
        }
        if (strncmp(argv[k], "--", 2) != 0) {
            argv[n++] = argv[k];
            continue;
        }
        status = take(options, *argc, argv, &k, err);
        if (status != SZ_OK) return status;
    }
    *argc = n;
    return check_together(options, err);
}
