/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.c - one descriptor: from paper to tables and maps, and vectors in and out. How
 * vectors are made: soap_chain.c. */
#include "descriptor/soap.h"

#include <stdlib.h>
#include <string.h>

/* Shorter vectors are left as they are in soap_turbo. */
#define TURBO_LEAST_NORM 1e-5

/* ---- the descriptor --------------------------------------------------------------- */

void sz_soap_spec_free(sz_soap_spec *spec)
{
    sz_compression_spec_free(&spec->compression);
}

static int turbo_equal(const sz_turbo_spec *a, const sz_turbo_spec *b)
{
    return a->n_species == b->n_species && a->gauss == b->gauss &&
           a->enhancement == b->enhancement && a->cutoff_soft == b->cutoff_soft &&
           a->filter == b->filter &&
           memcmp(a->species, b->species, (size_t)a->n_species * sizeof *a->species) == 0;
}

int sz_soap_spec_equal(const sz_soap_spec *a, const sz_soap_spec *b)
{
    const sz_radial_spec *p = &a->radial, *q = &b->radial;

    return p->cutoff == q->cutoff && p->cutoff_width == q->cutoff_width &&
           p->n_max == q->n_max && p->l_max == q->l_max &&
           p->atom_sigma == q->atom_sigma && p->basis == q->basis &&
           p->basis_error_exponent == q->basis_error_exponent &&
           p->decay_exponent == q->decay_exponent && p->decay_scale == q->decay_scale &&
           p->decay_rate == q->decay_rate && p->tolerance == q->tolerance &&
           a->central_weight == b->central_weight && a->central_all == b->central_all &&
           a->sigma0 == b->sigma0 && a->n_slots == b->n_slots &&
           a->normalise == b->normalise && a->average == b->average &&
           a->plain_l == b->plain_l &&
           memcmp(a->slot_z, b->slot_z, (size_t)a->n_slots * sizeof *a->slot_z) == 0 &&
           turbo_equal(&a->turbo, &b->turbo) && a->is_acsf == b->is_acsf &&
           (a->is_acsf ? sz_acsf_equal(&a->acsf, &b->acsf) : 1) &&
           sz_compression_spec_equal(&a->compression, &b->compression, a->n_slots,
                                     p->n_max, p->l_max);
}

/* A descriptor whose vectors are symmetry functions. */
static sz_status create_acsf(sz_soap *s, sz_error *err)
{
    sz_compression *c = &s->compression;
    sz_status status = sz_acsf_create(&s->acsf, &s->spec.acsf, s->spec.radial.cutoff,
                                      s->spec.n_slots, s->spec.slot_z, err);

    if (status != SZ_OK) return status;
    c->spec = s->spec.compression;
    c->n_desc = s->acsf->length;
    c->stride = s->acsf->stride;
    c->least_norm = TURBO_LEAST_NORM;
    return SZ_OK;
}

sz_status sz_soap_create(sz_soap **soap, const sz_soap_spec *spec, int reduce,
                         sz_error *err)
{
    sz_soap *s = calloc(1, sizeof *s);
    sz_radial_family family[SZ_FACTORS];
    int index[SZ_FACTORS], reducible, n;
    sz_status status;

    *soap = NULL;
    if (spec->train.open) {
        free(s);
        return sz_fail(err, SZ_ERR_FORMAT,
                       "the maps of compression %s come from data: soapz fit makes them "
                       "and its model has them; without compression_train and "
                       "compression_start they are random",
                       spec->compression.label);
    }
    if (!s) return sz_fail_memory(err, sizeof *s, "a descriptor");
    s->spec = *spec;
    if (spec->is_acsf) {
        s->reduce = reduce;
        status = create_acsf(s, err);
        if (status == SZ_OK)
            *soap = s;
        else
            sz_soap_free(s);
        return status;
    }
    s->reduce = reduce || spec->radial.tolerance > 0.0;
    sz_harmonics_prepare(&s->harmonics, spec->radial.l_max);
    n = sz_compression_families(&spec->compression, family, index, &reducible);
    status = spec->turbo.n_species
                 ? sz_radial_create_turbo(&s->radial, &spec->radial, &spec->turbo, n,
                                          family, err)
                 : sz_radial_create(&s->radial, &spec->radial, n, family,
                                    s->reduce && reducible, err);
    if (status == SZ_OK)
        status = sz_compression_create(&s->compression, &spec->compression, s->radial,
                                       spec->n_slots, spec->plain_l, err);
    s->spec.compression = s->compression.spec;
    s->compression.least_norm = spec->turbo.n_species ? TURBO_LEAST_NORM : 0.0;
    if (status == SZ_OK) {
        *soap = s;
        s = NULL;
    }
    sz_soap_free(s);
    return status;
}

void sz_soap_free(sz_soap *soap)
{
    if (!soap) return;
    sz_acsf_free(soap->acsf);
    sz_radial_free(soap->radial);
    sz_compression_free(&soap->compression);
    free(soap);
}

int sz_soap_n_published(const sz_soap *soap)
{
    if (soap->acsf) return soap->acsf->length;
    return sz_compression_published(&soap->compression) + !soap->spec.turbo.n_species;
}

int sz_soap_n_desc(const sz_soap *soap)
{
    return soap->compression.n_desc;
}

int sz_soap_stride(const sz_soap *soap)
{
    return soap->compression.stride;
}

size_t sz_soap_bytes(const sz_soap *soap)
{
    const sz_compression *c = &soap->compression;

    if (soap->acsf) return sizeof *soap + sizeof *soap->acsf;
    return sizeof *soap + sz_radial_bytes(soap->radial) +
           (size_t)c->product_stride * sizeof *c->scale +
           (size_t)c->sum.n * sizeof *c->sum.factor;
}

int sz_soap_slot(const sz_soap *soap, int z)
{
    int slot = -1;

    for (int s = 0; s < soap->spec.n_slots; s++) {
        if (soap->spec.slot_z[s] == 0) slot = 0;
        if (soap->spec.slot_z[s] == z) slot = s;
    }
    return slot;
}

sz_status sz_soap_import(const sz_soap *soap, const double *published, double *inner,
                         sz_error *err)
{
    return sz_soap_import_block(soap, 1, published, inner, err);
}

sz_status sz_soap_import_block(const sz_soap *soap, int n, const double *published,
                               double *inner, sz_error *err)
{
    size_t length = (size_t)sz_soap_n_desc(soap), stride = (size_t)sz_soap_stride(soap);

    for (int k = 0; k < n && soap->acsf; k++) {
        memcpy(inner + k * stride, published + k * length, length * sizeof *inner);
        memset(inner + k * stride + length, 0, (stride - length) * sizeof *inner);
    }
    if (soap->acsf) return SZ_OK;
    return sz_compression_import(&soap->compression, soap->radial, n,
                                 (size_t)sz_soap_n_published(soap), published, inner,
                                 err);
}

double sz_soap_lost(const sz_soap *soap, const double *published, const double *inner)
{
    double all = 0.0, kept = 0.0;
    int n;

    if (soap->acsf) return 0.0;
    n = sz_compression_published(&soap->compression); /* all pairs: once */
    for (int k = 0; k < n; k++) all += published[k] * published[k];
    for (int k = 0; k < sz_soap_n_desc(soap); k++) kept += inner[k] * inner[k];
    return all > 0.0 ? (all - kept) / all : 0.0;
}

sz_status sz_soap_publish(const sz_soap *soap, const double *inner, double *published,
                          sz_error *err)
{
    if (!soap->spec.turbo.n_species && !soap->acsf)
        published[sz_soap_n_published(soap) - 1] = soap->spec.sigma0;
    return sz_soap_publish_slope(soap, inner, published, err);
}

sz_status sz_soap_publish_slope(const sz_soap *soap, const double *inner,
                                double *published, sz_error *err)
{
    if (!soap->acsf)
        return sz_compression_publish(&soap->compression, soap->radial, inner, published,
                                      err);
    memcpy(published, inner, (size_t)soap->acsf->length * sizeof *inner);
    return SZ_OK;
}
