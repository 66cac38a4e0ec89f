/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product_blas.cpp - products by KokkosKernels. Its matrices have fast first indices, so
 * they are transposed: out(c,i) = sum_k A(c,k) x(k,i). */
#include "kokkos/product.hpp"

#include <KokkosBlas3_gemm.hpp>

namespace soapz
{

template <class T>
using Columns = Kokkos::View<T **, Kokkos::LayoutLeft, Kokkos::Device<Space, Memory>,
                             Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

/* The first n of each n_columns columns, which are stride apart. */
template <class T> static Columns<T> columns(T *x, int n, int stride, int n_columns)
{
    return Kokkos::subview(Columns<T>(x, stride, n_columns), std::make_pair(0, n),
                           Kokkos::ALL);
}

/* entries [n_in][room] */
Matrix upload(Store &store, int n_in, int n_out, int room, const double *a,
              size_t next_in, size_t next_out)
{
    std::vector<double> entries(static_cast<size_t>(n_in) * room);

    for (int k = 0; k < n_in; k++)
        for (int c = 0; c < n_out; c++)
            entries[static_cast<size_t>(k) * room + c] = a[k * next_in + c * next_out];
    return {n_in, room, store.put(entries)};
}

void multiply(const Matrix &a, int n, const double *x, int x_stride, double *out,
              int out_stride)
{
    KokkosBlas::gemm("N", "N", 1.0, columns(a.entries, a.n_out, a.n_out, a.n_in),
                     columns(x, a.n_in, x_stride, n), 0.0,
                     columns(out, a.n_out, out_stride, n));
}

} // namespace soapz
