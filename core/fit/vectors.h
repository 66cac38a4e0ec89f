/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.h - the descriptor vectors in the data, from which sparse points are chosen. */
#ifndef SZ_FIT_VECTORS_H
#define SZ_FIT_VECTORS_H

#include "base/watch.h"
#include "data/dataset.h"
#include "select/vectors.h"
#include "term/term.h"

/* All vectors of one future term. If a kind makes them on demand they are computed frame
 * by frame, as often as a method needs them, because they would not fit into memory.
 * Others are short and stored. list points into this struct: do not copy it. */
typedef struct {
    const sz_dataset *train;
    const sz_watch *watch; /* or NULL */
    const sz_term_kind *kind;
    sz_species species; /* the data's */
    void *spec;
    sz_probe *probe;

    int n, *frame; /* [n] of vector k */
    int *atom;     /* [n] its centre */
    double *x;     /* [n][n_dim] in the order of frames, atoms, neighbours; or NULL */
    double *fc;    /* [n] cutoff factors */
    size_t room;
    sz_list list; /* neighbours of list_frame */
    int list_frame;
    sz_vectors vectors; /* to choose from */
} sz_fit_vectors;

/* args: descriptor for certain elements; term: the term with its matrix. */
sz_status sz_fit_vectors_open(sz_fit_vectors *v, const sz_dataset *train,
                              const sz_args *args, const sz_gap_term *term,
                              const sz_watch *watch, sz_error *err);
/* Sets v->list to the neighbours of this frame. */
sz_status sz_fit_vectors_frame(sz_fit_vectors *v, int frame, sz_error *err);
void sz_fit_vectors_free(sz_fit_vectors *v);

#endif
