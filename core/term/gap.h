/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap.h - a potential as data: everything in a model file that affects energies;
 * descriptors are kept as text. */
#ifndef SZ_GAP_H
#define SZ_GAP_H

#include "base/args.h"
#include "base/files.h"
#include "base/warnings.h"
#include "term/gap_term.h"

typedef struct sz_gap_glue sz_gap_glue; /* term/glue.h */
typedef struct sz_zbl sz_zbl;           /* term/zbl.h */
typedef struct sz_gap_lj sz_gap_lj;     /* term/lj.h */
typedef struct sz_coulomb sz_coulomb;   /* term/coulomb.h */

/* Notes of a model: "citation", "licence", "training_data", .. */
typedef struct {
    char *key, *text;
} sz_gap_note;

typedef struct sz_gap {
    char *path;     /* as given */
    char *label;    /* label of the GAP_params used */
    int version;    /* gap_version, 0 if missing */
    double e_scale; /* E_scale on the GAP init string, default 1 */
    double e0[SZ_Z_MAX + 1];
    int n_terms;
    sz_gap_term *term;
    sz_gap_glue *glue; /* core potentials, each or NULL */
    sz_zbl *zbl;
    sz_gap_lj *lj;
    sz_coulomb *coulomb;
    int n_notes;
    sz_gap_note *note;    /* from a .soapz file, or a fit */
    sz_files files;       /* files it was read from, which must not be overwritten */
    sz_warnings warnings; /* what the reader considers doubtful */
    /* label and init_args of the <Potential> used; NULL: none */
    char *potential, *init_args;
} sz_gap;

void sz_gap_free(sz_gap *gap);

/* The note with the name of the local property that a model was fitted to. */
#define SZ_LOCAL_PROPERTY "local_property"

/* The descriptor of a term of gap; messages about it name file and line. *args is NULL
 * after a failure. */
sz_status sz_gap_term_args(sz_args **args, const sz_gap *gap, const sz_gap_term *term,
                           sz_error *err);

/* Sets the note key to text, replacing an older one; text NULL removes it. */
sz_status sz_gap_set_note(sz_gap *gap, const char *key, const char *text, sz_error *err);
/* Its text, or NULL. */
const char *sz_gap_find_note(const sz_gap *gap, const char *key);
void sz_gap_notes_free(sz_gap_note *note, int n);

#endif
