/* SPDX-License-Identifier: BSD-3-Clause
 *
 * recipe.h - makes a descriptor string from options (--compression LABEL --n-max 8
 * ...). */
#ifndef SZ_RECIPE_H
#define SZ_RECIPE_H

#include "descriptor/compression_spec.h"
#include "tool.h"

/* Options as on the command line, NULL if not given. */
typedef struct {
    const char *compression; /* a label of sz_compression_names */
    const char *n_max, *l_max, *cutoff, *cutoff_width, *atom_sigma, *central_weight;
    const char *radial_basis;
    const char *species, *centre; /* lists of elements */
    const char *d_j, *embedding;  /* for nu=2,d_J */
    const char *u_max;            /* for optimal */
    const char *seed;             /* of random matrices and embeddings */
    const char *weights;          /* distribution of random matrices */
    const char *k;                /* channels of K=3 and the other K labels */
    const char *l_min;            /* for three factors */
    const char *data; /* file from which the optimal basis or embedding is computed */
} sz_recipe;

/* The options that fill a recipe, except for the label, in option [SZ_RECIPE_OPTIONS]. */
enum { SZ_RECIPE_OPTIONS = 17 };
void sz_recipe_options(sz_recipe *recipe, sz_option *option);

/* The compression named by label, ignoring blanks, or NULL. */
const sz_compression_name *sz_compression_find(const char *label);

/* Number of factors in the products of a label: 3 if its powers sum to 3, else 2. */
int sz_compression_factors(const char *label);

/* Reads n elements of a list "Nb Mo", symbols or atomic numbers, into z [SZ_Z_MAX];
 * option is named in messages. */
sz_status sz_element_list(const char *text, const char *option, int *n, int *z,
                          sz_error *err);

/* Removes options that do not apply to the compression label. Sets the bits of *used for
 * options that apply, and returns the bits of all that are given. */
unsigned sz_recipe_trim(sz_recipe *recipe, const char *label, unsigned *used);
/* Reports an option whose bit is set in given but not in used: it applies to no label. */
sz_status sz_recipe_check_used(unsigned given, unsigned used, sz_error *err);

/* The descriptor string; the caller frees it. in: the file whose elements and
 * environments are used where the recipe names no others. */
sz_status sz_recipe_text(char **text, const sz_recipe *recipe, const char *in,
                         sz_error *err);

#endif
