/* SPDX-License-Identifier: BSD-3-Clause
 *
 * term.h - the kinds of terms that contribute to E_i, one constant record each.
 *
 *   E = sum_i e0(Z_i) + sum over kinds, sum over the terms of a kind
 *
 *   text   --parse-->  spec --add-->   group: all terms of a kind in a model
 *   group  --plan-->   how this machine runs it --energy-->  E_i, dE_i/dr_ij      MD
 *   spec   --probe-->  vectors of the data, from which sparse points are chosen   fit
 *   group  --rows-->   what each sparse point adds to E, -F, -V of a frame        fit
 *
 * A new kind is a record and a line in kinds.c. Only the kind itself knows the contents
 * of spec, group, plan, work, probe and rows. A function that a kind does not need is
 * NULL. */
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
    int n, any;   /* any: some term takes every element; all are then listed */
    const int *z; /* [n] atomic numbers */
} sz_species;

/* The origin of a term. */
typedef struct {
    const sz_gap *gap;
    int index;               /* index among the terms of gap; -1: not in a model yet */
    const sz_gap_term *term; /* NULL in the same case */
    const sz_args *args;     /* its descriptor */
    int version;             /* gap_version, or -1 for a descriptor without a model */
} sz_term_source;

/* z 0: any element */
typedef void sz_add_element(void *context, int z);

/* When the sum over sparse points is precomputed (collapse.c), for zeta 1 and 2. */
typedef enum { SZ_COLLAPSE_NEVER, SZ_COLLAPSE_CHEAPER, SZ_COLLAPSE_ALL } sz_collapse_rule;

/* The options of a plan. */
typedef struct {
    sz_tile tile; /* of floats; becomes a tile of doubles if a term needs doubles */
    sz_collapse_rule collapse;
    double rank_tolerance; /* see sz_plan_options */
    sz_device device;      /* for the kinds that can use it */
    int needs_points;      /* set to 1 if the plan continues to use the group's points */
} sz_plan_layout;

/* The view of a term on the data; a kind's own probe starts with it. */
typedef struct {
    int n_dim;     /* length of a vector */
    double cutoff; /* Angstrom */
    int on_demand; /* 1: one vector per centre, computed by vector(); 0: by collect() */
    /* permutations of x that exchange like atoms, as gap_fit writes them */
    int n_perm, perm[6][3];
    /* Covariances other than dot_product are meaningful: x is a function of distances. */
    int has_theta;
} sz_probe;

/* One instance after another: vector x [n_dim] and its cutoff factor. */
typedef sz_status sz_take_vector(void *context, int atom, const double *x, double fc,
                                 sz_error *err);

/* A descriptor, identified by the word that names it in gap={..}. */
typedef struct sz_term_type {
    const char *word;
    const sz_key *keys; /* the keys by which it is read */
    /* settings that nearly every fit uses, and which a configuration file may leave
     * out */
    const char *covariance, *sparse_method;
    /* add_species makes copies: for each centre, if it has one, and for each choice of
     * n_elements of the data's elements, with repetition, without order; -1: the number
     * is given by order=. append adds one choice: k [n_elements] are indices into z
     * [n]. */
    int has_centre, n_elements;
    void (*append)(sz_text *text, int n, const int *z, int centre, int n_elements,
                   const int *k);
} sz_term_type;

/* " species_Z={41 42 }" of the elements z[k[0]], .., or of z itself if k is NULL */
void sz_term_append_list(sz_text *text, const char *key, int n, const int *z,
                         const int *k);

/* Some atoms of a list, whose energies are computed by one thread. */
typedef struct {
    const sz_species *species;
    const sz_neigh *nb;
    int n;
    const int *atom; /* [n] rows of nb, ascending */
    double *energy;  /* [n_atoms of nb] */
    double *dedr;    /* [n_pairs of nb][3], or NULL */
    int rest;        /* 1: without the terms that are computed on a device */
} sz_portion;

typedef struct sz_term_kind sz_term_kind;
struct sz_term_kind {
    const char *name;
    const sz_term_type *const *types; /* of its descriptors, ended by NULL */

    /* ---- building terms ------------------------------------------------------------ */

    /* *spec is NULL if this descriptor belongs to another kind. */
    sz_status (*parse)(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err);
    void (*free_spec)(void *spec);
    void (*elements)(const void *spec, sz_add_element *add, void *context);
    /* A group with room for this number of terms. */
    sz_status (*create)(void **group, int room, sz_error *err);
    sz_status (*add)(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err);
    /* Called when all terms are added. */
    sz_status (*finish)(void *group, const sz_species *species, sz_error *err);
    void (*free)(void *group);

    /* For a core potential, which has no descriptor: its elements, and its group, NULL if
     * gap has none. */
    void (*core_elements)(const sz_gap *gap, sz_add_element *add, void *context);
    sz_status (*core)(void **group, const sz_gap *gap, const sz_species *species,
                      sz_warnings *warnings, sz_error *err);

    double (*cutoff)(const void *group); /* the largest, Angstrom */
    /* Receives the largest cutoff of the whole model, at the end. */
    sz_status (*reach)(void *group, double cutoff, const sz_gap *gap,
                       sz_warnings *warnings, sz_error *err);
    int (*ordered)(const void *group); /* 1: see sz_model_ordered */
    size_t (*bytes)(const void *group, const void *plan);
    /* plan may be NULL. */
    void (*print)(const void *group, const void *plan, const sz_species *species,
                  sz_text *text);
    /* Releases the memory of the sparse points. */
    void (*drop_points)(void *group);

    /* ---- energies ---- */

    /* plan NULL: the group itself is used; work NULL: no scratch is needed. */
    sz_status (*plan)(void **plan, const void *group, sz_plan_layout *layout,
                      sz_error *err);
    void (*free_plan)(void *plan);
    /* Number k of the terms that rank_tolerance was tried on, or NULL; *n: the number of
     * these terms. */
    const sz_rank *(*rank)(const void *plan, int k, int *n);
    int (*n_wide)(const void *plan); /* see sz_plan_n_wide */
    sz_status (*work)(void **work, const void *plan, int n_block, sz_error *err);
    void (*free_work)(void *work);
    /* One of the two: increments energy [n_atoms] and dedr [n_pairs][3] (or NULL), for
     * all atoms of nb, or for those of a portion. */
    void (*energy)(const void *plan, void *work, const sz_species *species,
                   const sz_neigh *nb, double *energy, double *dedr);
    sz_status (*energy_of_portion)(const void *plan, void *work,
                                   const sz_portion *portion, sz_error *err);

    /* ---- fits; NULL if a kind cannot be fitted ------------------------------------- */

    /* Receives the species of the data. */
    sz_status (*probe)(sz_probe **probe, const void *spec, const sz_species *species,
                       sz_error *err);
    /* all instances of a frame; or, on demand, whether atoms of a species have vectors */
    sz_status (*collect)(sz_probe *probe, const sz_list *list, sz_take_vector *take,
                         void *context, sz_error *err);
    int (*is_centre)(const sz_probe *probe, int species);
    sz_status (*vector)(sz_probe *probe, const sz_list *list, int atom, double *x,
                        sz_error *err);
    void (*free_probe)(sz_probe *probe);

    /* term: the terms of the potential; column[k] is the first column of term k. */
    sz_status (*rows)(void **rows, const void *group, const sz_gap_term *term,
                      const int *column, const sz_species *species, sz_error *err);
    sz_status (*add_rows)(void *rows, const sz_row_frame *frame, sz_error *err);
    /* of the matrix products in add_rows */
    double (*flops)(const void *rows, const sz_list *list, int gradients);
    void (*free_rows)(void *rows);
};

/* All kinds, in the order in which they are summed, ended by NULL. */
extern const sz_term_kind *const sz_term_kinds[];
int sz_n_term_kinds(void);

/* The type named by this word, in any case, or NULL. */
const sz_term_type *sz_term_type_of(const char *word);
/* "soap, distance_2b, .." */
void sz_term_list_types(sz_text *text);
/* The word of args that names a descriptor. */
sz_status sz_term_find_type(const sz_term_type **type, const sz_args *args,
                            sz_error *err);
/* Term number k of a potential, parsed; kind is NULL after a failure. Always close it. */
typedef struct {
    sz_term_source source;
    sz_args *args;
    const sz_term_kind *kind;
    void *spec;
} sz_read_term;
sz_status sz_term_read(sz_read_term *term, const sz_gap *gap, int k, sz_error *err);
void sz_term_close(sz_read_term *term);

/* Adds the contribution of the terms of a kind for the atoms of a portion. Only a device
 * may fail. */
sz_status sz_term_energy(const sz_term_kind *kind, const void *plan, void *work,
                         const sz_portion *portion, sz_error *err);

/* The kind of a descriptor, and its spec. */
sz_status sz_term_parse(const sz_term_kind **kind, void **spec,
                        const sz_term_source *source, sz_error *err);

#endif
