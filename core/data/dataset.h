/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset.h - the data of a fit: frames of an extended XYZ file as targets with sigmas.
 *
 * Order of calls: sz_dataset_read, then sz_dataset_subtract for every frame where there
 * is a core potential, sz_dataset_find_e0, sz_dataset_take_e0. After that the targets are
 * what the Gaussian processes are fitted to. */
#ifndef SZ_DATASET_H
#define SZ_DATASET_H

#include "base/warnings.h"
#include "data/sigma.h"

/* Keys and columns of a file, whatever prefix they have is in them. hessian and
 * local_property are only refused; an empty name is that of nothing. */
typedef struct {
    char *energy, *force, *virial, *stress, *config_type, *sigma, *force_mask;
    char *hessian, *local_property;
} sz_dataset_names;

/* Data and errors of one frame; NULL or 0 where the frame lacks them. Sigmas are those of
 * the rows: energy in eV, force eV/Angstrom, virial eV. */
typedef struct {
    int has_energy, has_virial;
    double energy; /* eV, e0 and core potential already taken off */
    double energy_sigma;
    const double *force;       /* [n_atoms][3] eV/Angstrom, core taken off, or NULL */
    const double *force_sigma; /* [n_atoms][3]; <= 0 leaves a component out */
    double virial[9];          /* eV, row by row, symmetrised, core taken off */
    double virial_sigma[9];    /* <= 0 leaves a component out */
} sz_target;

typedef struct {
    int line; /* of the number of atoms in the file; atom i in line + 2 + i */
    int n_atoms;
    size_t first;    /* of its atoms in the arrays of sz_dataset */
    int config_type; /* index into sz_dataset.config_type */
    double cell[3][3];
    int pbc[3];
    sz_target target;
} sz_dataset_frame;

typedef struct {
    char *path;
    int n_frames;
    sz_dataset_frame *frame;
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

    sz_warnings warnings;
} sz_dataset;

/* Reads all frames of path. Fails, naming the line, on what is not a number, on data
 * whose sigma is zero, on hessians and local properties, and where no frame has an
 * energy. */
sz_status sz_dataset_read(sz_dataset **train, const char *path,
                          const sz_dataset_names *name, const sz_sigma_table *sigma,
                          sz_error *err);
/* Reads frames to compare with: any of energies, forces and virials may be missing, no
 * sigma is read, those that take part have sigma 1. Of name sigma, hessian and
 * local_property are not used. */
sz_status sz_dataset_read_data(sz_dataset **train, const char *path,
                               const sz_dataset_names *name, sz_error *err);
void sz_dataset_free(sz_dataset *train);

/* Frame f for the neighbour list; its species are indices into train->z. */
sz_structure sz_dataset_structure(const sz_dataset *train, int f);

/* Takes the contribution of a core potential off frame f: energy in eV, force
 * [n_atoms][3] in eV/Angstrom (NULL: none), virial [9] in eV (NULL: none). */
void sz_dataset_subtract(sz_dataset *train, int f, double energy, const double *force,
                         const double *virial);

#endif
