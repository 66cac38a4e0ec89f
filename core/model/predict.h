/* SPDX-License-Identifier: BSD-3-Clause
 *
 * predict.h - the internals of an sz_predictor (soapz.h): for the caller's own neighbour
 * lists, and in steps, between which progress can be reported. */
#ifndef SZ_PREDICT_H
#define SZ_PREDICT_H

#include "base/error.h"

struct sz_predictor {
    sz_work *work;
    double cutoff; /* Angstrom, of the model */
    sz_list list;

    double energy;    /* eV */
    double virial[9]; /* eV, row by row, not symmetrised */
    double *local;    /* [n_atoms] eV */
    double *force;    /* [n_atoms][3] eV/Angstrom */
    double *virials;  /* [n_atoms][9] eV, of the neighbours */
    int n_done;       /* number of atoms computed */

    size_t room; /* atoms */
    double *dedr;
    size_t dedr_room; /* pairs */
};

/* The results for predictor->list, which the caller has filled. */
sz_status sz_predict_list(sz_predictor *p, sz_error *err);

/* The same in steps of at most 2048 atoms: start, then next until n_done is the number of
 * atoms. */
sz_status sz_predict_start(sz_predictor *p, sz_error *err);
sz_status sz_predict_next(sz_predictor *p, sz_error *err);

#endif
