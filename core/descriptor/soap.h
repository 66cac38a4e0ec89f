/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.h - a SOAP descriptor: hyperparameters, channel maps, radial tables, and the
 * chain neighbours -> X -> Y1, Y2 -> p with its adjoint. Symmetry functions (acsf.h) come
 * in the same form: vectors p of atoms, and their derivatives. */
#ifndef SZ_SOAP_H
#define SZ_SOAP_H

#include "descriptor/acsf.h"
#include "descriptor/compression.h"
#include "descriptor/harmonics.h"

/* Maps that a fit finds: compression_train, compression_start. */
typedef struct {
    int steps, pca;
    int open; /* 1: they are not found yet, and no vector can be made */
} sz_train_spec;

/* Hyperparameters, names and defaults as in gap_fit (lower case). */
typedef struct {
    sz_radial_spec radial; /* cutoff, n_max, l_max, atom_sigma, ... */
    double central_weight;
    int central_all;      /* central_reference_all_species */
    double sigma0;        /* covariance_sigma0: last component of the vector */
    int n_slots;          /* n_species */
    int slot_z[SZ_Z_MAX]; /* [n_slots] species_Z; 0 takes every element */
    int normalise;        /* 1: the vector is divided by its norm */
    int average;          /* 1: one vector for all centres; only for sz_soap_average */
    int plain_l;          /* 1: no factor (2l+1)^-1/2 (before gap_version 1423143769) */
    sz_compression_spec compression;
    sz_train_spec train;
    sz_turbo_spec turbo; /* soap_turbo: n_species = n_slots, else 0 */
    /* 1: symmetry functions, by acsf; of what stands above only radial.cutoff, sigma0,
     * the slots, normalise and the label of compression are theirs */
    int is_acsf;
    sz_acsf_spec acsf;
} sz_soap_spec;

void sz_soap_spec_free(sz_soap_spec *spec);
int sz_soap_spec_equal(const sz_soap_spec *a, const sz_soap_spec *b);

/* spec.compression belongs to compression. */
typedef struct {
    sz_soap_spec spec;
    /* NULL, or what makes the vectors: then radial is NULL, harmonics are not there, and
     * of compression there are the label, n_desc, stride and least_norm */
    sz_acsf *acsf;
    int reduce; /* as given to sz_soap_create, 1 with radial_tolerance */
    sz_radial *radial;
    sz_compression compression;
    sz_harmonics_factors harmonics;
} sz_soap;

/* spec is copied. reduce: where the compression allows it, rotate the radial channels and
 * drop the null ones, see radial.h; kernels do not change. 0 keeps the published
 * components. With radial_tolerance channels are always rotated. */
sz_status sz_soap_create(sz_soap **soap, const sz_soap_spec *spec, int reduce,
                         sz_error *err);
void sz_soap_free(sz_soap *soap);
/* of soap: with the sigma0 component */
int sz_soap_n_published(const sz_soap *soap);
int sz_soap_n_desc(const sz_soap *soap); /* components inside, without it */
int sz_soap_stride(const sz_soap *soap); /* n_desc, padded: leading dimension */
/* Bytes of the radial tables and maps. */
size_t sz_soap_bytes(const sz_soap *soap);
/* The slot of atomic number z, -1 when such neighbours are ignored. */
int sz_soap_slot(const sz_soap *soap, int z);

/* A vector in the published order -> the inner one: rotated, reduced, reordered.
 * published [n_published], inner [stride]. */
sz_status sz_soap_import(const sz_soap *soap, const double *published, double *inner,
                         sz_error *err);
/* The same for n vectors: published [n][n_published], inner [n][stride]. */
sz_status sz_soap_import_block(const sz_soap *soap, int n, const double *published,
                               double *inner, sz_error *err);
/* Share of |published|^2 that the inner vector lacks. Rounding for the vector of a real
 * environment; more where a vector was altered, and then reduce = 0 is right. */
double sz_soap_lost(const sz_soap *soap, const double *published, const double *inner);
/* The inverse of the import, the sigma0 component appended. What a reduction has dropped
 * is zero: 1e-7 of the norm, or with radial_tolerance the descriptor's own vector. */
sz_status sz_soap_publish(const sz_soap *soap, const double *inner, double *published,
                          sz_error *err);

/* The same of a derivative, without that component. */
sz_status sz_soap_publish_slope(const sz_soap *soap, const double *inner,
                                double *published, sz_error *err);

/* Scratch for blocks of n_block atoms. */
typedef struct sz_soap_work sz_soap_work;
sz_status sz_soap_work_create(sz_soap_work **work, const sz_soap *soap, int n_block,
                              sz_error *err);
void sz_soap_work_free(sz_soap_work *work);

/* What the species indices of a neighbour list mean to a descriptor. */
typedef struct {
    const int *z;    /* [n_species] atomic numbers */
    const int *slot; /* [n_species] sz_soap_slot of each */
} sz_soap_species;

/* p [n][stride]: normalised vectors of the atoms atom[0..n-1] of nb, n <= n_block. */
void sz_soap_forward(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom, sz_real *p);

/* Several descriptors of the same atoms at once, which share what their neighbours have:
 * distances, directions, harmonics. */
typedef struct {
    const sz_soap *soap;
    sz_soap_work *work; /* of its own */
    const int *slot;    /* [n_species] sz_soap_slot of each species of the list */
    sz_real *p, *dedp;  /* [n][stride] */
} sz_soap_part;

enum { SZ_SOAP_PARTS = 8 }; /* at most */

/* sz_soap_forward and sz_soap_adjoint of n_parts descriptors; z: of the species. The
 * adjoint reads p, destroys dedp and adds to dedr. */
void sz_soaps_forward(int n_parts, const sz_soap_part *part, const sz_neigh *nb,
                      const int *z, int n, const int *atom);
void sz_soaps_adjoint(int n_parts, const sz_soap_part *part, const sz_neigh *nb, int n,
                      const int *atom, double *dedr);

/* p [stride]: one vector of the summed densities of the n atoms (average=T). */
void sz_soap_average(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom, sz_real *p);

/* After sz_soap_forward: the components that do not vanish for all n atoms, as at most
 * n_groups of the compression ranges; returns their number. */
int sz_soap_ranges(const sz_soap *soap, const sz_soap_work *work, int n, sz_range *range);

/* After sz_soap_forward with the same atoms: dedr += dE_i/dr_ij of their pairs, from
 * p as returned and dedp [n][stride] (destroyed). */
void sz_soap_adjoint(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom,
                     const sz_real *p, sz_real *dedp, double *dedr);

/* Forward derivatives of one atom i, after sz_soap_forward with n = 1 and this atom:
 * for every neighbour inside the descriptor's reach its index in nb->r, in *pair, and
 * dp/dr_ij, jacobian [3 * n][stride]. Returns n, at most the length of row i. */
int sz_soap_jacobian(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int i, const sz_real *p, int *pair,
                     sz_real *jacobian);

/* ---- from X on: for what changes the maps and not the atoms (map_numbers.h) */

/* X of atom i, x [n_lm][n_chan], and the slots that are in it, present [n_slots]. */
void sz_soap_density(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int i, sz_real *x,
                     unsigned char *present);
/* p [stride] of atom k of the block from its X. */
void sz_soap_vector_of(const sz_soap *soap, sz_soap_work *work, int k, const sz_real *x,
                       const unsigned char *present, sz_real *p);
/* After it: dedw[d], laid out like the matrix of map d, += dE/dW; NULL: is left out. dedp
 * is destroyed. */
void sz_soap_map_slopes(const sz_soap *soap, sz_soap_work *work, int k, const sz_real *p,
                        sz_real *dedp, double *const *dedw);

#endif
