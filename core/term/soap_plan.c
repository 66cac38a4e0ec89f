/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_plan.c - how SOAP terms are evaluated on this machine.
 *
 *   collapse   the sum over sparse points is precomputed, where that is faster
 *              (collapse.c); for zeta 2 with fewer squares, if a tolerance is given
 *              (low_rank.c)
 *   products   the sparse points are stored in the layout of product.c
 *   plain      dgemm on the points as they are
 *   device     any of them, laid out there
 *
 * soap_run.c or kokkos/soap.cpp evaluates them. */
#include "term/soap_term.h"

#include "descriptor/soap.h"
#include "linear/vec.h"
#include "term/wide.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Largest number of components for rank_tolerance: beyond it the matrices would take
 * gigabytes and the eigenvectors minutes. */
enum { LOW_RANK_MAX = 4096 };

static const sz_describer *describer_of(const sz_soap_plan *p, int t)
{
    return p->group->describer[p->group->term[t].describer];
}

/* ---- the plan ---------------------------------------------------------------------- */

/* An earlier term of the same vectors that is already collapsed, or NULL. */
static sz_soap_run *find_partner(const sz_soap_plan *p, int t)
{
    const sz_soap_term *term = p->group->term;

    for (int s = 0; s < t; s++)
        if (p->run[s].collapse && term[s].describer == term[t].describer &&
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
    int n_desc = g->describer[term->describer]->n_desc;

    if (rule == SZ_COLLAPSE_NEVER) return 0;
    /* an unlimited number of points: wherever it is possible at all */
    return sz_collapse_pays(term->zeta, n_desc,
                            rule == SZ_COLLAPSE_ALL ? INT_MAX : term->n_sparse);
}

/* Gives the collapse of term t few squares if they cost fewer flops per atom than the
 * exact form. The points are those of n kernels. */
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

/* A collapsed term, with all terms joined to it. */
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

/* A term that is not faster collapsed may be faster with low rank. */
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

/* First the terms that are collapsed already: find_partner must not find the ones
 * collapsed here. */
static sz_status lower_terms(sz_soap_plan *p, double tolerance, sz_error *err)
{
    const sz_soap_group *g = p->group;
    sz_status status = SZ_OK;

    for (int plain = 0; plain < 2; plain++)
        for (int t = 0; t < g->n_terms && status == SZ_OK; t++) {
            const sz_soap_run *run = &p->run[t];
            int d = g->describer[g->term[t].describer]->n_desc;

            if (d > LOW_RANK_MAX || run->joined || run->rank.n_desc > 0) continue;
            if (!plain && run->collapse && run->collapse->square)
                status = lower_collapsed(p, t, tolerance, err);
            if (plain && !run->collapse && sz_collapse_pays(g->term[t].zeta, d, INT_MAX))
                status = lower_plain(p, t, tolerance, err);
        }
    return status;
}

/* In a plan of single precision, some kernels need doubles. */
static sz_tile tile_of(sz_soap_plan *p, int t, sz_tile tile)
{
    const sz_kernel kernel = sz_soap_kernel(p->group, t, NULL);
    sz_soap_run *run = &p->run[t];
    double size =
        run->collapse ? sz_collapse_size(run->collapse) : sz_kernel_size(&kernel);

    run->wide = !(size <= SZ_SINGLE_MOST);
    return run->wide ? sz_tile_best() : tile;
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
        sz_tile tile = layout->tile;

        if (p->run[t].joined || p->run[t].on_device) continue;
        if (sz_tile_is_single(tile)) tile = tile_of(p, t, tile);
        if (p->run[t].collapse)
            status = sz_collapse_pack(p->run[t].collapse, tile, err);
        else if (tile != SZ_TILE_NONE)
            status = pack_term(p, t, tile, err);
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

/* Each term joins the first band of its centres that has room, does not contain its
 * descriptor, and can be computed together with it. */
static void make_bands(sz_soap_plan *p)
{
    const sz_soap_term *term = p->group->term;

    for (int t = 0; t < p->group->n_terms; t++) p->run[t].leader = -1;
    for (int t = 0; t < p->group->n_terms; t++) {
        int member[SZ_PARTS];

        if (p->run[t].joined) continue;
        for (int s = 0; s < t && p->run[t].leader < 0; s++) {
            int n = same_centres(p, s, t) ? sz_soap_band(p, s, member) : 0, there = 0;

            for (int k = 0; k < n; k++)
                there |= term[member[k]].describer == term[t].describer;
            if (n > 0 && n < SZ_PARTS && !there &&
                sz_describer_joins(describer_of(p, s), describer_of(p, t)))
                p->run[t].leader = s;
        }
        if (p->run[t].leader < 0) p->run[t].leader = t;
    }
}

/* Single precision only where every descriptor has it. */
static void choose_stages(sz_soap_plan *p, sz_plan_layout *layout)
{
    const sz_soap_group *g = p->group;
    int single;

    for (int k = 0; k < g->n_describers; k++)
        if (sz_tile_is_single(layout->tile) && !sz_describer_has_single(g->describer[k]))
            layout->tile = sz_tile_best();
    single = sz_tile_is_single(layout->tile);
    p->stages = single ? &sz_soap_run_stages_single : &sz_soap_run_stages;
    if (layout->device == SZ_KOKKOS) p->stages = &sz_soap_run_stages_kokkos;
    for (int t = 0; t < g->n_terms; t++)
        p->run[t].on_device =
            layout->device == SZ_KOKKOS && sz_soap_of(describer_of(p, t)) != NULL;
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
    if (status == SZ_OK) choose_stages(p, layout);
    if (status == SZ_OK) status = plan_terms(p, layout, err);
    if (status == SZ_OK) make_bands(p);
    if (status == SZ_OK && p->stages->prepare) status = p->stages->prepare(p, err);
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
    if (p->prepared) p->stages->forget(p);
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

int sz_soap_plan_n_wide(const void *plan)
{
    const sz_soap_plan *p = plan;
    int n = 0;

    for (int t = 0; t < p->group->n_terms; t++) n += p->run[t].wide;
    return n;
}

/* ---- work -------------------------------------------------------------------------- */

/* The scratch of a plan's stages. */
typedef struct {
    const sz_soap_stages *stages;
    void *scratch;
} soap_work;

sz_status sz_soap_plan_work(void **work, const void *plan, int n_block, sz_error *err)
{
    const sz_soap_plan *p = plan;
    soap_work *w = calloc(1, sizeof *w);
    sz_status status;

    *work = NULL;
    if (!w) return sz_fail_memory(err, sizeof *w, "scratch");
    w->stages = p->stages;
    status = w->stages->create_work(&w->scratch, p, n_block, err);
    if (status == SZ_OK)
        *work = w;
    else
        free(w);
    return status;
}

void sz_soap_plan_free_work(void *work)
{
    soap_work *w = work;

    if (!w) return;
    w->stages->free_work(w->scratch);
    free(w);
}

sz_status sz_soap_plan_energy(const void *plan, void *work, const sz_portion *portion,
                              sz_error *err)
{
    soap_work *w = work;

    return w->stages->energy(plan, w->scratch, portion, err);
}

int sz_soap_plan_is_resident(const void *plan)
{
    const sz_soap_plan *p = plan;
    int resident = 1;

    for (int t = 0; t < p->group->n_terms; t++) resident &= p->run[t].on_device;
    return resident;
}

sz_status sz_soap_plan_resident(const void *plan, void *work, const sz_portion *all,
                                sz_error *err)
{
    soap_work *w = work;

    return w->stages->resident(plan, w->scratch, all, err);
}
