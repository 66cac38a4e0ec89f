/* SPDX-License-Identifier: BSD-3-Clause
 *
 * subject.h - what is timed: a model, or a descriptor made into one, and a random alloy
 * of its elements. */
#ifndef SZ_BENCH_SUBJECT_H
#define SZ_BENCH_SUBJECT_H

#include "model/plan.h"
#include "term/soap_term.h"

/* Starts as {0}. */
typedef struct {
    sz_model *model;
    sz_structure structure; /* arrays owned */
    sz_list list;
} subject;

/* cells^3 bcc cells, elements in equal parts and shuffled, every coordinate displaced by
 * up to 0.1 Angstrom, and its neighbour list; once the model is there. */
sz_status subject_alloy(subject *s, int cells, double lattice, sz_error *err);

/* A model of one term, zeta = 4, from the words of a descriptor: n_sparse vectors of the
 * alloy are its sparse points. With u_max=K the matrices are random. Makes the alloy. */
sz_status subject_describe(subject *s, const char *descriptor, int n_sparse, int cells,
                           double lattice, sz_error *err);
void subject_free(subject *s);

#endif
