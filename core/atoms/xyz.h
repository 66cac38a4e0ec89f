/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xyz.h - extended XYZ files, frame by frame; LAMMPS dumps (dump.c) are converted to
 * them.
 *
 *   N
 *   Lattice="ax ay az bx by bz cx cy cz" Properties=species:S:1:pos:R:3 key=value ...
 *   Mo 0.0 0.0 0.0
 *
 * Every column and key of a frame is kept as text, so that it can be written again
 * unchanged; elements, positions, cell and periodic directions are also parsed. */
#ifndef SZ_XYZ_H
#define SZ_XYZ_H

#include "base/warnings.h"

#include <stdio.h>

typedef struct {
    char *name;
    char type;    /* S text, R real, I integer, L logical */
    int n_fields; /* number of words per line */
    int first;    /* index of the first word */
} sz_xyz_column;

typedef struct {
    char *key;
    char *text; /* key and value as in the file */
} sz_xyz_info;

typedef struct {
    int line; /* line of the number of atoms; atom i is in line + 2 + i */
    int n_atoms;
    int *z;           /* [n_atoms] atomic numbers */
    double *position; /* [n_atoms][3] */
    double cell[3][3];
    int pbc[3];

    int is_plain; /* no Properties: symbol x y z, the rest is not used */
    int is_free;  /* also no Lattice: the second line is free text */
    int n_columns, n_fields;
    sz_xyz_column *column;
    int n_info;
    sz_xyz_info *info;
    char *text;  /* the lines of the atoms, each ended by a zero */
    size_t *row; /* [n_atoms] start of each line */
} sz_xyz_frame;

typedef struct sz_xyz_reader sz_xyz_reader;

/* path "-" is standard input. */
sz_status sz_xyz_open(sz_xyz_reader **reader, const char *path, sz_error *err);
/* For reading twice: input that can be read only once, such as a pipe, is copied
 * first. */
sz_status sz_xyz_open_twice(sz_xyz_reader **reader, const char *path, sz_error *err);
sz_status sz_xyz_rewind(sz_xyz_reader *reader, sz_error *err);
void sz_xyz_close(sz_xyz_reader *reader);
const char *sz_xyz_name(const sz_xyz_reader *reader); /* for messages */
double sz_xyz_done(const sz_xyz_reader *reader);      /* 0..1 read; -1 unknown */
/* Warnings so far, each once. */
const sz_warnings *sz_xyz_warnings(const sz_xyz_reader *reader);
/* Elements of the types 1, 2, .. of LAMMPS dumps without an element column: "Nb Mo Ta W",
 * commas allowed. */
sz_status sz_xyz_set_types(sz_xyz_reader *reader, const char *elements, sz_error *err);
/* *frame is NULL at the end of the file. */
sz_status sz_xyz_read(sz_xyz_frame **frame, sz_xyz_reader *reader, sz_error *err);
void sz_xyz_frame_free(sz_xyz_frame *frame);

/* Names and keys in any case. The value is without quotes or brackets, NULL if the key is
 * absent; of a repeated key the last counts; free *copy. Of "_JSON .." it is the text
 * after that word. */
const sz_xyz_column *sz_xyz_find_column(const sz_xyz_frame *frame, const char *name);
sz_status sz_xyz_value(char **copy, const sz_xyz_frame *frame, const char *key,
                       sz_error *err);
/* The next word of a line of atoms, quotes allowed: moves to it and returns its length, 0
 * at the end of the line. */
size_t sz_xyz_next_word(const char **text);

/* Sets key=value in the header: replaces an older one, or appends it; value with its
 * quotes. */
sz_status sz_xyz_set_info(sz_xyz_frame *frame, const char *key, const char *value,
                          sz_error *err);

/* Results that are added to a frame. */
typedef struct {
    double energy;              /* eV */
    double virial[9];           /* eV, row by row */
    const double *forces;       /* [n_atoms][3] eV/Angstrom */
    const double *local_energy; /* [n_atoms] eV */

    /* each NULL unless requested */
    const double *local_energy_variance;        /* [n_atoms] eV^2 */
    const double *grade;                        /* [n_atoms] */
    const double *force_uncertainty;            /* [n_atoms] eV/Angstrom */
    double energy_variance, energy_uncertainty; /* eV^2, eV; with those of the atoms */
} sz_xyz_result;

/* Writes the frame with the result, which replaces its old energy, virial, stress, forces
 * and local energies; NULL: unchanged. The caller checks for write errors (ferror). */
void sz_xyz_write(FILE *file, const sz_xyz_frame *frame, const sz_xyz_result *result);

#endif
