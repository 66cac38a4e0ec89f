/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_sparse.h - from data and descriptors to the sparse points of a model. */
#ifndef SZ_FIT_SPARSE_H
#define SZ_FIT_SPARSE_H

#include "gap_xml.h"
#include "train.h"

/* The model to be: descriptors, kernels and sparse points chosen from the data, weights
 * zero. Warnings go to stderr. */
sz_status sz_fit_make_gap(sz_gap **gap, const sz_fit_spec *spec, const sz_train *train,
                          const sz_e0 *e0, sz_error *err);

#endif
