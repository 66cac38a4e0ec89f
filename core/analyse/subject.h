/* SPDX-License-Identifier: BSD-3-Clause
 *
 * subject.h - the system to time: a model, or a descriptor made into one, and a random
 * alloy of its elements. */
#ifndef SZ_SUBJECT_H
#define SZ_SUBJECT_H

#include "soapz.h"

/* Starts as {0}. */
typedef struct {
    sz_model *model;
    sz_structure structure; /* owned arrays */
    sz_list list;
    int is_made_up; /* the model made by sz_subject_describe */
} sz_subject;

/* Makes cells^3 bcc cells with equal parts of the elements, shuffled, every coordinate
 * displaced by up to 0.1 Angstrom, and the neighbour list; the model must exist. */
sz_status sz_subject_alloy(sz_subject *s, int cells, double lattice, sz_error *err);

/* Makes a model of one term, zeta = 4, from a descriptor string: n_sparse vectors of the
 * alloy are its sparse points. With u_max=K the matrices are random. Also makes the
 * alloy. */
sz_status sz_subject_describe(sz_subject *s, const char *descriptor, int n_sparse,
                              int cells, double lattice, sz_error *err);
void sz_subject_free(sz_subject *s); /* frees the model too */

#endif
