/* SPDX-License-Identifier: BSD-3-Clause
 *
 * file.h - a file that appears under its name only when it is complete, and a file as
 * memory. */
#ifndef SZ_FILE_H
#define SZ_FILE_H

#include "base/error.h"

#include <stdio.h>

/* Starts as {0}. */
typedef struct {
    FILE *file; /* to write to, between open and finish */
    char *name; /* as the user wrote it, for messages */
    char *path; /* where it shall be, links followed */
    char *part; /* where it is before it is published; NULL: written in place (a device, a
                   pipe, standard output) */
} sz_output;

/* A folder, and a file that the user may not write, are refused. A file that is there
 * already keeps its rights. */
sz_status sz_output_open(sz_output *out, const char *name, sz_error *err);
/* The same, but a link is replaced: for a file that names others beside it. */
sz_status sz_output_replace(sz_output *out, const char *name, sz_error *err);
/* Devices, pipes and "-", which is standard output, too: these are written in place. */
sz_status sz_output_open_any(sz_output *out, const char *name, sz_error *err);
/* Fails once a write has failed: the rest need not be computed. */
sz_status sz_output_check(const sz_output *out, sz_error *err);
/* What was written can be read under the name part. */
sz_status sz_output_flush(sz_output *out, sz_error *err);
/* Everything is on the disk, or this fails. */
sz_status sz_output_finish(sz_output *out, sz_error *err);
/* Takes the place of what had the name before. */
sz_status sz_output_publish(sz_output *out, sz_error *err);
/* Removes what was not published; at the end, in any case. */
void sz_output_free(sz_output *out);
/* keep 1: finish and publish; 0: neither. Then free. */
sz_status sz_output_close(sz_output *out, int keep, sz_error *err);

/* Where a file is or will be: absolute, links followed; the name itself where its folder
 * is not there. To free; NULL out of memory. */
char *sz_real_path(const char *name);

/* A plain file that is not empty; writing to data does not change the file. */
typedef struct {
    unsigned char *data;
    size_t size;
} sz_file_map;

sz_status sz_file_map_open(sz_file_map *map, const char *path, sz_error *err);
void sz_file_map_close(sz_file_map *map);

#endif
