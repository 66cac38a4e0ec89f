/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tool.h - what the verbs of the command share: options, messages, interruption,
 * progress. */
#ifndef SZ_TOOL_H
#define SZ_TOOL_H

#include "base/file.h"
#include "base/files.h"
#include "base/warnings.h"
#include "base/watch.h"

#include "soapz.h"

#include <stdio.h>

/* Exit codes (docs/exit.md): 0 success, 1 an error, or stopped, 2 wrong command line, 3 a
 * limit given to validate is exceeded, 130 a fit was stopped. */
int sz_verb_info(int argc, char **argv);
int sz_verb_data(int argc, char **argv);
int sz_verb_eval(int argc, char **argv);
int sz_verb_describe(int argc, char **argv);
int sz_verb_convert(int argc, char **argv);
int sz_verb_fit(int argc, char **argv);
int sz_verb_compressions(int argc, char **argv);
int sz_verb_validate(int argc, char **argv);
int sz_verb_calibrate(int argc, char **argv);
int sz_verb_select(int argc, char **argv);
int sz_verb_bench(int argc, char **argv);
int sz_verb_analyse(int argc, char **argv);
int sz_verb_property(int argc, char **argv);

/* ---- options -------------------------------------------------------------------- */

typedef struct {
    const char *name; /* "--term"; also its first letter, "-t" */
    char letter;      /* 0: none */
    const char **value;
    int *flag; /* set to 1; an option has either a value or a flag */
} sz_option;

/* Takes options out of argv[1..argc-1] in any order ("--opt value", "--opt=value", "-o
 * value", "--" ends them) and leaves the other words in argument[0 .. *n_arguments-1].
 * Returns 0, or 2 after an error message on stderr. */
int sz_options(int argc, char **argv, const sz_option *option, int n_options,
               const char **argument, int max_arguments, int *n_arguments);

/* --rank-tolerance of a verb; text NULL: 0. Returns 0, or 2 after an error message. */
int sz_read_tolerance(const char *verb, const char *text, double *tolerance);
/* The same for --threads, from 1; *n_threads is kept if text is NULL. */
int sz_read_threads(const char *verb, const char *text, int *n_threads);

/* Takes --elements and its symbols (one word, or several as in pair_coeff) out of argv,
 * and puts them as one text into elements [size], "" if the option is missing. Returns 0,
 * or 2 after an error message. */
int sz_take_elements(int *argc, char **argv, char *elements, size_t size);

/* "soapz VERB: sentence" on stderr; returns 2. */
int sz_usage_error(const char *verb, const char *format, ...) SZ_PRINTF(2, 3);
/* "soapz: sentence" on stderr; returns 1. */
int sz_report(const sz_error *err);
/* "soapz VERB: warning: sentence" on stderr for each. */
void sz_print_warnings(const char *verb, const sz_warnings *warnings);
/* Prints and flushes; returns 0, or 1 with a message when stdout cannot take it. */
int sz_print_text(const char *text);
int sz_finish_stdout(void);

/* ---- files ---------------------------------------------------------------------- */

/* A file that the words of a verb name; path NULL: none. */
typedef struct {
    const char *what, *path;
    int written;
} sz_named;

/* Adds all of them, and standard output, to files, which starts as {0}. Returns 0, or 2
 * after a message that names an output that is an input, or 1 if memory runs out; files
 * is then {0}. */
int sz_take_files(const char *verb, sz_files *files, const sz_named *named, int n);
/* The same for the files that a model refers to. */
sz_status sz_read_model_files(sz_files *files, const sz_model *model, sz_error *err);

/* ---- interruption --------------------------------------------------------------- */

/* From here on Ctrl-C and the signals of schedulers (SIGTERM, SIGHUP, SIGXCPU, SIGUSR1)
 * only set a flag; a second Ctrl-C ends the process. A closed pipe on standard output
 * sets a flag too: see sz_finish_stdout. */
void sz_catch_interrupts(void);
/* 1 after such a signal. */
int sz_interrupted(void);
/* sz_output_check, or SZ_ERR_STOPPED if the work is interrupted. */
sz_status sz_check_output(const sz_output *out, sz_error *err);

/* sz_output_open_any for a regular file: arrays are rewound at the end. */
sz_status sz_open_array(sz_output *out, const char *path, sz_error *err);

/* ---- progress ------------------------------------------------------------------- */

/* One line on stderr, if it is a terminal, after 3 s of work. */
typedef struct {
    double start, next; /* seconds */
    const char *what;   /* what is being counted */
    int shown, on;
} sz_progress;

void sz_progress_start(sz_progress *progress);
/* done: 0..1, negative if unknown; count: number of items finished. */
void sz_progress_show(sz_progress *progress, double done, long count, const char *name);
void sz_progress_end(sz_progress *progress);

/* A watch that stops at an interruption, shows progress in *progress, which must be
 * started, and prints warnings on stderr as "soapz VERB: warning: ..". */
typedef struct {
    const char *verb;
    sz_progress progress;
} sz_teller;
sz_watch sz_tool_watch(sz_teller *teller, const char *verb);

#endif
