/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kinds.c - list of all kinds of terms. A new kind adds a line here. */
#include "term/coordination.h"
#include "term/core_terms.h"
#include "term/few_bodies_term.h"
#include "term/soap_term.h"

const sz_term_kind *const sz_term_kinds[] = {
    &sz_kind_soap,         &sz_kind_pair,    &sz_kind_triplet,
    &sz_kind_coordination, &sz_kind_glue,    &sz_kind_zbl,
    &sz_kind_lj,           &sz_kind_coulomb, NULL};
