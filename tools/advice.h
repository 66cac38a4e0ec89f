/* SPDX-License-Identifier: BSD-3-Clause
 *
 * advice.h - the settings chosen by --suggest, written as a command line or as a
 * configuration file. */
#ifndef SZ_ADVICE_H
#define SZ_ADVICE_H

#include "suggest.h"
#include "validate.h"

enum { SZ_PAIR_POINTS = 15, SZ_ADVICE_ZETA = 2 };
#define SZ_LEAST_CORE 0.3 /* Angstrom: a ZBL with a shorter cutoff is useless */

/* A SOAP term. docs/compressions.md compares them. */
typedef struct {
    const char *label;
    int n_max, l_max, nu_S;
    double tolerance; /* radial_tolerance; 0: none */
} sz_advice_soap;

typedef struct {
    double energy, force, virial;
} sz_advice_sigmas;

typedef struct {
    const sz_dataset *data;
    const sz_facts *facts;
    double cutoff, atom_sigma, delta, pair_delta, core;
    sz_advice_sigmas sigma, *of_type; /* [n_config_types] */
    int n_sparse;
    int n_soaps;
    const sz_advice_soap *soap; /* [n_soaps] */
} sz_advice;

/* Does this config_type get its own line of sigmas? */
int sz_advice_is_special(const sz_advice *p, int type);

void sz_advice_print_command(const sz_advice *p, const sz_validation *v);
/* A word with shell quoting. */
void sz_advice_print_word(const char *word);
/* The file to must not exist. */
sz_status sz_advice_check_new(const char *to, sz_error *err);
sz_status sz_advice_write(const char *to, const sz_advice *p, const sz_validation *v,
                          sz_error *err);

#endif
