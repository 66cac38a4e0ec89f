/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_main.h - soapz fit, and soapz-fit-mpi, which is the same on many ranks. */
#ifndef SZ_FIT_MAIN_H
#define SZ_FIT_MAIN_H

#include "fit/team.h"

/* Returns the exit code, the same on all ranks. */
int sz_fit_main(int argc, char **argv, sz_team *team);

#endif
