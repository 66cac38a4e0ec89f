/* SPDX-License-Identifier: BSD-3-Clause
 *
 * space.hpp - where the stages run, and how they are written for it.
 *
 *   an atom    is a team of threads; what the threads of a team share out are items
 *   an item    is W numbers: one on a GPU, where neighbouring threads take neighbouring
 *              numbers; on a CPU those of one vector register, and a team is one thread
 *   a chunk    is CHUNK groups of W neighbours, whose harmonics are kept at a time
 *
 * So every stage is written once. A loop over items is each(); what its items write does
 * not overlap, or only from one item to the next on a CPU, where they run in order. */
#ifndef SZ_KOKKOS_SPACE_HPP
#define SZ_KOKKOS_SPACE_HPP

#include <Kokkos_Core.hpp>

#include <map>
#include <type_traits>
#include <vector>

extern "C" {
#include "descriptor/coupling.h"
#include "descriptor/soap.h"
#include "term/soap_term.h"
}

namespace soapz
{

#define SZ_HERE KOKKOS_FORCEINLINE_FUNCTION /* on the device and on the CPU */
/* A stage: so does it, as a function that has the registers to itself. */
#define SZ_STAGE KOKKOS_FUNCTION inline __attribute__((noinline))

using Space = Kokkos::DefaultExecutionSpace;
using Memory = Space::memory_space;
using Policy = Kokkos::TeamPolicy<Space>;
using Team = Policy::member_type;

constexpr bool ON_HOST = std::is_same<Memory, Kokkos::HostSpace>::value;
constexpr int W = ON_HOST ? SZ_NATIVE_LANES : 1;
constexpr int TEAM = ON_HOST ? 1 : 128; /* threads */
constexpr int CHUNK = TEAM;

/* n items, shared out among the threads of a team; or n times m, the second index fast */
template <class Item> SZ_HERE void each(const Team &team, int n, const Item &item)
{
    Kokkos::parallel_for(Kokkos::TeamThreadRange(team, n), item);
}
template <class Item> SZ_HERE void each(const Team &team, int n, int m, const Item &item)
{
    if constexpr (TEAM > 1)
        each(team, n * m, [&](int k) { item(k / m, k % m); });
    else
        for (int i = 0; i < n; i++)
            for (int k = 0; k < m; k++) item(i, k);
}

SZ_HERE void clear(const Team &team, int n, double *x)
{
    each(team, n, [&](int k) { x[k] = 0.0; });
}

/* ---- W numbers --------------------------------------------------------------------- */

template <bool on_host> struct LanesOf {
    typedef double type;

    SZ_HERE static double kept(double v, int n)
    {
        return n > 0 ? v : 0.0;
    }
    SZ_HERE static double sum(double v)
    {
        return v;
    }
};
template <> struct LanesOf<true> {
    typedef SZ_NATIVE_LANES_OF(double) type;
    typedef SZ_NATIVE_LANES_OF(long long) whole;

    SZ_INLINE type kept(const type &v, int n)
    {
        whole lane = whole{};

        for (int k = 0; k < SZ_NATIVE_LANES; k++) lane[k] = k;
        return (type)((whole)v & (lane < n));
    }
    SZ_INLINE double sum(const type &v)
    {
        double all = 0.0;

        for (int k = 0; k < SZ_NATIVE_LANES; k++) all += v[k];
        return all;
    }
};
typedef LanesOf<ON_HOST>::type lanes;

SZ_HERE lanes load(const double *x) /* wherever x stands */
{
    return *reinterpret_cast<const lanes *>(x);
}
SZ_HERE void store(double *x, const lanes &v)
{
    *reinterpret_cast<lanes *>(x) = v;
}
/* v, but 0 in the lanes from n on */
SZ_HERE lanes kept(const lanes &v, int n)
{
    return LanesOf<ON_HOST>::kept(v, n);
}
SZ_HERE double sum_of(const lanes &v)
{
    return LanesOf<ON_HOST>::sum(v);
}

/* put(r, sum_k a(r, k) b(k)) for the rows r from first on, which share what is read of b:
 * vectors of W columns at b(k). */
template <int rows, int vectors, class A, class B, class Put>
SZ_HERE void product_rows(int first, int n_in, const A &a, const B &b, const Put &put)
{
    lanes sum[rows][vectors];

    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) sum[r][v] = lanes{};
    for (int k = 0; k < n_in; k++)
        for (int v = 0; v < vectors; v++) {
            const lanes own = load(b(k) + v * W);

            for (int r = 0; r < rows; r++) sum[r][v] += a(first + r, k) * own;
        }
    for (int r = 0; r < rows; r++) put(first + r, sum[r]);
}

/* The same for n rows and one vector. */
template <class A, class B, class Put>
SZ_HERE void product(int n, int n_in, const A &a, const B &b, const Put &put)
{
    int first = 0;

    for (; first + 4 <= n; first += 4) product_rows<4, 1>(first, n_in, a, b, put);
    for (; first + 2 <= n; first += 2) product_rows<2, 1>(first, n_in, a, b, put);
    for (; first < n; first++) product_rows<1, 1>(first, n_in, a, b, put);
}

/* The sum of the lanes of f(k), k = 0, W, 2 W .. below n, known to the whole team. */
template <class F> SZ_HERE double team_sum(const Team &team, int n, const F &f)
{
    lanes own = lanes{};
    double sum = 0.0;

    if constexpr (TEAM > 1)
        Kokkos::parallel_reduce(
            Kokkos::TeamThreadRange(team, n),
            [&](int k, double &part) { part += sum_of(f(k)); }, sum);
    else
        for (int k = 0; k < n; k += W) own += f(k);
    team.team_barrier();
    return sum + sum_of(own);
}

/* n rows of n numbers, turned: row k becomes column k; the rows of to are next apart */
template <int n> SZ_HERE void turn_lanes(const double *from, int next, double *to)
{
    sz_lanes turned[n];

    sz_turn(from, n, turned);
    for (int k = 0; k < n; k++) SZ_AT(to + k * next) = turned[k];
}
template <int n> SZ_HERE void turn(const double *from, int next, double *to)
{
    if constexpr (n == SZ_LANES)
        turn_lanes<n>(from, next, to);
    else
        for (int k = 0; k < n; k++)
            for (int q = 0; q < n; q++) to[q * next + k] = from[k * n + q];
}

SZ_HERE constexpr int items(int n)
{
    return (n + W - 1) / W;
}

/* ---- memory ------------------------------------------------------------------------ */

/* Arrays of a plan on the device, and the pointers to them. */
class Store
{
  public:
    template <class T> T *put(const T *from, size_t n)
    {
        const size_t bytes = n * sizeof(T), room = bytes + 2 * SZ_LANES * sizeof(double);
        Kokkos::View<char *, Memory> view("soapz", room);
        Kokkos::View<const char *, Kokkos::HostSpace, Kokkos::MemoryUnmanaged> host(
            reinterpret_cast<const char *>(from), bytes);

        if (n)
            Kokkos::deep_copy(Kokkos::subview(view, std::make_pair(size_t(0), bytes)),
                              host);
        kept.push_back(view);
        sum += room;
        return reinterpret_cast<T *>(view.data());
    }
    template <class T> T *put(const std::vector<T> &from)
    {
        return put(from.data(), from.size());
    }
    size_t bytes() const
    {
        return sum;
    }

  private:
    std::vector<Kokkos::View<char *, Memory>> kept;
    size_t sum = 0;
};

/* Heads and their parts: those of head k are part[first[k]] .. part[first[k + 1] - 1] */
template <class Head, class Part> struct Lists {
    int n, n_parts;
    const Head *head;
    const int *first; /* [n + 1] */
    const Part *part;
};

template <class Head, class Part>
Lists<Head, Part> upload(Store &store, const std::map<Head, std::vector<Part>> &from)
{
    std::vector<Head> head;
    std::vector<int> first(1);
    std::vector<Part> part;

    for (const auto &[own, parts] : from) {
        head.push_back(own);
        part.insert(part.end(), parts.begin(), parts.end());
        first.push_back(static_cast<int>(part.size()));
    }
    return {static_cast<int>(head.size()), first.back(), store.put(head),
            store.put(first), store.put(part)};
}

/* Numbers that go to the device or come from it. On a CPU both are the same memory. */
template <class T> class Shared
{
  public:
    void reserve(size_t n)
    {
        if (n <= there.extent(0)) return;
        there = {};
        here = {};
        there = Kokkos::View<T *, Memory>(
            Kokkos::view_alloc(Kokkos::WithoutInitializing, "soapz"), n + n / 4);
        here = Kokkos::create_mirror_view(there);
    }
    T *host()
    {
        return here.data();
    }
    T *device()
    {
        return there.data();
    }
    void send()
    {
        Kokkos::deep_copy(there, here);
    }
    void fetch()
    {
        Kokkos::deep_copy(here, there);
    }

  private:
    Kokkos::View<T *, Memory> there;
    typename Kokkos::View<T *, Memory>::HostMirror here;
};

} // namespace soapz

#endif
