/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triplet_term.c - the three-body terms of a model: angle_3b, distance_Nb of order 3.
 *
 *   E_i += share sum_(j<k) fc e(r_ij, r_ik, r_jk)              triplet.c
 *   vector  every two neighbours of a centre, or (clusters) every cluster once
 *   row     with one sparse point at a time
 *
 * gap_fit counts both orders of angle_3b's neighbours; here they count once. */
#include "atoms/cutoff.h"
#include "term/few_bodies_term.h"
#include "term/gap.h"
#include "term/triplet_batch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const sz_term_type *const types[] = {&sz_type_angle_3b, &sz_type_distance_nb,
                                            NULL};

static sz_status parse(void **spec, const sz_term_type *type,
                       const sz_term_source *source, sz_error *err)
{
    *spec = NULL;
    if (type != &sz_type_angle_3b && type != &sz_type_distance_nb) return SZ_OK;
    return sz_few_bodies_term_parse(spec, 3, type, source, err);
}

static void elements(const void *spec, sz_add_element *add, void *context)
{
    const sz_few_bodies *few = spec;

    for (int k = 0; k < 3; k++) add(context, few->triplet.z[k]);
}

/* ---- the group --------------------------------------------------------------------- */

static void free_group(void *group)
{
    sz_triplet_set_free(group);
}

static sz_status create(void **group, int room, sz_error *err)
{
    sz_triplet_set *set = calloc(1, sizeof *set);

    *group = NULL;
    if (set) set->triplet = calloc((size_t)room + 1, sizeof *set->triplet);
    if (!set || !set->triplet) {
        free(set);
        return sz_fail_memory(err, (size_t)room * sizeof(sz_triplet), "the model");
    }
    *group = set;
    return SZ_OK;
}

/* Two like neighbours that the permutations of the term do not exchange. */
static sz_status warn_of_order(const sz_triplet *t, const sz_term_source *source,
                               sz_warnings *warnings, sz_error *err)
{
    const int *z = t->spec.z, first = z[0] == z[1]; /* A A B, else A B B */

    return sz_warnings_add(
        warnings, err,
        "%s:%d: Z={%d %d %d} with compact_clusters=T uses two atoms %d around an atom %d "
        "in the order of their indices, as QUIP does: exchanging them changes the energy "
        "slightly; compact_clusters=F avoids this",
        source->gap->path, source->term->line, z[0], z[1], z[2], z[1], z[first ? 2 : 0]);
}

static sz_status add(void *group, const void *spec, const sz_term_source *source,
                     const sz_species *species, sz_warnings *warnings, sz_error *err)
{
    sz_triplet_set *set = group;
    const sz_few_bodies *few = spec;
    sz_triplet *triplet = &set->triplet[set->n_triplets];
    sz_status status = sz_few_bodies_check(few, source, err);

    (void)species;
    if (status == SZ_OK)
        status = sz_triplet_create(triplet, &few->triplet, source->term,
                                   source->gap->path, err);
    if (status != SZ_OK) return status;
    triplet->spec.share *= source->gap->e_scale;
    triplet->gap_term = source->index;
    set->n_triplets++;
    return triplet->ordered ? warn_of_order(triplet, source, warnings, err) : SZ_OK;
}

static sz_status finish(void *group, const sz_species *species, sz_error *err)
{
    return sz_triplet_set_index(group, species->n, species->z, err);
}

static double cutoff(const void *group)
{
    const sz_triplet_set *set = group;
    double most = 0.0;

    for (int k = 0; k < set->n_triplets; k++)
        most = fmax(most, set->triplet[k].spec.cutoff);
    return most;
}

static int ordered(const void *group)
{
    const sz_triplet_set *set = group;

    for (int k = 0; k < set->n_triplets; k++)
        if (set->triplet[k].ordered) return 1;
    return 0;
}

static size_t bytes(const void *group, const void *plan)
{
    const sz_triplet_set *set = group;
    size_t sum = 0;

    (void)plan;
    for (int k = 0; k < set->n_triplets; k++)
        sum += 4 * (size_t)set->triplet[k].n_points * sizeof(double);
    return sum;
}

/* Each term once: the centre and its two neighbours, or the three atoms. */
static void print(const void *group, const void *plan, const sz_species *species,
                  sz_text *text)
{
    static const char *const kind[] = {"angle_3b", "distance_Nb",
                                       "distance_Nb, clusters"};
    static const char *const covariance[] = {"", "Gaussian", "dot product", "", "pp"};
    const sz_triplet_set *set = group;

    (void)plan;
    (void)species;
    if (set->n_triplets == 0) return;
    sz_text_add(text, "\nthree-body terms: %d\n", set->n_triplets);
    for (int k = 0; k < set->n_triplets; k++) {
        const sz_triplet *t = set->triplet + k;
        const char *format = t->spec.kind == SZ_TRIPLET_ANGLE ? "%s(%s,%s)" : "%s-%s-%s";
        char name[80];

        snprintf(name, sizeof name, format, sz_element_or_any(t->spec.z[0]),
                 sz_element_or_any(t->spec.z[1]), sz_element_or_any(t->spec.z[2]));
        sz_text_add(text,
                    "  %-12s%s, cutoff %g, width %g Angstrom, %d sparse points, %s "
                    "kernel",
                    name, kind[t->spec.kind], t->spec.cutoff, t->spec.cutoff_width,
                    t->n_sparse, covariance[t->covariance]);
        if (t->n_perm > 1) sz_text_add(text, ", %d permutations", t->n_perm);
        sz_text_add(text, "\n");
    }
}

static void energy(const void *plan, void *work, const sz_species *species,
                   const sz_neigh *nb, double *energy, double *dedr)
{
    (void)work;
    sz_triplet_set_energy(plan, species->z, nb, energy, dedr);
}

/* ---- vectors of the data ----------------------------------------------------------- */

typedef struct {
    const sz_few_bodies_probe *probe;
    const sz_list *list;
    sz_take_vector *take;
    void *context;
    sz_status status;
    sz_error *err;
} taker;

/* A cluster whose atoms are all neighbours is found from each of them. */
static int is_met_before(const taker *to, const sz_triplet_batch *b, int t)
{
    const int *neigh = to->list->neigh;
    int i = b->centre[t], p = b->pair[0][t], q = b->pair[1][t];

    if (b->r[2][t] >= to->probe->few->cutoff) return 0;
    return !sz_stands_first(i, neigh[p], to->list->r + 3 * (size_t)p) ||
           !sz_stands_first(i, neigh[q], to->list->r + 3 * (size_t)q);
}

/* The cutoff factor of the whole cluster, see triplet.c. */
static double cluster_cutoff(const sz_triplet_spec *spec, const sz_triplet_batch *b,
                             int t)
{
    double slope, f12 = b->f[0][t], f13 = b->f[1][t];
    double f23 = sz_cutoff(b->r[2][t], spec->cutoff, spec->cutoff_width, &slope);

    return f12 * f13 + f12 * f23 + f13 * f23 - 2.0 * f12 * f13 * f23;
}

static void take_batch(sz_triplet_batch *b)
{
    taker *to = b->context;
    const sz_triplet_spec *spec = &to->probe->few->triplet;
    int clusters = spec->kind == SZ_TRIPLET_CLUSTER;
    double x[3 * SZ_TRIPLET_BATCH];

    sz_triplet_vectors(b, b->n, x);
    for (int t = 0; t < b->n && to->status == SZ_OK; t++) {
        double fc = clusters ? cluster_cutoff(spec, b, t) : b->f[0][t] * b->f[1][t];
        double at[3] = {x[t], x[SZ_TRIPLET_BATCH + t], x[2 * SZ_TRIPLET_BATCH + t]};

        if (clusters && is_met_before(to, b, t)) continue;
        to->status = to->take(to->context, b->centre[t], at, fc, to->err);
    }
}

static sz_status collect(sz_probe *probe, const sz_list *list, sz_take_vector *take,
                         void *context, sz_error *err)
{
    const sz_few_bodies_probe *p = (const sz_few_bodies_probe *)probe;
    sz_triplet term = {.spec = p->few->triplet};
    sz_triplet_set one = {1, &term};
    taker to = {p, list, take, context, SZ_OK, err};
    sz_triplet_batch b = {.term = &term,
                          .nb = &list->nb,
                          .z = p->species.z,
                          .take = take_batch,
                          .context = &to};

    to.status = sz_triplet_set_index(&one, p->species.n, p->species.z, err);
    for (int i = 0; i < list->nb.n_atoms && to.status == SZ_OK; i++)
        sz_triplet_visit(&b, i);
    if (to.status == SZ_OK) sz_triplet_flush(&b);
    free(term.role);
    return to.status;
}

/* ---- rows -------------------------------------------------------------------------- */

typedef struct {
    const sz_triplet_set *set;
    const sz_gap_term *term;
    const int *column;
    sz_species species;
    sz_triplet *unit; /* [n_triplets] with weights of alpha = 1 */
    int n_sparse;     /* of the largest term */
    size_t room;      /* pairs */
    double *point;    /* [n_sparse][room][3] of an atom */
    double *g;        /* [n_sparse] */
} triplet_rows;

static void free_rows(void *rows)
{
    triplet_rows *r = rows;

    if (!r) return;
    for (int k = 0; r->unit && k < r->set->n_triplets; k++) free(r->unit[k].point);
    free(r->unit);
    free(r->point);
    free(r->g);
    free(r);
}

static sz_status make_rows(void **rows, const void *group, const sz_gap_term *term,
                           const int *column, const sz_species *species, sz_error *err)
{
    const sz_triplet_set *set = group;
    triplet_rows *r = calloc(1, sizeof *r);
    size_t n = (size_t)set->n_triplets + 1;
    sz_status status = SZ_OK;

    *rows = NULL;
    if (!r) return sz_fail_memory(err, sizeof *r, "the rows");
    *r = (triplet_rows){
        .set = set, .term = term, .column = column, .species = *species, .n_sparse = 1};
    r->unit = calloc(n, sizeof *r->unit);
    if (!r->unit) status = sz_fail_memory(err, n * sizeof *r->unit, "the rows");
    for (int k = 0; k < set->n_triplets && status == SZ_OK; k++) {
        const sz_triplet *t = &set->triplet[k];

        if (t->n_sparse > r->n_sparse) r->n_sparse = t->n_sparse;
        status = sz_triplet_unit(&r->unit[k], t, &term[t->gap_term], err);
    }
    if (status == SZ_OK) {
        r->g = malloc((size_t)r->n_sparse * sizeof *r->g);
        if (!r->g) status = sz_fail_memory(err, (size_t)r->n_sparse * 8, "the rows");
    }
    if (status == SZ_OK)
        *rows = r;
    else
        free_rows(r);
    return status;
}

/* for an atom with n pairs */
static sz_status make_room(triplet_rows *r, int n_pairs, sz_error *err)
{
    size_t n = n_pairs > 0 ? (size_t)n_pairs : 1, m = (size_t)r->n_sparse;

    if (n <= r->room) return SZ_OK;
    free(r->point);
    r->point = malloc(3 * n * m * sizeof *r->point);
    r->room = r->point ? n : 0;
    return r->point ? SZ_OK
                    : sz_fail_memory(err, 3 * n * m * sizeof *r->point,
                                     "the derivatives of an atom");
}

static void add_atom(triplet_rows *rows, int k, const sz_row_frame *f, int i)
{
    const sz_triplet *unit = &rows->unit[k];
    const sz_gap_term *c = &rows->term[unit->gap_term];
    const sz_neigh *nb = &f->list->nb;
    int m = c->n_sparse, first = nb->first[i], column = rows->column[unit->gap_term];
    size_t n3 = 3 * (size_t)(nb->first[i + 1] - first);

    if (f->force) memset(rows->point, 0, (size_t)m * n3 * sizeof *rows->point);
    sz_triplet_rows(unit, c, rows->species.z, nb, i, f->energy + column,
                    f->force ? rows->point : NULL);
    for (int j = first; j < nb->first[i + 1] && f->force; j++) {
        const double *d = nb->r + 3 * (size_t)j;
        double reach = unit->spec.cutoff;
        sz_row_target to;

        if (sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) >= reach) continue;
        to = sz_row_find(f, column, i, j);
        for (int x = 0; x < 3; x++) {
            const double *from = rows->point + 3 * (size_t)(j - first) + x;

            for (int s = 0; s < m; s++) rows->g[s] = from[(size_t)s * n3];
            sz_row_scatter(&to, x, m, rows->g);
        }
    }
}

static sz_status add_rows(void *rows, const sz_row_frame *frame, sz_error *err)
{
    triplet_rows *r = rows;
    const sz_neigh *nb = &frame->list->nb;
    sz_status status = SZ_OK;

    for (int i = 0; i < nb->n_atoms && status == SZ_OK; i++)
        status = make_room(r, nb->first[i + 1] - nb->first[i], err);
    for (int k = 0; k < r->set->n_triplets && status == SZ_OK; k++)
        for (int i = 0; i < nb->n_atoms; i++) add_atom(r, k, frame, i);
    return status;
}

const sz_term_kind sz_kind_triplet = {
    .name = "three-body",
    .types = types,
    .parse = parse,
    .free_spec = free,
    .elements = elements,
    .create = create,
    .add = add,
    .finish = finish,
    .free = free_group,
    .cutoff = cutoff,
    .ordered = ordered,
    .bytes = bytes,
    .print = print,
    .energy = energy,
    .probe = sz_few_bodies_probe_create,
    .collect = collect,
    .free_probe = sz_few_bodies_probe_free,
    .rows = make_rows,
    .add_rows = add_rows,
    .free_rows = free_rows,
};
