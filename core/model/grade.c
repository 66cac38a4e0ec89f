/* SPDX-License-Identifier: BSD-3-Clause
 *
 * grade.c - distances of environments from sparse points, and from each other.
 *
 *   d_i  = max_t sqrt(2 - 2 max_s c_t(i, s)),   t terms, s their points
 *   c_t  = (p_s . p_i + sigma0^2) / sqrt((p_s . p_s + sigma0^2) (p_i . p_i + sigma0^2))
 *
 * With the sparse points of the model d_i is the grade, as in variance.c for batches of
 * atoms; with additional atoms of structures it is the grade that would remain if all
 * these atoms were sparse points. */
#include "model/grade.h"

#include "linear/blas.h"
#include "linear/vec.h"
#include "model/model.h"
#include "term/soap_term.h"

#include <math.h>
#include <stdlib.h>

enum { BLOCK = 128, POINTS = 512 }; /* size of one matrix product */

/* Vectors p of one term and 1/sqrt(p . p + sigma0^2) of each. */
typedef struct {
    int n;
    const double *p; /* [n][stride] */
    double *scale;   /* [n] */
} point_set;

struct sz_grader {
    const sz_model *model; /* a user of it */
    const sz_soap_group *soaps;
    point_set *sparse; /* [n_terms] */
};

struct sz_grade_work {
    sz_describer_work **term; /* [n_terms + 1], the last is NULL */
    double *k;                /* [BLOCK][POINTS] */
};

struct sz_atom_vectors {
    int n_terms;
    size_t n;        /* of all terms */
    point_set *term; /* [n_terms] */
    double **p;      /* [n_terms] stored after those */
    int **atom;      /* [n_terms][term.n] */
};

/* ---- one vector and one cosine --------------------------------------------------- */

void sz_grade_scales(const sz_describer *of, int n, const double *p, double *scale)
{
    int d = of->n_desc, ld = of->stride;

    for (int s = 0; s < n; s++, p += ld) {
        double sum = of->sigma0 * of->sigma0;

        for (int c = 0; c < d; c++) sum += p[c] * p[c];
        scale[s] = sum > 0.0 ? 1.0 / sqrt(sum) : 0.0;
    }
}

void sz_grade_raise(int n, int m, double sigma2, const double *k, const double *scale_a,
                    const double *scale_b, double *cosine)
{
    for (int i = 0; i < n; i++) {
        double largest = 0.0;

        for (int s = 0; s < m; s++) {
            double c = (k[(size_t)i * m + s] + sigma2) * scale_b[s];

            if (c > largest) largest = c;
        }
        largest *= scale_a[i];
        if (largest > cosine[i]) cosine[i] = largest;
    }
}

double sz_grade_of(double cosine)
{
    return cosine < 1.0 ? sqrt(2.0 - 2.0 * cosine) : 0.0;
}

/* ---- the sparse points ----------------------------------------------------------- */

/* scale of a set whose p is set */
static sz_status find_scale(point_set *set, const sz_describer *of, sz_error *err)
{
    size_t size = ((size_t)set->n + 1) * sizeof *set->scale;

    set->scale = malloc(size);
    if (!set->scale) return sz_fail_memory(err, size, "the grades");
    sz_grade_scales(of, set->n, set->p, set->scale);
    return SZ_OK;
}

sz_status sz_grader_create(sz_grader **grader, const sz_model *model, sz_error *err)
{
    const sz_soap_group *soaps = sz_model_group(model, &sz_kind_soap);
    sz_grader *g;
    sz_status status = SZ_OK;

    *grader = NULL;
    if (!soaps) return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no SOAP term", model->path);
    g = calloc(1, sizeof *g);
    if (!g) return sz_fail_memory(err, sizeof *g, "the grades");
    sz_model_use(model);
    g->model = model;
    g->soaps = soaps;
    g->sparse = calloc((size_t)soaps->n_terms, sizeof *g->sparse);
    if (!g->sparse) status = sz_fail_memory(err, sizeof *g->sparse, "the grades");
    for (int t = 0; t < soaps->n_terms && status == SZ_OK; t++) {
        const sz_soap_term *term = &soaps->term[t];

        g->sparse[t].n = term->n_sparse;
        g->sparse[t].p = term->p_sparse;
        status = find_scale(&g->sparse[t], soaps->describer[term->describer], err);
    }
    if (status == SZ_OK)
        *grader = g;
    else
        sz_grader_free(g);
    return status;
}

void sz_grader_free(sz_grader *grader)
{
    if (!grader) return;
    for (int t = 0; grader->sparse && t < grader->soaps->n_terms; t++)
        free(grader->sparse[t].scale);
    free(grader->sparse);
    sz_model_free((sz_model *)grader->model);
    free(grader);
}

sz_status sz_grade_work_create(sz_grade_work **work, const sz_grader *grader,
                               sz_error *err)
{
    const sz_soap_group *m = grader->soaps;
    sz_grade_work *w = calloc(1, sizeof *w);
    sz_status status = SZ_OK;

    *work = NULL;
    if (!w) return sz_fail_memory(err, sizeof *w, "the grades");
    w->term = calloc((size_t)m->n_terms + 1, sizeof *w->term);
    w->k = malloc((size_t)BLOCK * POINTS * sizeof *w->k);
    if (!w->term || !w->k)
        status = sz_fail_memory(err, (size_t)BLOCK * POINTS * sizeof *w->k, "the grades");
    for (int t = 0; t < m->n_terms && status == SZ_OK; t++)
        status = sz_describer_work_create(&w->term[t], m->describer[m->term[t].describer],
                                          BLOCK, err);
    if (status == SZ_OK)
        *work = w;
    else
        sz_grade_work_free(w);
    return status;
}

void sz_grade_work_free(sz_grade_work *work)
{
    if (!work) return;
    for (int t = 0; work->term && work->term[t]; t++)
        sz_describer_work_free(work->term[t]);
    free(work->term);
    free(work->k);
    free(work);
}

/* ---- vectors of a structure ------------------------------------------------------ */

static sz_status find_term(sz_atom_vectors *v, const sz_grader *grader,
                           sz_grade_work *work, int t, const sz_neigh *nb, sz_error *err)
{
    const sz_soap_term *term = &grader->soaps->term[t];
    const sz_describer *of = grader->soaps->describer[term->describer];
    const sz_slots slots = {grader->model->z, grader->soaps->slot[term->describer]};
    size_t ld = (size_t)of->stride, size;
    int n = 0, *atom = v->atom[t] = malloc(((size_t)nb->n_atoms + 1) * sizeof *atom);

    for (int i = 0; atom && i < nb->n_atoms; i++)
        if (term->centre[nb->species[i]]) atom[n++] = i;
    size = SZ_PAD(((size_t)n + 1) * ld) * sizeof(double);
    v->p[t] = aligned_alloc(64, size);
    if (!atom || !v->p[t]) return sz_fail_memory(err, size, "the vectors of a structure");
    for (int start = 0; start < n; start += BLOCK)
        sz_describer_forward(of, work->term[t], nb, &slots,
                             n - start < BLOCK ? n - start : BLOCK, atom + start,
                             v->p[t] + (size_t)start * ld);
    v->term[t] = (point_set){.n = n, .p = v->p[t]};
    v->n += (size_t)n;
    return find_scale(&v->term[t], of, err);
}

sz_status sz_atom_vectors_create(sz_atom_vectors **vectors, const sz_grader *grader,
                                 sz_grade_work *work, const sz_neigh *nb, sz_error *err)
{
    size_t n = (size_t)grader->soaps->n_terms;
    sz_atom_vectors *v = calloc(1, sizeof *v);
    sz_status status = SZ_OK;

    *vectors = NULL;
    if (!v) return sz_fail_memory(err, sizeof *v, "the vectors of a structure");
    v->n_terms = (int)n;
    v->term = calloc(n, sizeof *v->term);
    v->p = calloc(n, sizeof *v->p);
    v->atom = calloc(n, sizeof *v->atom);
    if (!v->term || !v->p || !v->atom)
        status = sz_fail_memory(err, n * sizeof *v->term, "the vectors of a structure");
    for (int t = 0; t < v->n_terms && status == SZ_OK; t++)
        status = find_term(v, grader, work, t, nb, err);
    if (status == SZ_OK)
        *vectors = v;
    else
        sz_atom_vectors_free(v);
    return status;
}

void sz_atom_vectors_free(sz_atom_vectors *vectors)
{
    if (!vectors) return;
    for (int t = 0; t < vectors->n_terms; t++) {
        if (vectors->term) free(vectors->term[t].scale);
        if (vectors->p) free(vectors->p[t]);
        if (vectors->atom) free(vectors->atom[t]);
    }
    free(vectors->term);
    free(vectors->p);
    free(vectors->atom);
    free(vectors);
}

size_t sz_atom_vectors_n(const sz_atom_vectors *vectors)
{
    return vectors->n;
}

/* ---- similarity -------------------------------------------------------------------- */

static void raise(const sz_describer *of, double *k, const point_set *a,
                  const point_set *b, double *cosine)
{
    const double one = 1.0, zero = 0.0, sigma0 = of->sigma0;
    int d = of->n_desc, ld = of->stride;

    for (int i = 0; i < a->n; i += BLOCK)
        for (int s = 0; s < b->n; s += POINTS) {
            int n = a->n - i < BLOCK ? a->n - i : BLOCK;
            int m = b->n - s < POINTS ? b->n - s : POINTS;

            SZ_BLAS(dgemm)
            ("T", "N", &m, &n, &d, &one, b->p + (size_t)s * ld, &ld,
             a->p + (size_t)i * ld, &ld, &zero, k, &m);
            sz_grade_raise(n, m, sigma0 * sigma0, k, a->scale + i, b->scale + s,
                           cosine + i);
        }
}

/* b [n_terms] */
static void raise_terms(const sz_grader *g, sz_grade_work *work,
                        const sz_atom_vectors *vectors, const point_set *b,
                        double *cosine)
{
    for (int t = 0; t < vectors->n_terms; cosine += vectors->term[t++].n)
        raise(g->soaps->describer[g->soaps->term[t].describer], work->k,
              &vectors->term[t], &b[t], cosine);
}

void sz_grade_by_points(const sz_grader *grader, sz_grade_work *work,
                        const sz_atom_vectors *vectors, double *cosine)
{
    raise_terms(grader, work, vectors, grader->sparse, cosine);
}

void sz_grade_by_vectors(const sz_grader *grader, sz_grade_work *work,
                         const sz_atom_vectors *vectors, const sz_atom_vectors *other,
                         double *cosine)
{
    raise_terms(grader, work, vectors, other->term, cosine);
}

double sz_grade_worst(const sz_atom_vectors *vectors, const double *a, const double *b,
                      int *atom)
{
    double least = 2.0; /* cosine */
    size_t k = 0;

    *atom = 0;
    for (int t = 0; t < vectors->n_terms; t++)
        for (int i = 0; i < vectors->term[t].n; i++, k++) {
            double c = b && b[k] > a[k] ? b[k] : a[k];

            if (c < least) {
                least = c;
                *atom = vectors->atom[t][i];
            }
        }
    return sz_grade_of(least);
}
