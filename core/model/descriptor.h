/* SPDX-License-Identifier: BSD-3-Clause
 *
 * descriptor.h - the descriptors of a potential, without building a model. */
#ifndef SZ_MODEL_DESCRIPTOR_H
#define SZ_MODEL_DESCRIPTOR_H

#include "descriptor/vectors.h"
#include "model/gap.h"

/* Fails if memory runs out; a text that cannot be parsed is ignored. */
sz_status sz_gap_term_is_soap(int *is_soap, const sz_gap_term *term, sz_error *err);

/* Hyperparameters and centres of a SOAP term of gap; free the spec. */
sz_status sz_gap_soap(sz_describer_spec *spec, const sz_gap *gap, const sz_gap_term *term,
                      sz_error *err);

/* Sets present[z] to 1 for every element named by a term or a core potential. */
sz_status sz_gap_elements(const sz_gap *gap, unsigned char present[SZ_Z_MAX + 1],
                          sz_error *err);

#endif
