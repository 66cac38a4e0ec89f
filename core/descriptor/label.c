/* SPDX-License-Identifier: BSD-3-Clause
 *
 * label.c - the meaning of a component of a SOAP vector as text: "l=2 [n=3 Z=42][n=1]".
 *
 * A channel in brackets: n counts the radial functions from 1 (n* those of the second
 * basis of nu,mu*=1,1), Z is the element; mix, group, W, Q and U are combinations of
 * them; a missing index is summed over, and in [all] all of them are. */
#include "descriptor/channels.h"
#include "descriptor/soap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* names of the columns of a compression's matrix */
static const char *matrix_name(const sz_compression_spec *spec)
{
    if (strcmp(spec->label, "optimal") == 0) return "U";
    if (spec->label[0] == 'W') return "W";
    return spec->label[0] == 'Q' ? "Q" : "mix";
}

/* the channel number of factor d as text */
static void name_channel(const sz_soap *soap, int d, int l, int number, char text[48])
{
    const sz_compression_spec *spec = &soap->compression.spec;
    const sz_channels *y = sz_channels_of(spec, d);
    int per_group = sz_channel_radial(y, soap->compression.n_max, l);
    int group = number / per_group, k = number % per_group + 1;
    char radial[20] = "", species[20] = "";

    if (y->species == SZ_SPECIES_MATRIX)
        snprintf(radial, sizeof radial, "%s %d", matrix_name(spec), number + 1);
    else if (y->radial != SZ_RADIAL_SUM)
        snprintf(radial, sizeof radial, "%s%d",
                 y->radial == SZ_RADIAL_N     ? "n="
                 : y->radial == SZ_RADIAL_MIX ? "mix "
                                              : "n*=",
                 k);
    if (y->species == SZ_SPECIES_APART && soap->spec.slot_z[group])
        snprintf(species, sizeof species, "Z=%d", soap->spec.slot_z[group]);
    if (y->species == SZ_SPECIES_WEIGHTS)
        snprintf(species, sizeof species, "group %d", group + 1);
    snprintf(text, 48, "%s%s%s", radial, *radial && *species ? " " : "", species);
    if (!*text) strcpy(text, "all");
}

sz_status sz_soap_names(void **names, const sz_describer *d, sz_error *err)
{
    size_t size = (size_t)d->n_published * sizeof(sz_factors);
    sz_factors *component = malloc(size);
    sz_status status = component ? sz_compression_components(
                                       &((const sz_soap *)d)->compression, component, err)
                                 : sz_fail_memory(err, size, "a descriptor");

    if (status == SZ_OK)
        *names = component;
    else
        free(component);
    return status;
}

int sz_soap_label(const sz_describer *d, const void *names, int k, char *text,
                  size_t size)
{
    const sz_soap *soap = (const sz_soap *)d;
    const sz_factors *f = (const sz_factors *)names + k;
    int order = soap->compression.spec.order;
    char channel[SZ_FACTORS][48];

    if (k == d->n_published - 1 && d->with_sigma0)
        return snprintf(text, size, "covariance_sigma0");
    if (f->l[0] < 0) return snprintf(text, size, "sum %d", k + 1);
    for (int c = 0; c < order; c++)
        name_channel(soap, c, f->l[c], f->channel[c], channel[c]);
    if (order == 2)
        return snprintf(text, size, "l=%d [%s][%s]", f->l[0], channel[0], channel[1]);
    return snprintf(text, size, "l=%d,%d,%d [%s][%s][%s]", f->l[0], f->l[1], f->l[2],
                    channel[0], channel[1], channel[2]);
}
