/* SPDX-License-Identifier: BSD-3-Clause
 *
 * trial.c - a small fit to evaluate channel maps W.
 *
 *   K_qs = sum_(i in q) f_i k(p_s . p_i),   k(t) = delta^2 (t + sigma0^2)^zeta
 *   A = K_MM + K_A^T K_A,   alpha = A^-1 K_A^T y_A,   r = K alpha - y
 *   L = sum_(q in B) log(1 + r_q^2 / s_q^2) / 2
 *
 * q: rows (trial_data.c), s: a few sparse points, vectors p from the density and W; A:
 * the rows that are fitted, B: those that are tested. s_q: the median of |r| of the
 * initial maps, separate for energies and slopes, so that outliers do not dominate. One
 * more solution, beta = A^-1 K_B^T g, g = dL/dr_B, includes the change of alpha:
 *
 *   dL/dK_q = g_q alpha   q in B
 *           = -(K_q . beta) alpha - r_q beta        q in A
 *   dL/dK_MM = -beta alpha^T
 *
 * and from there dL/dp_i and dL/dp_s, then dL/dW by the adjoint of the vector. Two sets
 * of frames are used in turn as A and B. Vectors are not stored but computed twice. */
#include "fit/trial.h"

#include "base/crew.h"
#include "linear/blas.h"
#include "linear/linalg.h"
#include "linear/vec.h"
#include "term/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64, SHARES = 8 /* partial sums, for any number of threads */ };

typedef struct {
    sz_soap_work *soap;
    double *p, *dedp;     /* [BLOCK][stride] */
    double *k, *g, *skip; /* [BLOCK][most_points] */
} worker;

/* Slopes of one part of the environments. */
typedef struct {
    double *dedw[SZ_FACTORS];
    double *dedp; /* [n_points][stride], of the sparse points */
} share;

struct sz_trial {
    sz_trial_data *data;
    int n_threads;
    const sz_watch *watch;
    worker *worker;       /* [n_threads] */
    share *share;         /* [SHARES] */
    double *p;            /* [n_points][stride] of the sparse points */
    double *product;      /* [n_env][most_points] p_s . p_i */
    double *dedk;         /* [n_rows][n_columns] */
    double *dedk_mm;      /* [n_columns][n_columns] */
    double *l;            /* [n_columns][n_columns] Cholesky factor of K_MM */
    double *white;        /* [n_rows][n_columns] K L^-T */
    double *a, *rows, *y; /* of a solution: its factor, rows and right-hand side */
    double *alpha, *beta; /* [n_columns] */
    double *error;        /* [n_rows] r, and g for tested rows */
    double scale2[2];     /* s^2 for energies and slopes */
};

void sz_trial_free(sz_trial *t)
{
    if (!t) return;
    for (int k = 0; t->worker && k < t->n_threads; k++) {
        sz_soap_work_free(t->worker[k].soap);
        free(t->worker[k].p);
        free(t->worker[k].k);
    }
    for (int k = 0; t->share && k < SHARES; k++) {
        for (int d = 0; d < SZ_FACTORS; d++) free(t->share[k].dedw[d]);
        free(t->share[k].dedp);
    }
    free(t->worker);
    free(t->share);
    free(t->p);
    free(t->product);
    free(t->dedk);
    free(t->dedk_mm);
    free(t->l);
    free(t->white);
    free(t->a);
    free(t->rows);
    free(t->y);
    free(t->alpha);
    free(t->error);
    free(t);
}

static double *take(size_t n, int *failed)
{
    double *x = aligned_alloc(64, SZ_PAD(n + 1) * sizeof *x);

    if (x)
        memset(x, 0, SZ_PAD(n + 1) * sizeof *x);
    else
        *failed = 1;
    return x;
}

static sz_status open_worker(worker *w, const sz_trial_data *d, sz_error *err)
{
    size_t stride = (size_t)d->maps->soap->base.stride, m = (size_t)d->most_points;
    int failed = 0;

    w->p = take(2 * BLOCK * stride, &failed);
    w->k = take(3 * BLOCK * m, &failed);
    if (failed) return sz_fail_memory(err, 2 * BLOCK * stride * 8, "a small fit");
    w->dedp = w->p + BLOCK * stride;
    w->g = w->k + BLOCK * m;
    w->skip = w->g + BLOCK * m;
    return sz_soap_work_create(&w->soap, d->maps->soap, BLOCK, err);
}

/* ---- vectors and kernels ----------------------------------------------------------- */

static int stride_of(const sz_trial *t)
{
    return t->data->maps->soap->base.stride;
}

/* p of n environments: first, .. or those in list */
static void make_vectors(const sz_trial *t, worker *w, int n, int first, const int *list,
                         double *p)
{
    const sz_trial_data *d = t->data;
    int slots = d->maps->full->compression.n_slots;

    for (int k = 0; k < n; k++) {
        size_t i = (size_t)(list ? list[k] : first + k);

        sz_soap_vector_of(d->maps->soap, w->soap, k, d->x + i * d->maps->n_x,
                          d->present + i * slots, p + (size_t)k * stride_of(t));
    }
}

/* k [n][ld] = p_s . p of the m sparse points at p_s */
static void multiply(const sz_trial *t, int n, const double *p, int m, const double *p_s,
                     int ld, double *k)
{
    const double one = 1.0, zero = 0.0;
    int stride = stride_of(t);

    SZ_BLAS(dgemm)
    ("T", "N", &m, &n, &stride, &one, p_s, &stride, p, &stride, &zero, k, &ld);
}

/* From k = p_s . p: value += K, k <- dK/dk. */
static void evaluate(const sz_trial *t, int n, double *k, double *value)
{
    sz_kernel_row(n, t->data->delta, t->data->zeta, t->data->sigma0, k, value);
}

static sz_status make_products(void *context, void *of, int item, sz_error *err)
{
    const sz_trial *t = context;
    const sz_trial_data *d = t->data;
    const sz_trial_block *b = &d->block[item];
    int s = d->point_first[b->term], m = d->point_first[b->term + 1] - s;
    worker *w = of;

    (void)err;
    if (m == 0) return SZ_OK; /* an element that occurs only in validation frames */
    make_vectors(t, w, b->n, b->first, NULL, w->p);
    multiply(t, b->n, w->p, m, t->p + (size_t)s * stride_of(t), d->most_points,
             t->product + (size_t)b->first * d->most_points);
    return SZ_OK;
}

static void add_rows(const sz_trial *t, const sz_trial_block *b, worker *w)
{
    const sz_trial_data *d = t->data;
    int s = d->point_first[b->term], m = d->point_first[b->term + 1] - s;

    for (int i = b->first; i < b->first + b->n; i++) {
        double *to = d->k + (size_t)d->row[i] * d->n_columns + s;

        memcpy(w->k, t->product + (size_t)i * d->most_points, (size_t)m * sizeof *w->k);
        memset(w->g, 0, (size_t)m * sizeof *w->g);
        evaluate(t, m, w->k, w->g);
        for (int k = 0; k < m; k++) to[k] += d->factor[i] * w->g[k];
    }
}

static void make_k_mm(const sz_trial *t, worker *w)
{
    const sz_trial_data *d = t->data;

    for (int term = 0; term < d->n_terms; term++) {
        int first = d->point_first[term], m = d->point_first[term + 1] - first;
        const double *p = t->p + (size_t)first * stride_of(t);

        for (int s = 0; s < m; s++) {
            double *to = d->k_mm + (size_t)(first + s) * d->n_columns + first;

            multiply(t, 1, p + (size_t)s * stride_of(t), m, p, m, w->k);
            memset(to, 0, (size_t)m * sizeof *to);
            evaluate(t, m, w->k, to);
        }
    }
}

static sz_status run(sz_trial *t, int n_items,
                     sz_status (*work)(void *, void *, int, sz_error *), sz_error *err)
{
    const sz_crew crew = {.n_threads = t->n_threads,
                          .n_items = n_items,
                          .worker = t->worker,
                          .size = sizeof *t->worker,
                          .context = t,
                          .work = work,
                          .watch = t->watch};

    return sz_crew_run(&crew, err);
}

/* K and K_MM of the current maps */
static sz_status make_kernels(sz_trial *t, sz_error *err)
{
    sz_trial_data *d = t->data;
    sz_status status;

    for (int s = 0; s < d->n_points; s += BLOCK) {
        int n = d->n_points - s < BLOCK ? d->n_points - s : BLOCK;

        make_vectors(t, t->worker, n, 0, d->point + s, t->p + (size_t)s * stride_of(t));
    }
    status = run(t, d->n_blocks, make_products, err);
    if (status != SZ_OK) return status;
    for (int q = 0; q < d->n_rows; q++)
        memset(d->k + (size_t)q * d->n_columns, 0, (size_t)d->n_points * sizeof *d->k);
    for (int b = 0; b < d->n_blocks; b++) add_rows(t, d->block + b, t->worker);
    make_k_mm(t, t->worker);
    return SZ_OK;
}

/* ---- the small fits ---------------------------------------------------------------- */

/* L of K_MM = L L^T and K~ = K L^-T, in which A is L (1 + K~_A^T K~_A) L^T: never
 * singular, for any sigmas. */
static sz_status whiten(sz_trial *t, sz_error *err)
{
    const sz_trial_data *d = t->data;
    const double one = 1.0;
    size_t n2 = (size_t)d->n_columns * d->n_columns;
    int n = d->n_columns, rows = d->n_rows, info;

    memcpy(t->l, d->k_mm, n2 * sizeof *t->l);
    for (int s = 0; s < n; s++)
        t->l[(size_t)s * (n + 1)] +=
            SZ_TRIAL_JITTER *
            (s < d->n_points ? d->delta * d->delta : t->l[(size_t)s * (n + 1)]);
    info = sz_cholesky('L', n, t->l);
    if (info != 0)
        return sz_fail(err, SZ_ERR_NUMERIC,
                       "the small fit that tests channel maps has no solution: its "
                       "sparse points are too similar");
    memcpy(t->white, d->k, (size_t)rows * n * sizeof *t->white);
    SZ_BLAS(dtrsm)("L", "L", "N", "N", &n, &rows, &one, t->l, &n, t->white, &n);
    return SZ_OK;
}

/* The Cholesky factor of 1 + K~^T K~ of the rows whose parts are in the mask fitted, and
 * L^T alpha. */
static sz_status solve(sz_trial *t, unsigned fitted, sz_error *err)
{
    const sz_trial_data *d = t->data;
    const double one = 1.0, zero = 0.0;
    const int step = 1;
    int n = d->n_columns, rows = 0, info;

    for (int q = 0; q < d->n_rows; q++) {
        if (!(fitted >> d->part[q] & 1)) continue;
        memcpy(t->rows + (size_t)rows * n, t->white + (size_t)q * n,
               (size_t)n * sizeof *t->rows);
        t->y[rows++] = d->y[q];
    }
    memset(t->a, 0, (size_t)n * n * sizeof *t->a);
    for (int s = 0; s < n; s++) t->a[(size_t)s * (n + 1)] = 1.0;
    SZ_BLAS(dsyrk)("L", "N", &n, &rows, &one, t->rows, &n, &one, t->a, &n);
    SZ_BLAS(dgemv)
    ("N", &n, &rows, &one, t->rows, &n, t->y, &step, &zero, t->alpha, &step);
    info = sz_cholesky('L', n, t->a);
    if (info == 0) SZ_BLAS(dpotrs)("L", &n, &step, t->a, &n, t->alpha, &n, &info);
    if (info == 0) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC,
                   "the small fit that tests channel maps is not a number");
}

static double dot(int n, const double *a, const double *b)
{
    double sum = 0.0;

    for (int k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}

/* r of row q, in the coordinates of L^T alpha */
static double residual(const sz_trial *t, int q)
{
    int n = t->data->n_columns;

    return dot(n, t->white + (size_t)q * n, t->alpha) - t->data->y[q];
}

/* r, for one part g, and the sum of its log(1 + r^2/s^2) */
static double residuals(sz_trial *t, sz_part judged, int *count)
{
    const sz_trial_data *d = t->data;
    double sum = 0.0, square;

    for (int q = 0; q < d->n_rows; q++) {
        t->error[q] = residual(t, q);
        if (d->part[q] != (int)judged) continue;
        square = t->error[q] * t->error[q] / t->scale2[d->kind[q]];
        sum += log1p(square);
        t->error[q] /= (1.0 + square) * t->scale2[d->kind[q]];
        ++*count;
    }
    return sum;
}

/* alpha and beta, and K . beta for the fitted rows, to along. */
static void solve_back(sz_trial *t, sz_part fitted, sz_part judged, double *along)
{
    const sz_trial_data *d = t->data;
    const int one = 1;
    int n = d->n_columns, info;

    memset(t->beta, 0, (size_t)n * sizeof *t->beta);
    for (int q = 0; q < d->n_rows; q++) {
        if (d->part[q] != (int)judged) continue;
        for (int s = 0; s < n; s++)
            t->beta[s] += t->error[q] * t->white[(size_t)q * n + s];
    }
    SZ_BLAS(dpotrs)("L", &n, &one, t->a, &n, t->beta, &n, &info);
    for (int q = 0; q < d->n_rows; q++)
        along[q] =
            d->part[q] == (int)fitted ? dot(n, t->white + (size_t)q * n, t->beta) : 0.0;
    SZ_BLAS(dtrsv)("L", "T", "N", &n, t->l, &n, t->alpha, &one);
    SZ_BLAS(dtrsv)("L", "T", "N", &n, t->l, &n, t->beta, &one);
}

/* Adds to dL/dK and dL/dK_MM the part from the solution fitted. */
static void add_slopes(sz_trial *t, sz_part fitted, sz_part judged)
{
    const sz_trial_data *d = t->data;
    int n = d->n_columns;
    double *along = t->y; /* scratch of a solution */

    solve_back(t, fitted, judged, along);
    for (int q = 0; q < d->n_rows; q++) {
        double *to = t->dedk + (size_t)q * n, by_alpha = t->error[q], by_beta = 0.0;

        if (d->part[q] != (int)fitted && d->part[q] != (int)judged) continue;
        if (d->part[q] == (int)fitted) {
            by_beta = -t->error[q];
            by_alpha = -along[q];
        }
        for (int s = 0; s < n; s++)
            to[s] += by_alpha * t->alpha[s] + by_beta * t->beta[s];
    }
    for (int s = 0; s < n; s++)
        for (int r = 0; r < n; r++)
            t->dedk_mm[(size_t)s * n + r] -= t->beta[s] * t->alpha[r];
}

/* Both test losses and the validation loss; with slopes, of L. */
static sz_status judge(sz_trial *t, sz_trial_loss *loss, int slopes, int *n_judged,
                       sz_error *err)
{
    size_t n = (size_t)t->data->n_columns;
    int n_watched = 0;
    sz_status status;

    *n_judged = 0;
    *loss = (sz_trial_loss){0.0, 0.0};
    memset(t->dedk, 0, (size_t)t->data->n_rows * n * sizeof *t->dedk);
    memset(t->dedk_mm, 0, n * n * sizeof *t->dedk_mm);
    status = whiten(t, err);
    for (int a = SZ_PART_A; a <= SZ_PART_B && status == SZ_OK; a++) {
        sz_part fitted = (sz_part)a, other = a == SZ_PART_A ? SZ_PART_B : SZ_PART_A;

        status = solve(t, 1u << fitted, err);
        if (status != SZ_OK) break;
        loss->judged += residuals(t, other, n_judged);
        if (slopes) add_slopes(t, fitted, other);
    }
    if (status == SZ_OK) status = solve(t, 1u << SZ_PART_A | 1u << SZ_PART_B, err);
    if (status != SZ_OK) return status;
    loss->watched = residuals(t, SZ_PART_WATCHED, &n_watched);
    loss->judged /= *n_judged ? *n_judged : 1;
    loss->watched /= n_watched ? n_watched : 1;
    if (isfinite(loss->judged) && isfinite(loss->watched)) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC, "the loss of channel maps is not a number");
}

/* ---- from kernels to maps ---------------------------------------------------------- */

/* Recomputes the vectors of a block, and dL/dp of them and of the sparse points,
 * dL/dW. */
static void add_block(const sz_trial *t, const sz_trial_block *b, worker *w, share *to)
{
    const sz_trial_data *d = t->data;
    const double one = 1.0, zero = 0.0;
    int s = d->point_first[b->term], m = d->point_first[b->term + 1] - s,
        stride = stride_of(t);
    const double *p_s = t->p + (size_t)s * stride;

    if (m == 0) return;
    make_vectors(t, w, b->n, b->first, NULL, w->p);
    for (int k = 0; k < b->n; k++) {
        int i = b->first + k;
        const double *dedk = t->dedk + (size_t)d->row[i] * d->n_columns + s;
        double *g = w->g + (size_t)k * m;

        memcpy(g, t->product + (size_t)i * d->most_points, (size_t)m * sizeof *g);
        evaluate(t, m, g, w->skip);
        for (int c = 0; c < m; c++) g[c] *= d->factor[i] * dedk[c];
    }
    SZ_BLAS(dgemm)
    ("N", "N", &stride, &b->n, &m, &one, p_s, &stride, w->g, &m, &zero, w->dedp, &stride);
    SZ_BLAS(dgemm)
    ("N", "T", &stride, &m, &b->n, &one, w->p, &stride, w->g, &m, &one,
     to->dedp + (size_t)s * stride, &stride);
    for (int k = 0; k < b->n; k++)
        sz_soap_map_slopes(d->maps->soap, w->soap, k, w->p + (size_t)k * stride,
                           w->dedp + (size_t)k * stride, to->dedw);
}

static sz_status add_share(void *context, void *of, int item, sz_error *err)
{
    const sz_trial *t = context;
    share *to = &t->share[item];

    (void)err;
    memset(to->dedp, 0, (size_t)t->data->n_points * stride_of(t) * sizeof *to->dedp);
    for (int d = 0; d < SZ_FACTORS; d++)
        if (to->dedw[d]) memset(to->dedw[d], 0, t->data->maps->n_w[d] * 8);
    for (int b = item; b < t->data->n_blocks; b += SHARES)
        add_block(t, t->data->block + b, of, to);
    return SZ_OK;
}

/* dL/dp_s += sum_t (dL/dK_st + dL/dK_ts) k'(p_s . p_t) p_t, from K_MM */
static void add_k_mm(const sz_trial *t, worker *w, double *dedp)
{
    const sz_trial_data *d = t->data;
    int stride = stride_of(t), n = d->n_columns;

    for (int term = 0; term < d->n_terms; term++) {
        int first = d->point_first[term], end = d->point_first[term + 1];
        const double *p = t->p + (size_t)first * stride;

        for (int s = first; s < end; s++) {
            multiply(t, 1, t->p + (size_t)s * stride, end - first, p, end - first, w->k);
            evaluate(t, end - first, w->k, w->skip);
            for (int r = first; r < end; r++) {
                double g =
                    (t->dedk_mm[(size_t)s * n + r] + t->dedk_mm[(size_t)r * n + s]) *
                    w->k[r - first];

                for (int c = 0; c < stride; c++)
                    dedp[(size_t)s * stride + c] += g * t->p[(size_t)r * stride + c];
            }
        }
    }
}

static sz_status make_slope(sz_trial *t, double *slope, sz_error *err)
{
    sz_trial_data *d = t->data;
    share *sum = &t->share[0];
    size_t stride = (size_t)stride_of(t), points = (size_t)d->n_points * stride;
    worker *w = t->worker;
    sz_status status = run(t, SHARES, add_share, err);

    if (status != SZ_OK) return status;
    for (int k = 1; k < SHARES; k++) {
        for (size_t c = 0; c < points; c++) sum->dedp[c] += t->share[k].dedp[c];
        for (int m = 0; m < SZ_FACTORS; m++)
            for (size_t c = 0; sum->dedw[m] && c < d->maps->n_w[m]; c++)
                sum->dedw[m][c] += t->share[k].dedw[m][c];
    }
    add_k_mm(t, w, sum->dedp);
    for (int s = 0; s < d->n_points; s += BLOCK) {
        int n = d->n_points - s < BLOCK ? d->n_points - s : BLOCK;

        make_vectors(t, w, n, 0, d->point + s, w->p);
        for (int k = 0; k < n; k++)
            sz_soap_map_slopes(d->maps->soap, w->soap, k, w->p + k * stride,
                               sum->dedp + (size_t)(s + k) * stride, sum->dedw);
    }
    memset(slope, 0, (size_t)d->maps->n * sizeof *slope);
    sz_maps_fold(d->maps, sum->dedw, slope);
    return SZ_OK;
}

sz_status sz_trial_judge(sz_trial *t, const double *w, sz_trial_loss *loss, double *slope,
                         sz_error *err)
{
    int n_judged;
    sz_status status;

    sz_maps_load(t->data->maps, w);
    status = make_kernels(t, err);
    if (status == SZ_OK) status = judge(t, loss, slope != NULL, &n_judged, err);
    if (status == SZ_OK && slope) status = make_slope(t, slope, err);
    for (int k = 0; k < t->data->maps->n && slope && status == SZ_OK; k++)
        slope[k] *= 2.0 / (n_judged ? n_judged : 1);
    return status;
}

/* ---- the whole trial --------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* |r| of the rows of one kind, tested with the other part: their median squared */
static double median2(const sz_trial *t, int kind, const double *error, double *list)
{
    int n = 0;

    for (int q = 0; q < t->data->n_rows; q++)
        if (t->data->kind[q] == kind && t->data->part[q] != SZ_PART_WATCHED)
            list[n++] = fabs(error[q]);
    qsort(list, (size_t)n, sizeof *list, by_size);
    return n && list[n / 2] > 0.0 ? list[n / 2] * list[n / 2] : 1.0;
}

/* The errors of the initial maps: s. */
static sz_status find_scales(sz_trial *t, const double *w, sz_error *err)
{
    const sz_trial_data *d = t->data;
    double *error = malloc(2 * ((size_t)d->n_rows + 1) * sizeof *error);
    sz_status status = error ? SZ_OK : sz_fail_memory(err, (size_t)d->n_rows * 8, "rows");

    sz_maps_load(d->maps, w);
    if (status == SZ_OK) status = make_kernels(t, err);
    if (status == SZ_OK) status = whiten(t, err);
    for (int a = SZ_PART_A; a <= SZ_PART_B && status == SZ_OK; a++) {
        status = solve(t, 1u << a, err);
        for (int q = 0; q < d->n_rows && status == SZ_OK; q++)
            if (d->part[q] != a && d->part[q] != SZ_PART_WATCHED)
                error[q] = residual(t, q);
    }
    for (int kind = 0; kind < 2 && status == SZ_OK; kind++)
        t->scale2[kind] = median2(t, kind, error, error + d->n_rows);
    free(error);
    return status;
}

sz_status sz_trial_create(sz_trial **trial, sz_trial_data *data,
                          const sz_trial_setup *setup, const double *w, sz_error *err)
{
    sz_trial *t = calloc(1, sizeof *t);
    size_t n = (size_t)data->n_columns, rows = (size_t)data->n_rows;
    size_t points = (size_t)data->n_points * data->maps->soap->base.stride;
    int failed = 0;
    sz_status status = SZ_OK;

    *trial = NULL;
    if (!t) return sz_fail_memory(err, sizeof *t, "a small fit");
    t->data = data;
    t->n_threads = setup->n_threads;
    t->watch = setup->watch;
    t->worker = calloc((size_t)t->n_threads, sizeof *t->worker);
    t->share = calloc(SHARES, sizeof *t->share);
    t->p = take(points, &failed);
    t->product = take((size_t)data->n_env * data->most_points, &failed);
    t->dedk = take(rows * n, &failed);
    t->dedk_mm = take(n * n, &failed);
    t->l = take(n * n, &failed);
    t->white = take(rows * n, &failed);
    t->a = take(n * n, &failed);
    t->rows = take(rows * n, &failed);
    t->y = take(rows, &failed);
    t->alpha = take(2 * n, &failed);
    t->beta = t->alpha ? t->alpha + n : NULL;
    t->error = take(rows, &failed);
    for (int k = 0; k < SHARES && t->share; k++) {
        t->share[k].dedp = take(points, &failed);
        for (int d = 0; d < SZ_FACTORS; d++)
            if (data->maps->n_w[d])
                t->share[k].dedw[d] = take(data->maps->n_w[d], &failed);
    }
    if (failed || !t->worker || !t->share)
        status = sz_fail_memory(err, (SHARES + 1) * points * 8, "a small fit");
    for (int k = 0; k < t->n_threads && status == SZ_OK; k++)
        status = open_worker(t->worker + k, data, err);
    if (status == SZ_OK) status = find_scales(t, w, err);
    if (status == SZ_OK)
        *trial = t;
    else
        sz_trial_free(t);
    return status;
}
