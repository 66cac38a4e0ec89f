/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.c - one descriptor: the chain of its stages for a block of atoms, and back.
 *
 *   r_ij --radial, harmonics, density--> X --maps--> Y1, Y2 (Y3) --power--> p
 *   dE/dp --power--> dE/dY --maps--> dE/dX --density--> dE/dr_ij
 *
 * Descriptors of the same centres go together: neighbours are sorted, distances and
 * harmonics computed once for all of them, and dE/dY_lm of all is one sum.
 *
 * Nothing is kept between the two sweeps but X, Y and |P| of each atom: what a pair
 * has is computed again in less time than it would take to come back from memory. */
#include "descriptor/soap.h"

#include "descriptor/batch.h"
#include "descriptor/coupling.h"
#include "descriptor/density.h"
#include "descriptor/power.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shorter vectors are left as they are in soap_turbo. */
#define TURBO_LEAST_NORM 1e-5

struct sz_soap_work {
    int n_x;                  /* doubles of X of one atom, rounded up */
    int n_y[SZ_FACTORS];      /* of Y1, Y2, Y3; 0 where they are X, or alike */
    int n_q;                  /* of the coupled Y2 and Y3 */
    double *x;                /* [n_block][n_x] */
    double *y[SZ_FACTORS];    /* [n_block][n_y] */
    double *norm;             /* [n_block] */
    unsigned char *present;   /* [n_block][n_slots] slots in the density */
    double *dedx;             /* [n_x] */
    double *dedy[SZ_FACTORS]; /* [n_y] */
    double *q, *dedq;         /* [n_q] */
    double *coupling;         /* scratch of sz_couple */
    double *h, *dh;           /* [SZ_LANES][n_h of radial] */
    double *ylm;              /* [n_lm][SZ_LANES] */
    double *dylm;             /* [n_lm][3][SZ_LANES] */
    double *dedy_lm;          /* [n_lm][SZ_LANES] dE/dY_lm of neighbours, */
    double *slope;            /* [n_lm][SZ_LANES] see sz_density_adjoint */
    double *tangent;          /* [product_stride] of sz_power_tangent */
    double *products;         /* [product_stride] where a vector sums them */
    void *memory;
};

/* ---- the descriptor --------------------------------------------------------------- */

void sz_soap_spec_free(sz_soap_spec *spec)
{
    sz_compression_spec_free(&spec->compression);
}

static int turbo_equal(const sz_turbo_spec *a, const sz_turbo_spec *b)
{
    return a->n_species == b->n_species && a->gauss == b->gauss &&
           a->enhancement == b->enhancement && a->cutoff_soft == b->cutoff_soft &&
           a->filter == b->filter &&
           memcmp(a->species, b->species, (size_t)a->n_species * sizeof *a->species) == 0;
}

int sz_soap_spec_equal(const sz_soap_spec *a, const sz_soap_spec *b)
{
    const sz_radial_spec *p = &a->radial, *q = &b->radial;

    return p->cutoff == q->cutoff && p->cutoff_width == q->cutoff_width &&
           p->n_max == q->n_max && p->l_max == q->l_max &&
           p->atom_sigma == q->atom_sigma && p->basis == q->basis &&
           p->basis_error_exponent == q->basis_error_exponent &&
           p->decay_exponent == q->decay_exponent && p->decay_scale == q->decay_scale &&
           p->decay_rate == q->decay_rate && p->tolerance == q->tolerance &&
           a->central_weight == b->central_weight && a->central_all == b->central_all &&
           a->sigma0 == b->sigma0 && a->n_slots == b->n_slots &&
           a->normalise == b->normalise && a->average == b->average &&
           a->plain_l == b->plain_l &&
           memcmp(a->slot_z, b->slot_z, (size_t)a->n_slots * sizeof *a->slot_z) == 0 &&
           turbo_equal(&a->turbo, &b->turbo) &&
           sz_compression_spec_equal(&a->compression, &b->compression, a->n_slots,
                                     p->n_max, p->l_max);
}

sz_status sz_soap_create(sz_soap **soap, const sz_soap_spec *spec, int reduce,
                         sz_error *err)
{
    sz_soap *s = calloc(1, sizeof *s);
    sz_radial_family family[SZ_FACTORS];
    int index[SZ_FACTORS], reducible, n;
    sz_status status;

    *soap = NULL;
    if (spec->train.open) {
        free(s);
        return sz_fail(err, SZ_ERR_FORMAT,
                       "the maps of compression %s come from data: soapz fit makes them "
                       "and its model has them; without compression_train and "
                       "compression_start they are random",
                       spec->compression.label);
    }
    if (!s) return sz_fail_memory(err, sizeof *s, "a descriptor");
    s->spec = *spec;
    s->reduce = reduce || spec->radial.tolerance > 0.0;
    sz_harmonics_prepare(&s->harmonics, spec->radial.l_max);
    n = sz_compression_families(&spec->compression, family, index, &reducible);
    status = spec->turbo.n_species
                 ? sz_radial_create_turbo(&s->radial, &spec->radial, &spec->turbo, n,
                                          family, err)
                 : sz_radial_create(&s->radial, &spec->radial, n, family,
                                    s->reduce && reducible, err);
    if (status == SZ_OK)
        status = sz_compression_create(&s->compression, &spec->compression, s->radial,
                                       spec->n_slots, spec->plain_l, err);
    s->spec.compression = s->compression.spec;
    s->compression.least_norm = spec->turbo.n_species ? TURBO_LEAST_NORM : 0.0;
    if (status == SZ_OK) {
        *soap = s;
        s = NULL;
    }
    sz_soap_free(s);
    return status;
}

void sz_soap_free(sz_soap *soap)
{
    if (!soap) return;
    sz_radial_free(soap->radial);
    sz_compression_free(&soap->compression);
    free(soap);
}

int sz_soap_n_published(const sz_soap *soap)
{
    return sz_compression_published(&soap->compression) + !soap->spec.turbo.n_species;
}

int sz_soap_n_desc(const sz_soap *soap)
{
    return soap->compression.n_desc;
}

int sz_soap_stride(const sz_soap *soap)
{
    return soap->compression.stride;
}

size_t sz_soap_bytes(const sz_soap *soap)
{
    const sz_compression *c = &soap->compression;

    return sizeof *soap + sz_radial_bytes(soap->radial) +
           (size_t)c->product_stride * sizeof *c->scale +
           (size_t)c->sum.n * sizeof *c->sum.factor;
}

int sz_soap_slot(const sz_soap *soap, int z)
{
    int slot = -1;

    for (int s = 0; s < soap->spec.n_slots; s++) {
        if (soap->spec.slot_z[s] == 0) slot = 0;
        if (soap->spec.slot_z[s] == z) slot = s;
    }
    return slot;
}

sz_status sz_soap_import(const sz_soap *soap, const double *published, double *inner,
                         sz_error *err)
{
    return sz_soap_import_block(soap, 1, published, inner, err);
}

sz_status sz_soap_import_block(const sz_soap *soap, int n, const double *published,
                               double *inner, sz_error *err)
{
    return sz_compression_import(&soap->compression, soap->radial, n,
                                 (size_t)sz_soap_n_published(soap), published, inner,
                                 err);
}

double sz_soap_lost(const sz_soap *soap, const double *published, const double *inner)
{
    double all = 0.0, kept = 0.0;
    int n = sz_compression_published(&soap->compression); /* all pairs: once */

    for (int k = 0; k < n; k++) all += published[k] * published[k];
    for (int k = 0; k < sz_soap_n_desc(soap); k++) kept += inner[k] * inner[k];
    return all > 0.0 ? (all - kept) / all : 0.0;
}

sz_status sz_soap_publish(const sz_soap *soap, const double *inner, double *published,
                          sz_error *err)
{
    if (!soap->spec.turbo.n_species)
        published[sz_soap_n_published(soap) - 1] = soap->spec.sigma0;
    return sz_compression_publish(&soap->compression, soap->radial, inner, published,
                                  err);
}

/* ---- scratch ---------------------------------------------------------------------- */

/* Doubles of Y of factor d of one atom; 0 where it is X itself, or that of a factor
 * before it. Lanes that run over the end of the last row have room. */
static size_t y_size(const sz_compression *c, int d)
{
    const sz_map *map = &c->map[d];

    if (c->spec.y_of[d] != d || (!map->run && !map->matrix)) return 0;
    return (size_t)SZ_N_LM(c->l_max) * map->stride + SZ_LANES;
}

sz_status sz_soap_work_create(sz_soap_work **work, const sz_soap *soap, int n_block,
                              sz_error *err)
{
    const sz_compression *c = &soap->compression;
    size_t n_lm = SZ_N_LM(c->l_max), n = (size_t)n_block;
    size_t n_x = n_lm * c->n_chan + 2 * SZ_LANES, n_y = 0;
    size_t n_q = sz_coupling_size(c), n_scratch = sz_coupling_scratch(c);
    size_t n_row = (size_t)(c->l_max + 1) * soap->radial->n_lane * SZ_LANES;
    size_t total;
    sz_soap_work *w = calloc(1, sizeof *w);
    double *next;

    *work = NULL;
    for (int d = 0; d < c->spec.order; d++) n_y += y_size(c, d);
    total = (n + 1) * (n_x + n_y) + 2 * n_q + n_scratch + SZ_PAD(n) + 2 * n_row +
            6 * n_lm * SZ_LANES + 2 * (size_t)c->product_stride +
            SZ_PAD(n * c->n_slots) / SZ_LANES;
    total = SZ_PAD(total);
    if (w) w->memory = aligned_alloc(64, total * sizeof *next);
    if (!w || !w->memory) {
        free(w);
        return sz_fail_memory(err, total * sizeof *next, "the scratch of a descriptor");
    }
    memset(w->memory, 0, total * sizeof *next);
    next = w->memory;
    w->n_x = (int)n_x;
    w->n_q = (int)n_q;
    w->h = next, next += n_row;
    w->dh = next, next += n_row;
    w->ylm = next, next += n_lm * SZ_LANES;
    w->dylm = next, next += 3 * n_lm * SZ_LANES;
    w->dedy_lm = next, next += n_lm * SZ_LANES;
    w->slope = next, next += n_lm * SZ_LANES;
    w->tangent = next, next += c->product_stride;
    w->products = next, next += c->product_stride;
    w->norm = next, next += SZ_PAD(n);
    w->x = next, next += n * n_x;
    w->dedx = next, next += n_x;
    for (int d = 0; d < c->spec.order; d++) {
        w->n_y[d] = (int)y_size(c, d);
        w->y[d] = next, next += n * w->n_y[d];
        w->dedy[d] = next, next += w->n_y[d];
    }
    w->q = next, next += n_q;
    w->dedq = next, next += n_q;
    w->coupling = next, next += n_scratch;
    w->present = (unsigned char *)next;
    *work = w;
    return SZ_OK;
}

void sz_soap_work_free(sz_soap_work *work)
{
    if (!work) return;
    free(work->memory);
    free(work);
}

/* Y of factor d of atom k of the block */
static double *channels_of(const sz_soap *soap, const sz_soap_work *work, int d, int k)
{
    d = soap->compression.spec.y_of[d];
    return work->n_y[d] ? work->y[d] + (size_t)k * work->n_y[d]
                        : work->x + (size_t)k * work->n_x;
}

/* What Y1 is multiplied with: Y2, or Y2 coupled to Y3, made now. */
static const double *second_factor(const sz_soap *soap, sz_soap_work *work, int k)
{
    const sz_compression *c = &soap->compression;
    const double *y2 = channels_of(soap, work, 1, k);

    if (!c->coupling) return y2;
    sz_couple(c, y2, channels_of(soap, work, 2, k), work->coupling, work->q);
    return work->q;
}

/* ---- the chain -------------------------------------------------------------------- */

/* The neighbours of nb that a descriptor wants; there may be more radial tables than
 * slots of X. */
static sz_reach reach_of(const sz_soap *soap, const int *slot)
{
    int n = soap->compression.n_slots;
    const sz_reach reach = {soap->spec.radial.cutoff,
                            soap->radial->n_tables > n ? soap->radial->n_tables : n,
                            slot};

    return reach;
}

/* What a descriptor takes of a batch. */
typedef struct {
    int n;                /* lanes up to the last one that it wants; 0: none */
    int table[SZ_LANES];  /* slot in the radial tables */
    int slot[SZ_LANES];   /* in X; -1: not wanted */
    int offset[SZ_LANES]; /* of the slot in the channels; < 0: not wanted */
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
static void add_central(const sz_soap *soap, int z, double *x, unsigned char *present)
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
            x[slot * n_lane + q] += spec->central_weight * central[q];
    }
}

/* Adds the neighbours of a batch to X of a descriptor. */
static void add_neighbours(const sz_soap *soap, sz_soap_work *work, const lanes *of,
                           const sz_batch *b, const double *ylm, double *x,
                           unsigned char *present)
{
    const sz_compression *c = &soap->compression;

    for (int k = 0; k < of->n; k++)
        if (of->slot[k] >= 0) present[of->slot[k]] = 1;
    sz_radial_eval(soap->radial, of->n, of->table, b->r, work->h, NULL);
    sz_density(c->l_max, soap->radial->n_used, soap->radial->place, soap->radial->n_h,
               c->n_chan, of->n, of->offset, work->h, ylm, x);
}

static void clear_density(const sz_soap *soap, sz_soap_work *work, int k)
{
    int n_slots = soap->compression.n_slots;

    memset(work->x + (size_t)k * work->n_x, 0, (size_t)work->n_x * sizeof *work->x);
    memset(work->present + (size_t)k * n_slots, 0, (size_t)n_slots);
}

/* X of atom k of the block -> Y1, Y2 -> p */
static void finish(const sz_soap *soap, sz_soap_work *work, int k, double *p)
{
    const sz_compression *c = &soap->compression;
    const double *x = work->x + (size_t)k * work->n_x;
    double *power = c->spec.sum ? work->products : p;
    int normalise = soap->spec.normalise;

    for (int d = 0; d < c->spec.order; d++)
        if (work->n_y[d])
            sz_map_apply(&c->map[d], c->l_max, c->n_chan, x,
                         channels_of(soap, work, d, k));
    work->norm[k] =
        sz_power(c, work->present + (size_t)k * c->n_slots, channels_of(soap, work, 0, k),
                 second_factor(soap, work, k), normalise && !c->spec.sum, power);
    if (c->spec.sum) work->norm[k] = sz_sum(c, power, normalise, p);
}

/* The descriptor of the largest l_max among those that want lanes of the batch, which has
 * the harmonics for all; -1: none of them wants any. */
static int find_highest(int n_parts, const sz_soap_part *part, const lanes *of)
{
    int highest = -1;

    for (int k = 0; k < n_parts; k++)
        if (of[k].n && (highest < 0 || part[k].soap->compression.l_max >
                                           part[highest].soap->compression.l_max))
            highest = k;
    return highest;
}

/* The lanes that each descriptor takes of a batch, and find_highest. */
static int choose_all(int n_parts, const sz_soap_part *part, const sz_batch *b, lanes *of)
{
    for (int k = 0; k < n_parts; k++) choose_lanes(part[k].soap, part[k].slot, b, &of[k]);
    return find_highest(n_parts, part, of);
}

static void start_walk(sz_walk *walk, const sz_neigh *nb, int n_parts,
                       const sz_soap_part *part)
{
    sz_reach reach[SZ_SOAP_PARTS];

    for (int k = 0; k < n_parts; k++) reach[k] = reach_of(part[k].soap, part[k].slot);
    sz_walk_start(walk, nb, n_parts, reach);
}

/* Adds the density round atom i to X number k of each descriptor. */
static void add_density(int n_parts, const sz_soap_part *part, sz_walk *walk,
                        const int *z, int i, int k)
{
    sz_batch b;

    for (int d = 0; d < n_parts; d++) {
        const sz_soap_work *w = part[d].work;

        add_central(part[d].soap, z[walk->nb->species[i]], w->x + (size_t)k * w->n_x,
                    w->present + (size_t)k * part[d].soap->compression.n_slots);
    }
    sz_walk_to(walk, i);
    while (sz_walk_next(walk, &b)) {
        lanes of[SZ_SOAP_PARTS];
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

void sz_soaps_forward(int n_parts, const sz_soap_part *part, const sz_neigh *nb,
                      const int *z, int n, const int *atom)
{
    sz_walk walk;

    start_walk(&walk, nb, n_parts, part);
    for (int k = 0; k < n; k++) {
        for (int d = 0; d < n_parts; d++) clear_density(part[d].soap, part[d].work, k);
        if (k + 1 < n) sz_walk_fetch(&walk, atom[k + 1], NULL);
        add_density(n_parts, part, &walk, z, atom[k], k);
        for (int d = 0; d < n_parts; d++)
            finish(part[d].soap, part[d].work, k,
                   part[d].p + (size_t)k * part[d].soap->compression.stride);
    }
}

void sz_soap_forward(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom, double *p)
{
    const sz_soap_part part = {soap, work, species->slot, p, NULL};

    sz_soaps_forward(1, &part, nb, species->z, n, atom);
}

void sz_soap_average(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom, double *p)
{
    const sz_soap_part part = {soap, work, species->slot, p, NULL};
    sz_walk walk;

    start_walk(&walk, nb, 1, &part);
    clear_density(soap, work, 0);
    for (int k = 0; k < n; k++) add_density(1, &part, &walk, species->z, atom[k], 0);
    finish(soap, work, 0, p);
}

int sz_soap_ranges(const sz_soap *soap, const sz_soap_work *work, int n, sz_range *range)
{
    const sz_compression *c = &soap->compression;
    int n_ranges = 0;

    if (c->spec.sum) {
        range[0] = (sz_range){0, c->n_desc};
        return 1;
    }
    for (int g = 0; g < c->n_groups; g++) {
        int first = c->group[g].component, k = 0;

        while (k < n && !sz_group_active(c, g, work->present + (size_t)k * c->n_slots))
            k++;
        if (k == n) continue;
        if (n_ranges == 0 || range[n_ranges - 1].end != first)
            range[n_ranges++].first = first;
        range[n_ranges - 1].end = c->group[g + 1].component;
    }
    return n_ranges;
}

/* Part 0..3 of the n doubles at a, on their way to the cache. */
static void fetch(const double *a, int n, int part)
{
    for (int i = n * part / 4; i < n * (part + 1) / 4; i += SZ_LANES)
        __builtin_prefetch(a + i, 0, 2);
}

/* The products of the kernel have evicted an atom's arrays from the cache: those of atom
 * k are prefetched while the one before it is worked on. */
static void fetch_atom(const sz_soap_part *of, int k, int part)
{
    const sz_soap_work *work = of->work;
    int stride = of->soap->compression.stride;

    fetch(work->x + (size_t)k * work->n_x, work->n_x, part);
    for (int d = 0; d < of->soap->compression.spec.order; d++)
        fetch(work->y[d] + (size_t)k * work->n_y[d], work->n_y[d], part);
    fetch(of->p + (size_t)k * stride, stride, part);
    fetch(of->dedp + (size_t)k * stride, stride, part);
}

/* dE/dY of factor d, or what takes its place in a sweep: dedx where Y is X. */
static double *gradient_of(const sz_soap *soap, const sz_soap_work *work, int d)
{
    d = soap->compression.spec.y_of[d];
    return work->n_y[d] ? work->dedy[d] : work->dedx;
}

/* dE/dY of all factors of atom k, from dE/dp of its products, to what gradient_of gives
 */
static void products_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                             const double *p, int normalise, double norm, double *dedp)
{
    const sz_compression *c = &soap->compression;
    const double *second = second_factor(soap, work, k);
    double *to = c->coupling ? work->dedq : gradient_of(soap, work, 1);

    memset(work->dedq, 0, (size_t)work->n_q * sizeof *work->dedq);
    sz_power_adjoint(c, work->present + (size_t)k * c->n_slots,
                     channels_of(soap, work, 0, k), second, p, normalise, norm, dedp,
                     gradient_of(soap, work, 0), to);
    if (c->coupling)
        sz_couple_adjoint(c, channels_of(soap, work, 1, k), channels_of(soap, work, 2, k),
                          work->coupling, work->dedq, gradient_of(soap, work, 1),
                          gradient_of(soap, work, 2));
}

/* dE/dY of all factors of atom k of the block, from its dE/dp, to what gradient_of gives
 */
static void channels_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                             const double *p, double *dedp)
{
    const sz_compression *c = &soap->compression;
    int normalise = soap->spec.normalise;
    double norm = work->norm[k];

    memset(work->dedx, 0, (size_t)work->n_x * sizeof *work->dedx);
    for (int d = 0; d < c->spec.order; d++)
        memset(work->dedy[d], 0, (size_t)work->n_y[d] * sizeof *work->dedy[d]);
    if (c->spec.sum) {
        sz_sum_adjoint(c, p, normalise, norm, dedp, work->products);
        p = dedp = work->products;
        normalise = 0;
        norm = 1.0;
    }
    products_adjoint(soap, work, k, p, normalise, norm, dedp);
}

/* dE/dX of atom k of the block, from its dE/dp, to work->dedx */
static void density_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                            const double *p, double *dedp)
{
    const sz_compression *c = &soap->compression;

    channels_adjoint(soap, work, k, p, dedp);
    for (int d = 0; d < c->spec.order; d++)
        if (work->n_y[d])
            sz_map_adjoint(&c->map[d], c->l_max, c->n_chan, work->dedy[d], work->dedx);
}

/* From dE/dX to dE/dY_lm and slope [n_lm][SZ_LANES] of a batch, see sz_density_adjoint.
 */
static void density_of_batch(const sz_soap_part *part, const lanes *of, const sz_batch *b,
                             int add, double *dedy_lm, double *slope)
{
    const sz_soap *soap = part->soap;
    const sz_compression *c = &soap->compression;
    sz_soap_work *w = part->work;

    sz_radial_eval(soap->radial, of->n, of->table, b->r, w->h, w->dh);
    sz_density_adjoint(c->l_max, soap->radial->n_used, soap->radial->place,
                       soap->radial->n_h, c->n_chan, of->n, of->offset, w->h, w->dh,
                       w->dedx, add, dedy_lm, slope);
}

/* dedr += dE/dr_ij of a batch. Harmonics of all descriptors meet in one sum; the one
 * with most of them comes first. */
static void batch_adjoint(int n_parts, const sz_soap_part *part, const sz_batch *b,
                          double *dedr)
{
    lanes of[SZ_SOAP_PARTS];
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

void sz_soaps_adjoint(int n_parts, const sz_soap_part *part, const sz_neigh *nb, int n,
                      const int *atom, double *dedr)
{
    sz_walk walk;
    sz_batch b;

    start_walk(&walk, nb, n_parts, part);
    for (int k = 0; k < n; k++) {
        int fetched = 0;

        for (int d = 0; d < n_parts; d++) {
            size_t at = (size_t)k * part[d].soap->compression.stride;

            density_adjoint(part[d].soap, part[d].work, k, part[d].p + at,
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

void sz_soap_adjoint(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom,
                     const double *p, double *dedp, double *dedr)
{
    const sz_soap_part part = {soap, work, species->slot, (double *)p, dedp};

    sz_soaps_adjoint(1, &part, nb, n, atom, dedr);
}

/* ---- forward derivatives ----------------------------------------------------------- */

/* dX/dr_x of lane k of a batch, into the channels from offset on of dx [n_lm][n_chan] */
static void density_tangent(const sz_soap *soap, const sz_soap_work *work,
                            const sz_batch *b, int k, int offset, int x, double *dx)
{
    const sz_compression *c = &soap->compression;
    const sz_radial *radial = soap->radial;
    double u[3];

    for (int d = 0; d < 3; d++) u[d] = b->u[d * SZ_LANES + k];
    for (int l = 0, lm = 0; l <= c->l_max; l++) {
        const double *h = work->h + k * radial->n_h + radial->place[l];
        const double *dh = work->dh + k * radial->n_h + radial->place[l];

        for (; lm < (l + 1) * (l + 1); lm++) {
            const double *g = work->dylm + lm * 3 * SZ_LANES + k;
            double along = u[0] * g[0] + u[1] * g[SZ_LANES] + u[2] * g[2 * SZ_LANES];
            double dy = (g[x * SZ_LANES] - u[x] * along) / b->r[k];
            double yu = work->ylm[lm * SZ_LANES + k] * u[x];
            double *to = dx + lm * c->n_chan + offset;

            for (int q = 0; q < radial->n_used[l]; q++) to[q] = dh[q] * yu + h[q] * dy;
        }
    }
}

static void clear_slot(const sz_soap *soap, int offset, double *dx)
{
    const sz_compression *c = &soap->compression;

    for (int lm = 0; lm < SZ_N_LM(c->l_max); lm++)
        memset(dx + lm * c->n_chan + offset, 0,
               (size_t)soap->radial->n_lane * sizeof *dx);
}

/* dp [stride] of the only atom of a block, for the change work->dedx of its X */
static void vector_tangent(const sz_soap *soap, sz_soap_work *work, const double *p,
                           double *dp)
{
    const sz_compression *c = &soap->compression;
    int sum = c->spec.sum != NULL, normalise = soap->spec.normalise;
    double *change = sum ? work->products : dp; /* of the products */
    const double *dy[SZ_FACTORS] = {0};
    /* the forward stage has just left it */
    const double *second = c->coupling ? work->q : channels_of(soap, work, 1, 0);

    for (int d = 0; d < c->spec.order; d++) {
        dy[d] = gradient_of(soap, work, d);
        if (work->n_y[d])
            sz_map_apply(&c->map[d], c->l_max, c->n_chan, work->dedx, work->dedy[d]);
    }
    if (c->coupling) {
        sz_couple_tangent(c, channels_of(soap, work, 1, 0), channels_of(soap, work, 2, 0),
                          dy[1], dy[2], work->coupling, work->dedq);
        dy[1] = work->dedq;
    }
    sz_power_tangent(c, work->present, channels_of(soap, work, 0, 0), second, dy[0],
                     dy[1], sum ? change : p, normalise && !sum,
                     sum ? 1.0 : work->norm[0], change, work->tangent);
    if (sum) sz_sum_tangent(c, change, p, normalise, work->norm[0], dp);
}

int sz_soap_jacobian(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int i, const double *p, int *pair,
                     double *jacobian)
{
    const sz_reach reach = reach_of(soap, species->slot);
    size_t stride = (size_t)soap->compression.stride;
    sz_walk walk;
    sz_batch b;
    lanes of;
    int n = 0;

    memset(work->dedx, 0, (size_t)work->n_x * sizeof *work->dedx);
    sz_walk_start(&walk, nb, 1, &reach);
    sz_walk_to(&walk, i);
    while (sz_walk_next(&walk, &b)) {
        if (!choose_lanes(soap, species->slot, &b, &of)) continue;
        sz_harmonics(&soap->harmonics, b.u, work->ylm, work->dylm);
        sz_radial_eval(soap->radial, of.n, of.table, b.r, work->h, work->dh);
        for (int k = 0; k < of.n; k++) {
            if (of.slot[k] < 0) continue;
            pair[n] = b.pair[k];
            for (int x = 0; x < 3; x++) {
                density_tangent(soap, work, &b, k, of.offset[k], x, work->dedx);
                vector_tangent(soap, work, p, jacobian + (3 * n + x) * stride);
            }
            clear_slot(soap, of.offset[k], work->dedx);
            n++;
        }
    }
    return n;
}

/* ---- from X on --------------------------------------------------------------------- */

void sz_soap_density(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int i, double *x,
                     unsigned char *present)
{
    const sz_compression *c = &soap->compression;
    const sz_soap_part part = {soap, work, species->slot, NULL, NULL};
    sz_walk walk;

    start_walk(&walk, nb, 1, &part);
    clear_density(soap, work, 0);
    add_density(1, &part, &walk, species->z, i, 0);
    memcpy(x, work->x, (size_t)SZ_N_LM(c->l_max) * c->n_chan * sizeof *x);
    memcpy(present, work->present, (size_t)c->n_slots);
}

void sz_soap_vector_of(const sz_soap *soap, sz_soap_work *work, int k, const double *x,
                       const unsigned char *present, double *p)
{
    const sz_compression *c = &soap->compression;

    memcpy(work->x + (size_t)k * work->n_x, x,
           (size_t)SZ_N_LM(c->l_max) * c->n_chan * sizeof *x);
    memcpy(work->present + (size_t)k * c->n_slots, present, (size_t)c->n_slots);
    finish(soap, work, k, p);
}

void sz_soap_map_slopes(const sz_soap *soap, sz_soap_work *work, int k, const double *p,
                        double *dedp, double *const *dedw)
{
    const sz_compression *c = &soap->compression;
    const double *x = work->x + (size_t)k * work->n_x;

    channels_adjoint(soap, work, k, p, dedp);
    for (size_t d = 0; d < sizeof c->map / sizeof *c->map; d++)
        if (dedw[d] && work->n_y[d])
            sz_map_slope(&c->map[d], c->l_max, c->n_chan, x, work->dedy[d], dedw[d]);
}
