/* SPDX-License-Identifier: BSD-3-Clause
 *
 * map_numbers.h - the channel maps of a compression as a list of trainable numbers, and
 * the derivative of a function of the vectors with respect to them. */
#ifndef SZ_MAP_NUMBERS_H
#define SZ_MAP_NUMBERS_H

#include "descriptor/soap.h"

/* ---- numbers in a compression ------------------------------------------------------ */

/* The numbers of all channel sets that have their own, one set after the other:
 * [n_slots][K] of weighted species, [n_max][K] of mixed radial functions, matrices of one
 * l after the other, or one matrix if those of all l are equal. 0: there are none. */
size_t sz_maps_numbers(const sz_compression_spec *spec, int n_slots, int n_max,
                       int l_max);
void sz_maps_get(const sz_compression_spec *spec, int n_slots, int n_max, int l_max,
                 double *numbers);
void sz_maps_set(sz_compression_spec *spec, int n_slots, int n_max, int l_max,
                 const double *numbers);

/* ---- vectors of changing maps ------------------------------------------------------ */

/* Number `number` is at place `at` of the matrix of map d. */
typedef struct {
    int d, number;
    size_t at;
} sz_map_entry;

/* X is computed by full, vectors by soap, in which every map with numbers is a matrix. */
typedef struct {
    sz_soap *full, *soap;
    int n;                  /* numbers */
    size_t n_x;             /* size of the X of an atom, in doubles */
    size_t n_w[SZ_FACTORS]; /* size of the matrix of a map; 0: it has no numbers */
    size_t n_entries;
    sz_map_entry *entry;
} sz_maps;

/* spec: with maps that have numbers. */
sz_status sz_maps_create(sz_maps **maps, const sz_soap_spec *spec, sz_error *err);
void sz_maps_free(sz_maps *maps);
/* Sets the numbers in maps->soap. */
void sz_maps_load(sz_maps *maps, const double *numbers);
/* slope [n] += dE/dnumber, from dE/dW of sz_soap_map_slopes. */
void sz_maps_fold(const sz_maps *maps, double *const *dedw, double *slope);

/* Sets the first set of numbers, as far as possible, to the leading eigenvectors of
 *   C(a,b) = sum of X_a X_b over environments and over the indices that the set does
 *   not mix,
 * x [n][n_x]; the other sets are kept, because equal sets would always be trained
 * alike. */
sz_status sz_maps_principal(const sz_maps *maps, size_t n, const double *x,
                            double *numbers, sz_error *err);
/* Scales every set to its norm in model: a common factor of a set does not change
 * normalised vectors. */
void sz_maps_rescale(const sz_maps *maps, const double *model, double *numbers);

#endif
