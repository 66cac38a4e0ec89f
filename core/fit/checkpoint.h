/* SPDX-License-Identifier: BSD-3-Clause
 *
 * checkpoint.h - the checkpoint of a fit: a folder beside its model, which exists while
 * the fit runs.
 *
 *   GP_FILE.checkpoint/sparse.soapz   the model with its sparse points, weights zero
 *   GP_FILE.checkpoint/rows.K         the factor of worker K and the frames in it
 *
 * A worker is a thread of a rank; it writes its file at intervals, independently of the
 * others, because the file itself lists its frames. A file appears only when it is
 * complete. */
#ifndef SZ_CHECKPOINT_H
#define SZ_CHECKPOINT_H

#include "base/crew.h"
#include "base/files.h"
#include "data/targets.h"
#include "fit/front.h"
#include "fit/spec.h"
#include "linear/lsq.h"
#include "term/gap.h"

typedef struct {
    char *gp_file, *folder;
    double interval;  /* seconds between two writes of a worker; below 0: never */
    char version[32]; /* identity of the fit: version of soapz, */
    char command[33]; /* its command line, */
    char data[33];    /* its data after subtracting e0, */
    char points[33];  /* its sparse points */
    int n_ranks, n_threads;
    int warned;
} sz_checkpoint;

/* The path and the identity of a fit; writes nothing. */
sz_status sz_checkpoint_open(sz_checkpoint *state, const sz_fit_spec *spec,
                             const sz_targets *targets, double interval, sz_error *err);
void sz_checkpoint_free(sz_checkpoint *state);

/* The files that it will write. */
sz_status sz_checkpoint_files(const sz_checkpoint *state, sz_files *files, sz_error *err);

/* At the start of a new fit: fails if an unfinished one has rows that would be lost, and
 * removes the rest. */
sz_status sz_checkpoint_begin(const sz_checkpoint *state, sz_error *err);
/* When a fit continues: removes partly written files of a killed process. Returns the
 * model with its sparse points, NULL if there is no checkpoint; n_threads is that of the
 * interrupted fit. The checkpoint of another fit, or of another number of ranks, is
 * refused. */
sz_status sz_checkpoint_resume(sz_checkpoint *state, sz_gap **gap, sz_error *err);

/* Writes the sparse points. */
sz_status sz_checkpoint_save_points(sz_checkpoint *state, sz_gap *gap, sz_error *err);
/* done [n_frames] is 1 for the frames whose rows are in lsq; front is the state before
 * the next frame. */
sz_status sz_checkpoint_save_rows(const sz_checkpoint *state, int worker,
                                  const sz_lsq *lsq, const sz_front *front, int n_frames,
                                  const unsigned char *done, sz_error *err);
/* *lsq is NULL if the worker has no file; front must be newly created. */
sz_status sz_checkpoint_load_rows(const sz_checkpoint *state, int worker, sz_lsq **lsq,
                                  sz_front *front, int n_frames, unsigned char *done,
                                  sz_error *err);

/* Warns, once, that there will be no checkpoint; the fit continues. */
void sz_checkpoint_warn(sz_checkpoint *state, const sz_watch *watch, const sz_error *err);

/* Of all that a fit takes from its data, e0 and the baseline off: 32 digits. */
sz_status sz_checkpoint_sum_data(const sz_targets *targets, char hex[33], sz_error *err);

/* Is there a file with rows? With sparse points? */
int sz_checkpoint_has_rows(const sz_checkpoint *state);
int sz_checkpoint_has_points(const sz_checkpoint *state);
/* The fit is finished: removes the checkpoint. */
void sz_checkpoint_remove(const sz_checkpoint *state);

#endif
