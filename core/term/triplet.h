/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triplet.h - three-body GP terms: E_i += share sum_(j<k) fc e(r_ij, r_ik, r_jk). */
#ifndef SZ_TRIPLET_H
#define SZ_TRIPLET_H

#include "term/gap_term.h"

typedef enum {
    SZ_TRIPLET_ANGLE,   /* angle_3b */
    SZ_TRIPLET_COMPACT, /* distance_Nb of order 3, compact_clusters=T */
    SZ_TRIPLET_CLUSTER  /* distance_Nb of order 3, compact_clusters=F */
} sz_triplet_kind;

typedef struct {
    sz_triplet_kind kind;
    int z[3];                    /* angle_3b: Z_center, Z1, Z2; else in ascending
                                    order; 0 for any element, distance_Nb: all three or
                                    none */
    double cutoff, cutoff_width; /* Angstrom */
    double share;                /* how often an unordered pair of neighbours counts */
} sz_triplet_spec;

typedef struct {
    sz_triplet_spec spec;
    int gap_term; /* index in the GAP it came from */
    sz_covariance covariance;
    double zeta;     /* of DOT_PRODUCT */
    double constant; /* eV, the contribution of f0 to e */
    double scale[3]; /* points and instances are stored as scale x */
    double slope[3]; /* de/dx is the sums over points times this */
    int n_perm;      /* distinct permutations of x; the first is the identity */
    int perm[6][3];
    int n_sparse;
    int n_points;        /* n_sparse n_perm: sparse points with all their permutations */
    double *point;       /* [n_points][4] scaled x and weight, eV */
    int ordered;         /* 1: depends on which of two like neighbours comes first */
    char *descriptor;    /* the argument string it came from */
    unsigned char *role; /* [n_species] bit k: the element may be z[k] */
    unsigned long long allow[8]; /* [role of the centre] bit 8 a + b: two neighbours
                                    with roles a and b form an instance */
} sz_triplet;

enum { SZ_TRIPLET_BATCH = 64 }; /* instances that are summed together */

typedef struct {
    int n_triplets;
    sz_triplet *triplet;
} sz_triplet_set;

/* One term (ARD_SE, PP or DOT_PRODUCT) of the file path. Fails if the permutations do not
 * make e a function of the three atoms. */
sz_status sz_triplet_create(sz_triplet *triplet, const sz_triplet_spec *spec,
                            const sz_gap_term *c, const char *path, sz_error *err);
void sz_triplet_free(sz_triplet *triplet);

/* Call it when the set is complete: finds the roles of the species; z [n_species]. */
sz_status sz_triplet_set_index(sz_triplet_set *set, int n_species, const int *z,
                               sz_error *err);
void sz_triplet_set_free(sz_triplet_set *set);

/* energy [n_atoms] and dedr [n_pairs][3] (or NULL) are incremented; z [n_species]. */
void sz_triplet_set_energy(const sz_triplet_set *set, const int *z, const sz_neigh *nb,
                           double *energy, double *dedr);

/* For fits: a copy whose points have the weights of alpha = 1. It shares everything
 * except its points; the caller frees unit->point. */
sz_status sz_triplet_unit(sz_triplet *unit, const sz_triplet *triplet,
                          const sz_gap_term *c, sz_error *err);
/* The contribution of each sparse point to the energy of atom i, energy [n_sparse], and
 * to dE_i/dr_ij of its n pairs, dedr [n_sparse][n][3] or NULL; both are incremented. */
void sz_triplet_rows(const sz_triplet *unit, const sz_gap_term *c, const int *z,
                     const sz_neigh *nb, int i, double *energy, double *dedr);

/* One batch of n instances, a multiple of SZ_LANES: x [3][SZ_TRIPLET_BATCH] is scaled;
 * sum [4][SZ_TRIPLET_BATCH] is e - constant and de/dx / slope. */
void sz_triplet_sum(const sz_triplet *triplet, int n, const double *x, double *sum);

#endif
