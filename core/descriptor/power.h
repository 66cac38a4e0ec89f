/* SPDX-License-Identifier: BSD-3-Clause
 *
 * power.h - the power spectrum of two channel sets, its adjoint and its forward
 * derivative. */
#ifndef SZ_POWER_H
#define SZ_POWER_H

#include "descriptor/compression.h"

/* 1 if all slots that the group needs are present [n_slots] in the density. */
int sz_group_active(const sz_compression *c, int group, const unsigned char *present);

/* Power spectrum p [product_stride] of one atom from its channels y1, y2 in the layout of
 * sz_map (with three factors y2 is that of sz_couple). With normalise it is divided by
 * its norm, which is returned (else 1, as for a norm below least_norm). A vanishing
 * spectrum stays zero. Inactive groups are zero. */
double sz_power(const sz_compression *c, const unsigned char *present, const sz_real *y1,
                const sz_real *y2, int normalise, sz_real *p);

/* From dE/dp (destroyed) and the norm returned by sz_power (0: no gradient) to dedy1 and
 * dedy2, which are incremented; for equal factors they are the same array. Only active
 * groups of p and dedp are read. */
void sz_power_adjoint(const sz_compression *c, const unsigned char *present,
                      const sz_real *y1, const sz_real *y2, const sz_real *p,
                      int normalise, double norm, sz_real *dedp, sz_real *dedy1,
                      sz_real *dedy2);

/* dp of the normalised p [product_stride] for changes dy1, dy2 of the channels (the
 * forward derivative; sz_power_adjoint is the reverse one). scratch [product_stride]. */
void sz_power_tangent(const sz_compression *c, const unsigned char *present,
                      const sz_real *y1, const sz_real *y2, const sz_real *dy1,
                      const sz_real *dy2, const sz_real *p, int normalise, double norm,
                      sz_real *dp, sz_real *scratch);

/* ---- sum.c: vectors that are sums of products -------------------------------------- */

/* p [stride] from the unnormalised products [product_stride] of sz_power; returns the
 * norm as sz_power does. */
double sz_sum(const sz_compression *c, const sz_real *products, int normalise,
              sz_real *p);
/* From dE/dp (destroyed) to the derivative with respect to the products. */
void sz_sum_adjoint(const sz_compression *c, const sz_real *p, int normalise, double norm,
                    sz_real *dedp, sz_real *products);
/* dp from the change of the products. */
void sz_sum_tangent(const sz_compression *c, const sz_real *products, const sz_real *p,
                    int normalise, double norm, sz_real *dp);

#endif
