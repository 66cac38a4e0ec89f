/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predictions.h - what a model predicts for all frames of a dataset.
 *
 * The model is a whole one, with e0 and the baseline, as the data are. */
#ifndef SZ_PREDICTIONS_H
#define SZ_PREDICTIONS_H

#include "base/watch.h"
#include "data/dataset.h"

/* What a model predicts for one frame; valid during the call that brings it. */
typedef struct {
    double energy;       /* eV */
    double virial[9];    /* eV, row by row, symmetrised as the data are */
    const double *local; /* [n_atoms] eV */
    const double *force; /* [n_atoms][3] eV/Angstrom */

    const double *variance; /* [n_atoms] of local, eV^2; NULL unless asked for */
    double energy_variance; /* eV^2 */
    const sz_list *list;    /* the neighbours, species are the model's */
} sz_frame_prediction;

typedef struct {
    const sz_model *model;
    const char *model_name; /* for messages, or NULL */
    const sz_dataset *data;
    const sz_variance *variance; /* of the model, or NULL: none is predicted */
    const unsigned char *only;   /* [n_frames] 1: predict this frame; NULL: all */
    int n_threads;               /* 1 or more; each holds one frame */
    const sz_watch *watch;       /* or NULL */
    /* Gets every such frame once, in the order of the file, from one thread at a time. */
    sz_status (*take)(void *context, int f, const sz_frame_prediction *p, sz_error *err);
    void *context;
} sz_comparison;

/* Fails, naming file and line, on an element the model does not know and on a frame it
 * cannot compute. */
sz_status sz_predict_all(const sz_comparison *c, sz_error *err);

#endif
