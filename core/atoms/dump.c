/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dump.c - LAMMPS text dumps (dump atom, dump custom) as frames of extended XYZ.
 *
 *   ITEM: TIMESTEP
 *   1000                                 key timestep
 *   ITEM: NUMBER OF ATOMS
 *   2
 *   ITEM: BOX BOUNDS xy xz yz pp pp ff   pbc: p is periodic, f s m are not
 *   xlo_bound xhi_bound xy               xlo_bound = xlo + min(0, xy, xz, xy + xz)
 *   ylo_bound yhi_bound xz               xhi_bound = xhi + max(0, xy, xz, xy + xz)
 *   zlo_bound zhi_bound yz               y likewise by yz
 *   ITEM: ATOMS id type xs ys zs ..
 *   1 2 0.5 0.5 0.5 ..                   r = lo + xs a + ys b + zs c
 *
 * with a = (xhi - xlo, 0, 0), b = (xy, yhi - ylo, 0), c = (xz, yz, zhi - zlo).
 *
 * Columns element and x y z (or xu, xs, xsu) become species and pos; all others keep
 * their names. So forces, which come from the run, are not used as data of a fit. */
#include "atoms/xyz_header.h"
#include "atoms/xyz_reader.h"
#include "base/number.h"
#include "base/print.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    sz_xyz_reader *r;
    sz_xyz_frame *frame;
    sz_text info; /* keys of the header */
    double lo[3], cell[3][3];
    int pbc[3], has_count, has_box;

    char *names; /* the line ITEM: ATOMS, split into words */
    int n_columns;
    char **column;       /* [n_columns] names */
    char *kind;          /* [n_columns] I, R or S: the most general type of its words */
    int x[3], is_scaled; /* columns of the position */
    int element, type;   /* columns, or -1 */
    sz_text row;
} dump;

static sz_status fail(const dump *d, const char *what, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FORMAT, "%s:%d: %s", d->r->name, d->r->line, what);
}

static sz_status next(dump *d, sz_error *err)
{
    int more;
    sz_status status = sz_xyz_next_line(d->r, &more, err);

    if (status != SZ_OK || more) return status;
    return fail(d, "the dump ends within a frame; was it cut off?", err);
}

/* ---- the items before the atoms --------------------------------------------------- */

static sz_status read_key(dump *d, const char *key, sz_error *err)
{
    double number;
    sz_status status = next(d, err);

    if (status != SZ_OK) return status;
    if (!sz_parse_double(d->r->buffer, &number)) return fail(d, "no number", err);
    sz_text_add(&d->info, "%s=%.*s ", key,
                (int)strcspn(sz_skip_blanks(d->r->buffer), " \t"),
                sz_skip_blanks(d->r->buffer));
    return SZ_OK;
}

static sz_status read_step(dump *d, const char *rest, sz_error *err)
{
    (void)rest;
    return read_key(d, "timestep", err);
}

static sz_status read_time(dump *d, const char *rest, sz_error *err)
{
    (void)rest;
    return read_key(d, "time", err);
}

/* Only lengths matter here; units metal and real both use Angstrom. */
static sz_status read_units(dump *d, const char *rest, sz_error *err)
{
    sz_status status = next(d, err);

    (void)rest;
    if (status != SZ_OK) return status;
    if (!strcmp(d->r->buffer, "metal") || !strcmp(d->r->buffer, "real")) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: the dump is in units %.40s; lengths must be Angstrom (units "
                   "metal or real)",
                   d->r->name, d->r->line, d->r->buffer);
}

static sz_status read_count(dump *d, const char *rest, sz_error *err)
{
    sz_status status = next(d, err);

    (void)rest;
    if (status != SZ_OK) return status;
    d->has_count =
        sz_parse_int(d->r->buffer, &d->frame->n_atoms) && d->frame->n_atoms >= 0;
    return d->has_count ? SZ_OK : fail(d, "this is not a number of atoms", err);
}

/* Reads three numbers of a line, or two. */
static sz_status read_bounds(dump *d, int n, double *number, sz_error *err)
{
    sz_status status = next(d, err);
    const char *p = d->r->buffer;

    for (int k = 0; k < n && status == SZ_OK; k++) {
        size_t length = sz_xyz_next_word(&p);
        char word[SZ_XYZ_WORD];

        if (!sz_xyz_copy_word(word, p, length) || !sz_parse_double(word, number + k))
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s:%d: %d box bounds are needed, not \"%.60s\"", d->r->name,
                             d->r->line, n, d->r->buffer);
        p += length;
    }
    return status;
}

static double least(double a, double b, double c)
{
    return fmin(0.0, fmin(a, fmin(b, c)));
}

/* bound: xlo_bound xhi_bound xy, ylo_bound yhi_bound xz, zlo_bound zhi_bound yz */
static void find_cell(dump *d, double bound[3][3])
{
    double xy = bound[0][2], xz = bound[1][2], yz = bound[2][2];

    bound[0][0] -= least(xy, xz, xy + xz);
    bound[0][1] += least(-xy, -xz, -xy - xz);
    bound[1][0] -= least(yz, 0.0, 0.0);
    bound[1][1] += least(-yz, 0.0, 0.0);
    memset(d->cell, 0, sizeof d->cell);
    for (int k = 0; k < 3; k++) {
        d->lo[k] = bound[k][0];
        d->cell[k][k] = bound[k][1] - bound[k][0];
    }
    d->cell[1][0] = xy;
    d->cell[2][0] = xz;
    d->cell[2][1] = yz;
}

/* Boundary flags: two letters per direction, periodic if both are p. */
static sz_status read_flags(dump *d, const char *rest, sz_error *err)
{
    for (int k = 0; k < 3; k++) d->pbc[k] = 1;
    rest = sz_skip_blanks(rest);
    if (!*rest && !d->r->said_bounds++)
        return sz_warnings_add(&d->r->warnings, err,
                               "%s:%d: the dump does not say which directions are "
                               "periodic; all are assumed to be",
                               d->r->name, d->r->line);
    for (int k = 0; k < 3 && *rest; k++) {
        size_t length = sz_xyz_next_word(&rest);

        if (length != 2 || !strchr("pfsm", rest[0]) || !strchr("pfsm", rest[1]))
            return fail(d, "the boundary flags must look like pp ff ss", err);
        d->pbc[k] = rest[0] == 'p' && rest[1] == 'p';
        rest = sz_skip_blanks(rest + length);
    }
    return SZ_OK;
}

static sz_status read_box(dump *d, const char *rest, sz_error *err)
{
    double bound[3][3] = {{0}};
    int is_tilted;
    sz_status status;

    rest = sz_skip_blanks(rest);
    if (!strncmp(rest, "abc origin", 10))
        return fail(d,
                    "general triclinic boxes (dump_modify triclinic/general yes) are not "
                    "supported; write the dump without that option",
                    err);
    is_tilted = !strncmp(rest, "xy xz yz", 8);
    status = read_flags(d, is_tilted ? rest + 8 : rest, err);
    for (int k = 0; k < 3 && status == SZ_OK; k++)
        status = read_bounds(d, is_tilted ? 3 : 2, bound[k], err);
    if (status != SZ_OK) return status;
    find_cell(d, bound);
    for (int k = 0; k < 3; k++)
        if (!(d->cell[k][k] > 0.0)) return fail(d, "the box has no volume", err);
    d->has_box = 1;
    return SZ_OK;
}

static sz_status read_item(dump *d, sz_error *err)
{
    static const struct {
        const char *name;
        sz_status (*read)(dump *d, const char *rest, sz_error *err);
    } item[] = {{"TIMESTEP", read_step},
                {"TIME", read_time},
                {"UNITS", read_units},
                {"NUMBER OF ATOMS", read_count},
                {"BOX BOUNDS", read_box}};
    const char *name = sz_skip_blanks(d->r->buffer + 5); /* the text after ITEM: */

    for (size_t k = 0; k < sizeof item / sizeof *item; k++) {
        size_t n = strlen(item[k].name);

        if (!strncmp(name, item[k].name, n) && (!name[n] || sz_is_blank(name[n])))
            return item[k].read(d, name + n, err);
    }
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: \"%.60s\" is not part of an atom dump; write it with dump "
                   "custom or dump atom",
                   d->r->name, d->r->line, d->r->buffer);
}

/* ---- the columns ------------------------------------------------------------------- */

static int find_column(const dump *d, const char *name)
{
    for (int k = 0; k < d->n_columns; k++)
        if (!strcmp(d->column[k], name)) return k;
    return -1;
}

static sz_status split_names(dump *d, sz_error *err)
{
    size_t n = strlen(d->r->buffer);
    char *rest;

    d->names = sz_copy_text(d->r->buffer + strlen("ITEM: ATOMS"));
    d->column = malloc((n + 1) * sizeof *d->column);
    d->kind = malloc(n + 1);
    if (!d->names || !d->column || !d->kind)
        return sz_fail_memory(err, 10 * n, "the columns of a dump");
    rest = d->names;
    for (char *name; (name = sz_next_item(&rest, " \t"));) {
        if (strpbrk(name, ":\"'"))
            return sz_fail(
                err, SZ_ERR_FORMAT,
                "%s:%d: the name of a column, %.60s, contains a character that extended "
                "XYZ does not allow; rename it (dump_modify colname)",
                d->r->name, d->r->line, name);
        d->column[d->n_columns] = name;
        d->kind[d->n_columns++] = 'I';
    }
    return SZ_OK;
}

static sz_status find_columns(dump *d, sz_error *err)
{
    static const char *const form[][3] = {
        {"x", "y", "z"}, {"xu", "yu", "zu"}, {"xs", "ys", "zs"}, {"xsu", "ysu", "zsu"}};
    int found = 0;

    for (int f = 0; f < 4 && !found; f++) {
        for (int k = 0; k < 3; k++) d->x[k] = find_column(d, form[f][k]);
        found = d->x[0] >= 0 && d->x[1] >= 0 && d->x[2] >= 0;
        d->is_scaled = f >= 2;
    }
    d->element = find_column(d, "element");
    d->type = find_column(d, "type");
    if (!found)
        return fail(d, "the dump has no positions: columns x y z, xu, xs or xsu", err);
    if (d->element >= 0) return SZ_OK;
    if (d->type < 0)
        return fail(d, "the dump has neither the column element nor type", err);
    return SZ_OK;
}

/* ---- the atoms ------------------------------------------------------------------- */

/* The element of a type, or of a type label that is a symbol. */
static sz_status element_of_type(const dump *d, const char *word, int *z, sz_error *err)
{
    const sz_xyz_reader *r = d->r;
    int type;

    *z = 0;
    if (!sz_parse_int(word, &type)) {
        *z = sz_xyz_element(word);
    } else if (type >= 1 && type <= r->n_types) {
        *z = r->type_z[type - 1];
    } else if (r->n_types == 0) {
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: the dump has types, but no column element: write "
                       "it with one (dump_modify element Nb Mo ..), or name the "
                       "elements of the types where --elements is known (eval, "
                       "describe, select)",
                       r->name, r->line);
    }
    if (*z) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: no element is given for type %.40s (only for %d types)",
                   r->name, r->line, word, r->n_types);
}

static sz_status warn_of_types(dump *d, int z, int type_z, sz_error *err)
{
    if (d->r->said_other++) return SZ_OK;
    return sz_warnings_add(
        &d->r->warnings, err,
        "%s:%d: the column element is %s, which is used; its type is %s", d->r->name,
        d->r->line, sz_element_symbol(z), sz_element_symbol(type_z));
}

static sz_status read_element(dump *d, int i, char (*word)[SZ_XYZ_WORD], sz_error *err)
{
    int *z = d->frame->z + i, type;

    if (d->element < 0) return element_of_type(d, word[1], z, err);
    *z = sz_xyz_element(word[0]);
    if (!*z)
        return sz_fail(err, SZ_ERR_FORMAT, "%s:%d: \"%.40s\" is not an element",
                       d->r->name, d->r->line, word[0]);
    if (d->type < 0 || !sz_parse_int(word[1], &type) || type < 1 ||
        type > d->r->n_types || d->r->type_z[type - 1] == *z)
        return SZ_OK;
    return warn_of_types(d, *z, d->r->type_z[type - 1], err);
}

/* The type of a column: integers, numbers, or text. */
static char kind_of(char kind, const char *text, size_t length)
{
    static const char *const other[] = {"nan", "-nan", "inf", "-inf"};
    char word[SZ_XYZ_WORD];
    int whole;
    double number;

    if (!sz_xyz_copy_word(word, text, length)) return 'S';
    if (kind == 'I' && sz_parse_int(word, &whole)) return 'I';
    if (kind == 'S' || sz_parse_double(word, &number)) return kind == 'S' ? 'S' : 'R';
    for (size_t k = 0; k < sizeof other / sizeof *other; k++)
        if (sz_same_word(word, other[k])) return 'R';
    return 'S';
}

/* Cartesian positions, or from fractional coordinates. */
static sz_status read_position(dump *d, int i, char (*word)[SZ_XYZ_WORD], sz_error *err)
{
    double *r = d->frame->position + 3 * (size_t)i, s[3];
    char number[SZ_SHORTEST];

    for (int k = 0; k < 3; k++)
        if (!sz_parse_double(word[k], s + k))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s:%d: the position \"%.40s\" is not a finite number",
                           d->r->name, d->r->line, word[k]);
    for (int k = 0; k < 3; k++) {
        r[k] = s[k];
        if (d->is_scaled)
            r[k] = d->lo[k] + s[0] * d->cell[0][k] + s[1] * d->cell[1][k] +
                   s[2] * d->cell[2][k];
    }
    for (int k = 0; k < 3; k++)
        sz_text_add(&d->row, " %s", d->is_scaled ? sz_shortest(r[k], number) : word[k]);
    return SZ_OK;
}

/* Splits the line into words; those of positions [0..2], element [3] and type [4] are
 * copied. */
static sz_status split_line(dump *d, char (*word)[SZ_XYZ_WORD], sz_error *err)
{
    const int column[] = {d->x[0], d->x[1], d->x[2], d->element, d->type};
    const char *p = d->r->buffer;
    int n = 0;

    for (size_t length; (length = sz_xyz_next_word(&p)) > 0; p += length, n++)
        for (int k = 0; k < 5; k++)
            if (column[k] == n && !sz_xyz_copy_word(word[k], p, length)) word[k][0] = 0;
    if (n == d->n_columns) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s:%d: this line has %d columns, but line %d announces %d; was the "
                   "dump cut off?",
                   d->r->name, d->r->line, n, d->frame->line + 1, d->n_columns);
}

static int becomes_another(const dump *d, int k)
{
    return k == d->element || k == d->x[0] || k == d->x[1] || k == d->x[2];
}

/* The line in extended XYZ format: symbol x y z, then the other columns. */
static sz_status read_atom(dump *d, int i, sz_xyz_space *space, sz_error *err)
{
    char word[5][SZ_XYZ_WORD] = {{0}};
    const char *p = d->r->buffer;
    int n = 0;
    sz_status status = split_line(d, word, err);

    if (status == SZ_OK) status = read_element(d, i, word + 3, err);
    if (status != SZ_OK) return status;
    d->row.n = 0;
    sz_text_add(&d->row, "%s", sz_element_symbol(d->frame->z[i]));
    status = read_position(d, i, word, err);
    for (size_t length; (length = sz_xyz_next_word(&p)) > 0; p += length, n++) {
        if (becomes_another(d, n)) continue;
        d->kind[n] = kind_of(d->kind[n], p, length);
        sz_text_add(&d->row, " %.*s", (int)length, p);
    }
    if (d->row.failed) return sz_fail_memory(err, d->r->length, "a dump");
    return status == SZ_OK ? sz_xyz_keep_line(d->frame, i, d->row.s, d->row.n, space, err)
                           : status;
}

static sz_status read_atoms(dump *d, sz_error *err)
{
    sz_xyz_space space = {0};
    int n_room = 0;
    sz_status status = SZ_OK;

    for (int i = 0; i < d->frame->n_atoms && status == SZ_OK; i++) {
        status = sz_xyz_room(d->frame, i, &n_room, err);
        if (status == SZ_OK) status = next(d, err);
        if (status == SZ_OK) status = read_atom(d, i, &space, err);
    }
    return status;
}

/* The header in extended XYZ format. */
static sz_status make_header(dump *d, sz_error *err)
{
    char number[SZ_SHORTEST], *text;
    sz_status status;

    sz_text_add(&d->info, "Lattice=\"");
    for (int k = 0; k < 9; k++)
        sz_text_add(&d->info, k ? " %s" : "%s",
                    sz_shortest(d->cell[k / 3][k % 3], number));
    sz_text_add(&d->info, "\" pbc=\"%c %c %c\" Properties=species:S:1:pos:R:3",
                "FT"[d->pbc[0]], "FT"[d->pbc[1]], "FT"[d->pbc[2]]);
    for (int k = 0; k < d->n_columns; k++)
        if (!becomes_another(d, k))
            sz_text_add(&d->info, ":%s:%c:1", d->column[k], d->kind[k]);
    text = sz_text_take(&d->info, "a dump", err);
    if (!text) return SZ_ERR_MEMORY;
    status = sz_xyz_header(d->frame, text, d->r->name, d->frame->line + 1, err);
    free(text);
    return status;
}

static sz_status read_frame(dump *d, sz_error *err)
{
    sz_status status = SZ_OK;

    while (status == SZ_OK && strncmp(d->r->buffer, "ITEM: ATOMS", 11) != 0) {
        if (strncmp(d->r->buffer, "ITEM:", 5) != 0)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s:%d: expected a line ITEM: .., not \"%.40s\"", d->r->name,
                           d->r->line, d->r->buffer);
        status = read_item(d, err);
        if (status == SZ_OK) status = next(d, err);
    }
    if (status == SZ_OK && (!d->has_count || !d->has_box))
        status =
            fail(d, "the frame has no number of atoms, or no box, before its atoms", err);
    d->frame->line = d->r->line - 1;
    if (status == SZ_OK) status = split_names(d, err);
    if (status == SZ_OK) status = find_columns(d, err);
    if (status == SZ_OK) status = read_atoms(d, err);
    if (status == SZ_OK) status = make_header(d, err);
    return status;
}

sz_status sz_dump_read(sz_xyz_frame *frame, sz_xyz_reader *r, sz_error *err)
{
    dump d = {.r = r, .frame = frame};
    sz_status status = read_frame(&d, err);

    sz_text_free(&d.info);
    sz_text_free(&d.row);
    free(d.names);
    free(d.column);
    free(d.kind);
    return status;
}

sz_status sz_xyz_set_types(sz_xyz_reader *reader, const char *elements, sz_error *err)
{
    const char *p = elements + strspn(elements, " ,\t");
    int n = 0;

    for (size_t length; (length = strcspn(p, " ,\t")) > 0; n++) {
        char word[SZ_XYZ_WORD];
        int z = sz_xyz_copy_word(word, p, length) ? sz_xyz_element(word) : 0;

        if (z == 0 || n == SZ_Z_MAX)
            return sz_fail(err, SZ_ERR_ARGUMENT, "\"%.*s\" is not an element",
                           length < 40 ? (int)length : 40, p);
        reader->type_z[n] = z;
        p += length;
        p += strspn(p, " ,\t");
    }
    reader->n_types = n;
    return SZ_OK;
}
