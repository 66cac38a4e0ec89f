/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.h - the vectors that sparse points are chosen from, in memory or made on
 * demand. */
#ifndef SZ_VECTORS_H
#define SZ_VECTORS_H

#include "base/watch.h"

/* n vectors of length d. Where x is NULL, fetch makes them: rows first .. first+count-1
 * into x [count][d]; it is asked for ascending rows within a pass, for at most some
 * thousand at a time, and for every row several times over. */
typedef struct {
    int n, d;
    const double *x; /* [n][d] or NULL */
    sz_status (*fetch)(void *context, int first, int count, double *x, sz_error *err);
    void *context;
    const sz_watch *watch; /* asked before each block; or NULL */
} sz_vectors;

/* Vectors index[0..count-1], ascending, into x [count][d]. */
sz_status sz_vectors_rows(const sz_vectors *vectors, const int *index, int count,
                          double *x, sz_error *err);
/* How many vectors a block has when one takes n_double doubles of memory bytes. */
int sz_vectors_block(size_t memory, size_t n_double);

/* Puts into member [n] the n_member indices of the vectors that are left when of every
 * two equal vectors one is dropped: neighbours in the order of sum_k |x_k| that differ by
 * less than hash_tolerance in it and by less than vector_tolerance in every component.
 * A vector that is not finite is SZ_ERR_NUMERIC. */
sz_status sz_vectors_unique(const sz_vectors *vectors, double hash_tolerance,
                            double vector_tolerance, size_t memory, int *member,
                            int *n_member, sz_error *err);

/* order [n]: indices of key, ascending; equal keys fall as they do in gap_fit. */
void sz_vectors_sort(int n, const double *key, int *order);

#endif
