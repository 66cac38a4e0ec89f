/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset_frame.c - a frame of an extended XYZ file -> a frame of a dataset.
 *
 *   virial = -volume stress     where a frame has a stress but no virial; a positive
 *                               trace means that the cell wants to expand
 *   sigma   keys and columns of a frame:
 *           energy_sigma, force_sigma, virial_sigma          the whole frame
 *           force_atom_sigma:R:1, force_component_sigma:R:3  columns
 *           virial_component_sigma                           nine numbers
 *           component before atom before frame; all of them absolute, no sqrt(n_atoms);
 *           those of the virial are symmetrised as the virial is
 *   force_mask:L:1 or :I:1      T or 1 leaves the atom's force out
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
    return sz_fail(r->err, SZ_ERR_FORMAT, "%s:%d: %.300s%.100s", r->data->path, line,
                   what, text);
}

static int head_line(const reader *r)
{
    return r->frame->line + 1;
}

/* Parses finite numbers separated by blanks, commas or brackets into number, at most max;
 * returns how many there are, -1 if one is not a number. The text is split in place. */
static int scan_numbers(char *text, int max, double *number)
{
    char *item;
    int n = 0;

    while ((item = sz_next_item(&text, " \t,;[]{}()\"\\"))) {
        double x;

        if (!sz_parse_double(item, &x)) return -1;
        if (n < max) number[n] = x;
        n++;
    }
    return n;
}

/* The numbers of a key of the comment line: exactly n or, if n2 > 0, alternatively n2.
 * *found gets the count, 0 if there is no key. */
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
                       "%s:%d: %s has a value that is not a finite number; correct the "
                       "frame or remove the key",
                       r->data->path, head_line(r), key);
    return sz_fail(r->err, SZ_ERR_FORMAT, "%s:%d: %s has %d number%s, not %d%s",
                   r->data->path, head_line(r), key, *found, *found == 1 ? "" : "s", n,
                   n2      ? " or six, xx yy zz yz xz xy"
                   : n > 1 ? ", row by row; write all of them, or remove the key"
                           : "; write one, or remove the key");
}

/* A column of the frame with this name, type and number of fields; *column NULL if there
 * is none. */
static sz_status find_column(const reader *r, const char *name, char type, int n_fields,
                             const sz_xyz_column **column)
{
    const sz_xyz_column *c = sz_xyz_find_column(r->frame, name);
    int fits = c && c->n_fields == n_fields &&
               (c->type == type || (strchr("RL", type) && c->type == 'I'));

    *column = c;
    if (!c || fits) return SZ_OK;
    return sz_fail(r->err, SZ_ERR_FORMAT,
                   "%s:%d: the column %s is %s:%c:%d, not %s:%c:%d", r->data->path,
                   head_line(r), name, c->name, c->type, c->n_fields, name, type,
                   n_fields);
}

/* The words of a column in the line of atom i, as text for a parser. Returns 0 if one is
 * too long. */
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

/* A real column of n <= 3 fields into value [n_atoms][stride]; with spread set one field
 * fills all three. */
static sz_status read_column(const reader *r, const sz_xyz_column *column, double *value)
{
    int n = column->n_fields;

    for (int i = 0; i < r->frame->n_atoms; i++) {
        char word[3][WORD] = {"", "", ""};
        int ok = column_words(r, column, i, word);

        for (int x = 0; x < 3 && ok; x++)
            ok = sz_parse_double(word[n == 3 ? x : 0], value + 3 * (size_t)i + x);
        if (ok) continue;
        return sz_fail(r->err, SZ_ERR_FORMAT,
                       "%s:%d: %s of this atom is not %s finite number%s ('%.30s'..); "
                       "correct the line or mask the atom",
                       r->data->path, r->frame->line + 2 + i, column->name,
                       n == 3 ? "made of three" : "a", n == 3 ? "s" : "", word[0]);
    }
    return SZ_OK;
}

/* ---- frames ------------------------------------------------------------------------ */

/* Data that soapz cannot fit are refused, not silently ignored. */
static sz_status refuse_others(reader *r)
{
    const char *hessian = r->name->hessian, *local = r->name->local_property;
    char key[256] = "n_";

    strncat(key, hessian, sizeof key - 3);
    for (int k = 0; k < r->frame->n_info; k++) {
        if (*hessian && sz_same_word(r->frame->info[k].key, key))
            return fail_at(
                r, head_line(r),
                "the frame has hessian data, which soapz does not fit; remove the key ",
                key);
        if (*local && sz_same_word(r->frame->info[k].key, local))
            return fail_at(r, head_line(r),
                           "local properties are not fitted by soapz; "
                           "remove ",
                           local);
    }
    if (*local && sz_xyz_find_column(r->frame, local))
        return fail_at(r, head_line(r),
                       "local properties are not fitted by soapz; remove the column ",
                       local);
    return SZ_OK;
}

/* "energy_sigma" and the other sigma keys */
static void sigma_key(const reader *r, const char *what, char key[256])
{
    key[0] = '\0';
    strncat(key, what, 64);
    strncat(key, r->name->sigma, 255 - strlen(key));
}

/* The sigma given in the frame, if any. */
static sz_status frame_sigma(reader *r, const char *what, double *sigma)
{
    char key[256];
    int found;

    if (!*r->name->sigma) return SZ_OK;
    sigma_key(r, what, key);
    return read_numbers(r, key, 1, 0, sigma, &found);
}

static sz_status read_energy(reader *r, sz_dataset_frame *f)
{
    sz_status status = read_numbers(r, r->name->energy, 1, 0, &f->energy, &f->has_energy);

    if (status != SZ_OK || !f->has_energy) return status;
    r->data->n_energies++;
    return frame_sigma(r, "energy_", &f->energy_sigma);
}

/* force_atom_sigma and force_component_sigma: the later one is used. */
static sz_status read_force_sigmas(reader *r, double *sigma)
{
    static const char *const what[2] = {"force_atom_", "force_component_"};
    double all = NAN;
    sz_status status = frame_sigma(r, "force_", &all);

    for (size_t i = 0; i < 3 * (size_t)r->frame->n_atoms; i++) sigma[i] = all;
    for (int k = 0; k < 2 && status == SZ_OK && *r->name->sigma; k++) {
        const sz_xyz_column *column;
        char key[256];

        sigma_key(r, what[k], key);
        status = find_column(r, key, 'R', k ? 3 : 1, &column);
        if (status == SZ_OK && column) status = read_column(r, column, sigma);
    }
    return status;
}

static sz_status read_mask(const reader *r, unsigned char *masked)
{
    const sz_xyz_column *column;
    sz_status status = find_column(r, r->name->force_mask, 'L', 1, &column);

    if (status != SZ_OK || !column) return status;
    for (int i = 0; i < r->frame->n_atoms; i++) {
        char word[1][WORD] = {""};
        int is_masked;

        if (!column_words(r, column, i, word) ||
            (!sz_parse_bool(word[0], &is_masked) &&
             (!sz_parse_int(word[0], &is_masked) || is_masked < 0 || is_masked > 1)))
            return fail_at(r, r->frame->line + 2 + i, "expected T, F, 1 or 0 in column ",
                           column->name);
        masked[i] = is_masked != 0;
    }
    return SZ_OK;
}

static sz_status read_forces(reader *r, sz_dataset_frame *f)
{
    const sz_xyz_column *column;
    sz_status status = find_column(r, r->name->force, 'R', 3, &column);

    if (status == SZ_OK && !column)
        status = find_column(r, r->name->other_force, 'R', 3, &column);
    if (status != SZ_OK || !column) return status;
    f->has_force = 1;
    r->data->n_forces++;
    status = read_column(r, column, r->data->force + 3 * f->first);
    if (status == SZ_OK)
        status = read_force_sigmas(r, r->data->force_sigma + 3 * f->first);
    if (status == SZ_OK) status = read_mask(r, r->data->masked + f->first);
    return status;
}

/* a: the three lattice vectors one after the other */
static double volume(const double *a)
{
    return fabs(a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
                a[2] * (a[3] * a[7] - a[4] * a[6]));
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

static sz_status read_virial_sigmas(reader *r, double sigma[9])
{
    char key[256];
    double all = NAN;
    int found;
    sz_status status = frame_sigma(r, "virial_", &all);

    for (int k = 0; k < 9; k++) sigma[k] = all;
    if (status != SZ_OK || !*r->name->sigma) return status;
    sigma_key(r, "virial_component_", key);
    status = read_numbers(r, key, 9, 0, sigma, &found);
    sz_symmetrise(sigma, sigma);
    return status;
}

static sz_status read_virial(reader *r, sz_dataset_frame *f)
{
    double virial[9];
    int found;
    sz_status status = read_numbers(r, r->name->virial, 9, 0, virial, &found);

    if (status == SZ_OK && !found)
        status = read_numbers(r, r->name->other_virial, 9, 0, virial, &found);
    if (status == SZ_OK && !found) {
        status = read_stress(r, f, virial, &found);
        f->from_stress = found != 0;
    }
    if (status != SZ_OK || !found) return status;
    f->has_virial = 1;
    r->data->n_virials++;
    sz_symmetrise(f->virial, virial);
    return read_virial_sigmas(r, f->virial_sigma);
}

/* Appends the frame with its atoms and config_type. */
static sz_status begin_frame(reader *r, sz_dataset_frame **f)
{
    sz_structure s = {.n_atoms = r->frame->n_atoms,
                      .species = r->frame->z,
                      .position = r->frame->position};
    sz_status status = sz_xyz_value(&r->text, r->frame, r->name->config_type, r->err);

    memcpy(s.cell, r->frame->cell, sizeof s.cell);
    memcpy(s.pbc, r->frame->pbc, sizeof s.pbc);
    if (status == SZ_OK)
        status = sz_dataset_append(r->data, &s, r->text ? r->text : "default", f, r->err);
    if (status == SZ_OK) (*f)->line = r->frame->line;
    free(r->text);
    r->text = NULL;
    return status;
}

sz_status sz_dataset_read_frame(sz_dataset_reader *r)
{
    sz_dataset_frame *f;
    sz_status status = SZ_OK;

    if (r->frame->n_atoms == 0)
        return fail_at(r, r->frame->line, "the frame has no atoms; remove it", "");
    status = refuse_others(r);
    if (status == SZ_OK) status = begin_frame(r, &f);
    if (status == SZ_OK) status = read_energy(r, f);
    if (status == SZ_OK) status = read_forces(r, f);
    if (status == SZ_OK) status = read_virial(r, f);
    return status;
}
