/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.h - a SOAP descriptor: hyperparameters, channel maps, radial tables, and the
 * chain neighbours -> X -> Y1, Y2 -> p with its adjoint. Its vectors are computed through
 * describer.h; this header declares its internals. */
#ifndef SZ_SOAP_H
#define SZ_SOAP_H

#include "descriptor/compression.h"
#include "descriptor/describer.h"
#include "descriptor/harmonics.h"

/* Maps that a fit determines: compression_train, compression_start. */
typedef struct {
    int steps, pca;
    int open; /* 1: not determined yet, so no vector can be computed */
} sz_train_spec;

/* Hyperparameters, names and defaults as in gap_fit (lower case). */
typedef struct {
    sz_radial_spec radial; /* cutoff, n_max, l_max, atom_sigma, ... */
    double central_weight;
    int central_all;      /* central_reference_all_species */
    double sigma0;        /* covariance_sigma0: last component of the vector */
    int n_slots;          /* n_species */
    int slot_z[SZ_Z_MAX]; /* [n_slots] species_Z; 0: every element */
    int normalise;        /* 1: the vector is divided by its norm */
    int average;          /* 1: one vector for all centres */
    int plain_l;          /* 1: no factor (2l+1)^-1/2 (before gap_version 1423143769) */
    sz_compression_spec compression;
    sz_train_spec train;
    sz_turbo_spec turbo; /* soap_turbo: n_species = n_slots, else 0 */
} sz_soap_spec;

void sz_soap_spec_free(sz_soap_spec *spec);
int sz_soap_spec_equal(const sz_soap_spec *a, const sz_soap_spec *b);

/* spec.compression belongs to compression. */
typedef struct {
    sz_describer base; /* reduce is 1 with radial_tolerance */
    sz_soap_spec spec;
    sz_radial *radial;
    sz_compression compression;
    sz_harmonics_factors harmonics;
} sz_soap;

extern const sz_describer_kind sz_soap_describer;
/* d as a SOAP, NULL if it is of another kind; the same for a parsed string. */
const sz_soap *sz_soap_of(const sz_describer *d);
const sz_soap_spec *sz_soap_spec_of(const sz_describer_spec *spec);

/* spec is copied. reduce: if the compression allows it, rotate the radial channels and
 * drop the null ones, see radial.h; kernels do not change. 0 keeps the published
 * components. With radial_tolerance channels are always rotated. */
sz_status sz_soap_create(sz_soap **soap, const sz_soap_spec *spec, int reduce,
                         sz_error *err);
void sz_soap_free(sz_soap *soap);
/* The meaning of a component as text (label.c), and the hyperparameters. */
sz_status sz_soap_names(void **names, const sz_describer *d, sz_error *err);
int sz_soap_label(const sz_describer *d, const void *names, int k, char *text,
                  size_t size);
void sz_soap_summary(const sz_describer *d, sz_text *text);

/* Scratch for blocks of n_block atoms, soap_work.h. */
typedef struct sz_soap_work sz_soap_work;
sz_status sz_soap_work_create(sz_soap_work **work, const sz_soap *soap, int n_block,
                              sz_error *err);
void sz_soap_work_free(sz_soap_work *work);

/* The stages of the chain, in the caller's precision. */
extern const sz_describer_stages sz_soap_vectors;

/* ---- from X on: for training maps with fixed atoms (map_numbers.h) ----------------- */

/* X of atom i, x [n_lm][n_chan], and the slots that occur in it, present [n_slots]. */
void sz_soap_density(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_slots *slots, int i, sz_real *x, unsigned char *present);
/* p [stride] of atom k of the block from its X. */
void sz_soap_vector_of(const sz_soap *soap, sz_soap_work *work, int k, const sz_real *x,
                       const unsigned char *present, sz_real *p);
/* Call it afterwards: dedw[d], in the layout of the matrix of map d, += dE/dW; NULL:
 * skipped. dedp is destroyed. */
void sz_soap_map_slopes(const sz_soap *soap, sz_soap_work *work, int k, const sz_real *p,
                        sz_real *dedp, double *const *dedw);

#endif
