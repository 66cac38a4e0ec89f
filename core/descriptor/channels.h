/* SPDX-License-Identifier: BSD-3-Clause
 *
 * channels.h - the channels of a compression and their pairs, in the published order. */
#ifndef SZ_CHANNELS_H
#define SZ_CHANNELS_H

#include "descriptor/compression.h"

/* Channels of factor d. */
const sz_channels *sz_channels_of(const sz_compression_spec *spec, int d);
/* Number of groups of channels, and of channels in a group of l, in the published
 * vector. */
int sz_channel_groups(const sz_channels *y, int n_species);
int sz_channel_radial(const sz_channels *y, int n_max, int l);

typedef struct {
    int a, b; /* channels of Y1 and Y2 */
} sz_channel_pair;

/* The pairs of one l in published order, for g1, g2 groups of n1, n2 channels; only
 * counted if list is NULL. */
int sz_channel_pairs(const sz_compression_spec *spec, int l, int g1, int n1, int g2,
                     int n2, sz_channel_pair *list);
/* An upper bound of their number, without overflow. */
double sz_channel_pairs_bound(const sz_compression_spec *spec, double g1, double n1,
                              double g2, double n2);

/* The radial combinations [n][n_fun] of factor d for one l; NULL if n is not resolved:
 * those channels are never rotated. In published.c. */
const double *sz_channel_rotation(const sz_compression *c, const sz_radial *radial, int d,
                                  int l);

/* The products of the published vector, list [sz_compression_published], in order; l[0] <
 * 0: a sum of several. In published.c. */
sz_status sz_compression_components(const sz_compression *c, sz_factors *list,
                                    sz_error *err);

#endif
