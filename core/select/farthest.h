/* SPDX-License-Identifier: BSD-3-Clause
 *
 * farthest.h - vectors that are far from each other. */
#ifndef SZ_FARTHEST_H
#define SZ_FARTHEST_H

#include "select/vectors.h"

/* The similarity of two vectors: the kernel (x.y)^zeta or, if theta is given, exp(-sum_k
 * ((x_k - y_k) / theta_k)^2 / 2). */
typedef struct {
    double zeta;
    const double *theta; /* [d] or NULL */
} sz_likeness;

/* Starts with the first of member[], then repeatedly adds the vector whose nearest chosen
 * one is farthest (the first of several): up to n_sparse of them into chosen, in this
 * order. *n_chosen is smaller if all others coincide with a chosen one within
 * rounding. */
sz_status sz_farthest(const sz_vectors *vectors, const int *member, int n_member,
                      const sz_likeness *like, size_t memory, int n_sparse, int *chosen,
                      int *n_chosen, sz_error *err);

#endif
