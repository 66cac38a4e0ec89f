/* SPDX-License-Identifier: BSD-3-Clause
 *
 * suggest.h - settings of a fit suggested from the data alone. */
#ifndef SZ_SUGGEST_H
#define SZ_SUGGEST_H

#include "analyse/facts.h"

/* soapz fit --suggest: the words give the data and their keys; to: the .conf to write, or
 * NULL. Returns the exit code. */
int sz_fit_suggest(const char *to, int n, char **word);

#endif
