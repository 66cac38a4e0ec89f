/* SPDX-License-Identifier: BSD-3-Clause
 *
 * resident.cpp - a list on the device: before its terms are computed, atoms/list_check.c
 * there, as one number, and E_i = e0; and copied to the CPU for the terms that it
 * computes. */
#include "kokkos/resident.hpp"

#include "kokkos/device.h"
#include "kokkos/session.hpp"

#include <cfloat>

namespace soapz
{

constexpr double LEAST_SQ = 1e-12, MOST_SQ = DBL_MAX; /* squares of distances */

static int count_wrong_species(int n, const int *species, int n_species)
{
    int wrong = 0;

    Kokkos::parallel_reduce(
        "soapz check", Range(0, n),
        KOKKOS_LAMBDA(int k, int &sum) {
            sum += species[k] < 0 || species[k] >= n_species;
        },
        wrong);
    return wrong;
}

static int count_wrong_distances(int n, const double *r)
{
    int wrong = 0;

    Kokkos::parallel_reduce(
        "soapz check", Range(0, n),
        KOKKOS_LAMBDA(int k, int &sum) {
            const double *d = r + 3 * static_cast<size_t>(k);
            const double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];

            sum += !(r2 >= LEAST_SQ) || !(r2 <= MOST_SQ);
        },
        wrong);
    return wrong;
}

static void fill_energies(const sz_portion &all, const double *e0)
{
    const int *species = all.nb->species;
    double *energy = all.energy;

    for (int s = 0; s < all.species->n; s++) {
        const double own = e0[s];

        Kokkos::parallel_for(
            "soapz e0", Range(0, all.n), KOKKOS_LAMBDA(int i) {
                if (species[i] == s) energy[i] = own;
            });
    }
}

static void fill_slopes(int n_pairs, double *dedr)
{
    Kokkos::parallel_for(
        "soapz clear", Range(0, n_pairs), KOKKOS_LAMBDA(int k) {
            for (int x = 0; x < 3; x++) dedr[3 * static_cast<size_t>(k) + x] = 0.0;
        });
}

/* ---- a copy on the CPU ------------------------------------------------------------- */

/* Numbers on the CPU; where the device's memory is that of the CPU, they are not copied.
 */
template <class T> class Copied
{
  public:
    const T *fetch(const T *from, size_t n)
    {
        if (ON_HOST) return from;
        Kokkos::deep_copy(on_cpu(n), OnDevice<const T>(from, n));
        return kept.data();
    }
    T *room(size_t n)
    {
        return on_cpu(n).data();
    }
    const T *send(size_t n)
    {
        if (ON_HOST) return kept.data();
        Kokkos::deep_copy(OnDevice<T>(extend(sent, n), n), on_cpu(n));
        return sent.data();
    }

  private:
    template <class U>
    using OnDevice = Kokkos::View<U *, Memory, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
    typedef Kokkos::View<T *, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>>
        OnCpu;

    OnCpu on_cpu(size_t n)
    {
        if (kept.size() < n) kept.resize(n + n / 4);
        return OnCpu(kept.data(), n);
    }

    std::vector<T> kept;
    Kokkos::View<T *, Memory> sent;
};

struct Copy {
    Copied<int> species, first, neigh_species;
    Copied<double> r, energy, dedr;
};

static void add(size_t n, const double *from, double *to)
{
    Kokkos::parallel_for(
        "soapz add", Kokkos::RangePolicy<Space, Kokkos::IndexType<size_t>>(0, n),
        KOKKOS_LAMBDA(size_t k) { to[k] += from[k]; });
}

} // namespace soapz

using namespace soapz;

sz_status sz_device_start(const sz_portion *all, int n_pairs, const double *e0,
                          sz_error *err)
{
    const int n_species = all->species->n;
    int species = 0, distances = 0;
    const sz_status status = guarded(err, [&] {
        species = count_wrong_species(all->n, all->nb->species, n_species) +
                  count_wrong_species(n_pairs, all->nb->neigh_species, n_species);
        distances = count_wrong_distances(n_pairs, all->nb->r);
        fill_energies(*all, e0);
        if (all->dedr) fill_slopes(n_pairs, all->dedr);
    });

    if (status == SZ_OK && species)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%d atoms or neighbours have a species that the model does not "
                       "have",
                       species);
    if (status == SZ_OK && distances)
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "the distances of %d neighbours are not numbers or below 1e-6 "
                       "Angstrom",
                       distances);
    return status;
}

sz_status sz_device_fetch(void **copy, const sz_portion *all, int n_pairs, sz_neigh *nb,
                          double **energy, double **dedr, sz_error *err)
{
    const sz_neigh &from = *all->nb;
    const size_t n = all->n, pairs = n_pairs;

    return guarded(err, [&] {
        if (!*copy) *copy = new Copy;

        Copy &to = *static_cast<Copy *>(*copy);

        *nb = {all->n, to.species.fetch(from.species, n),
               to.first.fetch(from.first, n + 1),
               to.neigh_species.fetch(from.neigh_species, pairs),
               to.r.fetch(from.r, 3 * pairs)};
        *energy = to.energy.room(n);
        *dedr = all->dedr ? to.dedr.room(3 * pairs) : nullptr;
        Kokkos::fence();
    });
}

sz_status sz_device_add(void *copy, const sz_portion *all, int n_pairs, sz_error *err)
{
    const size_t n = all->n, pairs = n_pairs;
    Copy &from = *static_cast<Copy *>(copy);

    return guarded(err, [&] {
        add(n, from.energy.send(n), all->energy);
        if (all->dedr) add(3 * pairs, from.dedr.send(3 * pairs), all->dedr);
        Kokkos::fence();
    });
}

void sz_device_free_copy(void *copy)
{
    if (is_running()) guarded(nullptr, [&] { delete static_cast<Copy *>(copy); });
}
