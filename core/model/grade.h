/* SPDX-License-Identifier: BSD-3-Clause
 *
 * grade.h - the grade of the atoms of a structure (soapz.h) in steps, so that atoms of
 * other structures can be added to the sparse points. */
#ifndef SZ_GRADE_H
#define SZ_GRADE_H

#include "descriptor/describer.h"

/* 1/sqrt(p . p + sigma0^2) of n vectors [n][stride], 0 for a zero vector. */
void sz_grade_scales(const sz_describer *of, int n, const double *p, double *scale);
/* cosine [n]: raised to the largest of (k_is + sigma2) scale_a_i scale_b_s over the
 * products k [n][m], if that is larger. */
void sz_grade_raise(int n, int m, double sigma2, const double *k, const double *scale_a,
                    const double *scale_b, double *cosine);
double sz_grade_of(double cosine);

/* The SOAP terms of a model and the data of their sparse points; constant. */
typedef struct sz_grader sz_grader;
typedef struct sz_grade_work sz_grade_work; /* scratch of one thread */
/* Vectors of all atoms of a structure, for every term. */
typedef struct sz_atom_vectors sz_atom_vectors;

/* A model without SOAP terms is SZ_ERR_ARGUMENT. */
sz_status sz_grader_create(sz_grader **grader, const sz_model *model, sz_error *err);
void sz_grader_free(sz_grader *grader);
sz_status sz_grade_work_create(sz_grade_work **work, const sz_grader *grader,
                               sz_error *err);
void sz_grade_work_free(sz_grade_work *work);

/* nb: checked, with the model's species. */
sz_status sz_atom_vectors_create(sz_atom_vectors **vectors, const sz_grader *grader,
                                 sz_grade_work *work, const sz_neigh *nb, sz_error *err);
void sz_atom_vectors_free(sz_atom_vectors *vectors);
size_t sz_atom_vectors_n(const sz_atom_vectors *vectors);

/* cosine [n]: that of each vector with the most similar one so far, raised if a sparse
 * point, or a vector of other, is more similar; 0 at the start. */
void sz_grade_by_points(const sz_grader *grader, sz_grade_work *work,
                        const sz_atom_vectors *vectors, double *cosine);
void sz_grade_by_vectors(const sz_grader *grader, sz_grade_work *work,
                         const sz_atom_vectors *vectors, const sz_atom_vectors *other,
                         double *cosine);
/* The largest grade of the atoms, if a and b (or NULL) are cosines with two sets of
 * points; *atom has it. */
double sz_grade_worst(const sz_atom_vectors *vectors, const double *a, const double *b,
                      int *atom);

#endif
