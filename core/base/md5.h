/* SPDX-License-Identifier: BSD-3-Clause
 *
 * md5.h - the MD5 digest (RFC 1321) with which a GAP file identifies its sparse-point
 * files. */
#ifndef SZ_MD5_H
#define SZ_MD5_H

#include <stddef.h>

/* 32 lower-case hexadecimal digits and a NUL */
void sz_md5(const void *data, size_t n, char hex[33]);

#endif
