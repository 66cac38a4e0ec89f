/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_vector.c - from the density of one atom to its vector, and the adjoint.
 *
 *   X --maps--> Y1, Y2 (Y3) --coupling, power, sums--> p
 *   dE/dp --> dE/dY --> dE/dX, dE/dW
 *
 * If a factor resolves species its Y is X, and equal factors share one Y. */
#include "descriptor/soap_work.h"

#include "descriptor/coupling.h"
#include "descriptor/power.h"

#include <stdlib.h>
#include <string.h>

/* ---- scratch ---------------------------------------------------------------------- */

/* Size of Y of factor d of one atom; 0 if it is X itself, or that of an earlier factor.
 * Includes room for lanes beyond the end of the last row. */
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
    size_t n_row = (size_t)(c->l_max + 1) * SZ_LANES;
    size_t total, line = 64 / sizeof(sz_real);
    sz_soap_work *w = calloc(1, sizeof *w);
    sz_real *next;

    *work = NULL;
    n_row *= (size_t)soap->radial->n_lane;
    for (int d = 0; d < c->spec.order; d++) n_y += y_size(c, d);
    total = (n + 1) * (n_x + n_y) + 2 * n_q + n_scratch + SZ_PAD(n) + 2 * n_row +
            6 * n_lm * SZ_LANES + 2 * (size_t)c->product_stride +
            n * c->n_slots / sizeof *next + 1;
    total = (total + line - 1) / line * line;
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
static sz_real *channels_of(const sz_soap *soap, const sz_soap_work *work, int d, int k)
{
    d = soap->compression.spec.y_of[d];
    return work->n_y[d] ? work->y[d] + (size_t)k * work->n_y[d]
                        : work->x + (size_t)k * work->n_x;
}

/* The second factor of the product with Y1: Y2, or Y2 coupled to Y3, computed here. */
static const sz_real *second_factor(const sz_soap *soap, sz_soap_work *work, int k)
{
    const sz_compression *c = &soap->compression;
    const sz_real *y2 = channels_of(soap, work, 1, k);

    if (!c->coupling) return y2;
    sz_couple(c, y2, channels_of(soap, work, 2, k), work->coupling, work->q);
    return work->q;
}

/* ---- the stages -------------------------------------------------------------------- */

void sz_soap_clear(const sz_soap *soap, sz_soap_work *work, int k)
{
    int n_slots = soap->compression.n_slots;

    memset(work->x + (size_t)k * work->n_x, 0, (size_t)work->n_x * sizeof *work->x);
    memset(work->present + (size_t)k * n_slots, 0, (size_t)n_slots);
}

void sz_soap_finish(const sz_soap *soap, sz_soap_work *work, int k, sz_real *p)
{
    const sz_compression *c = &soap->compression;
    const sz_real *x = work->x + (size_t)k * work->n_x;
    sz_real *power = c->spec.sum ? work->products : p;
    int normalise = soap->spec.normalise;

    for (int d = 0; d < c->spec.order; d++)
        if (work->n_y[d])
            sz_map_apply(&c->map[d], c->l_max, c->n_chan, x,
                         channels_of(soap, work, d, k));
    work->norm[k] = (sz_real)sz_power(
        c, work->present + (size_t)k * c->n_slots, channels_of(soap, work, 0, k),
        second_factor(soap, work, k), normalise && !c->spec.sum, power);
    if (c->spec.sum) work->norm[k] = (sz_real)sz_sum(c, power, normalise, p);
}

/* dE/dY of factor d, or the array used for it in an adjoint: dedx if Y is X. */
static sz_real *gradient_of(const sz_soap *soap, const sz_soap_work *work, int d)
{
    d = soap->compression.spec.y_of[d];
    return work->n_y[d] ? work->dedy[d] : work->dedx;
}

/* dE/dY of all factors of atom k, from dE/dp of its products, to the arrays of
 * gradient_of */
static void products_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                             const sz_real *p, int normalise, double norm, sz_real *dedp)
{
    const sz_compression *c = &soap->compression;
    const sz_real *second = second_factor(soap, work, k);
    sz_real *to = c->coupling ? work->dedq : gradient_of(soap, work, 1);

    memset(work->dedq, 0, (size_t)work->n_q * sizeof *work->dedq);
    sz_power_adjoint(c, work->present + (size_t)k * c->n_slots,
                     channels_of(soap, work, 0, k), second, p, normalise, norm, dedp,
                     gradient_of(soap, work, 0), to);
    if (c->coupling)
        sz_couple_adjoint(c, channels_of(soap, work, 1, k), channels_of(soap, work, 2, k),
                          work->coupling, work->dedq, gradient_of(soap, work, 1),
                          gradient_of(soap, work, 2));
}

/* dE/dY of all factors of atom k of the block, from its dE/dp, to the arrays of
 * gradient_of */
static void channels_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                             const sz_real *p, sz_real *dedp)
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

void sz_soap_finish_adjoint(const sz_soap *soap, sz_soap_work *work, int k,
                            const sz_real *p, sz_real *dedp)
{
    const sz_compression *c = &soap->compression;

    channels_adjoint(soap, work, k, p, dedp);
    for (int d = 0; d < c->spec.order; d++)
        if (work->n_y[d])
            sz_map_adjoint(&c->map[d], c->l_max, c->n_chan, work->dedy[d], work->dedx);
}

void sz_soap_finish_tangent(const sz_soap *soap, sz_soap_work *work, const sz_real *p,
                            sz_real *dp)
{
    const sz_compression *c = &soap->compression;
    int sum = c->spec.sum != NULL, normalise = soap->spec.normalise;
    sz_real *change = sum ? work->products : dp; /* of the products */
    const sz_real *dy[SZ_FACTORS] = {0};
    /* left there by the forward stage */
    const sz_real *second = c->coupling ? work->q : channels_of(soap, work, 1, 0);

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

/* ---- from X on --------------------------------------------------------------------- */

void sz_soap_vector_of(const sz_soap *soap, sz_soap_work *work, int k, const sz_real *x,
                       const unsigned char *present, sz_real *p)
{
    const sz_compression *c = &soap->compression;

    memcpy(work->x + (size_t)k * work->n_x, x,
           (size_t)SZ_N_LM(c->l_max) * c->n_chan * sizeof *x);
    memcpy(work->present + (size_t)k * c->n_slots, present, (size_t)c->n_slots);
    sz_soap_finish(soap, work, k, p);
}

void sz_soap_map_slopes(const sz_soap *soap, sz_soap_work *work, int k, const sz_real *p,
                        sz_real *dedp, double *const *dedw)
{
    const sz_compression *c = &soap->compression;
    const sz_real *x = work->x + (size_t)k * work->n_x;

    channels_adjoint(soap, work, k, p, dedp);
    for (int d = 0; d < c->spec.order; d++)
        if (dedw[d] && work->n_y[d])
            sz_map_slope(&c->map[d], c->l_max, c->n_chan, x, work->dedy[d], dedw[d]);
}
