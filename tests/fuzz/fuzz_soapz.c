/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_soapz.c - a .soapz file: as it is, and with the right length of its header and the
 * right sum, without which nothing gets past the door. */
#include "fuzz_gap.h"

#include "base/md5.h"

static uint8_t *find(uint8_t *data, size_t size, const char *text)
{
    size_t n = strlen(text);

    for (size_t k = 0; k + n <= size; k++)
        if (memcmp(data + k, text, n) == 0) return data + k;
    return NULL;
}

/* The header ends with its closing brace and one or more blanks. */
static size_t header_length(const uint8_t *data, size_t size)
{
    int depth = 0, quoted = 0;
    size_t k = 8;

    for (; k < size; k++) {
        if (data[k] == '\\' && quoted)
            k++;
        else if (data[k] == '"')
            quoted = !quoted;
        else if (!quoted && data[k] == '{')
            depth++;
        else if (!quoted && data[k] == '}' && --depth == 0)
            break;
    }
    for (k++; k < size && data[k] == ' ';) k++;
    return k < size ? k - 8 : size - 8;
}

static void seal(uint8_t *data, size_t size)
{
    size_t length = header_length(data, size);
    uint8_t *sum = find(data + 8, length, "\"md5\":\"");
    char hex[33];

    for (int k = 0; k < 8; k++) data[k] = (uint8_t)(length >> 8 * k);
    if (!sum || data + size - sum < 7 + 32) return;
    memset(sum + 7, '0', 32);
    sz_md5(data, size, hex);
    memcpy(sum + 7, hex, 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = fuzz_text(data, size);
    const char *path = fuzz_write("gp.soapz", data, size);
    sz_gap_note *note = NULL;
    int n = 0, loaded;
    sz_error err = {SZ_OK, ""};

    loaded = fuzz_load(path);
    if (size > 8) {
        seal((uint8_t *)copy, size);
        FUZZ_REQUIRE(!loaded || !memcmp(copy, data, size), "the seal of a good file");
        fuzz_load(fuzz_write("gp.soapz", copy, size));
        if (sz_gap_notes(&note, &n, path, &err) == SZ_OK) sz_gap_notes_free(note, n);
    }
    free(copy);
    return 0;
}
