/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_scan.h - soapz fit --scan: many fits that differ in a few settings, judged. */
#ifndef SZ_FIT_SCAN_H
#define SZ_FIT_SCAN_H

#include "fit_options.h"

/* word [n]: the words of the command line beside the options. Returns the exit code. */
int sz_fit_scan(const sz_fit_flags *option, int n, char **word);

#endif
