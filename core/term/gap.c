/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap.c - descriptors and notes of a potential as data, and sz_gap_free. */
#include "term/gap.h"

#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sz_gap_free(sz_gap *gap)
{
    if (!gap) return;
    for (int k = 0; k < gap->n_terms; k++) sz_gap_term_clear(gap->term + k);
    free(gap->term);
    if (gap->glue) sz_gap_glue_clear(gap->glue);
    free(gap->glue);
    free(gap->zbl);
    if (gap->lj) sz_gap_lj_clear(gap->lj);
    free(gap->lj);
    free(gap->coulomb);
    sz_gap_notes_free(gap->note, gap->n_notes);
    sz_files_free(&gap->files);
    sz_warnings_free(&gap->warnings);
    free(gap->path);
    free(gap->label);
    free(gap->potential);
    free(gap->init_args);
    free(gap);
}

sz_status sz_gap_term_args(sz_args **args, const sz_gap *gap, const sz_gap_term *term,
                           sz_error *err)
{
    char where[700];

    snprintf(where, sizeof where, "%.600s:%d", gap->path, term->descriptor_line);
    return sz_args_parse(args, term->descriptor, where, err);
}

/* ---- notes ------------------------------------------------------------------------- */

void sz_gap_notes_free(sz_gap_note *note, int n)
{
    for (int k = 0; k < n; k++) {
        free(note[k].key);
        free(note[k].text);
    }
    free(note);
}

sz_status sz_gap_set_note(sz_gap *gap, const char *key, const char *text, sz_error *err)
{
    sz_gap_note made = {NULL, NULL}, *grown;
    int k = 0;

    while (k < gap->n_notes && strcmp(gap->note[k].key, key) != 0) k++;
    if (!text && k == gap->n_notes) return SZ_OK;
    if (text) {
        made.key = sz_copy_text(key);
        made.text = sz_copy_text(text);
        grown = k < gap->n_notes
                    ? gap->note
                    : realloc(gap->note, ((size_t)gap->n_notes + 1) * sizeof *gap->note);
        if (grown) gap->note = grown;
        if (!made.key || !made.text || !grown) {
            free(made.key);
            free(made.text);
            return sz_fail_memory(err, strlen(text), key);
        }
    }
    if (k < gap->n_notes) {
        free(gap->note[k].key);
        free(gap->note[k].text);
        if (!text) made = gap->note[--gap->n_notes];
    } else {
        gap->n_notes++;
    }
    if (text || k < gap->n_notes) gap->note[k] = made;
    return SZ_OK;
}

const char *sz_gap_find_note(const sz_gap *gap, const char *key)
{
    for (int k = 0; k < gap->n_notes; k++)
        if (!strcmp(gap->note[k].key, key)) return gap->note[k].text;
    return NULL;
}
