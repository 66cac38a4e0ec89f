/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tool.c - options, messages, output files and progress of the verbs. */
#define _XOPEN_SOURCE 700 /* realpath, mkstemp, isatty */
#include "tool.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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
                return sz_usage_error(argv[0], "one word too many: \"%s\"", argv[k]);
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
            *o->value = equals + 1;
        } else {
            if (k + 1 == argc)
                return sz_usage_error(argv[0], "%s needs a value", argv[k]);
            *o->value = argv[++k];
        }
    }
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

/* ---- interruption --------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
    signal(SIGINT, SIG_DFL); /* a second one ends the process */
    signal(SIGTERM, SIG_DFL);
}

void sz_catch_interrupts(void)
{
    struct sigaction action = {0};

    action.sa_handler = interrupt;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int sz_interrupted(void)
{
    return interrupted;
}

/* ---- output files --------------------------------------------------------------- */

static sz_status cannot_write(const char *path, int why, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FILE, "cannot write %s: %s", path,
                   why ? strerror(why) : "the disk is full or failed");
}

/* A new file beside path with the rights a plain open would give it. */
static FILE *open_part(sz_output *out)
{
    mode_t mask = umask(0);
    size_t length = strlen(out->path);
    FILE *file = NULL;
    int fd;

    umask(mask);
    out->part = malloc(length + 8);
    if (!out->part) {
        errno = ENOMEM;
        return NULL;
    }
    memcpy(out->part, out->path, length);
    memcpy(out->part + length, ".XXXXXX", 8);
    fd = mkstemp(out->part);
    if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0) file = fdopen(fd, "w");
    if (!file) {
        int why = errno;

        if (fd >= 0) {
            close(fd);
            unlink(out->part);
        }
        free(out->part);
        out->part = NULL;
        errno = why;
    }
    return file;
}

sz_status sz_output_open(sz_output *out, const char *path, sz_error *err)
{
    struct stat s;
    int exists = stat(path, &s) == 0;

    memset(out, 0, sizeof *out);
    out->name = path;
    if (!strcmp(path, "-")) {
        out->name = "standard output";
        out->file = stdout;
        return SZ_OK;
    }
    if (exists && S_ISDIR(s.st_mode)) return cannot_write(path, EISDIR, err);
    out->path = exists ? realpath(path, NULL) : strdup(path);
    if (!out->path) return sz_fail_memory(err, strlen(path), "a file name");
    if (exists && access(path, W_OK) != 0)
        out->file = NULL; /* a rename would replace it all the same */
    else
        out->file = exists && !S_ISREG(s.st_mode) ? fopen(path, "w") : open_part(out);
    if (!out->file) {
        sz_status status = cannot_write(path, errno, err);

        free(out->path);
        out->path = NULL;
        return status;
    }
    sz_catch_interrupts();
    return SZ_OK;
}

sz_status sz_output_open_file(sz_output *out, const char *path, sz_error *err)
{
    sz_status status = sz_output_open(out, path, err);
    const char *name = out->name;

    if (status != SZ_OK) return status;
    if (out->path && fseek(out->file, 0, SEEK_SET) == 0) return SZ_OK;
    sz_output_close(out, 0, NULL);
    return sz_fail(
        err, SZ_ERR_FILE,
        "cannot write %s: arrays must go to a real file, their sizes are filled "
        "in last",
        name);
}

sz_status sz_output_check(const sz_output *out, sz_error *err)
{
    if (interrupted)
        return sz_fail(err, SZ_ERR_FILE, "interrupted: %s was not written", out->name);
    return ferror(out->file) ? cannot_write(out->name, errno, err) : SZ_OK;
}

sz_status sz_output_close(sz_output *out, int keep, sz_error *err)
{
    sz_status status = SZ_OK;
    int bad, why;

    if (!out->file) return SZ_OK;
    errno = 0;
    bad = fflush(out->file) != 0 || ferror(out->file);
    why = errno;
    if (out->file != stdout && fclose(out->file) != 0 && !bad) {
        bad = 1;
        why = errno;
    }
    if (keep && bad) status = cannot_write(out->name, why, err);
    if (out->part && keep && !bad && rename(out->part, out->path) != 0)
        status = cannot_write(out->name, errno, err);
    if (out->part && (!keep || status != SZ_OK)) unlink(out->part);
    free(out->part);
    free(out->path);
    memset(out, 0, sizeof *out);
    return status;
}

/* ---- progress ------------------------------------------------------------------- */

double sz_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sz_progress_start(sz_progress *progress)
{
    progress->start = sz_seconds();
    progress->next = progress->start + 3;
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
}
