/* SPDX-License-Identifier: BSD-3-Clause
 *
 * uncertainty_fit.c - fits the parameters of model/uncertainty.c to errors on held-out
 * data.
 *
 * An error e is assumed to be normal with the variance s = sum_k t_k x_k, x_k, t_k >= 0:
 * for a component of a force x = (1, g^2), for the energy of a frame x = (n^2, var_sum).
 * The likelihood is largest if each t_k is a fixed point of
 *
 *   t_k <- t_k (sum x_k e^2 / s^2 / sum x_k / s)^(1/2)
 *
 * which increases it in every step and keeps t positive. Errors have longer tails than a
 * normal distribution, so at the end all t are scaled by one factor that puts 68.27 % of
 * the errors within one sigma. */
#include "analyse/predictions.h"
#include "base/crew.h"
#include "base/print.h"
#include "base/text.h"
#include "data/dataset.h"
#include "model/model.h"
#include "model/uncertainty.h"
#include "soapz_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 30 }; /* fewest errors of an element, or of energies, for a fit */

#define ONE_SIGMA 0.682689492137086 /* fraction of a normal distribution within it */
#define FLOOR 1e-16 /* smallest s, so that data without errors do not divide by zero */

/* Errors and their explanatory variables. */
typedef struct {
    long n;
    double *e2; /* [n] squared errors */
    double *x;  /* [n][2] */
    int *group; /* [n] species of the model */
} errors;

typedef struct {
    const sz_dataset *data;
    sz_uncertainty u; /* its cutoff, then all parameters */
    errors force, energy;
} job;

static sz_status make_room(errors *e, size_t n, sz_error *err)
{
    e->e2 = malloc((n + 1) * sizeof *e->e2);
    e->x = malloc((2 * n + 1) * sizeof *e->x);
    e->group = malloc((n + 1) * sizeof *e->group);
    if (e->e2 && e->x && e->group) return SZ_OK;
    return sz_fail_memory(err, 28 * n, "the calibration");
}

static void free_errors(errors *e)
{
    free(e->e2);
    free(e->x);
    free(e->group);
}

static void add(errors *e, double error, double x0, double x1, int group)
{
    e->e2[e->n] = error * error;
    e->x[2 * e->n] = x0;
    e->x[2 * e->n + 1] = x1;
    e->group[e->n++] = group;
}

static sz_status take(void *context, int f, const sz_frame_prediction *p, sz_error *err)
{
    job *j = context;
    const sz_dataset_frame *frame = &j->data->frame[f];

    (void)err;
    if (frame->has_energy)
        add(&j->energy, p->energy - frame->energy,
            (double)frame->n_atoms * frame->n_atoms, p->energy_variance, 0);
    for (int i = 0; i < frame->n_atoms && frame->has_force; i++) {
        size_t at = frame->first + (size_t)i;
        double g2;

        if (j->data->masked[at]) continue;
        if (p->variance[i] > j->u.variance) j->u.variance = p->variance[i];
        g2 = sz_uncertainty_around(&j->u, p->list, i, p->force);
        for (int x = 0; x < 3; x++)
            add(&j->force, p->force[3 * i + x] - j->data->force[3 * at + (size_t)x], 1.0,
                g2, p->list->nb.species[i]);
    }
    return SZ_OK;
}

/* ---- the fit --------------------------------------------------------------------- */

/* t [2] for the errors of one group, or of all if group is -1; returns how many */
static long maximise(const errors *e, int group, double t[2])
{
    enum { STEPS = 300 };
    double sum[2] = {0}, e2 = 0.0;
    long n = 0;

    for (long i = 0; i < e->n; i++) {
        if (group >= 0 && e->group[i] != group) continue;
        for (int k = 0; k < 2; k++) sum[k] += e->x[2 * i + k];
        e2 += e->e2[i];
        n++;
    }
    for (int k = 0; k < 2; k++) t[k] = sum[k] > 0.0 ? 0.5 * e2 / sum[k] : 0.0;
    for (int step = 0; step < STEPS; step++) {
        double above[2] = {0}, below[2] = {0};

        for (long i = 0; i < e->n; i++) {
            const double *x = e->x + 2 * i;
            double s = t[0] * x[0] + t[1] * x[1] + FLOOR;

            if (group >= 0 && e->group[i] != group) continue;
            for (int k = 0; k < 2; k++) {
                above[k] += x[k] * e->e2[i] / (s * s);
                below[k] += x[k] / s;
            }
        }
        for (int k = 0; k < 2; k++)
            t[k] *= below[k] > 0.0 ? sqrt(above[k] / below[k]) : 0;
    }
    return n;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The common factor of all t; e2 is overwritten. */
static double find_factor(errors *e, double (*t)[2])
{
    for (long i = 0; i < e->n; i++) {
        const double *of = t[e->group[i]], *x = e->x + 2 * i;

        e->e2[i] /= of[0] * x[0] + of[1] * x[1] + FLOOR;
    }
    qsort(e->e2, (size_t)e->n, sizeof *e->e2, compare);
    return e->e2[(long)(ONE_SIGMA * (double)(e->n - 1))];
}

static void fit_forces(job *j, int n_species)
{
    double all[2], t[SZ_Z_MAX][2], factor;

    maximise(&j->force, -1, all);
    for (int z = 0; z < n_species; z++)
        if (maximise(&j->force, z, t[z]) < 3 * LEAST) memcpy(t[z], all, sizeof all);
    factor = find_factor(&j->force, t);
    for (int z = 0; z < n_species; z++) {
        j->u.noise[z] = sqrt(factor * t[z][0]);
        j->u.slope[z] = sqrt(factor * t[z][1]);
    }
}

static void fit_energies(job *j)
{
    double t[1][2], factor;

    maximise(&j->energy, -1, t[0]);
    factor = find_factor(&j->energy, t);
    j->u.energy_noise = sqrt(factor * t[0][0]);
    j->u.energy_scale = sqrt(factor * t[0][1]);
}

/* ---- the note -------------------------------------------------------------------- */

static sz_status set_note(sz_model *into, const sz_model *model, const sz_uncertainty *u,
                          sz_error *err)
{
    char number[4][SZ_SHORTEST];
    sz_text text = {0};
    char *note;
    sz_status status;

    sz_text_add(&text, "cutoff=%s variance=%s energy_noise=%s energy_scale=%s",
                sz_shortest(u->cutoff, number[0]), sz_shortest(u->variance, number[1]),
                sz_shortest(u->energy_noise, number[2]),
                sz_shortest(u->energy_scale, number[3]));
    for (int z = 0; z < model->species.n; z++)
        sz_text_add(&text, " %s={%s %s}", sz_element_symbol(model->z[z]),
                    sz_shortest(u->noise[z], number[0]),
                    sz_shortest(u->slope[z], number[1]));
    note = sz_text_take(&text, "the calibration", err);
    if (!note) return SZ_ERR_MEMORY;
    status = sz_model_set_note(into, SZ_UNCERTAINTY_NOTE, note, err);
    free(note);
    return status;
}

static sz_status check_same(const sz_model *into, const sz_model *model, sz_error *err)
{
    for (int z = 0; z < into->species.n; z++)
        if (sz_model_species(model, sz_model_symbol(into, z)) < 0)
            return sz_fail(err, SZ_ERR_ARGUMENT,
                           "%s knows %s, %s does not: the calibrated model must have the "
                           "same settings and elements as the one that gets the "
                           "calibration",
                           into->path, sz_model_symbol(into, z), model->path);
    return SZ_OK;
}

static sz_status check_data(const job *j, sz_error *err)
{
    if (j->force.n >= 3 * LEAST && j->energy.n >= LEAST) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "%s: a calibration needs energies of at least %d frames and forces on "
                   "at least %d atoms, found %ld and %ld; add data",
                   j->data->path ? j->data->path : "the data", LEAST, LEAST, j->energy.n,
                   j->force.n / 3);
}

sz_status sz_uncertainty_fit(sz_model *into, const sz_model *model,
                             const sz_dataset *dataset, const sz_fit_options *options,
                             sz_error *err)
{
    job j = {.data = dataset, .u = {.cutoff = model->cutoff}};
    sz_comparison c = {.model = model,
                       .model_name = model->path,
                       .data = dataset,
                       .watch = options ? options->watch : NULL,
                       .take = take,
                       .context = &j};
    sz_variance *variance = NULL;
    sz_status status = check_same(into, model, err);

    if (into->cutoff < j.u.cutoff) j.u.cutoff = into->cutoff;
    if (status == SZ_OK)
        status = sz_crew_threads(&c.n_threads, options ? options->n_threads : 0, err);
    if (status == SZ_OK) status = sz_variance_create(&variance, model, 0.0, err);
    c.variance = variance;
    if (status == SZ_OK) status = make_room(&j.force, 3 * dataset->n_atoms, err);
    if (status == SZ_OK) status = make_room(&j.energy, (size_t)dataset->n_frames, err);
    if (status == SZ_OK) status = sz_predict_all(&c, err);
    if (status == SZ_OK) status = check_data(&j, err);
    if (status == SZ_OK) {
        fit_forces(&j, model->species.n);
        fit_energies(&j);
        status = set_note(into, model, &j.u, err);
    }
    sz_variance_free(variance);
    free_errors(&j.force);
    free_errors(&j.energy);
    return status;
}
