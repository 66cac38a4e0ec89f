/* SPDX-License-Identifier: BSD-3-Clause
 *
 * core_terms.c - the core potentials as kinds of terms: they have no descriptor and no
 * sparse points. */
#include "term/core_terms.h"

#include "term/coulomb.h"
#include "term/gap.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

#include <stdlib.h>

/* ---- Glue -------------------------------------------------------------------------- */

static void glue_elements(const sz_gap *gap, sz_add_element *add, void *context)
{
    for (int t = 0; gap->glue && t < gap->glue->n_types; t++)
        add(context, gap->glue->type[t].z);
}

static sz_status glue_core(void **group, const sz_gap *gap, const sz_species *species,
                           sz_warnings *warnings, sz_error *err)
{
    sz_glue *glue = NULL;
    sz_status status = SZ_OK;

    (void)warnings;
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

/* It acts on all elements; in a model with other terms, on theirs. */
static void zbl_elements(const sz_gap *gap, sz_add_element *add, void *context)
{
    if (gap->zbl && gap->n_terms == 0) add(context, 0);
}

static sz_status zbl_core(void **group, const sz_gap *gap, const sz_species *species,
                          sz_warnings *warnings, sz_error *err)
{
    sz_zbl *zbl = NULL;

    (void)species;
    (void)warnings;
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

/* ---- elements missing in a list ---------------------------------------------------- */

const char *sz_core_without(const sz_gap *gap, int z)
{
    if (gap->lj && !sz_gap_lj_lists(gap->lj, z)) return "IP LJ";
    if (gap->coulomb && !gap->coulomb->listed[z]) return "IP Coulomb";
    return NULL;
}

/* Every element of the model must be listed; if a term takes any element, a warning says
 * that this core does not act on the others. */
static sz_status check_listed(const sz_gap *gap, const char *core,
                              const sz_species *species, sz_warnings *warnings,
                              sz_error *err)
{
    if (species->any)
        return sz_warnings_add(
            warnings, err,
            "%s: the model takes every element, but %s acts only on those that it lists",
            gap->path, core);
    for (int k = 0; k < species->n; k++) {
        int z = species->z[k];
        const char *without = sz_core_without(gap, z);

        if (without)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: %s does not list %s, which is in the model; add a "
                           "<per_type_data> with atomic_num=\"%d\" to its parameters",
                           gap->path, without, sz_element_symbol(z), z);
    }
    return SZ_OK;
}

/* ---- LJ ---------------------------------------------------------------------------- */

static void lj_elements(const sz_gap *gap, sz_add_element *add, void *context)
{
    for (int t = 0; gap->lj && t < gap->lj->n_types; t++) add(context, gap->lj->z[t]);
}

static int has_width(const sz_gap_lj *lj)
{
    for (int k = 0; k < lj->n_pairs; k++)
        if (lj->pair[k].cutoff_width > 0.0) return 1;
    return 0;
}

static sz_status lj_core(void **group, const sz_gap *gap, const sz_species *species,
                         sz_warnings *warnings, sz_error *err)
{
    sz_lj *lj = NULL;
    sz_status status = SZ_OK;

    *group = NULL;
    if (!gap->lj) return SZ_OK;
    status = check_listed(gap, "IP LJ", species, warnings, err);
    if (status == SZ_OK && has_width(gap->lj))
        status =
            sz_warnings_add(warnings, err,
                            "%s: IP LJ has smooth_cutoff_width: here forces are the "
                            "exact slope of its energy; QUIP's are not, within the width",
                            gap->path);
    if (status == SZ_OK) status = sz_lj_create(&lj, gap->lj, species->n, species->z, err);
    *group = lj;
    return status;
}

static void lj_free(void *group)
{
    sz_lj_free(group);
}

static double lj_cutoff(const void *group)
{
    return ((const sz_lj *)group)->cutoff;
}

static void lj_print(const void *group, const void *plan, const sz_species *species,
                     sz_text *text)
{
    const sz_lj *lj = group;

    (void)plan;
    sz_text_add(text, "\ncore potential: LJ\n");
    for (int a = 0; a < species->n; a++)
        for (int b = a; b < species->n; b++) {
            const sz_lj_pair *p = &lj->pair[a * species->n + b];

            if (p->cutoff > 0.0)
                sz_text_add(text,
                            "  %s-%s: cutoff %g, width %g Angstrom, %.6g/r^12 - "
                            "%.6g/r^6 eV\n",
                            sz_element_symbol(species->z[a]),
                            sz_element_symbol(species->z[b]), p->cutoff, p->cutoff_width,
                            p->c12, p->c6);
        }
}

static void lj_energy(const void *plan, void *work, const sz_species *species,
                      const sz_neigh *nb, double *energy, double *dedr)
{
    (void)work;
    (void)species;
    sz_lj_energy(plan, nb, energy, dedr);
}

const sz_term_kind sz_kind_lj = {.name = "LJ",
                                 .core_elements = lj_elements,
                                 .core = lj_core,
                                 .free = lj_free,
                                 .cutoff = lj_cutoff,
                                 .print = lj_print,
                                 .energy = lj_energy};

/* ---- Coulomb ----------------------------------------------------------------------- */

static void coulomb_elements(const sz_gap *gap, sz_add_element *add, void *context)
{
    for (int z = 1; gap->coulomb && z <= SZ_Z_MAX; z++)
        if (gap->coulomb->listed[z]) add(context, z);
}

static sz_status coulomb_core(void **group, const sz_gap *gap, const sz_species *species,
                              sz_warnings *warnings, sz_error *err)
{
    sz_coulomb *coulomb;
    sz_status status;

    *group = NULL;
    if (!gap->coulomb) return SZ_OK;
    status = check_listed(gap, "IP Coulomb", species, warnings, err);
    if (status != SZ_OK) return status;
    coulomb = malloc(sizeof *coulomb);
    if (!coulomb) return sz_fail_memory(err, sizeof *coulomb, "Coulomb");
    *coulomb = *gap->coulomb;
    *group = coulomb;
    return SZ_OK;
}

static double coulomb_cutoff(const void *group)
{
    return ((const sz_coulomb *)group)->cutoff;
}

/* QUIP's direct sum extends to the end of its neighbour list, beyond its own cutoff. */
static sz_status coulomb_reach(void *group, double cutoff, const sz_gap *gap,
                               sz_warnings *warnings, sz_error *err)
{
    sz_coulomb *c = group;
    double own = c->cutoff;

    if (c->method != SZ_COULOMB_DIRECT || own >= cutoff) return SZ_OK;
    c->cutoff = cutoff;
    return sz_warnings_add(
        warnings, err,
        "%s: IP Coulomb with method direct extends to the largest cutoff of the model, "
        "%g Angstrom, as in QUIP, not its own, %g",
        gap->path, cutoff, own);
}

static void coulomb_print(const void *group, const void *plan, const sz_species *species,
                          sz_text *text)
{
    const sz_coulomb *c = group;

    (void)plan;
    (void)species;
    sz_text_add(text, "\ncore potential: Coulomb, %s\n  %-12s%g Angstrom",
                sz_coulomb_name(c->method), "cutoff", c->cutoff);
    if (c->method != SZ_COULOMB_DIRECT)
        sz_text_add(text, ", screening %g /Angstrom", c->alpha);
    if (c->method == SZ_COULOMB_YUKAWA)
        sz_text_add(text, ", smooth_length %g Angstrom", c->smooth_length);
    sz_text_add(text, "\n  %-12s", "charges");
    for (int z = 1, n = 0; z <= SZ_Z_MAX; z++)
        if (c->listed[z])
            sz_text_add(text, "%s%s %+g", n++ ? ", " : "", sz_element_symbol(z),
                        c->charge[z]);
    sz_text_add(text, "\n");
}

static void coulomb_energy(const void *plan, void *work, const sz_species *species,
                           const sz_neigh *nb, double *energy, double *dedr)
{
    (void)work;
    sz_coulomb_energy(plan, species->z, nb, energy, dedr);
}

const sz_term_kind sz_kind_coulomb = {.name = "Coulomb",
                                      .core_elements = coulomb_elements,
                                      .core = coulomb_core,
                                      .free = free,
                                      .cutoff = coulomb_cutoff,
                                      .reach = coulomb_reach,
                                      .print = coulomb_print,
                                      .energy = coulomb_energy};
