/* SPDX-License-Identifier: BSD-3-Clause
 *
 * load.c - path -> potential on paper -> model. */
#define _POSIX_C_SOURCE 200809L
#include "format/load.h"

#include "format/gap_xml.h"
#include "format/soapz_read.h"
#include "model/model.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A container begins with a number below 2^56, then a brace; XML never holds a zero
 * byte. A damaged one is told by its name. A pipe can be XML only: it is read once. */
static int is_container(const char *path)
{
    size_t n = strlen(path);
    int by_name = n >= 6 && strcmp(path + n - 6, ".soapz") == 0;
    unsigned char head[9] = {'<'};
    struct stat s;
    FILE *f;

    if (stat(path, &s) != 0 || !S_ISREG(s.st_mode)) return by_name;
    f = fopen(path, "rb");
    if (!f) return by_name;
    n = fread(head, 1, sizeof head, f);
    fclose(f);
    return (n == sizeof head && head[7] == 0 && head[8] == '{') ||
           (by_name && (n == 0 || head[0] != '<'));
}

sz_status sz_gap_load(sz_gap **gap, const char *path, sz_error *err)
{
    return is_container(path) ? sz_soapz_read(gap, path, err)
                              : sz_gap_read(gap, path, err);
}

sz_status sz_gap_notes(sz_gap_note **note, int *n, const char *path, sz_error *err)
{
    *note = NULL;
    *n = 0;
    return is_container(path) ? sz_soapz_read_notes(note, n, path, err) : SZ_OK;
}

sz_status sz_model_load_plain(sz_model **model, const char *path, sz_error *err)
{
    sz_gap *gap;
    sz_status status = sz_gap_load(&gap, path, err);

    *model = NULL;
    if (status == SZ_OK) status = sz_model_build(model, gap, err);
    sz_gap_free(gap);
    return status;
}

sz_status sz_model_load(sz_model **model, const char *path, sz_error *err)
{
    sz_status status = sz_model_load_plain(model, path, err);

    if (status == SZ_OK) status = sz_model_collapse(*model, sz_tile_best(), err);
    if (status == SZ_OK) status = sz_model_pack(*model, sz_tile_best(), err);
    if (status != SZ_OK) {
        sz_model_free(*model);
        *model = NULL;
    }
    return status;
}
