/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.h - the vectors from which sparse points are chosen, in memory or computed on
 * demand. */
#ifndef SZ_VECTORS_H
#define SZ_VECTORS_H

#include "base/watch.h"

/* n vectors of length d. If x is NULL, fetch computes them: rows first .. first+count-1
 * into x [count][d]. Within a pass it is called with ascending rows, at most a few
 * thousand at a time; every row is computed several times. */
typedef struct {
    int n, d;
    const double *x; /* [n][d] or NULL */
    sz_status (*fetch)(void *context, int first, int count, double *x, sz_error *err);
    void *context;
    const sz_watch *watch; /* called before each block; or NULL */
} sz_vectors;

/* Vectors index[0..count-1], ascending, into x [count][d]. */
sz_status sz_vectors_rows(const sz_vectors *vectors, const int *index, int count,
                          double *x, sz_error *err);
/* Number of vectors in a block of the given number of bytes, if one vector takes n_double
 * doubles. */
int sz_vectors_block(size_t memory, size_t n_double);

/* Writes to member [n] the n_member indices of the vectors that remain when one of every
 * two equal vectors is removed: two that are adjacent in the order of sum_k |x_k|, and
 * differ by less than hash_tolerance in it and by less than vector_tolerance in every
 * component. A vector that is not finite is SZ_ERR_NUMERIC. */
sz_status sz_vectors_unique(const sz_vectors *vectors, double hash_tolerance,
                            double vector_tolerance, size_t memory, int *member,
                            int *n_member, sz_error *err);

/* order [n]: indices of key, ascending; equal keys are ordered as in gap_fit. */
void sz_vectors_sort(int n, const double *key, int *order);

#endif
