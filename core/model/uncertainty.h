/* SPDX-License-Identifier: BSD-3-Clause
 *
 * uncertainty.h - the internals of an sz_uncertainty (soapz.h). */
#ifndef SZ_UNCERTAINTY_H
#define SZ_UNCERTAINTY_H

#include "base/error.h"

#define SZ_UNCERTAINTY_NOTE "uncertainty"

struct sz_uncertainty {
    double cutoff;          /* Angstrom, of the mean of forces */
    double variance;        /* eV^2, largest of the calibration */
    double noise[SZ_Z_MAX]; /* for the model's species, eV/Angstrom */
    double slope[SZ_Z_MAX];
    double energy_noise; /* eV per atom */
    double energy_scale;
};

/* g_i^2 of atom i of list, with force [n_atoms][3]. */
double sz_uncertainty_around(const sz_uncertainty *u, const sz_list *list, int i,
                             const double *force);

#endif
