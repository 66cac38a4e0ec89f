/* SPDX-License-Identifier: BSD-3-Clause
 *
 * few_bodies_term.h - code shared by the terms of two and of three atoms: parsing of
 * their descriptors, and the vectors of a frame for a fit. */
#ifndef SZ_FEW_BODIES_TERM_H
#define SZ_FEW_BODIES_TERM_H

#include "term/few_bodies_spec.h"
#include "term/term.h"

extern const sz_term_kind sz_kind_pair, sz_kind_triplet;
/* distance_Nb belongs to both kinds, depending on its order. */
extern const sz_term_type sz_type_distance_2b, sz_type_angle_3b, sz_type_distance_nb;

/* spec: an sz_few_bodies with this number of bodies, NULL for a descriptor of another
 * kind. */
sz_status sz_few_bodies_term_parse(void **spec, int bodies, const sz_term_type *type,
                                   const sz_term_source *source, sz_error *err);
/* Does the term of the potential have this descriptor? */
sz_status sz_few_bodies_check(const sz_few_bodies *few, const sz_term_source *source,
                              sz_error *err);

typedef struct {
    sz_probe probe;
    const sz_few_bodies *few;
    sz_species species;
} sz_few_bodies_probe;

sz_status sz_few_bodies_probe_create(sz_probe **probe, const void *spec,
                                     const sz_species *species, sz_error *err);
void sz_few_bodies_probe_free(sz_probe *probe);

/* For an atom i and a neighbour j at d: does i come first? From the other end the answer
 * is the opposite. */
int sz_stands_first(int i, int j, const double *d);

/* "Nb", or "any" */
const char *sz_element_or_any(int z);

#endif
