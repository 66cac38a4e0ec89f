/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frame_list.h - the neighbour list of a frame of a file, with checks that name file and
 * line. */
#ifndef SZ_FRAME_LIST_H
#define SZ_FRAME_LIST_H

#include "atoms/xyz.h"

/* species [n_atoms] are used as the neighbour list's labels. */
sz_status sz_frame_list(sz_list *list, const sz_xyz_frame *frame, const int *species,
                        const char *name, double cutoff, sz_error *err);

/* 1 if atom *i and a neighbour *j of it coincide. */
int sz_find_coincident(const sz_list *list, int *i, int *j);
/* Refuses two atoms that coincide; line: that of the number of atoms, atom i is in line +
 * 2 + i. */
sz_status sz_check_distances(const sz_list *list, const char *name, int line,
                             sz_error *err);

/* The model's species of every atom; an unknown element is refused. *species is
 * reallocated to [n_atoms]. */
sz_status sz_frame_species(int **species, const sz_xyz_frame *frame, const char *name,
                           const sz_model *model, const char *model_path, sz_error *err);

/* Prepends file and line of the frame to the message of err. */
sz_status sz_frame_fail(const sz_xyz_frame *frame, const char *name, sz_error *err,
                        sz_status status);

#endif
