/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_checkpoint.c - the rows of an unfinished fit: the file as it is, and with the
 * right size and sum, without which nothing gets past the door. */
#include "fuzz.h"

#include "linear/lsq.h"

enum { NARROW_AT = 36, HEADER_AT = 56, SIZE_AT = 64, HEAD = 72 }; /* linear/lsq_file.c */

/* FNV-1a on words of 8 bytes */
static uint64_t add(uint64_t sum, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0;

        memcpy(&word, data + i, n - i < 8 ? n - i : 8);
        sum = (sum ^ word) * 0x100000001b3u;
        sum ^= sum >> 32;
    }
    return sum;
}

/* The head, the header and the columns of the narrow triangle have separate checksums,
 * each from its own initial word. */
static void seal(uint8_t *data, size_t size)
{
    uint64_t n = size, header, sum = 0;
    uint32_t narrow;
    size_t at = 0, part[4] = {HEAD, 0, 0, 0};

    memcpy(data + SIZE_AT, &n, 8);
    memcpy(&header, data + HEADER_AT, 8);
    memcpy(&narrow, data + NARROW_AT, 4);
    part[1] = header < size ? (size_t)header : 0;
    part[2] = narrow < size / 4 ? 4 * (size_t)narrow : 0;
    part[3] = size;
    for (int k = 0; k < 4; k++) {
        if (part[k] > size - 8 - at) part[k] = size - 8 - at;
        sum = add(sum, data + at, part[k]);
        at += part[k];
    }
    memcpy(data + size - 8, &sum, 8);
}

static int load(const char *path)
{
    sz_lsq *lsq = NULL, *again = NULL;
    void *header = NULL, *other = NULL;
    size_t n = 0, m = 0;
    int loaded;
    sz_error err = {SZ_OK, ""};

    loaded = fuzz_judge(sz_lsq_load(&lsq, path, 0, &header, &n, &err), &lsq, &err);
    if (loaded) {
        FUZZ_REQUIRE(sz_lsq_save(lsq, path, header, n, &err) == SZ_OK, err.message);
        sz_lsq_load(&again, path, lsq->n_unknowns, &other, &m, &err);
        FUZZ_REQUIRE(again && m == n && !memcmp(header, other, n), err.message);
        sz_lsq_flush(lsq);
    }
    sz_lsq_free(lsq);
    sz_lsq_free(again);
    free(header);
    free(other);
    return loaded;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = (uint8_t *)fuzz_text(data, size);
    int loaded = load(fuzz_write("rows.0", data, size));

    if (size > HEAD + 8) {
        seal(copy, size);
        FUZZ_REQUIRE(!loaded || !memcmp(copy, data, size), "the seal of a good file");
        load(fuzz_write("rows.0", copy, size));
    }
    free(copy);
    return 0;
}
