/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stage_leaves.c - the leaf functions of one term on one block of atoms, in the order of
 * soap_chain.c, each timed in its own loop. */
#include "analyse/stage_leaves.h"

#include "base/error.h"
#include "descriptor/coupling.h"
#include "descriptor/density.h"
#include "descriptor/power.h"
#include "linear/blas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Up to SZ_LANES neighbours, as in soap_chain.c. */
typedef struct {
    int n, offset[SZ_LANES];
    double r[SZ_LANES], u[3 * SZ_LANES];
} batch;

typedef struct {
    const sz_soap *soap;
    const sz_compression *c;
    int n, n_lane;
    int n_x, n_y[SZ_FACTORS];                          /* doubles of X, Y; 0: X, or equal
                                                          to another */
    int most, *n_batches;                              /* [n] */
    batch *batch;                                      /* [n][most] */
    unsigned char *present;                            /* [n_slots] all 1 */
    double *x, *y[SZ_FACTORS], *p, *dedp, *k, *norm;   /* of all n atoms */
    double *q;                                         /* coupled Y2, Y3, of all */
    double *dedx, *dedy[SZ_FACTORS], *dedq, *coupling; /* of one */
    double *h, *dh, *ylm, *dedy_lm, *slope;            /* of one batch */
    double *memory;
    double sink; /* prevents results from being optimised away */
} leaves;

/* for each batch t of each atom k */
#define EACH_BATCH(b, k, t)                                                              \
    for (int k = 0; k < (b)->n; k++)                                                     \
        for (const batch *t = (b)->batch + (size_t)k * (b)->most,                        \
                         *end_ = t + (b)->n_batches[k];                                  \
             t < end_; t++)

/* ---- arrays ------------------------------------------------------------------------ */

static int y_size(const sz_compression *c, int d)
{
    const sz_map *map = &c->map[d];

    if (c->spec.y_of[d] != d || (!map->run && !map->matrix)) return 0;
    return SZ_N_LM(c->l_max) * map->stride + SZ_LANES;
}

static int carve(leaves *b, size_t n_sparse)
{
    const sz_compression *c = b->c;
    size_t n = (size_t)b->n, lm = (size_t)SZ_N_LM(c->l_max) * SZ_LANES, total = 0;
    size_t row = (size_t)(c->l_max + 1) * b->n_lane * SZ_LANES;
    const struct {
        double **array;
        size_t n;
    } part[] = {{&b->x, n * b->n_x},
                {&b->y[0], n * b->n_y[0]},
                {&b->y[1], n * b->n_y[1]},
                {&b->y[2], n * b->n_y[2]},
                {&b->q, n * sz_coupling_size(c)},
                {&b->p, n * c->stride},
                {&b->dedp, n * c->stride},
                {&b->k, n * n_sparse},
                {&b->norm, n},
                {&b->dedx, (size_t)b->n_x},
                {&b->dedy[0], (size_t)b->n_y[0]},
                {&b->dedy[1], (size_t)b->n_y[1]},
                {&b->dedy[2], (size_t)b->n_y[2]},
                {&b->dedq, sz_coupling_size(c)},
                {&b->coupling, sz_coupling_scratch(c)},
                {&b->h, row},
                {&b->dh, row},
                {&b->ylm, lm},
                {&b->dedy_lm, lm},
                {&b->slope, lm}};
    const size_t n_parts = sizeof part / sizeof *part;

    for (size_t k = 0; k < n_parts; k++) total += SZ_PAD(part[k].n);
    b->memory = aligned_alloc(64, total * sizeof *b->memory);
    if (!b->memory) return 0;
    memset(b->memory, 0, total * sizeof *b->memory);
    for (size_t k = 0, at = 0; k < n_parts; at += SZ_PAD(part[k++].n))
        *part[k].array = b->memory + at;
    return 1;
}

static sz_status open_leaves(leaves *b, const sz_soap *soap, size_t n_sparse,
                             const sz_neigh *nb, int n, const int *atom, sz_error *err)
{
    memset(b, 0, sizeof *b);
    b->soap = soap;
    b->c = &soap->compression;
    b->n = n;
    b->n_lane = soap->radial->n_lane;
    b->n_x = SZ_N_LM(b->c->l_max) * b->c->n_chan + 2 * SZ_LANES;
    for (int d = 0; d < b->c->spec.order; d++) b->n_y[d] = y_size(b->c, d);
    for (int k = 0; k < n; k++) {
        int batches = (nb->first[atom[k] + 1] - nb->first[atom[k]]) / SZ_LANES + 1;

        if (batches > b->most) b->most = batches;
    }
    b->batch = calloc((size_t)n * b->most, sizeof *b->batch);
    b->n_batches = calloc((size_t)n, sizeof *b->n_batches);
    b->present = malloc((size_t)b->c->n_slots);
    if (!b->batch || !b->n_batches || !b->present || !carve(b, n_sparse))
        return sz_fail_memory(err, (size_t)n * b->n_x * sizeof(double), "a block");
    memset(b->present, 1, (size_t)b->c->n_slots);
    return SZ_OK;
}

static void close_leaves(leaves *b)
{
    free(b->batch);
    free(b->n_batches);
    free(b->present);
    free(b->memory);
}

/* The neighbours within the cutoff, slot by slot, in batches. */
static void gather(leaves *b, const sz_neigh *nb, const int *slot_of, const int *atom)
{
    int n_slots = b->c->n_slots;

    for (int k = 0; k < b->n; k++) {
        batch *to = b->batch + (size_t)k * b->most;
        int first = nb->first[atom[k]], end = nb->first[atom[k] + 1], filled = 0;

        for (int s = 0; s < n_slots; s++)
            for (int j = first; j < end; j++) {
                const double *d = nb->r + 3 * (size_t)j;
                double r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
                int slot = slot_of[nb->neigh_species[j]], at = filled % SZ_LANES;
                batch *t = to + filled / SZ_LANES;

                if ((n_slots > 1 ? slot != s : slot < 0) ||
                    !(r < b->soap->spec.radial.cutoff))
                    continue;
                t->offset[at] = s * b->n_lane;
                t->r[at] = r;
                for (int x = 0; x < 3; x++) t->u[x * SZ_LANES + at] = d[x] / r;
                t->n = at + 1;
                filled++;
            }
        b->n_batches[k] = (filled + SZ_LANES - 1) / SZ_LANES;
    }
}

/* ---- loops ------------------------------------------------------------------------- */

/* Y of factor d of atom k */
static double *channels(const leaves *b, int d, int k)
{
    d = b->c->spec.y_of[d];
    return b->n_y[d] ? b->y[d] + (size_t)k * b->n_y[d] : b->x + (size_t)k * b->n_x;
}

/* the second factor of Y1 of atom k */
static double *second(const leaves *b, int k)
{
    return b->c->coupling ? b->q + (size_t)k * sz_coupling_size(b->c) : channels(b, 1, k);
}

/* dE/dY of factor d */
static double *gradient(const leaves *b, int d)
{
    d = b->c->spec.y_of[d];
    return b->n_y[d] ? b->dedy[d] : b->dedx;
}

static void add_density(leaves *b, const batch *t, int k)
{
    const sz_radial *r = b->soap->radial;

    sz_density(b->c->l_max, r->n_used, r->place, r->n_h, b->c->n_chan, t->n, t->offset,
               b->h, b->ylm, b->x + (size_t)k * b->n_x);
}

static void forward(leaves *b, sz_stopwatch *w, double atoms)
{
    const sz_compression *c = b->c;
    size_t x_bytes = (size_t)b->n * b->n_x * sizeof *b->x;

    sz_stopwatch_start(w);
    EACH_BATCH(b, k, t) sz_harmonics(&b->soap->harmonics, t->u, b->ylm, NULL);
    sz_stopwatch_stop(w, SZ_STAGE_HARMONICS, atoms);
    EACH_BATCH(b, k, t) sz_radial_eval(b->soap->radial, t->n, NULL, t->r, b->h, NULL);
    sz_stopwatch_stop(w, SZ_STAGE_RADIAL, atoms);
    EACH_BATCH(b, k, t) add_density(b, t, k);
    sz_stopwatch_stop(w, SZ_STAGE_DENSITY, atoms);
    memset(b->x, 0, x_bytes); /* the same with each neighbour's own values */
    EACH_BATCH(b, k, t)
    {
        sz_harmonics(&b->soap->harmonics, t->u, b->ylm, NULL);
        sz_radial_eval(b->soap->radial, t->n, NULL, t->r, b->h, NULL);
        add_density(b, t, k);
    }
    sz_stopwatch_start(w);
    for (int k = 0; k < b->n; k++)
        for (int d = 0; d < c->spec.order; d++)
            if (b->n_y[d])
                sz_map_apply(&c->map[d], c->l_max, c->n_chan, b->x + (size_t)k * b->n_x,
                             channels(b, d, k));
    sz_stopwatch_stop(w, SZ_STAGE_MAPS, atoms);
    for (int k = 0; k < b->n && c->coupling; k++)
        sz_couple(c, channels(b, 1, k), channels(b, 2, k), b->coupling, second(b, k));
    sz_stopwatch_stop(w, SZ_STAGE_COUPLE, atoms);
    for (int k = 0; k < b->n; k++)
        b->norm[k] = sz_power(c, b->present, channels(b, 0, k), second(b, k),
                              b->soap->spec.normalise, b->p + (size_t)k * c->stride);
    sz_stopwatch_stop(w, SZ_STAGE_POWER, atoms);
}

void sz_kernel_products(const double *points, int n_sparse, int n, int d, int ld,
                        const double *p, double *k, double *dedp)
{
    const double one = 1.0, zero = 0.0;

    SZ_BLAS(dgemm)
    ("T", "N", &n_sparse, &n, &d, &one, points, &ld, p, &ld, &zero, k, &n_sparse);
    SZ_BLAS(dgemm)
    ("N", "N", &d, &n, &n_sparse, &one, points, &ld, k, &n_sparse, &zero, dedp, &ld);
}

static void kernel_parts(leaves *b, const sz_kernel *kernel, sz_stopwatch *w,
                         double atoms)
{
    const sz_range points = {0, kernel->n_sparse}, components = {0, kernel->n_desc};
    const sz_layout of_p = {kernel->stride, 1, &components};
    const sz_layout of_k = {kernel->n_sparse, 1, &points};

    sz_stopwatch_start(w);
    if (kernel->values) {
        sz_product_apply(kernel->values, b->n, &of_p, b->p, &of_k, b->k);
        sz_product_apply(kernel->slopes, b->n, &of_k, b->k, &of_p, b->dedp);
    } else
        sz_kernel_products(kernel->p_sparse, kernel->n_sparse, b->n, kernel->n_desc,
                           kernel->stride, b->p, b->k, b->dedp);
    sz_stopwatch_stop(w, SZ_STAGE_GEMM, atoms);
    memset(b->norm, 0, (size_t)b->n * sizeof *b->norm);
    sz_kernel_energy(kernel, b->n, 0, NULL, b->p, b->k, b->norm, NULL);
    sz_stopwatch_stop(w, SZ_STAGE_POWERS, atoms);
}

static void adjoint(leaves *b, sz_stopwatch *w, double atoms)
{
    const sz_compression *c = b->c;
    const sz_radial *r = b->soap->radial;

    sz_stopwatch_start(w);
    for (int k = 0; k < b->n; k++)
        sz_power_adjoint(c, b->present, channels(b, 0, k), second(b, k),
                         b->p + (size_t)k * c->stride, b->soap->spec.normalise,
                         b->norm[k], b->dedp + (size_t)k * c->stride, gradient(b, 0),
                         c->coupling ? b->dedq : gradient(b, 1));
    sz_stopwatch_stop(w, SZ_STAGE_POWER_ADJOINT, atoms);
    for (int k = 0; k < b->n && c->coupling; k++)
        sz_couple_adjoint(c, channels(b, 1, k), channels(b, 2, k), b->coupling, b->dedq,
                          gradient(b, 1), gradient(b, 2));
    sz_stopwatch_stop(w, SZ_STAGE_COUPLE_ADJOINT, atoms);
    for (int k = 0; k < b->n; k++)
        for (int d = 0; d < c->spec.order; d++)
            if (b->n_y[d])
                sz_map_adjoint(&c->map[d], c->l_max, c->n_chan, b->dedy[d], b->dedx);
    sz_stopwatch_stop(w, SZ_STAGE_MAPS_ADJOINT, atoms);
    EACH_BATCH(b, k, t) sz_radial_eval(b->soap->radial, t->n, NULL, t->r, b->h, b->dh);
    sz_stopwatch_stop(w, SZ_STAGE_RADIAL_SLOPE, atoms);
    EACH_BATCH(b, k, t)
    sz_density_adjoint(c->l_max, r->n_used, r->place, r->n_h, c->n_chan, t->n, t->offset,
                       b->h, b->dh, b->dedx, 0, b->dedy_lm, b->slope);
    sz_stopwatch_stop(w, SZ_STAGE_DENSITY_ADJOINT, atoms);
    EACH_BATCH(b, k, t)
    {
        double d[3 * SZ_LANES];

        sz_harmonics_adjoint(&b->soap->harmonics, c->l_max, t->u, t->r, b->dedy_lm,
                             b->slope, d);
        b->sink += d[0];
    }
    sz_stopwatch_stop(w, SZ_STAGE_HARMONICS_ADJOINT, atoms);
}

sz_status sz_time_leaves(sz_stopwatch *w, const sz_soap *soap, const sz_kernel *kernel,
                         const sz_neigh *nb, const sz_slots *slots, int n,
                         const int *atom, const double *dedp, double atoms, sz_error *err)
{
    leaves b;
    sz_status status;

    status = open_leaves(&b, soap, (size_t)kernel->n_sparse, nb, n, atom, err);
    if (status == SZ_OK) {
        gather(&b, nb, slots->slot, atom);
        forward(&b, w, atoms);
        memcpy(b.dedp, dedp, (size_t)n * kernel->stride * sizeof *dedp);
        adjoint(&b, w, atoms);
        if (kernel->p_sparse || kernel->values) kernel_parts(&b, kernel, w, atoms);
    }
    close_leaves(&b);
    return status;
}
