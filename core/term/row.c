/* SPDX-License-Identifier: BSD-3-Clause
 *
 * row.c - adds the derivatives of a pair to the rows of its two atoms. */
#include "term/row.h"

#include "linear/vec.h"

sz_row_target sz_row_find(const sz_row_frame *frame, int column, int i, int pair)
{
    const sz_list *list = frame->list;
    sz_row_target t = {.virial = frame->virial + column,
                       .r = list->nb.r + 3 * (size_t)pair,
                       .n_columns = frame->n_columns};

    for (int x = 0; x < 3; x++) {
        size_t j = 3 * (size_t)list->neigh[pair] + (size_t)x, n = (size_t)t.n_columns;

        t.to_j[x] = frame->force + j * n + column;
        t.to_i[x] = frame->force + (3 * (size_t)i + (size_t)x) * n + column;
    }
    return t;
}

SZ_CLONES void sz_row_scatter(const sz_row_target *t, int x, int n,
                              const double *restrict g)
{
    double *restrict to_j = t->to_j[x], *restrict to_i = t->to_i[x];
    int same = to_j == to_i; /* an image of the atom itself */

    for (int s = 0; s < n && !same; s++) {
        to_j[s] += g[s];
        to_i[s] -= g[s];
    }
    for (int d = 0; d < 3; d++) {
        double *restrict v = t->virial + (size_t)(3 * d + x) * (size_t)t->n_columns;
        double r = t->r[d];

        for (int s = 0; s < n; s++) v[s] += r * g[s];
    }
}
