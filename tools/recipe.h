/* SPDX-License-Identifier: BSD-3-Clause
 *
 * recipe.h - from options (--compression LABEL --n-max 8 ...) to a descriptor string. */
#ifndef SZ_RECIPE_H
#define SZ_RECIPE_H

#include "descriptor/compression_spec.h"
#include "tool.h"

/* Options as on the command line, NULL where they are not given. */
typedef struct {
    const char *compression; /* a label of sz_compression_names */
    const char *n_max, *l_max, *cutoff, *cutoff_width, *atom_sigma, *central_weight;
    const char *radial_basis;
    const char *species, *centre; /* lists of elements */
    const char *d_j, *embedding;  /* of nu=2,d_J */
    const char *u_max;            /* of optimal */
    const char *seed;             /* of random matrices and embeddings */
    const char *weights;          /* what random matrices are made of */
    const char *k;                /* channels of K=3 and its like */
    const char *l_min;            /* of three factors */
    const char *data; /* file that the optimal basis or embedding comes from */
} sz_recipe;

/* The options that fill a recipe, but for the label, to option [SZ_RECIPE_OPTIONS]. */
enum { SZ_RECIPE_OPTIONS = 17 };
void sz_recipe_options(sz_recipe *recipe, sz_option *option);

/* The compression that label names, blanks aside, or NULL. */
const sz_compression_name *sz_compression_find(const char *label);

/* Factors of the products of such a label: its powers are 3 in all, or 2. */
int sz_compression_factors(const char *label);

/* n elements of a list "Nb Mo", symbols or atomic numbers, to z [SZ_Z_MAX]; option is
 * named in the message. */
sz_status sz_element_list(const char *text, const char *option, int *n, int *z,
                          sz_error *err);

/* Takes away what says nothing to the compression label; bits of *used are set for what
 * says something to it, and the bits of all that are given returned. */
unsigned sz_recipe_trim(sz_recipe *recipe, const char *label, unsigned *used);
/* Names an option whose bit is set in given and not in used: it says nothing to any. */
sz_status sz_recipe_check_used(unsigned given, unsigned used, sz_error *err);

/* The descriptor string, to free. in: the file whose elements and environments count
 * where the recipe does not say others. */
sz_status sz_recipe_text(char **text, const sz_recipe *recipe, const char *in,
                         sz_error *err);

#endif
