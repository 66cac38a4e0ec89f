/* SPDX-License-Identifier: BSD-3-Clause
 *
 * survey.h - properties of a file that are needed before its atoms can be described. */
#ifndef SZ_SURVEY_H
#define SZ_SURVEY_H

#include "descriptor/optimal.h"

/* Sets present[z] to 1 if the file has atoms of that element. */
sz_status sz_survey_elements(const char *path, unsigned char present[SZ_Z_MAX + 1],
                             sz_error *err);

/* The second moments of the density over all atoms of the file, with the hyperparameters
 * of a descriptor string followed by more keys; its compression is ignored. */
sz_status sz_survey_moments(sz_moments **moments, const char *path, const char *text,
                            const char *more, sz_error *err);

#endif
