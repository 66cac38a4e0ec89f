/* SPDX-License-Identifier: BSD-3-Clause
 *
 * suggest.h - what the data alone say about the settings of a fit. */
#ifndef SZ_SUGGEST_H
#define SZ_SUGGEST_H

#include "analyse/facts.h"

/* soapz fit --suggest: the words name the data and their keys; to, or NULL: the .conf
 * that is written. Returns the exit code. */
int sz_fit_suggest(const char *to, int n, char **word);

#endif
