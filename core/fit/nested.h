/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nested.h - orders of frames and of sparse points of which every leading part is a
 * representative sample of the whole. */
#ifndef SZ_NESTED_H
#define SZ_NESTED_H

#include "data/dataset.h"
#include "fit/spec.h"
#include "term/gap.h"

/* order [n_frames]: random, with each config_type in constant proportion. */
sz_status sz_nested_frames(const sz_dataset *data, int seed, int *order, sz_error *err);

/* order [unknowns of gap]: the first *n_whole are the complete few-body terms. They are
 * followed by the points of the SOAPs, each in constant proportion: farthest points in
 * the order of their choice, others at random. Without a SOAP this is done with the other
 * terms, and *n_whole is 0. */
sz_status sz_nested_points(const sz_gap *gap, const sz_fit_spec *spec, int seed,
                           int *order, int *n_whole, sz_error *err);

/* Numbers from lo to hi with constant ratios, rounded and ascending: at most n of them
 * into size; returns how many. hi is the last. */
int sz_nested_sizes(int lo, int hi, int n, int *size);

#endif
