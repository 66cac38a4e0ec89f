/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial_of.h - a compression of compressions.h as a specification, with its radial
 * channels: what sz_compression_create takes. */
#ifndef SZ_TEST_RADIAL_OF_H
#define SZ_TEST_RADIAL_OF_H

#include "compressions.h"
#include "machine.h"

/* The caller frees both. */
static inline sz_status radial_of(int k, int n_max, int l_max, int reduce,
                                  sz_soap_spec *spec, sz_radial **radial, sz_error *err)
{
    sz_radial_family family[SZ_FACTORS];
    int index[SZ_FACTORS], reducible, n;
    char text[512];
    const double *matrix;
    sz_status status;

    n = compression_text(k, n_max, l_max, "", text, &matrix);
    status = parse_text(spec, text, n, matrix, err);
    if (status != SZ_OK) return status;
    n = sz_compression_families(&spec->compression, family, index, &reducible);
    return sz_radial_create(radial, &spec->radial, n, family, reduce && reducible, err);
}

#endif
