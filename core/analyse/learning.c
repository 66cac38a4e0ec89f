/* SPDX-License-Identifier: BSD-3-Clause
 *
 * learning.c - learning curves of total energies (Darby, Kermode, Csanyi 2021, IV E).
 *
 *   E(A) = sum_alpha n_alpha mu_alpha + sum_B K(A,B) beta_B
 *
 * mu by least squares over the frames of the fit, then beta = (K + sigma N)^-1 (E - n
 * mu); sigma is the one of the grid with the smallest cross-validation error, relative to
 * the mean of K(A,A). Every fit, also in the cross-validation, has its own mu. */
#include "analyse/learning_plan.h"

#include "base/crew.h"
#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sz_learning {
    int n_splits, n_sizes, n_desc;
    double *mae[2]; /* [n_splits][n_sizes] eV/atom, eV */
    double *sigma;  /* [n_splits][n_sizes] */
};

void sz_learning_free(sz_learning *learning)
{
    if (!learning) return;
    free(learning->mae[0]);
    free(learning->mae[1]);
    free(learning->sigma);
    free(learning);
}

static size_t at(const sz_learning *l, int split, int size)
{
    return (size_t)split * (size_t)l->n_sizes + (size_t)size;
}

double sz_learning_mae(const sz_learning *learning, int split, int size, int per_frame)
{
    return learning->mae[per_frame != 0][at(learning, split, size)];
}

double sz_learning_sigma(const sz_learning *learning, int split, int size)
{
    return learning->sigma[at(learning, split, size)];
}

/* ---- the regression ---------------------------------------------------------------- */

/* Memory behind an sz_ridge. */
typedef struct {
    sz_ridge ridge;
    sz_energy_rows *rows;
    int *place, *column;
    double *k;
} material;

static void free_material(material *m, int n)
{
    sz_energy_rows_free(m->rows, n);
    free(m->place);
    free(m->column);
    free(m->k);
}

/* Components that occur in any frame. */
static sz_status find_columns(material *m, int n, int n_desc, sz_error *err)
{
    m->column = malloc(((size_t)n_desc + 1) * sizeof *m->column);
    if (!m->column) return sz_fail_memory(err, (size_t)n_desc * 4, "columns");
    for (int k = 0; k < n_desc; k++) m->column[k] = -1;
    for (int f = 0; f < n; f++)
        for (int r = 0; r < m->rows[f].n_ranges; r++)
            for (int k = m->rows[f].range[r].first; k < m->rows[f].range[r].end; k++)
                m->column[k] = 0;
    for (int k = 0; k < n_desc; k++)
        if (m->column[k] == 0) m->column[k] = m->ridge.n_columns++;
    m->ridge.column = m->column;
    return SZ_OK;
}

/* The frames of fits that use the kernel: all with zeta > 1, otherwise those of sizes up
 * to the vector length. Their numbers go to frame; place of each. */
static int list_kernel(material *m, const sz_learning_plan *p, int *frame)
{
    int n = 0;

    for (int u = 0; u < p->n_used; u++) m->place[u] = -1;
    for (int size = 0; size < p->o.n_sizes; size++) {
        int least = p->o.size[size] - (p->o.size[size] + p->o.n_folds - 1) / p->o.n_folds;

        if (!sz_ridge_by_kernel(&m->ridge, least)) continue;
        for (int s = 0; s < p->o.n_splits; s++) {
            sz_chosen judged = sz_learning_judged(p, s),
                      train = sz_learning_training(p, s, size);

            for (int k = 0; k < judged.n; k++) m->place[judged.frame[k]] = 0;
            for (int k = 0; k < train.n; k++) m->place[train.frame[k]] = 0;
        }
    }
    for (int u = 0; u < p->n_used; u++)
        if (m->place[u] == 0) {
            m->place[u] = n;
            frame[n++] = u;
        }
    return n;
}

static sz_status make_kernel(material *m, const sz_learning_plan *p,
                             const sz_fit_options *options, sz_error *err)
{
    int *frame = malloc(((size_t)p->n_used + 1) * sizeof *frame);
    size_t n;
    sz_status status = SZ_OK;

    m->place = malloc(((size_t)p->n_used + 1) * sizeof *m->place);
    if (!frame || !m->place) {
        free(frame);
        return sz_fail_memory(err, (size_t)p->n_used * 8, "the frames");
    }
    n = (size_t)list_kernel(m, p, frame);
    m->k = malloc((n * n + 1) * sizeof *m->k);
    if (!m->k) status = sz_fail_memory(err, n * n * 8, "the kernel of the frames");
    if (status == SZ_OK)
        status = sz_energy_kernel(m->rows, (int)n, frame, p->o.zeta, options, m->k, err);
    m->ridge.n_kernel = (int)n;
    m->ridge.k = m->k;
    m->ridge.place = m->place;
    free(frame);
    return status;
}

static sz_status make_material(material *m, const sz_learning_plan *p,
                               const sz_descriptor *d, const sz_dataset *data,
                               int *n_desc, const sz_fit_options *options, sz_error *err)
{
    int sum = p->o.zeta == 1;
    double square = 0.0, atoms = 0.0;
    sz_status status = sz_energy_rows_make(&m->rows, n_desc, d, data, p->n_used, p->used,
                                           sum, options, err);

    m->ridge.n = p->n_used;
    m->ridge.size = p->size;
    m->ridge.rows = m->rows;
    if (status == SZ_OK && sum) status = find_columns(m, p->n_used, *n_desc, err);
    if (status == SZ_OK) status = make_kernel(m, p, options, err);
    for (int u = 0; u < p->n_used && status == SZ_OK; u++) {
        size_t at_u = (size_t)m->place[u] * (size_t)(m->ridge.n_kernel + 1);

        square += m->place[u] < 0 ? sz_energy_square(&m->rows[u], p->o.zeta) : m->k[at_u];
        atoms += p->size[u];
    }
    m->ridge.scale = square / atoms;
    if (!sum) { /* the kernel contains all information */
        sz_energy_rows_free(m->rows, p->n_used);
        m->rows = NULL;
        m->ridge.rows = NULL;
    }
    return status;
}

/* ---- fits -------------------------------------------------------------------------- */

typedef struct {
    const sz_learning_plan *p;
    const sz_ridge *ridge;
    sz_learning *l;
    double *validation; /* [n_sizes][n_splits][n_folds][n_sigmas] */
} job;

/* Mean absolute errors mae [n_sigma][2] of the test frames, per atom and per frame. */
static sz_status fit_and_judge(const job *j, const sz_chosen *train,
                               const sz_chosen *judged, int n_sigma, const double *sigma,
                               double *mae, sz_error *err)
{
    const sz_learning_plan *p = j->p;
    int n_species = p->n_species;
    size_t n = (size_t)train->n + (size_t)judged->n * (size_t)(n_sigma + 1);
    double mu[SZ_Z_MAX], *r = malloc((n + 1) * sizeof *r);
    double *want = r ? r + train->n : NULL, *out = r ? want + judged->n : NULL;
    sz_status status = r ? SZ_OK : sz_fail_memory(err, n * 8, "energies");

    if (status == SZ_OK)
        status = sz_chemical_potentials(n_species, p->count, p->energy, train, mu, err);
    for (int k = 0; k < train->n + judged->n && status == SZ_OK; k++) {
        int f = k < train->n ? train->frame[k] : judged->frame[k - train->n];

        r[k] = p->energy[f];
        for (int s = 0; s < n_species; s++)
            r[k] -= mu[s] * p->count[(size_t)f * (size_t)n_species + (size_t)s];
    }
    if (status == SZ_OK)
        status = sz_ridge_predict(j->ridge, train, r, judged, n_sigma, sigma, out, err);
    for (int q = 0; q < n_sigma && status == SZ_OK; q++) {
        mae[2 * q] = mae[2 * q + 1] = 0.0;
        for (int k = 0; k < judged->n; k++) {
            double d = fabs(out[(size_t)q * (size_t)judged->n + (size_t)k] - want[k]);

            mae[2 * q] += d / p->size[judged->frame[k]] / judged->n;
            mae[2 * q + 1] += d / judged->n;
        }
    }
    free(r);
    return status;
}

/* Item: size, split, fold, the largest sizes first. */
static sz_status validate(void *context, void *worker, int item, sz_error *err)
{
    const job *j = context;
    const sz_learning_options *o = &j->p->o;
    int fold = item % o->n_folds, split = item / o->n_folds % o->n_splits;
    int size = o->n_sizes - 1 - item / o->n_folds / o->n_splits;
    sz_chosen all = sz_learning_training(j->p, split, size), train = {0}, part;
    int each = all.n / o->n_folds, more = all.n % o->n_folds;
    int first = fold * each + (fold < more ? fold : more);
    double mae[2 * SZ_LEARNING_MOST];
    int *rest = malloc(((size_t)all.n + 1) * sizeof *rest);
    sz_status status;

    (void)worker;
    if (!rest) return sz_fail_memory(err, (size_t)all.n * 4, "a part");
    part = (sz_chosen){each + (fold < more), all.frame + first};
    for (int k = 0; k < all.n; k++)
        if (k < first || k >= first + part.n) rest[train.n++] = all.frame[k];
    train.frame = rest;
    status = fit_and_judge(j, &train, &part, o->n_sigmas, o->sigma, mae, err);
    for (int q = 0; q < o->n_sigmas && status == SZ_OK; q++)
        j->validation[((size_t)(size * o->n_splits + split) * (size_t)o->n_folds +
                       (size_t)fold) *
                          (size_t)o->n_sigmas +
                      (size_t)q] = mae[2 * q + (o->per_frame != 0)];
    free(rest);
    return status;
}

/* The sigma with the smallest mean error over the folds. */
static double best_sigma(const job *j, int size, int split)
{
    const sz_learning_options *o = &j->p->o;
    const double *v = j->validation + (size_t)(size * o->n_splits + split) *
                                          (size_t)(o->n_folds * o->n_sigmas);
    double least = INFINITY, sigma = o->sigma[o->n_sigmas - 1];

    for (int q = 0; q < o->n_sigmas; q++) {
        double sum = 0.0;

        for (int fold = 0; fold < o->n_folds; fold++) sum += v[fold * o->n_sigmas + q];
        if (!(sum < least)) continue; /* NaN: no solution */
        least = sum;
        sigma = o->sigma[q];
    }
    return sigma;
}

static sz_status learn(void *context, void *worker, int item, sz_error *err)
{
    const job *j = context;
    const sz_learning_options *o = &j->p->o;
    int split = item % o->n_splits, size = o->n_sizes - 1 - item / o->n_splits;
    sz_chosen train = sz_learning_training(j->p, split, size),
              judged = sz_learning_judged(j->p, split);
    double sigma = best_sigma(j, size, split), mae[2];
    size_t to = at(j->l, split, size);
    sz_status status = fit_and_judge(j, &train, &judged, 1, &sigma, mae, err);

    (void)worker;
    if (status != SZ_OK) return status;
    j->l->sigma[to] = sigma;
    j->l->mae[0][to] = mae[0];
    j->l->mae[1][to] = mae[1];
    return SZ_OK;
}

static double weight_of(void *context, int item)
{
    const sz_learning_options *o = &((const job *)context)->p->o;
    double n = o->size[o->n_sizes - 1 - item / o->n_folds / o->n_splits];

    return n * n * n;
}

static sz_status run_fits(job *j, const sz_fit_options *options, sz_error *err)
{
    const sz_learning_options *o = &j->p->o;
    sz_crew crew = {.n_items = o->n_sizes * o->n_splits * o->n_folds,
                    .context = j,
                    .work = validate,
                    .weight = weight_of,
                    .watch = options ? options->watch : NULL,
                    .what = "fits of the cross-validation done"};
    sz_status status =
        sz_crew_threads(&crew.n_threads, options ? options->n_threads : 0, err);

    if (status == SZ_OK) status = sz_crew_run(&crew, err);
    crew.n_items = o->n_sizes * o->n_splits;
    crew.work = learn;
    crew.weight = NULL;
    crew.what = "fits done";
    return status == SZ_OK ? sz_crew_run(&crew, err) : status;
}

static sz_status make_room(job *j, sz_learning *l, const sz_learning_options *o,
                           sz_error *err)
{
    size_t n = (size_t)o->n_splits * (size_t)o->n_sizes;
    size_t n_fits = n * (size_t)o->n_folds * (size_t)o->n_sigmas;

    l->n_splits = o->n_splits;
    l->n_sizes = o->n_sizes;
    l->mae[0] = calloc(n, sizeof(double));
    l->mae[1] = calloc(n, sizeof(double));
    l->sigma = calloc(n, sizeof(double));
    j->validation = calloc(n_fits, sizeof(double));
    if (l->mae[0] && l->mae[1] && l->sigma && j->validation) return SZ_OK;
    return sz_fail_memory(err, n_fits * 8, "the errors");
}

sz_status sz_learning_create(sz_learning **learning, const sz_descriptor *descriptor,
                             const sz_dataset *dataset,
                             const sz_learning_options *learning_options,
                             const sz_fit_options *options, sz_error *err)
{
    sz_learning_plan p = {.o = *learning_options};
    material m = {0};
    sz_learning *l = calloc(1, sizeof *l);
    job j = {&p, &m.ridge, l, NULL};
    sz_status status = l ? SZ_OK : sz_fail_memory(err, sizeof *l, "a learning curve");

    *learning = NULL;
    if (status == SZ_OK) status = sz_learning_plan_make(&p, dataset, err);
    if (status == SZ_OK && options) sz_learning_warn(&p, dataset, options->watch);
    if (status == SZ_OK) status = make_room(&j, l, &p.o, err);
    if (status == SZ_OK)
        status = make_material(&m, &p, descriptor, dataset, &l->n_desc, options, err);
    if (status == SZ_OK) status = run_fits(&j, options, err);
    free(j.validation);
    free_material(&m, p.n_used);
    sz_learning_plan_free(&p);
    if (status == SZ_OK) {
        *learning = l;
        l = NULL;
    }
    sz_learning_free(l);
    return status;
}
