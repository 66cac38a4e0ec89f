/* SPDX-License-Identifier: BSD-3-Clause
 *
 * batch.c - iterates over the neighbours of an atom.
 *
 *   row of the list --sort--> chunk --SZ_LANES at a time--> r, u = d / r
 *
 * Harmonics and distances depend only on the pair, so all descriptors of one centre use
 * the same batch, each with its own lanes. Neighbours of one slot are adjacent: the
 * density processes them together. */
#include "descriptor/batch.h"

#include <math.h>
#include <string.h>

/* adds cutoff2 to the shells; if there are too many the smallest is removed */
static void add_shell(sz_walk *walk, double cutoff2)
{
    double *shell = walk->shell2;
    int at = 0;

    while (at < walk->n_shells && shell[at] < cutoff2) at++;
    if (at < walk->n_shells && shell[at] == cutoff2) return;
    if (walk->n_shells < SZ_SHELLS) {
        memmove(shell + at + 1, shell + at,
                (size_t)(walk->n_shells++ - at) * sizeof *shell);
    } else if (at-- > 0) {
        memmove(shell, shell + 1, (size_t)at * sizeof *shell);
    } else {
        return;
    }
    shell[at] = cutoff2;
}

void sz_walk_start(sz_walk *walk, const sz_neigh *nb, int n_reaches,
                   const sz_reach *reach)
{
    walk->nb = nb;
    walk->n_shells = 0;
    walk->by = reach[0];
    walk->least = n_reaches > 1 ? -1 : 0; /* one descriptor may need what another
                                             ignores */
    for (int k = 0; k < n_reaches; k++) {
        add_shell(walk, reach[k].cutoff * reach[k].cutoff);
        if (reach[k].n_slots > walk->by.n_slots) walk->by = reach[k];
    }
}

void sz_walk_to(sz_walk *walk, int i)
{
    walk->next = walk->nb->first[i];
    walk->end = walk->nb->first[i + 1];
    walk->n = walk->taken = 0;
}

void sz_walk_fetch(const sz_walk *walk, int i, const double *dedr)
{
    const sz_neigh *nb = walk->nb;
    size_t first = (size_t)nb->first[i], end = (size_t)nb->first[i + 1];

    for (size_t k = 3 * first; k < 3 * end; k += SZ_LANES) {
        __builtin_prefetch(nb->r + k, 0, 3);
        if (dedr) __builtin_prefetch(dedr + k, 1, 3);
    }
    for (size_t k = first; k < end; k += 2 * SZ_LANES)
        __builtin_prefetch(nb->neigh_species + k, 0, 3);
}

/* Fills pair with the next neighbours in use, at most SZ_CHUNK, and key with their sort
 * keys: shell * (n_slots + 1) + slot + 1. Returns how many. */
static int collect(sz_walk *walk, int *pair, int *key)
{
    const sz_neigh *nb = walk->nb;
    const int *slot = walk->by.slot;
    int n_shells = walk->n_shells, n_keys = walk->by.n_slots + 1, least = walk->least;
    int by_slot = walk->by.n_slots > 1, next = walk->next, n = 0;

    for (; next < walk->end && n < SZ_CHUNK; next++) {
        const double *d = nb->r + 3 * (size_t)next;
        double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        int s = slot[nb->neigh_species[next]], shell = 0;

        for (int k = 0; k < n_shells; k++) shell += r2 >= walk->shell2[k];
        pair[n] = next;
        key[n] = shell * n_keys + (by_slot ? s + 1 : 0);
        n += (s >= least) & (shell < n_shells);
    }
    walk->next = next;
    return n;
}

/* The next SZ_CHUNK neighbours, sorted. */
static void next_chunk(sz_walk *walk)
{
    int n_keys = walk->n_shells * (walk->by.n_slots + 1);
    int pair[SZ_CHUNK], key[SZ_CHUNK], first[SZ_SHELLS * (SZ_Z_MAX + 1) + 1];
    int n = collect(walk, pair, key);

    walk->n = n;
    walk->taken = 0;
    memset(first, 0, ((size_t)n_keys + 1) * sizeof *first);
    for (int k = 0; k < n; k++) first[key[k] + 1]++;
    for (int k = 1; k < n_keys; k++) first[k] += first[k - 1];
    for (int k = 0; k < n; k++) walk->pair[first[key[k]]++] = pair[k];
}

/* r and u from the pairs' vectors */
SZ_CLONES static void normalise(const double *r, sz_batch *b)
{
    const int *p = b->pair;
    sz_lanes v[3], r2;

    for (int x = 0; x < 3; x++) {
        sz_lanes g = {r[3 * (size_t)p[0] + x], r[3 * (size_t)p[1] + x],
                      r[3 * (size_t)p[2] + x], r[3 * (size_t)p[3] + x],
                      r[3 * (size_t)p[4] + x], r[3 * (size_t)p[5] + x],
                      r[3 * (size_t)p[6] + x], r[3 * (size_t)p[7] + x]};
        v[x] = g;
    }
    r2 = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    for (int k = 0; k < SZ_LANES; k++) r2[k] = sqrt(r2[k]);
    SZ_AT(b->r) = r2;
    r2 = 1.0 / r2;
    for (int x = 0; x < 3; x++) SZ_AT(b->u + x * SZ_LANES) = v[x] * r2;
}

int sz_walk_next(sz_walk *walk, sz_batch *b)
{
    const int *species = walk->nb->neigh_species;

    if (walk->taken == walk->n) next_chunk(walk);
    b->n = walk->n - walk->taken < SZ_LANES ? walk->n - walk->taken : SZ_LANES;
    if (b->n == 0) return 0;
    for (int k = 0; k < SZ_LANES; k++) {
        b->pair[k] = walk->pair[walk->taken + (k < b->n ? k : 0)];
        b->species[k] = species[b->pair[k]];
    }
    walk->taken += b->n;
    normalise(walk->nb->r, b);
    return 1;
}
