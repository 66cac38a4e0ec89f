/* SPDX-License-Identifier: BSD-3-Clause
 *
 * python.h - runs the modules of python/soapz, which draw results and read other file
 * formats through ASE. */
#ifndef SZ_PYTHON_H
#define SZ_PYTHON_H

#include "base/error.h"

#include <stdio.h>

/* Runs main([argument, ..]) of the module soapz.<module> and waits for it. input, rewound
 * first, becomes its standard input (NULL: none). Its messages go to our stderr. Fails
 * with a sentence that says what is missing (Python, the module, matplotlib) or that the
 * module failed; purpose ("the report") is named in it.
 *
 * Python is $SOAPZ_PYTHON, else python3 beside this program (a virtual environment), else
 * python3 of $PATH. The module is searched where it was installed with this program, then
 * in the source tree of the build, then among Python's own packages. */
sz_status sz_run_python(const char *module, const char *purpose, int n_arguments,
                        const char *const *argument, FILE *input, sz_error *err);

/* The same without input. A main that fails is not an error here: *code is what it
 * returned. */
sz_status sz_call_python(const char *module, const char *purpose, int n_arguments,
                         const char *const *argument, int *code, sz_error *err);

/* The same for a verb that is implemented in Python: argv[1..argc-1] are its words, and
 * --help among them prints help. It prints messages itself. Returns its exit code, or 1
 * after a message about what is missing. */
int sz_run_python_verb(const char *module, const char *help, int argc, char *const *argv);

#endif
