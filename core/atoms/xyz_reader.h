/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xyz_reader.h - the internals of an sz_xyz_reader: lines of a file, and what the file
 * formats share. */
#ifndef SZ_XYZ_READER_H
#define SZ_XYZ_READER_H

#include "atoms/xyz.h"

enum { SZ_XYZ_WORD = 64 }; /* longest number or element that is parsed */

struct sz_xyz_reader {
    FILE *file;
    char *name;
    long size;    /* bytes; 0 unknown */
    long start;   /* offset of the first frame */
    int line;     /* lines read so far */
    char *buffer; /* the last of them, without its line end */
    size_t room, length;
    int last_line, last_atoms, last_fields; /* of the previous frame; 0: none */
    int said_more, said_number, said_cell, said_other; /* 1: this warning was given */
    int said_bounds;
    int n_types, type_z[SZ_Z_MAX]; /* elements of a dump's types */
    sz_warnings warnings;
};

/* Reads one line into buffer; *more is 0 at the end of the file. */
sz_status sz_xyz_next_line(sz_xyz_reader *r, int *more, sz_error *err);
/* Copies a word to word [SZ_XYZ_WORD], for a parser that needs a terminating zero; 0: it
 * is too long. */
int sz_xyz_copy_word(char *word, const char *text, size_t length);
/* The atomic number of a symbol, in upper or lower case, or 0. */
int sz_xyz_element(const char *word);
/* Makes room for at least n atoms, when i of them exist; *n_room starts as 0. The arrays
 * grow with the lines read, so that a wrong number of atoms costs no memory. */
sz_status sz_xyz_room(sz_xyz_frame *frame, int i, int *n_room, sz_error *err);

/* Starts as {0}: used and allocated bytes of frame->text. */
typedef struct {
    size_t used, room;
} sz_xyz_space;
/* Appends n bytes of text as the line of atom i. */
sz_status sz_xyz_keep_line(sz_xyz_frame *frame, int i, const char *text, size_t n,
                           sz_xyz_space *space, sz_error *err);

/* ---- dump.c ---------------------------------------------------------------------- */

/* Reads a frame of a LAMMPS dump, whose first line is in buffer. */
sz_status sz_dump_read(sz_xyz_frame *frame, sz_xyz_reader *r, sz_error *err);

#endif
