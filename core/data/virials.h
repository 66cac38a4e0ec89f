/* SPDX-License-Identifier: BSD-3-Clause
 *
 * virials.h - are the virials of the data virials, in eV and of the right sign? */
#ifndef SZ_VIRIALS_H
#define SZ_VIRIALS_H

#include "data/dataset.h"

typedef enum {
    SZ_VIRIALS_UNKNOWN, /* too few data to tell */
    SZ_VIRIALS_FINE,
    SZ_VIRIALS_SMALL, /* as stresses in eV/Angstrom^3 would be, taken for virials */
    SZ_VIRIALS_LARGE, /* as virials would be, taken for stresses */
    SZ_VIRIALS_SIGN   /* of the right size and the other sign */
} sz_virials_verdict;

typedef struct {
    sz_virials_verdict verdict;
    int n;              /* frames with a virial that were looked at */
    int n_forces;       /* of them those with forces that are not small */
    double to_force;    /* median of what is in virials.c; 0 where n_forces is 0 */
    double pressure;    /* median of its size, eV/Angstrom^3 */
    double bulk;        /* bulk modulus that pressures and volumes mean, eV/Angstrom^3 */
    double correlation; /* of volume and pressure; 0: the volumes tell nothing */
    double evidence;    /* its size in units of its error (Student's t) */
    int energies_agree; /* 1: energies rise with the volume as the virials say */
} sz_virials_facts;

/* Of the frames whose virial was given as a virial, or (from_stress 1) as a stress. */
sz_status sz_virials_look(sz_virials_facts *facts, const sz_dataset *data,
                          int from_stress, sz_error *err);

/* Looks at both kinds of data read under these names: what is certainly not meant is an
 * error, what looks odd a warning of data. */
sz_status sz_virials_check(sz_dataset *data, const sz_dataset_names *name, sz_error *err);
/* Of frames of a program, which have no names. */
sz_status sz_virials_warn(sz_warnings *warnings, const sz_dataset *data, sz_error *err);

#endif
