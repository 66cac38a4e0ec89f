/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_summary.c - describes the hyperparameters of a soap or a soap_turbo. */
#include "descriptor/channels.h"
#include "descriptor/soap.h"

/* text for one of the densities of a compression */
static void print_density(const sz_channels *y, int n_max, int l_max, sz_text *text)
{
    int n_n = y->radial == SZ_RADIAL_MIX ? y->n_mix
              : y->radial == SZ_RADIAL_N ? n_max
                                         : 1;

    if (y->species == SZ_SPECIES_APART) sz_text_add(text, "each species separately");
    if (y->species == SZ_SPECIES_SUM) sz_text_add(text, "the sum over species");
    if (y->species == SZ_SPECIES_WEIGHTS)
        sz_text_add(text, "%d weighted sums over species", y->n_groups);
    if (y->species == SZ_SPECIES_MATRIX)
        sz_text_add(text, "%d %scombinations of species and n", y->n_matrix[0],
                    y->n_matrix[0] == y->n_matrix[l_max] ? "" : "(l = 0) ");
    if (y->species == SZ_SPECIES_MATRIX) return;
    if (y->radial == SZ_RADIAL_STAR)
        sz_text_add(text, ", 2l+1 functions of r");
    else if (y->radial == SZ_RADIAL_SUM)
        sz_text_add(text, ", the sum over n");
    else
        sz_text_add(text, ", %d %s", n_n,
                    y->radial == SZ_RADIAL_MIX ? "mixtures of n" : "n");
}

/* Number of radial channels that are left for each l. */
static void print_channels(const sz_soap *soap, sz_text *text)
{
    const sz_compression *c = &soap->compression;
    int d = sz_channels_of(&c->spec, 0)->radial != SZ_RADIAL_N;

    if (!soap->radial->reduced || sz_channels_of(&c->spec, d)->radial != SZ_RADIAL_N)
        return;
    sz_text_add(text, "  %-12s", "radial");
    for (int l = 0; l <= c->l_max; l++) sz_text_add(text, "%d ", c->map[d].n[l]);
    sz_text_add(text, "channels for l = 0 to %d", c->l_max);
    if (soap->spec.radial.tolerance > 0.0)
        sz_text_add(text, ", radial_tolerance %g", soap->spec.radial.tolerance);
    sz_text_add(text, "\n");
}

static void print_density_of_soap(const sz_describer *d, const sz_soap_spec *spec,
                                  sz_text *text)
{
    const sz_radial_spec *r = &spec->radial;

    sz_text_add(text,
                "  %-12scutoff %g, cutoff_transition_width %g, atom_sigma %g Angstrom\n",
                "density", r->cutoff, r->cutoff_width, r->atom_sigma);
    sz_text_add(text, "  %-12sn_max %d, l_max %d, central_weight %g\n", "", r->n_max,
                r->l_max, spec->central_weight);
    if (r->decay_exponent)
        sz_text_add(text,
                    "  %-12scutoff_dexp %d, cutoff_scale %g Angstrom, cutoff_rate %g\n",
                    "", r->decay_exponent, r->decay_scale, r->decay_rate);
    sz_describer_print_slots(d, text);
}

static void print_density_of_turbo(const sz_soap_spec *spec, sz_text *text)
{
    const sz_turbo_spec *t = &spec->turbo;

    sz_text_add(text, "  %-12srcut_hard %g, rcut_soft %g Angstrom, l_max %d\n", "density",
                spec->radial.cutoff, t->cutoff_soft, spec->radial.l_max);
    sz_text_add(text, "  %-12sbasis %s, radial_enhancement %d\n", "",
                t->gauss ? "poly3gauss" : "poly3", t->enhancement);
    for (int s = 0; s < t->n_species; s++) {
        const sz_turbo_species *own = &t->species[s];

        sz_text_add(text,
                    "  %-12s%s: alpha_max %d, atom_sigma %g and %g Angstrom, scaling %g "
                    "and %g, amplitude %g, central_weight %g\n",
                    s ? "" : "neighbours", sz_element_symbol(spec->slot_z[s]), own->n_max,
                    own->sigma_r, own->sigma_t, own->scaling_r, own->scaling_t,
                    own->amplitude, own->central_weight);
    }
}

void sz_soap_summary(const sz_describer *d, sz_text *text)
{
    const sz_soap *soap = (const sz_soap *)d;
    const sz_soap_spec *spec = &soap->spec;
    const sz_compression *c = &soap->compression;

    if (spec->turbo.n_species)
        print_density_of_turbo(spec, text);
    else
        print_density_of_soap(d, spec, text);
    sz_text_add(text, "  %-12s%s", "compression", c->spec.label);
    for (int k = 0; k < c->spec.order && !c->spec.n_radial; k++) {
        if (c->spec.y_of[k] != k) continue; /* given already */
        sz_text_add(text, k ? " x " : ": ");
        print_density(&c->spec.y[k], spec->radial.n_max, spec->radial.l_max, text);
    }
    if (c->spec.order == 3) sz_text_add(text, "; three factors: four-body");
    if (c->spec.l_min > 0) sz_text_add(text, ", l from %d", c->spec.l_min);
    sz_text_add(text, "\n");
    print_channels(soap, text);
    sz_text_add(text, "  %-12s%d published, %d inside\n", "components", d->n_published,
                d->n_desc);
}
