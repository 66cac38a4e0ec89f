/* SPDX-License-Identifier: BSD-3-Clause
 *
 * recover.h - the full power spectrum from a lossless compression of it. */
#ifndef SZ_RECOVER_H
#define SZ_RECOVER_H

#include "descriptor/soap.h"

/* The result for one l. */
typedef struct {
    int rank;         /* W^T P_l: number of directions found, at most 2l+1 */
    double condition; /* condition number of X_l W over these directions, X_l [2l+1][n] */
} sz_recovery;

/* x [k][n] from a [k][n] = W^T P and w [n][k]: P = X^T X; rows beyond how->rank are
 * zero. Errors of P grow with the square of how->condition. */
sz_status sz_recover_density(int n, int k, const double *w, const double *a, double *x,
                             sz_recovery *how, sz_error *err);

/* full: the spectrum of nu=2 in its published order, without the sigma0 component and
 * normalised where the descriptor is, from a published vector of soap, whose compression
 * is W^T P_l, Q^T P_l Q or nu,mu=1,1 (others are SZ_ERR_ARGUMENT). how [l_max+1]. With
 * nu,mu=1,1 it is right only where n_max >= 2l+1 and the total density has the rank of
 * the densities, which how->rank = min(2l+1, n_slots n_max) proves. */
int sz_recover_length(const sz_soap *soap);
sz_status sz_recover_spectrum(const sz_soap *soap, const double *published, double *full,
                              sz_recovery *how, sz_error *err);

#endif
