/* SPDX-License-Identifier: BSD-3-Clause
 *
 * analyse.h - what the analyses of soapz analyse share: descriptors, environments, output
 * of numbers. */
#ifndef SZ_ANALYSE_H
#define SZ_ANALYSE_H

#include "recipe.h"
#include "results.h"
#include "soapz_analyse.h"
#include "tool.h"

/* ---- descriptors ------------------------------------------------------------------- */

/* One entry of the list: a label with the options, or a descriptor string. */
typedef struct {
    char *name; /* "W^T P_l"; the same for several seeds */
    int seed;   /* seed of its random numbers; 0: as in its string */
    sz_descriptor *d;
    int length; /* without covariance_sigma0 */
} sz_compared;

typedef struct {
    int n;
    sz_compared *entry;
} sz_compared_list;

/* list: labels and descriptor strings separated by ';'; random labels are repeated for
 * each seed 1 .. n_seeds, or with 0 use the seed of the recipe. in: the file whose
 * elements are used. */
sz_status sz_compared_open(sz_compared_list *compared, const char *list,
                           const sz_recipe *recipe, int n_seeds, const char *in,
                           sz_error *err);
void sz_compared_close(sz_compared_list *compared);

/* ---- an analysis ----------------------------------------------------------------- */

/* Options as on the command line, NULL if not given. */
typedef struct {
    const char *environments, *atom, *sample_seed; /* choice of environments */
    const char *seeds, *threads, *tolerance;
    const char *sizes, *test, *zeta, *splits, *folds, *unit; /* learning */
    int every;                                               /* pairs */
} sz_analyse_words;

typedef struct {
    const char *in; /* as the user names it */
    sz_dataset *data;
    sz_compared_list compared;
    sz_sites sites;
    size_t *atom; /* of sites */
    int sample_seed;
    const sz_analyse_words *words;
    sz_fit_options options;
    FILE *out;    /* table for people */
    json_t *json; /* JSON object; a missing entry is detected at the end */
} sz_analysis;

typedef sz_status sz_analyse_run(sz_analysis *a, sz_error *err);
sz_analyse_run sz_analyse_correlation, sz_analyse_imbalance, sz_analyse_pairs,
    sz_analyse_recover, sz_analyse_sensitivity, sz_analyse_learning;

/* A whole number from lo to hi given by an option; *value is kept if text is NULL. */
sz_status sz_analyse_int(const char *option, const char *text, int lo, int hi, int *value,
                         sz_error *err);

/* --tolerance, or the fallback. */
sz_status sz_analyse_tolerance(const sz_analysis *a, double fallback, double *tolerance,
                               sz_error *err);
/* "W^T P_l, seed 3" at the start of a line of the table. */
void sz_analyse_name(const sz_analysis *a, const sz_compared *c);
/* For qsort of doubles. */
int sz_by_size(const void *x, const void *y);

/* {"label": .., "seed": .., "length": .., "descriptor": ..}; NULL where memory ends */
json_t *sz_json_compared(const sz_compared *c);

#endif
