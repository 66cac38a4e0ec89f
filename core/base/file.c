/* SPDX-License-Identifier: BSD-3-Clause
 *
 * file.c - writes to a temporary file and renames it, so that a reader always sees a
 * complete file, the old or the new one. */
#define _XOPEN_SOURCE 700 /* realpath, readlink, fchmod */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a name is opened. */
typedef enum {
    FOLLOW,  /* a regular file, links followed */
    REPLACE, /* a regular file; a link is replaced */
    ANY      /* standard output, devices and pipes too */
} manner;

static sz_status cannot_write(const sz_output *out, const char *why, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FILE, "cannot write %.700s: %s%s", out->name,
                   why ? why : "the disk is full or failed",
                   out->file == stdout ? "" : "; nothing was changed");
}

/* number: errno, or 0 if it is not set */
static sz_status cannot(const sz_output *out, int number, sz_error *err)
{
    return cannot_write(out, number ? strerror(number) : NULL, err);
}

/* ---- open ------------------------------------------------------------------------- */

/* A new file beside path, with the permissions that a plain open would give it. */
static sz_status open_part(sz_output *out, sz_error *err)
{
    size_t n = strlen(out->path) + 48;
    int fd = -1, why;

    out->part = malloc(n);
    if (!out->part) return sz_fail_memory(err, n, out->name);
    for (int k = 0; k < 100 && fd < 0; k++) { /* a killed process may have left some */
        snprintf(out->part, n, "%s.%ld-%d.part", out->path, (long)getpid(), k);
        fd = open(out->part, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (fd < 0 && errno != EEXIST) break;
    }
    if (fd >= 0) out->file = fdopen(fd, "wb");
    if (out->file) return SZ_OK;
    why = errno;
    if (fd >= 0) {
        close(fd);
        unlink(out->part);
    }
    free(out->part); /* not our file */
    out->part = NULL;
    return cannot(out, why, err);
}

/* The target of a link to a file that does not exist yet, also through several links. */
static int follow_dangling(char path[PATH_MAX])
{
    char target[PATH_MAX];

    for (int k = 0; k < 32; k++) {
        ssize_t n = readlink(path, target, sizeof target - 1);
        const char *slash = strrchr(path, '/');
        size_t n_folder = slash ? (size_t)(slash - path) + 1 : 0;

        if (n < 0) return errno == EINVAL || errno == ENOENT ? 0 : errno; /* not a link */
        target[n] = 0;
        if (*target == '/') n_folder = 0;
        if (n_folder + (size_t)n >= PATH_MAX) return ENAMETOOLONG;
        memcpy(path + n_folder, target, (size_t)n + 1);
    }
    return ELOOP;
}

/* real: the folder of path with links followed, plus the file name */
static int add_folder(char real[PATH_MAX], const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    size_t n = slash ? (size_t)(base - path) : 1;

    memcpy(folder, slash ? path : ".", n);
    folder[n] = 0;
    if (!realpath(folder, real)) return 0;
    n = strlen(real);
    if (n + strlen(base) + 2 > PATH_MAX) return 0;
    if (real[n - 1] != '/') real[n++] = '/';
    strcpy(real + n, base);
    return 1;
}

char *sz_real_path(const char *name)
{
    char path[PATH_MAX], real[PATH_MAX];

    if (strlen(name) >= sizeof path) return sz_copy_text(name);
    if (realpath(name, real)) return sz_copy_text(real);
    strcpy(path, name);
    if (follow_dangling(path) != 0 || !add_folder(real, path)) return sz_copy_text(name);
    return sz_copy_text(real);
}

/* out->path: the final path */
static sz_status find_path(sz_output *out, int exists, int follow, sz_error *err)
{
    char real[PATH_MAX];
    int why = 0;

    if (strlen(out->name) >= sizeof real) return cannot(out, ENAMETOOLONG, err);
    strcpy(real, out->name);
    if (follow && exists && !realpath(out->name, real)) why = errno;
    if (follow && !exists) why = follow_dangling(real);
    if (why) return cannot(out, why, err);
    out->path = sz_copy_text(real);
    return out->path ? SZ_OK : sz_fail_memory(err, strlen(real), "a file name");
}

/* Devices, and files that the user may not write, must not be replaced by a rename. */
static sz_status open_path(sz_output *out, manner how, sz_error *err)
{
    struct stat s;
    int exists = stat(out->name, &s) == 0, plain = !exists || S_ISREG(s.st_mode);
    sz_status status;

    if (exists && S_ISDIR(s.st_mode)) return cannot(out, EISDIR, err);
    if (!plain && how != ANY) return cannot_write(out, "it is not a regular file", err);
    if (exists && access(out->name, W_OK) != 0) return cannot(out, errno, err);
    if (!plain) {
        out->file = fopen(out->name, "wb");
        return out->file ? SZ_OK : cannot(out, errno, err);
    }
    status = find_path(out, exists, how != REPLACE, err);
    if (status == SZ_OK) status = open_part(out, err);
    /* keeps the permissions of the old file if possible */
    if (status == SZ_OK && exists && fchmod(fileno(out->file), s.st_mode & 0777) != 0)
        errno = 0;
    return status;
}

static sz_status open_output(sz_output *out, const char *name, manner how, sz_error *err)
{
    sz_status status = SZ_OK;
    int to_stdout = how == ANY && !strcmp(name, "-");

    memset(out, 0, sizeof *out);
    out->name = sz_copy_text(to_stdout ? "standard output" : name);
    if (!out->name) return sz_fail_memory(err, strlen(name), "a file name");
    if (to_stdout)
        out->file = stdout;
    else
        status = open_path(out, how, err);
    if (status != SZ_OK) sz_output_free(out);
    return status;
}

sz_status sz_output_open(sz_output *out, const char *name, sz_error *err)
{
    return open_output(out, name, FOLLOW, err);
}

sz_status sz_output_replace(sz_output *out, const char *name, sz_error *err)
{
    return open_output(out, name, REPLACE, err);
}

sz_status sz_output_open_any(sz_output *out, const char *name, sz_error *err)
{
    return open_output(out, name, ANY, err);
}

/* ---- close ------------------------------------------------------------------------ */

sz_status sz_output_check(const sz_output *out, sz_error *err)
{
    return ferror(out->file) ? cannot(out, errno, err) : SZ_OK;
}

sz_status sz_output_flush(sz_output *out, sz_error *err)
{
    errno = 0;
    if (fflush(out->file) == 0 && !ferror(out->file)) return SZ_OK;
    return cannot(out, errno, err);
}

sz_status sz_output_finish(sz_output *out, sz_error *err)
{
    sz_status status = sz_output_flush(out, err);
    FILE *file = out->file;
    int bad = status == SZ_OK && out->part && fsync(fileno(file)) != 0, why = errno;

    if (file != stdout && fclose(file) != 0 && !bad) {
        bad = 1;
        why = errno;
    }
    if (status == SZ_OK && bad) status = cannot(out, why, err);
    out->file = NULL;
    return status;
}

sz_status sz_output_publish(sz_output *out, sz_error *err)
{
    if (!out->part) return SZ_OK;
    if (rename(out->part, out->path) != 0) return cannot(out, errno, err);
    free(out->part);
    out->part = NULL;
    return SZ_OK;
}

void sz_output_free(sz_output *out)
{
    if (out->file && out->file != stdout) fclose(out->file);
    if (out->part) unlink(out->part);
    free(out->part);
    free(out->path);
    free(out->name);
    memset(out, 0, sizeof *out);
}

sz_status sz_output_close(sz_output *out, int keep, sz_error *err)
{
    sz_status status = SZ_OK;

    if (out->file && keep) status = sz_output_finish(out, err);
    if (keep && status == SZ_OK) status = sz_output_publish(out, err);
    sz_output_free(out);
    return status;
}

/* ---- a file as memory ------------------------------------------------------------ */

static sz_status cannot_read(const char *path, const char *why, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FILE, "%.700s: cannot be read: %s", path, why);
}

static sz_status map_open_file(sz_file_map *map, int fd, const char *path, sz_error *err)
{
    struct stat s;
    void *data;

    if (fstat(fd, &s) != 0) return cannot_read(path, strerror(errno), err);
    if (!S_ISREG(s.st_mode)) return cannot_read(path, "not a regular file", err);
    if (s.st_size == 0)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: the file is empty; copy it again", path);
    data = mmap(NULL, (size_t)s.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED) return cannot_read(path, strerror(errno), err);
    map->data = data;
    map->size = (size_t)s.st_size;
    return SZ_OK;
}

sz_status sz_file_map_open(sz_file_map *map, const char *path, sz_error *err)
{
    int fd = open(path, O_RDONLY);
    sz_status status;

    map->data = NULL;
    map->size = 0;
    if (fd < 0) return cannot_read(path, strerror(errno), err);
    status = map_open_file(map, fd, path, err);
    close(fd);
    return status;
}

void sz_file_map_close(sz_file_map *map)
{
    if (map->data) munmap(map->data, map->size);
    map->data = NULL;
}
