/* SPDX-License-Identifier: BSD-3-Clause
 *
 * lj.h - the Lennard-Jones core potential. */
#ifndef SZ_LJ_H
#define SZ_LJ_H

#include "base/error.h"

typedef struct {
    int type1, type2;            /* 0-based indices into z */
    double sigma;                /* Angstrom */
    double eps6, eps12;          /* eV */
    double cutoff, cutoff_width; /* Angstrom; width 0: sharp cutoff */
    int energy_shift;            /* 1: u(cutoff) is subtracted */
    int force_shift;             /* 1: u'(cutoff) (r - cutoff) is subtracted */
} sz_gap_lj_pair;

/* As in a file. */
typedef struct sz_gap_lj {
    int n_types;
    int z[SZ_Z_MAX]; /* [n_types] atomic numbers */
    int n_pairs;
    sz_gap_lj_pair *pair; /* [n_pairs] */
} sz_gap_lj;

/* The energy of one pair of elements. */
typedef struct {
    double c12, c6;      /* eV Angstrom^12, eV Angstrom^6 */
    double shift, slope; /* subtracted: shift + slope (r - cutoff) */
    double cutoff;       /* 0: no interaction */
    double cutoff_width;
} sz_lj_pair;

typedef struct {
    int n_species;
    double cutoff;    /* the largest */
    sz_lj_pair *pair; /* [n_species^2] */
} sz_lj;

void sz_gap_lj_clear(sz_gap_lj *lj);
/* 1 if the file lists this element. */
int sz_gap_lj_lists(const sz_gap_lj *lj, int z);

sz_status sz_lj_create(sz_lj **lj, const sz_gap_lj *data, int n_species, const int *z,
                       sz_error *err);
void sz_lj_free(sz_lj *lj);
/* Energy at r and its slope; 0 beyond the cutoff. */
double sz_lj_pair_energy(const sz_lj_pair *pair, double r, double *slope);

/* energy [n_atoms] and dedr [n_pairs][3] (or NULL) are incremented. */
void sz_lj_energy(const sz_lj *lj, const sz_neigh *nb, double *energy, double *dedr);

#endif
