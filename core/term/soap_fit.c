/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_fit.c - SOAP terms in a fit.
 *
 *   vector  p of an atom, in the published order
 *   row     E_s = sum_i delta^2 k_si^zeta,   k_si = p_s . p_i + sigma0^2
 *           dE_s/dr_ij = delta^2 zeta k_si^(zeta-1)  p_s . dp_i/dr_ij
 *
 * An atom's p and its Jacobian dp/dr are discarded after the product with the sparse
 * points, all of a term in one matrix product. */
#include "term/soap_term.h"

#include "linear/blas.h"
#include "linear/vec.h"
#include "term/gap_term.h"

#include <stdlib.h>
#include <string.h>

/* ---- vectors of the data ----------------------------------------------------------- */

/* Vectors are computed one by one, because all of them would not fit into memory. */
typedef struct {
    sz_probe probe;
    const sz_describer_spec *spec;
    sz_species species;
    sz_describer *of; /* published vectors: not reduced */
    sz_describer_work *work;
    int slot[SZ_Z_MAX];
    double *inner; /* [stride] */
} soap_probe;

sz_status sz_soap_probe(sz_probe **probe, const void *spec, const sz_species *species,
                        sz_error *err)
{
    soap_probe *p = calloc(1, sizeof *p);
    sz_status status;

    *probe = NULL;
    if (!p) return sz_fail_memory(err, sizeof *p, "a descriptor");
    p->spec = spec;
    p->species = *species;
    status = sz_describer_create(&p->of, spec, 0, err);
    if (status == SZ_OK) status = sz_describer_work_create(&p->work, p->of, 1, err);
    if (status == SZ_OK) {
        size_t bytes = (size_t)p->of->stride * sizeof *p->inner;

        p->inner = aligned_alloc(64, bytes);
        if (!p->inner) status = sz_fail_memory(err, bytes, "a descriptor");
    }
    if (status != SZ_OK) {
        sz_soap_free_probe(&p->probe);
        return status;
    }
    p->probe = (sz_probe){.n_dim = p->of->n_published,
                          .cutoff = p->of->cutoff,
                          .on_demand = 1,
                          .n_perm = 1};
    for (int k = 0; k < species->n; k++)
        p->slot[k] = sz_describer_slot(p->of, species->z[k]);
    *probe = &p->probe;
    return SZ_OK;
}

void sz_soap_free_probe(sz_probe *probe)
{
    soap_probe *p = (soap_probe *)probe;

    if (!p) return;
    sz_describer_work_free(p->work);
    sz_describer_free(p->of);
    free(p->inner);
    free(p);
}

int sz_soap_probe_is_centre(const sz_probe *probe, int species)
{
    const soap_probe *p = (const soap_probe *)probe;

    return sz_describer_is_centre(p->spec, p->species.z[species]);
}

sz_status sz_soap_vector(sz_probe *probe, const sz_list *list, int atom, double *x,
                         sz_error *err)
{
    soap_probe *p = (soap_probe *)probe;
    const sz_slots slots = {p->species.z, p->slot};

    sz_describer_forward(p->of, p->work, &list->nb, &slots, 1, &atom, p->inner);
    return sz_describer_publish(p->of, p->inner, x, err);
}

/* ---- rows -------------------------------------------------------------------------- */

typedef struct {
    const sz_soap_group *group;
    sz_species species;
    int *column;              /* [n_terms] */
    sz_describer_work **work; /* [n_describers] */
    int stride, n_sparse;     /* the largest of all terms */
    size_t room;              /* allocated pairs of the following arrays, 0: none */
    int *pair;                /* [room] */
    double *p;                /* [1 + 3 room][stride] p, then its Jacobian */
    double *g;                /* [1 + 3 room][n_sparse] k and dk/dr, or E and dE/dr */
} soap_rows;

static void free_room(soap_rows *r)
{
    free(r->pair);
    free(r->p);
    free(r->g);
    r->pair = NULL;
    r->p = r->g = NULL;
    r->room = 0;
}

void sz_soap_free_rows(void *rows)
{
    soap_rows *r = rows;

    if (!r) return;
    for (int k = 0; r->work && k < r->group->n_describers; k++)
        sz_describer_work_free(r->work[k]);
    free(r->work);
    free(r->column);
    free_room(r);
    free(r);
}

sz_status sz_soap_rows(void **rows, const void *group, const sz_gap_term *term,
                       const int *column, const sz_species *species, sz_error *err)
{
    const sz_soap_group *g = group;
    soap_rows *r = calloc(1, sizeof *r);
    sz_status status = SZ_OK;

    (void)term;
    *rows = NULL;
    if (!r) return sz_fail_memory(err, sizeof *r, "the rows");
    r->group = g;
    r->species = *species;
    r->stride = r->n_sparse = 1;
    r->work = calloc((size_t)g->n_describers + 1, sizeof *r->work);
    r->column = malloc(((size_t)g->n_terms + 1) * sizeof *r->column);
    if (!r->work || !r->column)
        status = sz_fail_memory(err, (size_t)g->n_terms * 8, "the rows");
    for (int k = 0; k < g->n_describers && status == SZ_OK; k++)
        status = sz_describer_work_create(&r->work[k], g->describer[k], 1, err);
    for (int t = 0; t < g->n_terms && status == SZ_OK; t++) {
        const sz_soap_term *own = &g->term[t];
        int stride = g->describer[own->describer]->stride;

        r->column[t] = column[own->gap_term];
        if (stride > r->stride) r->stride = stride;
        if (own->n_sparse > r->n_sparse) r->n_sparse = own->n_sparse;
    }
    if (status == SZ_OK)
        *rows = r;
    else
        sz_soap_free_rows(r);
    return status;
}

/* for an atom with n pairs */
static sz_status make_room(soap_rows *r, int n_pairs, sz_error *err)
{
    size_t n = n_pairs > 0 ? (size_t)n_pairs : 1, m = (size_t)r->n_sparse;
    size_t n_vectors = 1 + 3 * n, ld = SZ_PAD((size_t)r->stride);

    if (n <= r->room) return SZ_OK;
    free_room(r);
    r->pair = malloc(n * sizeof *r->pair);
    r->p = aligned_alloc(64, n_vectors * ld * sizeof *r->p);
    r->g = malloc(n_vectors * m * sizeof *r->g);
    if (!r->pair || !r->p || !r->g) {
        free_room(r);
        return sz_fail_memory(err, n_vectors * (ld + m) * sizeof *r->p,
                              "the Jacobian of an atom");
    }
    r->room = n;
    return SZ_OK;
}

SZ_CLONES static void multiply(int n, const double *restrict factor, double *restrict g)
{
    for (int s = 0; s < n; s++) g[s] *= factor[s];
}

static void add_atom(soap_rows *r, int t, const sz_row_frame *f, int i)
{
    const sz_soap_term *term = &r->group->term[t];
    const sz_describer *of = r->group->describer[term->describer];
    const sz_slots slots = {r->species.z, r->group->slot[term->describer]};
    const sz_neigh *nb = &f->list->nb;
    sz_describer_work *work = r->work[term->describer];
    const double one = 1.0, zero = 0.0;
    const int m = term->n_sparse, d = of->n_desc, ld = of->stride;
    int n = 0, n_vectors;

    sz_describer_forward(of, work, nb, &slots, 1, &i, r->p);
    if (f->force)
        n = sz_describer_jacobian(of, work, nb, &slots, i, r->p, r->pair, r->p + ld);
    n_vectors = 1 + 3 * n;
    SZ_BLAS(dgemm)
    ("T", "N", &m, &n_vectors, &d, &one, term->p_sparse, &ld, r->p, &ld, &zero, r->g, &m);
    sz_kernel_row(m, term->delta, term->zeta, of->sigma0, r->g, f->energy + r->column[t]);
    for (int k = 0; k < n; k++) {
        sz_row_target to = sz_row_find(f, r->column[t], i, r->pair[k]);

        for (int x = 0; x < 3; x++) {
            double *g = r->g + (size_t)(1 + 3 * k + x) * (size_t)m;

            multiply(m, r->g, g);
            sz_row_scatter(&to, x, m, g);
        }
    }
}

sz_status sz_soap_add_rows(void *rows, const sz_row_frame *frame, sz_error *err)
{
    soap_rows *r = rows;
    const sz_neigh *nb = &frame->list->nb;
    sz_status status = SZ_OK;

    for (int i = 0; i < nb->n_atoms && status == SZ_OK; i++)
        status = make_room(r, nb->first[i + 1] - nb->first[i], err);
    for (int t = 0; t < r->group->n_terms && status == SZ_OK; t++)
        for (int i = 0; i < nb->n_atoms; i++)
            if (r->group->term[t].centre[nb->species[i]]) add_atom(r, t, frame, i);
    return status;
}

/* of the Jacobians with the sparse points */
double sz_soap_flops(const void *rows, const sz_list *list, int gradients)
{
    const sz_soap_group *g = ((const soap_rows *)rows)->group;
    double flops = 0.0;

    for (int t = 0; t < g->n_terms; t++) {
        const sz_soap_term *term = &g->term[t];
        const sz_describer *of = g->describer[term->describer];
        double columns = 0.0, cutoff = of->cutoff;

        for (int i = 0; i < list->nb.n_atoms; i++) {
            if (!term->centre[list->nb.species[i]]) continue;
            columns++;
            for (int p = list->nb.first[i]; gradients && p < list->nb.first[i + 1]; p++) {
                const double *r = list->nb.r + 3 * (size_t)p;

                if (r[0] * r[0] + r[1] * r[1] + r[2] * r[2] < cutoff * cutoff)
                    columns += 3;
            }
        }
        flops += 2.0 * columns * term->n_sparse * of->n_desc;
    }
    return flops;
}
