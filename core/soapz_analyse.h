/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_analyse.h - what a descriptor keeps of an environment, and how fast energies are
 * learned from it: the measures of Darby, Kermode and Csanyi (2021).
 *
 * Units, arrays, owners and errors as in soapz.h. Threads and a watch come by
 * sz_fit_options; results do not depend on the number of threads. */
#ifndef SOAPZ_ANALYSE_H
#define SOAPZ_ANALYSE_H

#include "soapz_fit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- environments ---------------------------------------------------------------- */

/* All frames of an extended XYZ file, atoms and cells alone: energies and forces are not
 * looked for. */
SZ_API sz_status sz_dataset_read_frames(sz_dataset **dataset, const char *path,
                                        sz_error *err);

/* Chosen atoms of a dataset with what is round them. A descriptor's key Z does not count
 * here: the atoms chosen are the centres; average=T is SZ_ERR_ARGUMENT. */
typedef struct {
    const sz_dataset *data;
    size_t n;
    const size_t *atom; /* [n] atoms of the dataset, frames one after the other */
} sz_sites;

/* ---- distances ------------------------------------------------------------------- */

/* |p_i - p_j| between n environments, and the rank of j among those near i: 1 for the
 * nearest. 12 n^2 bytes. */
typedef struct sz_metric sz_metric;

SZ_API sz_status sz_metric_create(sz_metric **metric, const sz_descriptor *descriptor,
                                  const sz_sites *of, const sz_fit_options *options,
                                  sz_error *err);
SZ_API void sz_metric_free(sz_metric *metric);
SZ_API int sz_metric_n(const sz_metric *metric);
SZ_API const double *sz_metric_distances(const sz_metric *metric); /* [n][n] */
SZ_API const int *sz_metric_ranks(const sz_metric *metric); /* [n][n]; 0 of itself */

/* How two metrics of the same environments agree. */
typedef struct {
    double distances, ranks; /* Pearson correlations over all pairs i != j */
    double imbalance_ab; /* Delta(a -> b) = 2/n <rank by b | rank by a is 1>; near 0: */
    double imbalance_ba; /* the first tells all that the second does; 1: nothing */
    long near_far, far_near; /* pairs of rank < n/10 by a and > 9n/10 by b; the reverse */
} sz_agreement;
/* a and b of different environments are SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_metric_compare(sz_agreement *agreement, const sz_metric *a,
                                   const sz_metric *b, sz_error *err);

/* distance [n_pairs] between the environments pair[k][0] and pair[k][1] of `of`. */
SZ_API sz_status sz_pair_distances(const sz_descriptor *descriptor, const sz_sites *of,
                                   size_t n_pairs, const size_t *pair, double *distance,
                                   const sz_fit_options *options, sz_error *err);

/* ---- what is in P_l --------------------------------------------------------------- */

/* Largest l of a soap; -1: another descriptor, which has no P_l of all elements and
 * radial functions. */
SZ_API int sz_descriptor_l_max(const sz_descriptor *descriptor);

/* The singular values of P_l = X_l^T X_l, X_l the densities of the elements with all n,
 * [2l+1][n_species n_max], whatever the compression: value [n][l_max+1][2 l_max+1],
 * descending, over the largest of that l; zero beyond 2l+1. total 1: of the density
 * summed over the elements. neighbours [n], or NULL: atoms in the density beside the
 * centre, more than which no rank can be. What has no P_l is SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_spectrum_values(const sz_descriptor *descriptor, const sz_sites *of,
                                    int total, double *value, int *neighbours,
                                    const sz_fit_options *options, sz_error *err);

/* P_l again from W^T P_l, Q^T P_l Q or, where its rank allows, nu,mu=1,1: error [n] is
 * |P' - P| / |P| over all l; condition [n] the largest condition number of X_l W, the
 * square of which times the rounding is what can be had. Others are SZ_ERR_ARGUMENT. */
SZ_API sz_status sz_recover(const sz_descriptor *descriptor, const sz_sites *of,
                            double *error, double *condition,
                            const sz_fit_options *options, sz_error *err);

/* ---- sensitivity ------------------------------------------------------------------ */

/* The eigenvalues of J J^T of each environment, J = dp/dr [3 (neighbours + 1)][length] by
 * the positions of the centre and of all atoms within the cutoff: displacements that p
 * does not see, rigid ones among them, have the eigenvalue 0. From the singular values of
 * J, so that small ones are right. 1/Angstrom^2. */
typedef struct sz_sensitivity sz_sensitivity;

SZ_API sz_status sz_sensitivity_create(sz_sensitivity **sensitivity,
                                       const sz_descriptor *descriptor,
                                       const sz_sites *of, const sz_fit_options *options,
                                       sz_error *err);
SZ_API void sz_sensitivity_free(sz_sensitivity *sensitivity);
/* Of environment k: their number, and them, ascending. */
SZ_API int sz_sensitivity_n(const sz_sensitivity *sensitivity, size_t k);
SZ_API const double *sz_sensitivity_values(const sz_sensitivity *sensitivity, size_t k);

/* ---- learning curves of total energies --------------------------------------------- */

/* E(A) = sum_alpha n_alpha mu_alpha + sum_B K(A,B) beta_B, K(A,B) the sum of
 * (p_a.p_b)^zeta over all pairs of their atoms, of all elements. mu by least squares,
 * beta = (K + sigma k/n diag(atoms))^-1 (E - n mu) with k and n the means of K(A,A) and
 * of the atoms over the frames used; sigma by cross-validation of the training frames.
 * With zeta 1 the same from the frames' summed vectors, without K where they are shorter
 * than the training set. 0 and NULL take the defaults, but of sizes and n_test. */
typedef struct {
    int zeta; /* 2 */
    int n_sizes;
    const int *size; /* [n_sizes] training frames */
    int n_test;      /* frames that are judged */
    int n_splits;    /* 3: repetitions with other frames */
    const int
        *order;  /* [n_splits][n_test + the largest size] frames of each, those judged
                    first, training sets from there on; NULL: drawn from seed */
    int seed;    /* 1 */
    int n_folds; /* 5: parts of the cross-validation */
    int n_sigmas;
    const double *sigma; /* [n_sigmas]; 1e-10, 1e-9, .. 0.1 */
    int per_frame;       /* 1: sigma by errors of frames, 0: of an atom */
} sz_learning_options;

typedef struct sz_learning sz_learning;

/* Memory: 8 bytes times the square of the frames used, and the same of a training set for
 * each thread. The threads call BLAS: sz_blas_set_threads(1) is right for them. */
SZ_API sz_status sz_learning_create(sz_learning **learning,
                                    const sz_descriptor *descriptor,
                                    const sz_dataset *dataset,
                                    const sz_learning_options *learning_options,
                                    const sz_fit_options *options, sz_error *err);
SZ_API void sz_learning_free(sz_learning *learning);
/* Mean absolute error of the judged frames, eV/atom or, per_frame 1, eV; and the sigma
 * that was taken. */
SZ_API double sz_learning_mae(const sz_learning *learning, int split, int size,
                              int per_frame);
SZ_API double sz_learning_sigma(const sz_learning *learning, int split, int size);

#ifdef __cplusplus
}
#endif
#endif
