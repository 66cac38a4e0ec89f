/* SPDX-License-Identifier: BSD-3-Clause
 *
 * method.h - how many sparse points are chosen, and how. */
#ifndef SZ_METHOD_H
#define SZ_METHOD_H

/* How the sparse points are chosen. */
typedef enum {
    SZ_SPARSE_RANDOM,
    SZ_SPARSE_UNIFORM,
    SZ_SPARSE_CUR_POINTS,
    SZ_SPARSE_FARTHEST_POINTS, /* not in gap_fit */
    SZ_SPARSE_NONE,            /* every distinct point */
    SZ_SPARSE_FILE,            /* descriptor vectors from a file */
    SZ_SPARSE_INDEX_FILE       /* numbers of data points from a file */
} sz_sparse_method;

/* Number of sparse points from the frames of one config_type. */
typedef struct {
    char *config_type;
    int n;
} sz_type_count;

#endif
