/* SPDX-License-Identifier: BSD-3-Clause
 *
 * cluster.h - atoms to try things on: at random places, with their neighbour list. */
#ifndef SZ_TEST_CLUSTER_H
#define SZ_TEST_CLUSTER_H

#include "numbers.h"
#include "soapz.h"

#include <string.h>

#define ATOMS_MAX 64

typedef struct {
    int n_atoms;
    int species[ATOMS_MAX];
    double position[3 * ATOMS_MAX];
    double cell[3][3]; /* periodic if not all zero */
    sz_list list;
} cluster;

/* n atoms in a box of that edge, no two closer than apart, species in turn */
static inline void random_cluster(cluster *c, int n, int n_species, double edge,
                                  double apart)
{
    c->n_atoms = 0;
    memset(c->cell, 0, sizeof c->cell);
    while (c->n_atoms < n) {
        double *at = c->position + 3 * c->n_atoms;
        int far = 1;

        for (int x = 0; x < 3; x++) at[x] = uniform(0.0, edge);
        for (int i = 0; i < c->n_atoms; i++) {
            double d[3];

            for (int x = 0; x < 3; x++) d[x] = at[x] - c->position[3 * i + x];
            if (!(dot(d, d, 3) > apart * apart)) far = 0;
        }
        c->species[c->n_atoms] = c->n_atoms % n_species;
        c->n_atoms += far;
    }
}

/* fills c->list; free it with sz_list_free */
static inline sz_status find_neighbours(cluster *c, double cutoff, sz_error *err)
{
    sz_structure s = {
        .n_atoms = c->n_atoms, .species = c->species, .position = c->position};

    memcpy(s.cell, c->cell, sizeof s.cell);
    for (int k = 0; k < 3; k++) s.pbc[k] = dot(c->cell[k], c->cell[k], 3) > 0.0;
    return sz_list_build(&c->list, &s, cutoff, err);
}

/* force [n_atoms][3]: +dedr on the centre, -dedr on the neighbour */
static inline void scatter_forces(const cluster *c, const double *dedr, double *force)
{
    memset(force, 0, 3 * (size_t)c->n_atoms * sizeof *force);
    for (int i = 0; i < c->n_atoms; i++)
        for (int p = c->list.first[i]; p < c->list.first[i + 1]; p++)
            for (int x = 0; x < 3; x++) {
                force[3 * i + x] += dedr[3 * p + x];
                force[3 * c->list.neigh[p] + x] -= dedr[3 * p + x];
            }
}

/* virial [9] = -sum r (x) dE/dr */
static inline void sum_virial(const cluster *c, const double *dedr, double *virial)
{
    memset(virial, 0, 9 * sizeof *virial);
    for (int p = 0; p < c->list.n_pairs; p++)
        for (int x = 0; x < 9; x++)
            virial[x] -= c->list.r[3 * p + x / 3] * dedr[3 * p + x % 3];
}

/* rotates all vectors and the cell by q */
static inline void rotate_cluster(cluster *c, const double q[9])
{
    double v[3];

    for (int i = 0; i < c->n_atoms; i++) {
        rotate_vector(q, c->position + 3 * i, v);
        memcpy(c->position + 3 * i, v, sizeof v);
    }
    for (int k = 0; k < 3; k++) {
        rotate_vector(q, c->cell[k], v);
        memcpy(c->cell[k], v, sizeof v);
    }
}

#endif
