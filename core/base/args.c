/* SPDX-License-Identifier: BSD-3-Clause
 *
 * args.c - the grammar of QUIP's argument strings.
 *
 *   text  = { separator | field }        separator = blank | "," | lone "\"
 *   field = token [ "=" [ token ] ]      blanks allowed round "="
 *   token = { character | quoted }       up to a separator or "="
 *                                        "a= b=1": a is empty, b is a field
 *   quoted = '..' | ".." | {..}          {} nest; the outer pair is dropped
 *
 * A field without "=" is a bare word. {{..}} means the same as {..}. A backslash that
 * ends a line, as in shell scripts, or that stands alone is a blank. */
#include "base/args.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *key;
    const char *value; /* NULL for a bare word */
} sz_field;

struct sz_args {
    char *where;
    int once;     /* only the outer braces of a value are dropped */
    char *tokens; /* the text of keys and values, each ended by NUL */
    int n_fields;
    sz_field *field;
};

static int is_separator(char c)
{
    return c == ',' || sz_is_blank(c);
}

/* A backslash before a line end. */
static int ends_line(const char *p)
{
    return p[0] == '\\' && (p[1] == '\n' || (p[1] == '\r' && p[2] == '\n'));
}

/* The end of the separators at p: the start of a field, or the end of the text. */
static const char *skip_separators(const char *p)
{
    while (is_separator(*p) || (*p == '\\' && (!p[1] || sz_is_blank(p[1])))) p++;
    return p;
}

/* p is at an opening quote: copies the quoted text to *out and returns the character
 * after the closing quote, or NULL if it is missing. */
static const char *copy_quoted(const char *p, char **out)
{
    char open = *p++, close = open == '{' ? '}' : open;
    int depth = 1;

    for (; *p; p++) {
        if (*p == close && --depth == 0) return p + 1;
        if (*p == '{' && open == '{') depth++;
        *(*out)++ = sz_is_blank(*p) || ends_line(p) ? ' ' : *p;
    }
    return NULL;
}

/* Removes pairs of braces that enclose all of the text from start to *end. */
static void strip_braces(char *start, char **end)
{
    while (*end - start >= 2 && *start == '{' && (*end)[-1] == '}') {
        int depth = 0;

        for (char *p = start; p < *end - 1; p++) {
            depth += (*p == '{') - (*p == '}');
            if (depth == 0) return;
        }
        memmove(start, start + 1, (size_t)(*end - start - 2));
        *end -= 2;
    }
}

/* Copies the token at p and a NUL to *out; returns its end, or NULL if the quotes do not
 * match. */
static const char *copy_token(const char *p, int once, char **out)
{
    while (*p && !is_separator(*p) && *p != '=' && !ends_line(p)) {
        if (*p == '}') return NULL;
        if (*p == '{' || *p == '\'' || *p == '"') {
            char *start = *out;

            p = copy_quoted(p, out);
            if (!p) return NULL;
            if (!once) strip_braces(start, out);
        } else {
            *(*out)++ = *p++;
        }
    }
    *(*out)++ = '\0';
    return p;
}

/* Blanks, and backslashes at line ends. */
static const char *skip_blanks_and_ends(const char *p)
{
    while (sz_is_blank(*p) || ends_line(p)) p++;
    return p;
}

/* "a= b=1": after the "=" of key a there is no value, but the next field. */
static int is_empty(const char *equals)
{
    const char *p = skip_blanks_and_ends(equals + 1);

    if (p == equals + 1) return 0;
    while (*p && !is_separator(*p) && !strchr("={}'\"\\", *p)) p++;
    return *sz_skip_blanks(p) == '=';
}

static sz_status split(sz_args *args, const char *text, sz_error *err)
{
    char *out = args->tokens;
    const char *p = text, *start, *q;

    for (;;) {
        sz_field *f = args->field + args->n_fields;

        p = skip_separators(p);
        if (!*p) return SZ_OK;
        start = p;
        if (*p == '=' && p > text && !is_separator(p[-1]))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: '=' without a key before it at '%.40s'; where it is in "
                           "the value of %s, put that in braces, inside gap={..} in "
                           "double ones, as in compression={{nu=2}}",
                           args->where, start, args->field[args->n_fields - 1].key);
        if (*p == '=')
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: '=' without a key before it at '%.40s'; write key=value",
                           args->where, start);
        f->key = out;
        p = copy_token(p, args->once, &out);
        if (!p) break;
        q = sz_skip_blanks(p);
        if (*q == '=') {
            f->value = out;
            /* a blank ends a token at once */
            p = q == p && is_empty(q) ? q + 1 : skip_blanks_and_ends(q + 1);
            p = copy_token(p, args->once, &out);
            if (!p) break;
        }
        args->n_fields++;
    }
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: unmatched brace or quote at '%.40s'; close it", args->where,
                   start);
}

static sz_status parse(sz_args **args, int once, const char *text, const char *where,
                       sz_error *err)
{
    size_t n = strlen(text) + 1, n_where = strlen(where) + 1;
    sz_args *a = calloc(1, sizeof *a);
    sz_status status = SZ_OK;

    *args = NULL;
    if (a) {
        a->where = malloc(n_where);
        a->tokens = malloc(n);
        a->field = calloc(n / 2 + 1, sizeof *a->field); /* of two characters or more */
    }
    if (!a || !a->where || !a->tokens || !a->field)
        status = sz_fail_memory(err, n * sizeof *a->field, "an argument string");
    if (status == SZ_OK) {
        memcpy(a->where, where, n_where);
        a->once = once;
        status = split(a, text, err);
    }
    if (status == SZ_OK) {
        *args = a;
        a = NULL;
    }
    sz_args_free(a);
    return status;
}

sz_status sz_args_parse(sz_args **args, const char *text, const char *where,
                        sz_error *err)
{
    return parse(args, 0, text, where, err);
}

sz_status sz_args_parse_once(sz_args **args, const char *text, const char *where,
                             sz_error *err)
{
    return parse(args, 1, text, where, err);
}

void sz_args_free(sz_args *args)
{
    if (!args) return;
    free(args->where);
    free(args->tokens);
    free(args->field);
    free(args);
}

const char *sz_args_where(const sz_args *args)
{
    return args->where;
}

int sz_args_n_words(const sz_args *args)
{
    int n = 0;

    for (int k = 0; k < args->n_fields; k++) n += !args->field[k].value;
    return n;
}

const char *sz_args_word(const sz_args *args, int k)
{
    for (int i = 0; i < args->n_fields; i++)
        if (!args->field[i].value && k-- == 0) return args->field[i].key;
    return NULL;
}

int sz_args_has_word(const sz_args *args, const char *word)
{
    for (int k = 0; k < sz_args_n_words(args); k++)
        if (sz_same_word(sz_args_word(args, k), word)) return 1;
    return 0;
}

int sz_args_n_fields(const sz_args *args)
{
    return args->n_fields;
}

const char *sz_args_key(const sz_args *args, int k)
{
    return args->field[k].key;
}

const char *sz_args_value(const sz_args *args, int k)
{
    return args->field[k].value;
}

/* the last field with this key, or NULL */
static const sz_field *find(const sz_args *args, const char *key)
{
    for (int k = args->n_fields; k-- > 0;)
        if (sz_same_word(args->field[k].key, key)) return args->field + k;
    return NULL;
}

int sz_args_has(const sz_args *args, const char *key)
{
    return find(args, key) != NULL;
}

const char *sz_args_last(const sz_args *args, const char *a, const char *b)
{
    const sz_field *at_a = find(args, a), *at_b = find(args, b);

    return at_b && (!at_a || at_b > at_a) ? b : a;
}

const char *sz_args_string(const sz_args *args, const char *key, const char *fallback)
{
    const sz_field *f = find(args, key);

    if (!f) return fallback;
    return f->value ? f->value : "";
}

static sz_status fail_type(const sz_args *args, const char *key, const char *text,
                           const char *want, sz_error *err)
{
    if (find(args, key)->value && !*text)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s= is empty; give it %s or leave it out",
                       args->where, key, want);
    return sz_fail(err, SZ_ERR_FORMAT, "%s: %s='%.60s' is not %s", args->where, key, text,
                   want);
}

sz_status sz_args_double(const sz_args *args, const char *key, double *value,
                         sz_error *err)
{
    const char *text = sz_args_string(args, key, NULL);

    if (!text || sz_parse_double(text, value)) return SZ_OK;
    return fail_type(args, key, text, "a number", err);
}

sz_status sz_args_int(const sz_args *args, const char *key, int *value, sz_error *err)
{
    const char *text = sz_args_string(args, key, NULL);
    double number;

    if (!text || sz_parse_int(text, value)) return SZ_OK;
    return fail_type(args, key, text,
                     sz_parse_double(text, &number) ? "an integer up to 2147483647"
                                                    : "an integer",
                     err);
}

sz_status sz_args_bool(const sz_args *args, const char *key, int *value, sz_error *err)
{
    const sz_field *f = find(args, key);

    if (f && (!f->value || !*f->value)) *value = 1;
    if (!f || !f->value || !*f->value || sz_parse_bool(f->value, value)) return SZ_OK;
    return fail_type(args, key, f->value, "T or F", err);
}

/* Reads the integers in text into value[n], at most n of them; returns how many there
 * are, or -1 if one is not an integer. */
static int read_ints(const char *text, int n, int *value)
{
    char word[32];
    int count = 0;

    for (;;) {
        size_t length = 0;
        int v;

        text = sz_skip_blanks(text);
        if (!*text) return count;
        while (text[length] && text[length] != ',' && !sz_is_blank(text[length]))
            length++;
        if (length >= sizeof word) return -1;
        memcpy(word, text, length);
        word[length] = '\0';
        if (!sz_parse_int(word, &v)) return -1;
        if (count < n) value[count] = v;
        count++;
        text = sz_skip_blanks(text + length);
        if (*text == ',') text++;
    }
}

sz_status sz_args_ints(const sz_args *args, const char *key, int n, int *value,
                       sz_error *err)
{
    const char *text = sz_args_string(args, key, NULL);
    int count;

    if (!text) return SZ_OK;
    count = read_ints(text, 0, NULL);
    if (count < 0) return fail_type(args, key, text, "a list of integers", err);
    if (count != n)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s={%.60s} has %d entries, not %d",
                       args->where, key, text, count, n);
    read_ints(text, n, value);
    return SZ_OK;
}
