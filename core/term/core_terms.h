/* SPDX-License-Identifier: BSD-3-Clause
 *
 * core_terms.h - the core potentials as kinds of terms. */
#ifndef SZ_CORE_TERMS_H
#define SZ_CORE_TERMS_H

#include "term/term.h"

extern const sz_term_kind sz_kind_glue, sz_kind_zbl, sz_kind_lj, sz_kind_coulomb;

/* "IP LJ" or "IP Coulomb" if gap has that core and it does not list the element: QUIP
 * then stops or uses undefined numbers. Else NULL. */
const char *sz_core_without(const sz_gap *gap, int z);

#endif
