/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xyz_write.c - a frame with what was calculated for it, in the place of what it had
 * under the same names; everything else as it stood in the file. */
#include "atoms/xyz.h"
#include "base/number.h"

static int is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (sz_same_word(word, *list)) return 1;
    return 0;
}

static int replaced_info(const char *key)
{
    static const char *const list[] = {"energy",      "virial",     "stress",
                                       "free_energy", "Properties", NULL};

    return is_one_of(key, list);
}

static int replaced_column(const char *name)
{
    static const char *const list[] = {"forces", "local_energy", NULL};

    return is_one_of(name, list);
}

static void write_header(FILE *file, const sz_xyz_frame *frame,
                         const sz_xyz_result *result)
{
    const char *between = "";

    for (int k = 0; k < frame->n_info; k++)
        if (!replaced_info(frame->info[k].key)) fprintf(file, "%s ", frame->info[k].text);
    fputs("Properties=", file);
    for (int k = 0; k < frame->n_columns; k++) {
        const sz_xyz_column *c = frame->column + k;

        if (replaced_column(c->name)) continue;
        fprintf(file, "%s%s:%c:%d", between, c->name, c->type, c->n_fields);
        between = ":";
    }
    fprintf(file, ":forces:R:3:local_energy:R:1 energy=%.16e virial=\"", result->energy);
    for (int k = 0; k < 9; k++) fprintf(file, k ? " %.16e" : "%.16e", result->virial[k]);
    fputs("\"\n", file);
}

/* The words of atom i's line that stay. */
static void write_kept(FILE *file, const sz_xyz_frame *frame, int i)
{
    const char *p = frame->text + frame->row[i];

    for (int k = 0; k < frame->n_columns; k++)
        for (int n = 0; n < frame->column[k].n_fields; n++) {
            size_t length = sz_xyz_next_word(&p);

            if (!replaced_column(frame->column[k].name))
                fprintf(file, "%.*s ", (int)length, p);
            p += length;
        }
}

void sz_xyz_write(FILE *file, const sz_xyz_frame *frame, const sz_xyz_result *result)
{
    fprintf(file, "%d\n", frame->n_atoms);
    write_header(file, frame, result);
    for (int i = 0; i < frame->n_atoms; i++) {
        const double *f = result->forces + 3 * (size_t)i;

        write_kept(file, frame, i);
        fprintf(file, "%.16e %.16e %.16e %.16e\n", f[0], f[1], f[2],
                result->local_energy[i]);
    }
}
