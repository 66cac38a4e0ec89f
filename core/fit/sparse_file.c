/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sparse_file.c - sparse points, or their numbers (index_file), from a file: separated by
 * blanks or line ends. */
#include "base/number.h"
#include "select/sparsify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *path;
    FILE *file;
    int line;
    char word[64]; /* the last one read, "" at the end of the file */
} words;

static sz_status words_open(words *w, const char *path, sz_error *err)
{
    *w = (words){.path = path, .line = 1};
    w->file = fopen(path, "rb");
    if (!w->file)
        return sz_fail(err, SZ_ERR_FILE, "cannot open %s, the file of sparse points: %s",
                       path, strerror(errno));
    return SZ_OK;
}

static sz_status words_next(words *w, sz_error *err)
{
    size_t n = 0;
    int c;

    while ((c = fgetc(w->file)) != EOF && c != 0 && sz_is_blank((char)c))
        w->line += c == '\n';
    for (; c != EOF && !(c != 0 && sz_is_blank((char)c)); c = fgetc(w->file)) {
        if (c == 0 || n + 1 == sizeof w->word)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s:%d: not a number; this is not a file of %s", w->path,
                           w->line, "sparse points");
        w->word[n++] = (char)c;
    }
    if (c != EOF) ungetc(c, w->file);
    w->word[n] = '\0';
    if (ferror(w->file))
        return sz_fail(err, SZ_ERR_FILE, "cannot read %s: %s", w->path, strerror(errno));
    return SZ_OK;
}

/* Makes room for one element more than n in array; *room is its capacity. */
static sz_status grow(void **array, size_t n, size_t size, size_t *room, const char *what,
                      sz_error *err)
{
    size_t more = *room ? 2 * *room : 256;
    void *larger;

    if (n < *room) return SZ_OK;
    larger = realloc(*array, more * size);
    if (!larger) return sz_fail_memory(err, more * size, what);
    *array = larger;
    *room = more;
    return SZ_OK;
}

/* Indices below INT_MAX, not yet sorted or compared. */
static sz_status read_index(sz_sparse_choice *choice, words *w, int n, sz_error *err)
{
    size_t room = 0;
    void *index = NULL;
    sz_status status;
    int k;

    while ((status = words_next(w, err)) == SZ_OK && w->word[0]) {
        if (!sz_parse_int(w->word, &k) || k < 1 || k > n) {
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s:%d: '%s' is not the number of a data point, 1 to %d",
                             w->path, w->line, w->word, n);
            break;
        }
        status = grow(&index, (size_t)choice->n, sizeof(int), &room, w->path, err);
        if (status != SZ_OK) break;
        choice->index = index;
        choice->index[choice->n++] = k - 1;
    }
    choice->index = index;
    return status;
}

static int by_index(const void *a, const void *b)
{
    int i = *(const int *)a, j = *(const int *)b;

    return (i > j) - (i < j);
}

sz_status sz_sparse_read_index(sz_sparse_choice *choice, const char *path, int n,
                               sz_error *err)
{
    words w;
    sz_status status = words_open(&w, path, err);

    *choice = (sz_sparse_choice){0};
    if (status != SZ_OK) return status;
    status = read_index(choice, &w, n, err);
    fclose(w.file);
    if (status == SZ_OK && choice->n == 0)
        status = sz_fail(err, SZ_ERR_FORMAT, "%s names no data points", path);
    if (status == SZ_OK)
        qsort(choice->index, (size_t)choice->n, sizeof *choice->index, by_index);
    for (int k = 1; k < choice->n && status == SZ_OK; k++)
        if (choice->index[k] == choice->index[k - 1])
            status = sz_fail(err, SZ_ERR_FORMAT, "%s names data point %d twice", path,
                             choice->index[k] + 1);
    if (status != SZ_OK) sz_sparse_choice_free(choice);
    return status;
}

/* value [*n]: all numbers of the file */
static sz_status read_numbers(words *w, void **value, size_t *n, sz_error *err)
{
    size_t room = 0;
    sz_status status;
    double number;

    while ((status = words_next(w, err)) == SZ_OK && w->word[0]) {
        if (!sz_parse_double(w->word, &number))
            return sz_fail(err, SZ_ERR_FORMAT, "%s:%d: '%s' is not a finite number",
                           w->path, w->line, w->word);
        status = grow(value, *n, sizeof number, &room, w->path, err);
        if (status != SZ_OK) return status;
        ((double *)*value)[(*n)++] = number;
    }
    return status;
}

/* Removes the factors before the components, in place. */
static sz_status split(double *x, int n, int d, double **factor, sz_error *err)
{
    *factor = malloc((size_t)n * sizeof **factor);
    if (!*factor)
        return sz_fail_memory(err, (size_t)n * sizeof **factor, "sparse points");
    for (int s = 0; s < n; s++) {
        size_t from = (size_t)s * ((size_t)d + 1), to = (size_t)s * (size_t)d;

        (*factor)[s] = x[from];
        memmove(x + to, x + from + 1, (size_t)d * sizeof *x);
    }
    return SZ_OK;
}

sz_status sz_sparse_read_points(const char *path, int d, int *n, double **x,
                                double **factor, sz_error *err)
{
    size_t n_numbers = 0, per_point = (size_t)d + 1;
    void *value = NULL;
    words w;
    sz_status status = words_open(&w, path, err);

    *n = 0;
    *x = *factor = NULL;
    if (status != SZ_OK) return status;
    status = read_numbers(&w, &value, &n_numbers, err);
    fclose(w.file);
    if (status == SZ_OK && (n_numbers == 0 || n_numbers % per_point != 0 ||
                            n_numbers / per_point > 100000000))
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s has %zu numbers, not a multiple of %zu: for each point the "
                         "cutoff factor and %d components",
                         path, n_numbers, per_point, d);
    if (status == SZ_OK) {
        *n = (int)(n_numbers / per_point);
        status = split(value, *n, d, factor, err);
    }
    if (status == SZ_OK) {
        *x = value;
        value = NULL;
    } else {
        *n = 0;
    }
    free(value);
    return status;
}
