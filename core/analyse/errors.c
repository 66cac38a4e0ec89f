/* SPDX-License-Identifier: BSD-3-Clause
 *
 * errors.c - predictions against reference data.
 *
 *   MAE  = sum |d| / n,   RMSE = (sum d^2 / n)^(1/2),   d = predicted - reference */
#include "analyse/errors.h"

#include "base/crew.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* a NaN is kept */
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

sz_status sz_error_table_create(sz_error_table *table, const sz_dataset *data,
                                sz_error *err)
{
    size_t n = (size_t)data->n_config_types + (size_t)data->n_species;

    memset(table, 0, sizeof *table);
    table->data = data;
    table->type = calloc((size_t)data->n_config_types + 1, sizeof *table->type);
    table->element = calloc((size_t)data->n_species + 1, sizeof *table->element);
    if (table->type && table->element) return SZ_OK;
    sz_error_table_free(table);
    return sz_fail_memory(err, n * sizeof(sz_error_sums), "the errors");
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

static void add_errors(sz_error_sums *to, const sz_error_sums *from)
{
    add_sum(&to->energy, &from->energy);
    add_sum(&to->force, &from->force);
    add_sum(&to->virial, &from->virial);
}

static void add_forces(sz_error_table *table, int f, const double *predicted,
                       sz_error_sums *e)
{
    const sz_dataset *data = table->data;
    const sz_dataset_frame *frame = &data->frame[f];
    const double *force = table->targets ? table->targets->force : data->force;

    for (int i = 0; i < frame->n_atoms && frame->has_force; i++) {
        size_t atom = frame->first + (size_t)i;

        if (data->masked[atom]) continue;
        for (int x = 0; x < 3; x++) {
            double d = predicted[3 * (size_t)i + x] - force[3 * atom + x];

            sz_error_add(&e->force, d);
            sz_error_add(&table->element[data->species[atom]].force, d);
        }
    }
}

void sz_error_table_add(sz_error_table *table, int f, const sz_frame_prediction *p,
                        sz_error_sums *frame)
{
    const sz_dataset_frame *data = &table->data->frame[f];
    const sz_target *target = table->targets ? &table->targets->frame[f] : NULL;
    const double *virial = target ? target->virial : data->virial;
    double energy = target ? target->energy : data->energy;
    sz_error_sums e = {0};

    if (data->has_energy) sz_error_add(&e.energy, (p->energy - energy) / data->n_atoms);
    add_forces(table, f, p->force, &e);
    for (int k = 0; k < 6 && data->has_virial; k++)
        sz_error_add(&e.virial,
                     (p->virial[sz_six[k]] - virial[sz_six[k]]) / data->n_atoms);
    add_errors(&table->all, &e);
    add_errors(&table->type[data->config_type], &e);
    if (frame) *frame = e;
}

sz_status sz_error_table_take(void *table, int f, const sz_frame_prediction *p,
                              sz_error *err)
{
    (void)err;
    sz_error_table_add(table, f, p, NULL);
    return SZ_OK;
}

void sz_error_table_join(sz_error_table *to, const sz_error_table *from)
{
    add_errors(&to->all, &from->all);
    for (int k = 0; k < to->data->n_config_types; k++)
        add_errors(&to->type[k], &from->type[k]);
    for (int k = 0; k < to->data->n_species; k++)
        add_errors(&to->element[k], &from->element[k]);
}

/* ---- a model against a dataset ----------------------------------------------------- */

const sz_error_sum *sz_error_sum_of(const sz_error_sums *sums, sz_quantity quantity)
{
    return quantity == SZ_ENERGY  ? &sums->energy
           : quantity == SZ_FORCE ? &sums->force
                                  : &sums->virial;
}

sz_error_summary sz_error_summarise(const sz_error_sum *sum)
{
    return (sz_error_summary){sum->n, sz_error_mae(sum), sz_error_rmse(sum), sum->max};
}

static sz_status take(void *context, int f, const sz_frame_prediction *p, sz_error *err)
{
    sz_errors *e = context;
    const sz_dataset_frame *frame = &e->table.data->frame[f];
    double *force = e->force + 3 * frame->first;

    (void)err;
    sz_error_table_add(&e->table, f, p, NULL);
    e->energy[f] = frame->has_energy ? p->energy : NAN;
    for (size_t k = 0; k < 3 * (size_t)frame->n_atoms; k++)
        force[k] = frame->has_force ? p->force[k] : NAN;
    return SZ_OK;
}

sz_status sz_errors_check(const sz_dataset *data, sz_error *err)
{
    if (data->n_energies || data->n_forces || data->n_virials) return SZ_OK;
    return sz_fail(err, SZ_ERR_ARGUMENT,
                   "%s: no frame has an energy, forces or a virial to compare with; give "
                   "the names used in the data",
                   data->path);
}

sz_status sz_errors_create(sz_errors **errors, const sz_model *model,
                           const sz_dataset *dataset, const sz_fit_options *options,
                           sz_error *err)
{
    size_t n = 3 * dataset->n_atoms + 1;
    sz_errors *e = calloc(1, sizeof *e);
    sz_comparison c = {.model = model,
                       .data = dataset,
                       .watch = options ? options->watch : NULL,
                       .take = take,
                       .context = e};
    sz_status status =
        sz_crew_threads(&c.n_threads, options ? options->n_threads : 0, err);

    *errors = NULL;
    if (status == SZ_OK) status = sz_errors_check(dataset, err);
    if (e) {
        e->energy = malloc(((size_t)dataset->n_frames + 1) * sizeof *e->energy);
        e->force = malloc(n * sizeof *e->force);
    }
    if (status == SZ_OK && (!e || !e->energy || !e->force))
        status = sz_fail_memory(err, n * sizeof *e->force, "the errors");
    if (status == SZ_OK) status = sz_error_table_create(&e->table, dataset, err);
    if (status == SZ_OK) status = sz_predict_all(&c, err);
    if (status == SZ_OK) {
        *errors = e;
        e = NULL;
    }
    sz_errors_free(e);
    return status;
}

void sz_errors_free(sz_errors *errors)
{
    if (!errors) return;
    sz_error_table_free(&errors->table);
    free(errors->energy);
    free(errors->force);
    free(errors);
}

sz_error_summary sz_errors_all(const sz_errors *errors, sz_quantity quantity)
{
    return sz_error_summarise(sz_error_sum_of(&errors->table.all, quantity));
}

sz_error_summary sz_errors_type(const sz_errors *errors, int config_type,
                                sz_quantity quantity)
{
    if (config_type < 0 || config_type >= errors->table.data->n_config_types)
        return (sz_error_summary){0};
    return sz_error_summarise(
        sz_error_sum_of(&errors->table.type[config_type], quantity));
}

sz_error_summary sz_errors_species(const sz_errors *errors, int species)
{
    if (species < 0 || species >= errors->table.data->n_species)
        return (sz_error_summary){0};
    return sz_error_summarise(&errors->table.element[species].force);
}

void sz_errors_predictions(const sz_errors *errors, double *energy, double *force)
{
    const sz_dataset *data = errors->table.data;

    if (energy) memcpy(energy, errors->energy, (size_t)data->n_frames * sizeof *energy);
    if (force) memcpy(force, errors->force, 3 * data->n_atoms * sizeof *force);
}
