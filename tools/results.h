/* SPDX-License-Identifier: BSD-3-Clause
 *
 * results.h - results as JSON in a file, and their picture beside it. */
#ifndef SZ_RESULTS_H
#define SZ_RESULTS_H

#include "base/files.h"
#include "base/json.h"

/* ---- parts of JSON; NULL where memory ends ----------------------------------------- */

json_t *sz_json_text(const char *text);
json_t *sz_json_number(double x); /* null where it is not finite */
json_t *sz_json_numbers(size_t n, const double *x);
json_t *sz_json_integers(size_t n, const int *x);

/* ---- the file ---------------------------------------------------------------------- */

/* path and its picture, a/b.json -> a/b.svg, are registered as what ("--curve") writes,
 * and path can be written. */
sz_status sz_results_check(const char *path, const char *what, sz_files *files,
                           sz_error *err);

/* The object in path, whole or not at all; one without n keys lacks memory. */
sz_status sz_results_write(const char *path, const json_t *object, size_t n,
                           sz_error *err);

/* The picture of the file path, by the module of python/soapz; then names both on
 * standard output. The numbers are safe: no picture is a warning. picture: "the picture
 * of the learning curve". */
void sz_results_draw(const char *path, const char *module, const char *picture);

#endif
