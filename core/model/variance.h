/* SPDX-License-Identifier: BSD-3-Clause
 *
 * variance.h - the internals of an sz_variance (soapz.h): the variance of a sum of
 * energies from a neighbour list. */
#ifndef SZ_VARIANCE_H
#define SZ_VARIANCE_H

#include "base/error.h"

/* local [n_atoms]: variance of the local energies, *total: of their sum, both in eV^2. */
sz_status sz_variance_frame(const sz_variance *variance, sz_variance_work *work,
                            const sz_neigh *nb, double *local, double *total,
                            sz_error *err);

#endif
