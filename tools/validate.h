/* SPDX-License-Identifier: BSD-3-Clause
 *
 * validate.h - results of soapz validate, for printing. */
#ifndef SZ_VALIDATE_H
#define SZ_VALIDATE_H

#include "analyse/calibration.h"
#include "analyse/errors.h"
#include "data/names.h"

#include <stdio.h>

enum { SZ_MAX_JUDGED = 2, SZ_WORST = 5, SZ_MAX_LIMITS = 9 };

/* Identifies a file; md5 is "" if it is not a plain file. */
typedef struct {
    char md5[33], modified[32]; /* of the whole file, as md5sum gives it; UTC, ISO 8601 */
} sz_file_identity;

/* One model compared with the data. */
typedef struct {
    const char *path;
    sz_file_identity identity;
    sz_model *model;
    sz_error_table table;
    sz_error_sums *frame;    /* [n_frames] errors of each frame */
    double *energy;          /* [n_frames] eV */
    double *virial;          /* [n_frames][9] eV */
    double *force;           /* [n_atoms][3] eV/Angstrom */
    double *energy_variance; /* [n_frames] eV^2; NULL: not predicted */
    double *variance;        /* [n_atoms] eV^2 */
    char no_variance[256];   /* why it was not predicted, or "" */
    /* |force error| of an atom against the sigma of its local energy; energy error of a
     * frame against its sigma, both in eV/atom */
    sz_calibration of_forces, of_energies;
    /* expected errors of a calibrated model, else NULL */
    sz_uncertainty *expects;
    double *force_uncertainty;  /* [n_atoms] eV/Angstrom */
    double *energy_uncertainty; /* [n_frames] eV */
    /* force components, but the rank correlation of whole forces; energies per atom */
    sz_calibration expected_forces, expected_energies;
    double *rank_of_type; /* [n_config_types] rank correlation of its forces */
} sz_judged;

/* "--max-force-mae 0.1": value is that of the first model. */
typedef struct {
    const char *option, *unit;
    double limit, value;
} sz_limit;

typedef struct {
    const char *given[SZ_N_NAMES], *given_type, *given_mask; /* by the user, or NULL */
    sz_found_names name; /* of the reference; "": none */
    const char *config_type;
    sz_dataset *data;
    sz_file_identity identity; /* of the data */
    int n_models;
    sz_judged model[SZ_MAX_JUDGED];
    int n_limits;
    sz_limit limit[SZ_MAX_LIMITS];
} sz_validation;

/* "force_parameter_name=dft_forces"; 0 if the word is something else. word must outlive
 * v. */
int sz_take_name(sz_validation *v, const char *word);
/* Finds the names and reads the data: v->name, freed by sz_names_free, and v->data. */
sz_status sz_read_reference(sz_validation *v, const char *path, sz_error *err);

/* 1 if the value is within the limit; a NaN is not. */
int sz_limit_kept(const sz_limit *limit);

/* Frame with the k-th largest error, k = 0 ..; -1 if there are fewer. */
int sz_worst_energy(const sz_validation *v, int model, int k);
int sz_worst_force(const sz_validation *v, int model, int k);
/* Atom of frame f with the largest force error, and this error. */
int sz_worst_atom(const sz_validation *v, int model, int f, double *error);

void sz_print_validation(const sz_validation *v, FILE *file);
/* Writes one JSON object, docs/validate.md. The caller checks for write errors
 * (ferror). */
void sz_write_validation(const sz_validation *v, FILE *file);

#endif
