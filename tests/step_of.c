/* SPDX-License-Identifier: BSD-3-Clause
 *
 * step_of.c - see step_of.h; compiled twice, as the stages are (linear/real.h). */
#include "step_of.h"

#include <stdlib.h>

sz_status SZ_IN_REAL(step_of)(const sz_describer *d, const sz_slots *slots,
                              const sz_neigh *nb, const double *g, double *p,
                              double *dedr, sz_error *err)
{
    size_t n = (size_t)nb->n_atoms, size = n * (size_t)d->stride;
    sz_real *own = aligned_alloc(64, (2 * size * sizeof *own + 63) / 64 * 64);
    int *atom = malloc(n * sizeof *atom);
    sz_describer_work *work;
    sz_status status = sz_describer_work_create(&work, d, (int)n, err);

    if (own && atom && status == SZ_OK) {
        const sz_describer_part part = {d, work, slots->slot, own, own + size};

        for (size_t i = 0; i < n; i++) atom[i] = (int)i;
        for (size_t k = 0; k < size; k++) own[size + k] = (sz_real)g[k];
        sz_describers_forward(1, &part, nb, slots->z, (int)n, atom);
        for (size_t k = 0; k < size; k++) p[k] = own[k];
        sz_describers_adjoint(1, &part, nb, (int)n, atom, dedr);
    } else if (status == SZ_OK) {
        status = sz_fail_memory(err, size, "vectors");
    }
    free(own);
    free(atom);
    sz_describer_work_free(work);
    return status;
}
