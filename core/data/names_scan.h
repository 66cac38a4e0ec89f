/* SPDX-License-Identifier: BSD-3-Clause
 *
 * names_scan.h - the names in a file that can be energies, forces, virials or stresses,
 * and which frames have them. */
#ifndef SZ_NAMES_SCAN_H
#define SZ_NAMES_SCAN_H

#include "atoms/xyz.h"
#include "data/names.h"

#include <stdint.h>

enum { SZ_SIGHTINGS = 64, SZ_NOT_USUAL = 1000 };

typedef struct {
    int kind;
    char *name;   /* as the first frame with it spells it */
    int family;   /* of the prefix, the order without the stem */
    int order;    /* the smaller the sooner it is taken; SZ_NOT_USUAL: not without being
                   * asked for. Names of one order are one but for a plural s */
    int is_given; /* the user's */
    int n_frames;
} sz_sighting;

/* A frame says one thing twice: a key that stands there again, a free energy that differs
 * from the energy of the same prefix. */
enum { SZ_SAME_KEY, SZ_FREE_ENERGY, SZ_N_TWICE };

typedef struct {
    int n, line; /* frames; the first of them */
    char *name;
} sz_twice;

typedef struct {
    int n, n_frames;
    char *names; /* keys and columns of the first frame */
    sz_sighting sighting[SZ_SIGHTINGS];
    sz_twice twice[SZ_N_TWICE];
    uint64_t *seen;  /* [n_frames] bits: sightings in the frame */
    int *frame_line; /* [n_frames] of the comment */
} sz_scan;

/* Reads file to its end. Ends with sz_scan_free in any case. */
sz_status sz_scan_names(sz_scan *scan, const sz_name_wish *wish, sz_xyz_reader *file,
                        sz_error *err);
void sz_scan_free(sz_scan *scan);

/* The stem of kind at the end of name, as in "REF_energy": its number, -1 without one.
 * *n_prefix gets the letters before it. */
int sz_name_stem(const char *name, int kind, size_t *n_prefix);

#endif
