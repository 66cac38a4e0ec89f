/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coordination.c - a sparse GP on the number of neighbours of an atom:
 *
 *   x_i  = sum_j f(r_ij; cutoff, transition_width)     neighbours of every element
 *   E_i += sum_s alpha_s fc_s K(x_s, x_i),             K: covariance.c
 *   dE_i/dr_ij = e'(x_i) f'(r_ij) r_ij/|r_ij|
 *   row    E_s = sum_i fc_s K(x_s, x_i)
 *
 * The centre's element is Z_center; any element if it is missing or 0. QUIP ignores Z,
 * although add_species writes Z: such a term acts on every atom, in QUIP and here.
 */
#include "term/coordination.h"

#include "atoms/cutoff.h"
#include "term/covariance.h"
#include "term/few_bodies_term.h"
#include "term/gap.h"
#include "term/radial_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 32 }; /* sparse points at a time */

/* ---- keys -------------------------------------------------------------------------- */

#define AT(member) offsetof(sz_coordination_spec, member)

static const sz_key keys[] = {
    {"cutoff", SZ_KEY_REAL, AT(cutoff), NULL,
     "needed, Angstrom: largest distance of a neighbour"},
    {"transition_width", SZ_KEY_REAL, AT(width), "0.2",
     "Angstrom: a neighbour's weight falls from 1 to 0 over this distance"},
    {"Z_center", SZ_KEY_INT, AT(z), NULL, "element of the centres; 0: any"},
    {"Z", SZ_KEY_OTHER, 0, NULL, "has no effect, as in QUIP; written by add_species"},
    {"xml_version", SZ_KEY_IGNORED, 0, NULL, "has no effect"},
    {NULL, SZ_KEY_OTHER, 0, NULL, NULL},
};

static void append(sz_text *text, int n, const int *z, int centre, int n_elements,
                   const int *k)
{
    (void)n;
    (void)n_elements;
    (void)k;
    sz_text_add(text, " Z=%d", z[centre]);
}

const sz_term_type sz_type_coordination = {.word = "coordination",
                                           .keys = keys,
                                           .covariance = "gaussian",
                                           .sparse_method = "uniform",
                                           .has_centre = 1,
                                           .append = append};

static const sz_term_type *const types[] = {&sz_type_coordination, NULL};

static sz_status check(const sz_coordination_spec *s, const sz_args *args, sz_error *err)
{
    if (!(s->cutoff > 0.0 && s->cutoff <= 1000.0 && s->width >= 0.0))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: cutoff=%g transition_width=%g is not a range of distances",
                       sz_args_where(args), s->cutoff, s->width);
    if (s->z < 0 || s->z > SZ_Z_MAX)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: Z_center is %d, allowed 0 to %d",
                       sz_args_where(args), s->z, SZ_Z_MAX);
    return SZ_OK;
}

static sz_status parse(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err)
{
    sz_coordination_spec *s;
    sz_status status;

    *spec = NULL;
    if (type != &sz_type_coordination) return SZ_OK;
    s = calloc(1, sizeof *s);
    if (!s) return sz_fail_memory(err, sizeof *s, "a descriptor");
    s->has_z = sz_args_has(source->args, "Z");
    status = sz_keys_read(keys, source->args, s, err);
    if (status == SZ_OK) status = check(s, source->args, err);
    if (status == SZ_OK)
        *spec = s;
    else
        free(s);
    return status;
}

static void elements(const void *spec, sz_add_element *add, void *context)
{
    (void)spec;
    add(context, 0); /* neighbours of every element */
}

/* ---- the group --------------------------------------------------------------------- */

static void free_group(void *group)
{
    sz_coordination_set *set = group;

    if (!set) return;
    for (int k = 0; k < set->n; k++) free(set->term[k].own);
    free(set->term);
    free(set);
}

static sz_status create(void **group, int room, sz_error *err)
{
    sz_coordination_set *set = calloc(1, sizeof *set);

    *group = NULL;
    if (set) set->term = calloc((size_t)room + 1, sizeof *set->term);
    if (!set || !set->term) {
        free(set);
        return sz_fail_memory(err, (size_t)room * sizeof(sz_coordination), "the model");
    }
    *group = set;
    return SZ_OK;
}

/* A copy of the kernel and its points, with weights alpha_s fc_s scale. */
static sz_status take_points(sz_coordination *t, const sz_gap_term *c, double scale,
                             sz_error *err)
{
    size_t n = (size_t)c->n_sparse;

    t->own = malloc((2 * n + 1) * sizeof *t->own);
    if (!t->own) return sz_fail_memory(err, 2 * n * sizeof *t->own, "the model");
    t->points = (sz_gap_term){.covariance = c->covariance,
                              .delta = c->delta,
                              .f0 = c->f0,
                              .zeta = c->zeta,
                              .n_dim = 1,
                              .theta = t->own + 2 * n,
                              .n_sparse = c->n_sparse,
                              .x_sparse = t->own,
                              .alpha = t->own + n};
    t->own[2 * n] = c->theta ? c->theta[0] : 1.0;
    memcpy(t->own, c->x_sparse, n * sizeof *t->own);
    for (size_t s = 0; s < n; s++) t->own[n + s] = c->alpha[s] * c->fc_sparse[s] * scale;
    return SZ_OK;
}

static sz_status check_term(const sz_term_source *source, sz_error *err)
{
    const sz_gap_term *c = source->term;

    if (!c->x_sparse && c->n_sparse > 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: environments are for soap descriptors only",
                       sz_args_where(source->args));
    if (c->n_dim == 1) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s:%d: dimensions is %d, the descriptor has 1",
                   source->gap->path, c->line, c->n_dim);
}

static sz_status add(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err)
{
    sz_coordination_set *set = group;
    sz_coordination *t = &set->term[set->n];
    sz_status status = check_term(source, err);

    (void)species;
    t->spec = *(const sz_coordination_spec *)spec;
    t->gap_term = source->index;
    if (status == SZ_OK && t->spec.has_z)
        status = sz_warnings_add(
            warnings, err,
            "%s: coordination ignores Z, as in QUIP: %s; use Z_center=.. and "
            "add_species=F in a fit to choose the centre's element",
            sz_args_where(source->args),
            t->spec.z ? "Z_center is used" : "the term acts on atoms of every element");
    if (status == SZ_OK) status = take_points(t, source->term, source->gap->e_scale, err);
    if (status == SZ_OK) set->n++;
    return status;
}

static double cutoff(const void *group)
{
    const sz_coordination_set *set = group;
    double most = 0.0;

    for (int k = 0; k < set->n; k++) most = fmax(most, set->term[k].spec.cutoff);
    return most;
}

static size_t bytes(const void *group, const void *plan)
{
    const sz_coordination_set *set = group;
    size_t sum = 0;

    (void)plan;
    for (int k = 0; k < set->n; k++)
        sum += (2 * (size_t)set->term[k].points.n_sparse + 1) * sizeof(double);
    return sum;
}

static void print(const void *group, const void *plan, const sz_species *species,
                  sz_text *text)
{
    const sz_coordination_set *set = group;

    (void)plan;
    (void)species;
    sz_text_add(text, "\ncoordination terms: %d\n", set->n);
    for (int k = 0; k < set->n; k++) {
        const sz_coordination *t = set->term + k;

        sz_text_add(text, "  %-12scutoff %g, width %g Angstrom, %d sparse points\n",
                    sz_element_or_any(t->spec.z), t->spec.cutoff, t->spec.width,
                    t->points.n_sparse);
    }
}

/* ---- energies ---------------------------------------------------------------------- */

static double count_neighbours(const sz_coordination_spec *spec, const sz_neigh *nb,
                               int i)
{
    double x = 0.0, slope;

    for (int j = nb->first[i]; j < nb->first[i + 1]; j++)
        x += sz_cutoff(sz_length(nb->r + 3 * (size_t)j), spec->cutoff, spec->width,
                       &slope);
    return x;
}

static double energy_of(const sz_coordination *t, double x, double *slope)
{
    double value[CHUNK], slopes[CHUNK], sum = 0.0;
    const double along = 1.0;

    *slope = 0.0;
    for (int first = 0; first < t->points.n_sparse; first += CHUNK) {
        sz_gap_term part = t->points;
        int left = part.n_sparse - first;

        part.n_sparse = left < CHUNK ? left : CHUNK;
        part.x_sparse += first;
        sz_covariance_row(&part, &x, &along, value, slopes);
        for (int s = 0; s < part.n_sparse; s++) {
            sum += t->points.alpha[first + s] * value[s];
            *slope += t->points.alpha[first + s] * slopes[s];
        }
    }
    return sum;
}

static void add_atom(const sz_coordination *t, const sz_neigh *nb, int i, double *energy,
                     double *dedr)
{
    double de, df;

    *energy += energy_of(t, count_neighbours(&t->spec, nb, i), &de);
    for (int j = nb->first[i]; dedr && j < nb->first[i + 1]; j++) {
        const double *d = nb->r + 3 * (size_t)j;
        double r = sz_length(d);

        sz_cutoff(r, t->spec.cutoff, t->spec.width, &df);
        if (df != 0.0) sz_add_radial(de * df, d, r, dedr + 3 * (size_t)j);
    }
}

static int is_centre_of(const sz_coordination_spec *spec, int z)
{
    return spec->z == 0 || spec->z == z;
}

static void energy(const void *plan, void *work, const sz_species *species,
                   const sz_neigh *nb, double *energy, double *dedr)
{
    const sz_coordination_set *set = plan;

    (void)work;
    for (int k = 0; k < set->n; k++)
        for (int i = 0; i < nb->n_atoms; i++)
            if (is_centre_of(&set->term[k].spec, species->z[nb->species[i]]))
                add_atom(&set->term[k], nb, i, energy + i, dedr);
}

/* ---- vectors of the data ----------------------------------------------------------- */

typedef struct {
    sz_probe probe;
    sz_coordination_spec spec;
    sz_species species;
} coordination_probe;

static sz_status make_probe(sz_probe **probe, const void *spec, const sz_species *species,
                            sz_error *err)
{
    coordination_probe *p = calloc(1, sizeof *p);

    *probe = NULL;
    if (!p) return sz_fail_memory(err, sizeof *p, "a descriptor");
    p->spec = *(const sz_coordination_spec *)spec;
    p->species = *species;
    p->probe =
        (sz_probe){.n_dim = 1, .cutoff = p->spec.cutoff, .n_perm = 1, .has_theta = 1};
    *probe = &p->probe;
    return SZ_OK;
}

static sz_status collect(sz_probe *probe, const sz_list *list, sz_take_vector *take,
                         void *context, sz_error *err)
{
    const coordination_probe *p = (const coordination_probe *)probe;
    sz_status status = SZ_OK;

    for (int i = 0; i < list->nb.n_atoms && status == SZ_OK; i++) {
        double x;

        if (!is_centre_of(&p->spec, p->species.z[list->species[i]])) continue;
        x = count_neighbours(&p->spec, &list->nb, i);
        status = take(context, i, &x, 1.0, err);
    }
    return status;
}

static void free_probe(sz_probe *probe)
{
    free(probe);
}

/* ---- rows -------------------------------------------------------------------------- */

static sz_status make_rows(void **rows, const void *group, const sz_gap_term *term,
                           const int *column, const sz_species *species, sz_error *err)
{
    const sz_radial_rows like = {
        .group = group, .term = term, .column = column, .species = *species};
    const sz_coordination_set *set = group;
    int most = 0;

    for (int k = 0; k < set->n; k++)
        if (set->term[k].points.n_sparse > most) most = set->term[k].points.n_sparse;
    return sz_radial_rows_create(rows, &like, most, err);
}

static void add_row(sz_radial_rows *rows, const sz_coordination *t, const sz_row_frame *f,
                    int i)
{
    const sz_gap_term *c = &rows->term[t->gap_term];
    const sz_neigh *nb = &f->list->nb;
    int m = c->n_sparse, column = rows->column[t->gap_term];
    double x = count_neighbours(&t->spec, nb, i), df;
    const double along = 1.0;

    sz_covariance_row(c, &x, &along, rows->value, rows->slope);
    for (int s = 0; s < m; s++) {
        f->energy[column + s] += c->fc_sparse[s] * rows->value[s];
        rows->slope[s] *= c->fc_sparse[s];
    }
    for (int j = nb->first[i]; f->force && j < nb->first[i + 1]; j++) {
        sz_cutoff(sz_length(nb->r + 3 * (size_t)j), t->spec.cutoff, t->spec.width, &df);
        if (df != 0.0) sz_radial_rows_add(rows, f, column, i, j, m, df);
    }
}

static sz_status add_rows(void *rows, const sz_row_frame *frame, sz_error *err)
{
    sz_radial_rows *r = rows;
    const sz_coordination_set *set = r->group;
    const sz_neigh *nb = &frame->list->nb;

    (void)err;
    for (int k = 0; k < set->n; k++)
        for (int i = 0; i < nb->n_atoms; i++)
            if (is_centre_of(&set->term[k].spec, r->species.z[nb->species[i]]))
                add_row(r, &set->term[k], frame, i);
    return SZ_OK;
}

const sz_term_kind sz_kind_coordination = {
    .name = "coordination",
    .types = types,
    .parse = parse,
    .free_spec = free,
    .elements = elements,
    .create = create,
    .add = add,
    .free = free_group,
    .cutoff = cutoff,
    .bytes = bytes,
    .print = print,
    .energy = energy,
    .probe = make_probe,
    .collect = collect,
    .free_probe = free_probe,
    .rows = make_rows,
    .add_rows = add_rows,
    .free_rows = sz_radial_rows_free,
};
