/* SPDX-License-Identifier: BSD-3-Clause
 *
 * describer.c - the kinds of descriptors, and code common to all of them. */
#include "descriptor/describer.h"

#include "descriptor/acsf.h"
#include "descriptor/soap.h"

#include <string.h>

/* A new kind adds a line here. */
static const sz_describer_kind *const kinds[] = {&sz_acsf_describer, &sz_soap_describer,
                                                 NULL};

/* ---- descriptors as text ----------------------------------------------------------- */

static const sz_describer_kind *kind_of(const sz_args *args)
{
    for (int k = 0; kinds[k]; k++)
        for (int w = 0; kinds[k]->words[w]; w++)
            if (sz_args_has_word(args, kinds[k]->words[w])) return kinds[k];
    return NULL;
}

int sz_describer_is(const sz_args *args)
{
    return kind_of(args) != NULL;
}

sz_status sz_describer_parse(sz_describer_spec *spec, const sz_args *args, int version,
                             int n_matrix, const double *matrix, sz_error *err)
{
    memset(spec, 0, sizeof *spec);
    spec->kind = kind_of(args);
    if (spec->kind) return spec->kind->parse(spec, args, version, n_matrix, matrix, err);
    return sz_fail(
        err, SZ_ERR_FORMAT, "%s: only soap, soap_turbo and acsf can be described, not %s",
        sz_args_where(args), sz_args_n_words(args) ? sz_args_word(args, 0) : "\"\"");
}

void sz_describer_spec_free(sz_describer_spec *spec)
{
    if (spec->kind && spec->own) spec->kind->free_own(spec->own);
    memset(spec, 0, sizeof *spec);
}

int sz_describer_spec_equal(const sz_describer_spec *a, const sz_describer_spec *b)
{
    return a->kind == b->kind && a->kind->equal(a->own, b->own);
}

int sz_describer_is_centre(const sz_describer_spec *spec, int z)
{
    for (int k = 0; k < spec->n_centres; k++)
        if (spec->centre_z[k] == 0 || spec->centre_z[k] == z) return 1;
    return 0;
}

sz_status sz_describer_warn(const sz_describer_spec *spec, const sz_args *args,
                            int version, const char *where, sz_warnings *warnings,
                            sz_error *err)
{
    if (!spec->kind->warn) return SZ_OK;
    return spec->kind->warn(spec->own, args, version, where, warnings, err);
}

/* ---- the descriptor ---------------------------------------------------------------- */

sz_status sz_describer_create(sz_describer **d, const sz_describer_spec *spec, int reduce,
                              sz_error *err)
{
    return spec->kind->create(d, spec->own, reduce, err);
}

sz_status sz_describer_copy(sz_describer **d, const sz_describer *of, int reduce,
                            sz_error *err)
{
    return of->kind->create(d, of->own, reduce, err);
}

void sz_describer_free(sz_describer *d)
{
    if (d) d->kind->free(d);
}

int sz_describer_fits(const sz_describer *d, const sz_describer_spec *spec)
{
    return d->kind == spec->kind && d->kind->equal(d->own, spec->own);
}

int sz_describer_slot(const sz_describer *d, int z)
{
    int slot = -1;

    for (int s = 0; s < d->n_slots; s++) {
        if (d->slot_z[s] == 0) slot = 0;
        if (d->slot_z[s] == z) slot = s;
    }
    return slot;
}

void sz_describer_print(const sz_describer *d, sz_text *text)
{
    d->kind->print(d, text);
    if (d->sigma0 != 0) sz_text_add(text, "  %-12scovariance_sigma0 %g\n", "", d->sigma0);
}

void sz_describer_print_slots(const sz_describer *d, sz_text *text)
{
    sz_text_add(text, "  %-12s", "neighbours");
    for (int k = 0; k < d->n_slots; k++)
        sz_text_add(text, "%s%s", k ? " " : "",
                    d->slot_z[k] ? sz_element_symbol(d->slot_z[k]) : "any element");
    sz_text_add(text, "\n");
}

sz_status sz_describer_import(const sz_describer *d, int n, const double *published,
                              double *inner, sz_error *err)
{
    return d->kind->import(d, n, published, inner, err);
}

double sz_describer_lost(const sz_describer *d, const double *published,
                         const double *inner)
{
    return d->kind->lost ? d->kind->lost(d, published, inner) : 0.0;
}

sz_status sz_describer_publish(const sz_describer *d, const double *inner,
                               double *published, sz_error *err)
{
    if (d->with_sigma0) published[d->n_published - 1] = d->sigma0;
    return d->kind->publish(d, inner, published, err);
}

sz_status sz_describer_publish_slope(const sz_describer *d, const double *inner,
                                     double *published, sz_error *err)
{
    return d->kind->publish(d, inner, published, err);
}

/* ---- vectors ----------------------------------------------------------------------- */

int sz_describer_has_single(const sz_describer *d)
{
    return d->kind->stages[1] != NULL;
}

int sz_describer_joins(const sz_describer *a, const sz_describer *b)
{
    return a->kind == b->kind && a->kind->most_parts > 1;
}
