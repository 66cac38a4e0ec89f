/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xyz_header.h - the second line of a frame of an extended XYZ file. */
#ifndef SZ_XYZ_HEADER_H
#define SZ_XYZ_HEADER_H

#include "atoms/xyz.h"

/* Fills info, column, cell and pbc of a frame from its second line; name and line are for
 * messages. */
sz_status sz_xyz_header(sz_xyz_frame *frame, const char *text, const char *name, int line,
                        sz_error *err);

/* 1 if a text of frame->info is one extended XYZ key, with or without a value; in a
 * comment others may occur. */
int sz_xyz_is_sound(const char *text);

#endif
