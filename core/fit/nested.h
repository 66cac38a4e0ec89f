/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nested.h - orders of frames and of sparse points whose every beginning is a fair
 * sample of the whole. */
#ifndef SZ_NESTED_H
#define SZ_NESTED_H

#include "data/dataset.h"
#include "fit/spec.h"
#include "term/gap.h"

/* order [n_frames]: at random, each config_type in proportion all along. */
sz_status sz_nested_frames(const sz_dataset *data, int seed, int *order, sz_error *err);

/* order [unknowns of gap]: the first *n_whole are the terms of few bodies, whole. Behind
 * them come the points of the SOAPs, of each in proportion all along: farthest points in
 * the order of their choice, others at random. Without a SOAP the other terms are taken
 * so, and *n_whole is 0. */
sz_status sz_nested_points(const sz_gap *gap, const sz_fit_spec *spec, int seed,
                           int *order, int *n_whole, sz_error *err);

/* Numbers from lo to hi, their ratios alike, rounded and ascending: at most n of them
 * into size; returns how many. hi is the last. */
int sz_nested_sizes(int lo, int hi, int n, int *size);

#endif
