/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stages.c - where the time of a step goes, stage by stage, on one core.
 *
 *   stages MODEL.xml [--cells 10] [--lattice 3.25] [--repeat 7] [--block 256] [--json]
 *
 * A random alloy of the model's elements in equal parts on cells^3 bcc cells, every
 * coordinate displaced by up to 0.1 Angstrom. Each stage runs over the blocks that
 * sz_compute would make, on real data and with the scratch in cache as there; times are
 * CPU time, the median over the repeats, in microseconds an atom. In every repeat the
 * matrix products of the published length are timed too: with M sparse points of D
 * components, an atom costs at least
 *
 *   floor = 4 M D / rate,   rate of dgemm at m x n x k = M x block x D and D x block x M.
 *
 * The leaf functions are called in the order of soap.c, each in a loop of its own. */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "blas.h"
#include "density.h"
#include "kernel.h"
#include "model.h"
#include "power.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_REPEAT 99

typedef enum {
    LIST,
    PAIRS,
    GATHER,
    HARMONICS,
    RADIAL,
    DENSITY,
    MAPS,
    POWER,
    FORWARD,
    GEMM_K,
    GEMM_D,
    POWERS,
    KERNEL,
    POWER_ADJOINT,
    MAPS_ADJOINT,
    HARMONICS_GRADIENT,
    RADIAL_SLOPE,
    DENSITY_ADJOINT,
    ADJOINT,
    ENERGY,
    FORCES,
    FLOOR,
    N_STAGES
} stage;

static const char *const stage_name[N_STAGES][2] = {
    [LIST] = {"list", "neighbour list (sz_list_build)"},
    [PAIRS] = {"pairs", "two-body and core terms"},
    [GATHER] = {"gather", "  pairs into batches (once each way)"},
    [HARMONICS] = {"harmonics", "  harmonics"},
    [RADIAL] = {"radial", "  radial channels"},
    [DENSITY] = {"density", "  density"},
    [MAPS] = {"maps", "  maps"},
    [POWER] = {"power", "  power spectrum, norm"},
    [FORWARD] = {"forward", "descriptors (sz_soap_forward)"},
    [GEMM_K] = {"gemm_k", "  K = p_s . p (dgemm)"},
    [GEMM_D] = {"gemm_d", "  dE/dp (dgemm)"},
    [POWERS] = {"powers", "  K^zeta, K^(zeta-1) (with D = 1)"},
    [KERNEL] = {"kernel", "kernel (sz_kernel_energy)"},
    [POWER_ADJOINT] = {"power_adjoint", "  power adjoint"},
    [MAPS_ADJOINT] = {"maps_adjoint", "  map adjoint"},
    [HARMONICS_GRADIENT] = {"harmonics_gradient", "  harmonics, gradients"},
    [RADIAL_SLOPE] = {"radial_slope", "  radial channels, slopes"},
    [DENSITY_ADJOINT] = {"density_adjoint", "  density adjoint"},
    [ADJOINT] = {"adjoint", "dE/dr (sz_soap_adjoint)"},
    [ENERGY] = {"energy", "sz_compute, energies"},
    [FORCES] = {"forces", "sz_compute, energies and forces"},
    [FLOOR] = {"floor", "floor 4 M D / rate, published D"}};

typedef struct {
    const char *path;
    double lattice;
    int cells, repeat, block, json;
} options;

/* Up to SZ_LANES neighbours, as soap.c takes them. */
typedef struct {
    int n, offset[SZ_LANES];
    double r[SZ_LANES], u[3 * SZ_LANES];
} batch;

/* All that a pass over the blocks needs; arrays have room for the largest term. */
typedef struct {
    sz_model *model;
    sz_work *work;
    sz_soap_work **soap_work; /* [n_soaps] */
    int *species;
    double *position;
    sz_structure structure;
    sz_list list;
    int n_block;
    int *atom;                                     /* [n_block] */
    batch *batch;                                  /* [n_block * max_batches] */
    int *n_batches, max_batches;                   /* [n_block] */
    double *memory;                                /* behind all of these: */
    double *x, *h, *dh, *ylm, *dylm;               /* of one atom */
    double *y, *dedy, *scratch;                    /* [n_block] atoms; one; one */
    double *p, *dedp, *dedp_copy, *k;              /* [n_block] atoms */
    double *norm, *e;                              /* [n_block] */
    double *energy, *dedr;                         /* whole structure */
    double *floor_a, *floor_p, *floor_k, *floor_d; /* products of the published length */
    double time[N_STAGES];                         /* seconds of this repeat */
    double sink;                                   /* keeps results alive */
} bench;

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void count(bench *b, stage s, double *since)
{
    double now = seconds();

    b->time[s] += now - *since;
    *since = seconds();
}

/* ---- setting up ------------------------------------------------------------------- */

static double uniform(uint64_t *state) /* xorshift64*, in [0, 1) */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717u) >> 11) / 9007199254740992.0;
}

static int make_alloy(bench *b, const options *o)
{
    int n = 2 * o->cells * o->cells * o->cells, i = 0;
    uint64_t state = 88172645463325252u;

    b->species = malloc((size_t)n * sizeof *b->species);
    b->position = malloc((size_t)n * 3 * sizeof *b->position);
    if (!b->species || !b->position) return 0;
    for (; i < n; i++) {
        int cell = i / 2, at[3] = {cell % o->cells, cell / o->cells % o->cells,
                                   cell / o->cells / o->cells};

        b->species[i] = i % b->model->n_species;
        for (int x = 0; x < 3; x++)
            b->position[3 * i + x] =
                o->lattice * (at[x] + 0.5 * (i % 2)) + 0.2 * (uniform(&state) - 0.5);
    }
    for (i = n - 1; i > 0; i--) { /* shuffled */
        int j = (int)(uniform(&state) * (i + 1)), s = b->species[i];

        b->species[i] = b->species[j];
        b->species[j] = s;
    }
    b->structure.n_atoms = n;
    b->structure.species = b->species;
    b->structure.position = b->position;
    for (int x = 0; x < 3; x++) {
        b->structure.cell[x][x] = o->cells * o->lattice;
        b->structure.pbc[x] = 1;
    }
    return 1;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Sizes of the largest term and descriptor. */
typedef struct {
    size_t x, row, y, lm, stride, published, sparse, scratch;
} sizes;

static sizes largest(const sz_model *model)
{
    sizes z = {1, 1, 1, 1, 1, 1, 1, 1};

    for (int t = 0; t < model->n_terms; t++) {
        const sz_soap *soap = model->soap[model->term[t].soap];
        const sz_compression *c = &soap->compression;
        size_t lm = SZ_N_LM(c->l_max);

        z.lm = larger(z.lm, lm);
        z.x = larger(z.x, lm * c->n_chan);
        z.y = larger(z.y, lm * (c->map[0].stride + c->map[1].stride));
        z.row = larger(z.row, (size_t)(c->l_max + 1) * soap->radial->n_lane * SZ_LANES);
        z.stride = larger(z.stride, (size_t)sz_soap_stride(soap));
        z.published = larger(z.published, SZ_PAD((size_t)sz_soap_n_published(soap)));
        z.sparse = larger(z.sparse, (size_t)model->term[t].n_sparse);
        z.scratch = larger(z.scratch, sz_power_scratch(c));
    }
    return z;
}

static int allocate(bench *b)
{
    const sz_neigh *nb = &b->list.nb;
    sizes z = largest(b->model);
    size_t n = (size_t)b->n_block, total = 0, most = 0;
    const struct {
        double **array;
        size_t n;
    } part[] = {{&b->x, z.x},
                {&b->h, z.row},
                {&b->dh, z.row},
                {&b->ylm, z.lm * SZ_LANES},
                {&b->dylm, 3 * z.lm * SZ_LANES},
                {&b->y, n * z.y},
                {&b->dedy, z.y},
                {&b->scratch, z.scratch},
                {&b->p, n * z.stride},
                {&b->dedp, n * z.stride},
                {&b->dedp_copy, n * z.stride},
                {&b->k, n * z.sparse},
                {&b->norm, n},
                {&b->e, n},
                {&b->energy, (size_t)nb->n_atoms},
                {&b->dedr, 3 * (size_t)b->list.n_pairs},
                {&b->floor_a, z.sparse * z.published},
                {&b->floor_p, n * z.published},
                {&b->floor_k, n * z.sparse},
                {&b->floor_d, n * z.published}};
    const size_t n_parts = sizeof part / sizeof *part;

    for (int i = 0; i < nb->n_atoms; i++)
        most = larger(most, (size_t)(nb->first[i + 1] - nb->first[i]));
    b->max_batches = (int)most / SZ_LANES + 1;
    b->batch = calloc(n * b->max_batches, sizeof *b->batch);
    b->n_batches = calloc(n, sizeof *b->n_batches);
    b->atom = calloc(n, sizeof *b->atom);
    for (size_t k = 0; k < n_parts; k++) total += SZ_PAD(part[k].n);
    b->memory = aligned_alloc(64, total * sizeof *b->memory);
    if (!b->batch || !b->n_batches || !b->atom || !b->memory) return 0;
    for (size_t i = 0; i < total; i++) b->memory[i] = 1e-3 * (double)(i % 97);
    for (size_t k = 0, at = 0; k < n_parts; at += SZ_PAD(part[k++].n))
        *part[k].array = b->memory + at;
    return 1;
}

static void release(bench *b)
{
    for (int s = 0; b->soap_work && s < b->model->n_soaps; s++)
        sz_soap_work_free(b->soap_work[s]);
    free(b->soap_work);
    free(b->memory);
    free(b->batch);
    free(b->n_batches);
    free(b->atom);
    free(b->species);
    free(b->position);
    sz_list_free(&b->list);
    sz_work_free(b->work);
    sz_model_free(b->model);
}

static sz_status set_up(bench *b, const options *o, sz_error *err)
{
    sz_status status = sz_model_load(&b->model, o->path, err);

    if (status != SZ_OK) return status;
    if (b->model->n_terms == 0)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no SOAP term: nothing to time",
                       o->path);
    b->n_block = o->block;
    if (!make_alloy(b, o)) return sz_fail(err, SZ_ERR_MEMORY, "not enough memory");
    status = sz_list_build(&b->list, &b->structure, b->model->cutoff, err);
    if (status == SZ_OK) status = sz_work_create(&b->work, b->model, o->block, err);
    b->soap_work = calloc((size_t)b->model->n_soaps, sizeof *b->soap_work);
    if (status == SZ_OK && (!b->soap_work || !allocate(b)))
        return sz_fail(err, SZ_ERR_MEMORY, "not enough memory");
    for (int s = 0; s < b->model->n_soaps && status == SZ_OK; s++)
        status = sz_soap_work_create(&b->soap_work[s], b->model->soap[s], o->block, err);
    return status;
}

/* ---- the stages of a block -------------------------------------------------------- */

static void gather(bench *b, const sz_soap *soap, const int *slot, int n)
{
    const sz_neigh *nb = &b->list.nb;
    double cutoff = soap->spec.radial.cutoff;

    for (int k = 0; k < n; k++) {
        batch *to = b->batch + (size_t)k * b->max_batches;
        int i = b->atom[k], filled = 0;

        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            const double *d = nb->r + 3 * (size_t)j;
            double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], r;
            int s = slot[nb->neigh_species[j]], lane = filled % SZ_LANES;

            if (s < 0 || !(r2 < cutoff * cutoff)) continue;
            r = sqrt(r2);
            to[filled / SZ_LANES].offset[lane] =
                soap->compression.n_slots > 1 ? s * soap->radial->n_lane : 0;
            to[filled / SZ_LANES].r[lane] = r;
            for (int x = 0; x < 3; x++)
                to[filled / SZ_LANES].u[x * SZ_LANES + lane] = d[x] / r;
            to[filled++ / SZ_LANES].n = lane + 1;
        }
        b->n_batches[k] = (filled + SZ_LANES - 1) / SZ_LANES;
    }
}

/* for each batch t of the n atoms */
#define EACH_BATCH(b, n, t)                                                              \
    for (int k_ = 0; k_ < (n); k_++)                                                     \
        for (const batch *t = (b)->batch + (size_t)k_ * (b)->max_batches,                \
                         *end_ = t + (b)->n_batches[k_];                                 \
             t < end_; t++)

static void time_forward_leaves(bench *b, const sz_soap *soap, const int *slot, int n)
{
    const sz_compression *c = &soap->compression;
    int n_lane = soap->radial->n_lane, n_lm = SZ_N_LM(c->l_max);
    size_t n_x = (size_t)n_lm * c->n_chan, n_y1 = (size_t)n_lm * c->map[0].stride;
    size_t n_y = n_y1 + (c->symmetric ? 0 : (size_t)n_lm * c->map[1].stride);
    double t = seconds();

    gather(b, soap, slot, n);
    count(b, GATHER, &t);
    EACH_BATCH(b, n, a) sz_harmonics(&soap->harmonics, a->u, b->ylm, NULL);
    count(b, HARMONICS, &t);
    EACH_BATCH(b, n, a) sz_radial_eval(soap->radial, a->n, a->r, b->h, NULL);
    count(b, RADIAL, &t);
    for (int k = 0; k < n; k++) {
        const batch *a = b->batch + (size_t)k * b->max_batches;

        memset(b->x, 0, n_x * sizeof *b->x);
        for (int s = 0; s < b->n_batches[k]; s++, a++)
            sz_density(c->l_max, n_lane, c->n_chan, a->n, a->offset, b->h, b->ylm, b->x);
    }
    count(b, DENSITY, &t);
    for (int k = 0; k < n; k++) {
        double *y1 = b->y + k * n_y;

        if (c->map[0].n_runs) sz_map_apply(&c->map[0], n_lm, c->n_chan, b->x, y1);
        if (!c->symmetric) sz_map_apply(&c->map[1], n_lm, c->n_chan, b->x, y1 + n_y1);
    }
    count(b, MAPS, &t);
    for (int k = 0; k < n && !c->map[0].n_runs; k++) /* there Y1 is X itself */
        memcpy(b->y + k * n_y, b->x, n_x * sizeof *b->x);
    t = seconds();
    for (int k = 0; k < n; k++) {
        double *y1 = b->y + k * n_y;

        b->norm[k] =
            sz_power(c, y1, c->symmetric ? y1 : y1 + n_y1, b->p + (size_t)k * c->stride);
    }
    count(b, POWER, &t);
}

static void time_adjoint_leaves(bench *b, const sz_soap *soap, int n)
{
    const sz_compression *c = &soap->compression;
    int n_lane = soap->radial->n_lane, n_lm = SZ_N_LM(c->l_max);
    size_t n_x = (size_t)n_lm * c->n_chan, n_y1 = (size_t)n_lm * c->map[0].stride;
    size_t n_y = n_y1 + (c->symmetric ? 0 : (size_t)n_lm * c->map[1].stride);
    double t = seconds();

    for (int k = 0; k < n; k++) {
        const double *y1 = b->y + k * n_y, *y2 = c->symmetric ? y1 : y1 + n_y1;
        size_t at = (size_t)k * c->stride;

        sz_power_adjoint(c, y1, y2, b->p + at, b->norm[k], b->dedp_copy + at, b->dedy,
                         b->dedy + n_y1, b->scratch);
    }
    count(b, POWER_ADJOINT, &t);
    for (int k = 0; k < n; k++) {
        if (c->map[0].n_runs) {
            memset(b->x, 0, n_x * sizeof *b->x);
            sz_map_adjoint(&c->map[0], n_lm, c->n_chan, b->dedy, b->x);
        }
        if (!c->symmetric)
            sz_map_adjoint(&c->map[1], n_lm, c->n_chan, b->dedy + n_y1, b->x);
    }
    count(b, MAPS_ADJOINT, &t);
    EACH_BATCH(b, n, a) sz_harmonics(&soap->harmonics, a->u, b->ylm, b->dylm);
    count(b, HARMONICS_GRADIENT, &t);
    EACH_BATCH(b, n, a) sz_radial_eval(soap->radial, a->n, a->r, b->h, b->dh);
    count(b, RADIAL_SLOPE, &t);
    EACH_BATCH(b, n, a)
    {
        double d[3 * SZ_LANES] = {0};

        sz_density_adjoint(c->l_max, n_lane, c->n_chan, a->n, a->offset, b->h, b->dh,
                           b->ylm, b->dylm, a->u, a->r, b->x, d);
        b->sink += d[0];
    }
    count(b, DENSITY_ADJOINT, &t);
}

/* The products of the kernel: m x n x k = M x n x D, then D x n x M. */
static void products(int n_sparse, int n, int d, int ld, const double *a, const double *p,
                     double *k, double *dedp, bench *b, stage first, stage second)
{
    const double one = 1.0, zero = 0.0;
    double t = seconds();

    SZ_BLAS(dgemm)
    ("T", "N", &n_sparse, &n, &d, &one, a, &ld, p, &ld, &zero, k, &n_sparse);
    count(b, first, &t);
    SZ_BLAS(dgemm)
    ("N", "N", &d, &n, &n_sparse, &one, a, &ld, k, &n_sparse, &zero, dedp, &ld);
    count(b, second, &t);
}

static void time_block(bench *b, const sz_soap_term *term, int n)
{
    const sz_soap *soap = b->model->soap[term->soap];
    const int *slot = b->model->slot_of_species[term->soap];
    const sz_soap_species species = {b->model->z, slot};
    const sz_kernel kernel = {sz_soap_n_desc(soap), sz_soap_stride(soap), term->n_sparse,
                              term->p_sparse,       term->weight,         term->delta,
                              term->zeta,           soap->spec.sigma0};
    sz_kernel shortest = kernel;
    sz_soap_work *work = b->soap_work[term->soap];
    double t;

    time_forward_leaves(b, soap, slot, n);
    t = seconds();
    sz_soap_forward(soap, work, &b->list.nb, &species, n, b->atom, b->p);
    count(b, FORWARD, &t);
    products(term->n_sparse, n, kernel.n_desc, kernel.stride, term->p_sparse, b->p, b->k,
             b->dedp, b, GEMM_K, GEMM_D);
    t = seconds();
    sz_kernel_energy(&kernel, n, b->p, b->k, b->e, b->dedp);
    count(b, KERNEL, &t);
    shortest.n_desc = 1;
    t = seconds();
    sz_kernel_energy(&shortest, n, b->p, b->k, b->e, NULL);
    count(b, POWERS, &t);
    memcpy(b->dedp_copy, b->dedp, (size_t)n * kernel.stride * sizeof *b->dedp);
    time_adjoint_leaves(b, soap, n);
    t = seconds();
    sz_soap_adjoint(soap, work, &b->list.nb, &species, n, b->atom, b->p, b->dedp,
                    b->dedr);
    count(b, ADJOINT, &t);
}

/* The floor of the n centres of a term, from one product of a full block. */
static void time_floor(bench *b, const sz_soap_term *term, int n)
{
    int d = sz_soap_n_published(b->model->soap[term->soap]), ld = SZ_PAD(d);
    double before = b->time[FLOOR];

    for (int r = 0; r < 2; r++)
        products(term->n_sparse, b->n_block, d, ld, b->floor_a, b->floor_p, b->floor_k,
                 b->floor_d, b, FLOOR, FLOOR);
    b->time[FLOOR] = before + (b->time[FLOOR] - before) / 2.0 / b->n_block * n;
}

static void time_terms(bench *b)
{
    const sz_model *model = b->model;

    for (int t = 0; t < model->n_terms; t++) {
        const sz_soap_term *term = &model->term[t];
        int n = 0, n_centres = 0;

        for (int i = 0; i < b->list.nb.n_atoms; i++) {
            if (!term->centre[b->list.nb.species[i]]) continue;
            b->atom[n++] = i;
            n_centres++;
            if (n < b->n_block) continue;
            time_block(b, term, n);
            n = 0;
        }
        if (n > 0) time_block(b, term, n);
        time_floor(b, term, n_centres);
    }
}

static sz_status time_all(bench *b, sz_error *err)
{
    const sz_model *model = b->model;
    const sz_neigh *nb = &b->list.nb;
    double t;
    sz_status status;

    memset(b->time, 0, sizeof b->time);
    t = seconds();
    status = sz_list_build(&b->list, &b->structure, model->cutoff, err);
    count(b, LIST, &t);
    if (status == SZ_OK) status = sz_compute(model, b->work, nb, b->energy, NULL, err);
    count(b, ENERGY, &t);
    if (status == SZ_OK) status = sz_compute(model, b->work, nb, b->energy, b->dedr, err);
    count(b, FORCES, &t);
    if (status != SZ_OK) return status;
    if (model->pair) sz_pair_set_energy(model->pair, nb, b->energy, b->dedr);
    if (model->glue) sz_glue_energy(model->glue, nb, b->energy, b->dedr);
    if (model->zbl) sz_zbl_energy(model->zbl, model->z, nb, b->energy, b->dedr);
    count(b, PAIRS, &t);
    time_terms(b);
    return SZ_OK;
}

/* ---- the report ------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(int n, double *a)
{
    qsort(a, (size_t)n, sizeof *a, ascending);
    return n % 2 ? a[n / 2] : 0.5 * (a[n / 2 - 1] + a[n / 2]);
}

/* 4 M D an atom, averaged over the atoms: of the published and of the inner length. */
static double flops(const bench *b, int published)
{
    double sum = 0.0;

    for (int t = 0; t < b->model->n_terms; t++) {
        const sz_soap_term *term = &b->model->term[t];
        const sz_soap *soap = b->model->soap[term->soap];
        double d = published ? sz_soap_n_published(soap) : sz_soap_n_desc(soap);

        for (int i = 0; i < b->list.nb.n_atoms; i++)
            if (term->centre[b->list.nb.species[i]]) sum += 4.0 * term->n_sparse * d;
    }
    return sum / b->list.nb.n_atoms;
}

static void print_json(const bench *b, const options *o, const double *time,
                       double nominal, double neighbours)
{
    printf("{\"atoms\": %d, \"neighbours\": %.2f, \"block\": %d, \"repeat\": %d, "
           "\"blas\": \"%s\",\n \"flops_published\": %.0f, \"flops_inner\": %.0f, "
           "\"gflops\": %.2f,\n \"microseconds\": {",
           b->list.nb.n_atoms, neighbours, o->block, o->repeat, sz_blas_name(), nominal,
           flops(b, 0), nominal / time[FLOOR] * 1e-3);
    for (int s = 0; s < N_STAGES; s++)
        printf("%s\"%s\": %.4f", s ? ", " : "", stage_name[s][0], time[s]);
    printf("}}\n");
}

static void print_table(const bench *b, const options *o, const double *time,
                        double nominal, double neighbours)
{
    double floor = time[FLOOR], whole = time[FORCES];

    printf("%s: %d atoms, %.1f neighbours an atom, blocks of %d, %s\n", o->path,
           b->list.nb.n_atoms, neighbours, o->block, sz_blas_name());
    for (int t = 0; t < b->model->n_terms; t++) {
        const sz_soap *soap = b->model->soap[b->model->term[t].soap];

        printf("  term %d: M = %d, D = %d published, %d inside (stride %d), zeta = %g\n",
               t + 1, b->model->term[t].n_sparse, sz_soap_n_published(soap),
               sz_soap_n_desc(soap), sz_soap_stride(soap), b->model->term[t].zeta);
    }
    printf("\n%-38s %9s %7s\n", "stage (CPU time, median)", "us/atom", "floors");
    for (int s = 0; s < FLOOR; s++)
        if (s != PAIRS || b->model->pair || b->model->glue || b->model->zbl)
            printf("%-38s %9.3f %7.3f\n", stage_name[s][1], time[s], time[s] / floor);
    printf("%-38s %9.3f %7.3f\n", stage_name[FLOOR][1], floor, 1.0);
    printf("\ndgemm at the published length       %6.1f GF/s\n", nominal / floor * 1e-3);
    printf("dgemm of this model's kernel        %6.1f GF/s\n",
           flops(b, 0) / (time[GEMM_K] + time[GEMM_D]) * 1e-3);
    printf("list + energies and forces          %6.2f us = %.3f floors\n",
           time[LIST] + whole, (time[LIST] + whole) / floor);
}

static sz_status run(bench *b, const options *o, sz_error *err)
{
    static double all[N_STAGES][MAX_REPEAT];
    double time[N_STAGES], nominal, neighbours;
    sz_status status = set_up(b, o, err);

    if (status == SZ_OK) status = time_all(b, err); /* warm up */
    for (int r = 0; r < o->repeat && status == SZ_OK; r++) {
        status = time_all(b, err);
        for (int s = 0; s < N_STAGES; s++)
            all[s][r] = b->time[s] * 1e6 / b->structure.n_atoms;
    }
    if (status != SZ_OK) return status;
    for (int s = 0; s < N_STAGES; s++) time[s] = median(o->repeat, all[s]);
    nominal = flops(b, 1);
    neighbours = (double)b->list.n_pairs / b->structure.n_atoms;
    (o->json ? print_json : print_table)(b, o, time, nominal, neighbours);
    return SZ_OK;
}

/* ---- the command ------------------------------------------------------------------ */

static int number(const char *text, double least, double most, double *value)
{
    char *end;

    *value = strtod(text, &end);
    return end != text && !*end && *value >= least && *value <= most;
}

static int parse(int argc, char **argv, options *o)
{
    for (int k = 1; k < argc; k++) {
        const char *next = k + 1 < argc ? argv[k + 1] : "";
        double v = 0.0;
        int ok = 1;

        if (strcmp(argv[k], "--json") == 0) {
            o->json = 1;
            continue;
        }
        if (argv[k][0] != '-') {
            ok = !o->path;
            o->path = argv[k];
        } else if (strcmp(argv[k], "--cells") == 0 && (ok = number(next, 1, 60, &v)))
            o->cells = (int)v, k++;
        else if (strcmp(argv[k], "--lattice") == 0 && (ok = number(next, 1, 20, &v)))
            o->lattice = v, k++;
        else if (strcmp(argv[k], "--repeat") == 0 && (ok = number(next, 1, 99, &v)))
            o->repeat = (int)v, k++;
        else if (strcmp(argv[k], "--block") == 0 && (ok = number(next, 1, 4096, &v)))
            o->block = (int)v, k++;
        else
            ok = 0;
        if (!ok) {
            fprintf(stderr, "stages: %s %s is not understood\n", argv[k], next);
            return 0;
        }
    }
    return o->path != NULL;
}

int main(int argc, char **argv)
{
    options o = {NULL, 3.25, 10, 7, 256, 0};
    bench b = {0};
    sz_error err;
    int failed;

    if (!parse(argc, argv, &o)) {
        fprintf(stderr, "usage: stages MODEL.xml [--cells N] [--lattice A] [--repeat N] "
                        "[--block N] [--json]\n");
        return 2;
    }
    sz_blas_tune();
    sz_blas_set_threads(1);
    failed = run(&b, &o, &err) != SZ_OK;
    if (failed) fprintf(stderr, "stages: %s\n", err.message);
    release(&b);
    return failed;
}
