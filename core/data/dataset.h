/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataset.h - reference data: frames with energies, forces and virials, from an extended
 * XYZ file or one by one. Targets of a fit are in targets.h. */
#ifndef SZ_DATASET_H
#define SZ_DATASET_H

#include "atoms/xyz.h"
#include "base/warnings.h"
#include "soapz_fit.h"

/* Keys and columns of a file, including any prefix. hessian and local_property are only
 * used to refuse such data. A name of "" or NULL is not read. */
typedef struct {
    char *energy, *force, *virial, *stress, *config_type, *sigma, *force_mask;
    char *hessian, *local_property;
    char *other_force, *other_virial; /* for frames without the first name */
} sz_dataset_names;

/* Sigmas are those given in the frame, for its rows in a fit; NaN: none, use that of the
 * config_type. */
typedef struct {
    int line; /* line of the number of atoms in the file; 0: not from a file */
    int n_atoms;
    size_t first;    /* index of its first atom in the arrays of sz_dataset */
    int config_type; /* index into sz_dataset.config_type */
    double cell[3][3];
    int pbc[3];
    int has_energy, has_force, has_virial;
    double energy;          /* eV */
    double energy_sigma;    /* eV */
    double virial[9];       /* eV, row by row, symmetrised; 0 if there is none */
    double virial_sigma[9]; /* eV, symmetrised */
    int from_stress;        /* the virial was computed from a stress */
} sz_dataset_frame;

struct sz_dataset {
    char *path; /* of the file, for messages */
    int n_frames;
    sz_dataset_frame *frame;
    size_t n_atoms, room;  /* room: allocated atoms */
    int *species;          /* [n_atoms] index into z */
    double *position;      /* [n_atoms][3] */
    double *force;         /* [n_atoms][3] eV/Angstrom, 0 where a frame has none */
    double *force_sigma;   /* [n_atoms][3] eV/Angstrom */
    unsigned char *masked; /* [n_atoms] 1: the force is not used */
    int n_species;
    int z[SZ_Z_MAX]; /* [n_species] elements in order of first appearance */
    int species_of_z[SZ_Z_MAX + 1]; /* plus 1; 0: not present */
    int n_config_types;
    char **config_type; /* in order of first appearance; "default" if unnamed */

    int n_energies, n_forces, n_virials; /* number of frames that have them */
    /* for data from a file, used in messages if there are no energies: the energy name,
     * and all names in the first frame; else NULL */
    char *energy_name, *names;
    char *taken; /* "energies from 'energy', ..": the names under which data were
                    searched */

    sz_warnings warnings;
};

/* Reads all frames of path; energies, forces and virials are optional. Values that are
 * not numbers, hessians and local properties are errors that name the line. */
sz_status sz_dataset_read_names(sz_dataset **data, const char *path,
                                const sz_dataset_names *name, sz_error *err);

/* Reads the rest of an open file. */
sz_status sz_dataset_read_open(sz_dataset **data, sz_xyz_reader *file,
                               const sz_dataset_names *name, sz_error *err);

/* Appends a frame without energy, forces and virial; species of s are atomic numbers.
 * After a failure data is unchanged. *frame is valid until the next call. */
sz_status sz_dataset_append(sz_dataset *data, const sz_structure *s,
                            const char *config_type, sz_dataset_frame **frame,
                            sz_error *err);

/* Frame f as a structure for the neighbour list; its species are indices into data->z. */
sz_structure sz_dataset_structure(const sz_dataset *data, int f);
/* Its neighbours; two coincident atoms are an error that names the frame. */
sz_status sz_dataset_list(sz_list *list, const sz_dataset *data, int f, double cutoff,
                          sz_error *err);
/* species [n_species] of model, -1 if the model lacks one; returns the first one it
 * lacks, or -1. */
int sz_dataset_map(int *species, const sz_dataset *data, const sz_model *model);

/* "train.xyz:12", or "frame 3, atom 5" if there is no file. atom: from 0; SZ_COMMENT_LINE
 * and SZ_FIRST_LINE are lines of the frame. */
enum { SZ_FIRST_LINE = -2, SZ_COMMENT_LINE = -1, SZ_PLACE = 320 };
const char *sz_dataset_place(const sz_dataset *data, int f, int atom,
                             char text[SZ_PLACE]);
/* Prepends the place of the frame to the message of err. */
sz_status sz_dataset_fail(const sz_dataset *data, int f, sz_status status, sz_error *err);

/* The six independent components of a virial, xx xy xz yy yz zz, as indices 0..8. */
extern const int sz_six[6];
/* out = (a + transposed a) / 2; may be done in place */
void sz_symmetrise(double out[9], const double a[9]);

#endif
