/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tool.h - what the verbs of the command share: options, messages, output files. */
#ifndef SZ_TOOL_H
#define SZ_TOOL_H

#include "error.h"

#include <stdio.h>

/* Exit codes: 0 done, 1 it went wrong, 2 the command line is wrong, 3 a limit that
 * validate was given is exceeded. */
int sz_verb_info(int argc, char **argv);
int sz_verb_eval(int argc, char **argv);
int sz_verb_describe(int argc, char **argv);
int sz_verb_convert(int argc, char **argv);
int sz_verb_fit(int argc, char **argv);
int sz_verb_compressions(int argc, char **argv);
int sz_verb_validate(int argc, char **argv);

/* ---- options -------------------------------------------------------------------- */

typedef struct {
    const char *name; /* "--term"; shortened to one letter too, "-t" */
    char letter;      /* 0: none */
    const char **value;
    int *flag; /* set to 1; an option has either a value or a flag */
} sz_option;

/* Takes options out of argv[1..argc-1] in any order ("--opt value", "--opt=value",
 * "-o value", "--" ends them) and leaves the other words in argument[0 ..
 * *n_arguments-1]. Returns 0, or 2 after saying on stderr what is wrong. */
int sz_options(int argc, char **argv, const sz_option *option, int n_options,
               const char **argument, int max_arguments, int *n_arguments);

/* "soapz VERB: sentence" on stderr; returns 2. */
int sz_usage_error(const char *verb, const char *format, ...) SZ_PRINTF(2, 3);
/* "soapz: sentence" on stderr; returns 1. */
int sz_report(const sz_error *err);
/* Prints and flushes; returns 0, or 1 with a message when stdout cannot take it. */
int sz_print_text(const char *text);
int sz_finish_stdout(void);

/* ---- output files --------------------------------------------------------------- */

/* A file that appears under its name only when it is complete. */
typedef struct {
    FILE *file;
    const char *name; /* as the user wrote it */
    char *path;       /* where it shall be, links followed */
    char *part; /* where it is now, or NULL: written in place (device, pipe, stdout) */
} sz_output;

/* path "-" is stdout. */
sz_status sz_output_open(sz_output *out, const char *path, sz_error *err);
/* The same for what must be a real file, which can be rewound. */
sz_status sz_output_open_file(sz_output *out, const char *path, sz_error *err);
/* Fails once a write has failed, so that nobody computes for a full disk. */
sz_status sz_output_check(const sz_output *out, sz_error *err);
/* keep 1: flush, check, rename; 0: remove what was written. */
sz_status sz_output_close(sz_output *out, int keep, sz_error *err);

/* ---- interruption --------------------------------------------------------------- */

/* From here on the first Ctrl-C (or SIGTERM) is only noted, a second one ends the
 * process. */
void sz_catch_interrupts(void);
int sz_interrupted(void);

/* ---- progress ------------------------------------------------------------------- */

/* One line on stderr, if that is a terminal, once the work takes more than 3 s. */
typedef struct {
    double start, next; /* seconds */
    int shown, on;
} sz_progress;

double sz_seconds(void); /* of a clock that never jumps */
void sz_progress_start(sz_progress *progress);
/* done: 0..1, negative when unknown; count things of that name have been done. */
void sz_progress_show(sz_progress *progress, double done, long count, const char *name);
void sz_progress_end(sz_progress *progress);

#endif
