/* SPDX-License-Identifier: BSD-3-Clause
 *
 * part_file.c - write beside, then rename: a reader sees the old file or the new one,
 * whatever happens in between. */
#define _POSIX_C_SOURCE 200809L
#include "part_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static sz_status cannot_write(const char *path, int why, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FILE, "cannot write %s: %s; nothing was changed", path,
                   why ? strerror(why) : "the disk is full or failed");
}

/* A rename would replace a device, and a file that the user may not write. */
static int refusal(const char *path)
{
    struct stat s;

    if (stat(path, &s) != 0) return 0;
    if (S_ISDIR(s.st_mode)) return EISDIR;
    if (!S_ISREG(s.st_mode)) return EINVAL;
    return access(path, W_OK) == 0 ? 0 : errno;
}

int sz_same_file(const char *a, const char *b)
{
    struct stat s, t;

    if (!strcmp(a, b)) return 1;
    return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev &&
           s.st_ino == t.st_ino;
}

sz_status sz_part_open(sz_part *part, const char *path, sz_error *err)
{
    size_t n = strlen(path) + 48;
    int why = refusal(path), fd = -1;

    memset(part, 0, sizeof *part);
    if (why) return cannot_write(path, why, err);
    part->path = sz_copy_text(path);
    part->part = malloc(n);
    if (!part->path || !part->part) return sz_fail_memory(err, n, path);
    for (int k = 0; k < 100 && fd < 0; k++) { /* a killed process may have left some */
        snprintf(part->part, n, "%s.%ld-%d.part", path, (long)getpid(), k);
        fd = open(part->part, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (fd < 0 && errno != EEXIST) break;
    }
    if (fd >= 0) part->file = fdopen(fd, "wb");
    if (part->file) return SZ_OK;
    why = errno;
    if (fd >= 0) {
        close(fd);
        unlink(part->part);
    }
    free(part->part); /* not ours to remove */
    part->part = NULL;
    return cannot_write(path, why, err);
}

sz_status sz_part_flush(sz_part *part, sz_error *err)
{
    errno = 0;
    if (fflush(part->file) == 0 && !ferror(part->file)) return SZ_OK;
    return cannot_write(part->path, errno, err);
}

sz_status sz_part_finish(sz_part *part, sz_error *err)
{
    int bad, why;

    errno = 0;
    bad = fflush(part->file) != 0 || ferror(part->file) || fsync(fileno(part->file)) != 0;
    why = errno;
    if (fclose(part->file) != 0 && !bad) {
        bad = 1;
        why = errno;
    }
    part->file = NULL;
    return bad ? cannot_write(part->path, why, err) : SZ_OK;
}

sz_status sz_part_publish(sz_part *part, sz_error *err)
{
    if (rename(part->part, part->path) != 0) return cannot_write(part->path, errno, err);
    free(part->part);
    part->part = NULL;
    return SZ_OK;
}

void sz_part_free(sz_part *part)
{
    if (part->file) fclose(part->file);
    if (part->part) unlink(part->part);
    free(part->part);
    free(part->path);
    memset(part, 0, sizeof *part);
}

/* ---- a file as memory ------------------------------------------------------------ */

static sz_status cannot_read(const char *path, const char *why, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FILE, "%s: cannot be read: %s", path, why);
}

static sz_status map_open_file(sz_file_map *map, int fd, const char *path, sz_error *err)
{
    struct stat s;
    void *data;

    if (fstat(fd, &s) != 0) return cannot_read(path, strerror(errno), err);
    if (!S_ISREG(s.st_mode)) return cannot_read(path, "not a plain file", err);
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
