/* SPDX-License-Identifier: BSD-3-Clause
 *
 * variance.h - the inside of an sz_variance (soapz.h): the work space of a thread,
 * neighbour lists of the caller's. */
#ifndef SZ_VARIANCE_H
#define SZ_VARIANCE_H

#include "base/error.h"

/* Scratch of one thread. */
typedef struct sz_variance_work sz_variance_work;
sz_status sz_variance_work_create(sz_variance_work **work, const sz_variance *variance,
                                  sz_error *err);
void sz_variance_work_free(sz_variance_work *work);

/* local [n_atoms] of the local energies, *total of their sum, both in eV^2. */
sz_status sz_variance_frame(const sz_variance *variance, sz_variance_work *work,
                            const sz_neigh *nb, double *local, double *total,
                            sz_error *err);

#endif
