/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stages.h - the stages and the watch that times them. */
#ifndef SZ_BENCH_STAGES_H
#define SZ_BENCH_STAGES_H

#include "model/plan.h"
#include "term/kernel.h"
#include "term/soap_term.h"

typedef enum {
    LIST,
    PAIRS,
    FORWARD,
    HARMONICS,
    RADIAL,
    DENSITY,
    MAPS,
    COUPLE,
    POWER,
    KERNEL,
    GEMM,
    POWERS,
    ADJOINT,
    POWER_ADJOINT,
    COUPLE_ADJOINT,
    MAPS_ADJOINT,
    RADIAL_SLOPE,
    DENSITY_ADJOINT,
    HARMONICS_ADJOINT,
    ENERGY,
    FORCES,
    FLOOR,
    N_STAGES
} stage;

typedef struct {
    double spent[N_STAGES]; /* microseconds of CPU an atom */
    double since;           /* seconds */
} watch;

void watch_start(watch *w);
/* The time since watch_start or the last stop, divided by atoms, is the stage's. */
void watch_stop(watch *w, stage s, double atoms);

/* The leaf functions behind sz_soaps_forward, sz_kernel_energy and sz_soaps_adjoint, each
 * in a loop of its own over the n atoms; times are divided by atoms. dedp [n][stride]. */
sz_status time_leaves(watch *w, const sz_soap *soap, const sz_kernel *kernel,
                      const sz_neigh *nb, const sz_soap_species *species, int n,
                      const int *atom, const double *dedp, double atoms, sz_error *err);

/* Both matrix products by dgemm: m x n x k = M x n x d, then d x n x M. */
void products(const double *points, int n_sparse, int n, int d, int ld, const double *p,
              double *k, double *dedp);

#endif
