/* SPDX-License-Identifier: BSD-3-Clause
 *
 * device.h - whether this library can compute on a device: session.cpp where it is built
 * with Kokkos, else absent.c; and where arrays are there already, resident.cpp. */
#ifndef SZ_DEVICE_H
#define SZ_DEVICE_H

#include "base/error.h"
#include "term/term.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts Kokkos, unless the program has; it ends with the program. */
sz_status sz_device_open(sz_error *err);
/* "Kokkos OpenMP"; after it. */
const char *sz_device_name(void);

/* Lists whose arrays are on the device; all->atom is not read. Checks the list, and fills
 * energy with e0 [n_species], dedr with 0. */
sz_status sz_device_start(const sz_portion *all, int n_pairs, const double *e0,
                          sz_error *err);
/* Such a list on the CPU, and room there for energies and, if all->dedr, for dE/dr_ij.
 * *copy starts as NULL, and keeps the memory. */
sz_status sz_device_fetch(void **copy, const sz_portion *all, int n_pairs, sz_neigh *nb,
                          double **energy, double **dedr, sz_error *err);
/* Adds these energies and dE/dr_ij to those on the device. */
sz_status sz_device_add(void *copy, const sz_portion *all, int n_pairs, sz_error *err);
void sz_device_free_copy(void *copy);

#ifdef __cplusplus
}
#endif

#endif
