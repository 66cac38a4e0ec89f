/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spread.h - the adjoint of the products of a power spectrum. */
#ifndef SZ_SPREAD_H
#define SZ_SPREAD_H

#include "descriptor/compression.h"

/* d: dE/dP of the components of n blocks, one after the other; added to dedy1 and dedy2,
 * which may be the same array and have room for SZ_LANES after their ends. Values after a
 * block's channels in y1 and y2 may be any finite numbers: they have no effect. */
void sz_spread(int n, const sz_block *block, const sz_real *d, const sz_real *y1,
               int stride1, const sz_real *y2, int stride2, sz_real *dedy1,
               sz_real *dedy2);

#endif
