/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xyz_write.c - writes a frame with calculated results, which replace data of the same
 * names; everything else is unchanged. */
#include "atoms/xyz_header.h"
#include "base/number.h"
#include "base/print.h"

#include <stdlib.h>
#include <string.h>

static int is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (sz_same_word(word, *list)) return 1;
    return 0;
}

/* r NULL: no results. */
static int replaced_info(const char *key, const sz_xyz_result *r)
{
    static const char *const list[] = {"energy",      "virial",     "stress",
                                       "free_energy", "Properties", NULL};

    if (!r) return sz_same_word(key, "Properties"); /* it is written anew */
    return is_one_of(key, list) ||
           (r->local_energy_variance && sz_same_word(key, "energy_variance")) ||
           (r->force_uncertainty && sz_same_word(key, "energy_uncertainty"));
}

/* The optional columns of a result. */
enum { N_MORE = 3 };

static const char *const more_name[N_MORE] = {"local_energy_variance", "grade",
                                              "force_uncertainty"};

static void find_more(const double *more[N_MORE], const sz_xyz_result *r)
{
    more[0] = r->local_energy_variance;
    more[1] = r->grade;
    more[2] = r->force_uncertainty;
}

static int replaced_column(const char *name, const sz_xyz_result *r)
{
    static const char *const list[] = {"forces", "local_energy", NULL};
    const double *more[N_MORE];

    if (!r) return 0;
    find_more(more, r);
    for (int k = 0; k < N_MORE; k++)
        if (more[k] && sz_same_word(name, more_name[k])) return 1;
    return is_one_of(name, list);
}

/* A key as it was; words of a free text that are no key are quoted. An empty value gets
 * quotes, otherwise the next word would become its value. */
static void write_info(FILE *file, const sz_xyz_frame *frame, const char *text)
{
    size_t n = strlen(text);

    if (frame->is_free && !sz_xyz_is_sound(text)) {
        fputc('"', file);
        for (; *text; text++)
            fprintf(file, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
        fputs(" \" ", file);
    } else {
        fprintf(file, n && text[n - 1] == '=' ? "%s\"\" " : "%s ", text);
    }
}

/* Keys and columns that are kept. */
static void write_header(FILE *file, const sz_xyz_frame *frame,
                         const sz_xyz_result *result)
{
    const char *between = "";

    for (int k = 0; k < frame->n_info; k++)
        if (!replaced_info(frame->info[k].key, result))
            write_info(file, frame, frame->info[k].text);
    fputs("Properties=", file);
    for (int k = 0; k < frame->n_columns; k++) {
        const sz_xyz_column *c = frame->column + k;

        if (replaced_column(c->name, result)) continue;
        fprintf(file, "%s%s:%c:%d", between, c->name, c->type, c->n_fields);
        between = ":";
    }
}

static void write_result(FILE *file, const sz_xyz_result *result)
{
    const double *more[N_MORE];

    find_more(more, result);
    fputs(":forces:R:3:local_energy:R:1", file);
    for (int k = 0; k < N_MORE; k++)
        if (more[k]) fprintf(file, ":%s:R:1", more_name[k]);
    sz_print(file, " energy=%.16e virial=\"", result->energy);
    for (int k = 0; k < 9; k++) sz_print(file, k ? " %.16e" : "%.16e", result->virial[k]);
    fputs("\"", file);
    if (more[0]) sz_print(file, " energy_variance=%.16e", result->energy_variance);
    if (more[2]) sz_print(file, " energy_uncertainty=%.16e", result->energy_uncertainty);
}

/* The words of atom i's line that are kept. */
static void write_kept(FILE *file, const sz_xyz_frame *frame, const sz_xyz_result *result,
                       int i)
{
    const char *p = frame->text + frame->row[i], *between = "";

    for (int k = 0; k < frame->n_columns; k++)
        for (int n = 0; n < frame->column[k].n_fields; n++) {
            size_t length = sz_xyz_next_word(&p);

            if (!replaced_column(frame->column[k].name, result)) {
                fprintf(file, "%s%.*s", between, (int)length, p);
                between = " ";
            }
            p += length;
        }
}

static void write_atom(FILE *file, const sz_xyz_result *result, int i)
{
    const double *f = result->forces + 3 * (size_t)i, *more[N_MORE];

    find_more(more, result);
    sz_print(file, " %.16e %.16e %.16e %.16e", f[0], f[1], f[2], result->local_energy[i]);
    for (int k = 0; k < N_MORE; k++)
        if (more[k]) sz_print(file, " %.16e", more[k][i]);
}

void sz_xyz_write(FILE *file, const sz_xyz_frame *frame, const sz_xyz_result *result)
{
    fprintf(file, "%d\n", frame->n_atoms);
    write_header(file, frame, result);
    if (result) write_result(file, result);
    fputc('\n', file);
    for (int i = 0; i < frame->n_atoms; i++) {
        write_kept(file, frame, result, i);
        if (result) write_atom(file, result, i);
        fputc('\n', file);
    }
}

sz_status sz_xyz_set_info(sz_xyz_frame *frame, const char *key, const char *value,
                          sz_error *err)
{
    size_t size = strlen(key) + strlen(value) + 2, n = (size_t)frame->n_info;
    char *text = malloc(size), *name = sz_copy_text(key);
    sz_xyz_info *info = realloc(frame->info, (n + 1) * sizeof *info);
    int k = 0;

    if (info) frame->info = info;
    if (!text || !name || !info) {
        free(text);
        free(name);
        return sz_fail_memory(err, size, "an XYZ frame");
    }
    snprintf(text, size, "%s=%s", key, value);
    while (k < frame->n_info && !sz_same_word(info[k].key, key)) k++;
    if (k < frame->n_info) {
        free(info[k].key);
        free(info[k].text);
    } else {
        frame->n_info++;
    }
    info[k] = (sz_xyz_info){.key = name, .text = text};
    return SZ_OK;
}
