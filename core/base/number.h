/* SPDX-License-Identifier: BSD-3-Clause
 *
 * number.h - numbers as GAP files write them: ".5", "-.1E-004", "1.0D0", "T". The decimal
 * point is "." in every locale; nan and inf are not numbers. */
#ifndef SZ_NUMBER_H
#define SZ_NUMBER_H

/* Reads the number that starts at text (no leading blanks), correctly rounded. Returns
 * its end, or NULL if there is no number or it overflows. */
const char *sz_scan_double(const char *text, double *value);

/* text is one number and nothing else, except blanks around it. Returns 1 on success;
 * otherwise *value is kept. Logicals are T F true false in any case. */
int sz_parse_double(const char *text, double *value);
int sz_parse_int(const char *text, int *value);
int sz_parse_bool(const char *text, int *value);

/* 1 if two words are equal, ignoring the case of ASCII letters. */
int sz_same_word(const char *a, const char *b);

/* blank, tab or line end; the first character of text that is not one */
int sz_is_blank(char c);
const char *sz_skip_blanks(const char *text);

#endif
