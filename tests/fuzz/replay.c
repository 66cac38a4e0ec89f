/* SPDX-License-Identifier: BSD-3-Clause
 *
 * replay.c - a harness without libFuzzer: every file of the folders in the arguments,
 * whole and cut off at each length of up to 200 bytes. */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

static int n_inputs;

static void replay(const char *path)
{
    static uint8_t data[1 << 20];
    FILE *f = fopen(path, "rb");
    size_t n;

    FUZZ_REQUIRE(f, path);
    n = fread(data, 1, sizeof data, f);
    fclose(f);
    FUZZ_REQUIRE(n < sizeof data, path);
    for (size_t m = 0; m <= n && m <= 200; m++) LLVMFuzzerTestOneInput(data, m);
    LLVMFuzzerTestOneInput(data, n);
    n_inputs++;
}

int main(int argc, char **argv)
{
    for (int k = 1; k < argc; k++) {
        DIR *folder = opendir(argv[k]);
        struct dirent *entry;
        char path[4096];

        FUZZ_REQUIRE(folder, argv[k]);
        while ((entry = readdir(folder))) {
            struct stat s;

            snprintf(path, sizeof path, "%s/%s", argv[k], entry->d_name);
            if (stat(path, &s) == 0 && S_ISREG(s.st_mode)) replay(path);
        }
        closedir(folder);
    }
    printf("%d inputs\n", n_inputs);
    return n_inputs == 0;
}
