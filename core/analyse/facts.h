/* SPDX-License-Identifier: BSD-3-Clause
 *
 * facts.h - statistics of training data, used to suggest settings of a fit. */
#ifndef SZ_FACTS_H
#define SZ_FACTS_H

#include "data/dataset.h"

/* Frames of one config_type, without isolated atoms. */
typedef struct {
    int n_frames, n_energies, n_virials, n_forces; /* n_forces: frames that have them */
    size_t n_atoms, n_components;                  /* of forces */
    double sum, sum2;         /* for energies per atom after subtracting e0, eV/atom */
    double force2, force_max; /* sum of squares, largest, eV/Angstrom */
} sz_type_facts;

typedef enum { SZ_FACT_ISOLATED, SZ_FACT_LEAST_SQUARES, SZ_FACT_AVERAGE } sz_fact_e0;

enum { SZ_FACT_BINS = 160 };
#define SZ_FACT_REACH 8.0 /* Angstrom */

typedef struct {
    sz_fact_e0 kind;
    double e0[SZ_Z_MAX];                 /* [n_species] */
    int n_isolated[SZ_Z_MAX];            /* number of frames with a free atom, for each
                                            species */
    double spread, spread_average;       /* spread of the energies per atom after
                                            subtracting e0 or the mean energy, eV/atom */
    double spread_local;                 /* estimated spread of local energies, eV */
    sz_type_facts all, *type;            /* [n_config_types] */
    double nearest, typical;             /* smallest distance; median of the nearest
                                            distances */
    double neighbours[SZ_FACT_BINS + 1]; /* neighbours of an atom, up to bin k's lower
                                            end */
    double gap;                          /* distance where shells end; 0: no gap was
                                            found */
    int n_atoms[SZ_Z_MAX];               /* atoms of each species */
    int n_different[SZ_Z_MAX];           /* of these, atoms in different environments */
} sz_facts;

/* Free with sz_facts_free. */
sz_status sz_facts_find(sz_facts *facts, const sz_dataset *data, sz_error *err);
void sz_facts_free(sz_facts *facts);

/* for the energies or forces of one type */
double sz_fact_spread(const sz_type_facts *type);
double sz_fact_force(const sz_type_facts *type);
/* number of neighbours within r */
double sz_fact_neighbours(const sz_facts *facts, double r);

#endif
