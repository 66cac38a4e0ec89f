/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_term.c - SOAP terms of a model, from paper.
 *
 *   E_i += delta^2 sum_s alpha_s fc_s (p_s . p_i + sigma0^2)^zeta
 *
 * The sparse points are held in the inner order of a descriptor whose null channels are
 * dropped, unless a point needs them. Terms of one descriptor share it. soap, soap_turbo
 * and acsf are descriptors; nothing here depends on which it is but the words. */
#include "term/soap_term.h"

#include "descriptor/environment.h"
#include "descriptor/soap_spec.h"
#include "term/gap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* between these, unresolved channels of nu_R, nu_S < 2 meant something else */
enum { VERSION_NU = 1663247896, VERSION_NU_NEW = 1686132232 };

/* A sparse point that lost more than this of its |p|^2 is no environment's vector: its
 * product with the 1e-7 that environments have in the dropped channels would count. */
#define LOST_MAX 1e-12

/* Bytes of vectors made from environments: limits what a small file can allocate. */
#define MADE_MAX ((size_t)64 << 30)

/* ---- the words --------------------------------------------------------------------- */

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
    sz_soap_term_spec *s = spec;

    if (s) sz_soap_spec_free(&s->soap);
    free(s);
}

static sz_status parse(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err)
{
    const sz_gap_term *term = source->term;
    sz_soap_term_spec *s;
    sz_status status;

    *spec = NULL;
    if (type != &soap_type && type != &turbo_type && type != &acsf_type) return SZ_OK;
    s = calloc(1, sizeof *s);
    if (!s) return sz_fail_memory(err, sizeof *s, "a descriptor");
    status = sz_soap_spec_parse(&s->soap, &s->n_centres, s->centre_z, source->args,
                                source->version, term ? term->n_matrix : 0,
                                term ? term->matrix : NULL, err);
    if (status == SZ_OK)
        *spec = s;
    else
        free_spec(s);
    return status;
}

int sz_soap_is_centre(const sz_soap_term_spec *spec, int z)
{
    for (int k = 0; k < spec->n_centres; k++)
        if (spec->centre_z[k] == 0 || spec->centre_z[k] == z) return 1;
    return 0;
}

static void elements(const void *spec, sz_add_element *add, void *context)
{
    const sz_soap_term_spec *s = spec;

    /* a slot for any element names none */
    for (int k = 0; k < s->soap.n_slots; k++)
        if (s->soap.slot_z[k]) add(context, s->soap.slot_z[k]);
    for (int k = 0; k < s->n_centres; k++) add(context, s->centre_z[k]);
}

/* ---- the group --------------------------------------------------------------------- */

static void free_group(void *group)
{
    sz_soap_group *g = group;

    if (!g) return;
    for (int k = 0; g->soap && g->slot && k < g->n_soaps; k++) {
        sz_soap_free(g->soap[k]);
        free(g->slot[k]);
    }
    for (int k = 0; g->term && k < g->n_terms; k++) {
        free(g->term[k].centre);
        free(g->term[k].p_sparse);
        free(g->term[k].weight);
    }
    free(g->soap);
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
        g->soap = calloc(n, sizeof *g->soap);
        g->slot = calloc(n, sizeof *g->slot);
        g->term = calloc(n, sizeof *g->term);
    }
    if (!g || !g->soap || !g->slot || !g->term) {
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
static int find_soap(const sz_soap_group *g, const sz_soap_spec *spec, int reduce)
{
    for (int k = 0; k < g->n_soaps; k++)
        if (g->soap[k]->reduce == reduce && sz_soap_spec_equal(&g->soap[k]->spec, spec))
            return k;
    return -1;
}

/* soap becomes the group's newest. */
static sz_status adopt_soap(sz_soap_group *g, sz_soap *soap, const sz_species *species,
                            sz_error *err)
{
    int *slot = malloc((size_t)species->n * sizeof *slot + 1);

    if (!slot) return sz_fail_memory(err, (size_t)species->n * sizeof *slot, "slots");
    for (int s = 0; s < species->n; s++) slot[s] = sz_soap_slot(soap, species->z[s]);
    g->soap[g->n_soaps] = soap;
    g->slot[g->n_soaps++] = slot;
    return SZ_OK;
}

/* ---- a term ------------------------------------------------------------------------ */

/* A term in the making. */
typedef struct {
    sz_soap_group *group;
    sz_soap_term *term;
    const sz_soap_spec *spec;
    const sz_term_source *source;
    const sz_species *species;
} maker;

/* Reads the sparse points into the inner order of soap, or makes them from their
 * environments; *lost is the largest share of |p|^2 that the reduction took. */
static sz_status fill_sparse(const maker *m, const sz_soap *soap, double *lost,
                             sz_error *err)
{
    const sz_gap_term *c = m->source->term;
    const char *where = sz_args_where(m->source->args);
    size_t stride = (size_t)sz_soap_stride(soap);
    size_t size = (size_t)c->n_sparse * stride * sizeof(double);
    sz_soap_term *term = m->term;
    sz_status status;

    *lost = 0.0;
    if (sz_soap_n_published(soap) != c->n_dim)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: dimensions is %d, the descriptor has %d",
                       where, c->n_dim, sz_soap_n_published(soap));
    if (!c->x_sparse && size > MADE_MAX)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the vectors of %d environments would take %.3g GB, allowed "
                       "are %.3g; use a stronger compression",
                       where, c->n_sparse, (double)size / 1e9, (double)MADE_MAX / 1e9);
    free(term->p_sparse);
    term->p_sparse = aligned_alloc(64, size);
    if (!term->p_sparse) return sz_fail_memory(err, size, "sparse points");
    if (c->environment)
        return sz_environments_describe(c->environment, soap, term->p_sparse, err);
    status = sz_soap_import_block(soap, c->n_sparse, c->x_sparse, term->p_sparse, err);
    for (int s = 0; s < c->n_sparse && status == SZ_OK; s++)
        *lost = fmax(*lost, sz_soap_lost(soap, c->x_sparse + (size_t)s * c->n_dim,
                                         term->p_sparse + (size_t)s * stride));
    return status;
}

/* The sparse points by a descriptor that is reduced or not; the group gets it once they
 * have lost no more than limit. */
static sz_status try_soap(const maker *m, int reduce, double limit, double *lost,
                          sz_error *err)
{
    sz_soap_group *g = m->group;
    int known = find_soap(g, m->spec, reduce);
    sz_soap *soap = known >= 0 ? g->soap[known] : NULL;
    sz_error why;
    sz_status status = soap ? SZ_OK : sz_soap_create(&soap, m->spec, reduce, &why);

    if (status != SZ_OK)
        return sz_fail(err, status, "%s: %.300s", sz_args_where(m->source->args),
                       why.message);
    status = fill_sparse(m, soap, lost, err);
    m->term->soap = known >= 0 ? known : g->n_soaps;
    if (known >= 0) return status;
    if (status == SZ_OK && *lost <= limit) {
        status = adopt_soap(g, soap, m->species, err);
        if (status == SZ_OK) soap = NULL;
    }
    sz_soap_free(soap);
    return status;
}

static sz_status find_points(const maker *m, sz_error *err)
{
    double lost, tolerance = m->spec->radial.tolerance;
    sz_status status = try_soap(m, 1, LOST_MAX, &lost, err);

    if (status != SZ_OK || lost <= LOST_MAX) return status;
    if (tolerance > 0.0)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: sparse points have components that radial_tolerance=%g leaves "
            "out (%.1e of the square): they are not of this descriptor; fit "
            "again, or take the key away if it was put in by hand",
            sz_args_where(m->source->args), tolerance, lost);
    return try_soap(m, 0, INFINITY, &lost, err);
}

/* Keys of a soap_turbo that have no effect. */
static sz_status warn_of_turbo(const sz_soap_spec *s, const sz_term_source *source,
                               sz_warnings *warnings, sz_error *err)
{
    const char *path = source->gap->path;
    int line = source->term->line;
    sz_status status = SZ_OK;

    if (sz_turbo_ignores_weight(source->args, s->n_slots))
        status = sz_warnings_add(
            warnings, err,
            "%s:%d: central_weight is taken as 1, as QUIP does: in soap_turbo it counts "
            "only as a list of one number for each of several species",
            path, line);
    if (status == SZ_OK && sz_args_has(source->args, "rcut_soft") &&
        sz_args_has(source->args, "cutoff_transition_width"))
        status = sz_warnings_add(warnings, err,
                                 "%s:%d: cutoff_transition_width has no effect beside "
                                 "rcut_soft",
                                 path, line);
    return status;
}

/* Keys of a soap or a soap_turbo that QUIP ignores or read otherwise once. */
static sz_status warn_of_versions(const sz_soap_spec *s, const sz_term_source *source,
                                  sz_warnings *warnings, sz_error *err)
{
    const char *path = source->gap->path;
    int version = source->version, line = source->term->line, nu_R = 2, nu_S = 2;
    sz_status status = SZ_OK;

    if (s->is_acsf) return SZ_OK;
    /* both are integers: they were read before */
    sz_args_int(source->args, "nu_R", &nu_R, NULL);
    sz_args_int(source->args, "nu_S", &nu_S, NULL);
    if (s->turbo.n_species) status = warn_of_turbo(s, source, warnings, err);
    if (status == SZ_OK && sz_args_has(source->args, "radial_scaling"))
        status = sz_warnings_add(
            warnings, err,
            "%s:%d: key radial_scaling is not a key of soap; it is ignored, as QUIP does",
            path, line);
    if (status != SZ_OK) return status;
    if (version >= VERSION_NU && version < VERSION_NU_NEW && (nu_R < 2 || nu_S < 2))
        return sz_warnings_add(
            warnings, err,
            "%s:%d: nu_R=%d nu_S=%d of gap_version %d was fitted with another "
            "definition of these keys than today's, which is used here as in QUIP: "
            "energies are likely wrong; refit",
            path, line, nu_R, nu_S, version);
    for (int a = 0; a < s->n_slots; a++)
        for (int b = 0; b < a; b++)
            if (s->slot_z[a] == s->slot_z[b] || s->slot_z[a] == 0 || s->slot_z[b] == 0)
                return sz_warnings_add(
                    warnings, err,
                    "%s:%d: species_Z lists an element twice or mixes 0 with "
                    "elements; the last match counts",
                    path, line);
    return SZ_OK;
}

static sz_status check(const sz_soap_spec *spec, const sz_term_source *source,
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
                       "%s:%d: soap with average=T has no energies of atoms and is not "
                       "supported in a potential; fit without it",
                       source->gap->path, c->line);
    if ((spec->compression.order == 3 ||
         strcmp(spec->compression.label, "K,K=1,1") == 0) &&
        c->zeta != floor(c->zeta))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: zeta=%g is no whole number, but the kernel of compression "
                       "%s may be negative; take a whole zeta",
                       source->gap->path, c->line, c->zeta, spec->compression.label);
    return SZ_OK;
}

static sz_status add(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err)
{
    sz_soap_group *g = group;
    const sz_soap_term_spec *s = spec;
    const sz_gap_term *c = source->term;
    sz_soap_term *term = &g->term[g->n_terms];
    const maker m = {g, term, &s->soap, source, species};
    sz_status status = warn_of_versions(&s->soap, source, warnings, err);

    if (status == SZ_OK) status = check(&s->soap, source, err);
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
        term->centre[k] = (unsigned char)sz_soap_is_centre(s, species->z[k]);
    return find_points(&m, err);
}

static double cutoff(const void *group)
{
    const sz_soap_group *g = group;
    double most = 0.0;

    for (int k = 0; k < g->n_soaps; k++)
        most = fmax(most, g->soap[k]->spec.radial.cutoff);
    return most;
}

sz_kernel sz_soap_kernel(const sz_soap_group *group, int t, const sz_soap_run *run)
{
    const sz_soap_term *term = &group->term[t];
    const sz_soap *soap = group->soap[term->soap];
    const sz_kernel kernel = {sz_soap_n_desc(soap),
                              sz_soap_stride(soap),
                              term->n_sparse,
                              run && run->values ? NULL : term->p_sparse,
                              run && run->values ? run->weight : term->weight,
                              term->delta,
                              term->zeta,
                              soap->spec.sigma0,
                              run ? run->values : NULL,
                              run ? run->slopes : NULL};

    return kernel;
}

static size_t bytes(const void *group, const void *plan)
{
    const sz_soap_group *g = group;
    const sz_soap_plan *p = plan;
    size_t sum = 0;

    for (int k = 0; k < g->n_soaps; k++) sum += sz_soap_bytes(g->soap[k]);
    for (int t = 0; t < g->n_terms; t++) {
        const sz_soap_term *term = &g->term[t];
        size_t stride = (size_t)sz_soap_stride(g->soap[term->soap]);
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
