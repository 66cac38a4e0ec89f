/* SPDX-License-Identifier: BSD-3-Clause
 *
 * turbo_map.c - compress_file of soap_turbo.
 *
 *   8 8 8 240              alpha_max of each species, l_max, components
 *   P_transformation       either entries: component, place, factor, from 1
 *   1 1 1.0
 *   ..
 *   end_transformation
 *
 * or the kept places, one per line. */
#include "descriptor/turbo_map.h"

#include "base/number.h"
#include "base/print.h"
#include "base/text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A file being read line by line. */
typedef struct {
    const char *path;
    char *rest;
    int line;
    double *number;
    size_t n, room;
    sz_error *err;
} reader;

/* The next line, or NULL. */
static char *next_line(reader *r)
{
    char *line = r->rest, *end;

    if (!line || !*line) return NULL;
    end = strchr(line, '\n');
    r->rest = end ? end + 1 : NULL;
    if (end) *end = '\0';
    r->line++;
    return line;
}

static sz_status add(reader *r, double number)
{
    if (r->n == r->room) {
        size_t room = 2 * r->room + 64;
        double *more = realloc(r->number, room * sizeof *more);

        if (!more) return sz_fail_memory(r->err, room * sizeof *more, r->path);
        r->number = more;
        r->room = room;
    }
    r->number[r->n++] = number;
    return SZ_OK;
}

/* all numbers of a line; *n gets how many */
static sz_status add_line(reader *r, const char *line, int *n)
{
    const char *p = sz_skip_blanks(line);
    sz_status status = SZ_OK;

    for (*n = 0; *p && status == SZ_OK; ++*n) {
        double value;
        const char *end = sz_scan_double(p, &value);

        if (!end || (*end && !sz_is_blank(*end)))
            return sz_fail(r->err, SZ_ERR_FORMAT, "%s:%d: \"%.40s\" is not a number",
                           r->path, r->line, p);
        status = add(r, value);
        p = sz_skip_blanks(end);
    }
    return status;
}

static sz_status fail_line(const reader *r, const char *wanted)
{
    return sz_fail(r->err, SZ_ERR_FORMAT, "%s:%d: expected %s; the file is incomplete",
                   r->path, r->line + 1, wanted);
}

static sz_status read_header(reader *r, int *components)
{
    const char *line = next_line(r);
    sz_status status = add(r, 0.0);
    int n = 0;

    if (status == SZ_OK && line) status = add_line(r, line, &n);
    if (status != SZ_OK) return status;
    if (n < 3) return fail_line(r, "alpha_max of each species, l_max, components");
    r->number[0] = n - 2;
    for (int k = 1; k <= n; k++)
        if (!(r->number[k] >= 0 && r->number[k] <= 5e8) ||
            r->number[k] != floor(r->number[k]))
            return sz_fail(r->err, SZ_ERR_FORMAT,
                           "%s:1: %g is not a number of functions or components", r->path,
                           r->number[k]);
    *components = (int)r->number[n];
    return SZ_OK;
}

/* component, place, factor until end_transformation */
static sz_status read_entries(reader *r)
{
    for (;;) {
        const char *line = next_line(r);
        int n;
        sz_status status;

        if (!line) return fail_line(r, "end_transformation");
        line = sz_skip_blanks(line);
        if (strncmp(line, "end_transformation", 18) == 0) return SZ_OK;
        status = add_line(r, line, &n);
        if (status != SZ_OK) return status;
        if (n != 3) return fail_line(r, "three numbers: component, place, factor");
        r->number[r->n - 3] -= 1.0;
        r->number[r->n - 2] -= 1.0;
    }
}

/* one place per line; line: the first of them */
static sz_status read_places(reader *r, const char *line, int components)
{
    for (int k = 0; k < components; k++) {
        int n;
        double place;
        sz_status status;

        if (!line) return fail_line(r, "the place of a component");
        status = add_line(r, line, &n);
        if (status != SZ_OK) return status;
        if (n < 1) return fail_line(r, "the place of a component");
        r->n -= (size_t)n; /* further numbers after the place are ignored */
        place = r->number[r->n];
        status = add(r, k);
        if (status == SZ_OK) status = add(r, place - 1.0);
        if (status == SZ_OK) status = add(r, 1.0);
        if (status != SZ_OK) return status;
        line = next_line(r);
    }
    return SZ_OK;
}

sz_status sz_turbo_map_read(double **number, int *n, const char *path, sz_error *err)
{
    char *text, *line;
    int components = 0;
    reader r = {.path = path, .err = err};
    sz_status status = sz_read_text(&text, path, err);

    *number = NULL;
    *n = 0;
    if (status != SZ_OK) return status;
    r.rest = text;
    status = read_header(&r, &components);
    line = status == SZ_OK ? next_line(&r) : NULL;
    if (status == SZ_OK && line &&
        strncmp(sz_skip_blanks(line), "P_transformation", 16) == 0)
        status = read_entries(&r);
    else if (status == SZ_OK)
        status = read_places(&r, line, components);
    if (status == SZ_OK && r.n > INT_MAX)
        status = sz_fail(err, SZ_ERR_FORMAT, "%s has too many entries", path);
    if (status == SZ_OK) {
        *number = r.number;
        *n = (int)r.n;
        r.number = NULL;
    }
    free(r.number);
    free(text);
    return status;
}

/* numbers before the entries */
static int header_size(const double *number)
{
    return (int)number[0] + 3;
}

void sz_turbo_map_write(FILE *file, const double *number, int n)
{
    int header = header_size(number);
    char text[SZ_SHORTEST];

    for (int k = 1; k < header; k++)
        sz_print(file, "%.0f%s", number[k], k + 1 < header ? " " : "\n");
    fputs("P_transformation\n", file);
    for (int k = header; k + 2 < n; k += 3)
        sz_print(file, "%.0f %.0f %s\n", number[k] + 1.0, number[k + 1] + 1.0,
                 sz_shortest(number[k + 2], text));
    fputs("end_transformation\n", file);
}

static int is_index(double value, double end)
{
    return value >= 0.0 && value < end && value == floor(value);
}

sz_status sz_turbo_map_check(const double *number, int n, int n_species, const int *n_max,
                             int l_max, int n_full, const char *where, sz_error *err)
{
    int same =
            n > n_species + 2 && number[0] == n_species && number[1 + n_species] == l_max,
        header = n_species + 3;

    for (int s = 0; same && s < n_species; s++) same = number[1 + s] == n_max[s];
    if (!same)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compress_file has another number of species, alpha_max or "
                       "l_max than the descriptor",
                       where);
    if ((n - header) % 3 || !is_index(number[header - 1] - 1.0, (n - header) / 3))
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: compress_file has %g components, but %d entries; it is damaged", where,
            number[header - 1], (n - header) / 3);
    for (int k = header; k < n; k += 3)
        if (!is_index(number[k], number[header - 1]) || !is_index(number[k + 1], n_full))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: compress_file has an entry for component %g of %g and "
                           "place %g of %d",
                           where, number[k] + 1.0, number[header - 1],
                           number[k + 1] + 1.0, n_full);
    return SZ_OK;
}
