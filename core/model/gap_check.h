/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_check.h - checks of a potential, before it is written or used. */
#ifndef SZ_GAP_CHECK_H
#define SZ_GAP_CHECK_H

#include "model/gap.h"

/* 1 if text is UTF-8 without control characters except tab and newlines, which XML and
 * JSON can both store. */
int sz_text_is_clean(const char *text);

/* 1 where text can name an XML element (ASCII letters, digits, _ - .). */
int sz_is_label(const char *text);

/* Fails if a GAP is not one that the XML reader could return: numbers that are not
 * finite, counts and arrays that disagree. "name: what; remedy". */
sz_status sz_gap_check(const sz_gap *gap, const char *name, const char *remedy,
                       sz_error *err);

#endif
