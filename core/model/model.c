/* SPDX-License-Identifier: BSD-3-Clause
 *
 * model.c - questions to a loaded model, and its end. */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

void sz_model_free(sz_model *model)
{
    if (!model) return;
    for (int k = 0; k < model->n_soaps; k++) {
        sz_soap_free(model->soap[k]);
        free(model->slot_of_species[k]);
    }
    for (int k = 0; k < model->n_terms; k++) {
        free(model->term[k].centre);
        free(model->term[k].p_sparse);
        sz_collapse_free(model->term[k].collapse);
        sz_product_free(model->term[k].values);
        sz_product_free(model->term[k].slopes);
        free(model->term[k].weight);
        free(model->term[k].descriptor);
    }
    free(model->soap);
    free(model->slot_of_species);
    free(model->term);
    sz_warnings_free(&model->warnings);
    sz_pair_set_free(model->pair);
    sz_triplet_set_free(model->triplet);
    sz_glue_free(model->glue);
    free(model->zbl);
    free(model->path);
    free(model);
}

sz_kernel sz_model_kernel(const sz_model *model, const sz_soap_term *term)
{
    const sz_soap *soap = model->soap[term->soap];
    const sz_kernel kernel = {sz_soap_n_desc(soap), sz_soap_stride(soap), term->n_sparse,
                              term->p_sparse,       term->weight,         term->delta,
                              term->zeta,           soap->spec.sigma0,    term->values,
                              term->slopes};

    return kernel;
}

/* The earlier term of the same vectors that is collapsed already, or NULL. */
static sz_soap_term *find_partner(sz_model *model, const sz_soap_term *term)
{
    for (sz_soap_term *t = model->term; t < term; t++)
        if (t->collapse && t->soap == term->soap &&
            memcmp(t->centre, term->centre, (size_t)model->n_species) == 0)
            return t;
    return NULL;
}

static sz_status collapse_term(sz_model *model, sz_soap_term *term, sz_error *err)
{
    const sz_kernel kernel = sz_model_kernel(model, term);
    sz_soap_term *partner = find_partner(model, term);
    sz_status status = sz_collapse_create(&term->collapse, &kernel, err);

    if (status != SZ_OK) return status;
    free(term->p_sparse);
    term->p_sparse = NULL;
    if (!partner) return SZ_OK;
    sz_collapse_add(partner->collapse, term->collapse);
    sz_collapse_free(term->collapse);
    term->collapse = NULL;
    term->joined = 1;
    return SZ_OK;
}

sz_status sz_model_collapse(sz_model *model, sz_tile tile, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < model->n_terms && status == SZ_OK; k++) {
        sz_soap_term *term = model->term + k;

        if (!term->collapse && term->p_sparse &&
            sz_collapse_pays(term->zeta, sz_soap_n_desc(model->soap[term->soap]),
                             term->n_sparse))
            status = collapse_term(model, term, err);
    }
    for (int k = 0; k < model->n_terms && status == SZ_OK; k++)
        if (model->term[k].collapse)
            status = sz_collapse_pack(model->term[k].collapse, tile, err);
    return status;
}

sz_status sz_model_pack(sz_model *model, sz_tile tile, sz_error *err)
{
    sz_status status = SZ_OK;

    for (int k = 0; k < model->n_terms && tile != SZ_TILE_NONE; k++) {
        sz_soap_term *term = model->term + k;
        const sz_kernel kernel = sz_model_kernel(model, term);
        int d = kernel.n_desc, m = kernel.n_sparse;

        if (!term->p_sparse || term->values) continue;
        status = sz_product_create(&term->values, tile, d, m, term->p_sparse, 1,
                                   (size_t)kernel.stride, err);
        if (status == SZ_OK)
            status = sz_product_create(&term->slopes, tile, m, d, term->p_sparse,
                                       (size_t)kernel.stride, 1, err);
        if (status != SZ_OK) return status;
        free(term->p_sparse);
        term->p_sparse = NULL;
    }
    return status;
}

double sz_model_cutoff(const sz_model *model)
{
    return model->cutoff;
}

int sz_model_ordered(const sz_model *model)
{
    for (int k = 0; model->triplet && k < model->triplet->n_triplets; k++)
        if (model->triplet->triplet[k].ordered) return 1;
    return 0;
}

int sz_model_n_species(const sz_model *model)
{
    return model->n_species;
}

int sz_model_species(const sz_model *model, const char *symbol)
{
    int z = sz_element_number(symbol);

    for (int k = 0; k < model->n_species && z > 0; k++)
        if (model->z[k] == z) return k;
    return -1;
}

const char *sz_model_symbol(const sz_model *model, int species)
{
    if (species < 0 || species >= model->n_species) return NULL;
    return sz_element_symbol(model->z[species]);
}

int sz_model_n_warnings(const sz_model *model)
{
    return model->warnings.n;
}

const char *sz_model_warning(const sz_model *model, int k)
{
    return sz_warnings_text(&model->warnings, k);
}
