/* SPDX-License-Identifier: BSD-3-Clause
 *
 * environment.h - sparse points as environments: atoms and their neighbours. */
#ifndef SZ_ENVIRONMENT_H
#define SZ_ENVIRONMENT_H

#include "descriptor/describer.h"

typedef struct sz_environments {
    int n;                  /* centres */
    int *first;             /* [n+1] neighbours of centre s: first[s] .. first[s+1]-1 */
    unsigned char *z;       /* [n] atomic number of the centre */
    unsigned char *neigh_z; /* [first[n]] and of the neighbours */
    double *r;              /* [first[n]][3] r_neighbour - r_centre, Angstrom */
    int room;               /* allocated centres, */
    size_t neigh_room;      /* neighbours */
} sz_environments;

/* Without centres; sz_environments_add appends them. */
sz_status sz_environments_create(sz_environments **env, sz_error *err);
void sz_environments_free(sz_environments *env);

/* Appends atom i of nb with its neighbours closer than cutoff, in the order of the row:
 * so its vector equals that of the atom to the last bit. z: atomic numbers of the species
 * of nb. */
sz_status sz_environments_add(sz_environments *env, const sz_neigh *nb, const int *z,
                              int i, double cutoff, sz_error *err);

/* NULL, or a description of what is wrong: "a neighbour is not an element". */
const char *sz_environments_fault(const sz_environments *env);

/* p [n][stride of d]: the descriptors of all centres. */
sz_status sz_environments_describe(const sz_environments *env, const sz_describer *d,
                                   double *p, sz_error *err);

#endif
