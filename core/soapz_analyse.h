/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_analyse.h - what a descriptor resolves of an environment, and how fast energies
 * are learned from it: the measures of Darby, Kermode and Csanyi (2021).
 *
 * Units, arrays, owners and errors as in soapz.h. Threads and a watch are set by
 * sz_fit_options; results do not depend on the number of threads. */
#ifndef SOAPZ_ANALYSE_H
#define SOAPZ_ANALYSE_H

#include "soapz_fit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- environments ---------------------------------------------------------------- */

/* Reads all frames of an extended XYZ file, only atoms and cells: energies and forces are
 * ignored. */
SZ_API sz_status sz_dataset_read_frames(sz_dataset **dataset, const char *path,
                                        sz_error *err);

/* Chosen atoms of a dataset with their neighbours. The key Z of a descriptor is ignored:
 * the chosen atoms are the centres. average=T is SZ_ERR_ARGUMENT. */
typedef struct {
    const sz_dataset *data;
    size_t n;
    const size_t *atom; /* [n] atoms of the dataset, numbered frame after frame */
} sz_sites;

/* ---- distances ------------------------------------------------------------------- */

/* |p_i - p_j| between n environments, and the rank of j among the neighbours of i: 1 is
 * the nearest. 12 n^2 bytes. */
typedef struct sz_metric sz_metric;

SZ_API sz_status sz_metric_create(sz_metric **metric, const sz_descriptor *descriptor,
                                  const sz_sites *of, const sz_fit_options *options,
                                  sz_error *err);
SZ_API void sz_metric_free(sz_metric *metric);
SZ_API int sz_metric_n(const sz_metric *metric);
SZ_API const double *sz_metric_distances(const sz_metric *metric); /* [n][n] */
SZ_API const int *sz_metric_ranks(const sz_metric *metric); /* [n][n]; 0 for j = i */

/* How two metrics of the same environments compare. */
typedef struct {
    double distances, ranks; /* Pearson correlations over all pairs i != j */
    double imbalance_ab; /* Delta(a -> b) = 2/n <rank by b | rank by a is 1>; near 0: */
    double imbalance_ba; /* near 0, a contains the information of b; 1: none of it */
    long near_far, far_near; /* number of pairs with rank < n/10 in a and > 9n/10 in b;
                                and the reverse */
} sz_agreement;
/* Different environments in a and b are SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_metric_compare(sz_agreement *agreement, const sz_metric *a,
                                   const sz_metric *b, sz_error *err);

/* distance [n_pairs] between the environments pair[k][0] and pair[k][1] of `of`. */
SZ_API sz_status sz_pair_distances(const sz_descriptor *descriptor, const sz_sites *of,
                                   size_t n_pairs, const size_t *pair, double *distance,
                                   const sz_fit_options *options, sz_error *err);

/* ---- ranks of P_l ---------------------------------------------------------------- */

/* Largest l of a soap; -1 for descriptors without a P_l over all elements and radial
 * functions. */
SZ_API int sz_descriptor_l_max(const sz_descriptor *descriptor);

/* The singular values of P_l = X_l^T X_l, X_l the densities of the elements with all n,
 * [2l+1][n_species n_max], for any compression: value [n][l_max+1][2 l_max+1],
 * descending, relative to the largest of that l; zero beyond 2l+1. total 1: of the
 * density summed over the elements. neighbours [n], or NULL: number of atoms in the
 * density besides the centre, an upper bound of the rank. A descriptor without P_l is
 * SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_spectrum_values(const sz_descriptor *descriptor, const sz_sites *of,
                                    int total, double *value, int *neighbours,
                                    const sz_fit_options *options, sz_error *err);

/* Recovers P_l from W^T P_l, Q^T P_l Q or, if its rank allows, nu,mu=1,1: error [n] is
 * |P' - P| / |P| over all l; condition [n] is the largest condition number of X_l W; its
 * square times the rounding error limits the accuracy. Other compressions are
 * SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_recover(const sz_descriptor *descriptor, const sz_sites *of,
                            double *error, double *condition,
                            const sz_fit_options *options, sz_error *err);

/* ---- sensitivity ------------------------------------------------------------------ */

/* The eigenvalues of J J^T of each environment, J = dp/dr [3 (neighbours + 1)][length]
 * with respect to the positions of the centre and of all atoms within the cutoff.
 * Displacements that do not change p, such as rigid ones, have the eigenvalue 0. Computed
 * from the singular values of J, so that small ones are accurate. 1/Angstrom^2. */
typedef struct sz_sensitivity sz_sensitivity;

SZ_API sz_status sz_sensitivity_create(sz_sensitivity **sensitivity,
                                       const sz_descriptor *descriptor,
                                       const sz_sites *of, const sz_fit_options *options,
                                       sz_error *err);
SZ_API void sz_sensitivity_free(sz_sensitivity *sensitivity);
/* Of environment k: their number, and the eigenvalues, ascending. */
SZ_API int sz_sensitivity_n(const sz_sensitivity *sensitivity, size_t k);
SZ_API const double *sz_sensitivity_values(const sz_sensitivity *sensitivity, size_t k);

/* ---- learning curves of total energies --------------------------------------------- */

/* E(A) = sum_alpha n_alpha mu_alpha + sum_B K(A,B) beta_B, K(A,B) the sum of
 * (p_a.p_b)^zeta over all pairs of atoms of any element. mu by least squares,
 * beta = (K + sigma k/n diag(atoms))^-1 (E - n mu) with k and n the means of K(A,A) and
 * of the atoms over the frames used; sigma by cross-validation of the training frames.
 * With zeta 1 the same is computed from the frames' summed vectors, without K if they are
 * shorter than the training set. 0 and NULL select the defaults, except for sizes and
 * n_test. */
typedef struct {
    int zeta; /* 2 */
    int n_sizes;
    const int *size;  /* [n_sizes] training frames */
    int n_test;       /* number of test frames */
    int n_splits;     /* 3: repetitions with other frames */
    const int *order; /* [n_splits][n_test + the largest size] frames of each split, test
                         frames first, then the training set; NULL: drawn from seed */
    int seed;         /* 1 */
    int n_folds;      /* 5: parts of the cross-validation */
    int n_sigmas;
    const double *sigma; /* [n_sigmas]; 1e-10, 1e-9, .. 0.1 */
    int per_frame;       /* 1: sigma minimises the error per frame, 0: per atom */
} sz_learning_options;

typedef struct sz_learning sz_learning;

/* Memory: 8 bytes times the square of the number of frames used, and the same for a
 * training set per thread. The threads call BLAS: use sz_blas_set_threads(1). */
SZ_API sz_status sz_learning_create(sz_learning **learning,
                                    const sz_descriptor *descriptor,
                                    const sz_dataset *dataset,
                                    const sz_learning_options *learning_options,
                                    const sz_fit_options *options, sz_error *err);
SZ_API void sz_learning_free(sz_learning *learning);
/* Mean absolute error on the test frames, eV/atom or, with per_frame 1, eV; and the sigma
 * that was chosen. */
SZ_API double sz_learning_mae(const sz_learning *learning, int split, int size,
                              int per_frame);
SZ_API double sz_learning_sigma(const sz_learning *learning, int split, int size);

#ifdef __cplusplus
}
#endif
#endif
