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
} sz_alike;

sz_status sz_alike_create(sz_alike *alike, const sz_dataset *data, sz_error *err);
void sz_alike_free(sz_alike *alike);

typedef struct {
    sz_lsq *lsq;           /* of all columns; the caller's */
    sz_lsq *narrow;        /* of those in column; NULL: there is no front */
    int set;               /* of elements, whose rows it takes */
    int n_blocks;          /* of columns: those of a term touch the same rows */
    int *first;            /* [n_blocks + 1] */
    unsigned char *of_set; /* [n_blocks] 1: a row of the set has touched it */
    int *column;           /* [narrow->n_unknowns], ascending */
    double *k;             /* rows without the other columns */
    size_t room;           /* of k */
} sz_front;

sz_status sz_front_create(sz_front *front, const sz_gap *gap, sz_lsq *lsq, sz_error *err);
void sz_front_free(sz_front *front);

/* As sz_lsq_add with ld = n_unknowns. set: of elements of the rows; n_alike: how many
 * rows of that set this thread gets, on which the choice between a front and lsq depends.
 * *width: number of columns that the rows were folded into. */
sz_status sz_front_add(sz_front *front, int set, double n_alike, int n_rows,
                       const double *k, const double *y, const double *weight, int *width,
                       sz_error *err);

/* lsq takes over what the front has seen. */
sz_status sz_front_close(sz_front *front, sz_error *err);

/* Bytes of the factors of one thread, at most; n_species in the data. */
size_t sz_front_memory(int n_unknowns, int n_species);

#endif
