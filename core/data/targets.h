/* SPDX-License-Identifier: BSD-3-Clause
 *
 * targets.h - the targets of a fit: reference data minus baseline and e0, and the sigmas
 * of the rows.
 *
 * Order of calls: sz_targets_create, sz_targets_subtract for every frame if there is a
 * baseline, sz_targets_find_e0, sz_targets_take_e0. */
#ifndef SZ_TARGETS_H
#define SZ_TARGETS_H

#include "data/dataset.h"
#include "data/sigma.h"

/* For one frame; 0 if it has no energy or no virial. */
typedef struct {
    double energy, energy_sigma;       /* eV */
    double virial[9], virial_sigma[9]; /* eV, row by row, symmetrised */
} sz_target;

typedef struct {
    const sz_dataset *data;             /* must outlive it; not changed */
    sz_target *frame;                   /* [n_frames] */
    double *force;                      /* [n_atoms][3] eV/Angstrom */
    double *force_sigma;                /* [n_atoms][3] 0: not used */
    size_t n_force_rows, n_virial_rows; /* components used in the fit */

    sz_warnings warnings;
} sz_targets;

/* The reference itself, with the sigmas of its rows: those of the config_type, or of the
 * frame; 0 for masked forces. A sigma that is not positive is an error that names the
 * line; so is data without any energy, which cannot be fitted. sigma NULL: no fit, no
 * sigmas. */
sz_status sz_targets_create(sz_targets **targets, const sz_dataset *data,
                            const sz_sigma_table *sigma, sz_error *err);
void sz_targets_free(sz_targets *targets);

/* Subtracts from frame f: energy in eV, force [n_atoms][3] in eV/Angstrom, virial [9] in
 * eV. */
void sz_targets_subtract(sz_targets *targets, int f, double energy, const double *force,
                         const double *virial);

#endif
