/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describer.h - descriptors of any kind, which compute vectors p of atoms:
 *
 *   text --parse--> spec --create--> describer
 *   neighbours --forward--> p,   dE/dp --adjoint--> dE/dr,   dp/dr by jacobian
 *
 * A kind is a constant record of functions; describer.c lists them. Callers use the
 * functions declared here and do not depend on the kind. */
#ifndef SZ_DESCRIBER_H
#define SZ_DESCRIBER_H

#include "base/args.h"
#include "base/text.h"
#include "base/warnings.h"
#include "linear/product.h"
#include "soapz.h"

typedef struct sz_describer_kind sz_describer_kind;

/* ---- descriptors as text ----------------------------------------------------------- */

/* A parsed argument string. */
typedef struct {
    const sz_describer_kind *kind;     /* NULL: nothing was parsed */
    void *own;                         /* data of the kind */
    int n_slots, slot_z[SZ_Z_MAX];     /* elements of the neighbours; 0: every element */
    int n_centres, centre_z[SZ_Z_MAX]; /* elements of the centres; 0: any */
    double tolerance;       /* radial_tolerance: if positive, components are dropped */
    int average;            /* 1: one vector for all centres, see sz_describer_average */
    const char *indefinite; /* label of a compression for which dot products of vectors
                               may be negative, or NULL */
} sz_describer_spec;

/* 1 if the words name a kind. */
int sz_describer_is(const sz_args *args);
/* version: gap_version of the model file, or -1 without a model. matrix [n_matrix]:
 * numbers of a compression's matrices, or NULL: drawn from its seed. Unknown descriptors
 * and keys that exclude each other are SZ_ERR_FORMAT. Always free the spec. */
sz_status sz_describer_parse(sz_describer_spec *spec, const sz_args *args, int version,
                             int n_matrix, const double *matrix, sz_error *err);
void sz_describer_spec_free(sz_describer_spec *spec);
int sz_describer_spec_equal(const sz_describer_spec *a, const sz_describer_spec *b);
/* 1 if atomic number z is a centre. */
int sz_describer_is_centre(const sz_describer_spec *spec, int z);
/* Warns about keys that have no effect, or whose meaning has changed; where: file and
 * line. */
sz_status sz_describer_warn(const sz_describer_spec *spec, const sz_args *args,
                            int version, const char *where, sz_warnings *warnings,
                            sz_error *err);

/* ---- the descriptor ---------------------------------------------------------------- */

/* Constant. The struct of each kind begins with it. */
typedef struct {
    const sz_describer_kind *kind;
    const void *own; /* its copy of the spec's data */
    int reduce;      /* 1: null components may have been dropped */
    double cutoff;   /* Angstrom */
    double sigma0;   /* covariance_sigma0 */
    int with_sigma0; /* 1: sigma0 is the last published component */
    int average;
    int n_slots;
    const int *slot_z;       /* [n_slots] */
    int n_published;         /* number of components as published, */
    int n_desc, stride;      /* internal, and padded: leading dimension */
    int n_ranges;            /* largest number of ranges of sz_describer_ranges */
    const char *word;        /* "soap" */
    const char *compression; /* its label */
    const char *empty;       /* reason why an atom has no vector; NULL: 0 is a valid
                                vector */
} sz_describer;

/* reduce: rotate components and drop null ones if this does not change kernels; 0 keeps
 * the published components. */
sz_status sz_describer_create(sz_describer **d, const sz_describer_spec *spec, int reduce,
                              sz_error *err);
/* A copy. */
sz_status sz_describer_copy(sz_describer **d, const sz_describer *of, int reduce,
                            sz_error *err);
void sz_describer_free(sz_describer *d);
/* 1 if d is the descriptor of the spec. */
int sz_describer_fits(const sz_describer *d, const sz_describer_spec *spec);
/* The slot of atomic number z, or -1 if such neighbours are ignored. */
int sz_describer_slot(const sz_describer *d, int z);
/* Hyperparameters, line by line; the line of its neighbours, if the kind has one. */
void sz_describer_print(const sz_describer *d, sz_text *text);
void sz_describer_print_slots(const sz_describer *d, sz_text *text);

/* Published vectors -> internal ones: published [n][n_published], internal
 * [n][stride]. */
sz_status sz_describer_import(const sz_describer *d, int n, const double *published,
                              double *inner, sz_error *err);
/* Fraction of |published|^2 that is lost in the internal vector. It is of the order of
 * rounding for the vector of a real environment; if it is larger the vector was altered,
 * and reduce = 0 must be used. */
double sz_describer_lost(const sz_describer *d, const double *published,
                         const double *inner);
/* The inverse of the import. Components dropped by a reduction are zero: 1e-7 of the
 * norm, or with radial_tolerance the descriptor's own vector. */
sz_status sz_describer_publish(const sz_describer *d, const double *inner,
                               double *published, sz_error *err);
/* The same for a derivative, without the component sigma0. */
sz_status sz_describer_publish_slope(const sz_describer *d, const double *inner,
                                     double *published, sz_error *err);

/* ---- vectors, in the caller's precision -------------------------------------------- */

/* 1: it supports single precision. */
int sz_describer_has_single(const sz_describer *d);
/* 1: the vectors of a and b can be computed together. */
int sz_describer_joins(const sz_describer *a, const sz_describer *b);

/* The species of a neighbour list, for a descriptor. */
typedef struct {
    const int *z;    /* [n_species] atomic numbers */
    const int *slot; /* [n_species] sz_describer_slot of each */
} sz_slots;

/* Scratch for blocks of atoms. The struct of each kind begins with it. */
typedef struct sz_describer_stages sz_describer_stages;
typedef struct {
    const sz_describer_stages *stages;
} sz_describer_work;

sz_status sz_describer_work_create(sz_describer_work **work, const sz_describer *d,
                                   int n_block, sz_error *err);
void sz_describer_work_free(sz_describer_work *work);

/* Several descriptors of the same atoms, computed together; they share the distances and
 * directions of the neighbours. */
typedef struct {
    const sz_describer *of;
    sz_describer_work *work; /* its own scratch */
    const int *slot;         /* [n_species] */
    sz_real *p, *dedp;       /* [n][stride] */
} sz_describer_part;

enum { SZ_PARTS = 8 }; /* largest number of parts */

/* p of the atoms atom[0..n-1] of nb, n <= n_block; z: of the species. The adjoint, called
 * after it with the same atoms, reads p, destroys dedp and adds dE_i/dr_ij of their pairs
 * to dedr. Parts of one call are computed together. */
void sz_describers_forward(int n_parts, const sz_describer_part *part, const sz_neigh *nb,
                           const int *z, int n, const int *atom);
void sz_describers_adjoint(int n_parts, const sz_describer_part *part, const sz_neigh *nb,
                           int n, const int *atom, double *dedr);
/* The same for one descriptor, p [n][stride]. */
void sz_describer_forward(const sz_describer *d, sz_describer_work *work,
                          const sz_neigh *nb, const sz_slots *slots, int n,
                          const int *atom, sz_real *p);
/* p [stride]: the one vector of the n atoms, if average is 1. */
void sz_describer_average(const sz_describer *d, sz_describer_work *work,
                          const sz_neigh *nb, const sz_slots *slots, int n,
                          const int *atom, sz_real *p);
/* After forward: the components that do not vanish for all n atoms; returns the number of
 * ranges. */
int sz_describer_ranges(const sz_describer *d, const sz_describer_work *work, int n,
                        sz_range *range);
/* Forward derivatives of one atom i, after forward of this atom alone: for every
 * neighbour in use its index in nb->r, in *pair, and dp/dr_ij, jacobian [3 n][stride].
 * Returns n, at most the length of row i. */
int sz_describer_jacobian(const sz_describer *d, sz_describer_work *work,
                          const sz_neigh *nb, const sz_slots *slots, int i,
                          const sz_real *p, int *pair, sz_real *jacobian);

/* ---- a kind ------------------------------------------------------------------------ */

/* The functions above, for one kind in one precision. */
struct sz_describer_stages {
    sz_status (*create_work)(sz_describer_work **work, const sz_describer *d, int n_block,
                             sz_error *err);
    void (*free_work)(sz_describer_work *work);
    void (*forward)(int n_parts, const sz_describer_part *part, const sz_neigh *nb,
                    const int *z, int n, const int *atom);
    void (*adjoint)(int n_parts, const sz_describer_part *part, const sz_neigh *nb, int n,
                    const int *atom, double *dedr);
    int (*jacobian)(const sz_describer_part *part, const sz_neigh *nb, int i, int *pair,
                    sz_real *jacobian);
    int (*ranges)(const sz_describer *d, const sz_describer_work *work, int n,
                  sz_range *range);
    void (*average)(const sz_describer_part *part, const sz_neigh *nb, const int *z,
                    int n, const int *atom); /* or NULL */
};

/* Functions without a comment implement the function of the same name above. */
struct sz_describer_kind {
    const char *const *words; /* names of the kind, NULL at the end */
    /* sz_describer_stages in double and in single precision; NULL: not supported */
    const void *stages[2];
    int most_parts; /* computed together */
    sz_status (*parse)(sz_describer_spec *spec, const sz_args *args, int version,
                       int n_matrix, const double *matrix, sz_error *err);
    void (*free_own)(void *own);
    int (*equal)(const void *own, const void *other);
    sz_status (*warn)(const void *own, const sz_args *args, int version,
                      const char *where, sz_warnings *warnings,
                      sz_error *err); /* or NULL */
    sz_status (*create)(sz_describer **d, const void *own, int reduce, sz_error *err);
    void (*free)(sz_describer *d);
    size_t (*bytes)(const sz_describer *d); /* of tables and maps */
    void (*print)(const sz_describer *d, sz_text *text);
    /* Component k as text, as snprintf; names: data shared by all components, freed by
     * the caller; NULL: none */
    sz_status (*names)(void **names, const sz_describer *d, sz_error *err);
    int (*label)(const sz_describer *d, const void *names, int k, char *text,
                 size_t size);
    sz_status (*import)(const sz_describer *d, int n, const double *published,
                        double *inner, sz_error *err);
    double (*lost)(const sz_describer *d, const double *published,
                   const double *inner); /* or NULL: nothing */
    sz_status (*publish)(const sz_describer *d, const double *inner, double *published,
                         sz_error *err); /* without sigma0 */
};

#endif
