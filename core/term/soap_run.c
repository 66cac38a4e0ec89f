/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_run.c - evaluates SOAP terms.
 *
 * Atoms are processed in blocks of centres, so that the kernel is a matrix product;
 * forces use the same steps in reverse order. Terms with the same centres form a band:
 * their blocks are the same, and their descriptors share the data of the neighbours. */
#include "term/soap_term.h"

#include "linear/vec.h"
#include "term/wide.h"

#include <stdlib.h>
#include <string.h>

/* ---- scratch ----------------------------------------------------------------------- */

typedef struct {
    int n_block, n_describers;
    int *atom;                /* [n_block] atoms of the current block */
    sz_describer_work **work; /* [n_describers] */
    sz_real *p, *dedp;        /* [n_block][stride] of each term of a band */
    sz_real *k;               /* scratch of kernels */
    double *e;                /* [n_block] */
    sz_range *range;          /* components that the block needs */
} scratch;

static void free_work(void *work)
{
    scratch *w = work;

    if (!w) return;
    for (int k = 0; w->work && k < w->n_describers; k++)
        sz_describer_work_free(w->work[k]);
    free(w->atom);
    free(w->work);
    free(w->p);
    free(w->dedp);
    free(w->k);
    free(w->e);
    free(w->range);
    free(w);
}

/* The largest sizes: vector components of an atom in all terms of a band, scratch of a
 * kernel, groups of components. */
static void find_sizes(const sz_soap_plan *p, int n_block, size_t *vectors,
                       size_t *kernels, size_t *n_groups)
{
    const sz_soap_group *g = p->group;

    *vectors = *kernels = *n_groups = 1;
    for (int t = 0; t < g->n_terms; t++) {
        const sz_describer *of = g->describer[g->term[t].describer];
        size_t n, sum = 0;
        int n_sparse = g->term[t].n_sparse;
        int member[SZ_PARTS], n_members = sz_soap_band(p, t, member);

        for (int k = 0; k < n_members; k++)
            sum += (size_t)g->describer[g->term[member[k]].describer]->stride;
        if (sum > *vectors) *vectors = sum;
        if ((size_t)of->n_ranges > *n_groups) *n_groups = (size_t)of->n_ranges;
        if (p->run[t].joined) continue;
        if (p->run[t].collapse) n_sparse = sz_collapse_rank(p->run[t].collapse);
        n = sz_kernel_scratch(n_block, n_sparse, of->stride);
        if (p->run[t].wide)
            n = sz_wide_scratch(n_block, n_sparse, of->stride) *
                (sizeof(double) / sizeof(sz_real));
        if (n > *kernels) *kernels = n;
    }
}

/* n numbers, aligned to a cache line */
static sz_real *array(size_t n)
{
    size_t line = 64 / sizeof(sz_real);

    return aligned_alloc(64, (n + line - 1) / line * line * sizeof(sz_real));
}

static sz_status create_work(void **work, const sz_soap_plan *p, int n_block,
                             sz_error *err)
{
    const sz_soap_group *g = p->group;
    size_t vectors, kernels, n_groups, n = (size_t)n_block;
    scratch *w = calloc(1, sizeof *w);
    sz_status status = SZ_OK;

    *work = NULL;
    if (!w) return sz_fail_memory(err, sizeof *w, "scratch");
    find_sizes(p, n_block, &vectors, &kernels, &n_groups);
    w->n_block = n_block;
    w->n_describers = g->n_describers;
    w->atom = malloc(n * sizeof *w->atom);
    w->work = calloc((size_t)g->n_describers + 1, sizeof *w->work);
    w->p = array(n * SZ_PAD(vectors));
    w->dedp = array(n * SZ_PAD(vectors));
    w->k = array(kernels);
    w->e = malloc(n * sizeof *w->e);
    w->range = malloc(n_groups * sizeof *w->range);
    if (!w->atom || !w->work || !w->p || !w->dedp || !w->k || !w->e || !w->range)
        status =
            sz_fail_memory(err, (2 * n * vectors + kernels) * sizeof *w->p, "the blocks");
    for (int k = 0; k < g->n_describers && status == SZ_OK; k++)
        status = sz_describer_work_create(&w->work[k], g->describer[k], n_block, err);
    if (status == SZ_OK)
        *work = w;
    else
        free_work(w);
    return status;
}

/* ---- energies ---------------------------------------------------------------------- */

/* The data for computing a block. */
typedef struct {
    const sz_soap_plan *plan;
    scratch *work;
    const sz_species *species;
    const sz_neigh *nb;
    double *energy, *dedr;
} frame;

/* energy and, in part->dedp, its gradient with respect to the vectors of the n atoms of
 * work->atom */
static void add_energy(const frame *f, int t, const sz_describer_part *part, int n)
{
    const sz_soap_run *run = &f->plan->run[t];
    scratch *w = f->work;
    int n_ranges = sz_describer_ranges(part->of, part->work, n, w->range);

    memset(w->e, 0, (size_t)n * sizeof *w->e);
#ifdef SZ_SINGLE
    if (run->wide) {
        const sz_kernel kernel = sz_soap_kernel(f->plan->group, t, run);
        const sz_layout of_p = {kernel.stride, n_ranges, w->range};

        sz_wide_energy(&kernel, run->collapse, n, &of_p, part->p, (double *)w->k, w->e,
                       f->dedr ? part->dedp : NULL);
    } else
#endif
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
    sz_describer_part part[SZ_PARTS] = {{0}};
    size_t at = 0;

    for (int k = 0; k < n_terms; k++) {
        int s = g->term[term[k]].describer;

        part[k] = (sz_describer_part){g->describer[s], w->work[s], g->slot[s], w->p + at,
                                      w->dedp + at};
        at += (size_t)w->n_block * g->describer[s]->stride;
    }
    sz_describers_forward(n_terms, part, f->nb, z, n, w->atom);
    for (int k = 0; k < n_terms; k++) add_energy(f, term[k], &part[k], n);
    if (f->dedr) sz_describers_adjoint(n_terms, part, f->nb, n, w->atom, f->dedr);
}

/* the terms led by term t */
static void compute_band(const frame *f, const sz_portion *portion, int t)
{
    int term[SZ_PARTS], n_terms = sz_soap_band(f->plan, t, term), n = 0;
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

static sz_status compute(const sz_soap_plan *plan, void *work, const sz_portion *portion,
                         sz_error *err)
{
    const frame f = {plan,         work, portion->species, portion->nb, portion->energy,
                     portion->dedr};

    (void)err;
    for (int t = 0; t < plan->group->n_terms; t++)
        if (!plan->run[t].on_device) compute_band(&f, portion, t);
    return SZ_OK;
}

const sz_soap_stages sz_soap_run_stages = {
    .create_work = create_work, .free_work = free_work, .energy = compute};
