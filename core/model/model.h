/* SPDX-License-Identifier: BSD-3-Clause
 *
 * model.h - what a loaded model consists of. Read-only after sz_model_load; the tool
 * reads it to describe a model in words. */
#ifndef SZ_MODEL_H
#define SZ_MODEL_H

#include "base/warnings.h"
#include "descriptor/soap.h"
#include "model/gap.h"
#include "term/collapse.h"
#include "term/glue.h"
#include "term/kernel.h"
#include "term/pair.h"
#include "term/triplet.h"
#include "term/zbl.h"

/* E_i += delta^2 sum_s weight_s (p_s . p_i + sigma0^2)^zeta for centres i in centre[] */
typedef struct {
    int soap;              /* index into sz_model.soap */
    int gap_term;          /* of the GAP it came from */
    unsigned char *centre; /* [n_species] 1 where the species is a centre */
    double delta;          /* eV */
    double zeta;
    int n_sparse;
    double *p_sparse; /* [n_sparse][stride] in the descriptor's inner order, or NULL */
    sz_collapse *collapse;       /* takes the place of p_sparse, or NULL */
    int joined;                  /* 1: its energy is in the collapse of an earlier term */
    sz_product *values, *slopes; /* in its place, see sz_kernel, or NULL */
    double *weight;              /* [n_sparse] alpha fc_s */
    char *descriptor;            /* the argument string it came from */
} sz_soap_term;

struct sz_model {
    char *path;
    int version; /* gap_version */
    int n_species;
    int z[SZ_Z_MAX];     /* [n_species] atomic numbers */
    double e0[SZ_Z_MAX]; /* [n_species] eV */
    double cutoff;       /* largest of all terms, Angstrom */
    int any_element;     /* 1: some term takes every element */

    int n_soaps; /* distinct descriptors, shared by the terms */
    sz_soap **soap;
    int **slot_of_species; /* [n_soaps][n_species] */
    int n_terms;
    sz_soap_term *term;

    sz_pair_set *pair;       /* two-body terms, or NULL */
    sz_triplet_set *triplet; /* three-body terms, or NULL */
    sz_glue *glue;           /* core potentials, or NULL */
    sz_zbl *zbl;

    sz_warnings warnings;
};

/* The model of a potential on paper. */
sz_status sz_model_build(sz_model **model, const sz_gap *gap, sz_error *err);

/* The model of a file, sparse points as they are: for what needs them, such as the
 * predicted variance. sz_model_load goes on with the next two. */
sz_status sz_model_load_plain(sz_model **model, const char *path, sz_error *err);

/* Terms whose collapsed form is cheaper get it and lose their sparse points, and those of
 * the same vectors become one: for energies and forces. sz_model_load does it; a fit
 * needs the sparse points and does not. */
sz_status sz_model_collapse(sz_model *model, sz_tile tile, sz_error *err);
/* Lays out the sparse points for our own products and gives up the plain ones, unless
 * tile is SZ_TILE_NONE: for energies and forces. sz_model_load does it; a fit needs the
 * plain ones and does not. */
sz_status sz_model_pack(sz_model *model, sz_tile tile, sz_error *err);
sz_kernel sz_model_kernel(const sz_model *model, const sz_soap_term *term);

#endif
