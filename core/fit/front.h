/* SPDX-License-Identifier: BSD-3-Clause
 *
 * front.h - rows that touch few columns, and the order of frames that keeps them
 * together.
 */
#ifndef SZ_FRONT_H
#define SZ_FRONT_H

#include "data/dataset.h"
#include "linear/lsq.h"
#include "term/gap.h"

/* The frames by the set of elements that they hold. */
typedef struct {
    int *order;     /* [n_frames] frames of one set follow each other */
    int *set;       /* [n_frames] the first frame that has the set of frame f */
    double *n_rows; /* [n_frames] of all frames that have the set of frame f */
} sz_alike_frames;

sz_status sz_alike_frames_create(sz_alike_frames *alike, const sz_dataset *data,
                                 sz_error *err);
void sz_alike_frames_free(sz_alike_frames *alike);

/* The columns touched by the rows of the present set of elements. */
typedef struct {
    int set;                /* -1: none yet */
    int n_blocks;           /* of columns: those of a term touch the same rows */
    int *first;             /* [n_blocks + 1] */
    unsigned char *touched; /* [n_blocks] 1: by a row of the set */
    int *column;            /* [unknowns] work space */
} sz_front;

sz_status sz_front_create(sz_front *front, const sz_gap *gap, sz_error *err);
void sz_front_free(sz_front *front);

/* Call it before n_rows rows k [n_rows][n_unknowns] of a set of elements are added to
 * lsq: chooses the triangle for them. n_alike: number of rows of that set in this
 * thread. */
sz_status sz_front_choose(sz_front *front, sz_lsq *lsq, int set, double n_alike,
                          int n_rows, const double *k, sz_error *err);

/* Upper bound of the bytes of the factors of one thread; n_species in the data. */
size_t sz_front_memory(int n_unknowns, int n_species);

#endif
