/* SPDX-License-Identifier: BSD-3-Clause
 *
 * e0.c - the energy e0 of an isolated atom, subtracted before the fit:
 *
 *   given     from the command line
 *   isolated  the one frame of a single atom of the element without neighbours within the
 * cutoff average   mean over the frames of energy / n_atoms, the same for every element
 *
 * Energies are those without the core potential. e0_offset is added at the end: to the
 * elements in the data, or to all elements if e0 was given. */
#include "data/e0.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *symbol(const sz_dataset *data, int species)
{
    return sz_element_symbol(data->z[species]);
}

/* "line 12", or "frame 3" if there is no file */
static const char *spot(const sz_dataset *data, int f, char text[40])
{
    int line = data->frame[f].line;

    snprintf(text, 40, line ? "line %d" : "frame %d", line ? line : f + 1);
    return text;
}

/* ---- isolated atoms ---------------------------------------------------------------- */

typedef struct {
    int frame[SZ_Z_MAX]; /* [n_species] index of the isolated atom, or -1 */
    int near[SZ_Z_MAX];  /* a single atom within the cutoff of its own images, or -1 */
} isolated;

static sz_status look_at_single(isolated *found, const sz_dataset *data, int f,
                                sz_list *list, double cutoff, sz_error *err)
{
    sz_structure s = sz_dataset_structure(data, f);
    int *frame = found->frame + s.species[0];
    sz_error why;
    char place[SZ_PLACE], first[40];

    if (sz_list_build(list, &s, cutoff, &why) != SZ_OK)
        return sz_fail(err, why.status, "%s: %.700s",
                       sz_dataset_place(data, f, SZ_FIRST_LINE, place), why.message);
    if (list->n_pairs > 0) {
        found->near[s.species[0]] = f;
        return SZ_OK;
    }
    if (*frame >= 0)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: a second isolated atom of %s, the first is in %s; keep one, or give e0=",
            sz_dataset_place(data, f, SZ_FIRST_LINE, place), symbol(data, s.species[0]),
            spot(data, *frame, first));
    *frame = f;
    return SZ_OK;
}

static sz_status fail_missing(const isolated *found, const sz_dataset *data, int species,
                              double cutoff, sz_error *err)
{
    const char *name = symbol(data, species);
    char hint[128] = "", near[40];

    if (found->near[species] >= 0)
        snprintf(
            hint, sizeof hint,
            " (the one in %s is within the cutoff of its own images: enlarge its cell)",
            spot(data, found->near[species], near));
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s has no isolated atom of %s for e0%s: add a frame of one "
                   "atom with an energy and no neighbour within %g Angstrom, or give "
                   "e0={%s:..}, or e0_method=average",
                   data->path, name, hint, cutoff, name);
}

static sz_status from_isolated(sz_e0 *e0, const sz_targets *targets, double cutoff,
                               sz_error *err)
{
    const sz_dataset *data = targets->data;
    sz_list list = {0};
    isolated found;
    sz_status status = SZ_OK;

    for (int s = 0; s < SZ_Z_MAX; s++) found.frame[s] = found.near[s] = -1;
    for (int f = 0; f < data->n_frames && status == SZ_OK; f++)
        if (data->frame[f].n_atoms == 1 && data->frame[f].has_energy)
            status = look_at_single(&found, data, f, &list, cutoff, err);
    sz_list_free(&list);
    for (int s = 0; s < data->n_species && status == SZ_OK; s++) {
        if (found.frame[s] < 0) return fail_missing(&found, data, s, cutoff, err);
        e0->value[data->z[s]] = targets->frame[found.frame[s]].energy;
    }
    return status;
}

/* ---- the three methods ------------------------------------------------------------- */

static void from_average(sz_e0 *e0, const sz_targets *targets)
{
    const sz_dataset *data = targets->data;
    double sum = 0.0;
    int n = 0;

    for (int f = 0; f < data->n_frames; f++) {
        if (!data->frame[f].has_energy) continue;
        sum += targets->frame[f].energy / data->frame[f].n_atoms;
        n++;
    }
    for (int s = 0; s < data->n_species; s++) e0->value[data->z[s]] = sum / n;
}

sz_status sz_targets_find_e0(sz_e0 *e0, const sz_targets *targets, const sz_e0_rule *rule,
                             sz_error *err)
{
    const sz_dataset *data = targets->data;
    sz_status status = SZ_OK;

    memset(e0, 0, sizeof *e0);
    if (rule->method == SZ_E0_GIVEN) {
        *e0 = *rule->given;
        for (int z = 1; z <= SZ_Z_MAX; z++) e0->value[z] += rule->offset;
        return SZ_OK;
    }
    if (rule->method == SZ_E0_ISOLATED)
        status = from_isolated(e0, targets, rule->cutoff, err);
    else
        from_average(e0, targets);
    for (int s = 0; s < data->n_species; s++) {
        e0->value[data->z[s]] += rule->offset;
        e0->known[data->z[s]] = 1;
    }
    return status;
}

sz_status sz_targets_take_e0(sz_targets *targets, const sz_e0 *e0, sz_error *err)
{
    const sz_dataset *data = targets->data;
    char place[SZ_PLACE];

    for (int f = 0; f < data->n_frames; f++) {
        const sz_dataset_frame *frame = data->frame + f;

        for (int i = 0; i < frame->n_atoms; i++) {
            int s = data->species[frame->first + (size_t)i], z = data->z[s];

            if (!e0->known[z])
                return sz_fail(err, SZ_ERR_FORMAT,
                               "%s: there is no e0 for %s; add it to e0={..}",
                               sz_dataset_place(data, f, i, place), symbol(data, s));
            if (frame->has_energy) targets->frame[f].energy -= e0->value[z];
        }
    }
    return SZ_OK;
}
