/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_work.h - the scratch of a descriptor, and the steps of one atom between X and p
 * (soap_vector.c). */
#ifndef SZ_SOAP_WORK_H
#define SZ_SOAP_WORK_H

#include "descriptor/soap.h"

struct sz_soap_work {
    sz_describer_work base;
    int n_x;                   /* size of X of one atom, rounded up */
    int n_y[SZ_FACTORS];       /* size of Y1, Y2, Y3; 0 if they are X, or equal */
    int n_q;                   /* of the coupled Y2 and Y3 */
    sz_real *x;                /* [n_block][n_x] */
    sz_real *y[SZ_FACTORS];    /* [n_block][n_y] */
    sz_real *norm;             /* [n_block] */
    unsigned char *present;    /* [n_block][n_slots] slots that occur in the density */
    sz_real *dedx;             /* [n_x] */
    sz_real *dedy[SZ_FACTORS]; /* [n_y] */
    sz_real *q, *dedq;         /* [n_q] */
    sz_real *coupling;         /* scratch of sz_couple */
    sz_real *h, *dh;           /* [SZ_LANES][n_h of radial] */
    sz_real *ylm;              /* [n_lm][SZ_LANES] */
    sz_real *dylm;             /* [n_lm][3][SZ_LANES] */
    sz_real *dedy_lm;          /* [n_lm][SZ_LANES] dE/dY_lm of neighbours, */
    sz_real *slope;            /* [n_lm][SZ_LANES] see sz_density_adjoint */
    sz_real *tangent;          /* [product_stride] for sz_power_tangent */
    sz_real *products;         /* [product_stride] products, if a vector sums them */
    void *memory;
};

/* The components that do not vanish for all n atoms of the block. */
int sz_soap_ranges(const sz_soap *soap, const sz_soap_work *work, int n, sz_range *range);
/* Clears X and the slots of atom k. */
void sz_soap_clear(const sz_soap *soap, sz_soap_work *work, int k);
/* X of atom k of the block -> Y -> p [stride] */
void sz_soap_finish(const sz_soap *soap, sz_soap_work *work, int k, sz_real *p);
/* From dE/dp (destroyed) of atom k to work->dedx. */
void sz_soap_finish_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                            const sz_real *p, sz_real *dedp);
/* dp [stride] of the only atom of a block, for the change work->dedx of its X. */
void sz_soap_finish_tangent(const sz_soap *soap, sz_soap_work *work, const sz_real *p,
                            sz_real *dp);

#endif
