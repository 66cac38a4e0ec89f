/* SPDX-License-Identifier: BSD-3-Clause
 *
 * build.c - a GAP file becomes a model: every coordinate a term, or a refusal.
 *
 *   E = sum_i e0(Z_i) + core + sum over coordinates sum_s alpha_s fc_s K(x_s, x) */
#include "descriptor/soap_spec.h"
#include "model/model.h"
#include "term/few_bodies_spec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* between these, unresolved channels of nu_R, nu_S < 2 meant something else */
enum { VERSION_NU = 1663247896, VERSION_NU_NEW = 1686132232 };

/* One coordinate of the file, parsed. */
typedef struct {
    const sz_gap_term *c;
    sz_args *args;
    const char *type; /* "soap", "distance_2b", "angle_3b" or "distance_Nb" */
    sz_soap_spec soap;
    int n_centres, centre_z[SZ_Z_MAX];
    sz_few_bodies few; /* few.bodies 0: many */
} coordinate;

typedef struct {
    const sz_gap *gap;
    coordinate *part; /* [gap->n_terms] */
    sz_model *model;
} reader;

/* ---- descriptors ------------------------------------------------------------------ */

/* The one bare word that names a descriptor; others must be logical keys. */
static sz_status find_type(coordinate *part, sz_error *err)
{
    static const char *const known[] = {"soap", "distance_2b", "angle_3b", "distance_Nb"};
    const char *first = NULL;

    for (int k = 0; k < sz_args_n_words(part->args); k++) {
        const char *word = sz_args_word(part->args, k);

        if (!first) first = word;
        for (size_t t = 0; t < sizeof known / sizeof *known; t++) {
            if (!sz_same_word(word, known[t])) continue;
            if (part->type)
                return sz_fail(err, SZ_ERR_FORMAT, "%s: both %s and %s name a descriptor",
                               sz_args_where(part->args), part->type, word);
            part->type = known[t];
        }
    }
    if (part->type) return SZ_OK;
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s: descriptor \"%s\" is not supported; known are soap, distance_2b, angle_3b "
        "and distance_Nb of order 2 or 3",
        sz_args_where(part->args), first ? first : "(none)");
}

static sz_status parse_coordinate(reader *rd, coordinate *part, sz_error *err)
{
    const sz_gap_term *c = part->c;
    char where[700];
    sz_status status;

    snprintf(where, sizeof where, "%.600s:%d", rd->gap->path, c->descriptor_line);
    status = sz_args_parse(&part->args, c->descriptor, where, err);
    if (status == SZ_OK) status = find_type(part, err);
    if (status != SZ_OK) return status;
    if (strcmp(part->type, "soap") == 0)
        return sz_soap_spec_parse(&part->soap, &part->n_centres, part->centre_z,
                                  part->args, rd->gap->version, c->n_matrix, c->matrix,
                                  err);
    if (!c->x_sparse && c->n_sparse > 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: environments are for soap descriptors only",
                       sz_args_where(part->args));
    status =
        sz_few_bodies_parse(&part->few, part->type, part->args, rd->gap->version, err);
    if (status == SZ_OK && part->few.n_dim != c->n_dim)
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%s:%d: dimensions is %d, the descriptor has %d",
                    rd->gap->path, c->line, c->n_dim, part->few.n_dim);
    return status;
}

/* ---- species ---------------------------------------------------------------------- */

static void add_species(sz_model *model, int z)
{
    if (z <= 0) {
        model->any_element = 1;
        return;
    }
    for (int k = 0; k < model->n_species; k++)
        if (model->z[k] == z) return;
    if (z <= SZ_Z_MAX) model->z[model->n_species++] = z;
}

/* Every element that a term names, in order; all 118 where a term takes any centre, and
 * for ZBL alone. */
static void collect_species(reader *rd)
{
    sz_model *model = rd->model;
    const sz_gap *gap = rd->gap;

    for (int k = 0; k < gap->n_terms; k++) {
        const coordinate *part = &rd->part[k];
        int bodies = part->few.bodies;
        const int *z = bodies == 3 ? part->few.triplet.z : part->few.pair.z;

        for (int s = 0; !bodies && s < part->soap.n_slots; s++)
            if (part->soap.slot_z[s]) add_species(model, part->soap.slot_z[s]);
        for (int s = 0; !bodies && s < part->n_centres; s++)
            add_species(model, part->centre_z[s]);
        for (int s = 0; s < bodies; s++) add_species(model, z[s]);
    }
    for (int t = 0; gap->glue && t < gap->glue->n_types; t++)
        add_species(model, gap->glue->type[t].z);
    if (gap->zbl && gap->n_terms == 0) model->any_element = 1;
    for (int z = 1; z <= SZ_Z_MAX && model->any_element; z++) add_species(model, z);
    for (int k = 0; k < model->n_species; k++)
        model->e0[k] = gap->e_scale * gap->e0[model->z[k]];
}

/* ---- terms ------------------------------------------------------------------------ */

/* A sparse point that lost more than this of its |p|^2 is no environment's vector: it
 * would meet the 1e-7 that environments have in the dropped channels. */
#define LOST_MAX 1e-12

/* Bytes of vectors made from environments: a small file cannot ask for all memory. */
#define MADE_MAX ((size_t)64 << 30)

/* the model's descriptor equal to spec, made if it is the first of its kind */
static sz_status find_soap(sz_model *model, const sz_soap_spec *spec, int reduce,
                           int *index, sz_error *err)
{
    size_t n = (size_t)model->n_soaps;
    sz_status status;
    int *slots;

    for (*index = 0; *index < model->n_soaps; (*index)++)
        if (model->soap[*index]->reduce == reduce &&
            sz_soap_spec_equal(&model->soap[*index]->spec, spec))
            return SZ_OK;
    slots = malloc((size_t)model->n_species * sizeof *slots + 1);
    if (!slots)
        return sz_fail_memory(err, (size_t)model->n_species * sizeof *slots, "slots");
    status = sz_soap_create(&model->soap[n], spec, reduce, err);
    if (status != SZ_OK) {
        free(slots);
        return status;
    }
    for (int s = 0; s < model->n_species; s++)
        slots[s] = sz_soap_slot(model->soap[n], model->z[s]);
    model->slot_of_species[n] = slots;
    model->n_soaps++;
    return SZ_OK;
}

/* Reads the sparse points into the inner order of a descriptor that is reduced or not, or
 * makes them from their environments; *lost is the largest share of |p|^2 that the
 * reduction took. */
static sz_status fill_sparse(sz_model *model, sz_soap_term *term, const coordinate *part,
                             int reduce, double *lost, sz_error *err)
{
    const sz_gap_term *c = part->c;
    sz_error why;
    sz_status status = find_soap(model, &part->soap, reduce, &term->soap, &why);
    const sz_soap *soap;
    size_t stride, size;

    if (status != SZ_OK)
        return sz_fail(err, status, "%s: %.300s", sz_args_where(part->args), why.message);
    soap = model->soap[term->soap];
    stride = (size_t)sz_soap_stride(soap);
    size = (size_t)c->n_sparse * stride * sizeof(double);
    if (sz_soap_n_published(soap) != c->n_dim)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: dimensions is %d, the descriptor has %d",
                       sz_args_where(part->args), c->n_dim, sz_soap_n_published(soap));
    if (!c->x_sparse && size > MADE_MAX)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the vectors of %d environments would take %.3g GB, allowed "
                       "are %.3g; use a stronger compression",
                       sz_args_where(part->args), c->n_sparse, (double)size / 1e9,
                       (double)MADE_MAX / 1e9);
    free(term->p_sparse);
    term->p_sparse = aligned_alloc(64, size);
    if (!term->p_sparse) return sz_fail_memory(err, size, "sparse points");
    *lost = 0.0;
    if (!c->x_sparse)
        return sz_environments_describe(c->environment, soap, term->p_sparse, err);
    status = sz_soap_import_block(soap, c->n_sparse, c->x_sparse, term->p_sparse, err);
    for (int s = 0; s < c->n_sparse && status == SZ_OK; s++)
        *lost = fmax(*lost, sz_soap_lost(soap, c->x_sparse + (size_t)s * c->n_dim,
                                         term->p_sparse + s * stride));
    return status;
}

/* Takes the newest descriptor out again where no term but the last uses it. */
static void drop_soap(sz_model *model, int index)
{
    if (index != model->n_soaps - 1) return;
    for (int t = 0; t < model->n_terms - 1; t++)
        if (model->term[t].soap == index) return;
    model->n_soaps--;
    sz_soap_free(model->soap[index]);
    free(model->slot_of_species[index]);
}

static sz_status add_soap_term(reader *rd, const coordinate *part, sz_error *err)
{
    sz_model *model = rd->model;
    const sz_gap_term *c = part->c;
    sz_soap_term *term = &model->term[model->n_terms];
    double lost = 0.0;
    sz_status status;

    model->n_terms++;
    term->gap_term = (int)(c - rd->gap->term);
    if (c->covariance != SZ_COVARIANCE_DOT_PRODUCT)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: soap with covariance_type %d is not supported, only "
                       "dot_product (2)",
                       rd->gap->path, c->line, (int)c->covariance);
    if (part->soap.average)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s:%d: soap with average=T has no energies of atoms and is not "
                       "supported in a potential; fit without it",
                       rd->gap->path, c->line);
    term->delta = c->delta;
    term->zeta = c->zeta;
    term->n_sparse = c->n_sparse;
    term->centre = calloc((size_t)model->n_species + 1, 1);
    term->weight = malloc((size_t)c->n_sparse * sizeof *term->weight);
    term->descriptor = sz_copy_text(c->descriptor);
    if (!term->centre || !term->weight || !term->descriptor)
        return sz_fail_memory(err, (size_t)c->n_sparse * 8, "sparse points");
    for (int s = 0; s < c->n_sparse; s++)
        term->weight[s] = rd->gap->e_scale * c->alpha[s] * c->fc_sparse[s];
    for (int s = 0; s < model->n_species; s++)
        for (int k = 0; k < part->n_centres; k++)
            if (part->centre_z[k] == 0 || part->centre_z[k] == model->z[s])
                term->centre[s] = 1;
    status = fill_sparse(model, term, part, 1, &lost, err);
    if (status != SZ_OK || lost <= LOST_MAX) return status;
    if (part->soap.radial.tolerance > 0.0)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: sparse points have components that radial_tolerance=%g leaves "
            "out (%.1e of the square): they are not of this descriptor; fit "
            "again, or take the key away if it was put in by hand",
            sz_args_where(part->args), part->soap.radial.tolerance, lost);
    drop_soap(model, term->soap);
    return fill_sparse(model, term, part, 0, &lost, err);
}

static sz_status add_pair_term(reader *rd, const coordinate *part, sz_error *err)
{
    sz_pair_set *set = rd->model->pair;
    sz_pair *pair = &set->pair[set->n_pairs];
    sz_status status = sz_pair_create(pair, &part->few.pair, part->c, err);

    if (status != SZ_OK) return status;
    pair->spec.share *= rd->gap->e_scale;
    pair->gap_term = (int)(part->c - rd->gap->term);
    set->n_pairs++;
    return SZ_OK;
}

/* Two like neighbours that the permutations of the term do not exchange. */
static sz_status warn_of_order(reader *rd, const sz_triplet *t, int line, sz_error *err)
{
    const int *z = t->spec.z, first = z[0] == z[1]; /* A A B, else A B B */

    return sz_warnings_add(
        &rd->model->warnings, err,
        "%s:%d: Z={%d %d %d} with compact_clusters=T takes two atoms %d round an "
        "atom %d in the order of their indices, as QUIP does: exchanging them "
        "changes the energy a little; compact_clusters=F does not have this fault",
        rd->gap->path, line, z[0], z[1], z[2], z[1], z[first ? 2 : 0]);
}

static sz_status add_triplet_term(reader *rd, const coordinate *part, sz_error *err)
{
    sz_triplet_set *set = rd->model->triplet;
    sz_triplet *triplet = &set->triplet[set->n_triplets];
    sz_status status =
        sz_triplet_create(triplet, &part->few.triplet, part->c, rd->gap->path, err);

    if (status != SZ_OK) return status;
    triplet->spec.share *= rd->gap->e_scale;
    triplet->gap_term = (int)(part->c - rd->gap->term);
    set->n_triplets++;
    if (!triplet->ordered) return SZ_OK;
    return warn_of_order(rd, triplet, part->c->line, err);
}

static sz_status check_versions(reader *rd, const coordinate *part, sz_error *err)
{
    int version = rd->gap->version, line = part->c->line;
    const sz_soap_spec *s = &part->soap;
    int nu_R = 2, nu_S = 2;

    /* both are integers: they were read before */
    sz_args_int(part->args, "nu_R", &nu_R, NULL);
    sz_args_int(part->args, "nu_S", &nu_S, NULL);
    if (sz_args_has(part->args, "radial_scaling") &&
        sz_warnings_add(
            &rd->model->warnings, err,
            "%s:%d: key radial_scaling is not a key of soap; it is ignored, as QUIP does",
            rd->gap->path, line) != SZ_OK)
        return SZ_ERR_MEMORY;
    if (version >= VERSION_NU && version < VERSION_NU_NEW && (nu_R < 2 || nu_S < 2))
        return sz_warnings_add(
            &rd->model->warnings, err,
            "%s:%d: nu_R=%d nu_S=%d of gap_version %d was fitted with another "
            "definition of these keys than today's, which is used here as in QUIP: "
            "energies are likely wrong; refit",
            rd->gap->path, line, nu_R, nu_S, version);
    for (int a = 0; a < s->n_slots; a++)
        for (int b = 0; b < a; b++)
            if (s->slot_z[a] == s->slot_z[b] || s->slot_z[a] == 0 || s->slot_z[b] == 0)
                return sz_warnings_add(
                    &rd->model->warnings, err,
                    "%s:%d: species_Z lists an element twice or mixes 0 with "
                    "elements; the last match counts",
                    rd->gap->path, line);
    return SZ_OK;
}

static sz_status add_terms(reader *rd, sz_error *err)
{
    sz_model *model = rd->model;
    size_t n = (size_t)rd->gap->n_terms + 1;
    sz_status status = SZ_OK;

    model->soap = calloc(2 * n, sizeof *model->soap); /* each reduced or not */
    model->slot_of_species = calloc(2 * n, sizeof *model->slot_of_species);
    model->term = calloc(n, sizeof *model->term);
    model->pair = calloc(1, sizeof *model->pair);
    if (model->pair) model->pair->pair = calloc(n, sizeof *model->pair->pair);
    model->triplet = calloc(1, sizeof *model->triplet);
    if (model->triplet)
        model->triplet->triplet = calloc(n, sizeof *model->triplet->triplet);
    if (!model->soap || !model->slot_of_species || !model->term || !model->pair ||
        !model->pair->pair || !model->triplet || !model->triplet->triplet)
        return sz_fail_memory(err, n * sizeof *model->term, "the model");
    for (int k = 0; k < rd->gap->n_terms && status == SZ_OK; k++) {
        const coordinate *part = &rd->part[k];

        if (part->c->n_sparse == 0) continue;
        if (part->few.bodies == 2)
            status = add_pair_term(rd, part, err);
        else if (part->few.bodies == 3)
            status = add_triplet_term(rd, part, err);
        else
            status = check_versions(rd, part, err);
        if (status == SZ_OK && part->few.bodies == 0)
            status = add_soap_term(rd, part, err);
    }
    if (status == SZ_OK)
        status = sz_pair_set_index(model->pair, model->n_species, model->z, err);
    if (status == SZ_OK)
        status = sz_triplet_set_index(model->triplet, model->n_species, model->z, err);
    return status;
}

static sz_status add_core(reader *rd, sz_error *err)
{
    sz_model *model = rd->model;
    const sz_gap *gap = rd->gap;

    if (gap->zbl) {
        model->zbl = malloc(sizeof *model->zbl);
        if (!model->zbl) return sz_fail_memory(err, sizeof *model->zbl, "ZBL");
        *model->zbl = *gap->zbl;
    }
    if (!gap->glue) return SZ_OK;
    return sz_glue_create(&model->glue, gap->glue, gap->path, model->n_species, model->z,
                          err);
}

static double largest_cutoff(const sz_model *model)
{
    double cutoff = 0.0;

    for (int k = 0; k < model->n_soaps; k++)
        cutoff = fmax(cutoff, model->soap[k]->spec.radial.cutoff);
    for (int k = 0; k < model->pair->n_pairs; k++)
        cutoff = fmax(cutoff, model->pair->pair[k].spec.cutoff);
    for (int k = 0; k < model->triplet->n_triplets; k++)
        cutoff = fmax(cutoff, model->triplet->triplet[k].spec.cutoff);
    if (model->glue) cutoff = fmax(cutoff, sz_glue_cutoff(model->glue));
    if (model->zbl) cutoff = fmax(cutoff, model->zbl->cutoff);
    return cutoff;
}

static sz_status build(reader *rd, sz_error *err)
{
    const sz_gap *gap = rd->gap;
    sz_status status = SZ_OK;

    rd->part = calloc((size_t)gap->n_terms + 1, sizeof *rd->part);
    rd->model = calloc(1, sizeof *rd->model);
    if (rd->model) rd->model->path = sz_copy_text(gap->path);
    if (!rd->part || !rd->model || !rd->model->path)
        return sz_fail_memory(err, sizeof *rd->model, "the model");
    rd->model->version = gap->version;
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        rd->part[k].c = &gap->term[k];
        status = parse_coordinate(rd, &rd->part[k], err);
    }
    if (status != SZ_OK) return status;
    collect_species(rd);
    status = add_terms(rd, err);
    if (status == SZ_OK) status = add_core(rd, err);
    if (status != SZ_OK) return status;
    rd->model->cutoff = largest_cutoff(rd->model);
    if (rd->model->n_species == 0 || rd->model->cutoff <= 0.0)
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%s: the model has no term that acts on atoms", gap->path);
    return status;
}

sz_status sz_model_build(sz_model **model, const sz_gap *gap, sz_error *err)
{
    reader rd = {.gap = gap};
    sz_status status = build(&rd, err);

    *model = NULL;
    if (status == SZ_OK) {
        *model = rd.model;
        rd.model = NULL;
    }
    sz_model_free(rd.model);
    for (int k = 0; rd.part && k < gap->n_terms; k++) {
        sz_args_free(rd.part[k].args);
        sz_soap_spec_free(&rd.part[k].soap);
    }
    free(rd.part);
    return status;
}
