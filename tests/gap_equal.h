/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_equal.h - two GAPs are the same to the last bit. */
#ifndef SZ_TEST_GAP_EQUAL_H
#define SZ_TEST_GAP_EQUAL_H

#include "descriptor/environment.h"
#include "model/gap.h"
#include "term/coulomb.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <stdio.h>
#include <string.h>

static inline int same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline int same_bits(const void *a, const void *b, size_t n, size_t size)
{
    if (n == 0) return 1;
    return a && b ? memcmp(a, b, n * size) == 0 : a == b;
}

static inline int same_points(const sz_gap_points *a, const sz_gap_points *b)
{
    return a->n == b->n && same_bits(a->x, b->x, (size_t)a->n, sizeof *a->x) &&
           same_bits(a->y, b->y, (size_t)a->n, sizeof *a->y) &&
           same_bits(&a->y1, &b->y1, 1, sizeof a->y1) &&
           same_bits(&a->yn, &b->yn, 1, sizeof a->yn);
}

static inline int same_glue(const sz_gap_glue *a, const sz_gap_glue *b)
{
    int same = a && b ? a->n_types == b->n_types && a->n_pairs == b->n_pairs : a == b;

    for (int t = 0; a && same && t < a->n_types; t++)
        same = a->type[t].z == b->type[t].z &&
               a->type[t].do_spline == b->type[t].do_spline &&
               same_points(&a->type[t].density, &b->type[t].density) &&
               same_points(&a->type[t].embedding, &b->type[t].embedding);
    for (int k = 0; a && same && k < a->n_pairs; k++)
        same = a->pair[k].type1 == b->pair[k].type1 &&
               a->pair[k].type2 == b->pair[k].type2 &&
               same_points(&a->pair[k].pair, &b->pair[k].pair);
    return same;
}

static inline int same_lj(const sz_gap_lj *a, const sz_gap_lj *b)
{
    int same = a && b ? a->n_types == b->n_types && a->n_pairs == b->n_pairs : a == b;

    if (!a || !same) return same;
    same = same_bits(a->z, b->z, (size_t)a->n_types, sizeof *a->z);
    for (int k = 0; same && k < a->n_pairs; k++) {
        const sz_gap_lj_pair *p = a->pair + k, *q = b->pair + k;

        same = p->type1 == q->type1 && p->type2 == q->type2 &&
               same_bits(&p->sigma, &q->sigma, 1, 8) &&
               same_bits(&p->eps6, &q->eps6, 1, 8) &&
               same_bits(&p->eps12, &q->eps12, 1, 8) &&
               same_bits(&p->cutoff, &q->cutoff, 1, 8) &&
               same_bits(&p->cutoff_width, &q->cutoff_width, 1, 8) &&
               p->energy_shift == q->energy_shift && p->force_shift == q->force_shift;
    }
    return same;
}

static inline int same_coulomb(const sz_coulomb *a, const sz_coulomb *b)
{
    if (!a || !b) return a == b;
    return a->method == b->method && same_bits(&a->cutoff, &b->cutoff, 1, 8) &&
           same_bits(&a->alpha, &b->alpha, 1, 8) &&
           same_bits(&a->smooth_length, &b->smooth_length, 1, 8) &&
           same_bits(a->listed, b->listed, SZ_Z_MAX + 1, 1) &&
           same_bits(a->charge, b->charge, SZ_Z_MAX + 1, 8);
}

static inline int same_environments(const sz_environments *a, const sz_environments *b)
{
    size_t n, m;

    if (!a || !b) return a == b;
    if (a->n != b->n ||
        !same_bits(a->first, b->first, (size_t)a->n + 1, sizeof *a->first))
        return 0;
    n = (size_t)a->n;
    m = (size_t)a->first[n];
    return same_bits(a->z, b->z, n, 1) && same_bits(a->neigh_z, b->neigh_z, m, 1) &&
           same_bits(a->r, b->r, 3 * m, sizeof *a->r);
}

static inline int same_coordinate(const sz_gap_term *a, const sz_gap_term *b)
{
    size_t d = (size_t)a->n_dim, m = (size_t)a->n_sparse, p = (size_t)a->n_perm;

    return same_text(a->descriptor, b->descriptor) && a->covariance == b->covariance &&
           a->n_dim == b->n_dim && a->n_sparse == b->n_sparse && a->n_perm == b->n_perm &&
           a->n_matrix == b->n_matrix && same_bits(&a->delta, &b->delta, 1, 8) &&
           same_bits(&a->f0, &b->f0, 1, 8) && same_bits(&a->zeta, &b->zeta, 1, 8) &&
           same_bits(a->theta, b->theta, a->theta ? d : 0, 8) &&
           same_bits(a->matrix, b->matrix, (size_t)a->n_matrix, 8) &&
           same_bits(a->perm, b->perm, a->perm ? p * d : 0, sizeof *a->perm) &&
           (a->perm != NULL) == (b->perm != NULL) &&
           (a->theta != NULL) == (b->theta != NULL) &&
           same_bits(a->x_sparse, b->x_sparse, m * d, 8) &&
           same_environments(a->environment, b->environment) &&
           same_bits(a->alpha, b->alpha, m, 8) &&
           same_bits(a->fc_sparse, b->fc_sparse, m, 8);
}

/* without path, lines and notes; prints differences */
static inline int same_gap(const sz_gap *a, const sz_gap *b)
{
    int zbl = a->zbl && b->zbl
                  ? same_bits(&a->zbl->cutoff, &b->zbl->cutoff, 1, 8) &&
                        same_bits(&a->zbl->cutoff_width, &b->zbl->cutoff_width, 1, 8) &&
                        same_bits(&a->zbl->scale, &b->zbl->scale, 1, 8) &&
                        a->zbl->shift == b->zbl->shift
                  : a->zbl == b->zbl;
    const char *differs = !same_text(a->label, b->label)                  ? "label"
                          : a->version != b->version                      ? "version"
                          : !same_bits(&a->e_scale, &b->e_scale, 1, 8)    ? "e_scale"
                          : !same_bits(a->e0 + 1, b->e0 + 1, SZ_Z_MAX, 8) ? "e0"
                          : a->n_terms != b->n_terms                      ? "n_terms"
                          : !same_glue(a->glue, b->glue)                  ? "glue"
                          : !zbl                                          ? "zbl"
                          : !same_lj(a->lj, b->lj)                        ? "lj"
                          : !same_coulomb(a->coulomb, b->coulomb)         ? "coulomb"
                                                                          : NULL;

    for (int k = 0; !differs && k < a->n_terms; k++)
        if (!same_coordinate(a->term + k, b->term + k)) differs = "a term";
    if (differs) printf("%s differs: %s, %s\n", differs, a->path, b->path);
    return differs == NULL;
}

#endif
