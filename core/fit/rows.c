/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rows.c - the rows of K_nM of one frame, made and forgotten.
 *
 *   SOAP      E_s = sum_i delta^2 k_si^zeta,   k_si = p_s . p_i + sigma0^2
 *             dE_s/dr_ij = delta^2 zeta k_si^(zeta-1)  p_s . dp_i/dr_ij
 *   two-body  E_s = sum_ij share fc(r_ij) fc_s K(x_s, r_ij)
 *   three-body: triplet.c, with one sparse point at a time
 *
 *   d/dr_j += dE_s/dr_ij,  d/dr_i -= dE_s/dr_ij,  virial += r_ij (x) dE_s/dr_ij
 *
 * An atom's p and its Jacobian dp/dr live only until they have met all sparse points of
 * its element, together, in one matrix product. */
#include "fit/rows.h"

#include "linear/blas.h"
#include "linear/vec.h"
#include "term/kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sz_rows {
    int n_terms;
    const sz_row_term *term;
    const int *z;
    sz_soap_work **soap;  /* [n_terms] shared by terms of one descriptor */
    sz_triplet *unit;     /* [n_terms] three-body terms with weights of alpha = 1 */
    int stride, n_sparse; /* the largest of all terms */
    int any_triplet;
    size_t room;   /* pairs that the rest has room for, 0: nothing is there */
    int *pair;     /* [room] */
    double *p;     /* [1 + 3 room][stride] p, then its Jacobian */
    double *g;     /* [1 + 3 room][n_sparse] k and dk/dr, or E and dE/dr */
    double *point; /* [n_sparse][3 room] of a three-body term */
};

/* columns before coordinate k */
static int first_column(const sz_gap *gap, int k)
{
    int column = 0;

    for (int i = 0; i < k; i++) column += gap->term[i].n_sparse;
    return column;
}

int sz_rows_terms(const sz_model *model, const sz_gap *gap, sz_row_term *term)
{
    int n = 0;

    for (int t = 0; t < model->n_terms; t++) {
        const sz_soap_term *s = &model->term[t];

        term[n++] = (sz_row_term){.soap = model->soap[s->soap],
                                  .centre = s->centre,
                                  .slot = model->slot_of_species[s->soap],
                                  .delta = s->delta,
                                  .zeta = s->zeta,
                                  .p_sparse = s->p_sparse,
                                  .n_sparse = s->n_sparse,
                                  .column = first_column(gap, s->gap_term)};
    }
    for (int p = 0; p < model->pair->n_pairs; p++) {
        const sz_pair *pair = &model->pair->pair[p];
        const sz_gap_term *c = &gap->term[pair->gap_term];

        term[n++] = (sz_row_term){.pair = &pair->spec,
                                  .coordinate = c,
                                  .n_sparse = c->n_sparse,
                                  .column = first_column(gap, pair->gap_term)};
    }
    for (int k = 0; k < model->triplet->n_triplets; k++) {
        const sz_triplet *triplet = &model->triplet->triplet[k];
        const sz_gap_term *c = &gap->term[triplet->gap_term];

        term[n++] = (sz_row_term){.triplet = triplet,
                                  .coordinate = c,
                                  .n_sparse = c->n_sparse,
                                  .column = first_column(gap, triplet->gap_term)};
    }
    return n;
}

static sz_status open_term(sz_rows *r, int t, sz_error *err)
{
    const sz_row_term *term = &r->term[t];

    if (term->n_sparse > r->n_sparse) r->n_sparse = term->n_sparse;
    if (term->triplet) {
        r->any_triplet = 1;
        return sz_triplet_unit(&r->unit[t], term->triplet, term->coordinate, err);
    }
    if (!term->soap) return SZ_OK;
    if (sz_soap_stride(term->soap) > r->stride) r->stride = sz_soap_stride(term->soap);
    for (int s = 0; s < t && !r->soap[t]; s++)
        if (r->term[s].soap == term->soap) r->soap[t] = r->soap[s];
    return r->soap[t] ? SZ_OK : sz_soap_work_create(&r->soap[t], term->soap, 1, err);
}

sz_status sz_rows_create(sz_rows **rows, int n_terms, const sz_row_term *term,
                         const int *z, sz_error *err)
{
    sz_rows *r = calloc(1, sizeof *r);
    sz_status status = SZ_OK;

    *rows = NULL;
    if (!r) return sz_fail_memory(err, sizeof *r, "the rows");
    r->n_terms = n_terms;
    r->term = term;
    r->z = z;
    r->stride = r->n_sparse = 1;
    r->soap = calloc((size_t)n_terms + 1, sizeof *r->soap);
    r->unit = calloc((size_t)n_terms + 1, sizeof *r->unit);
    if (!r->soap || !r->unit)
        status = sz_fail_memory(err, (size_t)n_terms * sizeof *r->unit, "the rows");
    for (int t = 0; t < n_terms && status == SZ_OK; t++) status = open_term(r, t, err);
    if (status == SZ_OK) {
        *rows = r;
        r = NULL;
    }
    sz_rows_free(r);
    return status;
}

static void free_room(sz_rows *rows)
{
    free(rows->pair);
    free(rows->p);
    free(rows->g);
    free(rows->point);
    rows->pair = NULL;
    rows->p = rows->g = rows->point = NULL;
    rows->room = 0;
}

void sz_rows_free(sz_rows *rows)
{
    if (!rows) return;
    for (int t = 0; rows->soap && t < rows->n_terms; t++) {
        int first = 1;

        for (int s = 0; s < t; s++)
            if (rows->soap[s] == rows->soap[t]) first = 0;
        if (first) sz_soap_work_free(rows->soap[t]);
    }
    for (int t = 0; rows->unit && t < rows->n_terms; t++) free(rows->unit[t].point);
    free(rows->soap);
    free(rows->unit);
    free_room(rows);
    free(rows);
}

/* for an atom of n pairs */
static sz_status make_room(sz_rows *rows, int n_pairs, sz_error *err)
{
    size_t n = n_pairs > 0 ? (size_t)n_pairs : 1, m = (size_t)rows->n_sparse;
    size_t n_vectors = 1 + 3 * n, ld = SZ_PAD((size_t)rows->stride);

    if (n <= rows->room) return SZ_OK;
    free_room(rows);
    rows->pair = malloc(n * sizeof *rows->pair);
    rows->p = aligned_alloc(64, n_vectors * ld * sizeof *rows->p);
    rows->g = malloc(n_vectors * m * sizeof *rows->g);
    if (rows->any_triplet) rows->point = malloc(3 * n * m * sizeof *rows->point);
    if (!rows->pair || !rows->p || !rows->g || (rows->any_triplet && !rows->point)) {
        free_room(rows);
        return sz_fail_memory(err, n_vectors * (ld + m) * sizeof *rows->p,
                              "the Jacobian of an atom");
    }
    rows->room = n;
    return SZ_OK;
}

/* Where one pair's derivatives go. */
typedef struct {
    double *to_j[3], *to_i[3]; /* rows of d/dr */
    double *virial;            /* [9][n_columns] */
    const double *r;           /* r_ij */
    int n_columns;
} target;

static target find_target(const sz_list *list, int n_columns, int column, int i, int pair,
                          double *force, double *virial)
{
    target t = {.virial = virial + column,
                .r = list->nb.r + 3 * (size_t)pair,
                .n_columns = n_columns};

    for (int x = 0; x < 3; x++) {
        t.to_j[x] = force + (3 * (size_t)list->neigh[pair] + x) * n_columns + column;
        t.to_i[x] = force + (3 * (size_t)i + x) * n_columns + column;
    }
    return t;
}

/* adds g[s] = dE_s/dr_x of n sparse points to the rows of direction x */
SZ_CLONES static void scatter(const target *t, int x, int n, const double *restrict g)
{
    double *restrict to_j = t->to_j[x], *restrict to_i = t->to_i[x];
    int same = to_j == to_i; /* an image of the atom itself */

    for (int s = 0; s < n && !same; s++) {
        to_j[s] += g[s];
        to_i[s] -= g[s];
    }
    for (int d = 0; d < 3; d++) {
        double *restrict v = t->virial + (size_t)(3 * d + x) * t->n_columns;
        double r = t->r[d];

        for (int s = 0; s < n; s++) v[s] += r * g[s];
    }
}

SZ_CLONES static void multiply(int n, const double *restrict factor, double *restrict g)
{
    for (int s = 0; s < n; s++) g[s] *= factor[s];
}

/* Where the rows of a frame are. */
typedef struct {
    const sz_list *list;
    int n_columns;
    double *energy, *force, *virial; /* force NULL: energies only */
} frame;

static void soap_atom(sz_rows *rows, int t, const frame *f, int i)
{
    const sz_row_term *term = &rows->term[t];
    const sz_neigh *nb = &f->list->nb;
    const sz_soap_species species = {rows->z, term->slot};
    const double one = 1.0, zero = 0.0;
    const int m = term->n_sparse, d = sz_soap_n_desc(term->soap);
    const int ld = sz_soap_stride(term->soap);
    int n = 0, n_vectors;

    sz_soap_forward(term->soap, rows->soap[t], nb, &species, 1, &i, rows->p);
    if (f->force)
        n = sz_soap_jacobian(term->soap, rows->soap[t], nb, &species, i, rows->p,
                             rows->pair, rows->p + ld);
    n_vectors = 1 + 3 * n;
    SZ_BLAS(dgemm)
    ("T", "N", &m, &n_vectors, &d, &one, term->p_sparse, &ld, rows->p, &ld, &zero,
     rows->g, &m);
    sz_kernel_row(m, term->delta, term->zeta, term->soap->spec.sigma0, rows->g,
                  f->energy + term->column);
    for (int k = 0; k < n; k++) {
        target to = find_target(f->list, f->n_columns, term->column, i, rows->pair[k],
                                f->force, f->virial);

        for (int x = 0; x < 3; x++) {
            double *g = rows->g + (size_t)(1 + 3 * k + x) * m;

            multiply(m, rows->g, g);
            scatter(&to, x, m, g);
        }
    }
}

static double length(const double *d)
{
    return sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
}

static void pair_atom(sz_rows *rows, int t, const frame *f, int i)
{
    const sz_row_term *term = &rows->term[t];
    const sz_neigh *nb = &f->list->nb;
    int m = term->n_sparse, zi = rows->z[nb->species[i]];
    double *value = rows->g, *slope = value + m, *g = slope + m;

    for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
        const double *d = nb->r + 3 * (size_t)j;
        double r = length(d);
        target to;

        if (!sz_pair_acts(term->pair, zi, rows->z[nb->neigh_species[j]]) ||
            r >= term->pair->cutoff)
            continue;
        sz_pair_row(term->pair, term->coordinate, r, value, slope);
        for (int s = 0; s < m; s++) f->energy[term->column + s] += value[s];
        if (!f->force) continue;
        to = find_target(f->list, f->n_columns, term->column, i, j, f->force, f->virial);
        for (int x = 0; x < 3; x++) {
            for (int s = 0; s < m; s++) g[s] = slope[s] * d[x] / r;
            scatter(&to, x, m, g);
        }
    }
}

static void triplet_atom(sz_rows *rows, int t, const frame *f, int i)
{
    const sz_row_term *term = &rows->term[t];
    const sz_neigh *nb = &f->list->nb;
    int m = term->n_sparse, first = nb->first[i];
    size_t n3 = 3 * (size_t)(nb->first[i + 1] - first);

    if (f->force) memset(rows->point, 0, (size_t)m * n3 * sizeof *rows->point);
    sz_triplet_rows(&rows->unit[t], term->coordinate, rows->z, nb, i,
                    f->energy + term->column, f->force ? rows->point : NULL);
    for (int j = first; j < nb->first[i + 1] && f->force; j++) {
        target to =
            find_target(f->list, f->n_columns, term->column, i, j, f->force, f->virial);

        if (length(nb->r + 3 * (size_t)j) >= term->triplet->spec.cutoff) continue;
        for (int x = 0; x < 3; x++) {
            const double *from = rows->point + 3 * (size_t)(j - first) + x;

            for (int s = 0; s < m; s++) rows->g[s] = from[(size_t)s * n3];
            scatter(&to, x, m, rows->g);
        }
    }
}

sz_status sz_rows_frame(sz_rows *rows, const sz_list *list, int n_columns, double *energy,
                        double *force, double *virial, sz_error *err)
{
    const frame f = {list, n_columns, energy, force, virial};
    const sz_neigh *nb = &list->nb;

    for (int i = 0; i < nb->n_atoms; i++) {
        sz_status status = make_room(rows, nb->first[i + 1] - nb->first[i], err);

        if (status != SZ_OK) return status;
    }
    for (int t = 0; t < rows->n_terms; t++)
        for (int i = 0; i < nb->n_atoms; i++) {
            if (rows->term[t].pair)
                pair_atom(rows, t, &f, i);
            else if (rows->term[t].triplet)
                triplet_atom(rows, t, &f, i);
            else if (rows->term[t].centre[nb->species[i]])
                soap_atom(rows, t, &f, i);
        }
    return SZ_OK;
}
