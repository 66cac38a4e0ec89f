/* SPDX-License-Identifier: BSD-3-Clause
 *
 * leverage.h - leverage scores: the weight of each vector in the leading singular
 * directions. */
#ifndef SZ_LEVERAGE_H
#define SZ_LEVERAGE_H

#include "select/vectors.h"

/* score [n_member]: statistical leverage sum_{i <= k} U_ji^2 of the vectors member[],
 * whose matrix is U S W^T; k is half the number of singular values above 1e-13 (or above
 * 8 eps S_1, where that is more). *rank gets k, which may be 0. */
sz_status sz_leverage(const sz_vectors *vectors, const int *member, int n_member,
                      size_t memory, double *score, int *rank, sz_error *err);

#endif
