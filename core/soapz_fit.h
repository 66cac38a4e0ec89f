/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_fit.h - sparse Gaussian processes fitted to energies, forces and virials.
 *
 *   dataset -> spec -> sz_fit -> model -> errors
 *
 * Units, arrays, owners and errors as in soapz.h. */
#ifndef SOAPZ_FIT_H
#define SOAPZ_FIT_H

#include "soapz.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- settings -------------------------------------------------------------------- */

/* The settings of a fit, checked. */
typedef struct sz_fit_spec sz_fit_spec;

/* text: gap_fit's command line (docs/fit.md lists the keys). at_file and gp_file may be
 * missing when the data come from a dataset. */
SZ_API sz_status sz_fit_spec_parse(sz_fit_spec **spec, const char *text,
                                   const char *where, sz_error *err);
/* A configuration file in soapz's own format; train= may be missing. */
SZ_API sz_status sz_fit_spec_config(sz_fit_spec **spec, const char *path, sz_error *err);
SZ_API void sz_fit_spec_free(sz_fit_spec *spec);
SZ_API int sz_fit_spec_n_warnings(const sz_fit_spec *spec);
SZ_API const char *sz_fit_spec_warning(const sz_fit_spec *spec, int k);

/* ---- data ------------------------------------------------------------------------- */

/* Frames with their reference data. Fits do not change it, so it can be shared. */
typedef struct sz_dataset sz_dataset;

/* One frame; NULL for what is not known. Arrays are copied. */
typedef struct {
    sz_structure structure;  /* species are atomic numbers */
    const char *config_type; /* NULL: "default" */
    const double *energy;    /* eV */
    const double *force;     /* [n_atoms][3] eV/Angstrom */
    const double *virial;    /* [9] eV, row by row, -volume * stress */
    const double *energy_sigma, *force_sigma, *virial_sigma; /* of the whole frame: eV,
                                  eV/Angstrom, eV; NULL: those of its config_type */
    const unsigned char *force_mask; /* [n_atoms] 1: the force on this atom is not used */
} sz_frame;

SZ_API sz_status sz_dataset_create(sz_dataset **dataset, sz_error *err);
SZ_API sz_status sz_dataset_add(sz_dataset *dataset, const sz_frame *frame,
                                sz_error *err);
/* Adds all frames of an extended XYZ file, which is read twice. Data names are those set
 * in spec; names that are not set follow the rule of docs/fit.md. spec NULL: all names
 * follow the rule, and sigmas in the file are not used. */
SZ_API sz_status sz_dataset_read(sz_dataset **dataset, const char *path,
                                 const sz_fit_spec *spec, sz_error *err);
SZ_API void sz_dataset_free(sz_dataset *dataset);

SZ_API int sz_dataset_n_frames(const sz_dataset *dataset);
SZ_API size_t sz_dataset_n_atoms(const sz_dataset *dataset);
SZ_API int sz_dataset_n_config_types(const sz_dataset *dataset);
SZ_API const char *sz_dataset_config_type(const sz_dataset *dataset, int k);
SZ_API int sz_dataset_n_species(const sz_dataset *dataset);
SZ_API int sz_dataset_species(const sz_dataset *dataset, int k); /* atomic number */
SZ_API int sz_dataset_n_warnings(const sz_dataset *dataset);
SZ_API const char *sz_dataset_warning(const sz_dataset *dataset, int k);

/* ---- a fit ------------------------------------------------------------------------ */

typedef struct {
    int n_threads;         /* 0: number of cores; at most 1024 */
    const sz_watch *watch; /* or NULL */
} sz_fit_options;

/* Fits the model of spec to dataset. Memory grows with the number of sparse points, not
 * with the data. options NULL: the defaults. The only file written is print_sparse_index,
 * which must not be one that is read. Doubts about data or weights go to watch->warn. The
 * threads call BLAS: use sz_blas_set_threads(1). */
SZ_API sz_status sz_fit(sz_model **model, const sz_fit_spec *spec,
                        const sz_dataset *dataset, const sz_fit_options *options,
                        sz_error *err);

/* ---- errors ----------------------------------------------------------------------- */

/* Errors of a model on data: energies (eV/atom), force components (eV/Angstrom) and
 * virials (eV/atom, six components). They do not depend on the number of threads. */
typedef struct sz_errors sz_errors;

typedef enum { SZ_ENERGY, SZ_FORCE, SZ_VIRIAL } sz_quantity;

typedef struct {
    long n;
    double mae, rmse, max; /* 0 if n is 0 */
} sz_error_summary;

/* dataset must outlive it; a dataset without any energy, force or virial is
 * SZ_ERR_ARGUMENT. options NULL: the defaults. */
SZ_API sz_status sz_errors_create(sz_errors **errors, const sz_model *model,
                                  const sz_dataset *dataset,
                                  const sz_fit_options *options, sz_error *err);
SZ_API void sz_errors_free(sz_errors *errors);
SZ_API sz_error_summary sz_errors_all(const sz_errors *errors, sz_quantity quantity);
/* For one config_type of the dataset. */
SZ_API sz_error_summary sz_errors_type(const sz_errors *errors, int config_type,
                                       sz_quantity quantity);
/* For forces on atoms of one species of the dataset. */
SZ_API sz_error_summary sz_errors_species(const sz_errors *errors, int species);
/* The model's predictions: energy [n_frames] eV; force [n_atoms][3], frame after frame;
 * NaN where there is no reference value. Each may be NULL. */
SZ_API void sz_errors_predictions(const sz_errors *errors, double *energy, double *force);

/* ---- calibration ------------------------------------------------------------------ */

/* Calibrates the expected errors (sz_uncertainty_create) with the errors of model on
 * dataset, and stores them in the note "uncertainty" of into. Call it before into is
 * shared. The fit of model must not have used these data. into: model itself, or a model
 * with the same settings that was fitted to all data. Fewer than 30 energies or forces,
 * or a model without SOAP terms, are SZ_ERR_ARGUMENT. options NULL: the defaults. */
SZ_API sz_status sz_uncertainty_fit(sz_model *into, const sz_model *model,
                                    const sz_dataset *dataset,
                                    const sz_fit_options *options, sz_error *err);

/* ---- what to learn next ----------------------------------------------------------- */

/* Selects the structures with the most uncertain atoms, without near-duplicates. */
typedef struct sz_selection sz_selection;

/* Criterion by which structures are ranked; the worst atom of a structure counts. */
typedef enum {
    SZ_BY_FARTHEST, /* greedy farthest points: the grade that remains if all atoms of the
                       structures chosen so far were sparse points too */
    SZ_BY_GRADE,    /* the grade, see sz_variance */
    SZ_BY_VARIANCE, /* the variance of its local energy, eV^2, see sz_variance */
    SZ_BY_UNCERTAINTY /* the expected error of its force, eV/Angstrom, see
                         sz_uncertainty */
} sz_score;

/* "farthest", "grade", "variance", "uncertainty"; another word is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_score_of(sz_score *by, const char *word, sz_error *err);

#define SZ_MIN_DISTANCE 0.02

typedef struct {
    sz_score by;
    int n;               /* largest number of structures to pick */
    int per_config_type; /* 1: this number for each config_type */
    /* A structure is skipped if none of its atoms is farther than this from the atoms
     * picked before, measured like the grade. 0: SZ_MIN_DISTANCE; negative: no structure
     * is skipped. */
    double min_distance;
    int n_threads;         /* 0: number of cores; at most 1024 */
    const sz_watch *watch; /* or NULL */
} sz_selection_options;

typedef struct {
    int structure;   /* number of the structure, in the order added, from 0 */
    int atom;        /* its worst atom */
    double score;    /* value of the criterion for that atom */
    double distance; /* largest distance of an atom from those picked before; sqrt(2) for
                        the first */
} sz_pick;

/* A model without SOAP terms is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_selection_create(sz_selection **selection, const sz_model *model,
                                     sz_error *err);
SZ_API void sz_selection_free(sz_selection *selection);
/* Copies a structure with the model's species. config_type NULL: "default". where is used
 * in error messages, "run.dump:12"; NULL: "structure 0", .. */
SZ_API sz_status sz_selection_add(sz_selection *selection, const sz_structure *structure,
                                  const char *config_type, const char *where,
                                  sz_error *err);
/* Picks from all structures added so far, best first (config_types in order of first
 * appearance). SZ_BY_UNCERTAINTY needs a calibrated model, as sz_uncertainty_create does.
 * The threads call BLAS: use sz_blas_set_threads(1). Memory: the structures, and the
 * vectors of those picked. */
SZ_API sz_status sz_selection_pick(sz_selection *selection,
                                   const sz_selection_options *options, sz_error *err);
SZ_API int sz_selection_n_picks(const sz_selection *selection);
SZ_API sz_pick sz_selection_get(const sz_selection *selection, int k);
/* Number of structures skipped as near-duplicates, among those examined. */
SZ_API int sz_selection_n_alike(const sz_selection *selection);

/* ---- learning curves ------------------------------------------------------------- */

/* Errors of smaller models and of less data, from one fit. Model (step, size) is fitted
 * to the first n_frames(step) frames, in random order, with n_sparse(size) sparse points;
 * both increase up to the full fit. */
typedef struct sz_curve sz_curve;

/* test NULL: errors on dataset itself. *model: the model of the full fit, as from
 * sz_fit. */
SZ_API sz_status sz_fit_curve(sz_curve **curve, sz_model **model, const sz_fit_spec *spec,
                              const sz_dataset *dataset, const sz_dataset *test,
                              const sz_fit_options *options, sz_error *err);
SZ_API void sz_curve_free(sz_curve *curve);
SZ_API int sz_curve_n_steps(const sz_curve *curve);
SZ_API int sz_curve_n_sizes(const sz_curve *curve);
SZ_API int sz_curve_n_frames(const sz_curve *curve, int step);
SZ_API int sz_curve_n_sparse(const sz_curve *curve, int size);
/* If that model has no solution, n is 0 and the rest NaN. */
SZ_API sz_error_summary sz_curve_error(const sz_curve *curve, int step, int size,
                                       sz_quantity quantity);

/* ---- cross-validation ------------------------------------------------------------ */

/* K fits, each without one of K parts of the frames, and its errors on that part. */
typedef struct sz_kfold sz_kfold;

/* Frames are dealt at random by rnd_seed, each config_type evenly; isolated atoms are in
 * every fit. n_folds: 2 to 100. Sparse points and e0 are those of all frames; exact, in
 * about the time of one fit. *model: that of all frames, as sz_fit gives it. dataset must
 * outlive *kfold. */
SZ_API sz_status sz_fit_kfold(sz_kfold **kfold, sz_model **model, const sz_fit_spec *spec,
                              const sz_dataset *dataset, int n_folds,
                              const sz_fit_options *options, sz_error *err);
SZ_API void sz_kfold_free(sz_kfold *kfold);
SZ_API int sz_kfold_n_folds(const sz_kfold *kfold);
/* The fold that a frame is left out of; -1: of none. */
SZ_API int sz_kfold_fold(const sz_kfold *kfold, int frame);
/* Errors of one fold; fold -1: of all together. */
SZ_API sz_error_summary sz_kfold_all(const sz_kfold *kfold, int fold,
                                     sz_quantity quantity);
SZ_API sz_error_summary sz_kfold_type(const sz_kfold *kfold, int fold, int config_type,
                                      sz_quantity quantity);
SZ_API sz_error_summary sz_kfold_species(const sz_kfold *kfold, int fold, int species);

#ifdef __cplusplus
}
#endif
#endif
