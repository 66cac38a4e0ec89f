/* SPDX-License-Identifier: BSD-3-Clause
 *
 * memory.c - arrays that grow. */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int sz_grow(void *array, size_t n, size_t size)
{
    void *old, *larger;

    if (n > SIZE_MAX / size) return 0;
    memcpy(&old, array, sizeof old);
    larger = realloc(old, n * size);
    if (larger) memcpy(array, &larger, sizeof larger);
    return larger != NULL;
}
