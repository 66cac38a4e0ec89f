/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_write.h - a GAP as QUIP's XML file with its files of sparse points. */
#ifndef SZ_GAP_WRITE_H
#define SZ_GAP_WRITE_H

#include "model/gap.h"

/* gap_version of a new model: keys have had QUIP's present meaning since then. */
enum { SZ_GAP_VERSION = 1769700636, SZ_GAP_VERSION_LEAST = 1686132232 };

/* Writes path and beside it path.sparseX.LABELi, and path.compress.LABELi if the
 * descriptor has a compress_file, which then gets this name. LABEL is gap->label, or made
 * from the time if that is NULL or not an XML name. Everything is written under temporary
 * names and then renamed, the XML last: after a failure the old model is unchanged.
 * gap->version is written as it is (0: left out), because it determines the meaning of
 * the descriptors. Of the notes only command_line is written. */
sz_status sz_gap_write(const sz_gap *gap, const char *path, sz_error *err);

/* A descriptor in QUIP's keys, which the caller frees; NULL if memory runs out. Labels of
 * compressions that correspond to a pair nu_R, nu_S become these keys, and lists get the
 * form that QUIP reads (quip.c); everything else is kept. sz_gap_write uses it. */
char *sz_gap_quip_descriptor(const char *descriptor, int version);
/* The same text with another compress_file. */
char *sz_gap_with_map(const char *descriptor, const char *file);
/* 1 where a term has given maps although its keys are all gap_fit's. */
sz_status sz_gap_has_foreign_maps(int *has, const sz_gap_term *c, sz_error *err);
/* 1 where the matrix of a term is its compress_file. */
sz_status sz_gap_has_map(int *has, const sz_gap_term *c, sz_error *err);

/* A sentence where QUIP cannot evaluate this model, else "". */
sz_status sz_gap_find_foreign(char text[400], const sz_gap *gap, sz_error *err);

/* 17 digits as gap_fit writes a number: ".50000000000000000", "-.68011481090201054E-001";
 * at least 32 characters. */
void sz_gap_number(double value, char *text);
/* "%.20e" in every locale. */
void sz_gap_sparse_number(double value, char *text);

#endif
