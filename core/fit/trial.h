/* SPDX-License-Identifier: BSD-3-Clause
 *
 * trial.h - a small fit to evaluate channel maps: its loss, and the gradient of the loss
 * with respect to the numbers of the maps. */
#ifndef SZ_TRIAL_H
#define SZ_TRIAL_H

#include "base/watch.h"
#include "data/targets.h"
#include "descriptor/map_numbers.h"
#include "fit/spec.h"
#include "term/gap.h"
#include "term/soap_term.h"

#define SZ_TRIAL_JITTER 1e-8 /* added to the diagonal of K_MM, relative to it */

/* The maps of the terms of one descriptor. */
typedef struct {
    const sz_fit_spec *spec;
    int descriptor;
    const sz_targets *targets;
    const sz_gap *before; /* its terms are used unchanged */
    int n_threads;
    const sz_watch *watch;
} sz_trial_setup;

/* Two sets of frames are fitted and tested on each other, the third is for validation. */
typedef enum { SZ_PART_A, SZ_PART_B, SZ_PART_WATCHED } sz_part;

/* Environments of one term, stored contiguously. */
typedef struct {
    int term, first, n;
} sz_trial_block;

typedef struct {
    int n_frames, n_terms;
    double delta, zeta, sigma0;
    sz_maps *maps;
    double *start; /* [maps->n] the numbers of the descriptor as parsed */

    /* rows: energies of frames and slopes along displacements, divided by their sigmas */
    int n_rows;
    double *y;           /* [n_rows] */
    unsigned char *part; /* [n_rows] sz_part */
    unsigned char *kind; /* [n_rows] 0: an energy, 1: a slope */

    /* environments; the energy of each contributes with factor to one row */
    int n_env;
    int *row;               /* [n_env] */
    double *factor;         /* [n_env] */
    double *x;              /* [n_env][maps->n_x] */
    unsigned char *present; /* [n_env][slots] */
    int n_blocks;
    sz_trial_block *block;

    /* columns: sparse points of the terms, then those of the earlier terms */
    int n_points, n_columns, most_points; /* most: largest number for one term */
    int *point;                           /* [n_points] environment */
    int *point_first;                     /* [n_terms + 1] */
    double *k;    /* [n_rows][n_columns], the part that depends on the maps and the
                     part that does not */
    double *k_mm; /* [n_columns][n_columns] */
} sz_trial_data;

/* The data of term number k of the fit; empty if it is not a soap. */
sz_status sz_trial_read_term(sz_describer_spec *term, const sz_fit_spec *spec, int k,
                             sz_error *err);

/* The result is the same for any number of threads; trial_data.c. */
sz_status sz_trial_data_create(sz_trial_data **data, const sz_trial_setup *setup,
                               sz_error *err);
void sz_trial_data_free(sz_trial_data *data);
/* Reduces the columns of the earlier terms if there are more of them than rows: the same
 * predictions; trial_before.c. */
sz_status sz_trial_data_reduce(sz_trial_data *data, sz_error *err);

typedef struct sz_trial sz_trial;

/* Means over rows: A and B tested on each other, validation frames with A and B
 * together. */
typedef struct {
    double judged, watched;
} sz_trial_loss;

/* data must outlive it; setup gives the threads and the watch. The errors with the
 * numbers w [n] set the scales of the loss. */
sz_status sz_trial_create(sz_trial **trial, sz_trial_data *data,
                          const sz_trial_setup *setup, const double *w, sz_error *err);
void sz_trial_free(sz_trial *trial);
/* Loss of the numbers w [n], and slope [n], that of loss->judged, unless NULL. Numbers
 * without a solution are SZ_ERR_NUMERIC. */
sz_status sz_trial_judge(sz_trial *trial, const double *w, sz_trial_loss *loss,
                         double *slope, sz_error *err);

#endif
