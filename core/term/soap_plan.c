/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_plan.c - SOAP terms as this machine runs them.
 *
 *   collapse   the sum over sparse points done now, where that is cheaper (collapse.c),
 *              of zeta 2 with fewer squares, where a tolerance is given (low_rank.c)
 *   products   the sparse points laid out for our own matrix products (product.c)
 *   plain      dgemm on the points as they are
 *
 * Atoms are taken in blocks of centres, so that the kernel is a product of matrices;
 * forces come back the way the energies went. Terms of the same centres are a band: their
 * blocks are the same, and their descriptors share what the neighbours have. */
#include "term/soap_term.h"

#include "linear/vec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Components of a term that rank_tolerance is tried on: the matrices of a larger one
 * would take gigabytes and its eigenvectors minutes. */
enum { LOW_RANK_MAX = 4096 };

/* ---- the plan ---------------------------------------------------------------------- */

/* The earlier term of the same vectors that is collapsed already, or NULL. */
static sz_soap_run *find_partner(const sz_soap_plan *p, int t)
{
    const sz_soap_term *term = p->group->term;

    for (int s = 0; s < t; s++)
        if (p->run[s].collapse && term[s].soap == term[t].soap &&
            memcmp(term[s].centre, term[t].centre, (size_t)p->group->n_species) == 0)
            return &p->run[s];
    return NULL;
}

static sz_status collapse_term(sz_soap_plan *p, int t, sz_error *err)
{
    const sz_kernel kernel = sz_soap_kernel(p->group, t, NULL);
    sz_soap_run *run = &p->run[t], *partner = find_partner(p, t);
    sz_status status = sz_collapse_create(&run->collapse, &kernel, err);

    if (status != SZ_OK || !partner) return status;
    sz_collapse_add(partner->collapse, run->collapse);
    sz_collapse_free(run->collapse);
    run->collapse = NULL;
    run->joined = 1;
    return SZ_OK;
}

static sz_status pack_term(sz_soap_plan *p, int t, sz_tile tile, sz_error *err)
{
    const sz_kernel kernel = sz_soap_kernel(p->group, t, NULL);
    sz_soap_run *run = &p->run[t];
    size_t bytes = (size_t)kernel.n_sparse * sizeof *run->weight;

    run->weight = malloc(bytes + 1);
    if (!run->weight) return sz_fail_memory(err, bytes, "the weights");
    memcpy(run->weight, kernel.weight, bytes);
    return sz_kernel_pack(&run->values, &run->slopes, tile, &kernel, err);
}

static int shall_collapse(const sz_soap_group *g, int t, sz_collapse_rule rule)
{
    const sz_soap_term *term = &g->term[t];
    int n_desc = sz_soap_n_desc(g->soap[term->soap]);

    if (rule == SZ_COLLAPSE_NEVER) return 0;
    /* an unlimited number of points: where it can be done at all */
    return sz_collapse_pays(term->zeta, n_desc,
                            rule == SZ_COLLAPSE_ALL ? INT_MAX : term->n_sparse);
}

/* The collapse of term t gets few squares where these cost less than it does exactly, in
 * flops an atom. The points are those of n kernels. */
static sz_status lower_rank(sz_soap_plan *p, int t, int n, const sz_kernel *points,
                            double tolerance, double flops, sz_error *err)
{
    sz_soap_run *run = &p->run[t];
    int d = run->collapse->n_desc;
    sz_low_rank *low;
    sz_status status =
        sz_low_rank_create(&low, run->collapse->square, n, points, tolerance, err);

    if (!low) return status;
    run->rank = (sz_rank){.term = t,
                          .n_desc = d,
                          .rank = low->rank,
                          .used = 4.0 * low->rank * d < flops,
                          .rms = low->rms,
                          .max = low->max,
                          .bound = low->bound};
    if (run->rank.used)
        sz_collapse_lower(run->collapse, low);
    else
        sz_low_rank_free(low);
    return status;
}

/* A collapsed term, with all that are joined to it. */
static sz_status lower_collapsed(sz_soap_plan *p, int t, double tolerance, sz_error *err)
{
    sz_soap_run *run = &p->run[t];
    double d = run->collapse->n_desc;
    sz_kernel *points = malloc((size_t)p->group->n_terms * sizeof *points);
    sz_status status;
    int n = 0;

    if (!points) return sz_fail_memory(err, sizeof *points, "a kernel of low rank");
    for (int u = t; u < p->group->n_terms; u++)
        if (u == t || (p->run[u].joined && find_partner(p, u) == run))
            points[n++] = sz_soap_kernel(p->group, u, NULL);
    status = lower_rank(p, t, n, points, tolerance, 2.0 * d * d, err);
    free(points);
    return status;
}

/* A term that is not worth a collapse may be worth one of low rank. */
static sz_status lower_plain(sz_soap_plan *p, int t, double tolerance, sz_error *err)
{
    const sz_kernel kernel = sz_soap_kernel(p->group, t, NULL);
    sz_soap_run *run = &p->run[t];
    double flops = 4.0 * kernel.n_sparse * kernel.n_desc;
    sz_status status = sz_collapse_create(&run->collapse, &kernel, err);

    if (status == SZ_OK) status = lower_rank(p, t, 1, &kernel, tolerance, flops, err);
    if (run->rank.used) return status;
    sz_collapse_free(run->collapse);
    run->collapse = NULL;
    return status;
}

/* First what is collapsed: find_partner shall not meet what is collapsed here. */
static sz_status lower_terms(sz_soap_plan *p, double tolerance, sz_error *err)
{
    const sz_soap_group *g = p->group;
    sz_status status = SZ_OK;

    for (int plain = 0; plain < 2; plain++)
        for (int t = 0; t < g->n_terms && status == SZ_OK; t++) {
            const sz_soap_run *run = &p->run[t];
            int d = sz_soap_n_desc(g->soap[g->term[t].soap]);

            if (d > LOW_RANK_MAX || run->joined || run->rank.n_desc > 0) continue;
            if (!plain && run->collapse && run->collapse->square)
                status = lower_collapsed(p, t, tolerance, err);
            if (plain && !run->collapse && sz_collapse_pays(g->term[t].zeta, d, INT_MAX))
                status = lower_plain(p, t, tolerance, err);
        }
    return status;
}

static sz_status plan_terms(sz_soap_plan *p, sz_plan_layout *layout, sz_error *err)
{
    const sz_soap_group *g = p->group;
    sz_status status = SZ_OK;

    for (int t = 0; t < g->n_terms && status == SZ_OK; t++)
        if (shall_collapse(g, t, layout->collapse)) status = collapse_term(p, t, err);
    if (status == SZ_OK && layout->rank_tolerance > 0.0 &&
        layout->collapse != SZ_COLLAPSE_NEVER)
        status = lower_terms(p, layout->rank_tolerance, err);
    for (int t = 0; t < g->n_terms && status == SZ_OK; t++) {
        if (p->run[t].joined) continue;
        if (p->run[t].collapse)
            status = sz_collapse_pack(p->run[t].collapse, layout->tile, err);
        else if (layout->tile != SZ_TILE_NONE)
            status = pack_term(p, t, layout->tile, err);
        else
            layout->needs_points = 1;
    }
    return status;
}

static int same_centres(const sz_soap_plan *p, int s, int t)
{
    const sz_soap_term *term = p->group->term;

    return memcmp(term[s].centre, term[t].centre, (size_t)p->group->n_species) == 0;
}

int sz_soap_band(const sz_soap_plan *p, int t, int *term)
{
    int n = 0;

    for (int s = t; s < p->group->n_terms && p->run[t].leader == t; s++)
        if (!p->run[s].joined && p->run[s].leader == t) term[n++] = s;
    return n;
}

int sz_soap_block(const sz_soap_plan *p, int n_terms, const int *term, int n_block)
{
    enum { COLLAPSED = 64 };
    int collapsed = 1;

    for (int k = 0; k < n_terms; k++) collapsed &= p->run[term[k]].collapse != NULL;
    return collapsed && n_block > COLLAPSED ? COLLAPSED : n_block;
}

/* Each term joins the first band of its centres that has room and lacks its descriptor.
 */
static void make_bands(sz_soap_plan *p)
{
    const sz_soap_term *term = p->group->term;

    for (int t = 0; t < p->group->n_terms; t++) p->run[t].leader = -1;
    for (int t = 0; t < p->group->n_terms; t++) {
        int member[SZ_SOAP_PARTS];

        if (p->run[t].joined) continue;
        for (int s = 0; s < t && p->run[t].leader < 0; s++) {
            int n = same_centres(p, s, t) ? sz_soap_band(p, s, member) : 0, there = 0;

            for (int k = 0; k < n; k++) there |= term[member[k]].soap == term[t].soap;
            if (n > 0 && n < SZ_SOAP_PARTS && !there) p->run[t].leader = s;
        }
        if (p->run[t].leader < 0) p->run[t].leader = t;
    }
}

sz_status sz_soap_plan_create(void **plan, const void *group, sz_plan_layout *layout,
                              sz_error *err)
{
    const sz_soap_group *g = group;
    sz_soap_plan *p = calloc(1, sizeof *p);
    sz_status status = SZ_OK;

    *plan = NULL;
    if (p) p->group = g;
    if (p) p->run = calloc((size_t)g->n_terms + 1, sizeof *p->run);
    if (!p || !p->run) status = sz_fail_memory(err, sizeof *p, "a plan");
    if (status == SZ_OK) status = plan_terms(p, layout, err);
    if (status == SZ_OK) make_bands(p);
    if (status == SZ_OK)
        *plan = p;
    else
        sz_soap_plan_free(p);
    return status;
}

void sz_soap_plan_free(void *plan)
{
    sz_soap_plan *p = plan;

    if (!p) return;
    for (int t = 0; p->run && t < p->group->n_terms; t++) {
        sz_collapse_free(p->run[t].collapse);
        sz_product_free(p->run[t].values);
        sz_product_free(p->run[t].slopes);
        free(p->run[t].weight);
    }
    free(p->run);
    free(p);
}

const sz_rank *sz_soap_plan_rank(const void *plan, int k, int *n)
{
    const sz_soap_plan *p = plan;
    const sz_rank *found = NULL;

    *n = 0;
    for (int t = 0; t < p->group->n_terms; t++)
        if (p->run[t].rank.n_desc > 0 && (*n)++ == k) found = &p->run[t].rank;
    return found;
}

/* ---- scratch ----------------------------------------------------------------------- */

typedef struct {
    int n_block, n_soaps;
    int *atom;           /* [n_block] atoms of the current block */
    sz_soap_work **soap; /* [n_soaps] */
    double *p, *dedp;    /* [n_block][stride] of each term of a band */
    double *k;           /* [n_block][n_sparse] kernel values */
    double *e;           /* [n_block] */
    sz_range *range;     /* components that the block needs */
} scratch;

void sz_soap_plan_free_work(void *work)
{
    scratch *w = work;

    if (!w) return;
    for (int k = 0; w->soap && k < w->n_soaps; k++) sz_soap_work_free(w->soap[k]);
    free(w->atom);
    free(w->soap);
    free(w->p);
    free(w->dedp);
    free(w->k);
    free(w->e);
    free(w->range);
    free(w);
}

/* The largest sizes: doubles of the vectors of an atom in all terms of a band, sparse
 * points, groups of components. */
static void find_sizes(const sz_soap_plan *p, size_t *vectors, size_t *n_sparse,
                       size_t *n_groups)
{
    const sz_soap_group *g = p->group;

    *vectors = *n_sparse = *n_groups = 1;
    for (int t = 0; t < g->n_terms; t++) {
        const sz_soap *soap = g->soap[g->term[t].soap];
        size_t n = (size_t)g->term[t].n_sparse, sum = 0;
        int member[SZ_SOAP_PARTS], n_members = sz_soap_band(p, t, member);

        for (int k = 0; k < n_members; k++)
            sum += (size_t)sz_soap_stride(g->soap[g->term[member[k]].soap]);
        if (sum > *vectors) *vectors = sum;
        if ((size_t)soap->compression.n_groups > *n_groups)
            *n_groups = (size_t)soap->compression.n_groups;
        if (p->run[t].joined) continue;
        if (p->run[t].collapse) n = (size_t)sz_collapse_rank(p->run[t].collapse);
        if (n > *n_sparse) *n_sparse = n;
    }
}

sz_status sz_soap_plan_work(void **work, const void *plan, int n_block, sz_error *err)
{
    const sz_soap_plan *p = plan;
    const sz_soap_group *g = p->group;
    size_t vectors, n_sparse, n_groups, n = (size_t)n_block;
    scratch *w = calloc(1, sizeof *w);
    sz_status status = SZ_OK;

    *work = NULL;
    if (!w) return sz_fail_memory(err, sizeof *w, "scratch");
    find_sizes(p, &vectors, &n_sparse, &n_groups);
    w->n_block = n_block;
    w->n_soaps = g->n_soaps;
    w->atom = malloc(n * sizeof *w->atom);
    w->soap = calloc((size_t)g->n_soaps + 1, sizeof *w->soap);
    w->p = aligned_alloc(64, n * SZ_PAD(vectors) * sizeof *w->p);
    w->dedp = aligned_alloc(64, n * SZ_PAD(vectors) * sizeof *w->dedp);
    w->k = aligned_alloc(64, SZ_PAD(n * n_sparse) * sizeof *w->k);
    w->e = malloc(n * sizeof *w->e);
    w->range = malloc(n_groups * sizeof *w->range);
    if (!w->atom || !w->soap || !w->p || !w->dedp || !w->k || !w->e || !w->range)
        status = sz_fail_memory(err, n * (2 * vectors + n_sparse) * sizeof *w->p,
                                "the blocks");
    for (int k = 0; k < g->n_soaps && status == SZ_OK; k++)
        status = sz_soap_work_create(&w->soap[k], g->soap[k], n_block, err);
    if (status == SZ_OK)
        *work = w;
    else
        sz_soap_plan_free_work(w);
    return status;
}

/* ---- energies ---------------------------------------------------------------------- */

/* What a block is computed with. */
typedef struct {
    const sz_soap_plan *plan;
    scratch *work;
    const sz_species *species;
    const sz_neigh *nb;
    double *energy, *dedr;
} frame;

/* energy and, in part->dedp, its gradient for the vectors of the n atoms of work->atom */
static void add_energy(const frame *f, int t, const sz_soap_part *part, int n)
{
    const sz_soap_run *run = &f->plan->run[t];
    scratch *w = f->work;
    int n_ranges = sz_soap_ranges(part->soap, part->work, n, w->range);

    memset(w->e, 0, (size_t)n * sizeof *w->e);
    if (run->collapse) {
        sz_collapse_energy(run->collapse, n, n_ranges, w->range, part->p, w->k, w->e,
                           part->dedp);
    } else {
        const sz_kernel kernel = sz_soap_kernel(f->plan->group, t, run);

        sz_kernel_energy(&kernel, n, n_ranges, w->range, part->p, w->k, w->e,
                         f->dedr ? part->dedp : NULL);
    }
    for (int k = 0; k < n; k++) f->energy[w->atom[k]] += w->e[k];
}

/* the n atoms of work->atom, centres of the terms */
static void compute_block(const frame *f, int n_terms, const int *term, int n)
{
    const sz_soap_group *g = f->plan->group;
    const int *z = f->species->z;
    scratch *w = f->work;
    sz_soap_part part[SZ_SOAP_PARTS] = {{0}};
    size_t at = 0;

    for (int k = 0; k < n_terms; k++) {
        int s = g->term[term[k]].soap;

        part[k] =
            (sz_soap_part){g->soap[s], w->soap[s], g->slot[s], w->p + at, w->dedp + at};
        at += (size_t)w->n_block * sz_soap_stride(g->soap[s]);
    }
    sz_soaps_forward(n_terms, part, f->nb, z, n, w->atom);
    for (int k = 0; k < n_terms; k++) add_energy(f, term[k], &part[k], n);
    if (f->dedr) sz_soaps_adjoint(n_terms, part, f->nb, n, w->atom, f->dedr);
}

/* the terms that term t leads */
static void compute_band(const frame *f, const sz_portion *portion, int t)
{
    int term[SZ_SOAP_PARTS], n_terms = sz_soap_band(f->plan, t, term), n = 0;
    const unsigned char *centre = f->plan->group->term[t].centre;
    scratch *w = f->work;
    int block = sz_soap_block(f->plan, n_terms, term, w->n_block);

    for (int k = 0; k < portion->n && n_terms > 0; k++) {
        if (!centre[f->nb->species[portion->atom[k]]]) continue;
        w->atom[n++] = portion->atom[k];
        if (n < block) continue;
        compute_block(f, n_terms, term, n);
        n = 0;
    }
    if (n > 0) compute_block(f, n_terms, term, n);
}

void sz_soap_plan_energy(const void *plan, void *work, const sz_portion *portion)
{
    const frame f = {plan,         work, portion->species, portion->nb, portion->energy,
                     portion->dedr};

    for (int t = 0; t < f.plan->group->n_terms; t++) compute_band(&f, portion, t);
}
