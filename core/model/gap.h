/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap.h - operations on potentials. */
#ifndef SZ_MODEL_GAP_H
#define SZ_MODEL_GAP_H

#include "term/gap.h"

/* Adds another potential to gap: its energies, terms (placed before gap's own) and core
 * potentials are moved. The keys of the two GAPs must have the same meaning. */
sz_status sz_gap_add(sz_gap *gap, sz_gap *other, sz_error *err);

/* Computes the vectors of sparse points that are stored only as environments. */
sz_status sz_gap_make_vectors(sz_gap *gap, sz_error *err);
/* A .soapz file then stores vectors, if there are any, instead of environments. */
void sz_gap_drop_environments(sz_gap *gap);

#endif
