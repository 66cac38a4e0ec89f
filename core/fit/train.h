/* SPDX-License-Identifier: BSD-3-Clause
 *
 * train.h - channel maps from data: principal components, or trained by their slopes. */
#ifndef SZ_TRAIN_H
#define SZ_TRAIN_H

#include "fit/trial.h"

/* Gives term number k of gap its matrix where its descriptor wants maps from data
 * (compression_train, compression_start): that of an earlier term of the same descriptor,
 * or a new one, of which a note tells. The terms before number k take part as they are.
 * Where the fit is only planned the maps stay as they begin. */
sz_status sz_fit_find_maps(sz_gap *gap, int k, const sz_fit_spec *spec,
                           const sz_targets *targets, int n_threads,
                           const sz_watch *watch, sz_error *err);

/* Refuses, before there is one, a model file that cannot hold the maps: XML has no place
 * for those of Z_mix and R_mix. */
sz_status sz_fit_check_maps(const sz_fit_spec *spec, sz_error *err);

#endif
