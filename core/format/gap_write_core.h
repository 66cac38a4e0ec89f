/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_write_core.h - the part of a GAP XML file before <GAP_params>. */
#ifndef SZ_GAP_WRITE_CORE_H
#define SZ_GAP_WRITE_CORE_H

#include "term/gap.h"

#include <stdio.h>

enum { SZ_GAP_NUMBER = 48 }; /* bytes of a number as text */

/* name="value" after a blank */
void sz_gap_attribute(FILE *f, const char *name, double value);
/* <Potential> with the init string of cores and GAP, and the parameters of the cores. */
sz_status sz_gap_write_potential(FILE *f, const sz_gap *gap, const char *label,
                                 sz_error *err);

#endif
