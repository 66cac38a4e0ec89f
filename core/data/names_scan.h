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
    char *name;   /* as spelt in the first frame with it */
    int family;   /* number of the prefix, the order without the stem */
    int order;    /* smaller orders are used first; SZ_NOT_USUAL: only on request.
                     Names of one order differ only by a plural s */
    int is_given; /* given by the user */
    int n_frames;
} sz_sighting;

/* Ambiguities in a frame: a key that occurs twice, a free energy that differs from the
 * energy of the same prefix. */
enum { SZ_SAME_KEY, SZ_FREE_ENERGY, SZ_N_TWICE };

typedef struct {
    int n, line; /* number of frames, and the first of them */
    char *name;
} sz_twice;

typedef struct {
    int n, n_frames;
    char *names; /* keys and columns of the first frame */
    sz_sighting sighting[SZ_SIGHTINGS];
    sz_twice twice[SZ_N_TWICE];
    uint64_t *seen;  /* [n_frames] bits: sightings in the frame */
    int *frame_line; /* [n_frames] line of the comment */
} sz_scan;

/* Reads file to its end. Always call sz_scan_free afterwards. */
sz_status sz_scan_names(sz_scan *scan, const sz_name_wish *wish, sz_xyz_reader *file,
                        sz_error *err);
void sz_scan_free(sz_scan *scan);

/* The stem of kind at the end of name, as in "REF_energy": its number, -1 if there is
 * none. *n_prefix gets the number of letters before it. */
int sz_name_stem(const char *name, int kind, size_t *n_prefix);

#endif
