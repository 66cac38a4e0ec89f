/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fail_each.h - every allocation of a function fails once. */
#ifndef SZ_TEST_FAIL_EACH_H
#define SZ_TEST_FAIL_EACH_H

#include "check.h"
#include "fail_alloc.h"
#include "soapz.h"

#include <stdio.h>
#include <string.h>

/* run with its first allocation failing, then its second (fail_alloc.h), until none does.
 * Each time it reports that there is no memory, and frees all blocks. There are more than
 * 100 allocations. */
static inline int check_each_allocation(sz_status (*run)(const sz_model *, sz_error *),
                                        const sz_model *model)
{
    sz_status status = SZ_ERR_MEMORY;
    long before = live, n;
    sz_error err;

    for (n = 1; n < 100000 && status == SZ_ERR_MEMORY; n += FAIL_STEP) {
        calls = 0;
        fail_at = n;
        err.message[0] = 0;
        status = run(model, &err);
        CHECK(live == before);
        if (status != SZ_OK)
            CHECK(status == SZ_ERR_MEMORY && strstr(err.message, "out of memory"));
    }
    fail_at = 0;
    CHECK(status == SZ_OK && n > 100);
    printf("%ld allocations\n", calls);
    return 0;
}

#endif
