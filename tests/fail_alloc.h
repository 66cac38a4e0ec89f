/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fail_alloc.h - allocations that fail at will. The linker puts these functions before
 * malloc and its kin (--wrap).
 *
 * Each allocation fails in turn, the first one with fail_at 1; with the address sanitizer
 * every FAIL_STEP-th. In the plain build blocks are overwritten when they are freed, so
 * that who reads one finds nothing of use there either.
 *
 * Only blocks that are ours count as live: the C library makes some itself (getline),
 * which free gets too. They stand in a hash table, empty where NULL or GONE. */
#ifndef SZ_TEST_FAIL_ALLOC_H
#define SZ_TEST_FAIL_ALLOC_H

#include "check.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void __wrap_free(void *block);

static long calls;   /* allocations so far */
static long fail_at; /* the one that fails; 0: none */
static long live;    /* blocks not freed */

enum { FAIL_STEP = CHECK_SANITIZED ? 13 : 1 };

enum { SLOTS = 1 << 17 };
static void *owned[SLOTS];
static char gone;
#define GONE ((void *)&gone)

static size_t slot_of(const void *block)
{
    return (size_t)((uintptr_t)block / 16 * 2654435761u % SLOTS);
}

static void *counted(void *block)
{
    size_t k = slot_of(block);

    if (!block) return NULL;
    while (owned[k] && owned[k] != GONE) k = (k + 1) % SLOTS;
    owned[k] = block;
    live++;
    return block;
}

/* 1 if the block was allocated here */
static int forgotten(void *block)
{
    size_t k = slot_of(block);

    for (int n = 0; block && owned[k] && n < SLOTS; k = (k + 1) % SLOTS, n++)
        if (owned[k] == block) {
            owned[k] = GONE;
            live--;
            return 1;
        }
    return 0;
}

/* counts the call; 1 if it has to fail */
static int refused(void)
{
    return ++calls == fail_at;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return refused() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return refused() ? NULL : counted(__real_aligned_alloc(align, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    void *larger;
    int ours;

    if (refused()) return NULL;
    ours = forgotten(block);
    larger = __real_realloc(block, size);
    if (!block || ours) return counted(larger ? larger : block);
    return larger;
}

void __wrap_free(void *block)
{
    if (forgotten(block) && !CHECK_SANITIZED)
        memset(block, 0xdd, malloc_usable_size(block));
    __real_free(block);
}

#endif
