/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz.h - a harness gets bytes, gives them to one reader, and ends the process where the
 * reader breaks a promise. libFuzzer calls it, or replay.c with the files of seeds/.
 *
 * The promises: SZ_OK with a result, or another status without one and with a sentence;
 * and what was read can be written and read again. */
#ifndef SZ_FUZZ_H
#define SZ_FUZZ_H

#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* mkdtemp */
#endif

#include "base/error.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_REQUIRE(condition, text)                                                    \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "%s:%d: %s is false: %s\n", __FILE__, __LINE__, #condition,  \
                    text);                                                               \
            abort();                                                                     \
        }                                                                                \
    } while (0)

enum { FUZZ_FILES = 8 };

/* The folder of this process, in memory if possible, and the files named by fuzz_path,
 * which are removed at the end. */
static char fuzz_folder[64];
static char fuzz_file[FUZZ_FILES][128];

static void fuzz_clean(void)
{
    for (int k = 0; k < FUZZ_FILES; k++)
        if (*fuzz_file[k]) remove(fuzz_file[k]);
    rmdir(fuzz_folder);
}

/* The path of a file in that folder. */
static inline const char *fuzz_path(const char *name)
{
    char path[128];
    int k = 0;

    if (!*fuzz_folder) {
        snprintf(fuzz_folder, sizeof fuzz_folder, "%s/soapz-fuzz-XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        FUZZ_REQUIRE(mkdtemp(fuzz_folder), fuzz_folder);
        atexit(fuzz_clean);
    }
    snprintf(path, sizeof path, "%s/%s", fuzz_folder, name);
    while (k < FUZZ_FILES && *fuzz_file[k] && strcmp(fuzz_file[k], path) != 0) k++;
    FUZZ_REQUIRE(k < FUZZ_FILES, path);
    memcpy(fuzz_file[k], path, sizeof path);
    return fuzz_file[k];
}

/* The path of a file with these bytes. */
static inline const char *fuzz_write(const char *name, const void *data, size_t size)
{
    const char *path = fuzz_path(name);
    FILE *f = fopen(path, "wb");

    FUZZ_REQUIRE(f, path);
    FUZZ_REQUIRE(fwrite(data, 1, size, f) == size, path);
    FUZZ_REQUIRE(fclose(f) == 0, path);
    return path;
}

/* The bytes as a text, to be freed; it ends at the first zero. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    FUZZ_REQUIRE(text, "memory");
    if (size) memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* Checks the status of a call, its message, and the pointer at handle (NULL: there is
 * none). */
static inline int fuzz_judge(sz_status status, const void *handle, const sz_error *err)
{
    const void *result = NULL;

    if (handle) memcpy(&result, handle, sizeof result);
    FUZZ_REQUIRE((status == SZ_OK) == (result != NULL), err->message);
    if (status != SZ_OK) {
        FUZZ_REQUIRE(err->status == status, err->message);
        FUZZ_REQUIRE(strlen(err->message) > 10, err->message);
        FUZZ_REQUIRE(memchr(err->message, 0, sizeof err->message), "no end");
    }
    return status == SZ_OK;
}

/* Inputs that take long only because of large numbers are not used: 1 if no number has
 * more than two digits before its point, or an exponent. */
static inline int fuzz_is_small(const char *text)
{
    for (const char *p = text; *p; p++) {
        size_t n = strspn(p, "0123456789");

        if (n > 2 && (p == text || p[-1] != '.')) return 0;
        if (n && (p[n] == 'e' || p[n] == 'E' || p[n] == 'd' || p[n] == 'D')) return 0;
        if (n) p += n - 1;
    }
    return 1;
}

#endif
