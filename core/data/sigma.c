/* SPDX-License-Identifier: BSD-3-Clause
 *
 * sigma.c - sigmas of the rows of a frame of N atoms:
 *
 *   energy  sigma_energy sqrt(N)    force  sigma_force    virial  sigma_virial sqrt(N)
 *
 * Without per_atom there are no square roots. */
#include "data/sigma.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void sz_sigma_free(sz_sigma_table *table)
{
    for (int k = 0; k < table->n; k++) free(table->entry[k].config_type);
    free(table->entry);
    table->entry = NULL;
    table->n = 0;
}

int sz_sigma_find(const sz_sigma_table *table, const char *config_type)
{
    for (int k = 0; k < table->n; k++)
        if (strcmp(table->entry[k].config_type, config_type) == 0) return k;
    return -1;
}

sz_status sz_sigma_add(sz_sigma_table *table, const char *config_type, sz_sigma sigma,
                       const char *where, sz_error *err)
{
    size_t n = (size_t)table->n + 1;
    sz_sigma_entry *entry;

    if (sz_sigma_find(table, config_type) >= 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: config_type %.100s has sigmas twice; keep one", where,
                       config_type);
    if (!(sigma.energy >= 0.0 && sigma.force >= 0.0 && sigma.virial >= 0.0))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the sigmas of config_type %.100s must not be negative", where,
                       config_type);
    if (!sz_grow(&table->entry, n, sizeof *entry))
        return sz_fail_memory(err, n * sizeof *entry, "the table of sigmas");
    entry = table->entry + n - 1;
    entry->config_type = sz_copy_text(config_type);
    entry->sigma = sigma;
    if (!entry->config_type)
        return sz_fail_memory(err, strlen(config_type), "the table of sigmas");
    table->n++;
    return SZ_OK;
}

sz_sigma sz_sigma_rows(const sz_sigma_table *table, const char *config_type, int n_atoms)
{
    int k = sz_sigma_find(table, config_type);
    double root = table->per_atom ? sqrt((double)n_atoms) : 1.0;
    sz_sigma s;

    if (k < 0) k = sz_sigma_find(table, "default");
    s = table->entry[k].sigma;
    s.energy *= root;
    s.virial *= root;
    return s;
}
