/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.h - the descriptor vectors in the data that sparse points are chosen from. */
#ifndef SZ_FIT_VECTORS_H
#define SZ_FIT_VECTORS_H

#include "base/watch.h"
#include "data/dataset.h"
#include "descriptor/soap_spec.h"
#include "select/vectors.h"
#include "term/few_bodies_spec.h"

/* All vectors of one coordinate. Those of a SOAP are made on demand, frame by frame, as
 * often as a method asks: they would not fit into memory. Those of two and three bodies
 * are short and kept. */
typedef struct {
    const sz_dataset *train;
    const sz_watch *watch; /* or NULL */
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
    sz_vectors pool; /* of the vectors; lives as long as this does not move */
} sz_fit_vectors;

/* type and args: of a descriptor for certain elements. */
sz_status sz_fit_vectors_open(sz_fit_vectors *pool, const sz_dataset *train,
                              const char *type, const sz_args *args,
                              const sz_watch *watch, sz_error *err);
/* The neighbours of this frame become pool->list. */
sz_status sz_fit_vectors_frame(sz_fit_vectors *pool, int frame, sz_error *err);
void sz_fit_vectors_free(sz_fit_vectors *pool);

#endif
