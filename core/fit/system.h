/* SPDX-License-Identifier: BSD-3-Clause
 *
 * system.h - rows of all frames -> factor; factor -> weights. */
#ifndef SZ_SYSTEM_H
#define SZ_SYSTEM_H

#include "data/targets.h"
#include "fit/checkpoint.h"
#include "fit/rows.h"
#include "fit/team.h"
#include "linear/lsq.h"
#include "term/gap.h"

/* What makes rows: the model, its terms and their columns. The weights do not matter. */
typedef struct {
    sz_model *model;
    int n_unknowns;
    sz_gap gap; /* the terms as they were; all behind them belongs to the GAP */
} sz_system;

/* gap must outlive it, but may be added to another. */
sz_status sz_system_create(sz_system **system, const sz_gap *gap, sz_error *err);
void sz_system_free(sz_system *system);

/* How the rows are made. */
typedef struct {
    sz_team *team;
    int n_threads;
    sz_checkpoint *state;  /* where the factors are filed now and then */
    int resume;            /* begin with what is filed there */
    const sz_watch *watch; /* or NULL */
    sz_lsq_method method;
    double jitter;             /* of the regulariser */
    const unsigned char *only; /* [n_frames] 1: take this frame; NULL: all */
} sz_fit_run;

typedef struct {
    long long n_rows;
    int n_frames;    /* in the factor */
    int n_resumed;   /* of them from the checkpoint */
    int stopped;     /* by the watch: frames are missing, the factors are filed */
    double seconds;  /* of this run */
    long long n_new; /* rows of this run */
    double flops;    /* of this run's products of matrices, all ranks and threads */
} sz_fit_rows;

/* A fit in several steps: what from says is added to to. */
void sz_fit_rows_add(sz_fit_rows *to, const sz_fit_rows *from);

int sz_fit_unknowns(const sz_gap *gap);

/* Bytes that the system of n_unknowns takes with that many threads, at most. */
size_t sz_fit_memory(int n_unknowns, int n_species, int n_threads);

/* All rows as one factor, without the regulariser: *factor is NULL but on rank 0, and
 * where the fit was stopped. The ranks share the frames by their sizes; the threads of a
 * rank take its frames in turn, each into a factor of its own; all are merged. The
 * sentence of an error names file and line of the frame. [all ranks] */
sz_status sz_fit_factor(sz_lsq **factor, const sz_system *system,
                        const sz_targets *targets, const sz_fit_run *run,
                        sz_fit_rows *report, sz_error *err);

/* Folds the regulariser of all gap's terms into lsq. */
sz_status sz_fit_regularise(sz_lsq *lsq, const sz_gap *gap, double jitter, sz_error *err);

/* Folds the regulariser into factor and fills gap's weights. */
sz_status sz_fit_solve(sz_lsq *factor, sz_gap *gap, double jitter, sz_lsq_report *report,
                       sz_error *err);

#endif
