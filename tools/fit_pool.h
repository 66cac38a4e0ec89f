/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_pool.h - the descriptor vectors in the data that sparse points are chosen from. */
#ifndef SZ_FIT_POOL_H
#define SZ_FIT_POOL_H

#include "few_bodies.h"
#include "pool.h"
#include "soap_spec.h"
#include "train.h"

/* All vectors of one coordinate. Those of a SOAP are made on demand, frame by frame, as
 * often as a method asks: they would not fit into memory. Those of two and three bodies
 * are short and kept. */
typedef struct {
    const sz_train *train;
    int is_soap, n_dim;
    double cutoff;

    sz_soap_spec soap_spec;
    int n_centres, centre_z[SZ_Z_MAX];
    sz_soap *soap; /* published vectors: not reduced */
    sz_soap_work *work;
    int slot[SZ_Z_MAX]; /* of train's species */
    double *inner;      /* [stride] */

    sz_few_bodies few;

    int n, *frame; /* [n] of vector k */
    int *atom;     /* [n] of vector k of a SOAP */
    double *x;  /* [n][n_dim] of the others, in the order of frames, atoms, neighbours */
    double *fc; /* [n] their cutoff factors */
    size_t room;
    sz_list list; /* neighbours of list_frame */
    int list_frame;
    sz_pool pool; /* of the vectors; lives as long as this does not move */
} sz_fit_pool;

/* type and args: of a descriptor for certain elements. */
sz_status sz_fit_pool_open(sz_fit_pool *pool, const sz_train *train, const char *type,
                           const sz_args *args, sz_error *err);
/* The neighbours of this frame become pool->list. */
sz_status sz_fit_pool_frame(sz_fit_pool *pool, int frame, sz_error *err);
void sz_fit_pool_free(sz_fit_pool *pool);

#endif
