/* SPDX-License-Identifier: BSD-3-Clause
 *
 * triplet_batch.c - finds the triplets of atoms that are instances, and their distances.
 *
 *   angle_3b      x = (r_ij + r_ik, (r_ij - r_ik)^2, r_jk)
 *   distance_Nb   x = (r_12, r_13, r_23), the atoms by atomic number; compact: 1 is i
 *
 * Around each centre every two neighbours are used once, in the order of the list; of
 * like elements the first in the list comes first in x. */
#include "term/triplet_batch.h"

#include "atoms/cutoff.h"

#include <math.h>

enum {
    TILE = 64, /* neighbours of one centre in a tile */
    BATCH = SZ_TRIPLET_BATCH
};

/* Some neighbours of a centre, in the order of the list. */
typedef struct {
    int n, pair[TILE], z[TILE], role[TILE];
    double r[TILE], f[TILE], df[TILE]; /* distance, cutoff function and slope */
} tile;

void sz_triplet_vectors(const sz_triplet_batch *b, int n, double *x)
{
    for (int t = 0; t < n; t++) {
        double sum = b->r[0][t] + b->r[1][t], difference = b->r[0][t] - b->r[1][t];

        x[t] = sum;
        x[BATCH + t] = difference * difference;
        x[2 * BATCH + t] = b->r[2][t];
    }
    if (b->term->spec.kind == SZ_TRIPLET_ANGLE) return;
    for (int t = 0; t < n; t++)
        for (int k = 0; k < 3; k++)
            x[k * BATCH + t] = b->r[sz_triplet_slot[b->place[t]][k]][t];
}

void sz_triplet_flush(sz_triplet_batch *b)
{
    if (b->n > 0) b->take(b);
    b->n = 0;
}

/* neighbour p of tile u and q of tile v, in the order of the list */
static void push(sz_triplet_batch *b, int i, int z, const tile *u, int p, const tile *v,
                 int q)
{
    const sz_triplet_spec *spec = &b->term->spec;
    const double *dp = b->nb->r + 3 * (size_t)u->pair[p];
    const double *dq = b->nb->r + 3 * (size_t)v->pair[q];
    double x = dq[0] - dp[0], y = dq[1] - dp[1], w = dq[2] - dp[2];
    /* the lower atomic number first */
    int t = b->n, first = spec->kind != SZ_TRIPLET_ANGLE && u->z[p] > v->z[q];

    b->centre[t] = i;
    b->pair[first][t] = u->pair[p];
    b->r[first][t] = u->r[p];
    b->f[first][t] = u->f[p];
    b->df[first][t] = u->df[p];
    b->pair[!first][t] = v->pair[q];
    b->r[!first][t] = v->r[q];
    b->f[!first][t] = v->f[q];
    b->df[!first][t] = v->df[q];
    b->r[2][t] = sqrt(x * x + y * y + w * w);
    b->f[2][t] = 1.0;
    b->df[2][t] = 0.0;
    b->place[t] = 0;
    if (spec->kind == SZ_TRIPLET_CLUSTER) {
        double df, f = sz_cutoff(b->r[2][t], spec->cutoff, spec->cutoff_width, &df);

        b->f[2][t] = 1.0 - 2.0 / 3.0 * f;
        b->df[2][t] = -2.0 / 3.0 * df;
        b->place[t] = (u->z[p] < z) + (v->z[q] < z);
    }
    if (++b->n == BATCH) sz_triplet_flush(b);
}

/* Fills a tile with neighbours that have a role, from pair p on; returns the next
 * pair. */
static int fill_tile(tile *u, const sz_triplet_batch *b, unsigned long long allow, int p,
                     int end)
{
    const sz_triplet *term = b->term;

    for (u->n = 0; p < end && u->n < TILE; p++) {
        int species = b->nb->neigh_species[p], role = term->role[species], n = u->n;
        const double *d = b->nb->r + 3 * (size_t)p;
        double r;

        if (!(allow >> 8 * role & 255)) continue;
        r = sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        if (r >= term->spec.cutoff) continue;
        u->pair[n] = p;
        u->z[n] = b->z[species];
        u->role[n] = role;
        u->r[n] = r;
        u->f[n] = sz_cutoff(r, term->spec.cutoff, term->spec.cutoff_width, &u->df[n]);
        u->n++;
    }
    return p;
}

/* long rows are processed tile by tile */
void sz_triplet_visit(sz_triplet_batch *b, int i)
{
    int end = b->nb->first[i + 1], species = b->nb->species[i], zi = b->z[species];
    unsigned long long allow = b->term->allow[b->term->role[species]];
    tile u, v;

    if (!allow) return;
    for (int p = b->nb->first[i]; p < end;) {
        p = fill_tile(&u, b, allow, p, end);
        for (int m = 0; m < u.n; m++)
            for (int n = m + 1; n < u.n; n++)
                if (allow >> (8 * u.role[m] + u.role[n]) & 1)
                    push(b, i, zi, &u, m, &u, n);
        for (int q = p; q < end;) {
            q = fill_tile(&v, b, allow, q, end);
            for (int m = 0; m < u.n; m++)
                for (int n = 0; n < v.n; n++)
                    if (allow >> (8 * u.role[m] + v.role[n]) & 1)
                        push(b, i, zi, &u, m, &v, n);
        }
    }
}
