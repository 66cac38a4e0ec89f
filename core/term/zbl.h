/* SPDX-License-Identifier: BSD-3-Clause
 *
 * zbl.h - the screened nuclear repulsion of Ziegler, Biersack and Littmark. */
#ifndef SZ_ZBL_H
#define SZ_ZBL_H

#include "base/error.h"

typedef struct sz_zbl {
    double cutoff;       /* Angstrom, > 0 */
    double cutoff_width; /* 0: sharp cutoff */
    int shift;           /* 1: V(cutoff) is subtracted */
    double scale;        /* factor on energies */
} sz_zbl;

/* Pair energy of atomic numbers za and zb at r and its slope. */
double sz_zbl_pair(const sz_zbl *zbl, int za, int zb, double r, double *slope);

/* energy [n_atoms] and dedr [n_pairs][3] (or NULL) are incremented; z [n_species] atomic
 * numbers. */
void sz_zbl_energy(const sz_zbl *zbl, const int *z, const sz_neigh *nb, double *energy,
                   double *dedr);

#endif
