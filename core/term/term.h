/* SPDX-License-Identifier: BSD-3-Clause
 *
 * term.h - the kinds of terms: what adds to E_i, one constant record each.
 *
 *   E = sum_i e0(Z_i) + sum over kinds, sum over the terms of a kind
 *
 *   text   --parse-->  spec --add-->   group: all terms of a kind in a model
 *   group  --plan-->   how this machine runs it --energy-->  E_i, dE_i/dr_ij      MD
 *   spec   --probe-->  vectors of the data, from which sparse points are chosen   fit
 *   group  --rows-->   what each sparse point adds to E, -F, -V of a frame        fit
 *
 * A new kind is a record and a line in kinds.c. What spec, group, plan, work, probe and
 * rows are is known to the kind alone. A function that a kind does not need is NULL. */
#ifndef SZ_TERM_H
#define SZ_TERM_H

#include "base/args.h"
#include "base/keys.h"
#include "base/text.h"
#include "base/warnings.h"
#include "linear/product.h"
#include "term/row.h"

typedef struct sz_gap sz_gap;           /* term/gap.h */
typedef struct sz_gap_term sz_gap_term; /* term/gap_term.h */

/* The elements of a model: a species is an index. */
typedef struct {
    int n, any;   /* any: some term takes every element, and all are listed */
    const int *z; /* [n] atomic numbers */
} sz_species;

/* Where a term comes from. */
typedef struct {
    const sz_gap *gap;
    int index;               /* among the terms of gap; -1: of no model yet */
    const sz_gap_term *term; /* NULL in the same case */
    const sz_args *args;     /* its descriptor */
    int version;             /* gap_version, or -1 for a descriptor on its own */
} sz_term_source;

/* z 0: any element */
typedef void sz_add_element(void *context, int z);

/* When the sum over sparse points is done at once (collapse.c), for zeta 1 and 2. */
typedef enum { SZ_COLLAPSE_NEVER, SZ_COLLAPSE_CHEAPER, SZ_COLLAPSE_ALL } sz_collapse_rule;

/* How a plan is laid out. */
typedef struct {
    sz_tile tile; /* of floats: becomes one of doubles where a term has these alone */
    sz_collapse_rule collapse;
    double rank_tolerance; /* see sz_plan_options */
    sz_device device;      /* that terms are computed on, of kinds which can */
    int needs_points; /* set to 1 where the plan goes on reading the group's points */
} sz_plan_layout;

/* What a term sees in data; a kind's own probe begins with it. */
typedef struct {
    int n_dim;     /* length of a vector */
    double cutoff; /* Angstrom */
    int on_demand; /* 1: one vector for a centre, made by vector(); 0: by collect() */
    /* permutations of x that exchange like atoms, as gap_fit writes them */
    int n_perm, perm[6][3];
    /* Covariances other than dot_product make sense: x is a function of distances. */
    int has_theta;
} sz_probe;

/* Instance by instance: vector x [n_dim] and its cutoff factor. */
typedef sz_status sz_take_vector(void *context, int atom, const double *x, double fc,
                                 sz_error *err);

/* A descriptor by the word that names it in gap={..}. */
typedef struct sz_term_type {
    const char *word;
    const sz_key *keys; /* by which it is read */
    /* what nearly every fit says of it, and a configuration file need not */
    const char *covariance, *sparse_method;
    /* add_species multiplies it: for each centre, where it has one, and for each choice
     * of n_elements of the data's elements, repetition allowed, order not; -1: order=
     * says how many. append adds one choice: k [n_elements] are indices into z [n]. */
    int has_centre, n_elements;
    void (*append)(sz_text *text, int n, const int *z, int centre, int n_elements,
                   const int *k);
} sz_term_type;

/* " species_Z={41 42 }" of the elements z[k[0]], .., or of z itself where k is NULL */
void sz_term_append_list(sz_text *text, const char *key, int n, const int *z,
                         const int *k);

/* Some atoms of a list, whose energies one thread computes. */
typedef struct {
    const sz_species *species;
    const sz_neigh *nb;
    int n;
    const int *atom; /* [n] rows of nb, ascending */
    double *energy;  /* [n_atoms of nb] */
    double *dedr;    /* [n_pairs of nb][3], or NULL */
} sz_portion;

typedef struct sz_term_kind sz_term_kind;
struct sz_term_kind {
    const char *name;
    const sz_term_type *const *types; /* of its descriptors, ended by NULL */

    /* ---- from paper to terms ---- */

    /* *spec is NULL where this descriptor is another kind's. */
    sz_status (*parse)(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err);
    void (*free_spec)(void *spec);
    void (*elements)(const void *spec, sz_add_element *add, void *context);
    /* A group with room for so many terms. */
    sz_status (*create)(void **group, int room, sz_error *err);
    sz_status (*add)(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err);
    /* Once all terms are in. */
    sz_status (*finish)(void *group, const sz_species *species, sz_error *err);
    void (*free)(void *group);

    /* Of a core potential, which has no descriptor: its elements, and its group, NULL
     * where gap has none. */
    void (*core_elements)(const sz_gap *gap, sz_add_element *add, void *context);
    sz_status (*core)(void **group, const sz_gap *gap, const sz_species *species,
                      sz_warnings *warnings, sz_error *err);

    double (*cutoff)(const void *group); /* the largest, Angstrom */
    /* Told the largest cutoff of the whole model, at the end. */
    sz_status (*reach)(void *group, double cutoff, const sz_gap *gap,
                       sz_warnings *warnings, sz_error *err);
    int (*ordered)(const void *group); /* 1: see sz_model_ordered */
    size_t (*bytes)(const void *group, const void *plan);
    /* plan may be NULL. */
    void (*print)(const void *group, const void *plan, const sz_species *species,
                  sz_text *text);
    /* Gives back the memory of the sparse points. */
    void (*drop_points)(void *group);

    /* ---- energies ---- */

    /* Without plan a group is its own; without work it needs no scratch. */
    sz_status (*plan)(void **plan, const void *group, sz_plan_layout *layout,
                      sz_error *err);
    void (*free_plan)(void *plan);
    /* Number k of the terms that rank_tolerance was tried on, or NULL; *n: how many these
     * are. */
    const sz_rank *(*rank)(const void *plan, int k, int *n);
    int (*n_wide)(const void *plan); /* see sz_plan_n_wide */
    sz_status (*work)(void **work, const void *plan, int n_block, sz_error *err);
    void (*free_work)(void *work);
    /* One of the two: energy [n_atoms] and dedr [n_pairs][3] (or NULL) of all atoms of
     * nb, or those of a portion, are added to. */
    void (*energy)(const void *plan, void *work, const sz_species *species,
                   const sz_neigh *nb, double *energy, double *dedr);
    sz_status (*energy_of_portion)(const void *plan, void *work,
                                   const sz_portion *portion, sz_error *err);

    /* ---- fits; NULL where a kind cannot be fitted ---- */

    /* The data have these species. */
    sz_status (*probe)(sz_probe **probe, const void *spec, const sz_species *species,
                       sz_error *err);
    /* all instances of a frame; or, on demand, whether atoms of a species have vectors */
    sz_status (*collect)(sz_probe *probe, const sz_list *list, sz_take_vector *take,
                         void *context, sz_error *err);
    int (*is_centre)(const sz_probe *probe, int species);
    sz_status (*vector)(sz_probe *probe, const sz_list *list, int atom, double *x,
                        sz_error *err);
    void (*free_probe)(sz_probe *probe);

    /* term: those of the potential, of which column[k] is the first column of term k. */
    sz_status (*rows)(void **rows, const void *group, const sz_gap_term *term,
                      const int *column, const sz_species *species, sz_error *err);
    sz_status (*add_rows)(void *rows, const sz_row_frame *frame, sz_error *err);
    /* of the matrix products in add_rows */
    double (*flops)(const void *rows, const sz_list *list, int gradients);
    void (*free_rows)(void *rows);
};

/* All kinds, in the order of their sums, ended by NULL. */
extern const sz_term_kind *const sz_term_kinds[];
int sz_n_term_kinds(void);

/* The type of this word, in any case, or NULL. */
const sz_term_type *sz_term_type_of(const char *word);
/* "soap, distance_2b, .." */
void sz_term_list_types(sz_text *text);
/* The one word of args that names a descriptor. */
sz_status sz_term_find_type(const sz_term_type **type, const sz_args *args,
                            sz_error *err);
/* Term number k of a potential on paper, read; kind is NULL after a failure. Close it in
 * any case. */
typedef struct {
    sz_term_source source;
    sz_args *args;
    const sz_term_kind *kind;
    void *spec;
} sz_read_term;
sz_status sz_term_read(sz_read_term *term, const sz_gap *gap, int k, sz_error *err);
void sz_term_close(sz_read_term *term);

/* Adds what the terms of a kind give the atoms of a portion. Only a device may fail. */
sz_status sz_term_energy(const sz_term_kind *kind, const void *plan, void *work,
                         const sz_portion *portion, sz_error *err);

/* The kind that a descriptor is of, and its spec. */
sz_status sz_term_parse(const sz_term_kind **kind, void **spec,
                        const sz_term_source *source, sz_error *err);

#endif
