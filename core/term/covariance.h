/* SPDX-License-Identifier: BSD-3-Clause
 *
 * covariance.h - the covariance of the points of a term, from its hyperparameters. */
#ifndef SZ_COVARIANCE_H
#define SZ_COVARIANCE_H

#include "term/gap_term.h"

/* f of ARD_SE and PP at rho^2, and its slope df/d(rho^2). */
double sz_correlation(const sz_gap_term *c, double rho2, double *slope);
/* k(x, y): f summed over the permutations of x. */
double sz_correlation_permuted(const sz_gap_term *c, const double *x, const double *y);

/* K(x_s, y) of every sparse point, without permutations, and its slope when y moves along
 * dy: value, slope [n_sparse]. */
void sz_covariance_row(const sz_gap_term *c, const double *y, const double *dy,
                       double *value, double *slope);
/* One such K to 19 digits, for tables of sums with cancellation. */
long double sz_covariance_exact(const sz_gap_term *c, const double *x,
                                const long double *y);

/* k [n_sparse][n_sparse]: fc_s fc_t K(x_s, x_t) of a term's sparse points, with jitter
 * added to the diagonal: the regulariser of its weights. */
sz_status sz_covariance_matrix(const sz_gap_term *c, double jitter, double *k,
                               sz_error *err);

#endif
