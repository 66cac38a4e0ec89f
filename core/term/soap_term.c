/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_term.c - builds the SOAP terms of a model.
 *
 *   E_i += delta^2 sum_s alpha_s fc_s (p_s . p_i + sigma0^2)^zeta
 *
 * The sparse points are stored in the internal order of a descriptor whose null channels
 * are dropped, unless a point needs them. Terms with the same descriptor share it. Only
 * the texts depend on the kind of descriptor. */
#include "term/soap_term.h"

#include "descriptor/acsf.h"
#include "descriptor/environment.h"
#include "descriptor/soap_spec.h"
#include "term/gap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sparse point that lost more than this fraction of its |p|^2 is not the vector of an
 * environment: its product with the 1e-7 that environments have in the dropped channels
 * would matter. */
#define LOST_MAX 1e-12

/* Limit in bytes of vectors computed from environments, so that a small file cannot
 * allocate much. */
#define MADE_MAX ((size_t)64 << 30)

/* ---- keys -------------------------------------------------------------------------- */

static void append(sz_text *text, int n, const int *z, int centre, int n_elements,
                   const int *k)
{
    (void)n_elements;
    (void)k;
    sz_text_add(text, " n_species=%d Z=%d", n, z[centre]);
    sz_term_append_list(text, "species_Z", n, z, NULL);
}

static const sz_term_type soap_type = {.word = "soap",
                                       .keys = sz_soap_keys,
                                       .covariance = "dot_product",
                                       .sparse_method = "cur_points",
                                       .has_centre = 1,
                                       .append = append};

static void append_turbo(sz_text *text, int n, const int *z, int centre, int n_elements,
                         const int *k)
{
    (void)n_elements;
    (void)k;
    sz_text_add(text, " n_species=%d central_index=%d", n, centre + 1);
    sz_term_append_list(text, "species_Z", n, z, NULL);
}

static const sz_term_type turbo_type = {.word = "soap_turbo",
                                        .keys = sz_turbo_keys,
                                        .covariance = "dot_product",
                                        .sparse_method = "cur_points",
                                        .has_centre = 1,
                                        .append = append_turbo};
static const sz_term_type acsf_type = {.word = "acsf",
                                       .keys = sz_acsf_keys,
                                       .covariance = "dot_product",
                                       .sparse_method = "cur_points",
                                       .has_centre = 1,
                                       .append = append};
static const sz_term_type *const types[] = {&soap_type, &turbo_type, &acsf_type, NULL};

/* ---- the descriptor ---------------------------------------------------------------- */

static void free_spec(void *spec)
{
    if (spec) sz_describer_spec_free(spec);
    free(spec);
}

static sz_status parse(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err)
{
    const sz_gap_term *term = source->term;
    sz_describer_spec *s;
    sz_status status;

    *spec = NULL;
    if (type != &soap_type && type != &turbo_type && type != &acsf_type) return SZ_OK;
    s = calloc(1, sizeof *s);
    if (!s) return sz_fail_memory(err, sizeof *s, "a descriptor");
    status =
        sz_describer_parse(s, source->args, source->version, term ? term->n_matrix : 0,
                           term ? term->matrix : NULL, err);
    if (status == SZ_OK)
        *spec = s;
    else
        free_spec(s);
    return status;
}

static void elements(const void *spec, sz_add_element *add, void *context)
{
    const sz_describer_spec *s = spec;

    /* a slot for any element names none */
    for (int k = 0; k < s->n_slots; k++)
        if (s->slot_z[k]) add(context, s->slot_z[k]);
    for (int k = 0; k < s->n_centres; k++) add(context, s->centre_z[k]);
}

/* ---- the group --------------------------------------------------------------------- */

static void free_group(void *group)
{
    sz_soap_group *g = group;

    if (!g) return;
    for (int k = 0; g->describer && g->slot && k < g->n_describers; k++) {
        sz_describer_free(g->describer[k]);
        free(g->slot[k]);
    }
    for (int k = 0; g->term && k < g->n_terms; k++) {
        free(g->term[k].centre);
        free(g->term[k].p_sparse);
        free(g->term[k].weight);
    }
    free(g->describer);
    free(g->slot);
    free(g->term);
    free(g);
}

static sz_status create(void **group, int room, sz_error *err)
{
    sz_soap_group *g = calloc(1, sizeof *g);
    size_t n = (size_t)room + 1;

    *group = NULL;
    if (g) {
        g->describer = calloc(n, sizeof *g->describer);
        g->slot = calloc(n, sizeof *g->slot);
        g->term = calloc(n, sizeof *g->term);
    }
    if (!g || !g->describer || !g->slot || !g->term) {
        free_group(g);
        return sz_fail_memory(err, n * sizeof *g->term, "the model");
    }
    *group = g;
    return SZ_OK;
}

static void drop_points(void *group)
{
    sz_soap_group *g = group;

    for (int t = 0; t < g->n_terms; t++) {
        free(g->term[t].p_sparse);
        free(g->term[t].weight);
        g->term[t].p_sparse = g->term[t].weight = NULL;
    }
}

/* The group's descriptor equal to spec, or -1. */
static int find_describer(const sz_soap_group *g, const sz_describer_spec *spec,
                          int reduce)
{
    for (int k = 0; k < g->n_describers; k++)
        if (g->describer[k]->reduce == reduce && sz_describer_fits(g->describer[k], spec))
            return k;
    return -1;
}

/* d becomes the last descriptor of the group. */
static sz_status adopt(sz_soap_group *g, sz_describer *d, const sz_species *species,
                       sz_error *err)
{
    int *slot = malloc((size_t)species->n * sizeof *slot + 1);

    if (!slot) return sz_fail_memory(err, (size_t)species->n * sizeof *slot, "slots");
    for (int s = 0; s < species->n; s++) slot[s] = sz_describer_slot(d, species->z[s]);
    g->describer[g->n_describers] = d;
    g->slot[g->n_describers++] = slot;
    return SZ_OK;
}

/* ---- a term ------------------------------------------------------------------------ */

/* A term under construction. */
typedef struct {
    sz_soap_group *group;
    sz_soap_term *term;
    const sz_describer_spec *spec;
    const sz_term_source *source;
    const sz_species *species;
} maker;

/* Reads the sparse points into the internal order of d, or computes them from their
 * environments; *lost is the largest fraction of |p|^2 lost by the reduction. */
static sz_status fill_sparse(const maker *m, const sz_describer *d, double *lost,
                             sz_error *err)
{
    const sz_gap_term *c = m->source->term;
    const char *where = sz_args_where(m->source->args);
    size_t stride = (size_t)d->stride;
    size_t size = (size_t)c->n_sparse * stride * sizeof(double);
    sz_soap_term *term = m->term;
    sz_status status;

    *lost = 0.0;
    if (d->n_published != c->n_dim)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: dimensions is %d, the descriptor has %d",
                       where, c->n_dim, d->n_published);
    if (!c->x_sparse && size > MADE_MAX)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the vectors of %d environments would take %.3g GB, allowed "
                       "are %.3g; use a stronger compression",
                       where, c->n_sparse, (double)size / 1e9, (double)MADE_MAX / 1e9);
    free(term->p_sparse);
    term->p_sparse = aligned_alloc(64, size);
    if (!term->p_sparse) return sz_fail_memory(err, size, "sparse points");
    if (c->environment)
        return sz_environments_describe(c->environment, d, term->p_sparse, err);
    status = sz_describer_import(d, c->n_sparse, c->x_sparse, term->p_sparse, err);
    for (int s = 0; s < c->n_sparse && status == SZ_OK; s++)
        *lost = fmax(*lost, sz_describer_lost(d, c->x_sparse + (size_t)s * c->n_dim,
                                              term->p_sparse + (size_t)s * stride));
    return status;
}

/* The sparse points with a reduced or full descriptor; the group receives it if they have
 * lost no more than limit. */
static sz_status try_describer(const maker *m, int reduce, double limit, double *lost,
                               sz_error *err)
{
    sz_soap_group *g = m->group;
    int known = find_describer(g, m->spec, reduce);
    sz_describer *d = known >= 0 ? g->describer[known] : NULL;
    sz_error why;
    sz_status status = d ? SZ_OK : sz_describer_create(&d, m->spec, reduce, &why);

    if (status != SZ_OK)
        return sz_fail(err, status, "%s: %.300s", sz_args_where(m->source->args),
                       why.message);
    status = fill_sparse(m, d, lost, err);
    m->term->describer = known >= 0 ? known : g->n_describers;
    if (known >= 0) return status;
    if (status == SZ_OK && *lost <= limit) {
        status = adopt(g, d, m->species, err);
        if (status == SZ_OK) d = NULL;
    }
    sz_describer_free(d);
    return status;
}

static sz_status find_points(const maker *m, sz_error *err)
{
    double lost, tolerance = m->spec->tolerance;
    sz_status status = try_describer(m, 1, LOST_MAX, &lost, err);

    if (status != SZ_OK || lost <= LOST_MAX) return status;
    if (tolerance > 0.0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: sparse points have components that radial_tolerance=%g drops "
                       "(%.1e of the square): they do not belong to this descriptor; fit "
                       "again, or remove the key if it was added by hand",
                       sz_args_where(m->source->args), tolerance, lost);
    return try_describer(m, 0, INFINITY, &lost, err);
}

static sz_status warn(const sz_describer_spec *spec, const sz_term_source *source,
                      sz_warnings *warnings, sz_error *err)
{
    char where[700];

    snprintf(where, sizeof where, "%.600s:%d", source->gap->path, source->term->line);
    return sz_describer_warn(spec, source->args, source->version, where, warnings, err);
}

static sz_status check(const sz_describer_spec *spec, const sz_term_source *source,
                       sz_error *err)
{
    const sz_gap_term *c = source->term;

    if (c->covariance != SZ_COVARIANCE_DOT_PRODUCT)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s:%d: soap, soap_turbo and acsf with covariance_type %d are not supported, "
            "only dot_product (2)",
            source->gap->path, c->line, (int)c->covariance);
    if (spec->average)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: soap with average=T has no local energies and is not "
                       "supported in a potential; fit without it",
                       source->gap->path, c->line);
    if (spec->indefinite && c->zeta != floor(c->zeta))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: zeta=%g is not a whole number, but the kernel of "
                       "compression %s may be negative; use a whole zeta",
                       source->gap->path, c->line, c->zeta, spec->indefinite);
    return SZ_OK;
}

static sz_status add(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err)
{
    sz_soap_group *g = group;
    const sz_describer_spec *s = spec;
    const sz_gap_term *c = source->term;
    sz_soap_term *term = &g->term[g->n_terms];
    const maker m = {g, term, s, source, species};
    sz_status status = warn(s, source, warnings, err);

    if (status == SZ_OK) status = check(s, source, err);
    if (status != SZ_OK) return status;
    g->n_species = species->n;
    g->n_terms++;
    term->gap_term = source->index;
    term->delta = c->delta;
    term->zeta = c->zeta;
    term->n_sparse = c->n_sparse;
    term->centre = calloc((size_t)species->n + 1, 1);
    term->weight = malloc((size_t)c->n_sparse * sizeof *term->weight);
    if (!term->centre || !term->weight)
        return sz_fail_memory(err, (size_t)c->n_sparse * 8, "sparse points");
    for (int k = 0; k < c->n_sparse; k++)
        term->weight[k] = source->gap->e_scale * c->alpha[k] * c->fc_sparse[k];
    for (int k = 0; k < species->n; k++)
        term->centre[k] = (unsigned char)sz_describer_is_centre(s, species->z[k]);
    return find_points(&m, err);
}

static double cutoff(const void *group)
{
    const sz_soap_group *g = group;
    double most = 0.0;

    for (int k = 0; k < g->n_describers; k++) most = fmax(most, g->describer[k]->cutoff);
    return most;
}

sz_kernel sz_soap_kernel(const sz_soap_group *group, int t, const sz_soap_run *run)
{
    const sz_soap_term *term = &group->term[t];
    const sz_describer *of = group->describer[term->describer];
    const sz_kernel kernel = {of->n_desc,
                              of->stride,
                              term->n_sparse,
                              run && run->values ? NULL : term->p_sparse,
                              run && run->values ? run->weight : term->weight,
                              term->delta,
                              term->zeta,
                              of->sigma0,
                              run ? run->values : NULL,
                              run ? run->slopes : NULL};

    return kernel;
}

static size_t bytes(const void *group, const void *plan)
{
    const sz_soap_group *g = group;
    const sz_soap_plan *p = plan;
    size_t sum = p ? p->prepared_bytes : 0;

    for (int k = 0; k < g->n_describers; k++)
        sum += g->describer[k]->kind->bytes(g->describer[k]);
    for (int t = 0; t < g->n_terms; t++) {
        const sz_soap_term *term = &g->term[t];
        size_t stride = (size_t)g->describer[term->describer]->stride;
        size_t weights = (size_t)term->n_sparse * sizeof(double);
        const sz_soap_run *run = p ? &p->run[t] : NULL;

        if (!run || (!run->collapse && !run->joined)) sum += weights;
        if (!run || (!run->collapse && !run->joined && !run->values))
            sum += weights * stride;
        if (run && run->collapse) sum += sz_collapse_bytes(run->collapse);
        if (run) sum += sz_product_bytes(run->values) + sz_product_bytes(run->slopes);
    }
    return sum;
}

/* ---- the record -------------------------------------------------------------------- */

const sz_term_kind sz_kind_soap = {
    .name = "soap",
    .types = types,
    .parse = parse,
    .free_spec = free_spec,
    .elements = elements,
    .create = create,
    .add = add,
    .free = free_group,
    .cutoff = cutoff,
    .bytes = bytes,
    .print = sz_soap_print,
    .drop_points = drop_points,
    .plan = sz_soap_plan_create,
    .free_plan = sz_soap_plan_free,
    .rank = sz_soap_plan_rank,
    .n_wide = sz_soap_plan_n_wide,
    .work = sz_soap_plan_work,
    .free_work = sz_soap_plan_free_work,
    .energy_of_portion = sz_soap_plan_energy,
    .probe = sz_soap_probe,
    .is_centre = sz_soap_probe_is_centre,
    .vector = sz_soap_vector,
    .free_probe = sz_soap_free_probe,
    .rows = sz_soap_rows,
    .add_rows = sz_soap_add_rows,
    .flops = sz_soap_flops,
    .free_rows = sz_soap_free_rows,
};
