/* SPDX-License-Identifier: BSD-3-Clause
 *
 * glue.h - the Glue core potential. */
#ifndef SZ_GLUE_H
#define SZ_GLUE_H

#include "term/table.h"

/* Table points in file order, not sorted. */
typedef struct {
    int n;
    double *x, *y; /* [n] */
    double y1, yn; /* end slopes; above 0.99e30 means natural end */
} sz_gap_points;

typedef struct {
    int z;                 /* atomic_num */
    sz_gap_points density; /* (a, rho); y1, yn used when do_spline */
    int do_spline;
    sz_gap_points embedding; /* potential_density: (rho, E); default y1=yn=2e30 */
} sz_gap_glue_type;

typedef struct {
    int type1, type2;   /* 0-based indices into type */
    sz_gap_points pair; /* potential_pair: (r, E); default y1=yn=0 */
} sz_gap_glue_pair;

typedef struct sz_gap_glue {
    int n_types;
    sz_gap_glue_type *type;
    int n_pairs;
    sz_gap_glue_pair *pair;
} sz_gap_glue;

typedef struct {
    int spline;   /* 1: w is a spline, else prefactor (range - r)^3 */
    double range; /* w(r) = 0 beyond this distance, Angstrom */
    double prefactor;
    sz_table w; /* [do_spline] */
    sz_table f; /* embedding energy of the density, eV */
} sz_glue_type;

typedef struct {
    int n_types;
    int z[SZ_Z_MAX]; /* [n_types] */
    sz_glue_type *type;
    double *range;        /* [n_types^2] of phi, 0: no pair energy */
    sz_table *phi;        /* [n_types^2], only the upper triangle is set: use a <= b */
    int *type_of_species; /* [n_species] or -1 */
} sz_glue;

void sz_gap_glue_clear(sz_gap_glue *glue);

sz_status sz_glue_create(sz_glue **glue, const sz_gap_glue *data, const char *path,
                         int n_species, const int *z, sz_error *err);
void sz_glue_free(sz_glue *glue);
double sz_glue_cutoff(const sz_glue *glue);

/* energy [n_atoms] and dedr [n_pairs][3] (or NULL) are incremented. */
void sz_glue_energy(const sz_glue *glue, const sz_neigh *nb, double *energy,
                    double *dedr);

#endif
