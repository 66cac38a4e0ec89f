/* SPDX-License-Identifier: BSD-3-Clause
 *
 * acsf_chain.c - symmetry functions of an atom, and their adjoint.
 *
 *   row of the list --> tiles of neighbours, group by group --> G1, G2, G3
 *   two tiles --acsf_pairs.c--> G4, G5
 *
 * Atoms with more neighbours than fit into a tile have several tiles, and every two of
 * them are combined once. */
#include "descriptor/acsf_work.h"

#include <stdlib.h>
#include <string.h>

sz_status sz_acsf_work_create(sz_acsf_work **work, sz_error *err)
{
    size_t size = (sizeof **work + 63) / 64 * 64;

    *work = aligned_alloc(64, size);
    if (!*work) return sz_fail_memory(err, size, "the scratch of a descriptor");
    memset(*work, 0, size);
    return SZ_OK;
}

void sz_acsf_work_free(sz_acsf_work *work)
{
    free(work);
}

/* ---- tiles ------------------------------------------------------------------------- */

/* A row of the list being read: next is the next pair, n the number used so far. */
typedef struct {
    const sz_acsf *acsf;
    const sz_neigh *nb;
    const int *slot;
    int next, end, n;
} reader;

static reader read_row(const sz_acsf *acsf, const sz_neigh *nb, const int *slot, int i)
{
    return (reader){acsf, nb, slot, nb->first[i], nb->first[i + 1], 0};
}

/* f and h of the neighbours of a tile */
SZ_CLONES static void cut(const sz_acsf *acsf, sz_acsf_tile *t)
{
    for (int k = 0; k < t->n; k++) t->r[k] = sqrt(t->r2[k]);
    for (int k = t->n; k < (int)SZ_PAD(t->n); k++) t->r[k] = acsf->spec.cutoff;
    for (int k = 0; k < t->n; k += SZ_LANES) {
        sz_doubles r = SZ_GET_DOUBLES(t->r + k);

        sz_acsf_cut(acsf->spec.cutoff, &r, (sz_doubles *)(t->f + k),
                    (sz_doubles *)(t->h + k));
    }
}

static double length2(const double *d)
{
    return d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

/* Sorts the n pairs of group[k] into the tile; first: number used before. */
static void sort(const reader *row, int n, const int *pair, const int *slot, int first,
                 sz_acsf_tile *t)
{
    int n_groups = row->acsf->n_groups, at[SZ_Z_MAX + 1];

    memset(t->start, 0, sizeof t->start);
    for (int k = 0; k < n; k++) t->start[n_groups > 1 ? slot[k] + 1 : 1]++;
    for (int g = 0; g < n_groups; g++) t->start[g + 1] += t->start[g];
    memcpy(at, t->start, sizeof at);
    t->n = n;
    for (int k = 0; k < n; k++) {
        int to = at[n_groups > 1 ? slot[k] : 0]++;
        const double *d = row->nb->r + 3 * (size_t)pair[k];

        t->pair[to] = pair[k];
        t->index[to] = first + k;
        t->r2[to] = length2(d);
        for (int x = 0; x < 3; x++) {
            t->d[x][to] = d[x];
            t->g[x][to] = 0.0;
        }
    }
    cut(row->acsf, t);
    for (int k = 0; k < n; k++) {
        double weight = row->acsf->weight[row->slot[row->nb->neigh_species[t->pair[k]]]];

        t->f[k] *= weight;
        t->h[k] *= weight;
    }
}

/* The next tile of the row; returns its number of neighbours. */
static int next_tile(reader *row, sz_acsf_tile *t)
{
    double most = row->acsf->spec.cutoff * row->acsf->spec.cutoff;
    int pair[SZ_ACSF_TILE], slot[SZ_ACSF_TILE], n = 0;

    for (; row->next < row->end && n < SZ_ACSF_TILE; row->next++) {
        pair[n] = row->next;
        slot[n] = row->slot[row->nb->neigh_species[row->next]];
        n += slot[n] >= 0 && length2(row->nb->r + 3 * (size_t)row->next) < most;
    }
    sort(row, n, pair, slot, row->n, t);
    row->n += n;
    return n;
}

/* ---- sums over neighbours ---------------------------------------------------------- */

/* Function m of the two-body part of neighbours k .. k+7 of a tile: its value without the
 * weight f, and the slope of that divided by r. */
SZ_INLINE void two_body(const sz_acsf *acsf, int m, const sz_acsf_tile *t, int k,
                        sz_doubles *value, sz_doubles *slope)
{
    const sz_acsf_spec *s = &acsf->spec;
    const sz_doubles r = SZ_GET_DOUBLES(t->r + k);

    m -= s->g1;
    *value = (sz_doubles){0} + 1.0;
    *slope = (sz_doubles){0};
    if (m < 0) return;
    if (m < s->n2) {
        const sz_doubles d = r - s->shift[m];

        *value = -s->eta[m] * d * d;
        sz_exp_lanes(value);
        *slope = -2.0 * s->eta[m] * d / r * *value;
        return;
    }
    for (int i = 0; i < SZ_LANES; i++) {
        double kappa = s->kappa[m - s->n2];

        (*value)[i] = cos(kappa * r[i]);
        (*slope)[i] = -kappa * sin(kappa * r[i]) / r[i];
    }
}

/* sum over the neighbours from k to end of function m */
SZ_CLONES static double sum_two(const sz_acsf *acsf, int m, const sz_acsf_tile *t, int k,
                                int end)
{
    sz_doubles sum = {0};

    for (; k < end; k += SZ_LANES) {
        sz_doubles value, slope, f = SZ_GET_DOUBLES(t->f + k);

        two_body(acsf, m, t, k, &value, &slope);
        for (int i = end - k; i < SZ_LANES; i++) f[i] = value[i] = 0.0;
        sum += value * f;
    }
    return sz_sum_doubles(sum);
}

/* own [n of the range] += weight (dG_m/dr) / r */
SZ_CLONES static void slope_two(const sz_acsf *acsf, int m, const sz_acsf_tile *t, int k,
                                int end, double weight, double *own)
{
    for (; k < end; k += SZ_LANES, own += SZ_LANES) {
        const sz_doubles f = SZ_GET_DOUBLES(t->f + k), h = SZ_GET_DOUBLES(t->h + k);
        sz_doubles value, slope;

        two_body(acsf, m, t, k, &value, &slope);
        *(sz_doubles *)own += weight * (slope * f + value * h);
    }
}

static void add_two_body(const sz_acsf *acsf, const sz_acsf_tile *t, double *p)
{
    for (int g = 0; g < acsf->n_groups; g++)
        for (int m = 0; m < acsf->two && t->start[g] < t->start[g + 1]; m++)
            p[g * acsf->two + m] += sum_two(acsf, m, t, t->start[g], t->start[g + 1]);
}

/* added to the tile's dE/dr */
static void add_two_slopes(const sz_acsf *acsf, const double *dedp, sz_acsf_tile *t)
{
    for (int g = 0; g < acsf->n_groups; g++) {
        int start = t->start[g], end = t->start[g + 1];
        double own[SZ_ACSF_ROOM];

        if (start == end) continue;
        memset(own, 0, sizeof own);
        for (int m = 0; m < acsf->two; m++)
            slope_two(acsf, m, t, start, end, dedp[g * acsf->two + m], own);
        for (int x = 0; x < 3; x++)
            for (int k = start; k < end; k++) t->g[x][k] += own[k - start] * t->d[x][k];
    }
}

static void add_two_jacobian(const sz_acsf *acsf, const sz_acsf_tile *t, double *jacobian)
{
    for (int g = 0; g < acsf->n_groups; g++)
        for (int m = 0; m < acsf->two; m++) {
            int start = t->start[g], end = t->start[g + 1];
            double own[SZ_ACSF_ROOM] = {0};

            slope_two(acsf, m, t, start, end, 1.0, own);
            for (int k = start; k < end; k++)
                for (int x = 0; x < 3; x++)
                    jacobian[(size_t)(3 * t->index[k] + x) * (size_t)acsf->stride +
                             (size_t)(g * acsf->two + m)] += own[k - start] * t->d[x][k];
        }
}

/* ---- vectors ----------------------------------------------------------------------- */

/* dedr += the dE/dr of a tile, which is then cleared */
static void flush(sz_acsf_tile *t, double *dedr)
{
    for (int k = 0; k < t->n; k++)
        for (int x = 0; x < 3; x++) {
            dedr[3 * (size_t)t->pair[k] + x] += t->g[x][k];
            t->g[x][k] = 0.0;
        }
}

/* The pairs of tile work->tile[0] with itself and with all earlier tiles, which end at
 * pair end of the list. */
static void sweep_pairs(sz_acsf_work *work, reader before, int end,
                        const sz_acsf_sweep *sweep, double *dedr)
{
    sz_acsf_tile *t = work->tile, *other = work->tile + 1;

    sz_acsf_pairs(before.acsf, work, t, t, sweep);
    while (before.next < end && next_tile(&before, other) > 0) {
        sz_acsf_pairs(before.acsf, work, t, other, sweep);
        if (dedr) flush(other, dedr);
    }
}

void sz_acsf_forward(const sz_acsf *acsf, sz_acsf_work *work, const sz_neigh *nb,
                     const int *slot, int i, double *p)
{
    const sz_acsf_sweep sweep = {.p = p};
    const reader start = read_row(acsf, nb, slot, i);
    reader row = start;

    memset(p, 0, (size_t)acsf->length * sizeof *p);
    for (int from = row.next; next_tile(&row, work->tile) > 0; from = row.next) {
        add_two_body(acsf, work->tile, p);
        sweep_pairs(work, start, from, &sweep, NULL);
    }
}

void sz_acsf_adjoint(const sz_acsf *acsf, sz_acsf_work *work, const sz_neigh *nb,
                     const int *slot, int i, const double *dedp, double *dedr)
{
    const sz_acsf_sweep sweep = {.dedp = dedp};
    const reader start = read_row(acsf, nb, slot, i);
    reader row = start;

    for (int from = row.next; next_tile(&row, work->tile) > 0; from = row.next) {
        add_two_slopes(acsf, dedp, work->tile);
        sweep_pairs(work, start, from, &sweep, dedr);
        flush(work->tile, dedr);
    }
}

int sz_acsf_jacobian(const sz_acsf *acsf, sz_acsf_work *work, const sz_neigh *nb,
                     const int *slot, int i, int *pair, double *jacobian)
{
    size_t stride = (size_t)acsf->stride;
    const sz_acsf_sweep sweep = {.jacobian = jacobian};
    const reader start = read_row(acsf, nb, slot, i);
    reader row = start;
    int n = 0;

    while ((n = next_tile(&row, work->tile)) > 0)
        memset(jacobian + 3 * (size_t)(row.n - n) * stride, 0,
               3 * (size_t)n * stride * sizeof *jacobian);
    row = start;
    for (int from = row.next; next_tile(&row, work->tile) > 0; from = row.next) {
        const sz_acsf_tile *t = work->tile;

        for (int k = 0; k < t->n; k++) pair[t->index[k]] = t->pair[k];
        add_two_jacobian(acsf, t, jacobian);
        sweep_pairs(work, start, from, &sweep, NULL);
    }
    return row.n;
}
