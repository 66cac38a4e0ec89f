/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pairs.c - distances of given pairs of environments, d = |p_a - p_b| from the
 * differences of components: for degenerate pairs only rounding, about 1e-16, remains. */
#include "analyse/sites.h"

#include <math.h>
#include <stdlib.h>

sz_status sz_pair_distances(const sz_descriptor *descriptor, const sz_sites *of,
                            size_t n_pairs, const size_t *pair, double *distance,
                            const sz_fit_options *options, sz_error *err)
{
    size_t length = (size_t)sz_descriptor_length(descriptor);
    double *p;
    sz_status status;

    for (size_t k = 0; k < 2 * n_pairs; k++)
        if (pair[k] >= of->n)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "pair %zu names environment %zu, but there are %zu", k / 2,
                           pair[k], of->n);
    p = malloc((of->n * length + 1) * sizeof *p);
    if (!p) return sz_fail_memory(err, of->n * length * sizeof *p, "descriptor vectors");
    status = sz_sites_vectors(descriptor, of, options, p, err);
    for (size_t k = 0; k < n_pairs && status == SZ_OK; k++) {
        const double *a = p + pair[2 * k] * length, *b = p + pair[2 * k + 1] * length;
        double d2 = 0.0;

        for (size_t q = 0; q < length; q++) d2 += (a[q] - b[q]) * (a[q] - b[q]);
        distance[k] = sqrt(d2);
    }
    free(p);
    return status;
}
