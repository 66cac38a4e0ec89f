/* SPDX-License-Identifier: BSD-3-Clause
 *
 * environment.c - sparse points stored as neighbour vectors and elements.
 *
 *   p_s = descriptor of { (z_j, r_j - r_s) : |r_j - r_s| < cutoff }
 *
 * 25 bytes per neighbour, while the vector p_s takes 8 per component: about 20 times
 * less; the descriptor recomputes it in milliseconds. */
#include "descriptor/environment.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

sz_status sz_environments_create(sz_environments **env, sz_error *err)
{
    sz_environments *e = calloc(1, sizeof *e);

    *env = NULL;
    if (e) e->first = calloc(1, sizeof *e->first);
    if (!e || !e->first) {
        free(e);
        return sz_fail_memory(err, sizeof *e, "the environments");
    }
    *env = e;
    return SZ_OK;
}

void sz_environments_free(sz_environments *env)
{
    if (!env) return;
    free(env->first);
    free(env->z);
    free(env->neigh_z);
    free(env->r);
    free(env);
}

/* room for n elements of *array */
static int grow(void *array, size_t n, size_t size)
{
    void *old, *new;

    memcpy(&old, array, sizeof old);
    new = realloc(old, n * size);
    if (new) memcpy(array, &new, sizeof new);
    return new != NULL;
}

static sz_status make_room(sz_environments *env, size_t n_neigh, sz_error *err)
{
    size_t used = (size_t)env->first[env->n];

    if (used + n_neigh > INT_MAX)
        return sz_fail(
            err, SZ_ERR_ARGUMENT,
            "the environments have more than %d neighbours; use fewer sparse points",
            INT_MAX);
    if (env->n == env->room) {
        size_t n = 2 * (size_t)env->room + 64;

        if (!grow(&env->first, n + 1, sizeof *env->first) ||
            !grow(&env->z, n, sizeof *env->z))
            return sz_fail_memory(err, n * sizeof *env->first, "the environments");
        env->room = (int)n;
    }
    if (used + n_neigh > env->neigh_room) {
        size_t n = 2 * (used + n_neigh);

        if (!grow(&env->neigh_z, n, sizeof *env->neigh_z) ||
            !grow(&env->r, n, 3 * sizeof *env->r))
            return sz_fail_memory(err, 3 * n * sizeof *env->r, "the environments");
        env->neigh_room = n;
    }
    return SZ_OK;
}

sz_status sz_environments_add(sz_environments *env, const sz_neigh *nb, const int *z,
                              int i, double cutoff, sz_error *err)
{
    int n_neigh = nb->first[i + 1] - nb->first[i];
    sz_status status = make_room(env, (size_t)n_neigh, err);
    int at;

    if (status != SZ_OK) return status;
    at = env->first[env->n];
    env->z[env->n] = (unsigned char)z[nb->species[i]];
    for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
        const double *d = nb->r + 3 * (size_t)j;

        if (!(d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < cutoff * cutoff)) continue;
        env->neigh_z[at] = (unsigned char)z[nb->neigh_species[j]];
        memcpy(env->r + 3 * (size_t)at++, d, 3 * sizeof *d);
    }
    env->first[++env->n] = at;
    return SZ_OK;
}

const char *sz_environments_fault(const sz_environments *env)
{
    for (int s = 0; s < env->n; s++)
        if (env->z[s] < 1 || env->z[s] > SZ_Z_MAX)
            return "the centre of an environment is not an element";
    for (int j = 0; j < env->first[env->n]; j++) {
        const double *d = env->r + 3 * (size_t)j;
        double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];

        if (env->neigh_z[j] < 1 || env->neigh_z[j] > SZ_Z_MAX)
            return "a neighbour in an environment is not an element";
        if (!(r2 >= 1e-12) || !isfinite(r2))
            return "a neighbour in an environment is at distance zero, or not at a "
                   "finite "
                   "one";
    }
    return NULL;
}

/* The environments as a neighbour list, species z-1; the caller frees memory. */
static sz_status as_list(const sz_environments *env, sz_neigh *nb, int **memory,
                         sz_error *err)
{
    size_t n = (size_t)env->n, n_neigh = (size_t)env->first[env->n];
    int *species = malloc((n + n_neigh + 1) * sizeof *species);

    *memory = species;
    if (!species)
        return sz_fail_memory(err, (n + n_neigh) * sizeof *species, "the environments");
    for (size_t s = 0; s < n; s++) species[s] = env->z[s] - 1;
    for (size_t j = 0; j < n_neigh; j++) species[n + j] = env->neigh_z[j] - 1;
    *nb = (sz_neigh){env->n, species, env->first, species + n, env->r};
    return SZ_OK;
}

sz_status sz_environments_describe(const sz_environments *env, const sz_describer *d,
                                   double *p, sz_error *err)
{
    enum { BLOCK = 16 };
    int z[SZ_Z_MAX], slot[SZ_Z_MAX], *memory;
    const sz_slots slots = {z, slot};
    sz_describer_work *work = NULL;
    sz_neigh nb;
    sz_status status = as_list(env, &nb, &memory, err);

    for (int k = 0; k < SZ_Z_MAX; k++) {
        z[k] = k + 1;
        slot[k] = sz_describer_slot(d, k + 1);
    }
    if (status == SZ_OK) status = sz_describer_work_create(&work, d, BLOCK, err);
    for (int s = 0; s < env->n && status == SZ_OK; s += BLOCK) {
        int atom[BLOCK], n = env->n - s < BLOCK ? env->n - s : BLOCK;

        for (int k = 0; k < n; k++) atom[k] = s + k;
        sz_describer_forward(d, work, &nb, &slots, n, atom, p + (size_t)s * d->stride);
    }
    sz_describer_work_free(work);
    free(memory);
    return status;
}
