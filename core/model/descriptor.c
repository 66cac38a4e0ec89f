/* SPDX-License-Identifier: BSD-3-Clause
 *
 * descriptor.c - the descriptors of models and of potentials on paper. */
#include "model/descriptor.h"

#include "model/model.h"
#include "term/few_bodies_spec.h"

#include <stdio.h>
#include <string.h>

sz_status sz_descriptor_of_model(sz_descriptor **descriptor, const sz_model *model,
                                 int term, sz_error *err)
{
    unsigned char centre[SZ_Z_MAX + 1] = {0};
    const sz_soap_term *t;

    *descriptor = NULL;
    if (model->n_terms == 0)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no SOAP term", model->path);
    if (term < 0 || term >= model->n_terms)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s has the SOAP terms 0 to %d, not %d",
                       model->path, model->n_terms - 1, term);
    t = &model->term[term];
    for (int s = 0; s < model->n_species; s++) centre[model->z[s]] = t->centre[s];
    return sz_descriptor_of_spec(descriptor, &model->soap[t->soap]->spec, centre,
                                 t->descriptor, err);
}

/* ---- on paper -----------------------------------------------------------------------
 */

int sz_gap_term_is_soap(const sz_gap_term *term)
{
    sz_args *args;
    int is_soap = sz_args_parse(&args, term->descriptor, "", NULL) == SZ_OK &&
                  sz_args_has(args, "soap");

    sz_args_free(args);
    return is_soap;
}

sz_status sz_gap_soap(sz_soap_spec *spec, unsigned char centre[SZ_Z_MAX + 1],
                      const sz_gap *gap, const sz_gap_term *term, sz_error *err)
{
    char where[700];

    snprintf(where, sizeof where, "%.600s:%d", gap->path, term->descriptor_line);
    return sz_descriptor_parse(spec, centre, term->descriptor, where, gap->version,
                               term->n_matrix, term->matrix, err);
}

static void add(unsigned char *present, int z)
{
    if (z > 0 && z <= SZ_Z_MAX) present[z] = 1;
    if (z == 0) memset(present + 1, 1, SZ_Z_MAX);
}

static sz_status add_soap(const sz_gap *gap, const sz_gap_term *term,
                          unsigned char *present, sz_error *err)
{
    unsigned char centre[SZ_Z_MAX + 1];
    sz_soap_spec spec;
    sz_status status = sz_gap_soap(&spec, centre, gap, term, err);

    for (int s = 0; s < spec.n_slots && status == SZ_OK; s++)
        if (spec.slot_z[s]) add(present, spec.slot_z[s]);
    for (int z = 1; z <= SZ_Z_MAX; z++) present[z] |= centre[z];
    sz_soap_spec_free(&spec);
    return status;
}

/* A term of two or three bodies; of another kind, which no model has, nothing is said. */
static void add_few_bodies(const sz_gap *gap, const sz_gap_term *term,
                           unsigned char *present)
{
    static const char *const type[] = {"distance_2b", "angle_3b", "distance_Nb"};
    sz_few_bodies few = {0};
    sz_args *args;

    if (sz_args_parse(&args, term->descriptor, "", NULL) == SZ_OK)
        for (size_t k = 0; k < sizeof type / sizeof *type; k++)
            if (sz_args_has(args, type[k]) &&
                sz_few_bodies_parse(&few, type[k], args, gap->version, NULL) == SZ_OK)
                for (int s = 0; s < few.bodies; s++)
                    add(present, few.bodies == 3 ? few.triplet.z[s] : few.pair.z[s]);
    sz_args_free(args);
}

sz_status sz_gap_elements(const sz_gap *gap, unsigned char present[SZ_Z_MAX + 1],
                          sz_error *err)
{
    sz_status status = SZ_OK;

    memset(present, 0, SZ_Z_MAX + 1);
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++) {
        const sz_gap_term *term = &gap->term[k];

        if (sz_gap_term_is_soap(term))
            status = add_soap(gap, term, present, err);
        else
            add_few_bodies(gap, term, present);
    }
    for (int t = 0; gap->glue && t < gap->glue->n_types; t++)
        add(present, gap->glue->type[t].z);
    return status;
}
