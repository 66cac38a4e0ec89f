/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predict.h - energy, forces and virial of a structure by a model. */
#ifndef SZ_PREDICT_H
#define SZ_PREDICT_H

#include "base/error.h"

/* Scratch and results of one thread. The caller fills list (sz_list_build with the
 * model's cutoff and species), then sz_predict fills the results. */
typedef struct {
    const sz_model *model;
    sz_work *work;
    sz_list list;

    double energy;    /* eV */
    double virial[9]; /* eV, row by row, not symmetrised */
    double *local;    /* [n_atoms] eV */
    double *force;    /* [n_atoms][3] eV/Angstrom */
    int n_done;       /* atoms whose energies are in */

    size_t room; /* atoms */
    double *dedr;
    size_t dedr_room; /* pairs */
} sz_predictor;

sz_status sz_predictor_create(sz_predictor *p, const sz_model *model, sz_error *err);
void sz_predictor_free(sz_predictor *p);

sz_status sz_predict(sz_predictor *p, sz_error *err);

/* The same in steps of at most 2048 atoms, for those who report in between: start, then
 * next until n_done is the number of atoms. */
sz_status sz_predict_start(sz_predictor *p, sz_error *err);
sz_status sz_predict_next(sz_predictor *p, sz_error *err);

#endif
