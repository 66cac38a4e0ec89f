/* SPDX-License-Identifier: BSD-3-Clause
 *
 * errors.c - predictions against reference data.
 *
 *   MAE  = sum |d| / n,   RMSE = (sum d^2 / n)^(1/2),   d = predicted - reference */
#include "analyse/errors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

sz_status sz_error_table_create(sz_error_table *table, const sz_dataset *train,
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

void sz_error_table_add(sz_error_table *table, int f, const sz_frame_prediction *p,
                        sz_errors *frame)
{
    static const int lower[6] = {0, 3, 6, 4, 7, 8};
    const sz_dataset *train = table->train;
    const sz_dataset_frame *data = &train->frame[f];
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
