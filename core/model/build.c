/* SPDX-License-Identifier: BSD-3-Clause
 *
 * build.c - builds a model from a potential: every term must belong to a kind.
 *
 *   E = sum_i e0(Z_i) + core + sum over terms sum_s alpha_s fc_s K(x_s, x) */
#include "model/model.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    const sz_gap *gap;
    sz_read_term *term; /* [gap->n_terms] */
    sz_model *model;
} builder;

/* ---- terms ------------------------------------------------------------------------- */

static int kind_index(const sz_term_kind *kind)
{
    int k = 0;

    while (sz_term_kinds[k] != kind) k++;
    return k;
}

static void add_species(void *context, int z)
{
    sz_model *model = context;

    if (z <= 0) {
        model->species.any = 1;
        return;
    }
    for (int k = 0; k < model->species.n; k++)
        if (model->z[k] == z) return;
    if (z <= SZ_Z_MAX) model->z[model->species.n++] = z;
}

/* Every element that a term names, in order; all 118 if a term takes any element. */
static void collect_species(builder *b)
{
    sz_model *model = b->model;
    const sz_gap *gap = b->gap;

    model->species.z = model->z;
    for (int k = 0; k < gap->n_terms; k++)
        b->term[k].kind->elements(b->term[k].spec, add_species, model);
    for (int k = 0; k < model->n_kinds; k++)
        if (sz_term_kinds[k]->core_elements)
            sz_term_kinds[k]->core_elements(gap, add_species, model);
    for (int z = 1; z <= SZ_Z_MAX && model->species.any; z++) add_species(model, z);
    for (int k = 0; k < model->species.n; k++)
        model->e0[k] = gap->e_scale * gap->e0[model->z[k]];
}

static sz_status add_term(builder *b, const sz_read_term *term, sz_error *err)
{
    sz_model *model = b->model;
    void **group = &model->group[kind_index(term->kind)];
    sz_status status = SZ_OK;

    if (!*group) status = term->kind->create(group, b->gap->n_terms, err);
    if (status == SZ_OK)
        status = term->kind->add(*group, term->spec, &term->source, &model->species,
                                 &model->warnings, err);
    return status;
}

static sz_status add_terms(builder *b, sz_error *err)
{
    sz_model *model = b->model;
    sz_status status = SZ_OK;

    for (int k = 0; k < b->gap->n_terms && status == SZ_OK; k++)
        if (b->gap->term[k].n_sparse > 0) status = add_term(b, &b->term[k], err);
    for (int k = 0; k < model->n_kinds && status == SZ_OK; k++) {
        const sz_term_kind *kind = sz_term_kinds[k];

        if (kind->core)
            status = kind->core(&model->group[k], b->gap, &model->species,
                                &model->warnings, err);
        else if (model->group[k] && kind->finish)
            status = kind->finish(model->group[k], &model->species, err);
    }
    return status;
}

/* ---- the model --------------------------------------------------------------------- */

static sz_status open_model(builder *b, sz_error *err)
{
    sz_model *model = calloc(1, sizeof *model);
    int n = sz_n_term_kinds();

    if (!model) return sz_fail_memory(err, sizeof *model, "the model");
    b->model = model;
    pthread_mutex_init(&model->lock, NULL);
    model->n_users = 1;
    model->version = b->gap->version;
    model->path = sz_copy_text(b->gap->path);
    model->group = calloc((size_t)n + 1, sizeof *model->group);
    b->term = calloc((size_t)b->gap->n_terms + 1, sizeof *b->term);
    if (!model->path || !model->group || !b->term)
        return sz_fail_memory(err, sizeof *model, "the model");
    model->n_kinds = n;
    return SZ_OK;
}

static double largest_cutoff(const sz_model *model)
{
    double cutoff = 0.0;

    for (int k = 0; k < model->n_kinds; k++)
        if (model->group[k])
            cutoff = fmax(cutoff, sz_term_kinds[k]->cutoff(model->group[k]));
    return cutoff;
}

static sz_status tell_cutoff(builder *b, sz_error *err)
{
    sz_model *model = b->model;
    sz_status status = SZ_OK;

    for (int k = 0; k < model->n_kinds && status == SZ_OK; k++)
        if (model->group[k] && sz_term_kinds[k]->reach)
            status = sz_term_kinds[k]->reach(model->group[k], model->cutoff, b->gap,
                                             &model->warnings, err);
    return status;
}

/* Warnings of the reader, and one if the model's energies are not energies. */
static sz_status take_warnings(builder *b, sz_error *err)
{
    const sz_gap *gap = b->gap;
    const char *property = sz_gap_find_note(gap, SZ_LOCAL_PROPERTY);
    sz_warnings *all = &b->model->warnings;
    sz_status status = SZ_OK;

    for (int k = 0; k < gap->warnings.n && status == SZ_OK; k++)
        status = sz_warnings_add(all, err, "%s", gap->warnings.text[k]);
    if (status == SZ_OK && property)
        status = sz_warnings_add(
            all, err,
            "%s: gap_fit was given the local property '%.100s' to fit: the local "
            "energies of this model are values of this property",
            gap->path, property);
    return status;
}

static sz_status build(builder *b, sz_error *err)
{
    sz_status status = open_model(b, err);

    for (int k = 0; k < b->gap->n_terms && status == SZ_OK; k++)
        status = sz_term_read(&b->term[k], b->gap, k, err);
    if (status != SZ_OK) return status;
    collect_species(b);
    status = take_warnings(b, err);
    if (status == SZ_OK) status = add_terms(b, err);
    if (status != SZ_OK) return status;
    b->model->cutoff = largest_cutoff(b->model);
    status = tell_cutoff(b, err);
    if (status != SZ_OK) return status;
    if (b->model->species.n == 0 || b->model->cutoff <= 0.0)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: the model has no term that acts on atoms", b->gap->path);
    return status;
}

sz_status sz_model_build(sz_model **model, const sz_gap *gap, sz_error *err)
{
    builder b = {.gap = gap};
    sz_status status = build(&b, err);

    *model = NULL;
    if (status == SZ_OK) {
        *model = b.model;
        b.model = NULL;
    }
    sz_model_free(b.model);
    for (int k = 0; b.term && k < gap->n_terms; k++) sz_term_close(&b.term[k]);
    free(b.term);
    return status;
}

sz_status sz_model_create(sz_model **model, sz_gap *gap, sz_error *err)
{
    sz_status status = sz_model_build(model, gap, err);

    if (status == SZ_OK)
        (*model)->gap = gap;
    else
        sz_gap_free(gap);
    return status;
}
