/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compare.h - a model against reference data: its predictions for all frames, and sums of
 * their errors by config_type and by element.
 *
 * The data are as sz_train_read leaves them, with e0 and core potential inside, and the
 * model is a whole one. A fit that took them off its data reads the file once more. */
#ifndef SZ_COMPARE_H
#define SZ_COMPARE_H

#include "train.h"
#include "variance.h"

#include <stdio.h>

/* ---- predictions ------------------------------------------------------------------- */

/* What a model says about one frame; valid during the call that brings it. */
typedef struct {
    double energy;       /* eV */
    double virial[9];    /* eV, row by row, symmetrised as the data are */
    const double *local; /* [n_atoms] eV */
    const double *force; /* [n_atoms][3] eV/Angstrom */

    const double *variance; /* [n_atoms] of local, eV^2; NULL unless asked for */
    double energy_variance; /* eV^2 */
} sz_prediction;

typedef struct {
    const sz_model *model;
    const char *model_name; /* for messages */
    const sz_train *train;
    const sz_variance *variance; /* of the model, or NULL: none is predicted */
    int n_threads;               /* 1 or more; each holds one frame */
    const char *progress; /* "training errors": shown on a terminal; NULL: silent */
    /* Gets every frame once, in the order of the file, from one thread at a time. */
    sz_status (*take)(void *context, int f, const sz_prediction *p, sz_error *err);
    void *context;
} sz_comparison;

/* Fails, naming file and line, on an element the model does not know and on a frame it
 * cannot compute. */
sz_status sz_compare(const sz_comparison *c, sz_error *err);

/* ---- errors ------------------------------------------------------------------------ */

/* Sums over errors d; a NaN makes all of them NaN. */
typedef struct {
    long n;
    double sum1, sum2, max; /* |d|, d^2, largest |d| */
} sz_error_sum;

void sz_error_add(sz_error_sum *sum, double d);
double sz_error_mae(const sz_error_sum *sum); /* 0 where n is 0 */
double sz_error_rmse(const sz_error_sum *sum);

/* energy in eV/atom, one a frame; force in eV/Angstrom, one a component; virial in
 * eV/atom, the six components xx xy xz yy yz zz of a frame. What the data mask is left
 * out. */
typedef struct {
    sz_error_sum energy, force, virial;
} sz_errors;

typedef struct {
    const sz_train *train;
    sz_errors all;
    sz_errors *type;    /* [train->n_config_types] */
    sz_errors *element; /* [train->n_species] of atoms: forces only */
} sz_error_table;

/* Starts with no errors; train must outlive it. */
sz_status sz_error_table_create(sz_error_table *table, const sz_train *train,
                                sz_error *err);
void sz_error_table_free(sz_error_table *table);
/* The errors of frame f, added where they belong; those of the frame alone in *frame,
 * unless it is NULL. */
void sz_error_table_add(sz_error_table *table, int f, const sz_prediction *p,
                        sz_errors *frame);

/* Lines for people: a head, one line per config_type, the sum, one per element; only what
 * there is. Energies and virials in meV/atom, forces in eV/Angstrom: MAE, RMSE. */
void sz_error_table_print(const sz_error_table *table, FILE *file);

#endif
