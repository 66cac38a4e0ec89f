/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset.h - reference data: frames with energies, forces and virials, from an extended
 * XYZ file or one by one. What a fit makes of them is in targets.h. */
#ifndef SZ_DATASET_H
#define SZ_DATASET_H

#include "atoms/xyz.h"
#include "base/warnings.h"
#include "soapz_fit.h"

/* Keys and columns of a file, whatever prefix they have is in them. hessian and
 * local_property are only refused. Where a name is "" or NULL nothing is read. */
typedef struct {
    char *energy, *force, *virial, *stress, *config_type, *sigma, *force_mask;
    char *hessian, *local_property;
    char *other_force, *other_virial; /* of frames that do not have the first name */
} sz_dataset_names;

/* Sigmas are those of the frame itself, of its rows in a fit; NaN: there is none, that of
 * the config_type counts. */
typedef struct {
    int line; /* of the number of atoms in the file; 0: the frame is of no file */
    int n_atoms;
    size_t first;    /* of its atoms in the arrays of sz_dataset */
    int config_type; /* index into sz_dataset.config_type */
    double cell[3][3];
    int pbc[3];
    int has_energy, has_force, has_virial;
    double energy;          /* eV */
    double energy_sigma;    /* eV */
    double virial[9];       /* eV, row by row, symmetrised; 0 without one */
    double virial_sigma[9]; /* eV, symmetrised */
    int from_stress;        /* the virial was made of a stress */
} sz_dataset_frame;

struct sz_dataset {
    char *path; /* of the file, for messages */
    int n_frames;
    sz_dataset_frame *frame;
    size_t n_atoms, room;  /* room: atoms the arrays have place for */
    int *species;          /* [n_atoms] index into z */
    double *position;      /* [n_atoms][3] */
    double *force;         /* [n_atoms][3] eV/Angstrom, 0 where a frame has none */
    double *force_sigma;   /* [n_atoms][3] eV/Angstrom */
    unsigned char *masked; /* [n_atoms] 1: the force does not count */
    int n_species;
    int z[SZ_Z_MAX]; /* [n_species] elements in order of first appearance */
    int species_of_z[SZ_Z_MAX + 1]; /* plus 1; 0: not there */
    int n_config_types;
    char **config_type; /* in order of first appearance; "default" without a name */

    int n_energies, n_forces, n_virials; /* frames that have them */
    /* of a file, to say where energies were looked for: their name, and all names of the
     * first frame; else NULL */
    char *energy_name, *names;
    char *taken; /* "energies from 'energy', ..": the names, where they were looked for */

    sz_warnings warnings;
};

/* Reads all frames of path; any of energies, forces and virials may be missing. Fails,
 * naming the line, on what is not a number and on hessians and local properties. */
sz_status sz_dataset_read_names(sz_dataset **data, const char *path,
                                const sz_dataset_names *name, sz_error *err);

/* The rest of an open file, which is read to its end. */
sz_status sz_dataset_read_open(sz_dataset **data, sz_xyz_reader *file,
                               const sz_dataset_names *name, sz_error *err);

/* Appends a frame of which no energy, force or virial is known yet; species of s are
 * atomic numbers. After a failure data is as before. *frame is valid until the next
 * call. */
sz_status sz_dataset_append(sz_dataset *data, const sz_structure *s,
                            const char *config_type, sz_dataset_frame **frame,
                            sz_error *err);

/* Frame f for the neighbour list; its species are indices into data->z. */
sz_structure sz_dataset_structure(const sz_dataset *data, int f);
/* Its neighbours; two atoms that coincide are refused, with the place of the frame. */
sz_status sz_dataset_list(sz_list *list, const sz_dataset *data, int f, double cutoff,
                          sz_error *err);
/* species [n_species] of model, -1 where it does not know one; returns the first of
 * those, or -1. */
int sz_dataset_map(int *species, const sz_dataset *data, const sz_model *model);

/* "train.xyz:12", or "frame 3, atom 5" where there is no file. atom: from 0;
 * SZ_COMMENT_LINE and SZ_FIRST_LINE are lines of the frame. */
enum { SZ_FIRST_LINE = -2, SZ_COMMENT_LINE = -1, SZ_PLACE = 320 };
const char *sz_dataset_place(const sz_dataset *data, int f, int atom,
                             char text[SZ_PLACE]);
/* Puts the place of the frame before the message of err. */
sz_status sz_dataset_fail(const sz_dataset *data, int f, sz_status status, sz_error *err);

/* The six components of a virial that count, xx xy xz yy yz zz, as places in nine. */
extern const int sz_six[6];
/* out = (a + transposed a) / 2; may be done in place */
void sz_symmetrise(double out[9], const double a[9]);

#endif
