/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_kokkos.h - energies and forces from a neighbour list that is in the memory of the
 * device already, for programs that use Kokkos themselves. Only in a library that is
 * built with Kokkos, and only where the program and the library share one Kokkos. */
#ifndef SOAPZ_KOKKOS_H
#define SOAPZ_KOKKOS_H

#include "soapz.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 1: sz_compute_resident can be used: the device of the work is SZ_KOKKOS, and rows may
 * be in any order, see sz_model_ordered. */
SZ_API int sz_work_is_resident(const sz_work *work);

/* As sz_compute, but all arrays, those of nb too, are in the memory of Kokkos's default
 * execution space; n_pairs is first[n_atoms]. If the model has terms that the device does
 * not compute, the list is copied to the CPU for them, and their dE/dr_ij back. The error
 * does not say which atom is wrong. */
SZ_API sz_status sz_compute_resident(sz_work *work, const sz_neigh *nb, int n_pairs,
                                     double *energy, double *dedr, sz_error *err);

#ifdef __cplusplus
}
#endif

#endif
