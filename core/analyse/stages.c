/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stages.c - times each stage of a step, on one core.
 *
 * CPU time, medians over the repeats, microseconds per atom: for the calls made by
 * sz_compute, over all its blocks, and for their leaf functions, over one block of every
 * term. Every repeat also times the products of the published length: with M sparse
 * points of D components an atom costs at least
 *
 *   floor = 4 M D / rate,   rate of dgemm at m x n x k = M x 256 x D and D x 256 x M,
 *
 * n = 256 being where dgemm is fastest.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "analyse/stages.h"

#include "analyse/stage_leaves.h"
#include "base/error.h"
#include "base/watch.h"
#include "linear/vec.h"
#include "model/plan.h"
#include "term/soap_term.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FLOOR_ATOMS = 256 };

typedef struct {
    sz_subject *subject;
    sz_plan *plan;
    sz_work *work;
    const sz_soap_plan *soaps; /* of the plan */
    double *energy, *dedr;     /* of all atoms */
    int *atom;                 /* 0, 1, .. */
    sz_stopwatch watch;
    double clock[2]; /* microseconds per atom of energies, and with forces */
    double *all;     /* [SZ_N_STAGES + 2][n_repeat] */
} bench;

/* One term's blocks. */
typedef struct {
    sz_describer_part part;
    sz_kernel kernel;
    const sz_collapse *collapse; /* instead of the kernel, or NULL */
    sz_range *range;
    double *copy, *k, *e; /* of a block, at the published length; so are p and dedp */
    double *points;       /* for the floor */
} term_bench;

/* ---- the stopwatch ----------------------------------------------------------------- */

void sz_stopwatch_start(sz_stopwatch *w)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    w->since = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sz_stopwatch_stop(sz_stopwatch *w, sz_stage s, double atoms)
{
    double since = w->since;

    sz_stopwatch_start(w);
    w->spent[s] += 1e6 * (w->since - since) / atoms;
    sz_stopwatch_start(w);
}

/* ---- one term ---------------------------------------------------------------------- */

static double *array(size_t n)
{
    double *a = aligned_alloc(64, SZ_PAD(n + SZ_LANES) * sizeof *a);

    for (size_t i = 0; a && i < n; i++) a[i] = 1e-3 * (double)(i % 97);
    return a;
}

static sz_status open_term(term_bench *b, const bench *all, int t, int n_block,
                           sz_error *err)
{
    const sz_soap_plan *plan = all->soaps;
    const sz_soap_group *g = plan->group;
    const sz_soap_term *term = &g->term[t];
    const sz_describer *of = g->describer[term->describer];
    const sz_kernel kernel = sz_soap_kernel(g, t, &plan->run[t]);
    size_t n = (size_t)(n_block > FLOOR_ATOMS ? n_block : FLOOR_ATOMS),
           d = SZ_PAD((size_t)of->n_published) + SZ_LANES;

    b->part.of = of;
    b->part.slot = g->slot[term->describer];
    b->kernel = kernel;
    if (plan->run[t].collapse) b->kernel.p_sparse = NULL; /* not read */
    b->collapse = plan->run[t].collapse;
    if ((size_t)kernel.stride > d) d = (size_t)kernel.stride;
    b->range = malloc((size_t)(of->n_ranges + 1) * sizeof *b->range);
    b->part.p = array(n * d);
    b->part.dedp = array(n * d);
    b->copy = array(n * kernel.stride);
    b->k = array(n * kernel.n_sparse);
    b->e = array(n);
    b->points = array(d * kernel.n_sparse);
    if (!b->range || !b->part.p || !b->part.dedp || !b->copy || !b->k || !b->e ||
        !b->points)
        return sz_fail_memory(err, 3 * n * d * sizeof *b->k, "a block");
    return sz_describer_work_create(&b->part.work, of, n_block, err);
}

static void close_term(term_bench *b)
{
    sz_describer_work_free(b->part.work);
    free(b->range);
    free(b->part.p);
    free(b->part.dedp);
    free(b->copy);
    free(b->k);
    free(b->e);
    free(b->points);
}

/* A term's energies of n atoms; copy: dE/dp is needed afterwards. */
static void time_kernel(bench *all, term_bench *b, int n, int copy)
{
    const sz_describer_part *part = &b->part;
    int n_ranges = sz_describer_ranges(part->of, part->work, n, b->range);

    sz_stopwatch_start(&all->watch);
    if (b->collapse)
        sz_collapse_energy(b->collapse, n, n_ranges, b->range, part->p, b->k, b->e,
                           part->dedp);
    else
        sz_kernel_energy(&b->kernel, n, n_ranges, b->range, part->p, b->k, b->e,
                         part->dedp);
    sz_stopwatch_stop(&all->watch, SZ_STAGE_KERNEL, all->subject->list.nb.n_atoms);
    if (copy) memcpy(b->copy, part->dedp, (size_t)n * b->kernel.stride * sizeof *b->copy);
}

/* The calls of sz_compute for n atoms and the terms of a band. */
static void time_block(bench *all, int n_terms, term_bench *b, int n, const int *atom,
                       int copy)
{
    const sz_neigh *nb = &all->subject->list.nb;
    sz_describer_part part[SZ_PARTS] = {{0}};

    for (int k = 0; k < n_terms; k++) part[k] = b[k].part;
    sz_stopwatch_start(&all->watch);
    sz_describers_forward(n_terms, part, nb, all->subject->model->z, n, atom);
    sz_stopwatch_stop(&all->watch, SZ_STAGE_FORWARD, nb->n_atoms);
    for (int k = 0; k < n_terms; k++) time_kernel(all, &b[k], n, copy);
    sz_stopwatch_start(&all->watch);
    sz_describers_adjoint(n_terms, part, nb, n, atom, all->dedr);
    sz_stopwatch_stop(&all->watch, SZ_STAGE_ADJOINT, nb->n_atoms);
}

/* The products of the published length, twice. */
static void time_floor(bench *all, term_bench *b, double atoms)
{
    int d = b->part.of->n_published, n = FLOOR_ATOMS;

    sz_stopwatch_start(&all->watch);
    for (int r = 0; r < 2; r++)
        sz_kernel_products(b->points, b->kernel.n_sparse, n, d, SZ_PAD(d), b->part.p,
                           b->k, b->part.dedp);
    sz_stopwatch_stop(&all->watch, SZ_STAGE_FLOOR, 2.0 * atoms);
}

/* Leaves and floor of one term; per: atoms of the structure for every centre. */
static sz_status time_parts(bench *all, term_bench *b, int n, const int *atom, double per,
                            sz_error *err)
{
    const sz_slots slots = {all->subject->model->z, b->part.slot};
    const sz_soap *soap = sz_soap_of(b->part.of); /* others have none of these leaf
                                                     functions */
    sz_status status = SZ_OK;

    if (soap)
        status = sz_time_leaves(&all->watch, soap, &b->kernel, &all->subject->list.nb,
                                &slots, n, atom, b->copy, n * per, err);
    if (status == SZ_OK) time_floor(all, b, FLOOR_ATOMS * per);
    return status;
}

/* The terms of a band, centred on the n_centres atoms. */
static sz_status time_band(bench *all, int n_terms, const int *term, int n_centres,
                           const int *atom, int n_block, sz_error *err)
{
    term_bench b[SZ_PARTS];
    double per = n_centres ? (double)all->subject->list.nb.n_atoms / n_centres : 1.0;
    int first = n_centres < n_block ? n_centres : n_block;
    sz_status status = SZ_OK;

    memset(b, 0, sizeof b);
    for (int k = 0; k < n_terms && status == SZ_OK; k++)
        status = open_term(&b[k], all, term[k], n_block, err);
    for (int i = 0, n; i < n_centres && status == SZ_OK; i += n) {
        n = n_centres - i < n_block ? n_centres - i : n_block;
        time_block(all, n_terms, b, n, atom + i, i == 0);
    }
    for (int k = 0; k < n_terms && n_centres && status == SZ_OK; k++)
        status = time_parts(all, &b[k], first, atom, per, err);
    for (int k = 0; k < n_terms; k++) close_term(&b[k]);
    return status;
}

/* The terms led by term t. */
static sz_status time_terms(bench *all, int t, int n_block, sz_error *err)
{
    const unsigned char *centre = all->soaps->group->term[t].centre;
    const sz_neigh *nb = &all->subject->list.nb;
    int term[SZ_PARTS], n_terms = sz_soap_band(all->soaps, t, term), n = 0;
    int *atom;
    sz_status status;

    if (n_terms == 0) return SZ_OK;
    n_block = sz_soap_block(all->soaps, n_terms, term, n_block);
    atom = malloc(((size_t)nb->n_atoms + 1) * sizeof *atom);
    if (!atom) return sz_fail_memory(err, (size_t)nb->n_atoms * sizeof *atom, "atoms");
    for (int i = 0; i < nb->n_atoms; i++)
        if (centre[nb->species[i]]) atom[n++] = i;
    status = time_band(all, n_terms, term, n, atom, n_block, err);
    free(atom);
    return status;
}

/* ---- all of it --------------------------------------------------------------------- */

/* One call of sz_compute; dedr NULL: only energies. */
static sz_status time_compute(bench *b, sz_stage s, double *dedr, sz_error *err)
{
    const sz_neigh *nb = &b->subject->list.nb;
    double start = sz_seconds();
    sz_status status;

    sz_stopwatch_start(&b->watch);
    status = sz_compute(b->subject->model, b->work, nb, b->energy, dedr, err);
    sz_stopwatch_stop(&b->watch, s, nb->n_atoms);
    b->clock[s == SZ_STAGE_FORCES] = 1e6 * (sz_seconds() - start) / nb->n_atoms;
    return status;
}

/* The terms that are not SOAP. */
static void time_others(bench *b)
{
    const sz_model *model = b->subject->model;
    const sz_neigh *nb = &b->subject->list.nb;
    const sz_portion all = {.species = &model->species,
                            .nb = nb,
                            .n = nb->n_atoms,
                            .atom = b->atom,
                            .energy = b->energy,
                            .dedr = b->dedr};

    sz_stopwatch_start(&b->watch);
    for (int k = 0; k < model->n_kinds; k++)
        if (model->group[k] && sz_term_kinds[k] != &sz_kind_soap)
            (void)sz_term_energy(sz_term_kinds[k], sz_plan_part(b->plan, k),
                                 b->work->part[k], &all, NULL); /* on no device */
    sz_stopwatch_stop(&b->watch, SZ_STAGE_PAIRS, nb->n_atoms);
}

static sz_status time_all(bench *b, int n_block, sz_error *err)
{
    sz_subject *s = b->subject;
    sz_stopwatch *w = &b->watch;
    sz_status status;

    memset(w, 0, sizeof *w);
    sz_stopwatch_start(w);
    status = sz_list_build(&s->list, &s->structure, sz_model_cutoff(s->model), err);
    sz_stopwatch_stop(w, SZ_STAGE_LIST, s->list.nb.n_atoms);
    if (status == SZ_OK) status = time_compute(b, SZ_STAGE_ENERGY, NULL, err);
    if (status == SZ_OK) status = time_compute(b, SZ_STAGE_FORCES, b->dedr, err);
    if (status != SZ_OK) return status;
    time_others(b);
    for (int t = 0; t < b->soaps->group->n_terms && status == SZ_OK; t++)
        status = time_terms(b, t, n_block, err);
    return status;
}

/* Stages are timed in double precision. A model made for the benchmark is not collapsed,
 * so that its sparse points are timed. */
static sz_status make_plan(bench *b, const sz_stage_options *o, sz_error *err)
{
    const sz_plan_layout layout = {
        .tile = sz_tile_best(),
        .collapse = b->subject->is_made_up ? SZ_COLLAPSE_NEVER : SZ_COLLAPSE_CHEAPER,
        .rank_tolerance = o->plan.rank_tolerance};
    const sz_model *model = b->subject->model;
    sz_status status = sz_plan_lay_out(&b->plan, model, o->plan.n_block, &layout, err);

    if (status != SZ_OK) return status;
    b->plan->n_threads = o->plan.n_threads > 0 ? o->plan.n_threads : 1;
    for (int k = 0; k < model->n_kinds; k++)
        if (sz_term_kinds[k] == &sz_kind_soap) b->soaps = b->plan->part[k];
    return SZ_OK;
}

/* The plan for timing sz_compute. */
static sz_status make_work(bench *b, const sz_stage_options *o, sz_error *err)
{
    sz_plan *plan;
    sz_status status;

    if (o->plan.precision != SZ_MIXED && o->plan.device == SZ_CPU)
        return sz_plan_work(&b->work, b->plan, err);
    status = sz_plan_create(&plan, b->subject->model, &o->plan, err);
    if (status == SZ_OK) status = sz_plan_work(&b->work, plan, err);
    sz_plan_free(plan);
    return status;
}

static sz_status set_up(bench *b, const sz_stage_options *o, sz_error *err)
{
    const sz_subject *s = b->subject;
    size_t n = (size_t)s->structure.n_atoms, pairs = (size_t)s->list.n_pairs,
           rounds = (size_t)o->n_repeat * (SZ_N_STAGES + 2);
    sz_status status;

    b->energy = array(n);
    b->dedr = array(3 * pairs);
    b->atom = malloc(n * sizeof *b->atom);
    b->all = calloc(rounds, sizeof *b->all);
    if (!b->energy || !b->dedr || !b->atom || !b->all)
        return sz_fail_memory(err, 24 * pairs + 8 * (n + rounds), "the forces");
    for (size_t i = 0; i < n; i++) b->atom[i] = (int)i;
    status = make_plan(b, o, err);
    return status == SZ_OK ? make_work(b, o, err) : status;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *t, int n)
{
    qsort(t, (size_t)n, sizeof *t, ascending);
    return 0.5 * (t[n / 2] + t[(n - 1) / 2]);
}

/* After one warm-up round. */
static sz_status measure(bench *b, const sz_stage_options *o, sz_stage_times *times,
                         sz_error *err)
{
    int n = o->n_repeat;
    sz_status status = time_all(b, b->plan->n_block, err);

    for (int r = 0; r < n && status == SZ_OK; r++) {
        status = time_all(b, b->plan->n_block, err);
        for (int s = 0; s < SZ_N_STAGES; s++) b->all[s * n + r] = b->watch.spent[s];
        for (int k = 0; k < 2; k++) b->all[(SZ_N_STAGES + k) * n + r] = b->clock[k];
    }
    for (int s = 0; s < SZ_N_STAGES; s++) times->cpu[s] = median(b->all + s * n, n);
    for (int k = 0; k < 2; k++)
        times->clock[k] = median(b->all + (SZ_N_STAGES + k) * n, n);
    return status;
}

/* Averages over the atoms of the products timed by time_leaves. */
static double product_flops(const bench *b)
{
    const sz_soap_group *g = b->soaps->group;
    const sz_structure *s = &b->subject->structure;
    double sum = 0.0;

    for (int t = 0; t < g->n_terms; t++) {
        const sz_kernel kernel = sz_soap_kernel(g, t, &b->soaps->run[t]);

        if (b->soaps->run[t].collapse) continue;
        for (int i = 0; i < s->n_atoms; i++)
            if (g->term[t].centre[s->species[i]])
                sum += 4.0 * kernel.n_sparse * kernel.n_desc;
    }
    return sum / s->n_atoms;
}

sz_status sz_stages_time(sz_stage_times *times, sz_subject *subject,
                         const sz_stage_options *options, sz_error *err)
{
    bench b = {.subject = subject};
    sz_status status = set_up(&b, options, err);

    if (status == SZ_OK) status = measure(&b, options, times, err);
    if (status == SZ_OK) {
        times->precision = b.work->plan->precision;
        times->device = sz_plan_device(b.work->plan);
        times->product_flops = product_flops(&b);
    }
    free(b.energy);
    free(b.dedr);
    free(b.atom);
    free(b.all);
    sz_work_free(b.work);
    sz_plan_free(b.plan);
    return status;
}

/* ---- results ----------------------------------------------------------------------- */

int sz_stages_n_terms(const sz_model *model)
{
    const sz_soap_group *g = sz_model_group(model, &sz_kind_soap);

    return g ? g->n_terms : 0;
}

sz_stage_term sz_stages_term(const sz_model *model, int t)
{
    const sz_soap_group *g = sz_model_group(model, &sz_kind_soap);
    const sz_describer *of = g->describer[g->term[t].describer];

    return (sz_stage_term){of->compression, g->term[t].n_sparse, of->n_published,
                           of->n_desc};
}

double sz_stages_flops(const sz_subject *s, int published)
{
    const sz_soap_group *g = sz_model_group(s->model, &sz_kind_soap);
    double sum = 0.0;

    for (int t = 0; t < g->n_terms; t++) {
        sz_stage_term term = sz_stages_term(s->model, t);
        double d = published ? term.n_published : term.n_desc;

        for (int i = 0; i < s->structure.n_atoms; i++)
            if (g->term[t].centre[s->structure.species[i]])
                sum += 4.0 * term.n_sparse * d;
    }
    return sum / s->structure.n_atoms;
}
