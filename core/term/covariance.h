/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef SZ_COVARIANCE_H
#define SZ_COVARIANCE_H

#include "term/gap_term.h"

/* k [n_sparse][n_sparse]: fc_s fc_t K(x_s, x_t) of a coordinate's sparse points, jitter
 * on the diagonal: the regulariser of its weights. */
sz_status sz_covariance_matrix(const sz_gap_term *c, double jitter, double *k,
                               sz_error *err);

#endif
