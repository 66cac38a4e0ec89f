/* SPDX-License-Identifier: BSD-3-Clause
 *
 * descriptor.c - the descriptors of models and of potentials. */
#include "model/descriptor.h"

#include "model/model.h"
#include "term/soap_term.h"

#include <stdio.h>
#include <string.h>

sz_status sz_descriptor_of_model(sz_descriptor **descriptor, const sz_model *model,
                                 int term, sz_error *err)
{
    const sz_soap_group *soaps = sz_model_group(model, &sz_kind_soap);
    unsigned char centre[SZ_Z_MAX + 1] = {0};
    const sz_soap_term *t;
    sz_describer *own;
    sz_status status;

    *descriptor = NULL;
    if (!soaps) return sz_fail(err, SZ_ERR_ARGUMENT, "%s has no SOAP term", model->path);
    if (term < 0 || term >= soaps->n_terms)
        return sz_fail(err, SZ_ERR_ARGUMENT, "%s has the SOAP terms 0 to %d, not %d",
                       model->path, soaps->n_terms - 1, term);
    t = &soaps->term[term];
    for (int s = 0; s < model->species.n; s++) centre[model->z[s]] = t->centre[s];
    status = sz_describer_copy(&own, soaps->describer[t->describer], 0, err);
    if (status != SZ_OK) return status;
    return sz_descriptor_of(
        descriptor, own, centre,
        model->gap ? model->gap->term[t->gap_term].descriptor : own->word, err);
}

/* ---- of potentials ----------------------------------------------------------------- */

sz_status sz_gap_term_is_soap(int *is_soap, const sz_gap_term *term, sz_error *err)
{
    sz_args *args;
    sz_status status = sz_args_parse(&args, term->descriptor, "", err);

    *is_soap = status == SZ_OK && sz_describer_is(args);
    sz_args_free(args);
    return status == SZ_ERR_MEMORY ? status : SZ_OK;
}

sz_status sz_gap_soap(sz_describer_spec *spec, const sz_gap *gap, const sz_gap_term *term,
                      sz_error *err)
{
    char where[700];

    snprintf(where, sizeof where, "%.600s:%d", gap->path, term->descriptor_line);
    return sz_descriptor_parse(spec, term->descriptor, where, gap->version,
                               term->n_matrix, term->matrix, err);
}

static void add(void *context, int z)
{
    unsigned char *present = context;

    if (z > 0 && z <= SZ_Z_MAX) present[z] = 1;
    if (z == 0) memset(present + 1, 1, SZ_Z_MAX);
}

/* The elements that a term names; unsupported descriptors are ignored. */
static sz_status add_term(const sz_gap *gap, int k, unsigned char *present, sz_error *err)
{
    sz_read_term term;
    sz_status status = sz_term_read(&term, gap, k, err), asked;
    int is_soap;

    if (status == SZ_OK) term.kind->elements(term.spec, add, present);
    sz_term_close(&term);
    if (status == SZ_OK || status == SZ_ERR_MEMORY) return status;
    asked = sz_gap_term_is_soap(&is_soap, &gap->term[k], NULL);
    if (asked != SZ_OK) return sz_fail_memory(err, 0, "a descriptor");
    return is_soap ? status : SZ_OK;
}

sz_status sz_gap_elements(const sz_gap *gap, unsigned char present[SZ_Z_MAX + 1],
                          sz_error *err)
{
    sz_status status = SZ_OK;

    memset(present, 0, SZ_Z_MAX + 1);
    for (int k = 0; k < gap->n_terms && status == SZ_OK; k++)
        status = add_term(gap, k, present, err);
    for (int k = 0; sz_term_kinds[k]; k++)
        if (sz_term_kinds[k]->core_elements)
            sz_term_kinds[k]->core_elements(gap, add, present);
    return status;
}
