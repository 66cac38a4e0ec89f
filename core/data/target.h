/* SPDX-License-Identifier: BSD-3-Clause
 *
 * target.h - what a fit consists of: data, descriptors with their sparse points, and the
 * linear system of the sparse GP (see docs/theory.md).
 *
 *   min | diag(1/sigma) (K alpha - y) |^2 + alpha^T K_MM alpha
 *
 * Unknowns alpha: the sparse points of all coordinates one after the other. Rows: the
 * energies, forces (-f) and virials (-v) of the frames, scaled by 1/sigma. */
#ifndef SZ_TARGET_H
#define SZ_TARGET_H

#include "base/error.h"

/* Data and errors of one frame; NULL or 0 where the frame lacks them. Sigmas are those of
 * the rows: energy in eV, force eV/Angstrom, virial eV. */
typedef struct {
    int has_energy, has_virial;
    double energy; /* eV, e0 and core potential already taken off */
    double energy_sigma;
    const double *force;       /* [n_atoms][3] eV/Angstrom, core taken off, or NULL */
    const double *force_sigma; /* [n_atoms][3]; <= 0 leaves a component out */
    double virial[9];          /* eV, row by row, symmetrised, core taken off */
    double virial_sigma[9];    /* <= 0 leaves a component out */
} sz_target;

#endif
