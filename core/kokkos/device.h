/* SPDX-License-Identifier: BSD-3-Clause
 *
 * device.h - whether this library can compute on a device: session.cpp where it is built
 * with Kokkos, else absent.c. */
#ifndef SZ_DEVICE_H
#define SZ_DEVICE_H

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Starts Kokkos, unless the program has; it ends with the program. */
sz_status sz_device_open(sz_error *err);
/* "Kokkos OpenMP"; after it. */
const char *sz_device_name(void);

#ifdef __cplusplus
}
#endif

#endif
