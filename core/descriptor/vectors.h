/* SPDX-License-Identifier: BSD-3-Clause
 *
 * vectors.h - the internals of an sz_descriptor (soapz.h). */
#ifndef SZ_DESCRIPTOR_VECTORS_H
#define SZ_DESCRIPTOR_VECTORS_H

#include "descriptor/describer.h"

struct sz_descriptor {
    sz_describer *describer; /* not reduced */
    char *text;
    unsigned char centre[SZ_Z_MAX + 1]; /* of an atomic number */
    /* a species is its atomic number */
    int z[SZ_Z_MAX + 1], slot[SZ_Z_MAX + 1];
    void *names; /* names of components */
};

/* Takes ownership of the describer, which is not reduced, also if it fails. centre[z] 1
 * if element z is a centre; text: name for messages. */
sz_status sz_descriptor_of(sz_descriptor **descriptor, sz_describer *describer,
                           const unsigned char centre[SZ_Z_MAX + 1], const char *text,
                           sz_error *err);
sz_status sz_descriptor_of_spec(sz_descriptor **descriptor, const sz_describer_spec *spec,
                                const char *text, sz_error *err);

/* Like sz_describer_parse, from the text itself. */
sz_status sz_descriptor_parse(sz_describer_spec *spec, const char *text,
                              const char *where, int version, int n_matrix,
                              const double *matrix, sz_error *err);

/* sz_descriptor_vectors; *faulty becomes the position in atom of an atom without a
 * vector, -1 for another failure. */
sz_status sz_descriptor_rows(const sz_descriptor *descriptor, const sz_list *list, int n,
                             const int *atom, double *p, int *faulty, sz_error *err);

#endif
