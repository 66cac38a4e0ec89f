/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gap_add.c - the sum of two potentials: a GAP with the terms of both,
 *
 *   E = E_scale (sum_i e0(Z_i) + sum over terms of sum_s alpha_s K_s) + core
 *
 * where different factors are included in e0 and alpha. */
#include "model/gap.h"

#include <stdlib.h>
#include <string.h>

/* gap_version from which all keys have their present meaning; nu_R and nu_S were
 * redefined later, and their present meaning is used for every version. */
enum { VERSION_SETTLED = 1596837814 };

static sz_status check_versions(const sz_gap *a, const sz_gap *b, sz_error *err)
{
    if (a->n_terms == 0 || b->n_terms == 0 || a->version == b->version ||
        (a->version >= VERSION_SETTLED && b->version >= VERSION_SETTLED))
        return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s and %s have gap_version %d and %d: descriptors of the older one "
                   "have another meaning, so they cannot be in one model; fit it again",
                   a->path, b->path, a->version, b->version);
}

static void take_scale_in(sz_gap *gap)
{
    for (int z = 0; z <= SZ_Z_MAX; z++) gap->e0[z] *= gap->e_scale;
    for (int k = 0; k < gap->n_terms; k++)
        for (int s = 0; s < gap->term[k].n_sparse; s++)
            gap->term[k].alpha[s] *= gap->e_scale;
    gap->e_scale = 1.0;
}

/* the core potential that both have, or NULL */
static const char *shared_core(const sz_gap *a, const sz_gap *b)
{
    return a->glue && b->glue         ? "IP Glue"
           : a->zbl && b->zbl         ? "IP ZBL"
           : a->lj && b->lj           ? "IP LJ"
           : a->coulomb && b->coulomb ? "IP Coulomb"
                                      : NULL;
}

static void take_core(sz_gap *gap, sz_gap *other)
{
    if (other->glue) gap->glue = other->glue;
    if (other->zbl) gap->zbl = other->zbl;
    if (other->lj) gap->lj = other->lj;
    if (other->coulomb) gap->coulomb = other->coulomb;
    other->glue = NULL;
    other->zbl = NULL;
    other->lj = NULL;
    other->coulomb = NULL;
}

sz_status sz_gap_add(sz_gap *gap, sz_gap *other, sz_error *err)
{
    size_t n = (size_t)gap->n_terms, m = (size_t)other->n_terms;
    const char *core;
    sz_gap_term *all;
    sz_status status = check_versions(gap, other, err);

    if (status != SZ_OK) return status;
    core = shared_core(gap, other);
    if (core)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s and %s both have %s: a model can have it once", gap->path,
                       other->path, core);
    all = calloc(n + m + 1, sizeof *all);
    if (!all) return sz_fail_memory(err, (n + m) * sizeof *all, "the terms");
    if (gap->e_scale != 1.0 || other->e_scale != 1.0) {
        take_scale_in(gap);
        take_scale_in(other);
    }
    for (int z = 0; z <= SZ_Z_MAX; z++) gap->e0[z] += other->e0[z];
    if (m) memcpy(all, other->term, m * sizeof *all);
    if (n) memcpy(all + m, gap->term, n * sizeof *all);
    free(gap->term);
    gap->term = all;
    gap->n_terms += other->n_terms;
    other->n_terms = 0;
    if (m && other->version > gap->version) gap->version = other->version;
    take_core(gap, other);
    return SZ_OK;
}
