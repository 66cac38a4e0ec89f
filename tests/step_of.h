/* SPDX-License-Identifier: BSD-3-Clause
 *
 * step_of.h - vectors of a descriptor and the way back, in both precisions. */
#ifndef SZ_TEST_STEP_OF_H
#define SZ_TEST_STEP_OF_H

#include "descriptor/describer.h"

/* p [n][stride] of the atoms of nb and, for dE/dp = g [n][stride], dedr (added). */
sz_status step_of(const sz_describer *d, const sz_slots *slots, const sz_neigh *nb,
                  const double *g, double *p, double *dedr, sz_error *err);
sz_status step_of_single(const sz_describer *d, const sz_slots *slots, const sz_neigh *nb,
                         const double *g, double *p, double *dedr, sz_error *err);

#endif
