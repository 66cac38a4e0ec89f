/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pair.h - two-body GP terms: E_i += sum_j share fc(r_ij) e(r_ij). */
#ifndef SZ_PAIR_H
#define SZ_PAIR_H

#include "term/gap_term.h"
#include "term/table.h"

#include <math.h>

enum { SZ_PAIR_DIM_MAX = 8 }; /* exponents of one descriptor */

typedef struct {
    int z[2];                    /* elements of the two atoms, 0 for any */
    double cutoff, cutoff_width; /* Angstrom */
    double share;                /* fraction of an instance's energy per directed pair */
    double tail_range;           /* fc also holds (erf(tail_range r)/r)^tail_exponent */
    int tail_exponent;           /* 0: none */
    int n_exponents;
    int exponent[SZ_PAIR_DIM_MAX]; /* the descriptor's vector is x_k = r^exponent_k */
} sz_pair_spec;

typedef struct {
    sz_pair_spec spec;
    int gap_term; /* index in the GAP it came from */
    int n_sparse;
    double size;      /* sum_s |weight_s| K_max, eV: the size of the terms summed in e */
    double error;     /* bound of |table - exact| found when loading, eV */
    char *descriptor; /* the argument string it came from */
    sz_table e;       /* fc e */
} sz_pair;

typedef struct {
    int n_pairs;
    sz_pair *pair;
    double reach2; /* square of the largest cutoff */
    int n_species;
    int *first; /* [n_species^2 + 1] terms of (centre a, neighbour b): */
    int *index; /* index[first[a n_species + b]] .. */
} sz_pair_set;

/* Tabulates fc e of one term (ARD_SE, PP or DOT_PRODUCT). */
sz_status sz_pair_create(sz_pair *pair, const sz_pair_spec *spec, const sz_gap_term *c,
                         sz_error *err);
void sz_pair_free(sz_pair *pair);
/* fc e at r and its slope; 0 from the cutoff on. */
double sz_pair_energy(const sz_pair *pair, double r, double *slope);

/* 1 if a term acts between atoms of the atomic numbers za and zb. */
int sz_pair_acts(const sz_pair_spec *spec, int za, int zb);
/* x [n_exponents] of a distance, and its cutoff factor, tail included. */
void sz_pair_vector(const sz_pair_spec *spec, double r, double *x);
double sz_pair_cutoff(const sz_pair_spec *spec, double r);
/* The contribution of each sparse point at r: share fc fc_s K(x_s, r) and its slope, both
 * [n_sparse], from the kernel itself. For fits. */
void sz_pair_row(const sz_pair_spec *spec, const sz_gap_term *c, double r, double *value,
                 double *slope);

/* Call it when the set is complete: finds which pairs act between which species. */
sz_status sz_pair_set_index(sz_pair_set *set, int n_species, const int *z, sz_error *err);
void sz_pair_set_free(sz_pair_set *set);

/* energy [n_atoms] and dedr [n_pairs][3] (or NULL) are incremented. */
void sz_pair_set_energy(const sz_pair_set *set, const sz_neigh *nb, double *energy,
                        double *dedr);

/* of d[3] */
static inline double sz_length(const double *d)
{
    return sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
}

/* adds slope * d / r to dedr[3] */
static inline void sz_add_radial(double slope, const double *d, double r, double *dedr)
{
    double per_r = slope / r;

    for (int x = 0; x < 3; x++) dedr[x] += per_r * d[x];
}

#endif
