/* SPDX-License-Identifier: BSD-3-Clause
 *
 * resident.hpp - blocks of a list whose arrays are on the device.
 *
 *   centres   the atoms of one species, by a scan over all
 *   gather    the pairs of a block: their groups (gather.hpp) are counted for each atom,
 *             a scan gives their places
 *   scatter   dE/dr_ij of the groups to their pairs */
#ifndef SZ_KOKKOS_RESIDENT_HPP
#define SZ_KOKKOS_RESIDENT_HPP

#include "kokkos/gather.hpp"

namespace soapz
{

using Range = Kokkos::RangePolicy<Space>;

/* Arrays of a block, which grow. */
struct Resident {
    Kokkos::View<int *, Memory> centre;             /* [atoms of a species] */
    Kokkos::View<int *, Memory> first, slot, count; /* as in Neighbours */
    Kokkos::View<int *, Memory> pair;               /* [groups][W] in the list */
    Kokkos::View<double *, Memory> d, dedr;         /* as in Neighbours */
    int n_groups = 0;
};

/* Room for n; what was in it is lost. */
template <class T> T *extend(Kokkos::View<T *, Memory> &view, size_t n)
{
    if (n > view.extent(0)) {
        view = {};
        view = Kokkos::View<T *, Memory>(
            Kokkos::view_alloc(Kokkos::WithoutInitializing, "soapz"), n + n / 4);
    }
    return view.data();
}

/* ---- centres ----------------------------------------------------------------------- */

/* Puts the atoms of species s into at.centre; returns how many. */
inline int find_centres(Resident &at, const sz_neigh &nb, int s)
{
    const int *species = nb.species;
    int *centre = extend(at.centre, nb.n_atoms), n = 0;

    if (nb.n_atoms == 0) return 0;
    Kokkos::parallel_scan(
        "soapz centres", Range(0, nb.n_atoms),
        KOKKOS_LAMBDA(int i, int &before, bool last) {
            if (species[i] != s) return;
            if (last) centre[before] = i;
            before++;
        },
        n);
    return n;
}

/* ---- gather ------------------------------------------------------------------------ */

/* Sets at.first and at.n_groups. */
inline void place_groups(Resident &at, const sz_neigh &nb, const Wanted &w,
                         const int *centre, int n)
{
    int *first = extend(at.first, n + 1);

    Kokkos::parallel_for(
        "soapz count", Range(0, n + 1),
        KOKKOS_LAMBDA(int b) { first[b] = b < n ? count_groups(w, nb, centre[b]) : 0; });
    Kokkos::parallel_scan(
        "soapz places", Range(0, n + 1),
        KOKKOS_LAMBDA(int b, int &before, bool last) {
            const int own = first[b];

            if (last) first[b] = before;
            before += own;
        },
        at.n_groups);
}

/* The neighbours of the atoms centre [n]. */
inline Neighbours gather(Resident &at, const sz_neigh &nb, const Wanted &w,
                         const int *centre, int n)
{
    place_groups(at, nb, w, centre, n);

    const size_t n_groups = at.n_groups;
    const Filling to = {extend(at.slot, n_groups), extend(at.count, n_groups),
                        extend(at.pair, W * n_groups), extend(at.d, 3 * W * n_groups)};
    const int *first = at.first.data();

    Kokkos::parallel_for(
        "soapz gather", Range(0, n),
        KOKKOS_LAMBDA(int b) { fill_groups(to, nb, w, centre[b], first[b]); });
    return {first, to.slot, to.count, to.d, extend(at.dedr, 3 * W * n_groups)};
}

/* ---- scatter ----------------------------------------------------------------------- */

/* A pair is in one group at most. */
inline void scatter(const Resident &at, double *dedr)
{
    const int *pair = at.pair.data(), *count = at.count.data();
    const double *from = at.dedr.data();

    Kokkos::parallel_for(
        "soapz scatter", Range(0, at.n_groups), KOKKOS_LAMBDA(int g) {
            for (int lane = 0; lane < count[g]; lane++)
                for (int x = 0; x < 3; x++)
                    dedr[3 * static_cast<size_t>(pair[g * W + lane]) + x] +=
                        from[(3 * static_cast<size_t>(g) + x) * W + lane];
        });
}

inline void scatter_energies(const int *centre, int n, const double *from, double *energy)
{
    Kokkos::parallel_for(
        "soapz scatter", Range(0, n),
        KOKKOS_LAMBDA(int b) { energy[centre[b]] += from[b]; });
}

} // namespace soapz

#endif
