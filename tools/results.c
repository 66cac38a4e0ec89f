/* SPDX-License-Identifier: BSD-3-Clause
 *
 * results.c - results as JSON in a file, and their picture beside it. */
#include "results.h"

#include "base/file.h"
#include "python.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parts of JSON ----------------------------------------------------------------- */

/* a path may be in no known encoding */
json_t *sz_json_text(const char *text)
{
    json_t *t = json_string(text);

    return t ? t : json_string("?");
}

json_t *sz_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* list, or NULL where not all n of it are there */
static json_t *whole(json_t *list, size_t n)
{
    if (list && json_array_size(list) == n) return list;
    json_decref(list);
    return NULL;
}

json_t *sz_json_numbers(size_t n, const double *x)
{
    json_t *list = json_array();

    for (size_t k = 0; k < n; k++) json_array_append_new(list, sz_json_number(x[k]));
    return whole(list, n);
}

json_t *sz_json_integers(size_t n, const int *x)
{
    json_t *list = json_array();

    for (size_t k = 0; k < n; k++) json_array_append_new(list, json_integer(x[k]));
    return whole(list, n);
}

/* ---- the file ---------------------------------------------------------------------- */

/* a/b.json -> a/b.svg, a/b -> a/b.svg; to free */
static char *picture_path(const char *path)
{
    size_t n = strlen(path);
    char *svg = malloc(n + 5);

    if (!svg) return NULL;
    memcpy(svg, path, n + 1);
    if (n > 5 && !strcmp(svg + n - 5, ".json")) n -= 5;
    memcpy(svg + n, ".svg", 5);
    return svg;
}

sz_status sz_results_check(const char *path, const char *what, sz_files *files,
                           sz_error *err)
{
    char *svg = picture_path(path), picture[80];
    sz_output part = {0};
    sz_status status = svg ? sz_files_write(files, what, path, err)
                           : sz_fail_memory(err, strlen(path), "a file name");

    snprintf(picture, sizeof picture, "the picture of %s", what);
    if (status == SZ_OK) status = sz_files_write(files, picture, svg, err);
    if (status == SZ_OK) status = sz_output_open(&part, path, err);
    sz_output_free(&part);
    free(svg);
    return status;
}

sz_status sz_results_write(const char *path, const json_t *object, size_t n,
                           sz_error *err)
{
    int whole = object && json_object_size(object) == n;
    char *text = whole ? sz_json_write(object) : NULL;
    sz_output part = {0};
    sz_status status = text ? sz_output_open(&part, path, err)
                            : sz_fail_memory(err, 65536, "the results");

    if (status == SZ_OK) fprintf(part.file, "%s\n", text);
    if (status == SZ_OK) status = sz_output_finish(&part, err);
    if (status == SZ_OK) status = sz_output_publish(&part, err);
    sz_output_free(&part);
    free(text);
    return status;
}

void sz_results_draw(const char *path, const char *module, const char *picture)
{
    char *svg = picture_path(path);
    FILE *file = fopen(path, "rb");
    sz_error err;

    if (!svg || !file)
        fprintf(stderr, "soapz fit: warning: %s cannot be read again: no picture\n",
                path);
    else if (sz_run_python(module, picture, 1, (const char *const *)&svg, file, &err) !=
             SZ_OK)
        fprintf(stderr, "soapz fit: warning: %s; the numbers are in %s\n", err.message,
                path);
    else
        printf("%s, %s\n", path, svg);
    if (file) fclose(file);
    free(svg);
}
