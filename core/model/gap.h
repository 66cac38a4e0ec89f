/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap.h - operations on potentials on paper. */
#ifndef SZ_MODEL_GAP_H
#define SZ_MODEL_GAP_H

#include "term/gap.h"

/* Adds another potential to gap: its energies, terms (which go before gap's own) and core
 * potentials are moved. Two GAPs must agree in what their keys mean. */
sz_status sz_gap_add(sz_gap *gap, sz_gap *other, sz_error *err);

/* Makes the vectors of sparse points that are known as environments only. */
sz_status sz_gap_make_vectors(sz_gap *gap, sz_error *err);
/* Where there are vectors a .soapz file shall hold these, not the environments. */
void sz_gap_drop_environments(sz_gap *gap);

#endif
