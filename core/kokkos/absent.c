/* SPDX-License-Identifier: BSD-3-Clause
 *
 * absent.c - a library that is built without Kokkos: it has no device. */
#include "kokkos/device.h"
#include "term/soap_term.h"

sz_status sz_device_open(sz_error *err)
{
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "this soapz is built without Kokkos and has the device cpu alone; "
                   "build it with -DSOAPZ_KOKKOS=ON");
}

const char *sz_device_name(void)
{
    return "";
}

void sz_device_free_copy(void *copy)
{
    (void)copy; /* there is none */
}

const sz_soap_stages sz_soap_run_stages_kokkos = {0};
