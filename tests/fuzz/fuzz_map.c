/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_map.c - the compress_file of soap_turbo. */
#include "fuzz.h"

#include "descriptor/turbo_map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_write("map.dat", data, size);
    double *number = NULL, *again = NULL;
    int n = 0, m = 0, n_max[2] = {2, 2};
    sz_error err = {SZ_OK, ""};
    FILE *f;

    if (fuzz_judge(sz_turbo_map_read(&number, &n, path, &err), &number, &err) &&
        sz_turbo_map_check(number, n, 2, n_max, 1, 20, path, &err) == SZ_OK) {
        f = fopen(fuzz_path("again.dat"), "w");
        FUZZ_REQUIRE(f, "again.dat");
        sz_turbo_map_write(f, number, n);
        fclose(f);
        sz_turbo_map_read(&again, &m, fuzz_path("again.dat"), &err);
        FUZZ_REQUIRE(again && m == n, err.message);
        FUZZ_REQUIRE(!memcmp(number, again, (size_t)n * sizeof *number), "again.dat");
    }
    free(number);
    free(again);
    return 0;
}
