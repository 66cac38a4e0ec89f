/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial_rows.c - rows of terms that depend on one distance at a time.
 *
 *   dE_s/dr_ij = factor slope_s r_ij / |r_ij| */
#include "term/radial_rows.h"

#include "term/pair.h"

#include <stdlib.h>

sz_status sz_radial_rows_create(void **rows, const sz_radial_rows *like, int n_sparse,
                                sz_error *err)
{
    size_t n = n_sparse > 0 ? (size_t)n_sparse : 1;
    sz_radial_rows *r = malloc(sizeof *r);

    *rows = NULL;
    if (r) {
        *r = *like;
        r->value = malloc(3 * n * sizeof *r->value);
    }
    if (!r || !r->value) {
        free(r);
        return sz_fail_memory(err, 3 * n * sizeof *r->value, "the rows");
    }
    r->slope = r->value + n;
    r->g = r->slope + n;
    *rows = r;
    return SZ_OK;
}

void sz_radial_rows_free(void *rows)
{
    sz_radial_rows *r = rows;

    if (r) free(r->value);
    free(r);
}

void sz_radial_rows_add(sz_radial_rows *rows, const sz_row_frame *frame, int column,
                        int i, int pair, int n, double factor)
{
    const double *d = frame->list->nb.r + 3 * (size_t)pair;
    double r = sz_length(d);
    sz_row_target to = sz_row_find(frame, column, i, pair);

    for (int x = 0; x < 3; x++) {
        for (int s = 0; s < n; s++) rows->g[s] = factor * rows->slope[s] * d[x] / r;
        sz_row_scatter(&to, x, n, rows->g);
    }
}
