/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stage_leaves.h - the stopwatch for the stages, and the timing of leaf functions. */
#ifndef SZ_STAGE_LEAVES_H
#define SZ_STAGE_LEAVES_H

#include "analyse/stages.h"
#include "descriptor/soap.h"
#include "term/kernel.h"
#include "term/soap_term.h"

typedef struct {
    double spent[SZ_N_STAGES]; /* microseconds of CPU per atom */
    double since;              /* seconds */
} sz_stopwatch;

void sz_stopwatch_start(sz_stopwatch *w);
/* The time since sz_stopwatch_start or the last stop, divided by atoms, is stored for the
 * stage. */
void sz_stopwatch_stop(sz_stopwatch *w, sz_stage s, double atoms);

/* Times the leaf functions of sz_soaps_forward, sz_kernel_energy and sz_soaps_adjoint,
 * each in its own loop over the n atoms; times are divided by atoms. dedp [n][stride]. */
sz_status sz_time_leaves(sz_stopwatch *w, const sz_soap *soap, const sz_kernel *kernel,
                         const sz_neigh *nb, const sz_slots *slots, int n,
                         const int *atom, const double *dedp, double atoms,
                         sz_error *err);

/* Both matrix products by dgemm: m x n x k = M x n x d, then d x n x M. */
void sz_kernel_products(const double *points, int n_sparse, int n, int d, int ld,
                        const double *p, double *k, double *dedp);

#endif
