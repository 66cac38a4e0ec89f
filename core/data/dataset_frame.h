/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset_frame.h - the data being read, shared by train.c and train_frame.c. */
#ifndef SZ_DATASET_FRAME_H
#define SZ_DATASET_FRAME_H

#include "atoms/xyz.h"
#include "data/dataset.h"

typedef struct {
    sz_dataset *train;
    const sz_dataset_names *name;
    const sz_sigma_table *sigma;
    const sz_xyz_frame *frame;
    size_t room;                    /* atoms the arrays have room for */
    int n_forces;                   /* frames with forces */
    int n_stresses;                 /* frames whose stress was taken for a virial */
    int n_integers, integer_line;   /* data written without a decimal point */
    int stress_line;                /* the first of them */
    int species_of_z[SZ_Z_MAX + 1]; /* plus 1; 0 unknown */
    char *text;                     /* a value being read */
    sz_error *err;
} sz_dataset_reader;

/* Appends r->frame to r->train. */
sz_status sz_dataset_read_frame(sz_dataset_reader *r);
/* *(void **)array gets room for n elements of that size; 0 where there is none. */
int sz_grow(void *array, size_t n, size_t size);

#endif
