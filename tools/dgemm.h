/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dgemm.h - the speed of this machine's matrix product, the reference for other
 * speeds. */
#ifndef SZ_DGEMM_H
#define SZ_DGEMM_H

#include "base/error.h"

/* GF/s on one core of the kernel's two products for n atoms, m sparse points and d
 * components: k [n][m] = p_sparse . p and dedp = p_sparse k; the best rate within some
 * seconds each. */
sz_status sz_dgemm_rate(int n, int m, int d, double seconds, double rate[2],
                        sz_error *err);

#endif
