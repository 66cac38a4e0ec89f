/* SPDX-License-Identifier: BSD-3-Clause
 *
 * batch.h - the neighbours of an atom in batches of SZ_LANES, shared by all descriptors
 * of the atom. */
#ifndef SZ_BATCH_H
#define SZ_BATCH_H

#include "linear/vec.h"
#include "soapz.h"

/* Up to SZ_LANES neighbours of one atom. Lanes from n on repeat the first neighbour. */
typedef struct {
    int n;
    int pair[SZ_LANES]; /* index in nb->r */
    int species[SZ_LANES];
    double r[SZ_LANES];
    double u[3 * SZ_LANES]; /* [3][SZ_LANES] unit vectors */
} sz_batch;

/* The neighbours that a descriptor needs: r < cutoff, slot[species] >= 0. */
typedef struct {
    double cutoff;
    int n_slots;     /* above all slots */
    const int *slot; /* of each species */
} sz_reach;

enum {
    SZ_SHELLS = 3, /* largest number of cutoffs used for sorting */
    SZ_CHUNK = 64  /* neighbours that are sorted at a time */
};

/* An iteration over the neighbours of one atom after the other. */
typedef struct {
    const sz_neigh *nb;
    int n_shells;
    double shell2[SZ_SHELLS]; /* squares of the cutoffs, ascending */
    sz_reach by;              /* descriptor whose slots are used for sorting */
    int least;                /* smallest slot in use */

    int next, end; /* pairs of the atom that are not yet in a chunk */
    int n, taken;  /* pairs in the chunk */
    int pair[SZ_CHUNK];
} sz_walk;

/* For n_reaches descriptors: every neighbour that one of them needs is in a batch.
 * Neighbours are sorted by the cutoffs first, so that descriptors with a shorter cutoff
 * finish early, then by the slots of the descriptor with most slots. */
void sz_walk_start(sz_walk *walk, const sz_neigh *nb, int n_reaches,
                   const sz_reach *reach);
/* Starts with the neighbours of atom i. */
void sz_walk_to(sz_walk *walk, int i);
/* Prefetches the neighbours of atom i, and their part of dedr unless it is NULL. */
void sz_walk_fetch(const sz_walk *walk, int i, const double *dedr);
/* The next batch; 0: there is none. */
int sz_walk_next(sz_walk *walk, sz_batch *batch);

#endif
