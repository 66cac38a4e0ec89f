/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sparsify.h - which vectors become sparse points, by gap_fit's methods and one
 * of our own.
 *
 *   method                passes  flops             memory besides O(n)
 *   cur_points            3       2 n d^2 + 20 d^3  O(d^2 + block)
 *   farthest_points       3...    4 n n_sparse d    O(n_sparse d + block)
 *   uniform               4       n d               O(n_sparse + block)
 *   random, none          1       n d               block
 *
 * The first pass drops equal vectors. Vectors that fit into memory are fetched once. */
#ifndef SZ_SPARSIFY_H
#define SZ_SPARSIFY_H

#include "base/rng.h"
#include "base/warnings.h"
#include "select/farthest.h"
#include "select/method.h"

typedef struct {
    sz_sparse_method method; /* not SZ_SPARSE_FILE or SZ_SPARSE_INDEX_FILE */
    int n_sparse;            /* of all vectors, where n_types is 0 */
    /* Or so many of each config type. gap_fit goes through the types in this order:
     * "default" (frames of types that the command line does not name), those of
     * config_type_sigma, others as the gap strings name them first, left to right. */
    int n_types;
    const sz_type_count *type; /* [n_types] */
    const int *type_of;        /* [n] index into type, or -1 */

    double hash_tolerance, vector_tolerance; /* of equal vectors; 0: gap_fit's, 1e-10 */
    sz_likeness like;                        /* farthest_points */
    sz_rng *rng;   /* cur_points, uniform: one stream for all terms, advanced */
    int seed;      /* random: 1 .. 2^31 - 2, a stream of its own */
    size_t memory; /* bytes for blocks, and for all vectors if they fit; 0: 256 MiB */
} sz_sparsify_options;

/* Free with sz_sparse_choice_free. */
typedef struct {
    int n;
    int *index;           /* [n] of vectors, ascending, none twice */
    int n_unique;         /* different vectors among them */
    sz_warnings warnings; /* fewer points than asked for */
} sz_sparse_choice;

/* Too few vectors are a warning, also none at all. */
sz_status sz_sparsify(sz_sparse_choice *choice, const sz_vectors *vectors,
                      const sz_sparsify_options *options, sz_error *err);
void sz_sparse_choice_free(sz_sparse_choice *choice);

/* What gap_fit draws for each term with R_mix or Z_mix, before the first choice. */
void sz_sparsify_skip_mixing(sz_rng *rng, int n_frames);

/* ---- points from files ---------------------------------------------------------- */

/* index_file: 1-based numbers of n vectors, in any order, none twice. */
sz_status sz_sparse_read_index(sz_sparse_choice *choice, const char *path, int n,
                               sz_error *err);
/* file: for each point its cutoff factor and then its d components. *x [n][d] and
 * *factor [n] are the caller's to free. */
sz_status sz_sparse_read_points(const char *path, int d, int *n, double **x,
                                double **factor, sz_error *err);

#endif
