/* SPDX-License-Identifier: BSD-3-Clause
 *
 * wide.h - kernels in double precision in a plan of single precision. */
#ifndef SZ_WIDE_H
#define SZ_WIDE_H

#include "term/collapse.h"

/* How large the terms are whose sum an energy is, eV: single precision loses 1e-8 of
 * them. */
double sz_kernel_size(const sz_kernel *kernel);       /* whose points are there */
double sz_collapse_size(const sz_collapse *collapse); /* before it is packed */

/* Above this, eV, forces would be off by more than 1e-5 eV/Angstrom. */
#define SZ_SINGLE_MOST 1000.0

/* Doubles of scratch for n atoms. */
size_t sz_wide_scratch(int n, int n_sparse, int stride);
/* sz_collapse_energy, or where collapse is NULL sz_kernel_energy, in double precision of
 * vectors of floats. */
void sz_wide_energy(const sz_kernel *kernel, const sz_collapse *collapse, int n,
                    const sz_layout *of_p, const float *p, double *scratch,
                    double *energy, float *dedp);

#endif
