/* SPDX-License-Identifier: BSD-3-Clause
 *
 * baseline.h - a potential to fit on top of: core_ip_args and core_param_file. */
#ifndef SZ_BASELINE_H
#define SZ_BASELINE_H

#include "data/dataset.h"
#include "fit/spec.h"
#include "model/gap.h"

/* Takes the energies, forces and virials of spec's core potential off the data; before
 * e0 is looked for. *core is that potential, to be added to the fitted one with
 * sz_gap_add, or NULL where spec has none. */
sz_status sz_baseline_take(sz_gap **core, sz_dataset *train, const sz_fit_spec *spec,
                           sz_error *err);

#endif
