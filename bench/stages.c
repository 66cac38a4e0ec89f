/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stages.c - where the time of a step goes, stage by stage, on one core.
 *
 * CPU time, medians over the repeats, microseconds an atom: of the calls that sz_compute
 * makes, over all its blocks, and of the leaves behind them, over one block of every
 * term. Every repeat also times the products of the published length: with M sparse
 * points of D components an atom costs at least
 *
 *   floor = 4 M D / rate,   rate of dgemm at m x n x k = M x 256 x D and D x 256 x M,
 *
 * n = 256 being where dgemm is fastest.
 */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "stages.h"

#include "base/error.h"
#include "subject.h"
#include "term/soap_term.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_REPEAT = 99, FLOOR_ATOMS = 256 };

static const char help[] =
    "usage: stages MODEL.xml [options]\n"
    "       stages --descriptor \"soap ...\" [--sparse 800] [options]\n"
    "\n"
    "CPU time of each stage for a random bcc alloy of the elements of a model, or of a\n"
    "descriptor (species_Z), whose sparse points are then vectors of that alloy.\n"
    "\n"
    "  --cells 10   bcc cells along each axis    --lattice 3.25  Angstrom\n"
    "  --repeat 7   medians over so many         --block 128     atoms of a block\n"
    "  --rank-tolerance 0   eV, of kernels of zeta 2, as in soapz eval\n"
    "  --mixed      the lines sz_compute in mixed precision, the others in double\n"
    "  --json       one object instead of a table\n";

static const char *const stage_name[N_STAGES][2] = {
    [LIST] = {"list", "neighbour list (sz_list_build)"},
    [PAIRS] = {"pairs", "two-body and core terms"},
    [FORWARD] = {"forward", "descriptors (sz_soaps_forward)"},
    [HARMONICS] = {"harmonics", "  harmonics"},
    [RADIAL] = {"radial", "  radial channels"},
    [DENSITY] = {"density", "  density"},
    [MAPS] = {"maps", "  maps"},
    [COUPLE] = {"couple", "  coupling of two factors"},
    [POWER] = {"power", "  power spectrum, norm"},
    [KERNEL] = {"kernel", "kernel (sz_kernel_energy)"},
    [GEMM] = {"gemm", "  K = p_s . p and dE/dp, products"},
    [POWERS] = {"powers", "  powers of K"},
    [ADJOINT] = {"adjoint", "dE/dr (sz_soaps_adjoint)"},
    [POWER_ADJOINT] = {"power_adjoint", "  power adjoint"},
    [COUPLE_ADJOINT] = {"couple_adjoint", "  coupling adjoint"},
    [MAPS_ADJOINT] = {"maps_adjoint", "  map adjoint"},
    [RADIAL_SLOPE] = {"radial_slope", "  radial channels, slopes"},
    [DENSITY_ADJOINT] = {"density_adjoint", "  density adjoint"},
    [HARMONICS_ADJOINT] = {"harmonics_adjoint", "  harmonics adjoint"},
    [ENERGY] = {"energy", "sz_compute, energies"},
    [FORCES] = {"forces", "sz_compute, energies and forces"},
    [FLOOR] = {"floor", "floor 4 M D / rate, published D"}};

typedef struct {
    const char *path, *descriptor;
    double cells, lattice, repeat, block, sparse, rank_tolerance;
    int json, mixed;
} options;

typedef struct {
    subject subject;
    sz_plan *plan;
    sz_work *work;
    const sz_soap_plan *soaps; /* of the plan */
    double *energy, *dedr;     /* of all atoms */
    int *atom;                 /* 0, 1, .. */
    watch watch;
    double all[N_STAGES][MAX_REPEAT];
} bench;

/* One term's blocks. */
typedef struct {
    sz_soap_part part;
    sz_kernel kernel;
    const sz_collapse *collapse; /* in the place of the kernel, or NULL */
    sz_range *range;
    double *copy, *k, *e; /* of a block, at the published length; so are p and dedp */
    double *points;       /* of the floor */
} term_bench;

/* ---- the watch --------------------------------------------------------------------- */

void watch_start(watch *w)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    w->since = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void watch_stop(watch *w, stage s, double atoms)
{
    double since = w->since;

    watch_start(w);
    w->spent[s] += 1e6 * (w->since - since) / atoms;
    watch_start(w);
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
    const sz_soap *soap = g->soap[term->soap];
    const sz_kernel kernel = sz_soap_kernel(g, t, &plan->run[t]);
    size_t n = (size_t)(n_block > FLOOR_ATOMS ? n_block : FLOOR_ATOMS),
           d = SZ_PAD((size_t)sz_soap_n_published(soap)) + SZ_LANES;

    b->part.soap = soap;
    b->part.slot = g->slot[term->soap];
    b->kernel = kernel;
    if (plan->run[t].collapse) b->kernel.p_sparse = NULL; /* is not read */
    b->collapse = plan->run[t].collapse;
    if ((size_t)kernel.stride > d) d = (size_t)kernel.stride;
    b->range = malloc((size_t)(soap->compression.n_groups + 1) * sizeof *b->range);
    b->part.p = array(n * d);
    b->part.dedp = array(n * d);
    b->copy = array(n * kernel.stride);
    b->k = array(n * kernel.n_sparse);
    b->e = array(n);
    b->points = array(d * kernel.n_sparse);
    if (!b->range || !b->part.p || !b->part.dedp || !b->copy || !b->k || !b->e ||
        !b->points)
        return sz_fail_memory(err, 3 * n * d * sizeof *b->k, "a block");
    return sz_soap_work_create(&b->part.work, soap, n_block, err);
}

static void close_term(term_bench *b)
{
    sz_soap_work_free(b->part.work);
    free(b->range);
    free(b->part.p);
    free(b->part.dedp);
    free(b->copy);
    free(b->k);
    free(b->e);
    free(b->points);
}

/* A term's energies of n atoms; copy: dE/dp is wanted afterwards. */
static void time_kernel(bench *all, term_bench *b, int n, int copy)
{
    const sz_soap_part *part = &b->part;
    int n_ranges = sz_soap_ranges(part->soap, part->work, n, b->range);

    watch_start(&all->watch);
    if (b->collapse)
        sz_collapse_energy(b->collapse, n, n_ranges, b->range, part->p, b->k, b->e,
                           part->dedp);
    else
        sz_kernel_energy(&b->kernel, n, n_ranges, b->range, part->p, b->k, b->e,
                         part->dedp);
    watch_stop(&all->watch, KERNEL, all->subject.list.nb.n_atoms);
    if (copy) memcpy(b->copy, part->dedp, (size_t)n * b->kernel.stride * sizeof *b->copy);
}

/* The calls of sz_compute for n atoms and the terms of a band. */
static void time_block(bench *all, int n_terms, term_bench *b, int n, const int *atom,
                       int copy)
{
    const sz_neigh *nb = &all->subject.list.nb;
    sz_soap_part part[SZ_SOAP_PARTS] = {{0}};

    for (int k = 0; k < n_terms; k++) part[k] = b[k].part;
    watch_start(&all->watch);
    sz_soaps_forward(n_terms, part, nb, all->subject.model->z, n, atom);
    watch_stop(&all->watch, FORWARD, nb->n_atoms);
    for (int k = 0; k < n_terms; k++) time_kernel(all, &b[k], n, copy);
    watch_start(&all->watch);
    sz_soaps_adjoint(n_terms, part, nb, n, atom, all->dedr);
    watch_stop(&all->watch, ADJOINT, nb->n_atoms);
}

/* The products of the published length, twice. */
static void time_floor(bench *all, term_bench *b, double atoms)
{
    int d = sz_soap_n_published(b->part.soap), n = FLOOR_ATOMS;

    watch_start(&all->watch);
    for (int r = 0; r < 2; r++)
        products(b->points, b->kernel.n_sparse, n, d, SZ_PAD(d), b->part.p, b->k,
                 b->part.dedp);
    watch_stop(&all->watch, FLOOR, 2.0 * atoms);
}

/* Leaves and floor of one term; per: atoms of the structure for every centre. */
static sz_status time_parts(bench *all, term_bench *b, int n, const int *atom, double per,
                            sz_error *err)
{
    const sz_soap_species species = {all->subject.model->z, b->part.slot};
    sz_status status =
        time_leaves(&all->watch, b->part.soap, &b->kernel, &all->subject.list.nb,
                    &species, n, atom, b->copy, n * per, err);

    if (status == SZ_OK) time_floor(all, b, FLOOR_ATOMS * per);
    return status;
}

/* The terms of a band, centred on the n_centres atoms. */
static sz_status time_band(bench *all, int n_terms, const int *term, int n_centres,
                           const int *atom, int n_block, sz_error *err)
{
    term_bench b[SZ_SOAP_PARTS];
    double per = n_centres ? (double)all->subject.list.nb.n_atoms / n_centres : 1.0;
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

/* The terms that term t leads. */
static sz_status time_terms(bench *all, int t, int n_block, sz_error *err)
{
    const unsigned char *centre = all->soaps->group->term[t].centre;
    const sz_neigh *nb = &all->subject.list.nb;
    int term[SZ_SOAP_PARTS], n_terms = sz_soap_band(all->soaps, t, term), n = 0;
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

static sz_status time_all(bench *b, int n_block, sz_error *err)
{
    const sz_model *model = b->subject.model;
    const sz_neigh *nb = &b->subject.list.nb;
    watch *w = &b->watch;
    sz_status status;

    memset(w, 0, sizeof *w);
    watch_start(w);
    status = sz_list_build(&b->subject.list, &b->subject.structure,
                           sz_model_cutoff(model), err);
    watch_stop(w, LIST, nb->n_atoms);
    if (status == SZ_OK) status = sz_compute(model, b->work, nb, b->energy, NULL, err);
    watch_stop(w, ENERGY, nb->n_atoms);
    if (status == SZ_OK) status = sz_compute(model, b->work, nb, b->energy, b->dedr, err);
    watch_stop(w, FORCES, nb->n_atoms);
    if (status != SZ_OK) return status;
    for (int k = 0; k < model->n_kinds; k++) {
        const sz_portion all = {&model->species, nb,        nb->n_atoms,
                                b->atom,         b->energy, b->dedr};

        if (model->group[k] && sz_term_kinds[k] != &sz_kind_soap)
            sz_term_energy(sz_term_kinds[k], sz_plan_part(b->plan, k), b->work->part[k],
                           &all);
    }
    watch_stop(w, PAIRS, nb->n_atoms);
    for (int t = 0; t < b->soaps->group->n_terms && status == SZ_OK; t++)
        status = time_terms(b, t, n_block, err);
    return status;
}

/* A made-up model has no use for a collapsed kernel: its sparse points are timed. */
static sz_status make_plan(bench *b, const options *o, sz_error *err)
{
    const sz_plan_layout layout = {.tile = sz_tile_best(),
                                   .collapse = o->descriptor ? SZ_COLLAPSE_NEVER
                                                             : SZ_COLLAPSE_CHEAPER,
                                   .rank_tolerance = o->rank_tolerance};
    const sz_model *model = b->subject.model;
    sz_status status = sz_plan_lay_out(&b->plan, model, (int)o->block, &layout, err);

    for (int k = 0; k < model->n_kinds && status == SZ_OK; k++)
        if (sz_term_kinds[k] == &sz_kind_soap) b->soaps = b->plan->part[k];
    return status;
}

/* What sz_compute is timed with. */
static sz_status make_work(bench *b, const options *o, sz_error *err)
{
    const sz_plan_options mixed = {.n_block = (int)o->block,
                                   .rank_tolerance = o->rank_tolerance,
                                   .precision = SZ_MIXED};
    sz_plan *plan;
    sz_status status;

    if (!o->mixed) return sz_plan_work(&b->work, b->plan, err);
    status = sz_plan_create(&plan, b->subject.model, &mixed, err);
    if (status == SZ_OK) status = sz_plan_work(&b->work, plan, err);
    sz_plan_free(plan);
    return status;
}

static sz_status set_up(bench *b, const options *o, sz_error *err)
{
    subject *s = &b->subject;
    sz_status status;

    if (o->descriptor)
        status = subject_describe(s, o->descriptor, (int)o->sparse, (int)o->cells,
                                  o->lattice, err);
    else if ((status = sz_model_load(&s->model, o->path, err)) == SZ_OK)
        status = subject_alloy(s, (int)o->cells, o->lattice, err);
    if (status != SZ_OK) return status;
    if (!sz_model_group(s->model, &sz_kind_soap))
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no SOAP term: nothing to time",
                       o->path);
    b->energy = array((size_t)s->structure.n_atoms);
    b->dedr = array(3 * (size_t)s->list.n_pairs);
    b->atom = malloc((size_t)s->structure.n_atoms * sizeof *b->atom);
    for (int i = 0; b->atom && i < s->structure.n_atoms; i++) b->atom[i] = i;
    if (!b->energy || !b->dedr || !b->atom)
        return sz_fail_memory(err, 24 * (size_t)s->list.n_pairs, "the forces");
    status = make_plan(b, o, err);
    return status == SZ_OK ? make_work(b, o, err) : status;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* medians [N_STAGES], after one round to warm up */
static sz_status measure(bench *b, const options *o, double *median, sz_error *err)
{
    int n = (int)o->repeat;
    sz_status status = time_all(b, (int)o->block, err);

    for (int r = 0; r < n && status == SZ_OK; r++) {
        status = time_all(b, (int)o->block, err);
        for (int s = 0; s < N_STAGES; s++) b->all[s][r] = b->watch.spent[s];
    }
    for (int s = 0; s < N_STAGES; s++) {
        double *t = b->all[s];

        qsort(t, (size_t)n, sizeof *t, ascending);
        median[s] = 0.5 * (t[n / 2] + t[(n - 1) / 2]);
    }
    return status;
}

/* ---- the report -------------------------------------------------------------------- */

static const sz_soap_group *soaps_of(const subject *s)
{
    return sz_model_group(s->model, &sz_kind_soap);
}

/* 4 M D an atom, averaged over the atoms: of the published and of the inner length. */
static double flops(const subject *s, int published)
{
    double sum = 0.0;

    for (int t = 0; t < soaps_of(s)->n_terms; t++) {
        const sz_soap_term *term = &soaps_of(s)->term[t];
        const sz_soap *soap = soaps_of(s)->soap[term->soap];
        double d = published ? sz_soap_n_published(soap) : sz_soap_n_desc(soap);

        for (int i = 0; i < s->structure.n_atoms; i++)
            if (term->centre[s->structure.species[i]]) sum += 4.0 * term->n_sparse * d;
    }
    return sum / s->structure.n_atoms;
}

static void print_json(const subject *s, const double *time)
{
    const sz_soap *soap = soaps_of(s)->soap[soaps_of(s)->term[0].soap];

    printf("{\"atoms\": %d, \"neighbours\": %.2f, \"blas\": \"%s\", \"sparse\": %d, "
           "\"published\": %d, \"inner\": %d, \"gflops\": %.2f, \"microseconds\": {",
           s->structure.n_atoms, (double)s->list.n_pairs / s->structure.n_atoms,
           sz_blas_name(), soaps_of(s)->term[0].n_sparse, sz_soap_n_published(soap),
           sz_soap_n_desc(soap), flops(s, 1) / time[FLOOR] * 1e-3);
    for (int k = 0; k < N_STAGES; k++)
        printf("%s\"%s\": %.4f", k ? ", " : "", stage_name[k][0], time[k]);
    printf("}}\n");
}

static void print_table(const subject *s, const double *time)
{
    printf("%d atoms, %.1f neighbours an atom, %s\n", s->structure.n_atoms,
           (double)s->list.n_pairs / s->structure.n_atoms, sz_blas_name());
    for (int t = 0; t < soaps_of(s)->n_terms; t++) {
        const sz_soap *soap = soaps_of(s)->soap[soaps_of(s)->term[t].soap];

        printf("  term %d: %s, M = %d, D = %d published, %d inside\n", t + 1,
               soap->compression.spec.label, soaps_of(s)->term[t].n_sparse,
               sz_soap_n_published(soap), sz_soap_n_desc(soap));
    }
    printf("\n%-36s %9s %7s\n", "stage (CPU time, median)", "us/atom", "floors");
    for (int k = 0; k < N_STAGES; k++)
        printf("%-36s %9.3f %7.3f\n", stage_name[k][1], time[k], time[k] / time[FLOOR]);
    printf("\ndgemm at the published length %.1f GF/s, the products of this kernel %.1f "
           "GF/s\n",
           flops(s, 1) / time[FLOOR] * 1e-3, flops(s, 0) / time[GEMM] * 1e-3);
}

/* ---- the command ------------------------------------------------------------------- */

static int parse(int argc, char **argv, options *o)
{
    struct {
        const char *name;
        double least, most, *value;
    } number[] = {{"--cells", 1, 60, &o->cells},
                  {"--lattice", 1, 20, &o->lattice},
                  {"--repeat", 1, MAX_REPEAT, &o->repeat},
                  {"--block", 1, 4096, &o->block},
                  {"--sparse", 1, 100000, &o->sparse},
                  {"--rank-tolerance", 0, 1, &o->rank_tolerance}};
    enum { N = sizeof number / sizeof *number };

    for (int k = 1; k < argc; k++) {
        const char *next = k + 1 < argc ? argv[k + 1] : "";
        size_t n = 0;
        char *end;

        while (n < N && strcmp(argv[k], number[n].name) != 0) n++;
        if (n < N) {
            *number[n].value = strtod(next, &end);
            if (end == next || *end || !(*number[n].value >= number[n].least) ||
                *number[n].value > number[n].most) {
                fprintf(stderr, "stages: %s takes a number from %g to %g, not \"%s\"\n",
                        argv[k], number[n].least, number[n].most, next);
                return 0;
            }
            k++;
        } else if (strcmp(argv[k], "--json") == 0)
            o->json = 1;
        else if (strcmp(argv[k], "--mixed") == 0)
            o->mixed = 1;
        else if (strcmp(argv[k], "--descriptor") == 0)
            o->descriptor = argv[++k];
        else if (argv[k][0] != '-' && !o->path)
            o->path = argv[k];
        else
            return 0;
    }
    return !o->path != !o->descriptor;
}

int main(int argc, char **argv)
{
    options o = {NULL, NULL, 10, 3.25, 7, 128, 800, 0.0, 0, 0};
    static bench b;
    double median[N_STAGES];
    sz_error err;
    sz_status status;

    if (!parse(argc, argv, &o)) {
        fputs(help, stderr);
        return 2;
    }
    sz_blas_tune();
    sz_blas_set_threads(1);
    status = set_up(&b, &o, &err);
    if (status == SZ_OK) status = measure(&b, &o, median, &err);
    if (status == SZ_OK)
        (o.json ? print_json : print_table)(&b.subject, median);
    else
        fprintf(stderr, "stages: %s\n", err.message);
    free(b.energy);
    free(b.dedr);
    free(b.atom);
    sz_work_free(b.work);
    sz_plan_free(b.plan);
    subject_free(&b.subject);
    return status != SZ_OK;
}
