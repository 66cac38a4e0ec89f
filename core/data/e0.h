/* SPDX-License-Identifier: BSD-3-Clause
 *
 * e0.h - energies of isolated atoms. */
#ifndef SZ_E0_H
#define SZ_E0_H

#include "data/targets.h"

/* eV: 10,000 times the energy of all electrons of an atom */
#define SZ_E0_MAX 1e10

typedef enum { SZ_E0_GIVEN, SZ_E0_ISOLATED, SZ_E0_AVERAGE } sz_e0_method;

/* eV; known[z] is 0 if there is none. */
typedef struct {
    double value[SZ_Z_MAX + 1];
    unsigned char known[SZ_Z_MAX + 1];
} sz_e0;

/* The source of e0: given (then e0 is in given), isolated atoms (without a neighbour
 * within cutoff), or the mean energy per atom; offset (eV) is added. */
typedef struct {
    sz_e0_method method;
    const sz_e0 *given;
    double offset, cutoff; /* eV, Angstrom */
} sz_e0_rule;

sz_status sz_targets_find_e0(sz_e0 *e0, const sz_targets *targets, const sz_e0_rule *rule,
                             sz_error *err);
/* Subtracts e0 from the energies. An element without e0 is an error. */
sz_status sz_targets_take_e0(sz_targets *targets, const sz_e0 *e0, sz_error *err);

#endif
