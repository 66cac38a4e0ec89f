/* SPDX-License-Identifier: BSD-3-Clause
 *
 * memory.h - arrays that grow. */
#ifndef SZ_MEMORY_H
#define SZ_MEMORY_H

#include <stddef.h>

/* Makes room for n > 0 elements of the given size in the array *(T **)array. Returns 0,
 * and changes nothing, if memory runs out. */
int sz_grow(void *array, size_t n, size_t size);

#endif
