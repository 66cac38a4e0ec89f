/* SPDX-License-Identifier: BSD-3-Clause
 *
 * part_file.h - a file that appears under its name only when it is complete, and a file
 * as memory. */
#ifndef SZ_PART_FILE_H
#define SZ_PART_FILE_H

#include "error.h"

#include <stdio.h>

/* Starts as {0}. */
typedef struct {
    FILE *file; /* to write to, between open and finish */
    char *path; /* where it shall be */
    char *part; /* where it is before sz_part_publish */
} sz_part;

sz_status sz_part_open(sz_part *part, const char *path, sz_error *err);
/* What was written can be read under the name part. */
sz_status sz_part_flush(sz_part *part, sz_error *err);
/* Everything is on the disk, or this fails. */
sz_status sz_part_finish(sz_part *part, sz_error *err);
/* Takes the place of what had the name before. */
sz_status sz_part_publish(sz_part *part, sz_error *err);
/* Removes what was not published; at the end, in any case. */
void sz_part_free(sz_part *part);

/* 1 where the two names are of one file, which may not be there yet. */
int sz_same_file(const char *a, const char *b);

/* A plain file that is not empty; writing to data does not change the file. */
typedef struct {
    unsigned char *data;
    size_t size;
} sz_file_map;

sz_status sz_file_map_open(sz_file_map *map, const char *path, sz_error *err);
void sz_file_map_close(sz_file_map *map);

#endif
