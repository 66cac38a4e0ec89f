/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coulomb.h - fixed charges within a cutoff: the Coulomb core potential. */
#ifndef SZ_COULOMB_H
#define SZ_COULOMB_H

#include "base/error.h"

typedef enum {
    SZ_COULOMB_NONE = 0,
    SZ_COULOMB_DIRECT, /* 1/r, cut sharply */
    SZ_COULOMB_YUKAWA, /* exp(-alpha r)/r, smooth over smooth_length */
    SZ_COULOMB_DSF     /* damped shifted force */
} sz_coulomb_method;

typedef struct sz_coulomb {
    sz_coulomb_method method;
    double cutoff;                      /* Angstrom */
    double alpha;                       /* 1/Angstrom; not for direct */
    double smooth_length;               /* Angstrom, for yukawa */
    unsigned char listed[SZ_Z_MAX + 1]; /* 1: the file lists this atomic number */
    double charge[SZ_Z_MAX + 1];        /* by atomic number, elementary charges */
} sz_coulomb;

/* "direct", "yukawa", "dsf" */
const char *sz_coulomb_name(sz_coulomb_method method);
/* SZ_COULOMB_NONE if there is no such name, in any case. */
sz_coulomb_method sz_coulomb_find(const char *name);

/* Energy of two unit charges at r, and its slope; 0 from the cutoff on. */
double sz_coulomb_pair(const sz_coulomb *coulomb, double r, double *slope);

/* energy [n_atoms] and dedr [n_pairs][3] (or NULL) are added to;
 * z [n_species] atomic numbers. */
void sz_coulomb_energy(const sz_coulomb *coulomb, const int *z, const sz_neigh *nb,
                       double *energy, double *dedr);

#endif
