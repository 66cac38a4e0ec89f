/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gather.hpp - the pairs of an atom that a descriptor wants, in groups of W of one slot:
 * of a list on the device there (resident.hpp), of one on the CPU before it is sent
 * (soap.cpp). */
#ifndef SZ_KOKKOS_GATHER_HPP
#define SZ_KOKKOS_GATHER_HPP

#include "kokkos/density.hpp"

namespace soapz
{

/* The pairs that a descriptor takes. */
struct Wanted {
    const int *slot; /* [n_species] in the radial tables, -1: none */
    int n_slots;
    double cutoff_sq;
};

SZ_HERE bool is_wanted(const Wanted &w, const sz_neigh &nb, int k, int slot)
{
    const double *d = nb.r + 3 * static_cast<size_t>(k);

    return w.slot[nb.neigh_species[k]] == slot &&
           d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < w.cutoff_sq;
}

SZ_HERE int count_groups(const Wanted &w, const sz_neigh &nb, int i)
{
    int n_groups = 0;

    for (int s = 0; s < w.n_slots; s++) {
        int n = 0;

        for (int k = nb.first[i]; k < nb.first[i + 1]; k++) n += is_wanted(w, nb, k, s);
        n_groups += items(n);
    }
    return n_groups;
}

/* The groups of a block as they are filled. */
struct Filling {
    int *slot, *count, *pair;
    double *d;

    SZ_HERE void put(const sz_neigh &nb, int g, int lane, int k) const
    {
        pair[g * W + lane] = k;
        for (int x = 0; x < 3; x++)
            d[(3 * static_cast<size_t>(g) + x) * W + lane] =
                nb.r[3 * static_cast<size_t>(k) + x];
    }
};

/* The groups of atom i, from g on; free lanes repeat the first. */
SZ_HERE void fill_groups(const Filling &to, const sz_neigh &nb, const Wanted &w, int i,
                         int g)
{
    for (int s = 0; s < w.n_slots; s++) {
        int n = 0;

        for (int k = nb.first[i]; k < nb.first[i + 1]; k++) {
            if (!is_wanted(w, nb, k, s)) continue;
            to.slot[g] = s;
            to.put(nb, g, n++, k);
            to.count[g] = n;
            g += n == W;
            n %= W;
        }
        for (int lane = n; n > 0 && lane < W; lane++) to.put(nb, g, lane, to.pair[g * W]);
        g += n > 0;
    }
}

} // namespace soapz

#endif
