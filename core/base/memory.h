/* SPDX-License-Identifier: BSD-3-Clause
 *
 * memory.h - arrays that grow. */
#ifndef SZ_MEMORY_H
#define SZ_MEMORY_H

#include <stddef.h>

/* The array behind *(T **)array gets room for n elements of that size, n > 0. Returns 0,
 * and changes nothing, where there is no memory. */
int sz_grow(void *array, size_t n, size_t size);

#endif
