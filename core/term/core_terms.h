/* SPDX-License-Identifier: BSD-3-Clause
 *
 * core_terms.h - the core potentials as kinds of terms. */
#ifndef SZ_CORE_TERMS_H
#define SZ_CORE_TERMS_H

#include "term/term.h"

extern const sz_term_kind sz_kind_glue, sz_kind_zbl;

#endif
