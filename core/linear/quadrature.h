/* SPDX-License-Identifier: BSD-3-Clause
 *
 * quadrature.h - Gauss-Legendre rules. */
#ifndef SZ_QUADRATURE_H
#define SZ_QUADRATURE_H

/* n points in (-1, 1), descending, and their weights: exact for polynomials of degree
 * below 2n. */
void sz_gauss_legendre(int n, long double *node, long double *weight);

#endif
