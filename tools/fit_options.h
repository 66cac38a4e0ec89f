/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fit_options.h - options of the run that do not change the model. */
#ifndef SZ_FIT_OPTIONS_H
#define SZ_FIT_OPTIONS_H

#include "base/error.h"

enum { SZ_SCAN_KEYS = 8 };

typedef struct {
    int help, help_keys, suggest, resume;
    const char *suggest_to; /* file for the settings, or NULL */
    int n_threads;          /* 0: not given */
    double checkpoint;      /* seconds; below 0: off */
    int checkpoint_given;
    const char *curve; /* file of the learning curves, or NULL */
    int n_folds;       /* of a cross-validation; 0: none */
    int n_scans;
    const char *scan[SZ_SCAN_KEYS]; /* "soap.cutoff=4,5" */
} sz_fit_flags;

/* Removes the words that begin with -- from argv[1 .. *argc-1]. */
sz_status sz_fit_options_take(sz_fit_flags *options, int *argc, char **argv,
                              sz_error *err);

#endif
