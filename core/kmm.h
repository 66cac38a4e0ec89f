/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef SZ_KMM_H
#define SZ_KMM_H

#include "gap_xml.h"

/* k [n_sparse][n_sparse]: fc_s fc_t K(x_s, x_t) of a coordinate's sparse points, jitter
 * on the diagonal: the regulariser of its weights. */
sz_status sz_kmm(const sz_gap_coordinate *c, double jitter, double *k, sz_error *err);

#endif
