/* SPDX-License-Identifier: BSD-3-Clause
 *
 * python.h - the modules of python/soapz: they draw what the command has computed, and
 * read through ASE what it cannot read itself. */
#ifndef SZ_PYTHON_H
#define SZ_PYTHON_H

#include "base/error.h"

#include <stdio.h>

/* Runs main([argument, ..]) of the module soapz.<module> and waits for it. input, rewound
 * first, becomes its standard input (NULL: none). Its messages go to our stderr. Fails
 * with a sentence that says what is missing (Python, the module, matplotlib) or that the
 * module failed; purpose ("the report") stands in it.
 *
 * Python is $SOAPZ_PYTHON, else python3 beside this program (a virtual environment), else
 * python3 of $PATH. The module is sought where it was installed with this program, then
 * in the source tree of the build, then among Python's own packages. */
sz_status sz_run_python(const char *module, const char *purpose, int n_arguments,
                        const char *const *argument, FILE *input, sz_error *err);

/* The same, without input; a main that fails is no failure here: *code is what it
 * returned. */
sz_status sz_call_python(const char *module, const char *purpose, int n_arguments,
                         const char *const *argument, int *code, sz_error *err);

/* The same for a verb that is all Python: its words are argv[1..argc-1], its messages and
 * exit code are main's. Returns that, or 1 after saying on stderr what is missing. */
int sz_run_python_verb(const char *module, int argc, char *const *argv);

#endif
