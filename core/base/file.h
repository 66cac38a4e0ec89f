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
    FILE *file; /* stream to write to, between open and finish */
    char *name; /* as given by the user, for messages */
    char *path; /* final path, links followed */
    char *part; /* temporary path before publishing; NULL: written in place (a device, a
                   pipe, standard output) */
} sz_output;

/* Folders, and files that the user may not write, are refused. An existing file keeps its
 * permissions. */
sz_status sz_output_open(sz_output *out, const char *name, sz_error *err);
/* The same, but a link is replaced: for a file that refers to files beside it. */
sz_status sz_output_replace(sz_output *out, const char *name, sz_error *err);
/* Also devices, pipes and "-" (standard output): these are written in place. */
sz_status sz_output_open_any(sz_output *out, const char *name, sz_error *err);
/* Fails after a write error, so that the rest need not be computed. */
sz_status sz_output_check(const sz_output *out, sz_error *err);
/* After it, the written data can be read under the name part. */
sz_status sz_output_flush(sz_output *out, sz_error *err);
/* Flushes everything to the disk, or fails. */
sz_status sz_output_finish(sz_output *out, sz_error *err);
/* Renames the temporary file, replacing the old one. */
sz_status sz_output_publish(sz_output *out, sz_error *err);
/* Removes an unpublished file; always call it at the end. */
void sz_output_free(sz_output *out);
/* keep 1: finish and publish; 0: neither. Then free. */
sz_status sz_output_close(sz_output *out, int keep, sz_error *err);

/* The absolute path of a file that may not exist yet, links followed; the name itself if
 * its folder does not exist. The caller frees it; NULL if memory runs out. */
char *sz_real_path(const char *name);

/* A regular file that is not empty; writing to data does not change the file. */
typedef struct {
    unsigned char *data;
    size_t size;
} sz_file_map;

sz_status sz_file_map_open(sz_file_map *map, const char *path, sz_error *err);
void sz_file_map_close(sz_file_map *map);

#endif
