/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.c - one descriptor: the chain of its stages for a block of atoms, and back.
 *
 *   r_ij --radial, harmonics, density--> X --maps--> Y1, Y2 --power--> p
 *   dE/dp --power--> dE/dY --maps--> dE/dX --density--> dE/dr_ij
 *
 * Nothing is kept between the two sweeps but Y1, Y2 and |P| of each atom; radial
 * functions and harmonics are made again. */
#include "soap.h"

#include "density.h"
#include "power.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sz_soap_work {
    int n_y;         /* doubles of Y1 and Y2 of one atom */
    double *y;       /* [n_block][n_y] */
    double *norm;    /* [n_block] */
    double *x;       /* [n_lm][n_chan] density, then its adjoint */
    double *dedy;    /* [n_y] */
    double *scratch; /* of sz_power_adjoint */
    double *h, *dh;  /* [SZ_LANES][l_max+1][n_lane] */
    double *ylm;     /* [n_lm][SZ_LANES] */
    double *dylm;    /* [n_lm][3][SZ_LANES] */
    void *memory;
};

/* Up to SZ_LANES neighbours of one atom inside the cutoff. */
typedef struct {
    int n;
    int pair[SZ_LANES];
    int offset[SZ_LANES]; /* of the neighbour's slot in the channels */
    double r[SZ_LANES];
    double u[3 * SZ_LANES];
} batch;

/* ---- the descriptor --------------------------------------------------------------- */

int sz_soap_spec_equal(const sz_soap_spec *a, const sz_soap_spec *b)
{
    const sz_radial_spec *p = &a->radial, *q = &b->radial;

    return p->cutoff == q->cutoff && p->cutoff_width == q->cutoff_width &&
           p->n_max == q->n_max && p->l_max == q->l_max &&
           p->atom_sigma == q->atom_sigma &&
           p->basis_error_exponent == q->basis_error_exponent &&
           p->decay_exponent == q->decay_exponent && p->decay_scale == q->decay_scale &&
           p->decay_rate == q->decay_rate && a->central_weight == b->central_weight &&
           a->central_all == b->central_all && a->sigma0 == b->sigma0 &&
           a->n_slots == b->n_slots && a->nu_R == b->nu_R && a->nu_S == b->nu_S &&
           a->plain_l == b->plain_l &&
           memcmp(a->slot_z, b->slot_z, (size_t)a->n_slots * sizeof *a->slot_z) == 0;
}

sz_status sz_soap_create(sz_soap **soap, const sz_soap_spec *spec, int reduce,
                         sz_error *err)
{
    sz_soap *s = calloc(1, sizeof *s);
    sz_status status;

    *soap = NULL;
    if (!s) return sz_fail_memory(err, sizeof *s, "a descriptor");
    s->spec = *spec;
    sz_harmonics_prepare(&s->harmonics, spec->radial.l_max);
    status = sz_radial_create(&s->radial, &spec->radial, spec->nu_R > 0, spec->nu_R < 2,
                              reduce, err);
    if (status == SZ_OK)
        status = sz_compression_create(&s->compression, s->radial, spec->n_slots,
                                       spec->nu_R, spec->nu_S, spec->plain_l, err);
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
    return sz_compression_published(&soap->compression, soap->spec.radial.n_max) + 1;
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
    const sz_radial *r = soap->radial;

    return sizeof *soap + (size_t)r->n_knots * 3 * (r->spec.l_max + 1) * r->n_lane * 8 +
           (size_t)soap->compression.stride * 8;
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
    size_t k = (size_t)soap->spec.n_slots * soap->spec.radial.n_max;
    double *scratch = malloc(2 * k * k * sizeof *scratch);

    if (!scratch)
        return sz_fail_memory(err, 2 * k * k * sizeof *scratch, "sparse points");
    sz_compression_import(&soap->compression, soap->radial, published, inner, scratch);
    free(scratch);
    return SZ_OK;
}

void sz_soap_publish(const sz_soap *soap, const double *inner, double *published)
{
    sz_compression_publish(&soap->compression, soap->spec.radial.n_max, inner, published);
    published[sz_soap_n_published(soap) - 1] = soap->spec.sigma0;
}

/* ---- scratch ---------------------------------------------------------------------- */

/* Doubles of Y1, a copy of X where the map has no runs, and of Y2 behind it. */
static size_t y_size(const sz_soap *soap, int density)
{
    const sz_compression *c = &soap->compression;

    if (density == 1 && c->symmetric) return 0;
    return (size_t)SZ_N_LM(c->l_max) * c->map[density].stride;
}

sz_status sz_soap_work_create(sz_soap_work **work, const sz_soap *soap, int n_block,
                              sz_error *err)
{
    const sz_compression *c = &soap->compression;
    size_t n_lm = SZ_N_LM(c->l_max), n_x = n_lm * c->n_chan;
    size_t n_row = (size_t)(c->l_max + 1) * soap->radial->n_lane * SZ_LANES;
    size_t n_y = y_size(soap, 0) + y_size(soap, 1);
    size_t n_scratch = SZ_PAD(sz_power_scratch(c)), n_norm = SZ_PAD((size_t)n_block);
    size_t total =
        (n_block + 1) * n_y + n_norm + n_x + n_scratch + 2 * n_row + 4 * n_lm * SZ_LANES;
    sz_soap_work *w = calloc(1, sizeof *w);
    double *next;

    *work = NULL;
    if (w) w->memory = aligned_alloc(64, total * sizeof *next);
    if (!w || !w->memory) {
        free(w);
        return sz_fail_memory(err, total * sizeof *next, "the scratch of a descriptor");
    }
    memset(w->memory, 0, total * sizeof *next);
    next = w->memory;
    w->n_y = (int)n_y;
    w->y = next, next += n_block * n_y;
    w->norm = next, next += n_norm;
    w->x = next, next += n_x;
    w->dedy = next, next += n_y;
    w->scratch = next, next += n_scratch;
    w->h = next, next += n_row;
    w->dh = next, next += n_row;
    w->ylm = next, next += n_lm * SZ_LANES;
    w->dylm = next;
    *work = w;
    return SZ_OK;
}

void sz_soap_work_free(sz_soap_work *work)
{
    if (!work) return;
    free(work->memory);
    free(work);
}

/* ---- the chain -------------------------------------------------------------------- */

/* Fills the next batch from row i of nb, from pair *next on; 0 at the end. The unused
 * lanes get a harmless vector. */
static int next_batch(const sz_soap *soap, const sz_neigh *nb, const int *slot, int i,
                      int *next, batch *b)
{
    double cutoff = soap->spec.radial.cutoff;

    b->n = 0;
    for (; *next < nb->first[i + 1] && b->n < SZ_LANES; (*next)++) {
        const double *d = nb->r + 3 * (size_t)*next;
        double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], r;
        int s = slot[nb->neigh_species[*next]], k = b->n;

        if (s < 0 || !(r2 < cutoff * cutoff)) continue;
        r = sqrt(r2);
        b->pair[k] = *next;
        b->offset[k] = soap->compression.n_slots > 1 ? s * soap->radial->n_lane : 0;
        b->r[k] = r;
        for (int x = 0; x < 3; x++) b->u[x * SZ_LANES + k] = d[x] / r;
        b->n++;
    }
    for (int k = b->n; k < SZ_LANES; k++)
        for (int x = 0; x < 3; x++) b->u[x * SZ_LANES + k] = x == 2;
    return b->n > 0;
}

/* The atom's own Gaussian, in its own slot or, with central_all, in every slot. */
static void add_central(const sz_soap *soap, int z, double *x)
{
    const sz_soap_spec *spec = &soap->spec;
    int n_lane = soap->radial->n_lane;

    for (int s = 0; s < spec->n_slots; s++) {
        double *to = x + (soap->compression.n_slots > 1 ? s * n_lane : 0);

        if (!spec->central_all && spec->slot_z[s] != z && spec->slot_z[s] != 0) continue;
        for (int q = 0; q < n_lane; q++)
            to[q] += spec->central_weight * soap->radial->central[q];
    }
}

void sz_soap_forward(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom, double *p)
{
    const sz_compression *c = &soap->compression;
    int n_lane = soap->radial->n_lane, n_lm = SZ_N_LM(c->l_max);

    for (int k = 0; k < n; k++) {
        int i = atom[k], next = nb->first[i];
        double *y1 = work->y + (size_t)k * work->n_y;
        double *y2 = c->symmetric ? y1 : y1 + y_size(soap, 0);
        double *x = c->map[0].n_runs ? work->x : y1;
        batch b;

        memset(x, 0, (size_t)n_lm * c->n_chan * sizeof *x);
        add_central(soap, species->z[nb->species[i]], x);
        while (next_batch(soap, nb, species->slot, i, &next, &b)) {
            sz_harmonics(&soap->harmonics, b.u, work->ylm, NULL);
            sz_radial_eval(soap->radial, b.n, b.r, work->h, NULL);
            sz_density(c->l_max, n_lane, c->n_chan, b.n, b.offset, work->h, work->ylm, x);
        }
        if (x != y1) sz_map_apply(&c->map[0], n_lm, c->n_chan, x, y1);
        if (!c->symmetric) sz_map_apply(&c->map[1], n_lm, c->n_chan, x, y2);
        work->norm[k] = sz_power(c, y1, y2, p + (size_t)k * c->stride);
    }
}

/* dE/dX of atom k of the block, from its dE/dp */
static const double *density_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                                     const double *p, double *dedp)
{
    const sz_compression *c = &soap->compression;
    int n_lm = SZ_N_LM(c->l_max);
    const double *y1 = work->y + (size_t)k * work->n_y;
    const double *y2 = c->symmetric ? y1 : y1 + y_size(soap, 0);
    double *dedy2 = work->dedy + y_size(soap, 0);
    double *dedx = c->map[0].n_runs ? work->x : work->dedy;

    sz_power_adjoint(c, y1, y2, p, work->norm[k], dedp, work->dedy, dedy2, work->scratch);
    if (c->map[0].n_runs) {
        memset(dedx, 0, (size_t)n_lm * c->n_chan * sizeof *dedx);
        sz_map_adjoint(&c->map[0], n_lm, c->n_chan, work->dedy, dedx);
    }
    if (!c->symmetric) sz_map_adjoint(&c->map[1], n_lm, c->n_chan, dedy2, dedx);
    return dedx;
}

void sz_soap_adjoint(const sz_soap *soap, sz_soap_work *work, const sz_neigh *nb,
                     const sz_soap_species *species, int n, const int *atom,
                     const double *p, double *dedp, double *dedr)
{
    const sz_compression *c = &soap->compression;
    int n_lane = soap->radial->n_lane;

    for (int k = 0; k < n; k++) {
        int i = atom[k], next = nb->first[i];
        const double *dedx = density_adjoint(soap, work, k, p + (size_t)k * c->stride,
                                             dedp + (size_t)k * c->stride);
        batch b;

        while (next_batch(soap, nb, species->slot, i, &next, &b)) {
            double d[3 * SZ_LANES] = {0};

            sz_harmonics(&soap->harmonics, b.u, work->ylm, work->dylm);
            sz_radial_eval(soap->radial, b.n, b.r, work->h, work->dh);
            sz_density_adjoint(c->l_max, n_lane, c->n_chan, b.n, b.offset, work->h,
                               work->dh, work->ylm, work->dylm, b.u, b.r, dedx, d);
            for (int j = 0; j < b.n; j++)
                for (int x = 0; x < 3; x++)
                    dedr[3 * (size_t)b.pair[j] + x] += d[x * SZ_LANES + j];
        }
    }
}
