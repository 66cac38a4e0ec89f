/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset_frame.c - a frame of an extended XYZ file -> a target of a fit.
 *
 *   virial = -volume stress     where a frame has a stress but no virial; a positive
 *                               trace means that the cell wants to expand
 *   sigma   of the config_type, see sigma.c; keys and columns of a frame override it:
 *           energy_sigma, force_sigma, virial_sigma          the whole frame
 *           force_atom_sigma:R:1, force_component_sigma:R:3  columns
 *           virial_component_sigma                           nine numbers
 *           component before atom before frame; all of them absolute, no sqrt(n_atoms);
 *           those of the virial are symmetrised as the virial is
 *   force_mask:L:1              T leaves the atom out
 *
 * Names are looked up in any case, as gap_fit does. */
#include "data/dataset_frame.h"

#include "base/number.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 64 };

typedef sz_dataset_reader reader;

/* ---- words of a frame -------------------------------------------------------------- */

static sz_status fail_at(const reader *r, int line, const char *what, const char *text)
{
    return sz_fail(r->err, SZ_ERR_FORMAT, "%s:%d: %.300s%.100s", r->train->path, line,
                   what, text);
}

static int head_line(const reader *r)
{
    return r->frame->line + 1;
}

/* Finite numbers of a value separated by blanks, commas or brackets into number, as far
 * as max goes; how many there are, -1 where one is none. The text is cut up. */
static int scan_numbers(char *text, int max, double *number)
{
    char *item;
    int n = 0;

    while ((item = sz_next_item(&text, " \t,[]{}()\""))) {
        double x;

        if (!sz_parse_double(item, &x)) return -1;
        if (n < max) number[n] = x;
        n++;
    }
    return n;
}

/* The numbers under a key of the comment line: exactly n or, where n2 > 0, n2 of them.
 * *found gets how many, 0 without the key. */
static sz_status read_numbers(reader *r, const char *key, int n, int n2, double *number,
                              int *found)
{
    sz_status status = sz_xyz_value(&r->text, r->frame, key, r->err);

    *found = 0;
    if (status != SZ_OK || !r->text) return status;
    if (!strpbrk(r->text, ".eEdDnNiI") && !r->n_integers++)
        r->integer_line = head_line(r);
    *found = scan_numbers(r->text, n > n2 ? n : n2, number);
    free(r->text);
    r->text = NULL;
    if (*found == n || (n2 > 0 && *found == n2)) return SZ_OK;
    if (*found < 0)
        return sz_fail(r->err, SZ_ERR_FORMAT,
                       "%s:%d: %s is not made of finite numbers; mend the frame or "
                       "remove the key",
                       r->train->path, head_line(r), key);
    return sz_fail(r->err, SZ_ERR_FORMAT, "%s:%d: %s has %d numbers, not %d",
                   r->train->path, head_line(r), key, *found, n);
}

/* A column of the frame with this name, type and number of fields; *column NULL without
 * it. */
static sz_status find_column(const reader *r, const char *name, char type, int n_fields,
                             const sz_xyz_column **column)
{
    const sz_xyz_column *c = sz_xyz_find_column(r->frame, name);
    int fits = c && c->n_fields == n_fields &&
               (c->type == type || (type == 'R' && c->type == 'I'));

    *column = c;
    if (!c || fits) return SZ_OK;
    return sz_fail(r->err, SZ_ERR_FORMAT,
                   "%s:%d: the column %s is %s:%c:%d, not %s:%c:%d", r->train->path,
                   head_line(r), name, c->name, c->type, c->n_fields, name, type,
                   n_fields);
}

/* The words of a column in the line of atom i, as text for a parser. Returns 0 where one
 * is too long. */
static int column_words(const reader *r, const sz_xyz_column *column, int i,
                        char word[][WORD])
{
    const char *p = r->frame->text + r->frame->row[i];
    size_t length;

    for (int n = 0; (length = sz_xyz_next_word(&p)) > 0; p += length, n++) {
        int k = n - column->first;

        if (k < 0) continue;
        if (k >= column->n_fields) break;
        if (length >= WORD) return 0;
        memcpy(word[k], p, length);
        word[k][length] = '\0';
    }
    return 1;
}

/* A real column of n <= 3 fields into value [n_atoms][stride]; one field fills all
 * three where spread is set. */
static sz_status read_column(const reader *r, const sz_xyz_column *column, double *value)
{
    int n = column->n_fields;

    for (int i = 0; i < r->frame->n_atoms; i++) {
        char word[3][WORD] = {"", "", ""};
        int ok = column_words(r, column, i, word);

        for (int x = 0; x < 3 && ok; x++)
            ok = sz_parse_double(word[n == 3 ? x : 0], value + 3 * (size_t)i + x);
        if (ok) continue;
        return sz_fail(
            r->err, SZ_ERR_FORMAT,
            "%s:%d: %s of this atom is not %s finite number%s ('%.30s'..); mend "
            "the line or mask the atom out",
            r->train->path, r->frame->line + 2 + i, column->name,
            n == 3 ? "made of three" : "a", n == 3 ? "s" : "", word[0]);
    }
    return SZ_OK;
}

/* ---- frames ------------------------------------------------------------------------ */

static sz_status room_for_frame(reader *r)
{
    sz_dataset *t = r->train;
    size_t want = t->n_atoms + (size_t)r->frame->n_atoms, room = r->room ? r->room : 1024;
    int n = t->n_frames;

    while (room < want) room *= 2;
    if ((n & (n - 1)) == 0 &&
        !sz_grow(&t->frame, n ? 2 * (size_t)n : 1, sizeof *t->frame))
        return sz_fail_memory(r->err, (size_t)n * 2 * sizeof *t->frame, "frames");
    if (room > r->room) {
        if (!sz_grow(&t->species, room, sizeof *t->species) ||
            !sz_grow(&t->position, 3 * room, sizeof *t->position) ||
            !sz_grow(&t->force, 3 * room, sizeof *t->force) ||
            !sz_grow(&t->force_sigma, 3 * room, sizeof *t->force_sigma))
            return sz_fail_memory(r->err, room * 76, "frames");
        r->room = room;
    }
    return SZ_OK;
}

static void copy_atoms(reader *r, sz_dataset_frame *f)
{
    sz_dataset *t = r->train;

    f->line = r->frame->line;
    f->n_atoms = r->frame->n_atoms;
    f->first = t->n_atoms;
    memcpy(f->cell, r->frame->cell, sizeof f->cell);
    memcpy(f->pbc, r->frame->pbc, sizeof f->pbc);
    memcpy(t->position + 3 * f->first, r->frame->position,
           3 * (size_t)f->n_atoms * sizeof *t->position);
    for (int i = 0; i < f->n_atoms; i++) {
        int z = r->frame->z[i], *s = r->species_of_z + z;

        if (!*s) {
            t->z[t->n_species] = z;
            *s = ++t->n_species;
        }
        t->species[f->first + (size_t)i] = *s - 1;
    }
    memset(t->force + 3 * f->first, 0, 3 * (size_t)f->n_atoms * sizeof *t->force);
    memset(t->force_sigma + 3 * f->first, 0,
           3 * (size_t)f->n_atoms * sizeof *t->force_sigma);
}

static sz_status read_config_type(reader *r, sz_dataset_frame *f)
{
    sz_dataset *t = r->train;
    sz_status status = sz_xyz_value(&r->text, r->frame, r->name->config_type, r->err);

    if (status != SZ_OK) return status;
    if (!r->text && !(r->text = sz_copy_text("default")))
        return sz_fail_memory(r->err, 8, "a config_type");
    for (f->config_type = 0; f->config_type < t->n_config_types; f->config_type++)
        if (strcmp(t->config_type[f->config_type], r->text) == 0) {
            free(r->text);
            r->text = NULL;
            return SZ_OK;
        }
    if (!sz_grow(&t->config_type, (size_t)t->n_config_types + 1, sizeof *t->config_type))
        return sz_fail_memory(r->err, 64, "a config_type");
    t->config_type[t->n_config_types++] = r->text;
    r->text = NULL;
    return SZ_OK;
}

/* What soapz cannot fit is refused rather than left out in silence. */
static sz_status refuse_others(reader *r)
{
    const sz_dataset_names *name = r->name;
    char key[256] = "n_";

    strncat(key, name->hessian, sizeof key - 3);
    for (int k = 0; k < r->frame->n_info; k++) {
        if (sz_same_word(r->frame->info[k].key, key))
            return fail_at(r, head_line(r),
                           "the frame has hessian data, which soapz does "
                           "not fit; remove the key ",
                           key);
        if (sz_same_word(r->frame->info[k].key, name->local_property))
            return fail_at(r, head_line(r),
                           "local properties are not fitted by soapz; "
                           "remove ",
                           name->local_property);
    }
    if (sz_xyz_find_column(r->frame, name->local_property))
        return fail_at(r, head_line(r),
                       "local properties are not fitted by soapz; remove the column ",
                       name->local_property);
    return SZ_OK;
}

/* "energy_sigma" and its like */
static void sigma_key(const reader *r, const char *what, char key[256])
{
    key[0] = '\0';
    strncat(key, what, 64);
    strncat(key, r->name->sigma, 255 - strlen(key));
}

/* A sigma that is wanted must be positive. */
static sz_status check_sigma(const reader *r, double sigma, const char *of, int line)
{
    if (sigma > 0.0) return SZ_OK;
    return sz_fail(r->err, SZ_ERR_FORMAT,
                   "%s:%d: the %s of this frame has sigma %g; give a positive one in "
                   "default_sigma, config_type_sigma or the frame",
                   r->train->path, line, of, sigma);
}

/* The sigma of the frame itself, where it has one. */
static sz_status frame_sigma(reader *r, const char *what, double *sigma)
{
    char key[256];
    int found;

    sigma_key(r, what, key);
    return read_numbers(r, key, 1, 0, sigma, &found);
}

static sz_status read_energy(reader *r, sz_dataset_frame *f, const sz_sigma *sigma)
{
    sz_target *t = &f->target;
    sz_status status = read_numbers(r, r->name->energy, 1, 0, &t->energy, &t->has_energy);

    if (status != SZ_OK || !t->has_energy) return status;
    r->train->n_energies++;
    t->energy_sigma = sigma->energy;
    status = frame_sigma(r, "energy_", &t->energy_sigma);
    return status == SZ_OK ? check_sigma(r, t->energy_sigma, "energy", head_line(r))
                           : status;
}

/* force_atom_sigma and force_component_sigma: the later one wins. */
static sz_status read_force_sigmas(reader *r, double *sigma)
{
    static const char *const what[2] = {"force_atom_", "force_component_"};
    sz_status status = SZ_OK;

    for (int k = 0; k < 2 && status == SZ_OK; k++) {
        const sz_xyz_column *column;
        char key[256];

        sigma_key(r, what[k], key);
        status = find_column(r, key, 'R', k ? 3 : 1, &column);
        if (status == SZ_OK && column) status = read_column(r, column, sigma);
    }
    for (size_t i = 0; status == SZ_OK && i < 3 * (size_t)r->frame->n_atoms; i++)
        status = check_sigma(r, sigma[i], "force", r->frame->line + 2 + (int)(i / 3));
    return status;
}

static sz_status read_mask(const reader *r, double *sigma)
{
    const sz_xyz_column *column;
    sz_status status = find_column(r, r->name->force_mask, 'L', 1, &column);

    if (status != SZ_OK || !column) return status;
    for (int i = 0; i < r->frame->n_atoms; i++) {
        char word[1][WORD] = {""};
        int masked;

        if (!column_words(r, column, i, word) || !sz_parse_bool(word[0], &masked))
            return fail_at(r, r->frame->line + 2 + i, "T or F was expected in column ",
                           column->name);
        for (int x = 0; masked && x < 3; x++) sigma[3 * (size_t)i + x] = 0.0;
    }
    return SZ_OK;
}

static sz_status read_forces(reader *r, sz_dataset_frame *f, const sz_sigma *sigma)
{
    double *force = r->train->force + 3 * f->first;
    double *force_sigma = r->train->force_sigma + 3 * f->first, all = sigma->force;
    size_t n = 3 * (size_t)f->n_atoms;
    const sz_xyz_column *column;
    sz_status status = find_column(r, r->name->force, 'R', 3, &column);

    if (status != SZ_OK || !column) return status;
    r->n_forces++;
    f->target.force = force; /* the arrays may still move: set again at the end */
    status = read_column(r, column, force);
    if (status == SZ_OK) status = frame_sigma(r, "force_", &all);
    for (size_t i = 0; i < n; i++) force_sigma[i] = all;
    if (status == SZ_OK) status = read_force_sigmas(r, force_sigma);
    if (status == SZ_OK) status = read_mask(r, force_sigma);
    for (size_t i = 0; i < n; i++) r->train->n_force_rows += force_sigma[i] > 0.0;
    return status;
}

/* a: the three lattice vectors one after the other */
static double volume(const double *a)
{
    return fabs(a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
                a[2] * (a[3] * a[7] - a[4] * a[6]));
}

/* out = (a + transposed a) / 2; may be done in place */
static void symmetrise(double *out, const double *a)
{
    for (int i = 0; i < 3; i++)
        for (int j = 0; j <= i; j++)
            out[3 * i + j] = out[3 * j + i] = 0.5 * (a[3 * i + j] + a[3 * j + i]);
}

/* xx yy zz yz xz xy or nine numbers */
static sz_status read_stress(reader *r, sz_dataset_frame *f, double *virial, int *found)
{
    static const int voigt[9] = {0, 5, 4, 5, 1, 3, 4, 3, 2};
    double stress[9], v = volume(f->cell[0]);
    sz_status status = read_numbers(r, r->name->stress, 9, 6, stress, found);

    if (status != SZ_OK || !*found) return status;
    if (!(v > 0.0))
        return fail_at(r, head_line(r),
                       "a stress needs the volume of the cell; add a "
                       "Lattice or remove ",
                       r->name->stress);
    for (int k = 0; k < 9; k++) virial[k] = -v * stress[*found == 6 ? voigt[k] : k];
    if (!r->n_stresses++) r->stress_line = head_line(r);
    return SZ_OK;
}

static sz_status read_virial_sigmas(reader *r, double all, double *sigma)
{
    char key[256];
    int found;
    sz_status status = frame_sigma(r, "virial_", &all);

    for (int k = 0; k < 9; k++) sigma[k] = all;
    sigma_key(r, "virial_component_", key);
    if (status == SZ_OK) status = read_numbers(r, key, 9, 0, sigma, &found);
    symmetrise(sigma, sigma);
    for (int k = 0; k < 9 && status == SZ_OK; k++)
        status = check_sigma(r, sigma[k], "virial", head_line(r));
    return status;
}

static sz_status read_virial(reader *r, sz_dataset_frame *f, const sz_sigma *sigma)
{
    double virial[9];
    int found;
    sz_status status = read_numbers(r, r->name->virial, 9, 0, virial, &found);

    if (status == SZ_OK && !found) status = read_stress(r, f, virial, &found);
    if (status != SZ_OK || !found) return status;
    f->target.has_virial = 1;
    r->train->n_virials++;
    r->train->n_virial_rows += 6;
    symmetrise(f->target.virial, virial);
    return read_virial_sigmas(r, sigma->virial, f->target.virial_sigma);
}

sz_status sz_dataset_read_frame(sz_dataset_reader *r)
{
    sz_dataset *t = r->train;
    sz_dataset_frame *f;
    sz_sigma sigma;
    sz_status status = room_for_frame(r);

    if (status != SZ_OK) return status;
    f = t->frame + t->n_frames++;
    memset(f, 0, sizeof *f);
    if (r->frame->n_atoms == 0)
        return fail_at(r, r->frame->line, "a frame without atoms; remove it", "");
    copy_atoms(r, f);
    t->n_atoms += (size_t)f->n_atoms;
    status = refuse_others(r);
    if (status == SZ_OK) status = read_config_type(r, f);
    if (status != SZ_OK) return status;
    sigma = sz_sigma_rows(r->sigma, t->config_type[f->config_type], f->n_atoms);
    status = read_energy(r, f, &sigma);
    if (status == SZ_OK) status = read_forces(r, f, &sigma);
    if (status == SZ_OK) status = read_virial(r, f, &sigma);
    return status;
}
