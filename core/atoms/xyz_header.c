/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xyz_header.c - the second line of a frame: key=value ..., of which Lattice, pbc and
 * Properties are understood.
 *
 * Without Properties= and Lattice= it is the comment of a plain XYZ file, a free text:
 * anything like key=value in it is kept, and nothing in it is a syntax error. */
#include "atoms/xyz_header.h"

#include "base/number.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name; /* of the file */
    int line;
    int is_free; /* a comment, not extended XYZ */
} place;

static char *copy_text(const char *text, size_t length)
{
    char *copy = malloc(length + 1);

    if (!copy) return NULL;
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

/* The end of the value at p: "..", '..', {..}, [..] or a bare word; NULL if a quote or
 * bracket is not closed. */
static const char *end_of_value(const char *p)
{
    if (*p == '"' || *p == '\'') {
        for (char quote = *p++; *p != quote; p++) {
            if (*p == '\\' && p[1]) p++;
            if (!*p) return NULL;
        }
        return p + 1;
    }
    if (*p == '{' || *p == '[') {
        char open = *p, close = open == '{' ? '}' : ']';
        int depth = 0;

        for (; *p; p++) {
            depth += *p == open;
            depth -= *p == close;
            if (depth == 0) return p + 1;
        }
        return NULL;
    }
    while (*p && !sz_is_blank(*p)) p++;
    return p;
}

static sz_status add_info(sz_xyz_frame *frame, const char *key, size_t key_length,
                          const char *text, size_t length, sz_error *err)
{
    size_t n = (size_t)frame->n_info;
    sz_xyz_info *info = realloc(frame->info, (n + 1) * sizeof *info);

    if (!info) return sz_fail_memory(err, (n + 1) * sizeof *info, "an XYZ frame");
    frame->info = info;
    info[n].key = copy_text(key, key_length);
    info[n].text = copy_text(text, length);
    frame->n_info++;
    if (info[n].key && info[n].text) return SZ_OK;
    return sz_fail_memory(err, length + key_length, "an XYZ frame");
}

/* 1 if the line has this key, in any case, followed by =. */
static int has_key(const char *line, const char *key)
{
    const size_t n = strlen(key);

    for (const char *p = line; *p; p++) {
        size_t same = 0;

        if (p > line && !sz_is_blank(p[-1]) && p[-1] != '"') continue;
        while (same < n && (p[same] | 32) == (key[same] | 32)) same++;
        if (same < n) continue;
        p += n;
        if (*p == '"') p++;
        if (*sz_skip_blanks(p) == '=') return 1;
        p--;
    }
    return 0;
}

static const char *end_of_word(const char *p)
{
    while (*p && !sz_is_blank(*p)) p++;
    return p;
}

/* The start of the value after a =. In "a= b=3" the value of a is empty: ASE writes empty
 * texts like this. */
static const char *begin_of_value(const char *p)
{
    const char *next = sz_skip_blanks(p);
    const size_t word = strcspn(next, "= \t\r\n\v\f\"'{[");

    if (next == p || word == 0) return next;
    return *sz_skip_blanks(next + word) == '=' ? p : next;
}

/* Splits the line into key=value and bare keys. */
static sz_status split_info(sz_xyz_frame *frame, const place *at, const char *line,
                            sz_error *err)
{
    const char *p = sz_skip_blanks(line);

    while (*p) {
        const char *key = p, *end = NULL, *equals;
        size_t key_length = 0;
        sz_status status;

        if (*p == '"') end = end_of_value(p);
        if (end) {
            key++;
            key_length = (size_t)(end - 1 - key);
        } else if (*p != '"' || at->is_free) {
            end = p + strcspn(p, "= \t\r\n\v\f");
            key_length = (size_t)(end - p);
        } else {
            goto open;
        }
        equals = sz_skip_blanks(end);
        if (*equals == '=') {
            end = end_of_value(begin_of_value(equals + 1));
            if (!end && !at->is_free) goto open;
            if (!end) end = end_of_word(begin_of_value(equals + 1));
        }
        if (key_length == 0 && at->is_free) {
            key = p;
            end = end_of_word(p);
            key_length = (size_t)(end - p);
        }
        if (key_length == 0)
            return sz_fail(err, SZ_ERR_FORMAT, "%s:%d: there is a = without a key",
                           at->name, at->line);
        status = add_info(frame, key, key_length, p, (size_t)(end - p), err);
        if (status != SZ_OK) return status;
        p = sz_skip_blanks(end);
    }
    return SZ_OK;
open:
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: a quote or bracket is not closed: \"%.40s\"", at->name,
                   at->line, p);
}

/* ASE writes other types as "_JSON ..", with quotes escaped as \"..\". */
static void skip_json(const char **value, size_t *length)
{
    const char *p = *value, *end = p + *length;

    if (*length < 6 || strncmp(p, "_JSON", 5) != 0 || !strchr(" \t[{", p[5])) return;
    for (p += 5; p < end && sz_is_blank(*p);) p++;
    while (end > p && sz_is_blank(end[-1])) end--;
    if (end - p >= 4 && !strncmp(p, "\\\"", 2) && !strncmp(end - 2, "\\\"", 2)) {
        p += 2;
        end -= 2;
    } else if (end - p >= 2 && *p == '"' && end[-1] == '"') {
        p++;
        end--;
    }
    *value = p;
    *length = (size_t)(end - p);
}

sz_status sz_xyz_value(char **copy, const sz_xyz_frame *frame, const char *key,
                       sz_error *err)
{
    *copy = NULL;
    for (int k = frame->n_info - 1; k >= 0; k--) {
        const char *text = frame->info[k].text, *value;
        size_t length;

        if (!sz_same_word(frame->info[k].key, key)) continue;
        value = strchr(text, '=');
        value = value ? sz_skip_blanks(value + 1) : "";
        length = strlen(value);
        if (length > 1 && strchr("\"'{[", *value)) {
            value++;
            length -= 2;
        }
        skip_json(&value, &length);
        *copy = copy_text(value, length);
        return *copy ? SZ_OK : sz_fail_memory(err, length, "an XYZ frame");
    }
    return SZ_OK;
}

/* Splits text at blanks, commas and brackets into at most n words; returns how many there
 * are. text is destroyed. */
static int split_list(char *text, char **word, int n)
{
    int found = 0;

    for (char *p = text; *p; p++)
        if (strchr(",;[]{}()\"", *p) || sz_is_blank(*p)) *p = ' ';
    for (char *p = text; *(p += strspn(p, " "));) {
        if (found < n) word[found] = p;
        found++;
        p += strcspn(p, " ");
        if (*p) *p++ = 0;
    }
    return found;
}

static sz_status read_lattice(sz_xyz_frame *frame, const place *at, int *has,
                              sz_error *err)
{
    char *text, *word[9];
    sz_status status = sz_xyz_value(&text, frame, "Lattice", err);
    int n;

    *has = text != NULL && !at->is_free;
    if (!*has) goto done;
    n = split_list(text, word, 9);
    if (n != 9)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s:%d: Lattice has %d numbers, it needs 9: the three vectors "
                         "one after the other",
                         at->name, at->line, n);
    for (int k = 0; status == SZ_OK && k < 9; k++)
        if (!sz_parse_double(word[k], &frame->cell[k / 3][k % 3]))
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s:%d: \"%s\" in Lattice is not a finite number", at->name,
                             at->line, word[k]);
done:
    free(text);
    return status;
}

/* pbc="T F T", or T for all three; without pbc a frame is periodic if it has a
 * Lattice. */
static sz_status read_pbc(sz_xyz_frame *frame, const place *at, int has_lattice,
                          sz_error *err)
{
    char *text, *word[3];
    sz_status status = sz_xyz_value(&text, frame, "pbc", err);
    int n;

    for (int k = 0; k < 3; k++) frame->pbc[k] = has_lattice;
    if (!text || (at->is_free && !*text)) goto done;
    n = split_list(text, word, 3);
    if (n == 1) word[1] = word[2] = word[0];
    if (n != 1 && n != 3)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s:%d: pbc must be three logicals such as \"T T F\"", at->name,
                         at->line);
    for (int k = 0; status == SZ_OK && k < 3; k++) {
        int *pbc = frame->pbc + k;

        if (!strcmp(word[k], "0") || !strcmp(word[k], "1"))
            *pbc = word[k][0] == '1';
        else if (!sz_parse_bool(word[k], pbc))
            status =
                sz_fail(err, SZ_ERR_FORMAT, "%s:%d: \"%s\" in pbc is neither T nor F",
                        at->name, at->line, word[k]);
        if (status == SZ_OK && *pbc && !has_lattice)
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s:%d: pbc is periodic, but there is no Lattice", at->name,
                             at->line);
    }
done:
    free(text);
    return status;
}

static sz_status add_column(sz_xyz_frame *frame, const place *at, const char *name,
                            const char *type, const char *fields, sz_error *err)
{
    size_t n = (size_t)frame->n_columns;
    sz_xyz_column *c = realloc(frame->column, (n + 1) * sizeof *c);
    int n_fields;

    if (!c) return sz_fail_memory(err, (n + 1) * sizeof *c, "an XYZ frame");
    frame->column = c;
    if (!*name || strlen(type) != 1 || !strchr("SRIL", *type) ||
        !sz_parse_int(fields, &n_fields) || n_fields < 1 || n_fields > 1000000)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: \"%s:%s:%s\" in Properties is not name:type:number with a "
                       "type S, R, I or L",
                       at->name, at->line, name, type, fields);
    for (size_t k = 0; k < n; k++)
        if (sz_same_word(c[k].name, name))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s:%d: Properties has two columns named %s", at->name,
                           at->line, name);
    c[n].name = copy_text(name, strlen(name));
    if (!c[n].name) return sz_fail_memory(err, strlen(name), "an XYZ frame");
    c[n].type = *type;
    c[n].n_fields = n_fields;
    c[n].first = frame->n_fields;
    frame->n_columns++;
    frame->n_fields += n_fields;
    return SZ_OK;
}

static sz_status read_columns(sz_xyz_frame *frame, const place *at, sz_error *err)
{
    char *text;
    sz_status status = sz_xyz_value(&text, frame, "Properties", err);

    if (status == SZ_OK && (!text || at->is_free)) {
        free(text);
        frame->is_plain = 1;
        frame->is_free = at->is_free;
        status = add_column(frame, at, "species", "S", "1", err);
        if (status == SZ_OK) status = add_column(frame, at, "pos", "R", "3", err);
        return status;
    }
    for (char *p = text; status == SZ_OK && p;) {
        char *part[3] = {"", "", ""};

        for (int k = 0; k < 3 && p; k++) {
            part[k] = p;
            p = strchr(p, ':');
            if (p) *p++ = 0;
        }
        status = add_column(frame, at, part[0], part[1], part[2], err);
    }
    free(text);
    return status;
}

sz_status sz_xyz_header(sz_xyz_frame *frame, const char *text, const char *name, int line,
                        sz_error *err)
{
    const place at = {name, line,
                      !has_key(text, "Properties") && !has_key(text, "Lattice")};
    int has_lattice = 0;
    sz_status status = split_info(frame, &at, text, err);

    if (status == SZ_OK) status = read_lattice(frame, &at, &has_lattice, err);
    if (status == SZ_OK) status = read_pbc(frame, &at, has_lattice, err);
    if (status == SZ_OK) status = read_columns(frame, &at, err);
    return status;
}

/* In a comment an invalid pbc or Lattice is not an error. */
int sz_xyz_is_sound(const char *text)
{
    const place at = {"", 0, 0};
    sz_xyz_frame *frame = calloc(1, sizeof *frame);
    int has_lattice = 0;
    int sound = frame && split_info(frame, &at, text, NULL) == SZ_OK &&
                frame->n_info == 1 &&
                read_lattice(frame, &at, &has_lattice, NULL) == SZ_OK &&
                read_pbc(frame, &at, has_lattice, NULL) == SZ_OK;

    sz_xyz_frame_free(frame);
    return sound;
}
