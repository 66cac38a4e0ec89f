/* SPDX-License-Identifier: BSD-3-Clause
 *
 * text.c - growing texts, lists of words, and suggestions for misspelt words. */
#include "base/text.h"
#include "base/print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_WORD = 64, LONGEST_FILE = 64 << 20 };

/* Room for n more bytes and a zero. */
static int reserve(sz_text *text, size_t n)
{
    size_t room = text->room ? text->room : 128;
    char *s;

    while (room - text->n <= n) room *= 2;
    if (room == text->room) return 1;
    s = realloc(text->s, room);
    text->failed |= !s;
    if (!s) return 0;
    text->s = s;
    text->room = room;
    return 1;
}

void sz_text_add(sz_text *text, const char *format, ...)
{
    va_list args, again;
    int n;

    if (text->failed) return;
    va_start(args, format);
    va_copy(again, args);
    n = sz_vformat(NULL, 0, format, args);
    va_end(args);
    if (n >= 0 && reserve(text, (size_t)n)) {
        sz_vformat(text->s + text->n, (size_t)n + 1, format, again);
        text->n += (size_t)n;
    }
    va_end(again);
}

void sz_text_add_number(sz_text *text, double x)
{
    char number[SZ_SHORTEST];

    sz_text_add(text, "%s", sz_shortest(x, number));
}

void sz_text_free(sz_text *text)
{
    free(text->s);
    memset(text, 0, sizeof *text);
}

char *sz_text_take(sz_text *text, const char *what, sz_error *err)
{
    char *s;

    sz_text_add(text, "%s", "");
    if (text->failed) {
        sz_fail_memory(err, text->room, what);
        sz_text_free(text);
    }
    s = text->s;
    memset(text, 0, sizeof *text);
    return s;
}

char *sz_next_item(char **rest, const char *separators)
{
    char *item = *rest + strspn(*rest, separators);

    if (!*item) return NULL;
    *rest = item + strcspn(item, separators);
    if (**rest) *(*rest)++ = '\0';
    return item;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

char *sz_path_beside(const char *path, const char *name, sz_error *err)
{
    const char *slash = *name == '/' ? NULL : strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    size_t n = folder + strlen(name) + 1;
    char *text = malloc(n);

    if (text) {
        memcpy(text, path, folder);
        strcpy(text + folder, name);
    } else
        sz_fail_memory(err, n, name);
    return text;
}

int sz_leaves_folder(const char *name)
{
    const char *p = name;

    if (*name == '/') return 1;
    while ((p = strstr(p, "..")) != NULL) {
        if ((p == name || p[-1] == '/') && (p[2] == '/' || !p[2])) return 1;
        p += 2;
    }
    return 0;
}

int sz_ends_in(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

/* One row of Levenshtein's table at a time. */
int sz_word_distance(const char *a, const char *b)
{
    int row[LONGEST_WORD + 1], n = (int)strlen(b), above, diagonal;

    if (n > LONGEST_WORD) return n;
    for (int k = 0; k <= n; k++) row[k] = k;
    for (int i = 1; a[i - 1]; i++) {
        diagonal = row[0];
        row[0] = i;
        for (int k = 1; k <= n; k++) {
            above = row[k];
            row[k] = diagonal + (lower(a[i - 1]) != lower(b[k - 1]));
            if (above + 1 < row[k]) row[k] = above + 1;
            if (row[k - 1] + 1 < row[k]) row[k] = row[k - 1] + 1;
            diagonal = above;
        }
    }
    return row[n];
}

sz_status sz_read_text(char **text, const char *path, sz_error *err)
{
    FILE *file = fopen(path, "rb");
    sz_status status = SZ_OK;
    size_t n = 0, room = 4096;
    char *s = NULL, *larger;

    *text = NULL;
    if (!file)
        return sz_fail(err, SZ_ERR_FILE, "cannot open %s: %s", path, strerror(errno));
    while (status == SZ_OK) {
        larger = realloc(s, room);
        if (!larger) {
            status = sz_fail_memory(err, room, path);
            break;
        }
        s = larger;
        n += fread(s + n, 1, room - 1 - n, file);
        if (n < room - 1) break;
        room *= 2;
        if (room > LONGEST_FILE)
            status =
                sz_fail(err, SZ_ERR_FORMAT, "%s is too long for a settings file", path);
    }
    if (status == SZ_OK && ferror(file))
        status = sz_fail(err, SZ_ERR_FILE, "cannot read %s: %s", path, strerror(errno));
    if (status == SZ_OK) {
        s[n] = '\0';
        if (memchr(s, 0, n))
            status = sz_fail(err, SZ_ERR_FORMAT, "%s is not a text file", path);
    }
    if (status == SZ_OK) {
        *text = s;
        s = NULL;
    }
    free(s);
    fclose(file);
    return status;
}
