/* SPDX-License-Identifier: BSD-3-Clause
 *
 * files.c - no output is an input: for the written files W and read files R of one task,
 *
 *   W and R have no file in common, and no two of W are one file. */
#define _XOPEN_SOURCE 700 /* S_ISREG */
#include "base/files.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void free_use(sz_file_use *use)
{
    free(use->what);
    free(use->path);
    free(use->real);
}

void sz_files_free(sz_files *files)
{
    for (int k = 0; k < files->n; k++) free_use(&files->use[k]);
    free(files->use);
    *files = (sz_files){0};
}

static sz_status make_use(sz_file_use *use, const char *what, const char *path,
                          int written, sz_error *err)
{
    const char *standard = written ? "/dev/stdout" : "/dev/stdin";

    *use = (sz_file_use){.what = sz_copy_text(what),
                         .path = sz_copy_text(path),
                         .real = strcmp(path, "-") ? sz_real_path(path)
                                                   : sz_copy_text(standard),
                         .written = written};
    if (use->what && use->path && use->real) return SZ_OK;
    free_use(use);
    return sz_fail_memory(err, strlen(path), "a file name");
}

/* 1 if both are one regular file, which may not exist yet. */
static int are_one(const char *a, const char *b)
{
    struct stat s, t;
    int has_a = stat(a, &s) == 0, has_b = stat(b, &t) == 0;

    if ((has_a && !S_ISREG(s.st_mode)) || (has_b && !S_ISREG(t.st_mode))) return 0;
    if (has_a && has_b) return s.st_dev == t.st_dev && s.st_ino == t.st_ino;
    return !strcmp(a, b);
}

/* one or both of them are written */
static sz_status refuse(const sz_file_use *a, const sz_file_use *b, sz_error *err)
{
    const sz_file_use *output = b->written ? b : a, *other = b->written ? a : b;

    if (other->written)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%.60s and %.60s name the same file, %.300s: name another file",
                       other->what, output->what, output->path);
    if (!strcmp(other->path, output->path))
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%.60s would overwrite %.300s (%.60s): name another file",
                       output->what, other->path, other->what);
    return sz_fail(
        err, SZ_ERR_ARGUMENT,
        "%.60s would overwrite %.300s (%.60s), because %.300s links to it: name "
        "another file",
        output->what, other->path, other->what, output->path);
}

static sz_status check(const sz_files *files, const sz_file_use *use, sz_error *err)
{
    for (int k = 0; k < files->n; k++) {
        const sz_file_use *other = &files->use[k];
        int again = other->written && use->written && !strcmp(other->what, use->what);

        if ((other->written || use->written) && !again && are_one(other->real, use->real))
            return refuse(other, use, err);
    }
    return SZ_OK;
}

static sz_status add(sz_files *files, const char *what, const char *path, int written,
                     sz_error *err)
{
    sz_file_use use;
    sz_status status;

    if (!files || !path || !*path) return SZ_OK;
    status = make_use(&use, what, path, written, err);
    if (status != SZ_OK) return status;
    status = check(files, &use, err);
    if (status == SZ_OK && !sz_grow(&files->use, (size_t)files->n + 1, sizeof use))
        status = sz_fail_memory(err, sizeof use, "a file name");
    if (status == SZ_OK)
        files->use[files->n++] = use;
    else
        free_use(&use);
    return status;
}

sz_status sz_files_read(sz_files *files, const char *what, const char *path,
                        sz_error *err)
{
    return add(files, what, path, 0, err);
}

sz_status sz_files_write(sz_files *files, const char *what, const char *path,
                         sz_error *err)
{
    return add(files, what, path, 1, err);
}

sz_status sz_files_read_those(sz_files *files, const sz_files *others, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < others->n && status == SZ_OK; k++)
        if (!others->use[k].written)
            status = add(files, others->use[k].what, others->use[k].real, 0, err);
    return status;
}

sz_status sz_files_check(const sz_files *files, const char *what, const char *path,
                         sz_error *err)
{
    sz_file_use use;
    sz_status status;

    if (!path || !*path) return SZ_OK;
    status = make_use(&use, what, path, 1, err);
    if (status != SZ_OK) return status;
    status = check(files, &use, err);
    free_use(&use);
    return status;
}
