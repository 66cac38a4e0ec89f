/* SPDX-License-Identifier: BSD-3-Clause
 *
 * train.h - channel maps from data: principal components, or trained with gradients. */
#ifndef SZ_TRAIN_H
#define SZ_TRAIN_H

#include "fit/trial.h"

/* Gives term number k of gap its matrix if its descriptor requests maps from data
 * (compression_train, compression_start): that of an earlier term with the same
 * descriptor, or a new one, described in a note. The terms before number k are used
 * unchanged. In a dry run the maps keep their initial values. */
sz_status sz_fit_find_maps(sz_gap *gap, int k, const sz_fit_spec *spec,
                           const sz_targets *targets, int n_threads,
                           const sz_watch *watch, sz_error *err);

/* Refuses, before the fit, a model file that cannot store the maps: XML cannot store
 * those of Z_mix and R_mix. */
sz_status sz_fit_check_maps(const sz_fit_spec *spec, sz_error *err);

#endif
