/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset_frame.h - state of a file being read, shared by dataset_read.c and
 * dataset_frame.c. */
#ifndef SZ_DATASET_FRAME_H
#define SZ_DATASET_FRAME_H

#include "atoms/xyz.h"
#include "data/dataset.h"

typedef struct {
    sz_dataset *data;
    const sz_dataset_names *name; /* no name is NULL */
    const sz_xyz_frame *frame;
    int n_stresses, stress_line;  /* frames whose virial comes from a stress; the first */
    int n_integers, integer_line; /* values without a decimal point; the first */
    char *text;                   /* the value being read */
    sz_error *err;
} sz_dataset_reader;

/* Appends r->frame to r->data. */
sz_status sz_dataset_read_frame(sz_dataset_reader *r);

/* "energy stress config_type": the keys and columns of a frame, for messages. */
void sz_list_names(const sz_xyz_frame *frame, char *text, size_t room);

#endif
