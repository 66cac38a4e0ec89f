/* SPDX-License-Identifier: BSD-3-Clause
 *
 * errors.h - sums of errors by config_type and by element. */
#ifndef SZ_ERRORS_H
#define SZ_ERRORS_H

#include "analyse/predictions.h"
#include "data/targets.h"

/* Sums over errors d; a NaN makes all of them NaN. */
typedef struct {
    long n;
    double sum1, sum2, max; /* |d|, d^2, largest |d| */
} sz_error_sum;

void sz_error_add(sz_error_sum *sum, double d);
double sz_error_mae(const sz_error_sum *sum); /* 0 if n is 0 */
double sz_error_rmse(const sz_error_sum *sum);

/* energy in eV/atom, one per frame; force in eV/Angstrom, one per component; virial in
 * eV/atom, the six components xx xy xz yy yz zz of a frame. Masked data are left out. */
typedef struct {
    sz_error_sum energy, force, virial;
} sz_error_sums;

typedef struct {
    const sz_dataset *data;
    const sz_targets *targets; /* compared with these instead of the data; NULL: the
                                  data */
    sz_error_sums all;
    sz_error_sums *type;    /* [data->n_config_types] */
    sz_error_sums *element; /* [data->n_species] of atoms: forces only */
} sz_error_table;

/* Refuses data without any energy, force or virial. */
sz_status sz_errors_check(const sz_dataset *data, sz_error *err);

/* Starts with no errors; data must outlive it. */
sz_status sz_error_table_create(sz_error_table *table, const sz_dataset *data,
                                sz_error *err);
void sz_error_table_free(sz_error_table *table);
/* Adds the errors of frame f to the sums; those of the frame alone go to *frame, unless
 * it is NULL. */
void sz_error_table_add(sz_error_table *table, int f, const sz_frame_prediction *p,
                        sz_error_sums *frame);

/* The take of a sz_comparison whose context is a table. */
sz_status sz_error_table_take(void *table, int f, const sz_frame_prediction *p,
                              sz_error *err);

/* All errors of from, which is of the same data, are added to to. */
void sz_error_table_join(sz_error_table *to, const sz_error_table *from);

/* The sum of one quantity, and it as soapz_fit.h gives it. */
const sz_error_sum *sz_error_sum_of(const sz_error_sums *sums, sz_quantity quantity);
sz_error_summary sz_error_summarise(const sz_error_sum *sum);

struct sz_errors {
    sz_error_table table;
    double *energy; /* [n_frames] eV, NaN without a reference */
    double *force;  /* [n_atoms][3] eV/Angstrom, NaN without a reference */
};

#endif
