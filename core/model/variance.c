/* SPDX-License-Identifier: BSD-3-Clause
 *
 * variance.c - the predicted variance of the Gaussian process, and the distance of an
 * environment from the sparse points.
 *
 *   Q_st    = k(p_s, p_t) + lambda^2 [s = t],   Q = L L^T
 *   v_i     = L^-1 k_i,                          k_is = k(p_s, p_i)
 *   var_i   = k(p_i, p_i) + lambda^2 - v_i . v_i
 *   var_sum = sum_ij (k(p_i, p_j) + lambda^2 [i = j] - v_i . v_j)
 *   k(p, q) = delta^2 (p . q + sigma0^2)^zeta
 *   d_i     = sqrt(2 - 2 max_s c_is),            c_is = K_is / sqrt(K_ss K_ii),
 *                                                K = k with zeta 1
 *
 * Terms are summed; atoms of different terms are independent. var_i is QUIP's
 * local_gap_variance for normalised vectors and sigma0 = f0 = 0. d_i, the grade, is the
 * distance between the unit vectors of i and of the most similar sparse point, the
 * largest over its terms; it does not need the factor L. */
#include "model/variance.h"

#include "atoms/list_check.h"
#include "linear/blas.h"
#include "linear/linalg.h"
#include "linear/vec.h"
#include "model/grade.h"
#include "model/model.h"
#include "term/soap_term.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 128 }; /* atoms at a time */

struct sz_variance {
    const sz_model *model; /* a user of it */
    const sz_soap_group *soaps;
    double lambda2;
    int grades_alone; /* 1: without l */
    double **l;       /* [n_terms][n_sparse][n_sparse] column-major lower factor of Q */
    double **scale;   /* [n_terms][n_sparse] 1/sqrt(K_ss) */
};

/* The requested results; each may be NULL. */
typedef struct {
    double *local, *total, *grade;
} answer;

struct sz_variance_work {
    sz_describer_work **term; /* [n_terms] */
    double *k;                /* [BLOCK][n_sparse] k_i, then v_i */
    double *v;                /* [n_sparse] sum of v_i */
    size_t atom_room;         /* atoms of one term */
    int *atom;                /* [atom_room] */
    size_t room; /* stored vectors: of all atoms for *total, else of a block */
    double *p;   /* [room][stride] */
    double *kk;  /* [BLOCK][room] */
    int stride;  /* the largest */
};

static double length2(int n, const double *p)
{
    double sum = 0.0;

    for (int c = 0; c < n; c++) sum += p[c] * p[c];
    return sum;
}

static sz_status factorise(sz_variance *v, int t, sz_error *err)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_describer *of = v->soaps->describer[term->describer];
    const double one = 1.0, zero = 0.0;
    int m = term->n_sparse, d = of->n_desc, ld = of->stride, info = 0;
    size_t size = (size_t)m * m;
    double *q = v->l[t] = malloc(size * sizeof *q + 1);

    if (!q) return sz_fail_memory(err, size * sizeof *q, "the predicted variance");
    if (m == 0) return SZ_OK;
    SZ_BLAS(dgemm)
    ("T", "N", &m, &m, &d, &one, term->p_sparse, &ld, term->p_sparse, &ld, &zero, q, &m);
    sz_kernel_values(size, term->delta, term->zeta, of->sigma0, q);
    for (int s = 0; s < m; s++) q[(size_t)s * m + s] += v->lambda2;
    info = sz_cholesky('L', m, q);
    for (int s = 0; s < m && info == 0; s++) /* LAPACK does not detect NaN */
        if (!(q[(size_t)s * m + s] > 0.0)) info = s + 1;
    if (info == 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC,
                   "the predicted variance of SOAP term %d: the kernel matrix of its "
                   "sparse points is not positive definite; check its sparse points",
                   t + 1);
}

static sz_status find_scale(sz_variance *v, int t, sz_error *err)
{
    const sz_soap_term *term = &v->soaps->term[t];
    size_t size = ((size_t)term->n_sparse + 1) * sizeof *v->scale[t];

    v->scale[t] = malloc(size);
    if (!v->scale[t]) return sz_fail_memory(err, size, "the grades");
    sz_grade_scales(v->soaps->describer[term->describer], term->n_sparse, term->p_sparse,
                    v->scale[t]);
    return SZ_OK;
}

sz_status sz_variance_create(sz_variance **variance, const sz_model *model, double lambda,
                             sz_error *err)
{
    const sz_soap_group *soaps = sz_model_group(model, &sz_kind_soap);
    sz_variance *v;
    sz_status status = SZ_OK;

    *variance = NULL;
    if (!soaps) return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no SOAP term", model->path);
    v = calloc(1, sizeof *v);
    if (!v) return sz_fail_memory(err, sizeof *v, "the predicted variance");
    sz_model_use(model);
    v->model = model;
    v->soaps = soaps;
    v->lambda2 = lambda > 0.0 ? lambda * lambda : SZ_VARIANCE_LAMBDA * SZ_VARIANCE_LAMBDA;
    v->grades_alone = lambda == SZ_GRADES_ALONE;
    v->l = calloc((size_t)soaps->n_terms + 1, sizeof *v->l);
    v->scale = calloc((size_t)soaps->n_terms + 1, sizeof *v->scale);
    if (!v->l || !v->scale)
        status = sz_fail_memory(err, sizeof *v->l, "the predicted variance");
    for (int t = 0; t < soaps->n_terms && status == SZ_OK; t++) {
        status = find_scale(v, t, err);
        if (status == SZ_OK && !v->grades_alone) status = factorise(v, t, err);
    }
    if (status == SZ_OK)
        *variance = v;
    else
        sz_variance_free(v);
    return status;
}

void sz_variance_free(sz_variance *variance)
{
    if (!variance) return;
    for (int t = 0; t < variance->soaps->n_terms; t++) {
        if (variance->l) free(variance->l[t]);
        if (variance->scale) free(variance->scale[t]);
    }
    free(variance->l);
    free(variance->scale);
    sz_model_free((sz_model *)variance->model);
    free(variance);
}

/* ---- frames ------------------------------------------------------------------------ */

sz_status sz_variance_work_create(sz_variance_work **work, const sz_variance *variance,
                                  sz_error *err)
{
    const sz_soap_group *m = variance->soaps;
    sz_variance_work *w = calloc(1, sizeof *w);
    size_t n_sparse = 1;
    sz_status status = SZ_OK;

    *work = NULL;
    if (!w) return sz_fail_memory(err, sizeof *w, "the predicted variance");
    /* a zero entry ends the list */
    w->term = calloc((size_t)m->n_terms + 1, sizeof *w->term);
    if (!w->term) status = sz_fail_memory(err, 8, "the predicted variance");
    for (int t = 0; t < m->n_terms && status == SZ_OK; t++) {
        const sz_soap_term *term = &m->term[t];
        int stride = m->describer[term->describer]->stride;

        if ((size_t)term->n_sparse > n_sparse) n_sparse = (size_t)term->n_sparse;
        if (stride > w->stride) w->stride = stride;
        status = sz_describer_work_create(&w->term[t], m->describer[term->describer],
                                          BLOCK, err);
    }
    if (status == SZ_OK) {
        w->k = malloc(BLOCK * n_sparse * sizeof *w->k);
        w->v = malloc(n_sparse * sizeof *w->v);
        if (!w->k || !w->v)
            status = sz_fail_memory(err, (BLOCK + 1) * n_sparse * sizeof *w->k,
                                    "the predicted variance");
    }
    if (status == SZ_OK) {
        *work = w;
        w = NULL;
    }
    sz_variance_work_free(w);
    return status;
}

void sz_variance_work_free(sz_variance_work *work)
{
    if (!work) return;
    for (int t = 0; work->term && work->term[t]; t++)
        sz_describer_work_free(work->term[t]);
    free(work->term);
    free(work->k);
    free(work->v);
    free(work->atom);
    free(work->p);
    free(work->kk);
    free(work);
}

static sz_status make_atom_room(sz_variance_work *w, size_t n, sz_error *err)
{
    if (n <= w->atom_room) return SZ_OK;
    free(w->atom);
    w->atom = malloc(n * sizeof *w->atom);
    w->atom_room = w->atom ? n : 0;
    return w->atom ? SZ_OK : sz_fail_memory(err, n * sizeof *w->atom, "a frame");
}

static sz_status make_room(sz_variance_work *w, size_t n, sz_error *err)
{
    size_t size = SZ_PAD(n * (size_t)w->stride) * sizeof *w->p;

    if (n <= w->room) return SZ_OK;
    free(w->p);
    free(w->kk);
    w->p = aligned_alloc(64, size);
    w->kk = malloc(BLOCK * n * sizeof *w->kk);
    w->room = w->p && w->kk ? n : 0;
    return w->room ? SZ_OK : sz_fail_memory(err, size, "the descriptors of a frame");
}

/* w->k: p_s . p_i of n atoms -> their d_i, if larger than grade */
static void raise_grades(const sz_variance *v, const sz_variance_work *w, int t, int n,
                         const int *atom, const double *p, double *grade)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_describer *of = v->soaps->describer[term->describer];
    double sigma2 = of->sigma0 * of->sigma0;
    double scale[BLOCK], cosine[BLOCK] = {0};

    sz_grade_scales(of, n, p, scale);
    sz_grade_raise(n, term->n_sparse, sigma2, w->k, scale, v->scale[t], cosine);
    for (int i = 0; i < n; i++)
        grade[atom[i]] = fmax(grade[atom[i]], sz_grade_of(cosine[i]));
}

/* v_i, in w->k, and var_i of n atoms of the term with the vectors p */
static void add_local(const sz_variance *v, sz_variance_work *w, int t, int n,
                      const int *atom, const double *p, const answer *a)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_describer *of = v->soaps->describer[term->describer];
    const double one = 1.0, zero = 0.0, sigma0 = of->sigma0;
    int m = term->n_sparse, d = of->n_desc, ld = of->stride;

    if (m > 0) {
        SZ_BLAS(dgemm)
        ("T", "N", &m, &n, &d, &one, term->p_sparse, &ld, p, &ld, &zero, w->k, &m);
    }
    if (a->grade) raise_grades(v, w, t, n, atom, p, a->grade);
    if (!a->local) return;
    if (m > 0) {
        sz_kernel_values((size_t)n * m, term->delta, term->zeta, sigma0, w->k);
        SZ_BLAS(dtrsm)("L", "L", "N", "N", &m, &n, &one, v->l[t], &m, w->k, &m);
    }
    for (int i = 0; i < n; i++) {
        double own = length2(d, p + (size_t)i * ld), known = 0.0;

        sz_kernel_values(1, term->delta, term->zeta, sigma0, &own);
        for (int s = 0; s < m; s++) {
            double x = w->k[(size_t)i * m + s];

            known += x * x;
            w->v[s] += x;
        }
        a->local[atom[i]] += own + v->lambda2 - known;
    }
}

/* sum_j k(p_i, p_j) over all atoms j of the term, summed over i = start .. start+n-1 */
static double sum_kernel(const sz_variance *v, sz_variance_work *w, int t, int start,
                         int n, int n_all)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_describer *of = v->soaps->describer[term->describer];
    const double one = 1.0, zero = 0.0;
    int d = of->n_desc, ld = of->stride;
    double sum = 0.0;

    SZ_BLAS(dgemm)
    ("T", "N", &n_all, &n, &d, &one, w->p, &ld, w->p + (size_t)start * ld, &ld, &zero,
     w->kk, &n_all);
    sz_kernel_values((size_t)n * n_all, term->delta, term->zeta, of->sigma0, w->kk);
    for (size_t k = 0; k < (size_t)n * n_all; k++) sum += w->kk[k];
    return sum;
}

/* Without *total vectors are not needed after their block. */
static sz_status add_term(const sz_variance *v, sz_variance_work *w, int t,
                          const sz_neigh *nb, const answer *a, sz_error *err)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_describer *of = v->soaps->describer[term->describer];
    const sz_slots slots = {v->model->z, v->soaps->slot[term->describer]};
    size_t keep = a->total ? (size_t)of->stride : 0;
    int n_all = 0;
    sz_status status = make_atom_room(w, (size_t)nb->n_atoms, err);

    if (status == SZ_OK)
        status = make_room(w, a->total ? (size_t)nb->n_atoms : BLOCK, err);
    if (status != SZ_OK) return status;
    for (int i = 0; i < nb->n_atoms; i++)
        if (term->centre[nb->species[i]]) w->atom[n_all++] = i;
    memset(w->v, 0, (size_t)term->n_sparse * sizeof *w->v);
    for (int start = 0; start < n_all; start += BLOCK) {
        int n = n_all - start < BLOCK ? n_all - start : BLOCK;
        double *p = w->p + start * keep;

        sz_describer_forward(of, w->term[t], nb, &slots, n, w->atom + start, p);
        add_local(v, w, t, n, w->atom + start, p, a);
    }
    if (!a->total) return SZ_OK;
    for (int start = 0; start < n_all; start += BLOCK) {
        int n = n_all - start < BLOCK ? n_all - start : BLOCK;

        *a->total += sum_kernel(v, w, t, start, n, n_all) + n * v->lambda2;
    }
    for (int s = 0; s < term->n_sparse; s++) *a->total -= w->v[s] * w->v[s];
    return SZ_OK;
}

static sz_status find(const sz_variance *variance, sz_variance_work *work,
                      const sz_neigh *nb, const answer *a, sz_error *err)
{
    size_t n = (size_t)nb->n_atoms;
    sz_status status = SZ_OK;

    if (a->local && variance->grades_alone)
        return sz_fail(err, SZ_ERR_ARGUMENT,
                       "%s: the variance needs a factor, which SZ_GRADES_ALONE omits; "
                       "give sz_variance_create a lambda",
                       variance->model->path);
    if (a->local) memset(a->local, 0, n * sizeof *a->local);
    if (a->grade) memset(a->grade, 0, n * sizeof *a->grade);
    if (a->total) *a->total = 0.0;
    for (int t = 0; t < variance->soaps->n_terms && status == SZ_OK; t++)
        status = add_term(variance, work, t, nb, a, err);
    return status;
}

sz_status sz_variance_frame(const sz_variance *variance, sz_variance_work *work,
                            const sz_neigh *nb, double *local, double *total,
                            sz_error *err)
{
    const answer a = {.local = local, .total = total};

    return find(variance, work, nb, &a, err);
}

sz_status sz_variance_compute(const sz_variance *variance, sz_variance_work *work,
                              const sz_neigh *nb, double *local, double *grade,
                              sz_error *err)
{
    const answer a = {.local = local, .grade = grade};
    sz_status status = sz_list_check(nb, variance->model->species.n, err);

    return status == SZ_OK ? find(variance, work, nb, &a, err) : status;
}

sz_status sz_variance_predict(const sz_variance *variance, const sz_structure *structure,
                              double *local, double *total, sz_error *err)
{
    const sz_model *model = variance->model;
    sz_variance_work *work = NULL;
    sz_list list = {0};
    sz_status status = sz_list_build(&list, structure, model->cutoff, err);

    if (status == SZ_OK) status = sz_list_check(&list.nb, model->species.n, err);
    if (status == SZ_OK) status = sz_variance_work_create(&work, variance, err);
    if (status == SZ_OK)
        status = sz_variance_frame(variance, work, &list.nb, local, total, err);
    sz_variance_work_free(work);
    sz_list_free(&list);
    return status;
}
