/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compare.c - a model against reference data.
 *
 *   MAE  = sum |d| / n,   RMSE = (sum d^2 / n)^(1/2),   d = predicted - reference
 *
 * Threads take the frames in turn and hand them over in the order of the file, so that
 * sums do not depend on the number of threads. */
#include "compare.h"

#include "predict.h"
#include "tool.h"
#include "train_frame.h" /* sz_grow */

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* ---- predictions ------------------------------------------------------------------- */

/* What the threads share. */
typedef struct {
    const sz_comparison *c;
    int species[SZ_Z_MAX]; /* the model's, for each of the data */
    pthread_mutex_t lock;
    pthread_cond_t turn_came;
    int next, turn; /* frame to be taken, frame to be handed over */
    int failed;
    sz_progress progress;
} job;

typedef struct {
    job *j;
    sz_predictor p;
    int *species;     /* [n_atoms] of a frame */
    double *variance; /* [n_atoms] */
    double energy_variance;
    int room;
    sz_variance_work *scratch; /* NULL: no variance is wanted */
    sz_status status;
    sz_error err;
} worker;

static int take_frame(job *j)
{
    int f = -1;

    pthread_mutex_lock(&j->lock);
    if (!j->failed && j->next < j->c->train->n_frames) f = j->next++;
    pthread_mutex_unlock(&j->lock);
    return f;
}

static sz_status predict_frame(worker *w, int f, sz_error *err)
{
    const sz_comparison *c = w->j->c;
    sz_structure s = sz_train_structure(c->train, f);
    sz_status status;

    if (s.n_atoms > w->room) {
        if (!sz_grow(&w->species, (size_t)s.n_atoms, sizeof *w->species) ||
            !sz_grow(&w->variance, (size_t)s.n_atoms, sizeof *w->variance))
            return sz_fail_memory(err, (size_t)s.n_atoms * 12, "a frame");
        w->room = s.n_atoms;
    }
    for (int i = 0; i < s.n_atoms; i++) w->species[i] = w->j->species[s.species[i]];
    s.species = w->species;
    status = sz_list_build(&w->p.list, &s, sz_model_cutoff(c->model), err);
    if (status == SZ_OK) status = sz_predict(&w->p, err);
    if (status == SZ_OK && w->scratch)
        status = sz_variance_frame(c->variance, w->scratch, &w->p.list.nb, w->variance,
                                   &w->energy_variance, err);
    return status;
}

static sz_status hand_over(worker *w, int f, sz_error *err)
{
    const sz_comparison *c = w->j->c;
    sz_prediction out = {.energy = w->p.energy,
                         .local = w->p.local,
                         .force = w->p.force,
                         .variance = w->scratch ? w->variance : NULL,
                         .energy_variance = w->scratch ? w->energy_variance : 0.0};

    for (int k = 0; k < 9; k++)
        out.virial[k] = 0.5 * (w->p.virial[k] + w->p.virial[3 * (k % 3) + k / 3]);
    return c->take(c->context, f, &out, err);
}

/* Waits until all frames before f are handed over; then the thread alone has the lock.
 * The earliest frame out never waits, so the threads cannot wait for each other. */
static void finish_frame(worker *w, int f)
{
    job *j = w->j;
    sz_error err = w->err;

    pthread_mutex_lock(&j->lock);
    while (j->turn != f && !j->failed) pthread_cond_wait(&j->turn_came, &j->lock);
    if (w->status == SZ_OK && !j->failed) w->status = hand_over(w, f, &err);
    if (w->status != SZ_OK && !j->failed) {
        j->failed = 1;
        sz_fail(&w->err, w->status, "%.200s:%d: %.700s", j->c->train->path,
                j->c->train->frame[f].line, err.message);
    } else
        w->status = SZ_OK; /* another frame failed first */
    j->turn = f + 1;
    if (j->c->progress)
        sz_progress_show(&j->progress, (double)j->turn / j->c->train->n_frames, j->turn,
                         j->c->progress);
    pthread_cond_broadcast(&j->turn_came);
    pthread_mutex_unlock(&j->lock);
}

static void *work(void *argument)
{
    worker *w = argument;
    int f;

    while (w->status == SZ_OK && (f = take_frame(w->j)) >= 0) {
        w->status = predict_frame(w, f, &w->err);
        finish_frame(w, f);
    }
    return NULL;
}

static sz_status find_species(job *j, sz_error *err)
{
    const sz_train *t = j->c->train;

    for (int k = 0; k < t->n_species; k++) {
        const char *symbol = sz_element_symbol(t->z[k]);

        j->species[k] = sz_model_species(j->c->model, symbol);
        if (j->species[k] >= 0) continue;
        for (int f = 0; f < t->n_frames; f++)
            for (int i = 0; i < t->frame[f].n_atoms; i++)
                if (t->species[t->frame[f].first + (size_t)i] == k)
                    return sz_fail(err, SZ_ERR_ARGUMENT,
                                   "%.300s:%d: the model %.300s does not know the "
                                   "element %s; leave such frames out",
                                   t->path, t->frame[f].line + 2 + i, j->c->model_name,
                                   symbol);
    }
    return SZ_OK;
}

static sz_status run(job *j, worker *w, pthread_t *thread, sz_error *err)
{
    int n = j->c->n_threads, started = 0;
    sz_status status = SZ_OK;

    for (int k = 0; k < n && status == SZ_OK; k++) {
        w[k].j = j;
        status = sz_predictor_create(&w[k].p, j->c->model, err);
        if (status == SZ_OK && j->c->variance)
            status = sz_variance_work_create(&w[k].scratch, j->c->variance, err);
    }
    for (; started < n && status == SZ_OK; started++)
        if (pthread_create(&thread[started], NULL, work, &w[started]) != 0) {
            status = sz_fail(err, SZ_ERR_MEMORY, "cannot start a thread");
            pthread_mutex_lock(&j->lock);
            j->failed = 1;
            pthread_cond_broadcast(&j->turn_came);
            pthread_mutex_unlock(&j->lock);
            break;
        }
    for (int k = 0; k < started; k++) pthread_join(thread[k], NULL);
    for (int k = 0; k < started && status == SZ_OK; k++)
        if (w[k].status != SZ_OK)
            status = sz_fail(err, w[k].status, "%s", w[k].err.message);
    return status;
}

sz_status sz_compare(const sz_comparison *c, sz_error *err)
{
    job j = {
        .c = c, .lock = PTHREAD_MUTEX_INITIALIZER, .turn_came = PTHREAD_COND_INITIALIZER};
    size_t n = (size_t)c->n_threads;
    worker *w = calloc(n, sizeof *w);
    pthread_t *thread = malloc(n * sizeof *thread);
    sz_status status = find_species(&j, err);

    if (status == SZ_OK && (!w || !thread))
        status = sz_fail_memory(err, n * sizeof *w, "the threads");
    sz_progress_start(&j.progress);
    if (status == SZ_OK) status = run(&j, w, thread, err);
    sz_progress_end(&j.progress);
    for (size_t k = 0; w && k < n; k++) {
        sz_predictor_free(&w[k].p);
        sz_variance_work_free(w[k].scratch);
        free(w[k].species);
        free(w[k].variance);
    }
    free(w);
    free(thread);
    return status;
}

/* ---- errors ------------------------------------------------------------------------ */

/* a NaN gets in, and stays */
static void raise_max(sz_error_sum *sum, double size)
{
    if (size > sum->max || isnan(size)) sum->max = size;
}

void sz_error_add(sz_error_sum *sum, double d)
{
    double size = fabs(d);

    sum->n++;
    sum->sum1 += size;
    sum->sum2 += d * d;
    raise_max(sum, size);
}

double sz_error_mae(const sz_error_sum *sum)
{
    return sum->n ? sum->sum1 / (double)sum->n : 0.0;
}

double sz_error_rmse(const sz_error_sum *sum)
{
    return sum->n ? sqrt(sum->sum2 / (double)sum->n) : 0.0;
}

sz_status sz_error_table_create(sz_error_table *table, const sz_train *train,
                                sz_error *err)
{
    size_t n = (size_t)train->n_config_types + (size_t)train->n_species;

    memset(table, 0, sizeof *table);
    table->train = train;
    table->type = calloc((size_t)train->n_config_types + 1, sizeof *table->type);
    table->element = calloc((size_t)train->n_species + 1, sizeof *table->element);
    if (table->type && table->element) return SZ_OK;
    sz_error_table_free(table);
    return sz_fail_memory(err, n * sizeof(sz_errors), "the errors");
}

void sz_error_table_free(sz_error_table *table)
{
    free(table->type);
    free(table->element);
    memset(table, 0, sizeof *table);
}

static void add_sum(sz_error_sum *to, const sz_error_sum *from)
{
    to->n += from->n;
    to->sum1 += from->sum1;
    to->sum2 += from->sum2;
    raise_max(to, from->max);
}

static void add_errors(sz_errors *to, const sz_errors *from)
{
    add_sum(&to->energy, &from->energy);
    add_sum(&to->force, &from->force);
    add_sum(&to->virial, &from->virial);
}

void sz_error_table_add(sz_error_table *table, int f, const sz_prediction *p,
                        sz_errors *frame)
{
    static const int lower[6] = {0, 3, 6, 4, 7, 8};
    const sz_train *train = table->train;
    const sz_train_frame *data = &train->frame[f];
    const sz_target *t = &data->target;
    sz_errors e = {0};

    if (t->has_energy) sz_error_add(&e.energy, (p->energy - t->energy) / data->n_atoms);
    for (int i = 0; i < data->n_atoms && t->force; i++)
        for (size_t k = 3 * (size_t)i; k < 3 * (size_t)i + 3; k++) {
            double d = p->force[k] - t->force[k];

            if (!(t->force_sigma[k] > 0.0)) continue;
            sz_error_add(&e.force, d);
            sz_error_add(&table->element[train->species[data->first + (size_t)i]].force,
                         d);
        }
    for (int k = 0; k < 6 && t->has_virial; k++)
        sz_error_add(&e.virial,
                     (p->virial[lower[k]] - t->virial[lower[k]]) / data->n_atoms);
    add_errors(&table->all, &e);
    add_errors(&table->type[data->config_type], &e);
    if (frame) *frame = e;
}

static void print_pair(FILE *file, const sz_error_sum *sum, double scale, int digits)
{
    if (sum->n)
        fprintf(file, "  %9.*f %9.*f", digits, scale * sz_error_mae(sum), digits,
                scale * sz_error_rmse(sum));
    else
        fprintf(file, "  %9s %9s", "-", "-");
}

static void print_line(FILE *file, const char *name, int width, const sz_errors *e,
                       int virials)
{
    fprintf(file, "%-*.60s %8ld %9ld", width, name, e->energy.n, e->force.n);
    print_pair(file, &e->energy, 1e3, 2);
    print_pair(file, &e->force, 1.0, 4);
    if (virials) print_pair(file, &e->virial, 1e3, 2);
    fputc('\n', file);
}

void sz_error_table_print(const sz_error_table *table, FILE *file)
{
    const sz_train *t = table->train;
    int width = 12, virials = table->all.virial.n > 0;

    for (int k = 0; k < t->n_config_types; k++) {
        int n = (int)strlen(t->config_type[k]);

        if (n > width) width = n < 60 ? n : 60;
    }
    fprintf(file, "%-*s %8s %9s  %19s  %19s", width, "", "", "force", "energy, meV/atom",
            "force, eV/Angstrom");
    if (virials) fprintf(file, "  %19s", "virial, meV/atom");
    fprintf(file, "\n%-*s %8s %9s  %9s %9s  %9s %9s", width, "config_type", "energies",
            "comp.", "MAE", "RMSE", "MAE", "RMSE");
    if (virials) fprintf(file, "  %9s %9s", "MAE", "RMSE");
    fputc('\n', file);
    for (int k = 0; k < t->n_config_types; k++)
        print_line(file, t->config_type[k], width, &table->type[k], virials);
    print_line(file, "all", width, &table->all, virials);
    if (table->all.force.n == 0) return;
    fprintf(file, "%-*s\n", width, "element");
    for (int k = 0; k < t->n_species; k++) {
        fprintf(file, "%-*s %8s %9ld  %9s %9s", width, sz_element_symbol(t->z[k]), "",
                table->element[k].force.n, "", "");
        print_pair(file, &table->element[k].force, 1.0, 4);
        fputc('\n', file);
    }
}
