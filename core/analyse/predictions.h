/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predictions.h - predictions of a model for all frames of a dataset.
 *
 * The model includes e0 and the baseline, like the data. */
#ifndef SZ_PREDICTIONS_H
#define SZ_PREDICTIONS_H

#include "base/watch.h"
#include "data/dataset.h"

/* The prediction for one frame; valid during the call that receives it. */
typedef struct {
    double energy;       /* eV */
    double virial[9];    /* eV, row by row, symmetrised as the data are */
    const double *local; /* [n_atoms] eV */
    const double *force; /* [n_atoms][3] eV/Angstrom */

    const double *variance; /* [n_atoms] variance of local, eV^2; NULL unless requested */
    double energy_variance; /* eV^2 */
    const sz_list *list;    /* the neighbours; species are the model's */
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

/* An element that is not in the model, or a frame that cannot be computed, is an error
 * that names file and line. */
sz_status sz_predict_all(const sz_comparison *c, sz_error *err);

#endif
