/* SPDX-License-Identifier: BSD-3-Clause
 *
 * scatter.c - forces and virial from derivatives of pairs.
 *
 *   F_i += dE_i/dr_ij,  F_j -= dE_i/dr_ij,  W -= sum_ij r_ij (x) dE_i/dr_ij */
#include "soapz.h"

#include <stddef.h>

void sz_list_scatter(const sz_list *list, int start, int n, const double *dedr,
                     double *force, double *virial)
{
    const sz_neigh *nb = &list->nb;

    for (int i = start; i < start + n; i++)
        for (int p = nb->first[i]; p < nb->first[i + 1]; p++, dedr += 3) {
            const double *r = nb->r + 3 * (size_t)p;
            double *fi = force + 3 * (size_t)i;
            double *fj = force + 3 * (size_t)list->neigh[p];

            for (int x = 0; x < 3; x++) {
                fi[x] += dedr[x];
                fj[x] -= dedr[x];
                for (int y = 0; y < 3; y++) virial[3 * x + y] -= r[x] * dedr[y];
            }
        }
}
