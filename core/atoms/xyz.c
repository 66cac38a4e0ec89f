/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xyz.c - reads extended XYZ; every error names file and line. */
#define _POSIX_C_SOURCE 200809L
#include "atoms/xyz.h"

#include "atoms/xyz_header.h"
#include "atoms/xyz_reader.h"
#include "base/number.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { WORD = SZ_XYZ_WORD };

/* ---- lines ---------------------------------------------------------------------- */

sz_status sz_xyz_open(sz_xyz_reader **reader, const char *path, sz_error *err)
{
    sz_xyz_reader *r = calloc(1, sizeof *r);
    int std = !strcmp(path, "-");
    sz_status status = SZ_OK;
    struct stat s;

    *reader = NULL;
    if (r) r->name = strdup(std ? "standard input" : path);
    if (!r || !r->name) status = sz_fail_memory(err, sizeof *r, "a file");
    if (status == SZ_OK) {
        r->file = std ? stdin : fopen(path, "r");
        if (!r->file)
            status =
                sz_fail(err, SZ_ERR_FILE, "cannot open %s: %s", path, strerror(errno));
        else if (fstat(fileno(r->file), &s) == 0 && S_ISREG(s.st_mode))
            r->size = (long)s.st_size;
    }
    if (status == SZ_OK) {
        *reader = r;
        r = NULL;
    }
    sz_xyz_close(r);
    return status;
}

/* Copies all of a pipe into an unnamed file, which replaces it. */
static sz_status copy_pipe(sz_xyz_reader *r, sz_error *err)
{
    FILE *copy = tmpfile();
    char block[65536];
    size_t n = 1;

    while (copy && n > 0 && !ferror(copy)) {
        n = fread(block, 1, sizeof block, r->file);
        if (n > 0) fwrite(block, 1, n, copy);
    }
    if (!copy || ferror(copy) || ferror(r->file) || fseek(copy, 0, SEEK_SET) != 0) {
        if (copy) fclose(copy);
        return sz_fail(err, SZ_ERR_FILE,
                       "%s: it must be read twice, but cannot be copied to a temporary "
                       "file; give the name of a file",
                       r->name);
    }
    if (r->file != stdin) fclose(r->file);
    r->file = copy;
    return SZ_OK;
}

sz_status sz_xyz_open_twice(sz_xyz_reader **reader, const char *path, sz_error *err)
{
    sz_status status = sz_xyz_open(reader, path, err);

    if (status == SZ_OK) (*reader)->start = ftell((*reader)->file);
    if (status == SZ_OK && (*reader)->start < 0) {
        (*reader)->start = 0;
        status = copy_pipe(*reader, err);
    }
    if (status == SZ_OK) return status;
    sz_xyz_close(*reader);
    *reader = NULL;
    return status;
}

sz_status sz_xyz_rewind(sz_xyz_reader *reader, sz_error *err)
{
    reader->line = reader->last_line = 0;
    if (fseek(reader->file, reader->start, SEEK_SET) == 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FILE, "%s cannot be read a second time", reader->name);
}

const sz_warnings *sz_xyz_warnings(const sz_xyz_reader *reader)
{
    return &reader->warnings;
}

void sz_xyz_close(sz_xyz_reader *reader)
{
    if (!reader) return;
    sz_warnings_free(&reader->warnings);
    if (reader->file && reader->file != stdin) fclose(reader->file);
    free(reader->buffer);
    free(reader->name);
    free(reader);
}

const char *sz_xyz_name(const sz_xyz_reader *reader)
{
    return reader->name;
}

double sz_xyz_done(const sz_xyz_reader *reader)
{
    long at = reader->size > 0 ? ftell(reader->file) : -1;

    return at >= 0 ? (double)at / (double)reader->size : -1;
}

/* Removes a byte order mark from the first line. */
static void skip_mark(sz_xyz_reader *r, ssize_t *n)
{
    if (r->line != 1 || *n < 3 || memcmp(r->buffer, "\xEF\xBB\xBF", 3) != 0) return;
    *n -= 3;
    memmove(r->buffer, r->buffer + 3, (size_t)*n + 1);
}

sz_status sz_xyz_next_line(sz_xyz_reader *r, int *more, sz_error *err)
{
    ssize_t n;

    errno = 0;
    n = getline(&r->buffer, &r->room, r->file);
    *more = n >= 0;
    if (n < 0) {
        if (feof(r->file) && !ferror(r->file)) return SZ_OK;
        return sz_fail(err, SZ_ERR_FILE, "cannot read %s after line %d: %s", r->name,
                       r->line, strerror(errno));
    }
    r->line++;
    if (memchr(r->buffer, 0, (size_t)n))
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s:%d: this is not a text file, or one in UTF-16; save it as UTF-8", r->name,
            r->line);
    skip_mark(r, &n);
    while (n > 0 && (r->buffer[n - 1] == '\n' || r->buffer[n - 1] == '\r')) n--;
    r->buffer[n] = 0;
    if (memchr(r->buffer, '\r', (size_t)n))
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s:%d: lines end with a carriage return only; end them with a line feed",
            r->name, r->line);
    r->length = (size_t)n;
    return SZ_OK;
}

size_t sz_xyz_next_word(const char **text)
{
    const char *p = sz_skip_blanks(*text), *end = p;

    *text = p;
    if (*p == '"') {
        end = strchr(p + 1, '"');
        if (end) return (size_t)(end + 1 - p);
        end = p;
    }
    while (*end && !sz_is_blank(*end)) end++;
    return (size_t)(end - p);
}

int sz_xyz_copy_word(char *word, const char *text, size_t length)
{
    if (length >= WORD) return 0;
    memcpy(word, text, length);
    word[length] = 0;
    return 1;
}

/* ---- the atoms ------------------------------------------------------------------ */

const sz_xyz_column *sz_xyz_find_column(const sz_xyz_frame *frame, const char *name)
{
    for (int k = 0; k < frame->n_columns; k++)
        if (sz_same_word(frame->column[k].name, name)) return frame->column + k;
    return NULL;
}

static int count_words(const char *text)
{
    int n = 0;

    for (size_t length; (length = sz_xyz_next_word(&text)) > 0; text += length) n++;
    return n;
}

int sz_xyz_element(const char *word)
{
    char symbol[3] = "";
    int z = sz_element_number(word);

    if (z || strlen(word) > 2) return z;
    for (int k = 0; word[k]; k++)
        symbol[k] = (char)(k == 0 ? toupper((unsigned char)word[k])
                                  : tolower((unsigned char)word[k]));
    return sz_element_number(symbol);
}

typedef struct {
    const sz_xyz_column *species, *z, *pos;
    const sz_xyz_column *other; /* atomic numbers in addition to symbols, or NULL */
} known;

/* The first of these columns that exists. */
static const sz_xyz_column *find_one(const sz_xyz_frame *frame, const char *const *name)
{
    const sz_xyz_column *column = NULL;

    for (; *name && !column; name++) column = sz_xyz_find_column(frame, *name);
    return column;
}

static sz_status find_known(const sz_xyz_frame *frame, const sz_xyz_reader *r, known *c,
                            sz_error *err)
{
    static const char *const species[] = {"species", "symbols", "element", NULL},
                             *const z[] = {"Z", "numbers", "atomic_numbers", NULL},
                             *const pos[] = {"pos", "positions", NULL};

    c->species = find_one(frame, species);
    c->z = find_one(frame, z);
    c->other = c->species ? c->z : NULL;
    if (c->species) c->z = NULL;
    c->pos = find_one(frame, pos);
    if (c->species && c->species->type == 'I') {
        c->z = c->species;
        c->species = NULL;
    }
    if (!c->pos || c->pos->type != 'R' || c->pos->n_fields != 3)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: Properties has no column pos:R:3 with the positions",
                       r->name, r->line);
    if ((c->species && c->species->type == 'S' && c->species->n_fields == 1) ||
        (c->z && c->z->type == 'I' && c->z->n_fields == 1))
        return SZ_OK;
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s:%d: Properties has neither species:S:1 nor Z:I:1 with the elements", r->name,
        r->line);
}

/* A number instead of a symbol may be an atom type of another program, not Z. */
static sz_status warn_of_number(sz_xyz_reader *r, int z, sz_error *err)
{
    if (r->said_number++) return SZ_OK;
    return sz_warnings_add(&r->warnings, err,
                           "%s:%d: elements are given as numbers and read as atomic "
                           "numbers (%d is %s); if they are atom types, write symbols",
                           r->name, r->line, z, sz_element_symbol(z));
}

static sz_status read_element(sz_xyz_frame *frame, sz_xyz_reader *r, const known *c,
                              int i, const char *text, size_t length, sz_error *err)
{
    char word[WORD];
    int z = 0, is_number = 0;

    if (sz_xyz_copy_word(word, text, length)) {
        if (c->species) z = sz_xyz_element(word);
        if (z == 0) {
            is_number = sz_parse_int(word, &z) && sz_element_symbol(z);
            if (!is_number) z = 0;
        }
    }
    frame->z[i] = z;
    if (is_number && c->species) return warn_of_number(r, z, err);
    if (z > 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s:%d: \"%.*s\" is not an element%s", r->name,
                   r->line, length < WORD ? (int)length : WORD, text,
                   c->species ? "" : "'s atomic number");
}

/* The line gives two elements for the atom. */
static sz_status warn_of_other(sz_xyz_reader *r, const known *c, int z, sz_error *err)
{
    if (r->said_other++) return SZ_OK;
    return sz_warnings_add(
        &r->warnings, err, "%s:%d: %s gives another element than %s, which is used (%s)",
        r->name, r->line, c->other->name, c->species->name, sz_element_symbol(z));
}

/* Words after symbol x y z of plain XYZ have no names. */
static sz_status warn_of_columns(sz_xyz_reader *r, int n, sz_error *err)
{
    if (r->said_more++) return SZ_OK;
    return sz_warnings_add(
        &r->warnings, err,
        "%s:%d: data after symbol x y z are not used (column %s%d), because the second "
        "line of the frame does not name them; if they are forces, write "
        "Properties=species:S:1:pos:R:3:forces:R:3 there",
        r->name, r->line, n > 5 ? "5 to " : "", n);
}

/* Reads element and position from the line of atom i and counts its words. */
static sz_status read_atom(sz_xyz_frame *frame, sz_xyz_reader *r, const known *c, int i,
                           sz_error *err)
{
    int element = c->species ? c->species->first : c->z->first, n = 0, other = 0;
    const char *p = r->buffer;
    sz_status status = SZ_OK;

    for (size_t length; (length = sz_xyz_next_word(&p)) > 0; p += length, n++) {
        char word[WORD];
        int x = n - c->pos->first;

        if (n == element) status = read_element(frame, r, c, i, p, length, err);
        if (status != SZ_OK) return status;
        if (c->other && n == c->other->first && sz_xyz_copy_word(word, p, length))
            sz_parse_int(word, &other);
        if (x < 0 || x > 2) continue;
        if (!sz_xyz_copy_word(word, p, length) ||
            !sz_parse_double(word, frame->position + 3 * (size_t)i + x))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s:%d: the position \"%.*s\" is not a finite number", r->name,
                           r->line, length < WORD ? (int)length : WORD, p);
    }
    if (n == frame->n_fields)
        return other && other != frame->z[i] ? warn_of_other(r, c, frame->z[i], err)
                                             : SZ_OK;
    if (frame->is_plain && n > frame->n_fields) return warn_of_columns(r, n, err);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: this line has %d columns, but by line %d it must have %d",
                   r->name, r->line, n, frame->line + 1, frame->n_fields);
}

sz_status sz_xyz_keep_line(sz_xyz_frame *frame, int i, const char *text, size_t n,
                           sz_xyz_space *space, sz_error *err)
{
    size_t need = space->used + n + 1;

    if (need > space->room) {
        char *all = realloc(frame->text, 2 * need);

        if (!all) return sz_fail_memory(err, 2 * need, "an XYZ frame");
        frame->text = all;
        space->room = 2 * need;
    }
    memcpy(frame->text + space->used, text, n);
    frame->text[space->used + n] = 0;
    frame->row[i] = space->used;
    space->used = need;
    return SZ_OK;
}

static sz_status room_for_atoms(sz_xyz_frame *frame, int n, sz_error *err)
{
    int *z = realloc(frame->z, (size_t)n * sizeof *z);
    double *position = NULL;
    size_t *row = NULL;

    if (z) {
        frame->z = z;
        position = realloc(frame->position, 3 * (size_t)n * sizeof *position);
    }
    if (position) {
        frame->position = position;
        row = realloc(frame->row, (size_t)n * sizeof *row);
    }
    if (!row) return sz_fail_memory(err, (size_t)n * 36, "an XYZ frame");
    frame->row = row;
    return SZ_OK;
}

sz_status sz_xyz_room(sz_xyz_frame *frame, int i, int *n_room, sz_error *err)
{
    int n = *n_room;

    if (i < n) return SZ_OK;
    n = n < 512 ? 1024 : n > INT_MAX / 2 ? INT_MAX : 2 * n;
    *n_room = n > frame->n_atoms ? frame->n_atoms : n;
    return room_for_atoms(frame, *n_room, err);
}

/* A blank line, or the number of atoms of the next frame, among the atoms. */
static sz_status check_count(const sz_xyz_frame *frame, const sz_xyz_reader *r, int i,
                             sz_error *err)
{
    int n_words = count_words(r->buffer), number;

    if (n_words > 1 || (n_words == 1 && !sz_parse_int(r->buffer, &number))) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: the number of atoms is %d here, but after %d of them line %d "
                   "is %s; correct the number, or add the missing atoms",
                   r->name, frame->line, frame->n_atoms, i, r->line,
                   n_words ? "the beginning of another frame" : "blank");
}

static sz_status read_atoms(sz_xyz_frame *frame, sz_xyz_reader *r, sz_error *err)
{
    sz_xyz_space space = {0};
    int n_room = 0, more = 1;
    known c;
    sz_status status = find_known(frame, r, &c, err);

    for (int i = 0; status == SZ_OK && i < frame->n_atoms; i++) {
        status = sz_xyz_room(frame, i, &n_room, err);
        if (status == SZ_OK) status = sz_xyz_next_line(r, &more, err);
        if (status == SZ_OK && !more)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s:%d: the file ends after %d of the %d atoms announced in "
                           "line %d",
                           r->name, r->line, i, frame->n_atoms, frame->line);
        if (status == SZ_OK) status = check_count(frame, r, i, err);
        if (status == SZ_OK) status = read_atom(frame, r, &c, i, err);
        if (status == SZ_OK)
            status = sz_xyz_keep_line(frame, i, r->buffer, r->length, &space, err);
    }
    return status;
}

/* ---- frames --------------------------------------------------------------------- */

/* No number of atoms: perhaps the frame before has more atoms than announced. */
static sz_status fail_count(const sz_xyz_reader *r, sz_error *err)
{
    const char *p = r->buffer;
    char word[WORD];
    size_t length = sz_xyz_next_word(&p);
    double number;

    if (r->last_line && sz_xyz_copy_word(word, p, length) &&
        count_words(r->buffer) >= r->last_fields &&
        (sz_xyz_element(word) || sz_parse_double(word, &number)))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: the frame before announces %d atom%s in line %d, but here "
                       "is one more: \"%.40s\"",
                       r->name, r->line, r->last_atoms, r->last_atoms == 1 ? "" : "s",
                       r->last_line, p);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: a frame begins with its number of atoms, not with \"%.40s\"",
                   r->name, r->line, r->buffer);
}

/* The next line that is not blank. */
static sz_status skip_blank_lines(sz_xyz_reader *r, int *more, sz_error *err)
{
    sz_status status;

    do {
        status = sz_xyz_next_line(r, more, err);
    } while (status == SZ_OK && *more && !*sz_skip_blanks(r->buffer));
    return status;
}

static sz_status read_count(sz_xyz_frame *frame, const sz_xyz_reader *r, sz_error *err)
{
    frame->line = r->line;
    if (sz_parse_int(r->buffer, &frame->n_atoms) && frame->n_atoms >= 0) return SZ_OK;
    return fail_count(r, err);
}

/* A cell in the format of another program is not read. */
static sz_status warn_of_cell(sz_xyz_reader *r, const sz_xyz_frame *frame, sz_error *err)
{
    static const char *const cell[] = {"cell",      "VEC1", "lattice_vectors",
                                       "unit_cell", "box",  NULL};

    for (int k = 0; k < frame->n_info; k++)
        if (sz_same_word(frame->info[k].key, "Lattice") || r->said_cell) return SZ_OK;
    for (int k = 0; k < frame->n_info; k++)
        for (const char *const *name = cell; *name; name++)
            if (sz_same_word(frame->info[k].key, *name) && !r->said_cell++)
                return sz_warnings_add(
                    &r->warnings, err,
                    "%s:%d: %s is not read as a cell and the structure is not periodic; "
                    "write Lattice=\"..\" with the three vectors",
                    r->name, r->line, frame->info[k].key);
    return SZ_OK;
}

static sz_status read_header(sz_xyz_frame *frame, sz_xyz_reader *r, sz_error *err)
{
    int more;
    sz_status status = sz_xyz_next_line(r, &more, err);

    if (status == SZ_OK && !more)
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%s:%d: the file ends after the number of atoms",
                    r->name, r->line);
    if (status == SZ_OK) status = sz_xyz_header(frame, r->buffer, r->name, r->line, err);
    if (status == SZ_OK) status = warn_of_cell(r, frame, err);
    return status;
}

/* A frame in either format, detected by its first line. */
static sz_status read_frame(sz_xyz_frame *frame, sz_xyz_reader *r, sz_error *err)
{
    sz_status status;

    if (!strncmp(r->buffer, "ITEM:", 5)) return sz_dump_read(frame, r, err);
    status = read_count(frame, r, err);
    if (status == SZ_OK) status = read_header(frame, r, err);
    if (status == SZ_OK) status = read_atoms(frame, r, err);
    return status;
}

sz_status sz_xyz_read(sz_xyz_frame **frame, sz_xyz_reader *reader, sz_error *err)
{
    sz_xyz_frame *f = calloc(1, sizeof *f);
    sz_status status;
    int more = 1;

    *frame = NULL;
    if (!f) return sz_fail_memory(err, sizeof *f, "an XYZ frame");
    status = skip_blank_lines(reader, &more, err);
    if (status == SZ_OK && more) status = read_frame(f, reader, err);
    if (status == SZ_OK && more) {
        reader->last_line = f->line;
        reader->last_atoms = f->n_atoms;
        reader->last_fields = f->n_fields;
        *frame = f;
        f = NULL;
    }
    sz_xyz_frame_free(f);
    return status;
}

void sz_xyz_frame_free(sz_xyz_frame *frame)
{
    if (!frame) return;
    for (int k = 0; k < frame->n_info; k++) {
        free(frame->info[k].key);
        free(frame->info[k].text);
    }
    for (int k = 0; k < frame->n_columns; k++) free(frame->column[k].name);
    free(frame->info);
    free(frame->column);
    free(frame->z);
    free(frame->position);
    free(frame->text);
    free(frame->row);
    free(frame);
}
