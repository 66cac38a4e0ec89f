/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coordination.h - terms that depend on the number of neighbours of an atom. */
#ifndef SZ_COORDINATION_H
#define SZ_COORDINATION_H

#include "term/gap_term.h"
#include "term/term.h"

typedef struct {
    double cutoff, width; /* Angstrom */
    int z;                /* element of the centre, 0: any */
    int has_z;            /* 1: the descriptor has the key Z */
} sz_coordination_spec;

typedef struct {
    sz_coordination_spec spec;
    int gap_term;       /* index in the GAP it came from */
    sz_gap_term points; /* the kernel; its arrays point into own */
    double *own;        /* [2 n_sparse + 1] x_s, alpha_s fc_s, then theta */
} sz_coordination;

typedef struct {
    int n;
    sz_coordination *term; /* [n] */
} sz_coordination_set;

extern const sz_term_kind sz_kind_coordination;
extern const sz_term_type sz_type_coordination;

#endif
