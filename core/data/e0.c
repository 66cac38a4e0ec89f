/* SPDX-License-Identifier: BSD-3-Clause
 *
 * e0.c - the energy e0 of an atom on its own, taken off before the fit:
 *
 *   given     from the command line
 *   isolated  the one frame of a single atom of the element without neighbours in reach
 *   average   mean over the frames of energy / n_atoms, the same for every element
 *
 * Energies are those without the core potential. e0_offset is added at the end: to the
 * elements of the data, or to all of them where e0 was given. */
#include "data/e0.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *symbol(const sz_dataset *train, int species)
{
    return sz_element_symbol(train->z[species]);
}

/* ---- isolated atoms ---------------------------------------------------------------- */

typedef struct {
    int frame[SZ_Z_MAX]; /* [n_species] index of the isolated atom, or -1 */
    int near[SZ_Z_MAX];  /* a single atom that is its own neighbour, or -1 */
} isolated;

static sz_status look_at_single(isolated *found, const sz_dataset *train, int f,
                                sz_list *list, double cutoff, sz_error *err)
{
    sz_structure s = sz_dataset_structure(train, f);
    int *frame = found->frame + s.species[0];
    sz_error why;

    if (sz_list_build(list, &s, cutoff, &why) != SZ_OK)
        return sz_fail(err, why.status, "%s:%d: %.800s", train->path,
                       train->frame[f].line, why.message);
    if (list->n_pairs > 0) {
        found->near[s.species[0]] = f;
        return SZ_OK;
    }
    if (*frame >= 0)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s:%d: a second isolated atom of %s, the first is in line %d; keep "
            "one, or give e0=",
            train->path, train->frame[f].line, symbol(train, s.species[0]),
            train->frame[*frame].line);
    *frame = f;
    return SZ_OK;
}

static sz_status fail_missing(const isolated *found, const sz_dataset *train, int species,
                              double cutoff, sz_error *err)
{
    const char *name = symbol(train, species);
    char hint[128] = "";

    if (found->near[species] >= 0)
        snprintf(hint, sizeof hint,
                 " (the one in line %d has its own images in reach: enlarge its cell)",
                 train->frame[found->near[species]].line);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s has no isolated atom of %s to take e0 from%s: add a frame of one "
                   "atom with an energy and no neighbour within %g Angstrom, or give "
                   "e0={%s:..}, or e0_method=average",
                   train->path, name, hint, cutoff, name);
}

static sz_status from_isolated(sz_e0 *e0, const sz_dataset *train, double cutoff,
                               sz_error *err)
{
    sz_list list = {0};
    isolated found;
    sz_status status = SZ_OK;

    for (int s = 0; s < SZ_Z_MAX; s++) found.frame[s] = found.near[s] = -1;
    for (int f = 0; f < train->n_frames && status == SZ_OK; f++)
        if (train->frame[f].n_atoms == 1 && train->frame[f].target.has_energy)
            status = look_at_single(&found, train, f, &list, cutoff, err);
    sz_list_free(&list);
    for (int s = 0; s < train->n_species && status == SZ_OK; s++) {
        if (found.frame[s] < 0) return fail_missing(&found, train, s, cutoff, err);
        e0->value[train->z[s]] = train->frame[found.frame[s]].target.energy;
    }
    return status;
}

/* ---- the three ways ---------------------------------------------------------------- */

static void from_average(sz_e0 *e0, const sz_dataset *train)
{
    double sum = 0.0;
    int n = 0;

    for (int f = 0; f < train->n_frames; f++) {
        if (!train->frame[f].target.has_energy) continue;
        sum += train->frame[f].target.energy / train->frame[f].n_atoms;
        n++;
    }
    for (int s = 0; s < train->n_species; s++) e0->value[train->z[s]] = sum / n;
}

sz_status sz_dataset_find_e0(sz_e0 *e0, const sz_dataset *train, const sz_e0_rule *rule,
                             sz_error *err)
{
    sz_status status = SZ_OK;

    memset(e0, 0, sizeof *e0);
    if (rule->method == SZ_E0_GIVEN) {
        *e0 = *rule->given;
        for (int z = 1; z <= SZ_Z_MAX; z++) e0->value[z] += rule->offset;
        return SZ_OK;
    }
    if (rule->method == SZ_E0_ISOLATED)
        status = from_isolated(e0, train, rule->cutoff, err);
    else
        from_average(e0, train);
    for (int s = 0; s < train->n_species; s++) {
        e0->value[train->z[s]] += rule->offset;
        e0->known[train->z[s]] = 1;
    }
    return status;
}

sz_status sz_dataset_take_e0(sz_dataset *train, const sz_e0 *e0, sz_error *err)
{
    for (int f = 0; f < train->n_frames; f++) {
        sz_dataset_frame *frame = train->frame + f;

        for (int i = 0; i < frame->n_atoms; i++) {
            int s = train->species[frame->first + (size_t)i], z = train->z[s];

            if (!e0->known[z])
                return sz_fail(err, SZ_ERR_FORMAT,
                               "%s:%d: there is no e0 for %s; add it to e0={..}",
                               train->path, frame->line + 2 + i, symbol(train, s));
            if (frame->target.has_energy) frame->target.energy -= e0->value[z];
        }
    }
    return SZ_OK;
}
