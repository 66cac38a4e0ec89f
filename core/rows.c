/* SPDX-License-Identifier: BSD-3-Clause
 *
 * rows.c - the rows of K_nM of one frame, made and forgotten.
 *
 *   SOAP      E_s = sum_i delta^2 k_si^zeta,   k_si = p_s . p_i + sigma0^2
 *             dE_s/dr_ij = delta^2 zeta k_si^(zeta-1)  p_s . dp_i/dr_ij
 *   two-body  E_s = sum_ij share fc(r_ij) fc_s K(x_s, r_ij)
 *
 *   d/dr_j += dE_s/dr_ij,  d/dr_i -= dE_s/dr_ij,  virial += r_ij (x) dE_s/dr_ij
 *
 * An atom's Jacobian dp/dr lives only until it has met all sparse points of its element
 * in one matrix product. */
#include "rows.h"

#include "blas.h"
#include "vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sz_rows {
    int n_terms;
    const sz_row_term *term;
    const int *z;
    sz_soap_work **soap;  /* [n_terms] shared by terms of one descriptor */
    int stride, n_sparse; /* the largest of all terms */
    double *p;            /* [stride] */
    double *k;            /* [n_sparse] kernel values, then the factors of dE/dr */
    size_t room;          /* pairs that the rest has room for */
    int *pair;            /* [room] */
    double *jacobian;     /* [3 room][stride] */
    double *g;            /* [3 room][n_sparse] */
};

/* columns before coordinate k */
static int first_column(const sz_gap *gap, int k)
{
    int column = 0;

    for (int i = 0; i < k; i++) column += gap->coordinate[i].n_sparse;
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
                                  .column = first_column(gap, s->coordinate)};
    }
    for (int p = 0; p < model->pair->n_pairs; p++) {
        const sz_pair *pair = &model->pair->pair[p];
        const sz_gap_coordinate *c = &gap->coordinate[pair->coordinate];

        term[n++] = (sz_row_term){.pair = &pair->spec,
                                  .coordinate = c,
                                  .n_sparse = c->n_sparse,
                                  .column = first_column(gap, pair->coordinate)};
    }
    return n;
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
    if (!r->soap) status = sz_fail_memory(err, (size_t)n_terms * 8, "the rows");
    for (int t = 0; t < n_terms && status == SZ_OK; t++) {
        if (term[t].n_sparse > r->n_sparse) r->n_sparse = term[t].n_sparse;
        if (!term[t].soap) continue;
        if (sz_soap_stride(term[t].soap) > r->stride)
            r->stride = sz_soap_stride(term[t].soap);
        for (int s = 0; s < t; s++)
            if (term[s].soap == term[t].soap) r->soap[t] = r->soap[s];
        if (!r->soap[t]) status = sz_soap_work_create(&r->soap[t], term[t].soap, 1, err);
    }
    if (status == SZ_OK) {
        r->p = aligned_alloc(64, SZ_PAD((size_t)r->stride) * sizeof *r->p);
        r->k = malloc((size_t)r->n_sparse * sizeof *r->k);
        if (!r->p || !r->k)
            status = sz_fail_memory(err, (size_t)r->n_sparse * 8, "the rows");
    }
    if (status == SZ_OK) {
        *rows = r;
        r = NULL;
    }
    sz_rows_free(r);
    return status;
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
    free(rows->soap);
    free(rows->p);
    free(rows->k);
    free(rows->pair);
    free(rows->jacobian);
    free(rows->g);
    free(rows);
}

static sz_status make_room(sz_rows *rows, size_t n, sz_error *err)
{
    size_t size = 3 * n * ((size_t)rows->stride + rows->n_sparse) * sizeof(double);

    if (n <= rows->room) return SZ_OK;
    free(rows->pair);
    free(rows->jacobian);
    free(rows->g);
    rows->pair = malloc(n * sizeof *rows->pair);
    rows->jacobian =
        aligned_alloc(64, 3 * n * SZ_PAD((size_t)rows->stride) * sizeof(double));
    rows->g = malloc(3 * n * (size_t)rows->n_sparse * sizeof(double));
    rows->room = rows->pair && rows->jacobian && rows->g ? n : 0;
    return rows->room ? SZ_OK : sz_fail_memory(err, size, "the Jacobian of an atom");
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

/* k[s] -> factors delta^2 zeta k^(zeta-1), energies added to energy[s] */
static void powers(const sz_row_term *term, double *k, double *energy)
{
    double scale = term->delta * term->delta, whole = nearbyint(term->zeta);
    double sigma2 = term->soap->spec.sigma0 * term->soap->spec.sigma0;
    int integer = fabs(term->zeta - whole) < 1e-14 && whole >= 1.0;

    for (int s = 0; s < term->n_sparse; s++) {
        double x = k[s] + sigma2, lower = 1.0;

        if (integer)
            for (int e = 1; e < (int)whole; e++) lower *= x;
        else
            lower = pow(x, term->zeta - 1.0);
        energy[s] += scale * lower * x;
        k[s] = scale * term->zeta * lower;
    }
}

SZ_CLONES static void multiply(int n, const double *restrict factor, double *restrict g)
{
    for (int s = 0; s < n; s++) g[s] *= factor[s];
}

static sz_status soap_atom(sz_rows *rows, int t, const sz_list *list, int i,
                           int n_columns, double *energy, double *force, double *virial,
                           sz_error *err)
{
    const sz_row_term *term = &rows->term[t];
    const sz_neigh *nb = &list->nb;
    const sz_soap_species species = {rows->z, term->slot};
    const double one = 1.0, zero = 0.0;
    const int m = term->n_sparse, d = sz_soap_n_desc(term->soap), single = 1;
    const int ld = sz_soap_stride(term->soap);
    int n, n3;
    sz_status status;

    sz_soap_forward(term->soap, rows->soap[t], nb, &species, 1, &i, rows->p);
    SZ_BLAS(dgemv)
    ("T", &d, &m, &one, term->p_sparse, &ld, rows->p, &single, &zero, rows->k, &single);
    powers(term, rows->k, energy + term->column);
    if (!force) return SZ_OK;
    status = make_room(rows, (size_t)(nb->first[i + 1] - nb->first[i]), err);
    if (status != SZ_OK) return status;
    n = sz_soap_jacobian(term->soap, rows->soap[t], nb, &species, i, rows->p, rows->pair,
                         rows->jacobian);
    n3 = 3 * n;
    if (n == 0) return SZ_OK;
    SZ_BLAS(dgemm)
    ("T", "N", &m, &n3, &d, &one, term->p_sparse, &ld, rows->jacobian, &ld, &zero,
     rows->g, &m);
    for (int k = 0; k < n; k++) {
        target to =
            find_target(list, n_columns, term->column, i, rows->pair[k], force, virial);

        for (int x = 0; x < 3; x++) {
            double *g = rows->g + (size_t)(3 * k + x) * m;

            multiply(m, rows->k, g);
            scatter(&to, x, m, g);
        }
    }
    return SZ_OK;
}

static sz_status pair_atom(sz_rows *rows, int t, const sz_list *list, int i,
                           int n_columns, double *energy, double *force, double *virial,
                           sz_error *err)
{
    const sz_row_term *term = &rows->term[t];
    const sz_neigh *nb = &list->nb;
    int m = term->n_sparse, zi = rows->z[nb->species[i]];
    sz_status status = make_room(rows, 1, err);

    if (status != SZ_OK) return status;
    for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
        const double *d = nb->r + 3 * (size_t)j;
        double r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        target to;

        if (!sz_pair_acts(term->pair, zi, rows->z[nb->neigh_species[j]]) ||
            r >= term->pair->cutoff)
            continue;
        sz_pair_row(term->pair, term->coordinate, r, rows->k, rows->g);
        for (int s = 0; s < m; s++) energy[term->column + s] += rows->k[s];
        if (!force) continue;
        to = find_target(list, n_columns, term->column, i, j, force, virial);
        for (int x = 0; x < 3; x++) {
            double *g = rows->g + (size_t)m;

            for (int s = 0; s < m; s++) g[s] = rows->g[s] * d[x] / r;
            scatter(&to, x, m, g);
        }
    }
    return SZ_OK;
}

sz_status sz_rows_frame(sz_rows *rows, const sz_list *list, int n_columns, double *energy,
                        double *force, double *virial, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int t = 0; t < rows->n_terms; t++)
        for (int i = 0; i < list->nb.n_atoms && status == SZ_OK; i++) {
            if (!rows->term[t].soap)
                status =
                    pair_atom(rows, t, list, i, n_columns, energy, force, virial, err);
            else if (rows->term[t].centre[list->nb.species[i]])
                status =
                    soap_atom(rows, t, list, i, n_columns, energy, force, virial, err);
        }
    return status;
}
