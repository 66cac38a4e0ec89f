/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit.h - the stages of a fit, without a command line: for sz_fit, for soapz fit and for
 * the ranks of soapz-fit-mpi.
 *
 *   data -> targets -> e0 -> sparse points -> rows -> factor -> weights -> model
 *
 * All ranks have the data and make rows; rank 0 does the rest. Stages are called in the
 * order in which they stand here; those marked [all] by all ranks. */
#ifndef SZ_FIT_H
#define SZ_FIT_H

#include "fit/baseline.h"
#include "fit/curve.h"
#include "fit/kfold.h"
#include "fit/system.h"

/* How a fit is run; spec.h has what is fitted. */
typedef struct {
    sz_team *team;
    int n_threads;         /* of this rank; 0: what the team says, else all cores */
    double checkpoint;     /* seconds between two; below 0: none */
    int resume;            /* continues from a checkpoint if there is one */
    int in_memory;         /* 1: no checkpoint is written or looked for */
    int only_plan;         /* 1: no rows will be made */
    int curve;             /* 1: with learning curves; then without checkpoints */
    int n_folds;           /* of a cross-validation, then without checkpoints; 0: none */
    const sz_watch *watch; /* or NULL */
} sz_fit_setup;

/* Starts as {0}; always free it at the end. */
typedef struct {
    sz_fit_setup setup;
    const sz_dataset *data;
    sz_fit_spec spec; /* a view of the caller's, with the terms for these data */
    sz_files files;   /* that it reads and writes */
    sz_targets *targets;
    sz_baseline baseline;
    sz_e0 e0;
    sz_checkpoint state;
    int resumed;
    sz_gap *gap;            /* without the baseline until sz_fit_job_join */
    sz_system *system;      /* present while rows are made; to the end if there is a
                               curve */
    sz_curve_models curve;  /* where the setup wants it */
    sz_kfold_models kfold;  /* where the setup wants it */
    sz_fit_rows rows;       /* report of the rows */
    sz_lsq *factor;         /* on rank 0, unless the fit was stopped */
    sz_lsq_report solution; /* report of the weights */
} sz_fit_job;

void sz_fit_job_free(sz_fit_job *job);

/* Targets, sigmas, baseline and e0; the identity of the fit for its checkpoint. spec and
 * data must outlive job. */
sz_status sz_fit_job_begin(sz_fit_job *job, const sz_fit_spec *spec,
                           const sz_dataset *data, const sz_fit_setup *setup,
                           sz_error *err);
/* Looks for a checkpoint where the setup says so: job->resumed. [all] */
sz_status sz_fit_job_resume(sz_fit_job *job, sz_error *err);
/* The sparse points, the same on all ranks. [all] */
sz_status sz_fit_job_points(sz_fit_job *job, sz_error *err);
/* What makes the rows, and the plan of the learning curves or of the folds. [all] */
sz_status sz_fit_job_system(sz_fit_job *job, sz_error *err);
/* All rows as one factor; job->rows.stopped where the watch ended it. [all] */
sz_status sz_fit_job_rows(sz_fit_job *job, sz_error *err);
/* The weights. On rank 0, as what follows. */
sz_status sz_fit_job_solve(sz_fit_job *job, sz_error *err);
/* gap becomes the whole: the baseline is added, and what the settings say as notes. */
sz_status sz_fit_job_join(sz_fit_job *job, sz_error *err);

/* The model of gap as it is, which stays the job's. */
sz_status sz_fit_job_model(sz_model **model, const sz_fit_job *job, sz_error *err);

/* All stages in one process; a fit that is stopped is SZ_ERR_STOPPED. The warnings of
 * the targets and of the solution go to the watch. */
sz_status sz_fit_job_run(sz_fit_job *job, const sz_fit_spec *spec, const sz_dataset *data,
                         const sz_fit_setup *setup, sz_error *err);

/* Targets of other data, without baseline and e0: what the fitted terms alone shall
 * give. */
sz_status sz_fit_job_targets(sz_targets **targets, const sz_fit_job *job,
                             const sz_dataset *data, sz_error *err);

/* Data to judge the fit by, under the names of spec or, where the file does not have
 * those, the usual ones. */
sz_status sz_fit_read_test(sz_dataset **dataset, const char *path,
                           const sz_fit_spec *spec, sz_error *err);

/* The setup of one process; options NULL: the defaults. */
sz_status sz_fit_setup_alone(sz_fit_setup *setup, sz_team *team,
                             const sz_fit_options *options, sz_error *err);
#endif
