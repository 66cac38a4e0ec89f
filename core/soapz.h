/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz.h - energies and forces from sparse Gaussian processes on compressed SOAP.
 * soapz_fit.h fits them.
 *
 * Units    Angstrom, eV, eV/Angstrom.
 * Arrays   contiguous, last index fastest; [shape] follows each pointer.
 * Indices  0-based; a species is its index in the model, see sz_model_species.
 * Owner    what you load or create you free; free(NULL) does nothing.
 * Errors   every call that can fail returns a status and writes one sentence into
 *          *err (which may be NULL); output handles are then NULL. The library never
 *          prints, exits or aborts.
 * Threads  models, plans, descriptors, variances and uncertainties never change: share
 *          them. One sz_work, sz_predictor or sz_variance_work per thread that calls; the
 *          first two may have more inside, see sz_plan_options. */
#ifndef SOAPZ_H
#define SOAPZ_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SZ_API __attribute__((visibility("default")))
#else
#define SZ_API
#endif

#define SZ_VERSION "0.1.0"
#define SZ_Z_MAX 118 /* largest atomic number */

typedef enum {
    SZ_OK = 0,
    SZ_ERR_ARGUMENT, /* the caller broke the contract */
    SZ_ERR_FILE,     /* cannot open, read or write */
    SZ_ERR_FORMAT,   /* the file is not what it should be, or not supported */
    SZ_ERR_MEMORY,   /* an allocation failed */
    SZ_ERR_NUMERIC,  /* NaN, coincident atoms, matrix not positive definite */
    SZ_ERR_STOPPED   /* sz_watch.stop ended the work */
} sz_status;

typedef struct {
    sz_status status;
    char message[1024];
} sz_error;

/* ---- long work ------------------------------------------------------------------ */

/* Who waits for long work. Each function, and the watch itself, may be NULL. They are
 * called from one thread at a time, which need not be the caller's. */
typedef struct {
    int (*stop)(void *context); /* 1 ends the work with SZ_ERR_STOPPED */
    /* done: 0..1, negative when unknown; count things of the name what have been done */
    void (*progress)(void *context, double done, long count, const char *what);
    void (*warn)(void *context, const char *sentence);
    void *context;
} sz_watch;

/* ---- the model ------------------------------------------------------------------ */

/* What a file says, sparse points and all; constant. It may be freed while plans, works,
 * predictors, descriptors and variances of it are in use: they go on, and the memory of
 * the sparse points is given back as soon as none of them needs it. */
typedef struct sz_model sz_model;

/* Reads a GAP XML file and the sparse-point files beside it, or a .soapz file. */
SZ_API sz_status sz_model_load(sz_model **model, const char *path, sz_error *err);
SZ_API void sz_model_free(sz_model *model);
/* Writes a .soapz file, or a GAP XML file where the name ends in .xml: complete or not at
 * all. A file that the model was read from, or fitted to, is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_model_save(const sz_model *model, const char *path, sz_error *err);

SZ_API double sz_model_cutoff(const sz_model *model); /* largest cutoff, Angstrom */
/* 1: the energy depends on the order of a row, see sz_neigh (some distance_Nb). */
SZ_API int sz_model_ordered(const sz_model *model);
SZ_API int sz_model_n_species(const sz_model *model);
SZ_API int sz_model_species(const sz_model *model, const char *symbol); /* or -1 */
SZ_API const char *sz_model_symbol(const sz_model *model, int species);
/* What the reader accepted with a doubt, one sentence each. */
SZ_API int sz_model_n_warnings(const sz_model *model);
SZ_API const char *sz_model_warning(const sz_model *model, int k);

/* The "label" and the "init_args" of the <Potential> in a GAP XML file, and the
 * "gap_label" of its <GAP_params>; NULL: it has none. */
SZ_API const char *sz_model_origin(const sz_model *model, const char *what);

/* What a .soapz file says about itself: "citation", "licence", "training_data", .. */
SZ_API int sz_model_n_notes(const sz_model *model);
SZ_API const char *sz_model_note_key(const sz_model *model, int k);
SZ_API const char *sz_model_note(const sz_model *model, const char *key); /* or NULL */
/* Before the model is shared: puts text in the place of an older note; NULL takes it
 * away. */
SZ_API sz_status sz_model_set_note(sz_model *model, const char *key, const char *text,
                                   sz_error *err);

/* ---- the plan ------------------------------------------------------------------- */

/* How this machine runs a model: sums done once and for all, matrices laid out for its
 * products. Constant, shared by threads. */
typedef struct sz_plan sz_plan;
typedef struct sz_work sz_work; /* scratch of one caller */

typedef enum {
    SZ_DOUBLE,
    /* SOAP terms by single precision, but for their distances, powers of kernels,
     * energies and forces, which are sums of doubles. On a CPU without AVX2, and where
     * the model has acsf terms, it is SZ_DOUBLE. */
    SZ_MIXED
} sz_precision;

/* "double" or "mixed"; another word is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_precision_of(sz_precision *precision, const char *word,
                                 sz_error *err);

typedef enum {
    SZ_CPU,
    /* SOAP terms on the device that Kokkos was built for, a GPU or this CPU's threads, in
     * double precision; the rest on the CPU. Kokkos is started with the first plan,
     * unless the program has started it, and ends with the program. A library that is
     * built without Kokkos has no such plan: SZ_ERR_ARGUMENT. */
    SZ_KOKKOS
} sz_device;

/* "cpu" or "kokkos"; another word is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_device_of(sz_device *device, const char *word, sz_error *err);

typedef struct {
    /* Atoms of one matrix product at most, 1 to 4096; 0 takes the default, 128, on a
     * device 2048. Results do not depend on it beyond rounding. */
    int n_block;
    /* eV, 0: off. More than 0: SOAP terms of zeta 2, of up to 4096 components, may change
     * a local energy by that much each, rms over their sparse points, and are computed
     * with the leading eigenvectors of their kernel in the metric of these points where
     * that is cheaper; sz_plan_rank says what came of it. */
    double rank_tolerance;
    /* Threads of each work and predictor, the caller's included; 0: 1. Results do not
     * depend on it. Works start their threads when they are made and end them when they
     * are freed; in a forked child they are started again. */
    int n_threads;
    sz_precision precision;
    sz_device device;
} sz_plan_options;

/* What rank_tolerance made of a term. */
typedef struct {
    int term;        /* of the model's SOAP terms, from 0 */
    int n_desc;      /* D, components of its vectors inside */
    int rank;        /* R eigenvectors: 4 R D flops an atom */
    int used;        /* 1; 0: the exact form costs less, and is used */
    double rms, max; /* changes of its local energy over its sparse points, eV */
    double bound;    /* no vector p has one of more than bound |p|^2, eV */
} sz_rank;

/* options NULL: the defaults. */
SZ_API sz_status sz_plan_create(sz_plan **plan, const sz_model *model,
                                const sz_plan_options *options, sz_error *err);
SZ_API void sz_plan_free(sz_plan *plan); /* before or after its works */
SZ_API size_t sz_plan_bytes(const sz_plan *plan);
/* What it computes in on this CPU. */
SZ_API sz_precision sz_plan_precision(const sz_plan *plan);
/* "Kokkos Cuda"; NULL: it computes on the CPU alone. */
SZ_API const char *sz_plan_device(const sz_plan *plan);
/* SOAP kernels that are double in a plan of SZ_MIXED all the same: the weights of these
 * terms cancel more than single precision holds. They run no faster than in double. */
SZ_API int sz_plan_n_wide(const sz_plan *plan);
/* The terms that rank_tolerance was tried on, 0 <= k < n. */
SZ_API int sz_plan_n_ranks(const sz_plan *plan);
SZ_API sz_rank sz_plan_rank(const sz_plan *plan, int k);
/* The same in words of at most size bytes: "term 3: rank 70 of 224, ..", counted from 1;
 * returns what snprintf does. */
SZ_API int sz_rank_text(const sz_rank *rank, char *text, size_t size);

/* The plan that the model makes for itself at the first call of this function,
 * sz_work_create or sz_predictor_create, and keeps; it is the model's. */
SZ_API sz_status sz_model_plan(const sz_plan **plan, const sz_model *model,
                               sz_error *err);
/* Before that, and before the model is shared: how it will be made. */
SZ_API sz_status sz_model_set_plan(sz_model *model, const sz_plan_options *options,
                                   sz_error *err);

/* The model in words: elements, terms, hyperparameters, sizes. plan NULL: what the model
 * says alone. *summary is the caller's to free(). */
SZ_API sz_status sz_model_summary(char **summary, const sz_model *model,
                                  const sz_plan *plan, sz_error *err);

SZ_API sz_status sz_plan_work(sz_work **work, const sz_plan *plan, sz_error *err);
/* The same by the model's own plan; n_block as in sz_plan_options. */
SZ_API sz_status sz_work_create(sz_work **work, const sz_model *model, int n_block,
                                sz_error *err);
SZ_API void sz_work_free(sz_work *work);

/* ---- energies and forces -------------------------------------------------------- */

/* Full neighbour list of a batch of atoms: every image of every neighbour within
 * sz_model_cutoff(); pairs farther away are allowed and cost a comparison. A row may be
 * in any order, unless sz_model_ordered(): it is then sorted by the neighbours' atom
 * index, images of one atom by their lattice shift, as sz_list_build leaves it. */
typedef struct {
    int n_atoms;
    const int *species;       /* [n_atoms] */
    const int *first;         /* [n_atoms+1] row i is first[i] .. first[i+1]-1 */
    const int *neigh_species; /* [n_pairs] */
    const double *r;          /* [n_pairs][3] r_j - r_i, Angstrom */
} sz_neigh;

/* energy [n_atoms]    eV, local energies E_i (overwritten)
 * dedr   [n_pairs][3] eV/Angstrom, dE_i/dr_ij (overwritten); NULL: energies only.
 * The force on j is -dedr, that on i +dedr, the virial -r_ij (x) dedr: the caller
 * scatters them. Allocates nothing, but room on a device. Fails on a species out of range
 * (SZ_ERR_ARGUMENT), on NaN and on atoms closer than 1e-6 Angstrom (SZ_ERR_NUMERIC).
 * model: the work's, or NULL. */
SZ_API sz_status sz_compute(const sz_model *model, sz_work *work, const sz_neigh *nb,
                            double *energy, double *dedr, sz_error *err);

/* ---- structures and their neighbours -------------------------------------------- */

typedef struct {
    int n_atoms;
    const int *species;     /* [n_atoms] any non-negative label; copied to the list */
    const double *position; /* [n_atoms][3] need not lie inside the cell */
    double cell[3][3];      /* rows are the lattice vectors; unused where pbc is 0 */
    int pbc[3];
} sz_structure;

/* A full neighbour list that owns its arrays; nb points into it. */
typedef struct {
    sz_neigh nb;
    int *neigh; /* [n_pairs] index of the neighbour j within the structure */
    int *first; /* the arrays behind nb */
    int *species;
    int *neigh_species;
    double *r;
    int n_pairs;
    int max_atoms, max_pairs; /* what the arrays have room for */
} sz_list;

/* All neighbours with r < cutoff, periodic images of the atom itself included; any
 * cell shape, cells smaller than the cutoff too. Rows are sorted by atom, then by the
 * shift in units of the lattice vectors, the first counting most. *list starts as {0};
 * calling again reuses its memory. */
SZ_API sz_status sz_list_build(sz_list *list, const sz_structure *structure,
                               double cutoff, sz_error *err);
SZ_API void sz_list_free(sz_list *list);

/* Adds to forces and virial what dedr says of the pairs of the atoms start ..
 * start+n-1, those pairs alone, as sz_compute gives it.
 * force [n_atoms][3] eV/Angstrom; virial [9] eV, row by row, -volume * stress. */
SZ_API void sz_list_scatter(const sz_list *list, int start, int n, const double *dedr,
                            double *force, double *virial);

/* ---- predictions ---------------------------------------------------------------- */

/* Neighbour lists, scratch and results of one thread: whole structures in one call. */
typedef struct sz_predictor sz_predictor;

/* Points into the predictor, until its next call. Energies and virials add up over the
 * atoms: a pair's virial belongs to the neighbour, as in LAMMPS's stress/atom. */
typedef struct {
    double energy;         /* eV */
    double virial[9];      /* eV, row by row, -volume * stress */
    const double *local;   /* [n_atoms] eV */
    const double *force;   /* [n_atoms][3] eV/Angstrom */
    const double *virials; /* [n_atoms][9] eV */
} sz_prediction;

SZ_API sz_status sz_predictor_create(sz_predictor **predictor, const sz_model *model,
                                     sz_error *err);
/* structure: its species are the model's. */
SZ_API sz_status sz_predict(sz_predictor *predictor, const sz_structure *structure,
                            sz_prediction *prediction, sz_error *err);
SZ_API void sz_predictor_free(sz_predictor *predictor);

/* ---- predicted variance --------------------------------------------------------- */

/* The variance of the Gaussian process's own energies: how far an environment is from the
 * sparse points. Neither the data of the fit nor their noise enter. And the grade, which
 * costs less: sqrt(2 - 2 c), c the cosine between the vectors of the environment and of
 * the sparse point most like it, the largest of its terms: 0 at a sparse point, at most
 * sqrt(2). Constant, shared by threads. */
typedef struct sz_variance sz_variance;
typedef struct sz_variance_work sz_variance_work; /* scratch of one thread */

#define SZ_VARIANCE_LAMBDA 1e-3 /* eV, QUIP's gap_variance_regularisation */
#define SZ_GRADES_ALONE (-1.0)  /* for lambda: no variance, which needs a factor */

/* Of the SOAP terms; a model without one is SZ_ERR_ARGUMENT. lambda: added to the
 * kernel's diagonal, eV; 0: SZ_VARIANCE_LAMBDA. Cost: n_sparse^3 / 3 flops a term, none
 * with SZ_GRADES_ALONE. */
SZ_API sz_status sz_variance_create(sz_variance **variance, const sz_model *model,
                                    double lambda, sz_error *err);
SZ_API void sz_variance_free(sz_variance *variance);
/* Of a structure whose species are the model's: local [n_atoms] of the local energies,
 * *total of their sum, both eV^2. */
SZ_API sz_status sz_variance_predict(const sz_variance *variance,
                                     const sz_structure *structure, double *local,
                                     double *total, sz_error *err);

SZ_API sz_status sz_variance_work_create(sz_variance_work **work,
                                         const sz_variance *variance, sz_error *err);
SZ_API void sz_variance_work_free(sz_variance_work *work);
/* Of a batch of atoms as sz_compute takes it: local [n_atoms] eV^2, grade [n_atoms]; each
 * may be NULL. */
SZ_API sz_status sz_variance_compute(const sz_variance *variance, sz_variance_work *work,
                                     const sz_neigh *nb, double *local, double *grade,
                                     sz_error *err);

/* ---- expected errors ------------------------------------------------------------- */

/* Standard deviations of errors: of each component of an atom's force and of energies, as
 * soapz calibrate found them on data that the fit had not seen and wrote them into the
 * model's note "uncertainty". Forces of an atom are as uncertain as the forces round it
 * are large, and more beyond the variances of these data. Variances are those of
 * SZ_VARIANCE_LAMBDA. Constant, shared by threads. */
typedef struct sz_uncertainty sz_uncertainty;

/* A model without that note is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_uncertainty_create(sz_uncertainty **u, const sz_model *model,
                                       sz_error *err);
SZ_API void sz_uncertainty_free(sz_uncertainty *u);
/* Of all atoms of a structure: list as it was for force [n_atoms][3] and variance
 * [n_atoms]; out [n_atoms] eV/Angstrom. */
SZ_API void sz_uncertainty_forces(const sz_uncertainty *u, const sz_list *list,
                                  const double *force, const double *variance,
                                  double *out);
/* The same of one atom: g2 is the mean of |F|^2, (eV/Angstrom)^2, over the atom with
 * weight 1 and its neighbours with sz_uncertainty_weight of their squared distances. */
SZ_API double sz_uncertainty_force(const sz_uncertainty *u, int species, double g2,
                                   double variance);
SZ_API double sz_uncertainty_weight(const sz_uncertainty *u, double r2);
/* Of the energy of n_atoms, eV; variance: that of the sum. */
SZ_API double sz_uncertainty_energy(const sz_uncertainty *u, int n_atoms,
                                    double variance);

/* ---- descriptors ---------------------------------------------------------------- */

/* A SOAP descriptor, or symmetry functions, on its own: vectors in the published order.
 * Constant, shared by threads. */
typedef struct sz_descriptor sz_descriptor;

/* text: as in gap_fit, "soap n_max=8 l_max=6 cutoff=5 atom_sigma=0.5 n_species=2
 * species_Z={42 74} n_Z=2 Z={42 74} compression={nu,mu=1,1}"; gap_fit's keys nu_R, nu_S,
 * Z_mix, .. too. Or "acsf cutoff=5 n_species=2 species_Z={42 74}". */
SZ_API sz_status sz_descriptor_create(sz_descriptor **descriptor, const char *text,
                                      sz_error *err);
/* That of the model's term number term among those of soap, soap_turbo and acsf, from 0.
 */
SZ_API sz_status sz_descriptor_of_model(sz_descriptor **descriptor, const sz_model *model,
                                        int term, sz_error *err);
SZ_API void sz_descriptor_free(sz_descriptor *descriptor);

/* Components of a vector; as in gap_fit the last one of a soap is covariance_sigma0. */
SZ_API int sz_descriptor_length(const sz_descriptor *descriptor);
SZ_API double sz_descriptor_cutoff(const sz_descriptor *descriptor); /* Angstrom */
SZ_API const char *sz_descriptor_text(const sz_descriptor *descriptor);
/* 1 where the key Z names atomic number z, or none. */
SZ_API int sz_descriptor_is_centre(const sz_descriptor *descriptor, int z);
/* 1 with average=T: vectors of a structure, not of an atom. */
SZ_API int sz_descriptor_is_average(const sz_descriptor *descriptor);
/* Where component k comes from, in words of at most size bytes: "l=2 [n=3 Z=42][n=1]",
 * n from 1, or "G2 eta=0.1 R_s=0 [Z=42]"; returns what snprintf does. */
SZ_API int sz_descriptor_label(const sz_descriptor *descriptor, int k, char *text,
                               size_t size);
/* list: built with the descriptor's cutoff from a structure whose species are atomic
 * numbers. p [n][length]: the vectors of the atoms atom[0..n-1]; with average=T one, of
 * their summed densities. An atom that has no density is SZ_ERR_NUMERIC; symmetry
 * functions are then 0. */
SZ_API sz_status sz_descriptor_vectors(const sz_descriptor *descriptor,
                                       const sz_list *list, int n, const int *atom,
                                       double *p, sz_error *err);
/* The derivatives of atom i's vector: dpdr [row of i][3][length], 1/Angstrom, by the
 * positions of its neighbours relative to it, dp_i/dr_ij; the derivative by its own
 * position is minus their sum. */
SZ_API sz_status sz_descriptor_derivatives(const sz_descriptor *descriptor,
                                           const sz_list *list, int i, double *dpdr,
                                           sz_error *err);

/* ---- elements ------------------------------------------------------------------- */

SZ_API const char *sz_element_symbol(int z);      /* 1..118, else NULL */
SZ_API int sz_element_number(const char *symbol); /* case as written, else 0 */

/* ---- BLAS ----------------------------------------------------------------------- */

/* Threads inside a BLAS call. The number is the process's: whoever shares this BLAS
 * (numpy, another part of the host) gets it too, so the library never sets it by itself.
 * One is right for MD and fits. Returns what it was, to be set again afterwards; 0: this
 * BLAS does not tell. n 0: changes nothing. */
SZ_API int sz_blas_set_threads(int n);
/* Library and kernel family in use, e.g. "OpenBLAS 0.3.34 SkylakeX". */
SZ_API const char *sz_blas_name(void);
/* Debian's OpenBLAS 0.3.21 takes recent CPUs for a Prescott: switches it to the
 * kernels the CPU can run. Call once, before other threads use BLAS. */
SZ_API void sz_blas_tune(void);

SZ_API const char *sz_version(void);
/* Bytes of a struct of these headers ("sz_list"), or 0: for bindings that mirror it. */
SZ_API size_t sz_sizeof(const char *name);

#ifdef __cplusplus
}
#endif
#endif
