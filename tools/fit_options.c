/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_options.c - the options of soapz fit. All other words are gap_fit's, which may
 * begin with a minus. */
#include "fit_options.h"

#include "base/number.h"
#include "base/text.h"
#include "fit/checkpoint.h"

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
    return sz_fail(err, SZ_ERR_ARGUMENT, "there is no option %.60s", word);
}

/* A checkpoint does not store the steps of a learning curve. */
static sz_status check_curve(sz_fit_flags *o, sz_error *err)
{
    if (!o->curve || o->help) return SZ_OK;
    if (o->resume || (o->checkpoint_given && o->checkpoint >= 0.0))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "--curve writes no checkpoint: leave out --resume and "
                       "--checkpoint, or --curve");
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
    return check_curve(options, err);
}
