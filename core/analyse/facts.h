/* SPDX-License-Identifier: BSD-3-Clause
 *
 * facts.h - statistics of training data, from which settings of a fit follow. */
#ifndef SZ_FACTS_H
#define SZ_FACTS_H

#include "data/dataset.h"

/* Frames of one config_type, isolated atoms left out. */
typedef struct {
    int n_frames, n_energies, n_virials, n_forces; /* n_forces: frames that have them */
    size_t n_atoms, n_components;                  /* of forces */
    double sum, sum2;         /* of energies an atom with e0 off, eV/atom */
    double force2, force_max; /* sum of squares, largest, eV/Angstrom */
} sz_type_facts;

typedef enum { SZ_FACT_ISOLATED, SZ_FACT_LEAST_SQUARES, SZ_FACT_AVERAGE } sz_fact_e0;

enum { SZ_FACT_BINS = 160 };
#define SZ_FACT_REACH 8.0 /* Angstrom */

typedef struct {
    sz_fact_e0 kind;
    double e0[SZ_Z_MAX];                 /* [n_species] */
    int n_isolated[SZ_Z_MAX];            /* frames of a free atom, of each species */
    double spread, spread_average;       /* of the energies an atom with e0 and with the
                                          * mean energy off, eV/atom */
    double spread_local;                 /* of an atom's own energy, estimated, eV */
    sz_type_facts all, *type;            /* [n_config_types] */
    double nearest, typical;             /* smallest distance; median of an atom's */
    double neighbours[SZ_FACT_BINS + 1]; /* of an atom, up to bin k's lower end */
    double gap;                          /* shells end here; 0: no gap was found */
    int n_atoms[SZ_Z_MAX];               /* of each species */
    int n_different[SZ_Z_MAX];           /* of these in unlike environments */
} sz_facts;

/* Free with sz_facts_free. */
sz_status sz_facts_find(sz_facts *facts, const sz_dataset *data, sz_error *err);
void sz_facts_free(sz_facts *facts);

/* of the energies or forces of one type */
double sz_fact_spread(const sz_type_facts *type);
double sz_fact_force(const sz_type_facts *type);
/* neighbours of an atom within r */
double sz_fact_neighbours(const sz_facts *facts, double r);

#endif
