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
 * Threads  models, plans, descriptors, variances and uncertainties are constant: threads
 *          may share them. Each calling thread needs its own sz_work, sz_predictor or
 *          sz_variance_work; the first two can run threads of their own, see
 *          sz_plan_options. */
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

#define SZ_VERSION "0.2.0"
#define SZ_Z_MAX 118 /* largest atomic number */

typedef enum {
    SZ_OK = 0,
    SZ_ERR_ARGUMENT, /* the caller broke the contract */
    SZ_ERR_FILE,     /* cannot open, read or write */
    SZ_ERR_FORMAT,   /* the file is damaged or of a kind that is not supported */
    SZ_ERR_MEMORY,   /* an allocation failed */
    SZ_ERR_NUMERIC,  /* NaN, coincident atoms, matrix not positive definite */
    SZ_ERR_STOPPED   /* sz_watch.stop stopped the work */
} sz_status;

typedef struct {
    sz_status status;
    char message[1024];
} sz_error;

/* ---- long work ------------------------------------------------------------------ */

/* Callbacks for long calculations. Each of them, and the watch itself, may be NULL. They
 * are called from one thread at a time, not always the caller's. */
typedef struct {
    int (*stop)(void *context); /* returns 1: stop with SZ_ERR_STOPPED */
    /* done: the finished part, 0..1, negative if unknown; count: how many items (what:
     * their name) are finished */
    void (*progress)(void *context, double done, long count, const char *what);
    void (*warn)(void *context, const char *sentence);
    void *context;
} sz_watch;

/* ---- the model ------------------------------------------------------------------ */

/* A potential as read from a file, with its sparse points; constant. It may be freed
 * while its plans, works, predictors, descriptors and variances are in use; the memory of
 * the sparse points is released when none of them needs it any more. */
typedef struct sz_model sz_model;

/* Reads a GAP XML file and the sparse-point files beside it, or a .soapz file. Where
 * there is no such file path is the name of a potential that comes with soapz. */
SZ_API sz_status sz_model_load(sz_model **model, const char *path, sz_error *err);
SZ_API void sz_model_free(sz_model *model);
/* Writes a .soapz file, or a GAP XML file if the name ends in .xml. The file appears only
 * when it is complete. A path that the model was read from, or that its fit read, is
 * SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_model_save(const sz_model *model, const char *path, sz_error *err);

SZ_API double sz_model_cutoff(const sz_model *model); /* largest cutoff, Angstrom */
/* 1: the energy depends on the order of the neighbours in a row (distance_Nb terms), see
 * sz_neigh. */
SZ_API int sz_model_ordered(const sz_model *model);
SZ_API int sz_model_n_species(const sz_model *model);
SZ_API int sz_model_species(const sz_model *model, const char *symbol); /* or -1 */
SZ_API const char *sz_model_symbol(const sz_model *model, int species);
/* What the reader accepted but considers doubtful, one sentence each. */
SZ_API int sz_model_n_warnings(const sz_model *model);
SZ_API const char *sz_model_warning(const sz_model *model, int k);

/* The "label" and "init_args" of <Potential> in a GAP XML file, and the "gap_label" of
 * its <GAP_params>; NULL if the file has none. */
SZ_API const char *sz_model_origin(const sz_model *model, const char *what);

/* The potentials that come with soapz: their names, "MoNbTaVW/balanced, NbMoTaW/fast", ""
 * if none is installed, and the file of one. Free *names and *path with free(). */
SZ_API sz_status sz_potential_names(char **names, sz_error *err);
SZ_API sz_status sz_potential_path(char **path, const char *name, sz_error *err);

/* Notes in a .soapz file: "citation", "licence", "training_data", .. */
SZ_API int sz_model_n_notes(const sz_model *model);
SZ_API const char *sz_model_note_key(const sz_model *model, int k);
SZ_API const char *sz_model_note(const sz_model *model, const char *key); /* or NULL */
/* Sets a note, or removes it with text NULL. Call it before the model is shared. */
SZ_API sz_status sz_model_set_note(sz_model *model, const char *key, const char *text,
                                   sz_error *err);

/* ---- the plan ------------------------------------------------------------------- */

/* How a model is evaluated on this machine: precomputed sums, and matrices in the layout
 * of the matrix products. Constant, shared by threads. */
typedef struct sz_plan sz_plan;
typedef struct sz_work sz_work; /* scratch of one caller */

typedef enum {
    SZ_DOUBLE,
    /* SOAP terms in single precision; distances, powers of kernels, and the sums of
     * energies and forces stay in double. The plan uses SZ_DOUBLE on a CPU without AVX2
     * and for models with acsf terms. */
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
/* The default of n_block: 128 atoms, on a device 2048. */
SZ_API int sz_device_block(sz_device device);

typedef struct {
    /* Largest number of atoms in one matrix product, 1 to 4096; 0: sz_device_block.
     * Results do not depend on it beyond rounding. */
    int n_block;
    /* eV; 0: off. Allowed change of a local energy by each SOAP term with zeta 2 and up
     * to 4096 components, rms over its sparse points. Such a term is replaced by the
     * leading eigenvectors of its kernel (in the metric of the sparse points) where that
     * is faster; sz_plan_rank gives the outcome. */
    double rank_tolerance;
    /* Threads of each work and predictor, including the caller's; 0: 1. Results do not
     * depend on it. A work starts its threads when it is created and ends them when it is
     * freed; in a forked child they are started again. */
    int n_threads;
    sz_precision precision;
    sz_device device;
} sz_plan_options;

/* The effect of rank_tolerance on a term. */
typedef struct {
    int term;   /* index among the model's SOAP terms, from 0 */
    int n_desc; /* D, components of the vectors used internally */
    int rank;   /* R eigenvectors: 4 R D flops an atom */
    int used;   /* 1: eigenvectors are used; 0: the exact form is faster and is used */
    double rms, max; /* change of its local energy at its sparse points, eV */
    double bound;    /* bound: for any vector p the change is at most bound |p|^2, eV */
} sz_rank;

/* options NULL: the defaults. */
SZ_API sz_status sz_plan_create(sz_plan **plan, const sz_model *model,
                                const sz_plan_options *options, sz_error *err);
SZ_API void sz_plan_free(sz_plan *plan); /* before or after its works */
/* Its memory, on a device too. */
SZ_API size_t sz_plan_bytes(const sz_plan *plan);
/* The precision that is used on this CPU. */
SZ_API sz_precision sz_plan_precision(const sz_plan *plan);
/* "Kokkos Cuda"; NULL: the plan computes on the CPU only. */
SZ_API const char *sz_plan_device(const sz_plan *plan);
/* Number of SOAP kernels computed in double within an SZ_MIXED plan because their weights
 * cancel too strongly for single precision. They are as slow as in double. */
SZ_API int sz_plan_n_wide(const sz_plan *plan);
/* The terms that rank_tolerance was applied to, 0 <= k < n. */
SZ_API int sz_plan_n_ranks(const sz_plan *plan);
SZ_API sz_rank sz_plan_rank(const sz_plan *plan, int k);
/* The same as text of at most size bytes: "term 3: rank 70 of 224, ..", terms counted
 * from 1; returns what snprintf does. */
SZ_API int sz_rank_text(const sz_rank *rank, char *text, size_t size);

/* The model's own plan, created at the first call of this function, sz_work_create or
 * sz_predictor_create. The model owns it. */
SZ_API sz_status sz_model_plan(const sz_plan **plan, const sz_model *model,
                               sz_error *err);
/* Sets the options of that plan. Call it before the plan exists and before the model is
 * shared. */
SZ_API sz_status sz_model_set_plan(sz_model *model, const sz_plan_options *options,
                                   sz_error *err);

/* A description of the model: elements, terms, hyperparameters, sizes. plan NULL: without
 * what depends on the machine. Free *summary with free(). */
SZ_API sz_status sz_model_summary(char **summary, const sz_model *model,
                                  const sz_plan *plan, sz_error *err);

SZ_API sz_status sz_plan_work(sz_work **work, const sz_plan *plan, sz_error *err);
/* The same with the model's own plan; n_block as in sz_plan_options. */
SZ_API sz_status sz_work_create(sz_work **work, const sz_model *model, int n_block,
                                sz_error *err);
SZ_API void sz_work_free(sz_work *work);

/* ---- energies and forces -------------------------------------------------------- */

/* Full neighbour list of a batch of atoms: every image of every neighbour within
 * sz_model_cutoff(). Pairs farther away are allowed; they are skipped. A row may be in
 * any order, except where sz_model_ordered() is 1: then it must be sorted by the
 * neighbours' atom index, and images of one atom by their lattice shift, as sz_list_build
 * does. */
typedef struct {
    int n_atoms;
    const int *species;       /* [n_atoms] */
    const int *first;         /* [n_atoms+1] row i is first[i] .. first[i+1]-1 */
    const int *neigh_species; /* [n_pairs] */
    const double *r;          /* [n_pairs][3] r_j - r_i, Angstrom */
} sz_neigh;

/* energy [n_atoms]    eV, local energies E_i (overwritten)
 * dedr   [n_pairs][3] eV/Angstrom, dE_i/dr_ij (overwritten); NULL: energies only.
 * The caller adds -dedr to the force on j, +dedr to that on i, and -r_ij (x) dedr to the
 * virial. Allocates nothing, except memory on a device. Fails on a species out of range
 * (SZ_ERR_ARGUMENT), on NaN and on atoms closer than 1e-6 Angstrom (SZ_ERR_NUMERIC).
 * model: that of the work, or NULL. */
SZ_API sz_status sz_compute(const sz_model *model, sz_work *work, const sz_neigh *nb,
                            double *energy, double *dedr, sz_error *err);

/* ---- structures and their neighbours -------------------------------------------- */

typedef struct {
    int n_atoms;
    const int *species;     /* [n_atoms] non-negative labels, copied to the list */
    const double *position; /* [n_atoms][3] positions, also outside the cell */
    double cell[3][3];      /* rows are the lattice vectors; unused where pbc is 0 */
    int pbc[3];
} sz_structure;

/* A full neighbour list with its own arrays; nb points into it. */
typedef struct {
    sz_neigh nb;
    int *neigh; /* [n_pairs] index of the neighbour j within the structure */
    int *first; /* the arrays that nb points to */
    int *species;
    int *neigh_species;
    double *r;
    int n_pairs;
    int max_atoms, max_pairs; /* allocated sizes */
} sz_list;

/* All neighbours with r < cutoff, including periodic images of the atom itself; any cell
 * shape, also cells smaller than the cutoff. Rows are sorted by atom, then by the shift
 * in units of the lattice vectors, first component first. *list starts as {0}; further
 * calls reuse its memory. */
SZ_API sz_status sz_list_build(sz_list *list, const sz_structure *structure,
                               double cutoff, sz_error *err);
SZ_API void sz_list_free(sz_list *list);

/* Adds the contributions of dedr, as sz_compute gives it, to forces and virial; dedr
 * holds only the pairs of the atoms start .. start+n-1.
 * force [n_atoms][3] eV/Angstrom; virial [9] eV, row by row, -volume * stress. */
SZ_API void sz_list_scatter(const sz_list *list, int start, int n, const double *dedr,
                            double *force, double *virial);

/* ---- predictions ---------------------------------------------------------------- */

/* Neighbour lists, scratch and results of one thread, to compute whole structures. */
typedef struct sz_predictor sz_predictor;

/* Points into the predictor and is valid until its next call. The energies and virials of
 * the atoms sum up to the total: the virial of a pair is counted at the neighbour, as in
 * LAMMPS's stress/atom. */
typedef struct {
    double energy;         /* eV */
    double virial[9];      /* eV, row by row, -volume * stress */
    const double *local;   /* [n_atoms] eV */
    const double *force;   /* [n_atoms][3] eV/Angstrom */
    const double *virials; /* [n_atoms][9] eV */
} sz_prediction;

SZ_API sz_status sz_predictor_create(sz_predictor **predictor, const sz_model *model,
                                     sz_error *err);
/* The species of structure are those of the model. */
SZ_API sz_status sz_predict(sz_predictor *predictor, const sz_structure *structure,
                            sz_prediction *prediction, sz_error *err);
SZ_API void sz_predictor_free(sz_predictor *predictor);

/* ---- predicted variance --------------------------------------------------------- */

/* The predicted variance of the Gaussian process's energies, which measures how far an
 * environment is from the sparse points. It does not depend on the training data or their
 * sigmas. The grade is a cheaper measure: sqrt(2 - 2 c), where c is the cosine between
 * the vectors of the environment and of the most similar sparse point, and the largest
 * over the terms. It is 0 at a sparse point and at most sqrt(2). Constant, shared by
 * threads. */
typedef struct sz_variance sz_variance;
typedef struct sz_variance_work sz_variance_work; /* scratch of one thread */

#define SZ_VARIANCE_LAMBDA 1e-3 /* eV, QUIP's gap_variance_regularisation */
#define SZ_GRADES_ALONE (-1.0)  /* as lambda: grades only, no factorisation */

/* For the SOAP terms; a model without SOAP terms is SZ_ERR_ARGUMENT. lambda is added to
 * the diagonal of the kernel matrix, eV; 0: SZ_VARIANCE_LAMBDA. Cost: n_sparse^3 / 3
 * flops per term, none with SZ_GRADES_ALONE. */
SZ_API sz_status sz_variance_create(sz_variance **variance, const sz_model *model,
                                    double lambda, sz_error *err);
SZ_API void sz_variance_free(sz_variance *variance);
/* For a structure with the model's species: local [n_atoms] is the variance of each local
 * energy, *total that of their sum, both in eV^2. */
SZ_API sz_status sz_variance_predict(const sz_variance *variance,
                                     const sz_structure *structure, double *local,
                                     double *total, sz_error *err);

SZ_API sz_status sz_variance_work_create(sz_variance_work **work,
                                         const sz_variance *variance, sz_error *err);
SZ_API void sz_variance_work_free(sz_variance_work *work);
/* For a batch of atoms as in sz_compute: local [n_atoms] eV^2, grade [n_atoms]; each may
 * be NULL. */
SZ_API sz_status sz_variance_compute(const sz_variance *variance, sz_variance_work *work,
                                     const sz_neigh *nb, double *local, double *grade,
                                     sz_error *err);

/* ---- expected errors ------------------------------------------------------------- */

/* Expected errors (standard deviations) of each force component of an atom, and of
 * energies. soapz calibrate fits their parameters to data that the fit did not use, and
 * stores them in the model's note "uncertainty". The error of a force grows with the
 * forces around the atom and with its variance, beyond the range of the calibration data
 * too. Variances are those with SZ_VARIANCE_LAMBDA. Constant, shared by threads. */
typedef struct sz_uncertainty sz_uncertainty;

/* A model without this note is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_uncertainty_create(sz_uncertainty **u, const sz_model *model,
                                       sz_error *err);
SZ_API void sz_uncertainty_free(sz_uncertainty *u);
/* For all atoms of a structure: list is the neighbour list with which force [n_atoms][3]
 * and variance [n_atoms] were computed; out [n_atoms] eV/Angstrom. */
SZ_API void sz_uncertainty_forces(const sz_uncertainty *u, const sz_list *list,
                                  const double *force, const double *variance,
                                  double *out);
/* The same for one atom: g2 is the weighted mean of |F|^2, (eV/Angstrom)^2, over the atom
 * (weight 1) and its neighbours (sz_uncertainty_weight of the squared distance). */
SZ_API double sz_uncertainty_force(const sz_uncertainty *u, int species, double g2,
                                   double variance);
SZ_API double sz_uncertainty_weight(const sz_uncertainty *u, double r2);
/* Of the total energy of n_atoms, eV; variance: that of the total energy. */
SZ_API double sz_uncertainty_energy(const sz_uncertainty *u, int n_atoms,
                                    double variance);

/* ---- descriptors ---------------------------------------------------------------- */

/* A SOAP descriptor, or symmetry functions, without a model; vectors are in the published
 * order. Constant, shared by threads. */
typedef struct sz_descriptor sz_descriptor;

/* text: as in gap_fit, "soap n_max=8 l_max=6 cutoff=5 atom_sigma=0.5 n_species=2
 * species_Z={42 74} n_Z=2 Z={42 74} compression={nu,mu=1,1}"; gap_fit's keys nu_R, nu_S,
 * Z_mix, .. are understood too. Or "acsf cutoff=5 n_species=2 species_Z={42 74}". */
SZ_API sz_status sz_descriptor_create(sz_descriptor **descriptor, const char *text,
                                      sz_error *err);
/* The descriptor of one term of the model; term counts soap, soap_turbo and acsf terms
 * from 0. */
SZ_API sz_status sz_descriptor_of_model(sz_descriptor **descriptor, const sz_model *model,
                                        int term, sz_error *err);
SZ_API void sz_descriptor_free(sz_descriptor *descriptor);

/* Components of a vector; as in gap_fit the last one of a soap is covariance_sigma0. */
SZ_API int sz_descriptor_length(const sz_descriptor *descriptor);
SZ_API double sz_descriptor_cutoff(const sz_descriptor *descriptor); /* Angstrom */
SZ_API const char *sz_descriptor_text(const sz_descriptor *descriptor);
/* 1 if atoms of atomic number z are centres: the key Z names z, or there is no key Z. */
SZ_API int sz_descriptor_is_centre(const sz_descriptor *descriptor, int z);
/* 1 with average=T: one vector per structure, not per atom. */
SZ_API int sz_descriptor_is_average(const sz_descriptor *descriptor);
/* The meaning of component k as text of at most size bytes: "l=2 [n=3 Z=42][n=1]", n from
 * 1, or "G2 eta=0.1 R_s=0 [Z=42]"; returns what snprintf does. */
SZ_API int sz_descriptor_label(const sz_descriptor *descriptor, int k, char *text,
                               size_t size);
/* list: built with the descriptor's cutoff from a structure whose species are atomic
 * numbers. p [n][length]: the vectors of the atoms atom[0..n-1]; with average=T one
 * vector, of their summed densities. An atom without density is SZ_ERR_NUMERIC for a
 * soap; symmetry functions are 0 there. */
SZ_API sz_status sz_descriptor_vectors(const sz_descriptor *descriptor,
                                       const sz_list *list, int n, const int *atom,
                                       double *p, sz_error *err);
/* The derivatives of atom i's vector, dp_i/dr_ij, with respect to the relative positions
 * of its neighbours: dpdr [row of i][3][length], 1/Angstrom. The derivative with respect
 * to its own position is minus their sum. */
SZ_API sz_status sz_descriptor_derivatives(const sz_descriptor *descriptor,
                                           const sz_list *list, int i, double *dpdr,
                                           sz_error *err);

/* ---- elements ------------------------------------------------------------------- */

SZ_API const char *sz_element_symbol(int z);      /* 1..118, else NULL */
SZ_API int sz_element_number(const char *symbol); /* case as written, else 0 */

/* ---- BLAS ----------------------------------------------------------------------- */

/* Sets the number of threads inside a BLAS call and returns the old one; 0: this BLAS
 * does not tell. n 0 changes nothing. The number belongs to the process and also affects
 * numpy and other users of this BLAS, so the library never sets it by itself. 1 is right
 * for MD and fits. */
SZ_API int sz_blas_set_threads(int n);
/* BLAS library and kernel family in use, e.g. "OpenBLAS 0.3.34 SkylakeX". */
SZ_API const char *sz_blas_name(void);
/* Debian's OpenBLAS 0.3.21 uses the slow Prescott kernels on recent CPUs; this call
 * selects the kernels that fit the CPU. Call it once, before other threads use BLAS. */
SZ_API void sz_blas_tune(void);

SZ_API const char *sz_version(void);
/* Size in bytes of a struct of these headers ("sz_list"), or 0; for bindings that mirror
 * it. */
SZ_API size_t sz_sizeof(const char *name);

#ifdef __cplusplus
}
#endif
#endif
