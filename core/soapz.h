/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz.h - energies and forces from sparse Gaussian processes on compressed SOAP.
 *
 * Units    Angstrom, eV, eV/Angstrom.
 * Arrays   contiguous, last index fastest; [shape] follows each pointer.
 * Indices  0-based; a species is its index in the model, see sz_model_species.
 * Owner    what you load or create you free; free(NULL) does nothing.
 * Errors   every call that can fail returns a status and writes one sentence into
 *          *err (which may be NULL); output handles are then NULL. The library never
 *          prints, exits or aborts.
 * Threads  a loaded model never changes: share it. One sz_work per thread. */
#ifndef SOAPZ_H
#define SOAPZ_H

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

typedef struct sz_model sz_model; /* read-only once loaded */
typedef struct sz_work sz_work;   /* scratch of one thread */

/* Reads a GAP XML file and the sparse-point files beside it, or a .soapz file. */
SZ_API sz_status sz_model_load(sz_model **model, const char *path, sz_error *err);
SZ_API void sz_model_free(sz_model *model);

SZ_API double sz_model_cutoff(const sz_model *model); /* largest cutoff, Angstrom */
/* 1: the energy depends on the order of a row, see sz_neigh (some distance_Nb). */
SZ_API int sz_model_ordered(const sz_model *model);
SZ_API int sz_model_n_species(const sz_model *model);
SZ_API int sz_model_species(const sz_model *model, const char *symbol); /* or -1 */
SZ_API const char *sz_model_symbol(const sz_model *model, int species);
/* What the reader accepted with a doubt, one sentence each. */
SZ_API int sz_model_n_warnings(const sz_model *model);
SZ_API const char *sz_model_warning(const sz_model *model, int k);

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

/* n_block: atoms that meet the sparse points in one matrix product, 1 to 4096;
 * 0 takes the default, 128. Results do not depend on it beyond rounding. */
SZ_API sz_status sz_work_create(sz_work **work, const sz_model *model, int n_block,
                                sz_error *err);
SZ_API void sz_work_free(sz_work *work);

/* energy [n_atoms]    eV, local energies E_i (overwritten)
 * dedr   [n_pairs][3] eV/Angstrom, dE_i/dr_ij (overwritten); NULL: energies only.
 * The force on j is -dedr, that on i +dedr, the virial -r_ij (x) dedr: the caller
 * scatters them. Allocates nothing. Fails on a species out of range
 * (SZ_ERR_ARGUMENT), on NaN and on atoms closer than 1e-6 Angstrom (SZ_ERR_NUMERIC). */
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

/* ---- elements ------------------------------------------------------------------- */

SZ_API const char *sz_element_symbol(int z);      /* 1..118, else NULL */
SZ_API int sz_element_number(const char *symbol); /* case as written, else 0 */

/* ---- BLAS ----------------------------------------------------------------------- */

/* OpenBLAS's thread count is process-wide: the library never sets it behind the
 * caller's back. One thread per process is right for MD. */
SZ_API void sz_blas_set_threads(int n);
/* Library and kernel family in use, e.g. "OpenBLAS 0.3.34 SkylakeX". */
SZ_API const char *sz_blas_name(void);
/* Debian's OpenBLAS 0.3.21 takes recent CPUs for a Prescott: switches it to the
 * kernels the CPU can run. Call once, before other threads use BLAS. */
SZ_API void sz_blas_tune(void);

SZ_API const char *sz_version(void);

#ifdef __cplusplus
}
#endif
#endif
