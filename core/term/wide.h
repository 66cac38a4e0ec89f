/* SPDX-License-Identifier: BSD-3-Clause
 *
 * wide.h - kernels in double precision in a plan of single precision. */
#ifndef SZ_WIDE_H
#define SZ_WIDE_H

#include "term/collapse.h"

/* The size of the terms that are summed to an energy, eV: single precision loses 1e-8 of
 * them. */
double sz_kernel_size(const sz_kernel *kernel);       /* a kernel with its points */
double sz_collapse_size(const sz_collapse *collapse); /* before it is packed */

/* Above this size, eV, force errors would exceed 1e-5 eV/Angstrom. */
#define SZ_SINGLE_MOST 1000.0

/* Doubles of scratch for n atoms. */
size_t sz_wide_scratch(int n, int n_sparse, int stride);
/* sz_collapse_energy or, if collapse is NULL, sz_kernel_energy, in double precision for
 * vectors of floats. */
void sz_wide_energy(const sz_kernel *kernel, const sz_collapse *collapse, int n,
                    const sz_layout *of_p, const float *p, double *scratch,
                    double *energy, float *dedp);

#endif
