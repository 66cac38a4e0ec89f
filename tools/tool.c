/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tool.c - options, messages, interruption and progress of the verbs. */
#define _XOPEN_SOURCE 700 /* isatty, sigaction */
#include "tool.h"

#include "base/number.h"
#include "model/model.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- options -------------------------------------------------------------------- */

static const sz_option *find_option(const sz_option *option, int n, const char *word)
{
    size_t length = strcspn(word, "=");

    for (int k = 0; k < n; k++) {
        if (strlen(option[k].name) == length && !strncmp(option[k].name, word, length))
            return option + k;
        if (option[k].letter && word[0] == '-' && word[1] == option[k].letter && !word[2])
            return option + k;
    }
    return NULL;
}

/* Other names of standard output are replaced by "-": the verbs do not print their own
 * text to it. */
static const char *value_of(const char *text)
{
    return !strcmp(text, "/dev/stdout") || !strcmp(text, "/dev/fd/1") ? "-" : text;
}

int sz_options(int argc, char **argv, const sz_option *option, int n_options,
               const char **argument, int max_arguments, int *n_arguments)
{
    int options = 1;

    *n_arguments = 0;
    for (int k = 1; k < argc; k++) {
        const sz_option *o;
        const char *equals = strchr(argv[k], '=');

        if (!options || argv[k][0] != '-' || !argv[k][1]) {
            if (*n_arguments == max_arguments)
                return sz_usage_error(argv[0], "unexpected word: \"%s\"", argv[k]);
            argument[(*n_arguments)++] = argv[k];
            continue;
        }
        if (!strcmp(argv[k], "--")) {
            options = 0;
            continue;
        }
        o = find_option(option, n_options, argv[k]);
        if (!o) return sz_usage_error(argv[0], "there is no option %s", argv[k]);
        if (o->flag) {
            if (equals) return sz_usage_error(argv[0], "%s takes no value", o->name);
            *o->flag = 1;
        } else if (equals) {
            *o->value = value_of(equals + 1);
        } else {
            if (k + 1 == argc)
                return sz_usage_error(argv[0], "%s needs a value", argv[k]);
            *o->value = value_of(argv[++k]);
        }
    }
    return 0;
}

int sz_read_tolerance(const char *verb, const char *text, double *tolerance)
{
    *tolerance = 0.0;
    if (!text ||
        (sz_parse_double(text, tolerance) && isfinite(*tolerance) && *tolerance >= 0.0))
        return 0;
    return sz_usage_error(
        verb, "--rank-tolerance must be an energy in eV >= 0, not \"%s\"", text);
}

int sz_read_threads(const char *verb, const char *text, int *n_threads)
{
    if (!text || (sz_parse_int(text, n_threads) && *n_threads >= 1 && *n_threads <= 1024))
        return 0;
    return sz_usage_error(verb, "--threads must be a number >= 1, not \"%s\"", text);
}

/* 1 if each item of the word is an element. */
static int is_elements(const char *word)
{
    int n = 0;

    for (size_t length; *(word += strspn(word, " ,")); word += length, n++) {
        char symbol[4] = "";

        length = strcspn(word, " ,");
        if (length > 2) return 0;
        memcpy(symbol, word, length);
        if (!sz_element_number(symbol)) return 0;
    }
    return n > 0;
}

int sz_take_elements(int *argc, char **argv, char *elements, size_t size)
{
    static const char option[] = "--elements";
    const size_t length = strlen(option);
    int from = 1, kept = 1, n = 0;

    *elements = 0;
    while (from < *argc && strcmp(argv[from], "--") != 0) {
        const char *word = argv[from++], *value = word + length + 1;

        if (strncmp(word, option, length) != 0 || (word[length] && word[length] != '=')) {
            argv[kept++] = argv[from - 1];
            continue;
        }
        n = 0;
        if (!word[length]) value = from < *argc ? argv[from++] : "";
        for (; is_elements(value) && strlen(elements) + strlen(value) + 2 < size; n++) {
            sprintf(elements + strlen(elements), "%s ", value);
            if (from == *argc || !is_elements(argv[from])) break;
            value = argv[from++];
        }
        if (!*elements || !is_elements(value))
            return sz_usage_error(argv[0], "--elements needs element symbols, not \"%s\"",
                                  value);
    }
    while (from < *argc) argv[kept++] = argv[from++];
    *argc = kept;
    return 0;
}

/* ---- messages ------------------------------------------------------------------- */

int sz_usage_error(const char *verb, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "soapz %s: ", verb);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, " (see soapz %s --help)\n", verb);
    return 2;
}

int sz_report(const sz_error *err)
{
    fprintf(stderr, "soapz: %s\n", err->message);
    return 1;
}

void sz_print_warnings(const char *verb, const sz_warnings *warnings)
{
    for (int k = 0; k < warnings->n; k++)
        fprintf(stderr, "soapz %s: warning: %s\n", verb, warnings->text[k]);
}

int sz_finish_stdout(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout)) return 0;
    fprintf(stderr, "soapz: cannot write to standard output: %s\n",
            errno ? strerror(errno) : "an earlier write failed");
    return 1;
}

int sz_print_text(const char *text)
{
    fputs(text, stdout);
    return sz_finish_stdout();
}

/* ---- files ---------------------------------------------------------------------- */

int sz_take_files(const char *verb, sz_files *files, const sz_named *named, int n)
{
    int is_output = 0; /* standard output is named */
    sz_error err;
    sz_status status = SZ_OK;

    for (int k = 0; k < n && status == SZ_OK; k++) {
        const sz_named *f = &named[k];

        status = f->written ? sz_files_write(files, f->what, f->path, &err)
                            : sz_files_read(files, f->what, f->path, &err);
        is_output |= f->written && f->path && !strcmp(f->path, "-");
    }
    if (status == SZ_OK && !is_output)
        status = sz_files_write(files, "standard output", "-", &err);
    if (status == SZ_OK) return 0;
    sz_files_free(files);
    return status == SZ_ERR_ARGUMENT ? sz_usage_error(verb, "%s", err.message)
                                     : sz_report(&err);
}

sz_status sz_read_model_files(sz_files *files, const sz_model *model, sz_error *err)
{
    return sz_model_files(model, files, err);
}

/* ---- interruption --------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

/* Schedulers send a signal several times: timeout and mpiexec signal the process and its
 * group, and SIGXCPU is sent every second. So only a second Ctrl-C ends the process. */
static void interrupt(int number)
{
    interrupted = 1;
    if (number == SIGINT) signal(SIGINT, SIG_DFL);
}

void sz_catch_interrupts(void)
{
    static const int number[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1};
    struct sigaction action = {0}, old;

    action.sa_handler = interrupt;
    for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
        sigaction(number[k], &action, &old);
        if (number[k] == SIGHUP && old.sa_handler == SIG_IGN) /* nohup */
            sigaction(SIGHUP, &old, NULL);
    }
    signal(SIGPIPE, SIG_IGN); /* a closed pipe becomes a write error */
}

int sz_interrupted(void)
{
    return interrupted;
}

sz_status sz_check_output(const sz_output *out, sz_error *err)
{
    if (interrupted)
        return sz_fail(err, SZ_ERR_STOPPED, "interrupted: %s was not written", out->name);
    return sz_output_check(out, err);
}

sz_status sz_open_array(sz_output *out, const char *path, sz_error *err)
{
    sz_status status = sz_output_open_any(out, path, err);

    if (status != SZ_OK) return status;
    if (out->file != stdout && fseek(out->file, 0, SEEK_SET) == 0) return SZ_OK;
    status = sz_fail(err, SZ_ERR_FILE,
                     "cannot write %s: arrays need a regular file, because their sizes "
                     "are filled in last",
                     out->name);
    sz_output_free(out);
    return status;
}

/* ---- progress ------------------------------------------------------------------- */

void sz_progress_start(sz_progress *progress)
{
    progress->start = sz_seconds();
    progress->next = progress->start + 3;
    progress->what = NULL;
    progress->shown = 0;
    progress->on = isatty(STDERR_FILENO);
}

void sz_progress_show(sz_progress *progress, double done, long count, const char *name)
{
    double now;

    if (!progress->on) return;
    now = sz_seconds();
    if (now < progress->next) return;
    progress->next = now + 0.5;
    progress->shown = 1;
    fprintf(stderr, "\r%ld %s", count, name);
    if (done > 0) {
        double left = (now - progress->start) * (1 / done - 1);

        fprintf(stderr, ", %.0f %%, ", 100 * done);
        if (left < 120)
            fprintf(stderr, "%.0f s left", left);
        else
            fprintf(stderr, "%.0f min left", left / 60);
    }
    fputs("   ", stderr);
}

void sz_progress_end(sz_progress *progress)
{
    if (progress->shown) fprintf(stderr, "\r%60s\r", "");
    progress->shown = 0;
}

/* ---- a watch -------------------------------------------------------------------- */

static int stop(void *context)
{
    (void)context;
    return interrupted;
}

static void progress(void *context, double done, long count, const char *what)
{
    sz_progress *p = &((sz_teller *)context)->progress;

    if (p->what && p->what != what) {
        sz_progress_end(p);
        sz_progress_start(p);
    }
    p->what = what;
    sz_progress_show(p, done, count, what);
}

static void warn(void *context, const char *sentence)
{
    sz_teller *teller = context;

    sz_progress_end(&teller->progress);
    fprintf(stderr, "soapz %s: warning: %s\n", teller->verb, sentence);
}

sz_watch sz_tool_watch(sz_teller *teller, const char *verb)
{
    teller->verb = verb;
    sz_progress_start(&teller->progress);
    return (sz_watch){stop, progress, warn, teller};
}
