/* SPDX-License-Identifier: BSD-3-Clause
 *
 * product.hpp - the rows of a block times a matrix of the plan:
 *
 *   out_i(c) = sum_k x_i(k) A(k,c)
 *
 * product_own.cpp computes it in registers; product_blas.cpp by KokkosKernels, which
 * calls cuBLAS or rocBLAS where it was built with them. A build contains one of the two.
 */
#ifndef SZ_KOKKOS_PRODUCT_HPP
#define SZ_KOKKOS_PRODUCT_HPP

#include "kokkos/space.hpp"

namespace soapz
{

struct Matrix {
    int n_in, n_out;       /* 0, 0: none */
    const double *entries; /* in an order of the file that multiplies */
};

/* A(k, c) = a[k * next_in + c * next_out] for k < n_in and c < n_out; 0 for c up to room,
 * which becomes the n_out of the matrix */
Matrix upload(Store &store, int n_in, int n_out, int room, const double *a,
              size_t next_in, size_t next_out);

/* of n rows; columns behind n_out may be overwritten */
void multiply(const Matrix &a, int n, const double *x, int x_stride, double *out,
              int out_stride);

} // namespace soapz

#endif
