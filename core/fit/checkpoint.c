/* SPDX-License-Identifier: BSD-3-Clause
 *
 * checkpoint.c - the checkpoint of a fit.
 *
 * The header of a rows file: identity (texts of struct label), one byte for each block of
 * columns that the present set of frames may touch, one byte for each frame. */
#define _XOPEN_SOURCE 700 /* opendir, kill */
#include "fit/checkpoint.h"

#include "base/md5.h"
#include "base/number.h"
#include "format/load.h"
#include "format/soapz_write.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define POINTS "sparse.soapz"
#define ROWS "rows."
#define NOTE "fit_checkpoint" /* of sparse.soapz */

/* ---- identity ---------------------------------------------------------------------- */

/* The data of a frame from the file, as contiguous numbers. */
static void pack_frame(const sz_dataset_frame *f, const sz_target *t, double x[34])
{
    int n = 0;

    x[n++] = f->n_atoms;
    for (int k = 0; k < 9; k++) x[n++] = f->cell[k / 3][k % 3];
    for (int k = 0; k < 3; k++) x[n++] = f->pbc[k];
    x[n++] = f->has_energy ? t->energy : 0.0;
    x[n++] = f->has_energy ? t->energy_sigma : 0.0;
    x[n++] = f->has_force;
    for (int k = 0; k < 9; k++) x[n++] = f->has_virial ? t->virial[k] : 0.0;
    for (int k = 0; k < 9; k++) x[n++] = f->has_virial ? t->virial_sigma[k] : 0.0;
}

/* Not the name of the file, but its content. */
sz_status sz_checkpoint_sum_data(const sz_targets *targets, char hex[33], sz_error *err)
{
    const sz_dataset *t = targets->data;
    char part[5][33];
    size_t n = (size_t)t->n_frames;
    double(*frame)[34] = calloc(n + 1, sizeof *frame);

    if (!frame) return sz_fail_memory(err, n * sizeof *frame, "the sum of the data");
    for (int f = 0; f < t->n_frames; f++)
        pack_frame(&t->frame[f], &targets->frame[f], frame[f]);
    sz_md5(frame, n * sizeof *frame, part[0]);
    free(frame);
    sz_md5(t->species, t->n_atoms * sizeof *t->species, part[1]);
    sz_md5(t->position, 3 * t->n_atoms * sizeof *t->position, part[2]);
    sz_md5(targets->force, 3 * t->n_atoms * sizeof *targets->force, part[3]);
    sz_md5(targets->force_sigma, 3 * t->n_atoms * sizeof *targets->force_sigma, part[4]);
    sz_md5(part, sizeof part, hex);
    return SZ_OK;
}

static void sum_points(const sz_gap *gap, char hex[33])
{
    char part[3][33];

    memset(hex, 0, 33);
    for (int k = 0; k < gap->n_terms; k++) {
        const sz_gap_term *c = &gap->term[k];
        size_t n = (size_t)c->n_sparse;

        memcpy(part[0], hex, 33);
        sz_md5(c->x_sparse, n * (size_t)c->n_dim * sizeof(double), part[1]);
        sz_md5(c->fc_sparse, n * sizeof(double), part[2]);
        sz_md5(part, sizeof part, hex);
    }
}

sz_status sz_checkpoint_open(sz_checkpoint *state, const sz_fit_spec *spec,
                             const sz_targets *targets, double interval, sz_error *err)
{
    size_t n = strlen(spec->gp_file) + 16;

    memset(state, 0, sizeof *state);
    state->interval = interval;
    state->gp_file = sz_copy_text(spec->gp_file);
    state->folder = malloc(n);
    if (!state->gp_file || !state->folder)
        return sz_fail_memory(err, n, "the name of the checkpoint");
    snprintf(state->folder, n, "%s.checkpoint", spec->gp_file);
    snprintf(state->version, sizeof state->version, "%s", SZ_VERSION);
    sz_md5(spec->command_line, strlen(spec->command_line), state->command);
    return sz_checkpoint_sum_data(targets, state->data, err);
}

void sz_checkpoint_free(sz_checkpoint *state)
{
    free(state->gp_file);
    free(state->folder);
    memset(state, 0, sizeof *state);
}

static sz_status compare(const sz_checkpoint *state, const char *version,
                         const char *command, const char *data, sz_error *err)
{
    const struct {
        const char *ours, *theirs, *what;
    } pair[] = {{state->version, version, "version of soapz"},
                {state->command, command, "command line or configuration file"},
                {state->data, data, "data (at_file, e0 or core potential)"}};

    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++)
        if (strcmp(pair[k].ours, pair[k].theirs) != 0)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%.400s is the checkpoint of another fit: it had another %s; "
                           "restore that, or remove the folder and start again",
                           state->folder, pair[k].what);
    return SZ_OK;
}

/* ---- files of the folder ----------------------------------------------------------- */

static char *path_of(const sz_checkpoint *state, const char *name)
{
    size_t n = strlen(state->folder) + strlen(name) + 2;
    char *path = malloc(n);

    if (path) snprintf(path, n, "%s/%s", state->folder, name);
    return path;
}

static char *path_of_rows(const sz_checkpoint *state, int worker)
{
    char name[40];

    snprintf(name, sizeof name, ROWS "%d", worker);
    return path_of(state, name);
}

/* "name.PID-k.part", as base/file.c names them, of a process that has ended */
static int is_leftover(const char *name)
{
    size_t n = strlen(name);
    const char *p = name + n - 5;
    long pid = 0, scale = 1;

    if (n < 10 || strcmp(p, ".part") != 0) return 0;
    while (p > name && p[-1] >= '0' && p[-1] <= '9') p--;
    if (p == name || *--p != '-') return 0;
    for (; p > name && p[-1] >= '0' && p[-1] <= '9' && scale < 1000000000; scale *= 10)
        pid += scale * (*--p - '0');
    return scale > 1 && p > name && p[-1] == '.' && kill((pid_t)pid, 0) != 0 &&
           errno == ESRCH;
}

/* Removes the leftovers in folder whose names begin with start. */
static void clean(const char *folder, const char *start)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (!strncmp(entry->d_name, start, strlen(start)) && is_leftover(entry->d_name))
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir) closedir(dir);
}

static void clean_all(const sz_checkpoint *state)
{
    const char *slash = strrchr(state->gp_file, '/');
    char *folder = sz_copy_text(slash ? state->gp_file : ".");

    if (folder && slash) folder[slash - state->gp_file + (slash == state->gp_file)] = 0;
    if (folder) clean(folder, slash ? slash + 1 : state->gp_file);
    free(folder);
    clean(state->folder, "");
}

/* "rows.K"; other files in the folder do not belong to the checkpoint */
static int is_rows(const char *name)
{
    const char *number = name + strlen(ROWS);

    return !strncmp(name, ROWS, strlen(ROWS)) && *number &&
           number[strspn(number, "0123456789")] == '\0';
}

int sz_checkpoint_has_rows(const sz_checkpoint *state)
{
    DIR *dir = opendir(state->folder);
    struct dirent *entry;
    int found = 0;

    while (dir && (entry = readdir(dir))) found |= is_rows(entry->d_name);
    if (dir) closedir(dir);
    return found;
}

int sz_checkpoint_has_points(const sz_checkpoint *state)
{
    char *path = path_of(state, POINTS);
    int found = path && access(path, F_OK) == 0;

    free(path);
    return found;
}

void sz_checkpoint_remove(const sz_checkpoint *state)
{
    DIR *dir = opendir(state->folder);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (is_rows(entry->d_name) || !strcmp(entry->d_name, POINTS) ||
            is_leftover(entry->d_name))
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir) closedir(dir);
    rmdir(state->folder); /* stays if the user has files in it */
}

void sz_checkpoint_warn(sz_checkpoint *state, const sz_watch *watch, const sz_error *err)
{
    if (!state->warned)
        sz_watch_warn(watch, "there is no checkpoint, the fit continues: %s",
                      err->message);
    state->warned = 1;
}

sz_status sz_checkpoint_begin(const sz_checkpoint *state, sz_error *err)
{
    if (sz_checkpoint_has_rows(state))
        return sz_fail(err, SZ_ERR_FILE,
                       "%.400s holds an unfinished fit of this model; continue with "
                       "--resume, or remove the folder to start again",
                       state->folder);
    clean_all(state);
    sz_checkpoint_remove(state);
    return SZ_OK;
}

sz_status sz_checkpoint_files(const sz_checkpoint *state, sz_files *files, sz_error *err)
{
    const char *what = "the checkpoint";
    char *path = path_of(state, POINTS);
    sz_status status = path ? sz_files_write(files, what, path, err)
                            : sz_fail_memory(err, 256, "a file name");

    free(path);
    for (int k = 0; k < state->n_threads * state->n_ranks && status == SZ_OK; k++) {
        path = path_of_rows(state, k);
        status = path ? sz_files_write(files, what, path, err)
                      : sz_fail_memory(err, 256, "a file name");
        free(path);
    }
    return status;
}

/* ---- sparse points ----------------------------------------------------------------- */

/* "version command data points n_ranks n_threads" */
static void write_label(const sz_checkpoint *s, char text[256])
{
    snprintf(text, 256, "%s %s %s %s %d %d", s->version, s->command, s->data, s->points,
             s->n_ranks, s->n_threads);
}

static sz_status read_label(sz_checkpoint *s, const char *text, sz_error *err)
{
    sz_checkpoint old = {0};
    sz_status status;

    if (sscanf(text, "%31s %32s %32s %32s %d %d", old.version, old.command, old.data,
               old.points, &old.n_ranks, &old.n_threads) != 6 ||
        old.n_ranks < 1 || old.n_threads < 1 || old.n_threads > SZ_MAX_THREADS)
        return sz_fail(err, SZ_ERR_FORMAT, "%.400s/" POINTS ": not a checkpoint of a fit",
                       s->folder);
    status = compare(s, old.version, old.command, old.data, err);
    if (status == SZ_OK && old.n_ranks != s->n_ranks)
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%.400s was written by %d process%s; %s",
                    s->folder, old.n_ranks, old.n_ranks == 1 ? "" : "es",
                    old.n_ranks == 1 ? "continue with soapz fit, or with one rank"
                                     : "continue with soapz-fit-mpi on as many ranks");
    if (status != SZ_OK) return status;
    memcpy(s->points, old.points, sizeof s->points);
    s->n_threads = old.n_threads;
    return SZ_OK;
}

sz_status sz_checkpoint_save_points(sz_checkpoint *state, sz_gap *gap, sz_error *err)
{
    char label[256], *path = path_of(state, POINTS);
    sz_status status = SZ_OK;

    sum_points(gap, state->points);
    write_label(state, label);
    if (!path) return sz_fail_memory(err, 256, "a file name");
    if (mkdir(state->folder, 0777) != 0 && errno != EEXIST)
        status = sz_fail(err, SZ_ERR_FILE, "cannot make the folder %.400s: %s",
                         state->folder, strerror(errno));
    if (status == SZ_OK) status = sz_gap_set_note(gap, NOTE, label, err);
    if (status == SZ_OK) {
        status = sz_gap_save(gap, path, err);
        sz_gap_set_note(gap, NOTE, NULL, NULL);
    }
    free(path);
    return status;
}

static const char *find_note(const sz_gap *gap)
{
    for (int k = 0; k < gap->n_notes; k++)
        if (!strcmp(gap->note[k].key, NOTE)) return gap->note[k].text;
    return "";
}

sz_status sz_checkpoint_resume(sz_checkpoint *state, sz_gap **gap, sz_error *err)
{
    char *path = path_of(state, POINTS);
    sz_gap *g = NULL;
    sz_status status = SZ_OK;

    *gap = NULL;
    if (!path) return sz_fail_memory(err, 256, "a file name");
    clean_all(state);
    if (access(path, F_OK) == 0) {
        status = sz_gap_load(&g, path, err);
        if (status == SZ_OK) status = sz_gap_make_vectors(g, err);
        if (status == SZ_OK) status = read_label(state, find_note(g), err);
        if (status == SZ_OK) status = sz_gap_set_note(g, NOTE, NULL, err);
        if (status == SZ_OK) {
            sz_files_free(&g->files); /* the checkpoint's own file, which is created
                                         and removed */
            free(g->path);
            g->path = sz_copy_text(state->gp_file);
            if (!g->path) status = sz_fail_memory(err, 256, "a file name");
        }
    }
    if (status == SZ_OK) {
        *gap = g;
        g = NULL;
    }
    sz_gap_free(g);
    free(path);
    return status;
}

/* ---- rows -------------------------------------------------------------------------- */

/* The header of a file of rows: identity of the fit, columns touched by the present set
 * of frames, and one byte for each frame. */
typedef struct {
    char label[256];
    int worker, set, n_blocks, n_frames;
    unsigned char byte[]; /* touched [n_blocks], done [n_frames] */
} rows_header;

static size_t header_size(const sz_front *front, int n_frames)
{
    return sizeof(rows_header) + (size_t)front->n_blocks + (size_t)n_frames;
}

sz_status sz_checkpoint_save_rows(const sz_checkpoint *state, int worker,
                                  const sz_lsq *lsq, const sz_front *front, int n_frames,
                                  const unsigned char *done, sz_error *err)
{
    size_t size = header_size(front, n_frames), n_blocks = (size_t)front->n_blocks;
    rows_header *header = calloc(1, size);
    char *path = path_of_rows(state, worker);
    sz_status status = SZ_OK;

    if (!header || !path) status = sz_fail_memory(err, size, "the checkpoint");
    if (status == SZ_OK) {
        write_label(state, header->label);
        header->worker = worker;
        header->set = front->set;
        header->n_blocks = front->n_blocks;
        header->n_frames = n_frames;
        memcpy(header->byte, front->touched, n_blocks);
        memcpy(header->byte + n_blocks, done, (size_t)n_frames);
        status = sz_lsq_save(lsq, path, header, size, err);
    }
    free(header);
    free(path);
    return status;
}

sz_status sz_checkpoint_load_rows(const sz_checkpoint *state, int worker, sz_lsq **lsq,
                                  sz_front *front, int n_frames, unsigned char *done,
                                  sz_error *err)
{
    char label[256], *path = path_of_rows(state, worker);
    int n_unknowns = front->first[front->n_blocks];
    void *blob = NULL;
    size_t size = 0, n_blocks = (size_t)front->n_blocks;
    sz_status status = SZ_OK;

    *lsq = NULL;
    if (!path) return sz_fail_memory(err, 256, "a file name");
    write_label(state, label);
    if (access(path, F_OK) == 0) {
        const rows_header *header;

        status = sz_lsq_load(lsq, path, n_unknowns, &blob, &size, err);
        header = blob;
        if (status == SZ_OK &&
            (size != header_size(front, n_frames) || header->worker != worker ||
             header->n_blocks != front->n_blocks || header->n_frames != n_frames ||
             strncmp(header->label, label, 256) != 0))
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%.400s does not belong to the other files of its folder; "
                             "remove the folder and start again",
                             path);
        if (status == SZ_OK) {
            front->set = header->set;
            memcpy(front->touched, header->byte, n_blocks);
            memcpy(done, header->byte + n_blocks, (size_t)n_frames);
        }
    }
    if (status != SZ_OK) {
        sz_lsq_free(*lsq);
        *lsq = NULL;
    }
    free(blob);
    free(path);
    return status;
}
