/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap.c - a SOAP descriptor: its tables and maps, import and export of vectors, and the
 * record of the kind. soap_chain.c computes vectors. */
#include "descriptor/soap_spec.h"

#include <stdlib.h>
#include <string.h>

/* Shorter vectors are not normalised in soap_turbo. */
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
           turbo_equal(&a->turbo, &b->turbo) &&
           sz_compression_spec_equal(&a->compression, &b->compression, a->n_slots,
                                     p->n_max, p->l_max);
}

const sz_soap_spec *sz_soap_spec_of(const sz_describer_spec *spec)
{
    return spec->kind == &sz_soap_describer ? spec->own : NULL;
}

/* ---- the descriptor --------------------------------------------------------------- */

/* Data common to all descriptors. */
static sz_describer describer_of(const sz_soap *s)
{
    const sz_soap_spec *spec = &s->spec;
    const sz_compression *c = &s->compression;
    int turbo = spec->turbo.n_species > 0;

    return (sz_describer){.kind = &sz_soap_describer,
                          .own = spec,
                          .reduce = s->base.reduce,
                          .cutoff = spec->radial.cutoff,
                          .sigma0 = spec->sigma0,
                          .with_sigma0 = !turbo,
                          .average = spec->average,
                          .n_slots = spec->n_slots,
                          .slot_z = spec->slot_z,
                          .n_published = sz_compression_published(c) + !turbo,
                          .n_desc = c->n_desc,
                          .stride = c->stride,
                          .n_ranges = c->n_groups,
                          .word = turbo ? "soap_turbo" : "soap",
                          .compression = spec->compression.label,
                          .empty =
                              spec->compression.l_min
                                  ? "neither it nor a neighbour is in the density, or it "
                                    "has no neighbour and l_min leaves no component"
                                  : "neither it nor a neighbour is in the density"};
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
                       "the maps of compression %s are computed from data by soapz fit, "
                       "and stored in its model; without compression_train and "
                       "compression_start they are random",
                       spec->compression.label);
    }
    if (!s) return sz_fail_memory(err, sizeof *s, "a descriptor");
    s->spec = *spec;
    s->base.reduce = reduce || spec->radial.tolerance > 0.0;
    sz_harmonics_prepare(&s->harmonics, spec->radial.l_max);
    n = sz_compression_families(&spec->compression, family, index, &reducible);
    status = spec->turbo.n_species
                 ? sz_radial_create_turbo(&s->radial, &spec->radial, &spec->turbo, n,
                                          family, err)
                 : sz_radial_create(&s->radial, &spec->radial, n, family,
                                    s->base.reduce && reducible, err);
    if (status == SZ_OK)
        status = sz_compression_create(&s->compression, &spec->compression, s->radial,
                                       spec->n_slots, spec->plain_l, err);
    s->spec.compression = s->compression.spec;
    s->compression.least_norm = spec->turbo.n_species ? TURBO_LEAST_NORM : 0.0;
    if (status == SZ_OK) {
        s->base = describer_of(s);
        *soap = s;
        s = NULL;
    }
    sz_soap_free(s);
    return status;
}

void sz_soap_free(sz_soap *soap)
{
    if (!soap) return;
    sz_radial_free(soap->radial);
    sz_compression_free(&soap->compression);
    free(soap);
}

const sz_soap *sz_soap_of(const sz_describer *d)
{
    return d->kind == &sz_soap_describer ? (const sz_soap *)d : NULL;
}

/* ---- vectors in and out ------------------------------------------------------------ */

static sz_status import(const sz_describer *d, int n, const double *published,
                        double *inner, sz_error *err)
{
    const sz_soap *soap = (const sz_soap *)d;

    return sz_compression_import(&soap->compression, soap->radial, n,
                                 (size_t)d->n_published, published, inner, err);
}

static double lost(const sz_describer *d, const double *published, const double *inner)
{
    double all = 0.0, kept = 0.0;
    int n = d->n_published - d->with_sigma0;

    for (int k = 0; k < n; k++) all += published[k] * published[k];
    for (int k = 0; k < d->n_desc; k++) kept += inner[k] * inner[k];
    return all > 0.0 ? (all - kept) / all : 0.0;
}

static sz_status publish(const sz_describer *d, const double *inner, double *published,
                         sz_error *err)
{
    const sz_soap *soap = (const sz_soap *)d;

    return sz_compression_publish(&soap->compression, soap->radial, inner, published,
                                  err);
}

/* ---- the record -------------------------------------------------------------------- */

static void free_own(void *own)
{
    sz_soap_spec_free(own);
    free(own);
}

static int equal(const void *own, const void *other)
{
    return sz_soap_spec_equal(own, other);
}

static sz_status create(sz_describer **d, const void *own, int reduce, sz_error *err)
{
    sz_soap *soap;
    sz_status status = sz_soap_create(&soap, own, reduce, err);

    *d = (sz_describer *)soap;
    return status;
}

static void free_soap(sz_describer *d)
{
    sz_soap_free((sz_soap *)d);
}

static size_t bytes(const sz_describer *d)
{
    const sz_soap *soap = (const sz_soap *)d;
    const sz_compression *c = &soap->compression;

    return sizeof *soap + sz_radial_bytes(soap->radial) +
           (size_t)c->product_stride * sizeof *c->scale +
           (size_t)c->sum.n * sizeof *c->sum.factor;
}

static const char *const words[] = {"soap", "soap_turbo", NULL};
/* the name in real.h */
extern const struct sz_describer_stages_single sz_soap_vectors_single;

const sz_describer_kind sz_soap_describer = {
    .words = words,
    .stages = {&sz_soap_vectors, &sz_soap_vectors_single},
    .most_parts = SZ_PARTS,
    .parse = sz_soap_parse,
    .free_own = free_own,
    .equal = equal,
    .warn = sz_soap_warn,
    .create = create,
    .free = free_soap,
    .bytes = bytes,
    .print = sz_soap_summary,
    .names = sz_soap_names,
    .label = sz_soap_label,
    .import = import,
    .lost = lost,
    .publish = publish,
};
