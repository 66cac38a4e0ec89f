/* SPDX-License-Identifier: BSD-3-Clause
 *
 * e0.h - energies of atoms on their own. */
#ifndef SZ_E0_H
#define SZ_E0_H

#include "data/targets.h"

/* eV: 10,000 times the energy of all electrons of an atom */
#define SZ_E0_MAX 1e10

typedef enum { SZ_E0_GIVEN, SZ_E0_ISOLATED, SZ_E0_AVERAGE } sz_e0_method;

/* eV; known[z] is 0 where there is none. */
typedef struct {
    double value[SZ_Z_MAX + 1];
    unsigned char known[SZ_Z_MAX + 1];
} sz_e0;

/* Where e0 comes from: given (then as in given), the isolated atoms, those without a
 * neighbour within cutoff, or the mean energy of an atom; offset (eV) is added. */
typedef struct {
    sz_e0_method method;
    const sz_e0 *given;
    double offset, cutoff; /* eV, Angstrom */
} sz_e0_rule;

sz_status sz_targets_find_e0(sz_e0 *e0, const sz_targets *targets, const sz_e0_rule *rule,
                             sz_error *err);
/* Takes e0 off the energies. An element without e0 is an error. */
sz_status sz_targets_take_e0(sz_targets *targets, const sz_e0 *e0, sz_error *err);

#endif
