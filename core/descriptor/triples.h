/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triples.h - the products of three factors, in published and internal order. */
#ifndef SZ_TRIPLES_H
#define SZ_TRIPLES_H

#include "descriptor/compression.h"

/* Channels of each factor: groups, and channels of a group of each l. */
typedef struct {
    int l_max;
    int groups[SZ_FACTORS];
    const int *n[SZ_FACTORS];
} sz_triple_channels;

/* All products in published order: l1, l2, l3, the channels of the second and the third
 * factor, that of the first fastest. Only counted if list is NULL. */
int sz_triples(const sz_compression_spec *spec, const sz_triple_channels *channels,
               sz_factors *list);
/* Their number, without overflow. */
double sz_triples_count(const sz_compression_spec *spec,
                        const sz_triple_channels *channels);
/* Square root of the number of products that are equal to this one by symmetry. */
double sz_triple_scale(const sz_compression_spec *spec, const sz_factors *f);

/* Published order <-> internal order, like sz_compression_import and _publish. */
sz_status sz_triples_import(const sz_compression *c, const sz_radial *radial, int n,
                            size_t ld, const double *published, double *inner,
                            sz_error *err);
sz_status sz_triples_publish(const sz_compression *c, const sz_radial *radial,
                             const double *inner, double *published, sz_error *err);
/* Number of published products; list [that many] may be NULL. */
int sz_triples_published(const sz_compression *c, sz_factors *list);
/* The same number, also for a vector that is too long to be computed. */
double sz_triples_published_count(const sz_compression *c);

#endif
