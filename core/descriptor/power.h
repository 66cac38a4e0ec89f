/* SPDX-License-Identifier: BSD-3-Clause
 *
 * power.h - the power spectrum of two channel sets, its adjoint and its forward
 * derivative. */
#ifndef SZ_POWER_H
#define SZ_POWER_H

#include "descriptor/compression.h"

/* 1 where all slots that the group needs are present [n_slots] in the density. */
int sz_group_active(const sz_compression *c, int group, const unsigned char *present);

/* Power spectrum p [product_stride] of one atom from its channels y1, y2, laid out as
 * sz_map says (with three factors y2 is that of sz_couple); with normalise divided by its
 * norm, which is returned (else 1, and where the norm is less than least_norm). A
 * vanishing spectrum stays zero. Groups that are not active are zero. */
double sz_power(const sz_compression *c, const unsigned char *present, const sz_real *y1,
                const sz_real *y2, int normalise, sz_real *p);

/* From dE/dp (destroyed) and the norm that sz_power returned (0: no gradient) to dedy1
 * and dedy2, which are added to; of alike factors they are the same array. Only active
 * groups of p and dedp are looked at. */
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

/* p [stride] from the products [product_stride] that sz_power left unnormalised; returns
 * the norm as sz_power does. */
double sz_sum(const sz_compression *c, const sz_real *products, int normalise,
              sz_real *p);
/* From dE/dp (destroyed) to that of the products. */
void sz_sum_adjoint(const sz_compression *c, const sz_real *p, int normalise, double norm,
                    sz_real *dedp, sz_real *products);
/* dp from the change of the products. */
void sz_sum_tangent(const sz_compression *c, const sz_real *products, const sz_real *p,
                    int normalise, double norm, sz_real *dp);

#endif
