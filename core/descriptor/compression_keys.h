/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression_keys.h - the keys of a soap that choose its compression. */
#ifndef SZ_COMPRESSION_KEYS_H
#define SZ_COMPRESSION_KEYS_H

#include "base/args.h"
#include "descriptor/compression_spec.h"
#include "descriptor/soap.h"

/* The result. */
typedef struct {
    int nu_R, nu_S, diagonal_radial, d_J, u_max, seed, l_min;
    sz_mix_keys mix;
    const char *z_map, *label, *embedding, *weights;
    int train;
    const char *start;
} sz_compression_keys;

/* Sets spec->compression and spec->train of a spec whose radial basis and species are
 * set. matrix [n_matrix]: numbers of its matrices or maps, or NULL: drawn from its
 * seed. */
sz_status sz_compression_of_keys(sz_soap_spec *spec, const sz_compression_keys *keys,
                                 const sz_args *args, int n_matrix, const double *matrix,
                                 sz_error *err);

#endif
