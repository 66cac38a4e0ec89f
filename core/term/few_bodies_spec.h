/* SPDX-License-Identifier: BSD-3-Clause
 *
 * few_bodies_spec.h - the descriptors of two and three atoms: distance_2b, angle_3b and
 * distance_Nb of order 2 or 3, from their argument strings. */
#ifndef SZ_FEW_BODIES_SPEC_H
#define SZ_FEW_BODIES_SPEC_H

#include "base/keys.h"
#include "term/pair.h"
#include "term/triplet.h"

typedef struct {
    int bodies;              /* 2 or 3 */
    int n_dim;               /* length of the vector x */
    double cutoff;           /* Angstrom */
    sz_pair_spec pair;       /* for two bodies */
    sz_triplet_spec triplet; /* for three bodies */
    /* Exchanges of like atoms as permutations of x, as gap_fit writes them: a pair of
     * like atoms of distance_Nb has the identity twice. */
    int n_perm, perm[6][3];
} sz_few_bodies;

/* The keys of each type: a new key is a line in its table. */
extern const sz_key sz_distance_2b_keys[], sz_angle_3b_keys[], sz_distance_nb_keys[];

/* type is one of the names above, with this spelling; version is the gap_version of the
 * model, which determines some defaults. */
sz_status sz_few_bodies_parse(sz_few_bodies *few, const char *type, const sz_args *args,
                              int version, sz_error *err);

#endif
