/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pair_term.c - the two-body terms of a model: distance_2b, distance_Nb of order 2.
 *
 *   E_i += sum_j share fc(r_ij) e(r_ij)                        pair.c
 *   vector  x(r) of every pair, from both ends, or once where an instance has half a
 * share row     E_s = sum_ij share fc(r_ij) fc_s K(x_s, r_ij) */
#include "term/few_bodies_term.h"

#include "term/gap.h"
#include "term/radial_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const sz_term_type *const types[] = {&sz_type_distance_2b, &sz_type_distance_nb,
                                            NULL};

static sz_status parse(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err)
{
    *spec = NULL;
    if (type != &sz_type_distance_2b && type != &sz_type_distance_nb) return SZ_OK;
    return sz_few_bodies_term_parse(spec, 2, type, source, err);
}

static void elements(const void *spec, sz_add_element *add, void *context)
{
    const sz_few_bodies *few = spec;

    for (int k = 0; k < 2; k++) add(context, few->pair.z[k]);
}

/* ---- the group --------------------------------------------------------------------- */

static void free_group(void *group)
{
    sz_pair_set_free(group);
}

static sz_status create(void **group, int room, sz_error *err)
{
    sz_pair_set *set = calloc(1, sizeof *set);

    *group = NULL;
    if (set) set->pair = calloc((size_t)room + 1, sizeof *set->pair);
    if (!set || !set->pair) {
        free(set);
        return sz_fail_memory(err, (size_t)room * sizeof(sz_pair), "the model");
    }
    *group = set;
    return SZ_OK;
}

static sz_status add(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err)
{
    sz_pair_set *set = group;
    const sz_few_bodies *few = spec;
    sz_pair *pair = &set->pair[set->n_pairs];
    sz_status status = sz_few_bodies_check(few, source, err);

    (void)species;
    (void)warnings;
    if (status == SZ_OK) status = sz_pair_create(pair, &few->pair, source->term, err);
    if (status != SZ_OK) return status;
    pair->spec.share *= source->gap->e_scale;
    pair->gap_term = source->index;
    set->n_pairs++;
    return SZ_OK;
}

static sz_status finish(void *group, const sz_species *species, sz_error *err)
{
    return sz_pair_set_index(group, species->n, species->z, err);
}

static double cutoff(const void *group)
{
    const sz_pair_set *set = group;
    double most = 0.0;

    for (int k = 0; k < set->n_pairs; k++) most = fmax(most, set->pair[k].spec.cutoff);
    return most;
}

static size_t bytes(const void *group, const void *plan)
{
    const sz_pair_set *set = group;
    size_t sum = 0;

    (void)plan;
    for (int k = 0; k < set->n_pairs; k++) {
        const sz_table *e = &set->pair[k].e;

        sum += (size_t)e->n * (SZ_TABLE_ORDER + 1) * sizeof(double) +
               (size_t)e->n_bins * sizeof(int);
    }
    return sum;
}

/* Each term once, with the pairs of elements that it acts on. */
static void print(const void *group, const void *plan, const sz_species *species,
                  sz_text *text)
{
    const sz_pair_set *set = group;

    (void)plan;
    (void)species;
    if (set->n_pairs == 0) return;
    sz_text_add(text, "\ntwo-body terms: %d\n", set->n_pairs);
    for (int k = 0; k < set->n_pairs; k++) {
        const sz_pair *p = set->pair + k;
        char name[80];

        snprintf(name, sizeof name, "%s-%s", sz_element_or_any(p->spec.z[0]),
                 sz_element_or_any(p->spec.z[1]));
        sz_text_add(
            text,
            "  %-12scutoff %g, width %g Angstrom, %d sparse points, tabulated to %.0e "
            "eV\n",
            name, p->spec.cutoff, p->spec.cutoff_width, p->n_sparse, p->error);
    }
}

static void energy(const void *plan, void *work, const sz_species *species,
                   const sz_neigh *nb, double *energy, double *dedr)
{
    (void)work;
    (void)species;
    sz_pair_set_energy(plan, nb, energy, dedr);
}

/* ---- vectors of the data ----------------------------------------------------------- */

static sz_status collect(sz_probe *probe, const sz_list *list, sz_take_vector *take,
                         void *context, sz_error *err)
{
    const sz_few_bodies_probe *p = (const sz_few_bodies_probe *)probe;
    const sz_pair_spec *pair = &p->few->pair;
    const int *z = p->species.z;
    sz_status status = SZ_OK;

    for (int i = 0; i < list->nb.n_atoms; i++)
        for (int k = list->first[i]; k < list->first[i + 1] && status == SZ_OK; k++) {
            const double *d = list->r + 3 * (size_t)k;
            double r = sz_length(d), x[SZ_PAIR_DIM_MAX];

            if (!sz_pair_acts(pair, z[list->species[i]], z[list->neigh_species[k]]))
                continue;
            if (pair->share < 1.0 && !sz_stands_first(i, list->neigh[k], d)) continue;
            sz_pair_vector(pair, r, x);
            status = take(context, i, x, sz_pair_cutoff(pair, r), err);
        }
    return status;
}

/* ---- rows -------------------------------------------------------------------------- */

static sz_status make_rows(void **rows, const void *group, const sz_gap_term *term,
                           const int *column, const sz_species *species, sz_error *err)
{
    const sz_radial_rows like = {
        .group = group, .term = term, .column = column, .species = *species};
    const sz_pair_set *set = group;
    int most = 0;

    for (int k = 0; k < set->n_pairs; k++)
        if (set->pair[k].n_sparse > most) most = set->pair[k].n_sparse;
    return sz_radial_rows_create(rows, &like, most, err);
}

static void add_atom(sz_radial_rows *rows, const sz_pair *pair, const sz_row_frame *f,
                     int i)
{
    const sz_gap_term *c = &rows->term[pair->gap_term];
    const sz_neigh *nb = &f->list->nb;
    int m = c->n_sparse, zi = rows->species.z[nb->species[i]];
    int column = rows->column[pair->gap_term];

    for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
        double r = sz_length(nb->r + 3 * (size_t)j);

        if (!sz_pair_acts(&pair->spec, zi, rows->species.z[nb->neigh_species[j]]) ||
            r >= pair->spec.cutoff)
            continue;
        sz_pair_row(&pair->spec, c, r, rows->value, rows->slope);
        for (int s = 0; s < m; s++) f->energy[column + s] += rows->value[s];
        if (f->force) sz_radial_rows_add(rows, f, column, i, j, m, 1.0);
    }
}

static sz_status add_rows(void *rows, const sz_row_frame *frame, sz_error *err)
{
    const sz_pair_set *set = ((sz_radial_rows *)rows)->group;

    (void)err;
    for (int k = 0; k < set->n_pairs; k++)
        for (int i = 0; i < frame->list->nb.n_atoms; i++)
            add_atom(rows, &set->pair[k], frame, i);
    return SZ_OK;
}

const sz_term_kind sz_kind_pair = {
    .name = "two-body",
    .types = types,
    .parse = parse,
    .free_spec = free,
    .elements = elements,
    .create = create,
    .add = add,
    .finish = finish,
    .free = free_group,
    .cutoff = cutoff,
    .bytes = bytes,
    .print = print,
    .energy = energy,
    .probe = sz_few_bodies_probe_create,
    .collect = collect,
    .free_probe = sz_few_bodies_probe_free,
    .rows = make_rows,
    .add_rows = add_rows,
    .free_rows = sz_radial_rows_free,
};
