/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spread.h - the products of a power spectrum backwards. */
#ifndef SZ_SPREAD_H
#define SZ_SPREAD_H

#include "descriptor/compression.h"

/* d: dE/dP of the components of n blocks, one after the other; to dedy1 and dedy2, which
 * are added to, may be the same array and have room for SZ_LANES behind their ends. What
 * stands behind a block's channels in y1 and y2 may be any finite number: it does not
 * count. */
void sz_spread(int n, const sz_block *block, const sz_real *d, const sz_real *y1,
               int stride1, const sz_real *y2, int stride2, sz_real *dedy1,
               sz_real *dedy2);

#endif
