/* SPDX-License-Identifier: BSD-3-Clause
 *
 * kfold.h - K fits, each without one part of the frames, from one pass over the data. */
#ifndef SZ_KFOLD_H
#define SZ_KFOLD_H

#include "fit/system.h"

enum { SZ_FOLDS_MAX = 100 };

/* Starts as {0}. */
typedef struct {
    int n_folds, n_unknowns, seed;
    int n_always;  /* frames that are in every fit */
    int *fold;     /* [n_frames] the part that holds the frame; -1: it is in every fit */
    double *alpha; /* [n_folds][n_unknowns] of the fit without that part */
} sz_kfold_models;

/* Deals the frames into n_folds parts at random, each config_type evenly. Isolated atoms,
 * single atoms without neighbours within the cutoff, are in every fit. */
sz_status sz_kfold_models_plan(sz_kfold_models *kfold, int n_folds, const sz_gap *gap,
                               const sz_fit_spec *spec, const sz_dataset *data,
                               const sz_watch *watch, sz_error *err);

/* sz_fit_factor, but part by part, and with the weights of all n_folds fits. *factor is
 * that of all frames. */
sz_status sz_kfold_models_factor(sz_kfold_models *kfold, sz_lsq **factor,
                                 const sz_system *system, const sz_targets *targets,
                                 const sz_fit_run *run, sz_fit_rows *report,
                                 sz_error *err);
void sz_kfold_models_free(sz_kfold_models *kfold);

/* Bytes of the triangular factors, at most, beside those of the threads. */
size_t sz_kfold_memory(int n_folds, int n_unknowns);

#endif
