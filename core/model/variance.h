/* SPDX-License-Identifier: BSD-3-Clause
 *
 * variance.h - the variance that a Gaussian process predicts for its own energies.
 *
 * It says how far an environment is from the sparse points. Neither the data of the fit
 * nor their noise enter (a model does not hold them): it is a lower bound in regions that
 * the sparse points cover well. */
#ifndef SZ_VARIANCE_H
#define SZ_VARIANCE_H

#include "base/error.h"

#define SZ_VARIANCE_LAMBDA 1e-3 /* eV; QUIP's gap_variance_regularisation */

/* Constant, shared by threads. */
typedef struct sz_variance sz_variance;

/* Takes the SOAP terms of model, which must outlive it. lambda in eV. A model without
 * SOAP terms, or one that no longer holds its sparse points, is SZ_ERR_ARGUMENT. */
sz_status sz_variance_create(sz_variance **variance, const sz_model *model, double lambda,
                             sz_error *err);
void sz_variance_free(sz_variance *variance);

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
