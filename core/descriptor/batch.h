/* SPDX-License-Identifier: BSD-3-Clause
 *
 * batch.h - the neighbours of an atom in batches of SZ_LANES, which all descriptors of
 * the atom share. */
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

/* The neighbours that a descriptor wants: r < cutoff, slot[species] >= 0. */
typedef struct {
    double cutoff;
    int n_slots;     /* above all slots */
    const int *slot; /* of each species */
} sz_reach;

enum {
    SZ_SHELLS = 3, /* cutoffs that neighbours are sorted by, at most */
    SZ_CHUNK = 64  /* neighbours that are sorted at a time */
};

/* A walk over the neighbours of one atom after the other. */
typedef struct {
    const sz_neigh *nb;
    int n_shells;
    double shell2[SZ_SHELLS]; /* squares of their ends, ascending */
    sz_reach by;              /* whose slots are sorted by */
    int least;                /* smallest slot that is not left out */

    int next, end; /* pairs of the atom that are not in the chunk */
    int n, taken;  /* pairs in the chunk */
    int pair[SZ_CHUNK];
} sz_walk;

/* For what n_reaches descriptors want: every neighbour that one of them wants is in a
 * batch, sorted by the cutoffs first, so that they end early for the shorter ones, then
 * by the slots of the descriptor that has most of them. */
void sz_walk_start(sz_walk *walk, const sz_neigh *nb, int n_reaches,
                   const sz_reach *reach);
/* From here on the neighbours of atom i. */
void sz_walk_to(sz_walk *walk, int i);
/* Starts to bring the neighbours of atom i to the cache, and with them what dedr has of
 * them unless it is NULL. */
void sz_walk_fetch(const sz_walk *walk, int i, const double *dedr);
/* The next batch; 0: there is none. */
int sz_walk_next(sz_walk *walk, sz_batch *batch);

#endif
