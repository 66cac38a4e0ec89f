/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triplet_batch.h - the instances of a three-body term, BATCH at a time. */
#ifndef SZ_TRIPLET_BATCH_H
#define SZ_TRIPLET_BATCH_H

#include "term/triplet.h"

/* Waiting instances. Distances: 0 and 1 from the centre, 2 between the neighbours; the
 * cutoff factor is f[0] f[1] f[2]. Of the term only the elements and the cutoffs are
 * used. */
typedef struct sz_triplet_batch sz_triplet_batch;
struct sz_triplet_batch {
    const sz_triplet *term;
    const sz_neigh *nb;
    const int *z; /* [n_species] */
    /* processes all n of them: called when the batch is full, and by sz_triplet_flush */
    void (*take)(sz_triplet_batch *batch);
    void *context; /* argument of take */

    int n, centre[SZ_TRIPLET_BATCH];
    int pair[2][SZ_TRIPLET_BATCH]; /* indices of r in nb */
    int place[SZ_TRIPLET_BATCH];   /* of the centre among its atoms */
    double r[3][SZ_TRIPLET_BATCH], f[3][SZ_TRIPLET_BATCH], df[3][SZ_TRIPLET_BATCH];
};

/* Collects every two neighbours of atom i that form an instance, once. */
void sz_triplet_visit(sz_triplet_batch *batch, int i);
void sz_triplet_flush(sz_triplet_batch *batch);

/* x [3][SZ_TRIPLET_BATCH] of the first n instances, in Angstrom (and Angstrom^2). */
void sz_triplet_vectors(const sz_triplet_batch *batch, int n, double *x);
/* x_k of distance_Nb is distance sz_triplet_slot[place][k] */
static const unsigned char sz_triplet_slot[3][3] = {{0, 1, 2}, {0, 2, 1}, {2, 0, 1}};

/* de/dx [3] of instance t -> de with respect to its three distances. */
static inline void sz_triplet_slopes(const sz_triplet_batch *b, int t, const double *dedx,
                                     double *dedr)
{
    if (b->term->spec.kind == SZ_TRIPLET_ANGLE) {
        double across = 2.0 * (b->r[0][t] - b->r[1][t]) * dedx[1];

        dedr[0] = dedx[0] + across;
        dedr[1] = dedx[0] - across;
        dedr[2] = dedx[2];
    } else {
        for (int k = 0; k < 3; k++) dedr[sz_triplet_slot[b->place[t]][k]] = dedx[k];
    }
}

#endif
