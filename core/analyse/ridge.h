/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ridge.h - ridge regression of total energies, by the kernel matrix or, with zeta=1, by
 * the vectors themselves: the same predictions. */
#ifndef SZ_RIDGE_H
#define SZ_RIDGE_H

#include "analyse/energy_rows.h"

/* Data shared by all fits. Frames are numbers 0 .. n-1. */
typedef struct {
    int n;
    const double *size; /* [n] atoms */
    double scale;       /* mean of K(A,A) divided by the mean of the sizes */
    /* the kernel of n_kernel frames, place [n] of each in it, or -1 */
    int n_kernel;
    const int *place;
    const double *k; /* [n_kernel][n_kernel] */
    /* the sums of the frames' vectors, in which n_columns components occur, column
     * [n_desc] of each or -1; 0 if every fit uses the kernel */
    const sz_energy_rows *rows;
    int n_columns;
    const int *column;
} sz_ridge;

typedef struct {
    int n;
    const int *frame; /* [n] */
} sz_chosen;

/* r [train->n]: the target energies of the frames of train, eV. out [n_sigma][judged->n]:
 * predictions for the frames of judged with each regularisation,
 *   beta = (K + sigma scale diag(size))^-1 r,   out = K' beta;
 * NaN if K + .. is not positive. Uses the vectors if train has more frames than
 * columns. */
sz_status sz_ridge_predict(const sz_ridge *ridge, const sz_chosen *train, const double *r,
                           const sz_chosen *judged, int n_sigma, const double *sigma,
                           double *out, sz_error *err);
/* 1 if such a fit needs the kernel. */
int sz_ridge_by_kernel(const sz_ridge *ridge, int n_train);

/* mu [n_species] minimises sum (energy - count . mu)^2 over frames; the shortest solution
 * if it is not unique. count [..][n_species] and energy of all frames. */
sz_status sz_chemical_potentials(int n_species, const double *count, const double *energy,
                                 const sz_chosen *frames, double *mu, sz_error *err);

#endif
