/* SPDX-License-Identifier: BSD-3-Clause
 *
 * points.h - from data and descriptors to the sparse points of a model. */
#ifndef SZ_POINTS_H
#define SZ_POINTS_H

#include "base/watch.h"
#include "data/dataset.h"
#include "fit/spec.h"
#include "term/gap.h"

/* The model to be: descriptors, kernels and sparse points chosen from the data, weights
 * zero. */
sz_status sz_fit_make_gap(sz_gap **gap, const sz_fit_spec *spec, const sz_dataset *train,
                          const sz_e0 *e0, const sz_watch *watch, sz_error *err);

#endif
