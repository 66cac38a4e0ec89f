/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf.h - atom-centred symmetry functions: sums over neighbours and over pairs of them,
 * and their compressions. Definitions and order: docs/theory.md; the order is DScribe's.
 *
 *   f(r)  = (cos(pi r / r_c) + 1) / 2 for r < r_c, else 0
 *   G1_a  = sum_j f(r_j)                                  neighbours j of element a
 *   G2_a  = sum_j exp(-eta (r_j - R_s)^2) f(r_j)
 *   G3_a  = sum_j cos(kappa r_j) f(r_j)
 *   G4_ab = sum_jk 2^(1-zeta) (1 + lambda c)^zeta         pairs {j,k} once, of a and b
 *           exp(-eta (r_j^2 + r_k^2 + r_jk^2)) f(r_j) f(r_k) f(r_jk)
 *   G5_ab = the same without r_jk
 *
 * acsf_spec.c parses them, acsf.c defines their order, acsf_pairs.c sums over pairs,
 * acsf_chain.c computes them and their derivatives, acsf_vectors.c makes vectors of them.
 * Everything is in double precision. */
#ifndef SZ_ACSF_H
#define SZ_ACSF_H

#include "base/keys.h"
#include "descriptor/describer.h"

/* largest number of functions of a kind */
enum { SZ_ACSF_MAX = 128 };

/* Compression of the three-body part. */
typedef enum {
    SZ_ACSF_PAIRS,     /* nu=2: a row of functions for each pair of elements */
    SZ_ACSF_ELEMENTS,  /* nu,mu=1,1: one row for each element a: pairs with an a, {a,a}
                          once */
    SZ_ACSF_SUM,       /* mu=2: one row for all pairs */
    SZ_ACSF_WEIGHTED,  /* wACSF: all pairs, and all pairs times w_a w_b, w = 1, 2, .. */
    SZ_ACSF_WEIGHTED_Z /* wACSF,Z: all pairs times Z_j Z_k, neighbours times Z_j */
} sz_acsf_compression;

/* For G4 or G5; eta in 1/Angstrom^2. */
typedef struct {
    double eta, zeta, lambda;
} sz_acsf_angular;

typedef struct {
    double cutoff, sigma0; /* sigma0: covariance_sigma0 */
    int normalise;         /* 1: the vector is divided by its norm */
    int n_slots;           /* elements of the neighbours, ascending; 0: any element */
    int slot_z[SZ_Z_MAX];  /* [n_slots] */
    sz_acsf_compression compression;
    int g1, n2, n3, n4, n5; /* number of functions of each kind; g1: 0 or 1 */
    double eta[SZ_ACSF_MAX], shift[SZ_ACSF_MAX]; /* for G2: 1/Angstrom^2, Angstrom */
    double kappa[SZ_ACSF_MAX];                   /* for G3: 1/Angstrom */
    sz_acsf_angular g4[SZ_ACSF_MAX], g5[SZ_ACSF_MAX];
} sz_acsf_spec;

/* 8 G2 and 43 G4 of Behler (2011) and Artrith and Behler (2012), for 6.5 Angstrom; eta
 * scales as 1 / cutoff^2, so that they are the same functions of r / cutoff. */
void sz_acsf_traditional_g2(sz_acsf_spec *spec, double cutoff);
void sz_acsf_traditional_g4(sz_acsf_spec *spec, double cutoff);
int sz_acsf_equal(const sz_acsf_spec *a, const sz_acsf_spec *b);

/* Functions of G4 or G5 in the order of computation: those with the same eta are
 * adjacent, and equal angular factors are computed once. */
typedef struct {
    int n, n_eta, n_angular;
    double eta[SZ_ACSF_MAX];    /* [n_eta] */
    int first[SZ_ACSF_MAX + 1]; /* [n_eta + 1] into the next two */
    int angular[SZ_ACSF_MAX];   /* [n] */
    int place[SZ_ACSF_MAX];     /* [n] index in the row of the vector */
    double zeta[SZ_ACSF_MAX];   /* [n_angular] */
    double lambda[SZ_ACSF_MAX];
} sz_acsf_set;

typedef struct {
    sz_describer base;
    sz_acsf_spec spec;
    int n_groups;            /* number of groups of neighbours: n_slots, or 1 */
    int n_three;             /* the same for pairs of them */
    double weight[SZ_Z_MAX]; /* [n_slots] weight of a neighbour in every sum */
    int two;                 /* two-body functions of a group */
    int n_rows, row;         /* three-body part: rows, functions per row */
    int length;              /* two n_groups + row n_rows */
    int stride;              /* the same, padded */
    sz_acsf_set g4, g5;
} sz_acsf;

extern const sz_describer_kind sz_acsf_describer;
extern const sz_key sz_acsf_keys[];

/* As the functions of sz_describer_kind. */
sz_status sz_acsf_parse(sz_describer_spec *spec, const sz_args *args, int version,
                        int n_matrix, const double *matrix, sz_error *err);
sz_status sz_acsf_create(sz_describer **d, const void *own, int reduce, sz_error *err);
/* "G2 eta=0.1 R_s=0 [Z=42]" */
int sz_acsf_label(const sz_describer *d, const void *names, int k, char *text,
                  size_t size);
/* its label */
const char *sz_acsf_compression_name(sz_acsf_compression compression);

/* The rows to which pairs of groups a and b are added, and their factors; returns how
 * many, 1 or 2. */
int sz_acsf_rows(const sz_acsf *acsf, int a, int b, int row[2], double factor[2]);

/* The components that neighbours of these groups, present [n_groups], can contribute to,
 * as at most n_groups + n_rows ranges; returns their number. */
int sz_acsf_ranges(const sz_acsf *acsf, const unsigned char *present, sz_range *range);

/* Scratch of one atom, for any number of neighbours. */
typedef struct sz_acsf_work sz_acsf_work;
sz_status sz_acsf_work_create(sz_acsf_work **work, sz_error *err);
void sz_acsf_work_free(sz_acsf_work *work);

/* slot [n_species of nb]: index of the element, -1: such neighbours are ignored.
 * p [length] of atom i */
void sz_acsf_forward(const sz_acsf *acsf, sz_acsf_work *work, const sz_neigh *nb,
                     const int *slot, int i, double *p);
/* dedr [n_pairs of nb][3] += dE/dr_ij, from dedp [length] */
void sz_acsf_adjoint(const sz_acsf *acsf, sz_acsf_work *work, const sz_neigh *nb,
                     const int *slot, int i, const double *dedp, double *dedr);
/* For every neighbour that is not ignored: its index in nb->r, in *pair, and dp/dr_ij,
 * jacobian [3 n][stride]; returns n. */
int sz_acsf_jacobian(const sz_acsf *acsf, sz_acsf_work *work, const sz_neigh *nb,
                     const int *slot, int i, int *pair, double *jacobian);

#endif
