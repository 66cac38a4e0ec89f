/* SPDX-License-Identifier: BSD-3-Clause
 *
 * train.h - the data of a fit: frames of an extended XYZ file as targets with sigmas.
 *
 * Order of calls: sz_train_read, then sz_train_subtract for every frame where there is a
 * core potential, sz_train_find_e0, sz_train_take_e0. After that the targets are what the
 * Gaussian processes are fitted to. */
#ifndef SZ_TRAIN_H
#define SZ_TRAIN_H

#include "fit.h"
#include "fit_args.h"

typedef struct {
    int line; /* of the number of atoms in the file; atom i in line + 2 + i */
    int n_atoms;
    size_t first;    /* of its atoms in the arrays of sz_train */
    int config_type; /* index into sz_train.config_type */
    double cell[3][3];
    int pbc[3];
    sz_target target;
} sz_train_frame;

typedef struct {
    char *path;
    int n_frames;
    sz_train_frame *frame;
    size_t n_atoms;
    int *species;        /* [n_atoms] index into z */
    double *position;    /* [n_atoms][3] */
    double *force;       /* [n_atoms][3] eV/Angstrom, 0 where a frame has none */
    double *force_sigma; /* [n_atoms][3], 0: left out */
    int n_species;
    int z[SZ_Z_MAX]; /* [n_species] elements in order of first appearance */
    int n_config_types;
    char **config_type; /* in order of first appearance; "default" without a name */

    int n_energies, n_virials;          /* frames that have them */
    size_t n_force_rows, n_virial_rows; /* components that take part in the fit */

    int n_warnings; /* one sentence each */
    char **warning;
} sz_train;

/* Reads all frames of path. Fails, naming the line, on what is not a number, on data
 * whose sigma is zero, on hessians and local properties, and where no frame has an
 * energy. */
sz_status sz_train_read(sz_train **train, const char *path, const sz_fit_spec *spec,
                        sz_error *err);
/* Reads frames to compare with: any of energies, forces and virials may be missing, no
 * sigma is read, those that take part have sigma 1. Of name sigma, hessian and
 * local_property are not used. */
sz_status sz_train_read_data(sz_train **train, const char *path, const sz_fit_names *name,
                             sz_error *err);
void sz_train_free(sz_train *train);

/* Frame f for the neighbour list; its species are indices into train->z. */
sz_structure sz_train_structure(const sz_train *train, int f);

/* Takes the contribution of a core potential off frame f: energy in eV, force
 * [n_atoms][3] in eV/Angstrom (NULL: none), virial [9] in eV (NULL: none). */
void sz_train_subtract(sz_train *train, int f, double energy, const double *force,
                       const double *virial);

/* e0 as spec wants it: given, from the isolated atoms, or the mean energy of an atom;
 * e0_offset is added. */
sz_status sz_train_find_e0(sz_e0 *e0, const sz_train *train, const sz_fit_spec *spec,
                           sz_error *err);
/* Takes e0 off the energies. An element without e0 is an error. */
sz_status sz_train_take_e0(sz_train *train, const sz_e0 *e0, sz_error *err);

#endif
