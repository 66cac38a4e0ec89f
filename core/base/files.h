/* SPDX-License-Identifier: BSD-3-Clause
 *
 * files.h - which files a task reads and writes. Rule: an output must not be a file that
 * is read, or another output. A link counts as its target; devices and pipes may be
 * both. */
#ifndef SZ_FILES_H
#define SZ_FILES_H

#include "base/error.h"

typedef struct {
    char *what; /* its role: "at_file", "-o" */
    char *path; /* as given by the user */
    char *real; /* absolute, because the working folder may change */
    int written;
} sz_file_use;

/* Starts as {0}. */
typedef struct {
    int n;
    sz_file_use *use;
} sz_files;

/* Adds a file that is read or written; SZ_ERR_ARGUMENT if the rule is broken. A path that
 * is NULL or "" is no file, "-" is standard input or output. files NULL: nothing is
 * done. */
sz_status sz_files_read(sz_files *files, const char *what, const char *path,
                        sz_error *err);
/* The same for a file that may be written several times. */
sz_status sz_files_write(sz_files *files, const char *what, const char *path,
                         sz_error *err);
/* Adds all files that others reads. */
sz_status sz_files_read_those(sz_files *files, const sz_files *others, sz_error *err);
/* Checks whether path may be written; as: its role. */
sz_status sz_files_check(const sz_files *files, const char *what, const char *path,
                         sz_error *err);
void sz_files_free(sz_files *files);

#endif
