/* SPDX-License-Identifier: BSD-3-Clause
 *
 * share.c - distributes frames over ranks and broadcasts a model.
 *
 * Frames are assigned in the order of their sizes, each to the rank with the least work
 * so far. A model is sent as the bytes of its .soapz file, so that no other serialisation
 * is needed. */
#define _POSIX_C_SOURCE 200809L /* mkstemp */
#include "fit/share.h"

#include "base/file.h"
#include "format/load.h"
#include "format/soapz_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- frames ------------------------------------------------------------------------ */

typedef struct {
    double cost;
    int frame;
} item;

static int larger_first(const void *a, const void *b)
{
    const item *x = a, *y = b;

    if (x->cost != y->cost) return x->cost < y->cost ? 1 : -1;
    return x->frame - y->frame;
}

/* rows without derivatives are cheap */
static double cost_of(const sz_dataset_frame *f)
{
    int gradients = f->has_force || f->has_virial;

    return (gradients ? 10.0 : 1.0) * f->n_atoms;
}

sz_status sz_fit_share_frames(const sz_dataset *data, int n_ranks, int rank,
                              unsigned char **taken, sz_error *err)
{
    size_t n = (size_t)data->n_frames;
    item *list = malloc((n + 1) * sizeof *list);
    double *load = calloc((size_t)n_ranks, sizeof *load);
    sz_status status = SZ_OK;

    *taken = calloc(n + 1, 1);
    if (!list || !load || !*taken)
        status = sz_fail_memory(err, n * sizeof *list, "the frames of a rank");
    for (size_t f = 0; f < n && status == SZ_OK; f++)
        list[f] = (item){cost_of(&data->frame[f]), (int)f};
    if (status == SZ_OK) qsort(list, n, sizeof *list, larger_first);
    for (size_t k = 0; k < n && status == SZ_OK; k++) {
        int least = 0;

        for (int r = 1; r < n_ranks; r++)
            if (load[r] < load[least]) least = r;
        load[least] += list[k].cost;
        (*taken)[list[k].frame] = least != rank;
    }
    free(list);
    free(load);
    return status;
}

/* ---- a model ----------------------------------------------------------------------- */

/* A new empty file in the folder of temporary files. */
static sz_status make_file(char path[512], sz_error *err)
{
    const char *folder = getenv("TMPDIR");
    int fd;

    snprintf(path, 512, "%.400s/soapz-fit-XXXXXX", folder && *folder ? folder : "/tmp");
    fd = mkstemp(path);
    if (fd < 0)
        return sz_fail(err, SZ_ERR_FILE,
                       "cannot make %.400s to broadcast the model: %s; set TMPDIR to a "
                       "folder that can be written to",
                       path, strerror(errno));
    close(fd);
    return SZ_OK;
}

static sz_status write_bytes(const char *path, const void *data, size_t n, sz_error *err)
{
    FILE *f = fopen(path, "wb");
    int bad = !f || fwrite(data, 1, n, f) != n;

    if (f && fclose(f) != 0) bad = 1;
    return bad ? sz_fail(err, SZ_ERR_FILE, "cannot write %.400s: %s", path,
                         strerror(errno))
               : SZ_OK;
}

sz_status sz_fit_share_gap(sz_gap **gap, sz_team *team, sz_error *err)
{
    char path[512];
    sz_file_map map = {NULL, 0};
    unsigned char *data = NULL;
    size_t n = 0;
    sz_status made, status;

    if (team->size == 1) return SZ_OK;
    made = status = make_file(path, err);
    if (status == SZ_OK && team->rank == 0) status = sz_gap_save(*gap, path, err);
    if (status == SZ_OK && team->rank == 0) status = sz_file_map_open(&map, path, err);
    status = team->agree(team, status, err);
    if (status == SZ_OK) {
        n = map.size;
        team->share(team, &n, sizeof n);
        data = team->rank == 0 ? map.data : malloc(n);
        if (!data) status = sz_fail_memory(err, n, "the model");
        status = team->agree(team, status, err);
    }
    if (status == SZ_OK) {
        team->share(team, data, n);
        if (team->rank > 0) status = write_bytes(path, data, n, err);
        if (team->rank > 0 && status == SZ_OK) status = sz_gap_load(gap, path, err);
        if (team->rank > 0 && status == SZ_OK) status = sz_gap_make_vectors(*gap, err);
        status = team->agree(team, status, err);
    }
    if (team->rank > 0) free(data);
    sz_file_map_close(&map);
    if (made == SZ_OK) unlink(path);
    return status;
}
