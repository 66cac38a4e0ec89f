/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kernel.h - the kernel of SOAP terms: the energy of a block of atoms, kernel values, and
 * the contribution of each sparse point. */
#ifndef SZ_KERNEL_H
#define SZ_KERNEL_H

#include "linear/product.h"

/* A sparse GP with the kernel delta^2 (p_s . p + sigma0^2)^zeta. */
typedef struct {
    int n_desc, stride;
    int n_sparse;
    const double *p_sparse; /* [n_sparse][stride]; or NULL, and instead of it */
    const double *weight;   /* [n_sparse] */
    double delta, zeta, sigma0;
    const sz_product *values; /* p -> k: p_sparse transposed, or NULL */
    const sz_product *slopes; /* k -> dE/dp: p_sparse, or NULL */
} sz_kernel;

/* Points in the layout of both products, for a kernel's values and slopes. */
sz_status sz_kernel_pack(sz_product **values, sz_product **slopes, sz_tile tile,
                         const sz_kernel *kernel, sz_error *err);

/* ---- kernel_energy.c --------------------------------------------------------------- */

/* Size of the scratch k for n atoms. */
size_t sz_kernel_scratch(int n, int n_sparse, int stride);
/* energy[i] += sum_s weight_s K(p_s, p_i), and, unless dedp is NULL, its
 * derivative, overwriting the ranges of dedp; components outside the ranges are zero in
 * every p. p, dedp [n][stride]; k scratch. */
void sz_kernel_energy(const sz_kernel *kernel, int n, int n_ranges, const sz_range *range,
                      const sz_real *p, sz_real *k, double *energy, sz_real *dedp);

/* The n products k = p . q are replaced by delta^2 (k + sigma0^2)^zeta. */
void sz_kernel_values(size_t n, double delta, double zeta, double sigma0, double *k);

/* For fits: the contribution of each of n sparse points, from k[s] = p_s . p.
 * energy[s] += K, and k[s] <- dK / d(p_s . p). */
void sz_kernel_row(int n, double delta, double zeta, double sigma0, double *k,
                   double *energy);

#endif
