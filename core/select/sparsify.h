/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sparsify.h - the choice of sparse points, by gap_fit's methods and one more.
 *
 *   method                passes  flops             memory besides O(n)
 *   cur_points            3       2 n d^2 + 20 d^3  O(d^2 + block)
 *   farthest_points       3...    4 n n_sparse d    O(n_sparse d + block)
 *   uniform               4       n d               O(n_sparse + block)
 *   random, none          1       n d               block
 *
 * The first pass removes equal vectors. Vectors that fit into memory are fetched once. */
#ifndef SZ_SPARSIFY_H
#define SZ_SPARSIFY_H

#include "base/rng.h"
#include "base/warnings.h"
#include "select/farthest.h"
#include "select/method.h"

typedef struct {
    sz_sparse_method method; /* not SZ_SPARSE_FILE or SZ_SPARSE_INDEX_FILE */
    int n_sparse;            /* of all vectors, if n_types is 0 */
    /* Or the number for each config type. gap_fit goes through the types in this order:
     * "default" (frames of types that the command line does not name), those of
     * config_type_sigma, others as the gap strings name them first, left to right. */
    int n_types;
    const sz_type_count *type; /* [n_types] */
    const int *type_of;        /* [n] index into type, or -1 */

    double hash_tolerance, vector_tolerance; /* for equal vectors; 0: gap_fit's, 1e-10 */
    sz_likeness like;                        /* farthest_points */
    sz_rng *rng;   /* cur_points, uniform: one stream for all terms, advanced by each */
    int seed;      /* random: 1 .. 2^31 - 2, a separate stream */
    size_t memory; /* bytes for blocks, and for all vectors if they fit; 0: 256 MiB */
} sz_sparsify_options;

/* Free with sz_sparse_choice_free. */
typedef struct {
    int n;
    int *index;           /* [n] indices of vectors, ascending, none twice */
    int n_unique;         /* number of different vectors */
    sz_warnings warnings; /* fewer points than requested */
} sz_sparse_choice;

/* Too few vectors, or none at all, give a warning. */
sz_status sz_sparsify(sz_sparse_choice *choice, const sz_vectors *vectors,
                      const sz_sparsify_options *options, sz_error *err);
void sz_sparse_choice_free(sz_sparse_choice *choice);

/* The random numbers that gap_fit draws for each term with R_mix or Z_mix, before the
 * first choice. */
void sz_sparsify_skip_mixing(sz_rng *rng, int n_frames);

/* ---- points from files ---------------------------------------------------------- */

/* index_file: 1-based numbers of n vectors, in any order, none twice. */
sz_status sz_sparse_read_index(sz_sparse_choice *choice, const char *path, int n,
                               sz_error *err);
/* file: for each point its cutoff factor and then its d components. The caller frees *x
 * [n][d] and *factor [n]. */
sz_status sz_sparse_read_points(const char *path, int d, int *n, double **x,
                                double **factor, sz_error *err);

#endif
