/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset_frame.h - a file being read, shared by dataset_read.c and dataset_frame.c. */
#ifndef SZ_DATASET_FRAME_H
#define SZ_DATASET_FRAME_H

#include "atoms/xyz.h"
#include "data/dataset.h"

typedef struct {
    sz_dataset *data;
    const sz_dataset_names *name; /* none is NULL */
    const sz_xyz_frame *frame;
    int n_stresses,
        stress_line; /* frames whose stress was taken for a virial, the first */
    int n_integers, integer_line; /* data written without a decimal point, the first */
    char *text;                   /* a value being read */
    sz_error *err;
} sz_dataset_reader;

/* Appends r->frame to r->data. */
sz_status sz_dataset_read_frame(sz_dataset_reader *r);

/* "energy stress config_type", keys and columns of a frame, to choose a name from. */
void sz_list_names(const sz_xyz_frame *frame, char *text, size_t room);

#endif
