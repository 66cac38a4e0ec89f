/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_chain.c - vectors of a block of atoms, and their adjoint.
 *
 *   r_ij --radial, harmonics, density--> X --soap_vector.c--> p
 *   dE/dp --soap_vector.c--> dE/dX --density--> dE/dr_ij
 *
 * Descriptors of the same centres are computed together: neighbours are sorted, and
 * distances and harmonics computed, once for all of them, and dE/dY_lm is summed over
 * all.
 *
 * Between forward and adjoint only X, Y and |P| of each atom are stored: recomputing the
 * data of a pair takes less time than reading them from memory. */
#include "descriptor/soap_work.h"

#include "descriptor/batch.h"
#include "descriptor/density.h"

#include <string.h>

/* A descriptor of the block: sz_describer_part. */
typedef struct {
    const sz_soap *soap;
    sz_soap_work *work;
    const int *slot;
    sz_real *p, *dedp;
} soap_part;

static void take_parts(int n, const sz_describer_part *from, soap_part *to)
{
    for (int k = 0; k < n; k++)
        to[k] = (soap_part){(const sz_soap *)from[k].of, (sz_soap_work *)from[k].work,
                            from[k].slot, from[k].p, from[k].dedp};
}

/* ---- neighbours -------------------------------------------------------------------- */

/* The neighbours of nb that a descriptor needs; there may be more radial tables than
 * slots of X. */
static sz_reach reach_of(const sz_soap *soap, const int *slot)
{
    int n = soap->compression.n_slots;
    const sz_reach reach = {soap->spec.radial.cutoff,
                            soap->radial->n_tables > n ? soap->radial->n_tables : n,
                            slot};

    return reach;
}

/* The part of a batch that a descriptor uses. */
typedef struct {
    int n;                /* lanes up to the last one in use; 0: none */
    int table[SZ_LANES];  /* slot in the radial tables */
    int slot[SZ_LANES];   /* slot in X; -1: not in use */
    int offset[SZ_LANES]; /* offset of the slot in the channels; < 0: not in use */
} lanes;

static int choose_lanes(const sz_soap *soap, const int *slot_of, const sz_batch *b,
                        lanes *of)
{
    int apart = soap->compression.n_slots > 1, n_lane = soap->radial->n_lane;
    double cutoff = soap->spec.radial.cutoff;

    of->n = 0;
    for (int k = 0; k < b->n; k++) {
        int slot = slot_of[b->species[k]], wanted = slot >= 0 && b->r[k] < cutoff;

        of->table[k] = wanted ? slot : 0;
        of->slot[k] = wanted ? apart * slot : -1;
        of->offset[k] = of->slot[k] * n_lane;
        if (wanted) of->n = k + 1;
    }
    return of->n;
}

/* The atom's own Gaussian, in its own slot or, with central_all, in every slot. */
static void add_central(const sz_soap *soap, int z, sz_real *x, unsigned char *present)
{
    const sz_soap_spec *spec = &soap->spec;
    int n_lane = soap->radial->n_lane;
    const double *central;

    for (int s = 0; s < spec->n_slots; s++) {
        int slot = soap->compression.n_slots > 1 ? s : 0;

        if (!spec->central_all && spec->slot_z[s] != z && spec->slot_z[s] != 0) continue;
        present[slot] = 1;
        central = sz_radial_table_of(soap->radial, s)->central;
        for (int q = 0; q < n_lane; q++)
            x[slot * n_lane + q] += (sz_real)(spec->central_weight * central[q]);
    }
}

/* Adds the neighbours of a batch to X of a descriptor. */
static void add_neighbours(const sz_soap *soap, sz_soap_work *work, const lanes *of,
                           const sz_batch *b, const sz_real *ylm, sz_real *x,
                           unsigned char *present)
{
    const sz_compression *c = &soap->compression;

    for (int k = 0; k < of->n; k++)
        if (of->slot[k] >= 0) present[of->slot[k]] = 1;
    sz_radial_eval(soap->radial, of->n, of->table, b->r, work->h, NULL);
    sz_density(c->l_max, soap->radial->n_used, soap->radial->place, soap->radial->n_h,
               c->n_chan, of->n, of->offset, work->h, ylm, x);
}

/* The descriptor with the largest l_max among those that use lanes of the batch, for
 * which harmonics are computed; -1: none of them uses any. */
static int find_highest(int n_parts, const soap_part *part, const lanes *of)
{
    int highest = -1;

    for (int k = 0; k < n_parts; k++)
        if (of[k].n && (highest < 0 || part[k].soap->compression.l_max >
                                           part[highest].soap->compression.l_max))
            highest = k;
    return highest;
}

/* The lanes of a batch used by each descriptor, and find_highest. */
static int choose_all(int n_parts, const soap_part *part, const sz_batch *b, lanes *of)
{
    for (int k = 0; k < n_parts; k++) choose_lanes(part[k].soap, part[k].slot, b, &of[k]);
    return find_highest(n_parts, part, of);
}

static void start_walk(sz_walk *walk, const sz_neigh *nb, int n_parts,
                       const soap_part *part)
{
    sz_reach reach[SZ_PARTS];

    for (int k = 0; k < n_parts; k++) reach[k] = reach_of(part[k].soap, part[k].slot);
    sz_walk_start(walk, nb, n_parts, reach);
}

/* Adds the density around atom i to X number k of each descriptor. */
static void add_density(int n_parts, const soap_part *part, sz_walk *walk, const int *z,
                        int i, int k)
{
    sz_batch b;

    for (int d = 0; d < n_parts; d++) {
        const sz_soap_work *w = part[d].work;

        add_central(part[d].soap, z[walk->nb->species[i]], w->x + (size_t)k * w->n_x,
                    w->present + (size_t)k * part[d].soap->compression.n_slots);
    }
    sz_walk_to(walk, i);
    while (sz_walk_next(walk, &b)) {
        lanes of[SZ_PARTS];
        int highest = choose_all(n_parts, part, &b, of);

        if (highest < 0) continue;
        sz_harmonics(&part[highest].soap->harmonics, b.u, part[highest].work->ylm, NULL);
        for (int d = 0; d < n_parts; d++) {
            sz_soap_work *w = part[d].work;

            if (of[d].n)
                add_neighbours(part[d].soap, w, &of[d], &b, part[highest].work->ylm,
                               w->x + (size_t)k * w->n_x,
                               w->present +
                                   (size_t)k * part[d].soap->compression.n_slots);
        }
    }
}

static void forward(int n_parts, const sz_describer_part *of, const sz_neigh *nb,
                    const int *z, int n, const int *atom)
{
    soap_part part[SZ_PARTS];
    sz_walk walk;

    take_parts(n_parts, of, part);
    start_walk(&walk, nb, n_parts, part);
    for (int k = 0; k < n; k++) {
        for (int d = 0; d < n_parts; d++) sz_soap_clear(part[d].soap, part[d].work, k);
        if (k + 1 < n) sz_walk_fetch(&walk, atom[k + 1], NULL);
        add_density(n_parts, part, &walk, z, atom[k], k);
        for (int d = 0; d < n_parts; d++)
            sz_soap_finish(part[d].soap, part[d].work, k,
                           part[d].p + (size_t)k * part[d].soap->compression.stride);
    }
}

static void average(const sz_describer_part *of, const sz_neigh *nb, const int *z, int n,
                    const int *atom)
{
    soap_part part;
    sz_walk walk;

    take_parts(1, of, &part);
    start_walk(&walk, nb, 1, &part);
    sz_soap_clear(part.soap, part.work, 0);
    for (int k = 0; k < n; k++) add_density(1, &part, &walk, z, atom[k], 0);
    sz_soap_finish(part.soap, part.work, 0, part.p);
}

void sz_soap_density(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_slots *slots, int i, sz_real *x, unsigned char *present)
{
    const sz_compression *c = &soap->compression;
    const soap_part part = {soap, work, slots->slot, NULL, NULL};
    sz_walk walk;

    start_walk(&walk, nb, 1, &part);
    sz_soap_clear(soap, work, 0);
    add_density(1, &part, &walk, slots->z, i, 0);
    memcpy(x, work->x, (size_t)SZ_N_LM(c->l_max) * c->n_chan * sizeof *x);
    memcpy(present, work->present, (size_t)c->n_slots);
}

/* ---- adjoint ----------------------------------------------------------------------- */

enum { LINE = 64 / sizeof(sz_real) }; /* numbers in a cache line */

/* Prefetches part 0..3 of the n numbers at a. */
static void fetch(const sz_real *a, int n, int part)
{
    for (int i = n * part / 4; i < n * (part + 1) / 4; i += LINE)
        __builtin_prefetch(a + i, 0, 2);
}

/* The products of the kernel have evicted an atom's arrays from the cache: those of atom
 * k are prefetched while the previous atom is processed. */
static void fetch_atom(const soap_part *of, int k, int part)
{
    const sz_soap_work *work = of->work;
    int stride = of->soap->compression.stride;

    fetch(work->x + (size_t)k * work->n_x, work->n_x, part);
    for (int d = 0; d < of->soap->compression.spec.order; d++)
        fetch(work->y[d] + (size_t)k * work->n_y[d], work->n_y[d], part);
    fetch(of->p + (size_t)k * stride, stride, part);
    fetch(of->dedp + (size_t)k * stride, stride, part);
}

/* From dE/dX to dE/dY_lm and slope [n_lm][SZ_LANES] of a batch, see sz_density_adjoint.
 */
static void density_of_batch(const soap_part *part, const lanes *of, const sz_batch *b,
                             int add, sz_real *dedy_lm, sz_real *slope)
{
    const sz_soap *soap = part->soap;
    const sz_compression *c = &soap->compression;
    sz_soap_work *w = part->work;

    sz_radial_eval(soap->radial, of->n, of->table, b->r, w->h, w->dh);
    sz_density_adjoint(c->l_max, soap->radial->n_used, soap->radial->place,
                       soap->radial->n_h, c->n_chan, of->n, of->offset, w->h, w->dh,
                       w->dedx, add, dedy_lm, slope);
}

/* dedr += dE/dr_ij of a batch. The harmonics of all descriptors are summed; the one with
 * most of them comes first. */
static void batch_adjoint(int n_parts, const soap_part *part, const sz_batch *b,
                          double *dedr)
{
    lanes of[SZ_PARTS];
    int highest = choose_all(n_parts, part, b, of);
    const sz_soap *soap;
    sz_soap_work *w;
    double d[3 * SZ_LANES];

    if (highest < 0) return;
    soap = part[highest].soap;
    w = part[highest].work;
    density_of_batch(&part[highest], &of[highest], b, 0, w->dedy_lm, w->slope);
    for (int k = 0; k < n_parts; k++)
        if (k != highest && of[k].n)
            density_of_batch(&part[k], &of[k], b, 1, w->dedy_lm, w->slope);
    sz_harmonics_adjoint(&soap->harmonics, soap->compression.l_max, b->u, b->r,
                         w->dedy_lm, w->slope, d);
    for (int j = 0; j < b->n; j++)
        for (int x = 0; x < 3; x++)
            dedr[3 * (size_t)b->pair[j] + x] += d[x * SZ_LANES + j];
}

static void adjoint(int n_parts, const sz_describer_part *of, const sz_neigh *nb, int n,
                    const int *atom, double *dedr)
{
    soap_part part[SZ_PARTS];
    sz_walk walk;
    sz_batch b;

    take_parts(n_parts, of, part);
    start_walk(&walk, nb, n_parts, part);
    for (int k = 0; k < n; k++) {
        int fetched = 0;

        for (int d = 0; d < n_parts; d++) {
            size_t at = (size_t)k * part[d].soap->compression.stride;

            sz_soap_finish_adjoint(part[d].soap, part[d].work, k, part[d].p + at,
                                   part[d].dedp + at);
        }
        if (k + 1 < n) sz_walk_fetch(&walk, atom[k + 1], dedr);
        sz_walk_to(&walk, atom[k]);
        for (; sz_walk_next(&walk, &b); fetched++) {
            for (int d = 0; d < n_parts && k + 1 < n && fetched < 4; d++)
                fetch_atom(&part[d], k + 1, fetched);
            batch_adjoint(n_parts, part, &b, dedr);
        }
    }
}

/* ---- forward derivatives ----------------------------------------------------------- */

/* dX/dr_x of lane k of a batch, into the channels from offset on of dx [n_lm][n_chan] */
static void density_tangent(const sz_soap *soap, const sz_soap_work *work,
                            const sz_batch *b, int k, int offset, int x, sz_real *dx)
{
    const sz_compression *c = &soap->compression;
    const sz_radial *radial = soap->radial;
    double u[3];

    for (int d = 0; d < 3; d++) u[d] = b->u[d * SZ_LANES + k];
    for (int l = 0, lm = 0; l <= c->l_max; l++) {
        const sz_real *h = work->h + k * radial->n_h + radial->place[l];
        const sz_real *dh = work->dh + k * radial->n_h + radial->place[l];

        for (; lm < (l + 1) * (l + 1); lm++) {
            const sz_real *g = work->dylm + lm * 3 * SZ_LANES + k;
            double along = u[0] * g[0] + u[1] * g[SZ_LANES] + u[2] * g[2 * SZ_LANES];
            double dy = (g[x * SZ_LANES] - u[x] * along) / b->r[k];
            double yu = work->ylm[lm * SZ_LANES + k] * u[x];
            sz_real *to = dx + lm * c->n_chan + offset;

            for (int q = 0; q < radial->n_used[l]; q++)
                to[q] = (sz_real)(dh[q] * yu + h[q] * dy);
        }
    }
}

static void clear_slot(const sz_soap *soap, int offset, sz_real *dx)
{
    const sz_compression *c = &soap->compression;

    for (int lm = 0; lm < SZ_N_LM(c->l_max); lm++)
        memset(dx + lm * c->n_chan + offset, 0,
               (size_t)soap->radial->n_lane * sizeof *dx);
}

static int jacobian(const sz_describer_part *part, const sz_neigh *nb, int i, int *pair,
                    sz_real *to)
{
    const sz_soap *soap = (const sz_soap *)part->of;
    sz_soap_work *work = (sz_soap_work *)part->work;
    size_t stride = (size_t)soap->compression.stride;
    sz_reach reach = reach_of(soap, part->slot);
    sz_walk walk;
    sz_batch b;
    lanes of;
    int n = 0;

    memset(work->dedx, 0, (size_t)work->n_x * sizeof *work->dedx);
    sz_walk_start(&walk, nb, 1, &reach);
    sz_walk_to(&walk, i);
    while (sz_walk_next(&walk, &b)) {
        if (!choose_lanes(soap, part->slot, &b, &of)) continue;
        sz_harmonics(&soap->harmonics, b.u, work->ylm, work->dylm);
        sz_radial_eval(soap->radial, of.n, of.table, b.r, work->h, work->dh);
        for (int k = 0; k < of.n; k++) {
            if (of.slot[k] < 0) continue;
            pair[n] = b.pair[k];
            for (int x = 0; x < 3; x++) {
                density_tangent(soap, work, &b, k, of.offset[k], x, work->dedx);
                sz_soap_finish_tangent(soap, work, part->p, to + (3 * n + x) * stride);
            }
            clear_slot(soap, of.offset[k], work->dedx);
            n++;
        }
    }
    return n;
}

/* ---- the record -------------------------------------------------------------------- */

static sz_status create_work(sz_describer_work **work, const sz_describer *d, int n_block,
                             sz_error *err)
{
    sz_soap_work *w;
    sz_status status = sz_soap_work_create(&w, (const sz_soap *)d, n_block, err);

    *work = (sz_describer_work *)w;
    return status;
}

static void free_work(sz_describer_work *work)
{
    sz_soap_work_free((sz_soap_work *)work);
}

static int ranges(const sz_describer *d, const sz_describer_work *work, int n,
                  sz_range *range)
{
    return sz_soap_ranges((const sz_soap *)d, (const sz_soap_work *)work, n, range);
}

const sz_describer_stages sz_soap_vectors = {.create_work = create_work,
                                             .free_work = free_work,
                                             .forward = forward,
                                             .adjoint = adjoint,
                                             .jacobian = jacobian,
                                             .ranges = ranges,
                                             .average = average};
