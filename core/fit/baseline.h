/* SPDX-License-Identifier: BSD-3-Clause
 *
 * baseline.h - the baseline potential of a fit: core_ip_args and core_param_file. */
#ifndef SZ_BASELINE_H
#define SZ_BASELINE_H

#include "base/watch.h"
#include "data/targets.h"
#include "fit/spec.h"
#include "term/gap.h"

/* NULL if there is none. */
typedef struct {
    sz_gap *gap; /* to be added to the fitted one with sz_gap_add */
    sz_model *model;
} sz_baseline;

sz_status sz_baseline_open(sz_baseline *baseline, const sz_fit_spec *spec, sz_error *err);
void sz_baseline_free(sz_baseline *baseline);

/* Subtracts its energies, forces and virials from the targets; call it before e0 is
 * determined. */
sz_status sz_baseline_take(const sz_baseline *baseline, sz_targets *targets,
                           const sz_watch *watch, sz_error *err);

#endif
