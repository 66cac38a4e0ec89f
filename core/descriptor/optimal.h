/* SPDX-License-Identifier: BSD-3-Clause
 *
 * optimal.h - bases that represent most of a data set's density: one pass over its
 * environments, then eigenvectors. Unsupervised: energies and forces are not used. */
#ifndef SZ_OPTIMAL_H
#define SZ_OPTIMAL_H

#include "descriptor/soap.h"

/* Sum over environments of X_l X_l^T, stored as an unnormalised nu=2 spectrum. */
typedef struct {
    sz_soap *soap; /* nu=2, not normalised */
    sz_describer_work *work;
    double *p;   /* [SZ_MOMENTS_BLOCK][stride] */
    double *sum; /* [stride] */
    long n;      /* number of environments so far */
} sz_moments;
enum { SZ_MOMENTS_BLOCK = 16 };

/* Hyperparameters and species of spec are used, its compression is ignored. */
sz_status sz_moments_create(sz_moments **moments, const sz_soap_spec *spec,
                            sz_error *err);
void sz_moments_free(sz_moments *moments);
/* Adds the environments of the n atoms; slots as for sz_describer_forward. */
void sz_moments_add(sz_moments *moments, const sz_neigh *nb, const sz_slots *slots, int n,
                    const int *atom);

/* U_l, the u_max leading eigenvectors of the covariance of each l, in the layout of
 * sz_compress_matrix: matrix [l_max+1][n_slots n_max][u_max]. spectrum [l_max+1][n_slots
 * n_max]: all eigenvalues, descending, per environment; may be NULL. */
sz_status sz_optimal_basis(const sz_moments *moments, int u_max, double *matrix,
                           double *spectrum, sz_error *err);

/* u [n_slots][d_j], the d_j leading eigenvectors of the covariance of the species for l =
 * 0, in the layout of sz_compress_embedding. spectrum [n_slots], as above, may be
 * NULL. */
sz_status sz_optimal_embedding(const sz_moments *moments, int d_j, double *u,
                               double *spectrum, sz_error *err);

/* The leading eigenvectors of c [n][n] (destroyed) as columns of u [n][keep], with the
 * largest element of each positive; all eigenvalues to spectrum [n], descending, unless
 * NULL. */
sz_status sz_leading_eigenvectors(int n, int keep, double *c, double *u, double *spectrum,
                                  sz_error *err);

#endif
