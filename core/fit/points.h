/* SPDX-License-Identifier: BSD-3-Clause
 *
 * points.h - from data and descriptors to the sparse points of a model. */
#ifndef SZ_POINTS_H
#define SZ_POINTS_H

#include "base/watch.h"
#include "data/targets.h"
#include "fit/spec.h"
#include "term/gap.h"

/* The initial model: descriptors, kernels and sparse points chosen from the data, weights
 * zero. n_threads: for maps from data (train.h). */
sz_status sz_fit_make_gap(sz_gap **gap, const sz_fit_spec *spec,
                          const sz_targets *targets, const sz_e0 *e0, int n_threads,
                          const sz_watch *watch, sz_error *err);

#endif
