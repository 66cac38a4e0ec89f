/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef SZ_POWER_H
#define SZ_POWER_H

#include "compression.h"

/* Normalised power spectrum p [stride] of one atom from its channels y1, y2 (the same
 * array for symmetric lists), laid out as sz_map says; returns the norm it was divided
 * by. A vanishing spectrum stays zero. */
double sz_power(const sz_compression *c, const double *y1, const double *y2, double *p);

/* From dE/dp of the normalised p (destroyed) and the norm: dE/dy1 and dE/dy2
 * (overwritten; for symmetric lists dedy1 holds all and dedy2 is unused). What is not a
 * channel becomes zero. scratch: sz_power_scratch(c) doubles. */
void sz_power_adjoint(const sz_compression *c, const double *y1, const double *y2,
                      const double *p, double norm, double *dedp, double *dedy1,
                      double *dedy2, double *scratch);
size_t sz_power_scratch(const sz_compression *c);

#endif
