/* SPDX-License-Identifier: BSD-3-Clause
 *
 * subject.h - what is timed: a model, or a descriptor made into one, and a random alloy
 * of its elements. */
#ifndef SZ_SUBJECT_H
#define SZ_SUBJECT_H

#include "soapz.h"

/* Starts as {0}. */
typedef struct {
    sz_model *model;
    sz_structure structure; /* arrays owned */
    sz_list list;
    int is_made_up; /* the model, by sz_subject_describe */
} sz_subject;

/* cells^3 bcc cells, elements in equal parts and shuffled, every coordinate displaced by
 * up to 0.1 Angstrom, and its neighbour list; once the model is there. */
sz_status sz_subject_alloy(sz_subject *s, int cells, double lattice, sz_error *err);

/* A model of one term, zeta = 4, from the words of a descriptor: n_sparse vectors of the
 * alloy are its sparse points. With u_max=K the matrices are random. Makes the alloy. */
sz_status sz_subject_describe(sz_subject *s, const char *descriptor, int n_sparse,
                              int cells, double lattice, sz_error *err);
void sz_subject_free(sz_subject *s); /* the model too */

#endif
