/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stages.h - the time of each stage of a step. */
#ifndef SZ_STAGES_H
#define SZ_STAGES_H

#include "analyse/subject.h"

typedef enum {
    SZ_STAGE_LIST,
    SZ_STAGE_PAIRS,
    SZ_STAGE_FORWARD,
    SZ_STAGE_HARMONICS,
    SZ_STAGE_RADIAL,
    SZ_STAGE_DENSITY,
    SZ_STAGE_MAPS,
    SZ_STAGE_COUPLE,
    SZ_STAGE_POWER,
    SZ_STAGE_KERNEL,
    SZ_STAGE_GEMM,
    SZ_STAGE_POWERS,
    SZ_STAGE_ADJOINT,
    SZ_STAGE_POWER_ADJOINT,
    SZ_STAGE_COUPLE_ADJOINT,
    SZ_STAGE_MAPS_ADJOINT,
    SZ_STAGE_RADIAL_SLOPE,
    SZ_STAGE_DENSITY_ADJOINT,
    SZ_STAGE_HARMONICS_ADJOINT,
    SZ_STAGE_ENERGY,
    SZ_STAGE_FORCES,
    SZ_STAGE_FLOOR,
    SZ_N_STAGES
} sz_stage;

typedef struct {
    /* block and rank_tolerance for all stages; precision, device and n_threads only for
     * SZ_STAGE_ENERGY and SZ_STAGE_FORCES: the others use one thread and double
     * precision */
    sz_plan_options plan;
    int n_repeat; /* number of rounds for the medians, >= 1 */
} sz_stage_options;

/* Microseconds per atom. */
typedef struct {
    double cpu[SZ_N_STAGES];
    double clock[2];        /* wall-clock time of SZ_STAGE_ENERGY and SZ_STAGE_FORCES */
    sz_precision precision; /* of these two */
    const char *device;     /* as sz_plan_device */
    double product_flops;   /* flops of SZ_STAGE_GEMM per atom; 0: kernels without
                               products */
} sz_stage_times;

/* subject must have a SOAP term. Call sz_blas_tune and sz_blas_set_threads(1) before. */
sz_status sz_stages_time(sz_stage_times *times, sz_subject *subject,
                         const sz_stage_options *options, sz_error *err);

typedef struct {
    const char *label; /* of the compression */
    int n_sparse, n_published, n_desc;
} sz_stage_term;

int sz_stages_n_terms(const sz_model *model); /* SOAP terms */
sz_stage_term sz_stages_term(const sz_model *model, int t);
/* 4 M D per atom, averaged over the atoms, for the published or the internal length. */
double sz_stages_flops(const sz_subject *subject, int published);

#endif
