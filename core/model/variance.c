/* SPDX-License-Identifier: BSD-3-Clause
 *
 * variance.c - the predicted variance of the Gaussian process.
 *
 *   Q_st    = k(p_s, p_t) + lambda^2 [s = t],   Q = L L^T
 *   v_i     = L^-1 k_i,                          k_is = k(p_s, p_i)
 *   var_i   = k(p_i, p_i) + lambda^2 - v_i . v_i
 *   var_sum = sum_ij (k(p_i, p_j) + lambda^2 [i = j] - v_i . v_j)
 *   k(p, q) = delta^2 (p . q + sigma0^2)^zeta
 *
 * Terms add up; atoms of different terms are independent. var_i is QUIP's
 * local_gap_variance for normalised vectors and sigma0 = f0 = 0. */
#include "model/variance.h"

#include "atoms/list_check.h"
#include "linear/blas.h"
#include "linear/linalg.h"
#include "linear/vec.h"
#include "model/model.h"
#include "term/soap_term.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 128 }; /* atoms at a time */

struct sz_variance {
    const sz_model *model; /* used */
    const sz_soap_group *soaps;
    double lambda2;
    double **l; /* [n_terms][n_sparse][n_sparse] column-major lower factor of Q */
};

struct sz_variance_work {
    sz_soap_work **soap; /* [n_terms] */
    double *k;           /* [BLOCK][n_sparse] k_i, then v_i */
    double *v;           /* [n_sparse] sum of v_i */
    size_t room;         /* atoms of one term */
    int *atom;           /* [room] */
    double *p;           /* [room][stride] */
    double *kk;          /* [BLOCK][room] */
    int stride;          /* the largest */
};

static sz_status factorise(sz_variance *v, int t, sz_error *err)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_soap *soap = v->soaps->soap[term->soap];
    const double one = 1.0, zero = 0.0;
    int m = term->n_sparse, d = sz_soap_n_desc(soap), ld = sz_soap_stride(soap), info = 0;
    size_t size = (size_t)m * m;
    double *q = v->l[t] = malloc(size * sizeof *q + 1);

    if (!q) return sz_fail_memory(err, size * sizeof *q, "the predicted variance");
    if (m == 0) return SZ_OK;
    SZ_BLAS(dgemm)
    ("T", "N", &m, &m, &d, &one, term->p_sparse, &ld, term->p_sparse, &ld, &zero, q, &m);
    sz_kernel_values(size, term->delta, term->zeta, soap->spec.sigma0, q);
    for (int s = 0; s < m; s++) q[(size_t)s * m + s] += v->lambda2;
    info = sz_cholesky('L', m, q);
    for (int s = 0; s < m && info == 0; s++) /* LAPACK lets NaN pass */
        if (!(q[(size_t)s * m + s] > 0.0)) info = s + 1;
    if (info == 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC,
                   "the predicted variance of SOAP term %d: the kernel matrix of its "
                   "sparse points is not positive definite; are they numbers?",
                   t + 1);
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
    v->l = calloc((size_t)soaps->n_terms + 1, sizeof *v->l);
    if (!v->l) status = sz_fail_memory(err, sizeof *v->l, "the predicted variance");
    for (int t = 0; t < soaps->n_terms && status == SZ_OK; t++)
        status = factorise(v, t, err);
    if (status == SZ_OK)
        *variance = v;
    else
        sz_variance_free(v);
    return status;
}

void sz_variance_free(sz_variance *variance)
{
    if (!variance) return;
    for (int t = 0; variance->l && t < variance->soaps->n_terms; t++)
        free(variance->l[t]);
    free(variance->l);
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
    /* one more entry, zero, ends the list */
    w->soap = calloc((size_t)m->n_terms + 1, sizeof *w->soap);
    if (!w->soap) status = sz_fail_memory(err, 8, "the predicted variance");
    for (int t = 0; t < m->n_terms && status == SZ_OK; t++) {
        const sz_soap_term *term = &m->term[t];
        int stride = sz_soap_stride(m->soap[term->soap]);

        if ((size_t)term->n_sparse > n_sparse) n_sparse = (size_t)term->n_sparse;
        if (stride > w->stride) w->stride = stride;
        status = sz_soap_work_create(&w->soap[t], m->soap[term->soap], BLOCK, err);
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
    for (int t = 0; work->soap && work->soap[t]; t++) sz_soap_work_free(work->soap[t]);
    free(work->soap);
    free(work->k);
    free(work->v);
    free(work->atom);
    free(work->p);
    free(work->kk);
    free(work);
}

static sz_status make_room(sz_variance_work *w, size_t n, sz_error *err)
{
    size_t size = SZ_PAD(n * (size_t)w->stride) * sizeof *w->p;

    if (n <= w->room) return SZ_OK;
    free(w->atom);
    free(w->p);
    free(w->kk);
    w->atom = malloc(n * sizeof *w->atom);
    w->p = aligned_alloc(64, size);
    w->kk = malloc(BLOCK * n * sizeof *w->kk);
    w->room = w->atom && w->p && w->kk ? n : 0;
    return w->room ? SZ_OK : sz_fail_memory(err, size, "the descriptors of a frame");
}

/* v_i of the atoms start .. start+n-1 among those of the term, and their var_i */
static void add_local(const sz_variance *v, sz_variance_work *w, int t, int start, int n,
                      double *local)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_soap *soap = v->soaps->soap[term->soap];
    const double one = 1.0, zero = 0.0, sigma0 = soap->spec.sigma0;
    int m = term->n_sparse, d = sz_soap_n_desc(soap), ld = sz_soap_stride(soap);
    const double *p = w->p + (size_t)start * ld;

    if (m > 0) {
        SZ_BLAS(dgemm)
        ("T", "N", &m, &n, &d, &one, term->p_sparse, &ld, p, &ld, &zero, w->k, &m);
        sz_kernel_values((size_t)n * m, term->delta, term->zeta, sigma0, w->k);
        SZ_BLAS(dtrsm)("L", "L", "N", "N", &m, &n, &one, v->l[t], &m, w->k, &m);
    }
    for (int i = 0; i < n; i++) {
        double own = 0.0, known = 0.0;

        for (int c = 0; c < d; c++) own += p[(size_t)i * ld + c] * p[(size_t)i * ld + c];
        sz_kernel_values(1, term->delta, term->zeta, sigma0, &own);
        for (int s = 0; s < m; s++) {
            double x = w->k[(size_t)i * m + s];

            known += x * x;
            w->v[s] += x;
        }
        local[w->atom[start + i]] += own + v->lambda2 - known;
    }
}

/* sum_j k(p_i, p_j) over all atoms j of the term, summed over i = start .. start+n-1 */
static double sum_kernel(const sz_variance *v, sz_variance_work *w, int t, int start,
                         int n, int n_all)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_soap *soap = v->soaps->soap[term->soap];
    const double one = 1.0, zero = 0.0;
    int d = sz_soap_n_desc(soap), ld = sz_soap_stride(soap);
    double sum = 0.0;

    SZ_BLAS(dgemm)
    ("T", "N", &n_all, &n, &d, &one, w->p, &ld, w->p + (size_t)start * ld, &ld, &zero,
     w->kk, &n_all);
    sz_kernel_values((size_t)n * n_all, term->delta, term->zeta, soap->spec.sigma0,
                     w->kk);
    for (size_t k = 0; k < (size_t)n * n_all; k++) sum += w->kk[k];
    return sum;
}

static sz_status add_term(const sz_variance *v, sz_variance_work *w, int t,
                          const sz_neigh *nb, double *local, double *total, sz_error *err)
{
    const sz_soap_term *term = &v->soaps->term[t];
    const sz_soap *soap = v->soaps->soap[term->soap];
    const sz_soap_species species = {v->model->z, v->soaps->slot[term->soap]};
    int n_all = 0;
    sz_status status = make_room(w, (size_t)nb->n_atoms, err);

    if (status != SZ_OK) return status;
    for (int i = 0; i < nb->n_atoms; i++)
        if (term->centre[nb->species[i]]) w->atom[n_all++] = i;
    for (int start = 0; start < n_all; start += BLOCK)
        sz_soap_forward(soap, w->soap[t], nb, &species,
                        n_all - start < BLOCK ? n_all - start : BLOCK, w->atom + start,
                        w->p + (size_t)start * sz_soap_stride(soap));
    memset(w->v, 0, (size_t)term->n_sparse * sizeof *w->v);
    for (int start = 0; start < n_all; start += BLOCK) {
        int n = n_all - start < BLOCK ? n_all - start : BLOCK;

        add_local(v, w, t, start, n, local);
        *total += sum_kernel(v, w, t, start, n, n_all) + n * v->lambda2;
    }
    for (int s = 0; s < term->n_sparse; s++) *total -= w->v[s] * w->v[s];
    return SZ_OK;
}

sz_status sz_variance_frame(const sz_variance *variance, sz_variance_work *work,
                            const sz_neigh *nb, double *local, double *total,
                            sz_error *err)
{
    sz_status status = SZ_OK;

    memset(local, 0, (size_t)nb->n_atoms * sizeof *local);
    *total = 0.0;
    for (int t = 0; t < variance->soaps->n_terms && status == SZ_OK; t++)
        status = add_term(variance, work, t, nb, local, total, err);
    return status;
}

sz_status sz_variance_predict(const sz_variance *variance, const sz_structure *structure,
                              double *local, double *total, sz_error *err)
{
    const sz_model *model = variance->model;
    sz_variance_work *work = NULL;
    sz_list list = {0};
    sz_status status = sz_list_build(&list, structure, model->cutoff, err);

    for (int i = 0; i < list.nb.n_atoms && status == SZ_OK; i++)
        status = sz_list_check_row(&list.nb, i, model->species.n, err);
    if (status == SZ_OK) status = sz_variance_work_create(&work, variance, err);
    if (status == SZ_OK)
        status = sz_variance_frame(variance, work, &list.nb, local, total, err);
    sz_variance_work_free(work);
    sz_list_free(&list);
    return status;
}
