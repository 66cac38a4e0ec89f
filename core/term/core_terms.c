/* SPDX-License-Identifier: BSD-3-Clause
 *
 * core_terms.c - the core potentials as kinds of terms: they have no descriptor and no
 * sparse points, and stand in a potential by themselves. */
#include "term/core_terms.h"

#include "term/gap.h"
#include "term/glue.h"
#include "term/zbl.h"

#include <stdlib.h>

/* ---- Glue -------------------------------------------------------------------------- */

static void glue_elements(const sz_gap *gap, sz_add_element *add, void *context)
{
    for (int t = 0; gap->glue && t < gap->glue->n_types; t++)
        add(context, gap->glue->type[t].z);
}

static sz_status glue_core(void **group, const sz_gap *gap, const sz_species *species,
                           sz_error *err)
{
    sz_glue *glue = NULL;
    sz_status status = SZ_OK;

    if (gap->glue)
        status = sz_glue_create(&glue, gap->glue, gap->path, species->n, species->z, err);
    *group = glue;
    return status;
}

static void glue_free(void *group)
{
    sz_glue_free(group);
}

static double glue_cutoff(const void *group)
{
    return sz_glue_cutoff(group);
}

static void glue_print(const void *group, const void *plan, const sz_species *species,
                       sz_text *text)
{
    (void)plan;
    (void)species;
    sz_text_add(text, "\ncore potential: Glue\n  %-12s%g Angstrom\n", "cutoff",
                sz_glue_cutoff(group));
}

static void glue_energy(const void *plan, void *work, const sz_species *species,
                        const sz_neigh *nb, double *energy, double *dedr)
{
    (void)work;
    (void)species;
    sz_glue_energy(plan, nb, energy, dedr);
}

const sz_term_kind sz_kind_glue = {.name = "Glue",
                                   .core_elements = glue_elements,
                                   .core = glue_core,
                                   .free = glue_free,
                                   .cutoff = glue_cutoff,
                                   .print = glue_print,
                                   .energy = glue_energy};

/* ---- ZBL --------------------------------------------------------------------------- */

/* It acts on all elements; where there are other terms, on theirs. */
static void zbl_elements(const sz_gap *gap, sz_add_element *add, void *context)
{
    if (gap->zbl && gap->n_terms == 0) add(context, 0);
}

static sz_status zbl_core(void **group, const sz_gap *gap, const sz_species *species,
                          sz_error *err)
{
    sz_zbl *zbl = NULL;

    (void)species;
    *group = NULL;
    if (!gap->zbl) return SZ_OK;
    zbl = malloc(sizeof *zbl);
    if (!zbl) return sz_fail_memory(err, sizeof *zbl, "ZBL");
    *zbl = *gap->zbl;
    *group = zbl;
    return SZ_OK;
}

static double zbl_cutoff(const void *group)
{
    return ((const sz_zbl *)group)->cutoff;
}

static void zbl_print(const void *group, const void *plan, const sz_species *species,
                      sz_text *text)
{
    const sz_zbl *zbl = group;

    (void)plan;
    (void)species;
    sz_text_add(text, "\ncore potential: ZBL\n  %-12s%g, cutoff_width %g Angstrom%s\n",
                "cutoff", zbl->cutoff, zbl->cutoff_width,
                zbl->shift ? ", shifted to zero there" : "");
}

static void zbl_energy(const void *plan, void *work, const sz_species *species,
                       const sz_neigh *nb, double *energy, double *dedr)
{
    (void)work;
    sz_zbl_energy(plan, species->z, nb, energy, dedr);
}

const sz_term_kind sz_kind_zbl = {.name = "ZBL",
                                  .core_elements = zbl_elements,
                                  .core = zbl_core,
                                  .free = free,
                                  .cutoff = zbl_cutoff,
                                  .print = zbl_print,
                                  .energy = zbl_energy};
