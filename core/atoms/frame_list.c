/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frame_list.c - frame of a file -> neighbour list. */
#include "atoms/frame_list.h"

#include <stdlib.h>
#include <string.h>

#define TOO_CLOSE 1e-6 /* Angstrom; for closer pairs descriptors are only noise */

sz_status sz_frame_fail(const sz_xyz_frame *frame, const char *name, sz_error *err,
                        sz_status status)
{
    sz_error inner = *err;

    return sz_fail(err, status, "%s:%d: %.800s", name, frame->line, inner.message);
}

/* A self-image this close means a wrong cell, which the list refuses. */
int sz_find_coincident(const sz_list *list, int *i, int *j)
{
    for (*i = 0; *i < list->nb.n_atoms; ++*i)
        for (int p = list->nb.first[*i]; p < list->nb.first[*i + 1]; p++) {
            const double *r = list->nb.r + 3 * (size_t)p;

            *j = list->neigh[p];
            if (r[0] * r[0] + r[1] * r[1] + r[2] * r[2] < TOO_CLOSE * TOO_CLOSE) return 1;
        }
    return 0;
}

sz_status sz_check_distances(const sz_list *list, const char *name, int line,
                             sz_error *err)
{
    int i, j;

    if (!sz_find_coincident(list, &i, &j)) return SZ_OK;
    return sz_fail(err, SZ_ERR_NUMERIC,
                   "%s:%d: this atom and the one in line %d coincide", name, line + 2 + i,
                   line + 2 + j);
}

sz_status sz_frame_list(sz_list *list, const sz_xyz_frame *frame, const int *species,
                        const char *name, double cutoff, sz_error *err)
{
    sz_structure s = {
        .n_atoms = frame->n_atoms, .species = species, .position = frame->position};
    sz_status status;

    memcpy(s.cell, frame->cell, sizeof s.cell);
    memcpy(s.pbc, frame->pbc, sizeof s.pbc);
    status = sz_list_build(list, &s, cutoff, err);
    if (status != SZ_OK) return sz_frame_fail(frame, name, err, status);
    return sz_check_distances(list, name, frame->line, err);
}

/* "Nb Mo Ta W" */
static void element_list(const sz_model *model, char *text, size_t room)
{
    size_t used = 0;

    text[0] = 0;
    for (int s = 0; s < sz_model_n_species(model) && used + 8 < room; s++)
        used += (size_t)snprintf(text + used, room - used, s ? " %s" : "%s",
                                 sz_model_symbol(model, s));
}

sz_status sz_frame_species(int **species, const sz_xyz_frame *frame, const char *name,
                           const sz_model *model, const char *model_path, sz_error *err)
{
    int of_z[SZ_Z_MAX + 1],
        *s = realloc(*species, ((size_t)frame->n_atoms + 1) * sizeof *s);
    char elements[512];

    if (!s) return sz_fail_memory(err, (size_t)frame->n_atoms * sizeof *s, "species");
    *species = s;
    for (int z = 1; z <= SZ_Z_MAX; z++)
        of_z[z] = sz_model_species(model, sz_element_symbol(z));
    for (int i = 0; i < frame->n_atoms; i++) {
        s[i] = of_z[frame->z[i]];
        if (s[i] >= 0) continue;
        element_list(model, elements, sizeof elements);
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s:%d: the model %s has %s, not %s", name,
                       frame->line + 2 + i, model_path, elements,
                       sz_element_symbol(frame->z[i]));
    }
    return SZ_OK;
}
