/* SPDX-License-Identifier: BSD-3-Clause
 *
 * targets.h - what a fit makes of its data: the reference without the baseline and
 * without e0, and the sigmas of the rows.
 *
 * Order of calls: sz_targets_create, sz_targets_subtract for every frame where there is a
 * baseline, sz_targets_find_e0, sz_targets_take_e0. */
#ifndef SZ_TARGETS_H
#define SZ_TARGETS_H

#include "data/dataset.h"
#include "data/sigma.h"

/* Of one frame; 0 where it has no energy, no virial. */
typedef struct {
    double energy, energy_sigma;       /* eV */
    double virial[9], virial_sigma[9]; /* eV, row by row, symmetrised */
} sz_target;

typedef struct {
    const sz_dataset *data;             /* outlives it, and is not changed */
    sz_target *frame;                   /* [n_frames] */
    double *force;                      /* [n_atoms][3] eV/Angstrom */
    double *force_sigma;                /* [n_atoms][3] 0: left out */
    size_t n_force_rows, n_virial_rows; /* components that take part in the fit */

    sz_warnings warnings;
} sz_targets;

/* The reference itself, with the sigmas of its rows: those of the config_type, or of the
 * frame; of masked forces 0. Fails, naming the line, on one that is not positive, and
 * where no frame has an energy: nothing can then be fitted. sigma NULL: nothing will be
 * fitted, there are no sigmas. */
sz_status sz_targets_create(sz_targets **targets, const sz_dataset *data,
                            const sz_sigma_table *sigma, sz_error *err);
void sz_targets_free(sz_targets *targets);

/* Takes a part off frame f: energy in eV, force [n_atoms][3] in eV/Angstrom, virial [9]
 * in eV. */
void sz_targets_subtract(sz_targets *targets, int f, double energy, const double *force,
                         const double *virial);

#endif
