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

/* The data for making rows: the model, its terms and their columns. The weights do not
 * matter. */
typedef struct {
    sz_model *model;
    int n_unknowns;
    sz_gap gap; /* number of terms before; all later ones belong to the GAP */
} sz_system;

/* gap must outlive it, but may be added to another. */
sz_status sz_system_create(sz_system **system, const sz_gap *gap, sz_error *err);
void sz_system_free(sz_system *system);

/* How the rows are computed. */
typedef struct {
    sz_team *team;
    int n_threads;
    sz_checkpoint *state;  /* where the factors are written at intervals */
    int resume;            /* start from what is written there */
    const sz_watch *watch; /* or NULL */
    sz_lsq_method method;
    double jitter;             /* of the regulariser */
    const unsigned char *only; /* [n_frames] 1: use this frame; NULL: all */
} sz_fit_run;

typedef struct {
    long long n_rows;
    int n_frames;    /* rows in the factor */
    int n_resumed;   /* of these, rows from the checkpoint */
    int stopped;     /* stopped by the watch: frames are missing, the factors are
                        written */
    double seconds;  /* of this run */
    long long n_new; /* rows of this run */
    double flops;    /* flops of this run's matrix products, all ranks and threads */
} sz_fit_rows;

/* A fit in several steps: what from says is added to to. */
void sz_fit_rows_add(sz_fit_rows *to, const sz_fit_rows *from);

int sz_fit_unknowns(const sz_gap *gap);

/* Upper bound of the bytes for the system of n_unknowns with this number of threads. */
size_t sz_fit_memory(int n_unknowns, int n_species, int n_threads);

/* All rows as one factor, without the regulariser: *factor is NULL except on rank 0, and
 * if the fit was stopped. Frames are distributed over the ranks by size; the threads of a
 * rank take its frames in turn, each into its own factor; all are merged. The message of
 * an error names file and line of the frame. [all ranks] */
sz_status sz_fit_factor(sz_lsq **factor, const sz_system *system,
                        const sz_targets *targets, const sz_fit_run *run,
                        sz_fit_rows *report, sz_error *err);

/* Adds the regulariser of all gap's terms to lsq. */
sz_status sz_fit_regularise(sz_lsq *lsq, const sz_gap *gap, double jitter, sz_error *err);

/* Adds the regulariser to factor and sets gap's weights. */
sz_status sz_fit_solve(sz_lsq *factor, sz_gap *gap, double jitter, sz_lsq_report *report,
                       sz_error *err);

#endif
