/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_term.h - a term as data: descriptor text, kernel and sparse points. */
#ifndef SZ_GAP_TERM_H
#define SZ_GAP_TERM_H

#include "base/error.h"
#include "base/files.h"

typedef struct sz_environments sz_environments; /* descriptor/environment.h */

typedef enum {
    SZ_COVARIANCE_NONE = 0,
    SZ_COVARIANCE_ARD_SE = 1,
    SZ_COVARIANCE_DOT_PRODUCT = 2,
    SZ_COVARIANCE_BOND_REAL_SPACE = 3,
    SZ_COVARIANCE_PP = 4
} sz_covariance;

/* One <gpCoordinates> of a GAP. */
typedef struct sz_gap_term {
    int line; /* line of <gpCoordinates> in the XML */
    char *label;
    char *descriptor; /* text of <descriptor> */
    int descriptor_line;
    sz_covariance covariance;
    double delta;   /* attribute signal_variance, which is delta, eV */
    double f0;      /* signal_mean */
    double zeta;    /* DOT_PRODUCT exponent (old files: from <theta>) */
    int n_dim;      /* length d of the descriptor vector */
    double *theta;  /* [n_dim] averaged over permutations; NULL for DOT_PRODUCT */
    int n_matrix;   /* numbers in <compression_matrix>, an element that only soapz
                       writes; or those */
    double *matrix; /* of the compress_file of a soap_turbo (turbo_map.h) */
    int n_perm;
    int *perm;         /* [n_perm][n_dim] 0-based; NULL for DOT_PRODUCT */
    int n_sparse;      /* may be 0: the three arrays are then NULL */
    double *x_sparse;  /* [n_sparse][n_dim]; NULL if only the environments are stored */
    double *alpha;     /* [n_sparse] weights */
    double *fc_sparse; /* [n_sparse] cutoff factor of the sparse point */
    sz_environments *environment; /* of the sparse points of a soap, or NULL */
} sz_gap_term;

void sz_gap_term_clear(sz_gap_term *term);

/* NULL, or a kernel parameter that is out of range, written to text: "zeta is 1e+09,
 * allowed 0.001 to 1000". theta NULL is not checked. */
const char *sz_kernel_fault(const sz_gap_term *term, char text[120]);

/* The compress_file that the descriptor names, to free; NULL: none. A descriptor that
 * cannot be read is left to its reader. */
sz_status sz_gap_term_map_name(char **name, const sz_gap_term *term, sz_error *err);
/* That file becomes the matrix, unless there is one. It is one in the folder of the file
 * model, or, where that is NULL, the user's own: any, from the working directory. files,
 * or NULL, learns what was read. */
sz_status sz_gap_term_load_map(sz_gap_term *term, const char *model, sz_files *files,
                               sz_error *err);

#endif
