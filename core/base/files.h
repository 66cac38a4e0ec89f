/* SPDX-License-Identifier: BSD-3-Clause
 *
 * files.h - which files a piece of work reads and which it writes. The rule stands here
 * alone: an output is no file that is read, and no other output. A link counts as the
 * file that it leads to; devices and pipes may be both. */
#ifndef SZ_FILES_H
#define SZ_FILES_H

#include "base/error.h"

typedef struct {
    char *what; /* its part in the work: "at_file", "-o" */
    char *path; /* as the user wrote it */
    char *real; /* absolute, for the working folder may change */
    int written;
} sz_file_use;

/* Starts as {0}. */
typedef struct {
    int n;
    sz_file_use *use;
} sz_files;

/* One file more; SZ_ERR_ARGUMENT where the rule is broken. A path that is NULL or "" is
 * none, "-" is standard input or standard output. files NULL: nobody wants to know. */
sz_status sz_files_read(sz_files *files, const char *what, const char *path,
                        sz_error *err);
/* The same what may be written several times. */
sz_status sz_files_write(sz_files *files, const char *what, const char *path,
                         sz_error *err);
/* All that others reads is read here too. */
sz_status sz_files_read_those(sz_files *files, const sz_files *others, sz_error *err);
/* May path be written, as what? */
sz_status sz_files_check(const sz_files *files, const char *what, const char *path,
                         sz_error *err);
void sz_files_free(sz_files *files);

#endif
