/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_print.c - SOAP terms in words. */
#include "term/soap_term.h"

#include "descriptor/channels.h"

#include <string.h>

/* what one of the densities of a compression is made of */
static void print_density(const sz_channels *y, int n_max, int l_max, sz_text *text)
{
    int n_n = y->radial == SZ_RADIAL_MIX ? y->n_mix
              : y->radial == SZ_RADIAL_N ? n_max
                                         : 1;

    if (y->species == SZ_SPECIES_APART) sz_text_add(text, "the species apart");
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

static void print_slots(const sz_soap_spec *spec, sz_text *text)
{
    sz_text_add(text, "  %-12s", "neighbours");
    for (int k = 0; k < spec->n_slots; k++)
        sz_text_add(text, "%s%s", k ? " " : "",
                    spec->slot_z[k] ? sz_element_symbol(spec->slot_z[k]) : "any element");
    sz_text_add(text, "\n");
}

/* How many radial channels are left for each l. */
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

static void print_density_of_soap(const sz_soap_spec *spec, sz_text *text)
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
    print_slots(spec, text);
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

static void print_acsf(const sz_acsf *acsf, const sz_soap_spec *spec, sz_text *text)
{
    const sz_acsf_spec *s = &acsf->spec;

    sz_text_add(text, "  %-12scutoff %g Angstrom%s\n", "functions", acsf->cutoff,
                spec->normalise ? ", vectors of length 1" : "");
    sz_text_add(text, "  %-12s%d G1, %d G2, %d G3, %d G4, %d G5\n", "", s->g1, s->n2,
                s->n3, s->n4, s->n5);
    print_slots(spec, text);
    sz_text_add(text, "  %-12s%s: %d row%s of three-body functions\n", "compression",
                spec->compression.label, acsf->n_rows, acsf->n_rows == 1 ? "" : "s");
    sz_text_add(text, "  %-12s%d\n", "components", acsf->length);
    if (spec->sigma0 != 0)
        sz_text_add(text, "  %-12scovariance_sigma0 %g\n", "", spec->sigma0);
}

static void print_soap(const sz_soap *soap, sz_text *text)
{
    const sz_soap_spec *spec = &soap->spec;
    const sz_compression *c = &soap->compression;

    if (soap->acsf) {
        print_acsf(soap->acsf, spec, text);
        return;
    }
    if (spec->turbo.n_species)
        print_density_of_turbo(spec, text);
    else
        print_density_of_soap(spec, text);
    sz_text_add(text, "  %-12s%s", "compression", c->spec.label);
    for (int d = 0; d < c->spec.order && !c->spec.n_radial; d++) {
        if (c->spec.y_of[d] != d) continue; /* said already */
        sz_text_add(text, d ? " x " : ": ");
        print_density(&c->spec.y[d], spec->radial.n_max, spec->radial.l_max, text);
    }
    if (c->spec.order == 3) sz_text_add(text, "; three factors: four-body");
    if (c->spec.l_min > 0) sz_text_add(text, ", l from %d", c->spec.l_min);
    sz_text_add(text, "\n");
    print_channels(soap, text);
    sz_text_add(text, "  %-12s%d published, %d inside\n", "components",
                sz_soap_n_published(soap), sz_soap_n_desc(soap));
    if (spec->sigma0 != 0)
        sz_text_add(text, "  %-12scovariance_sigma0 %g\n", "", spec->sigma0);
}

/* What rank_tolerance came to. */
static void print_rank(const sz_rank *rank, sz_text *text)
{
    char sentence[256];

    if (rank->n_desc == 0) return;
    sz_rank_text(rank, sentence, sizeof sentence);
    sz_text_add(text, "  %-12s%s\n", "", strchr(sentence, ':') + 2);
}

/* The terms of one descriptor, numbered as --term wants them. */
static void print_terms(const sz_soap_group *g, const sz_soap_plan *p, int soap,
                        const sz_species *species, sz_text *text)
{
    for (int t = 0; t < g->n_terms; t++) {
        const sz_soap_term *term = g->term + t;
        int n = 0, collapsed = p && (p->run[t].collapse || p->run[t].joined);

        if (term->soap != soap) continue;
        for (int s = 0; s < species->n; s++) n += term->centre[s];
        sz_text_add(text, "  term %-7d", t + 1);
        if (species->any && n == species->n) sz_text_add(text, "any element ");
        for (int s = 0; s < species->n && !(species->any && n == species->n); s++)
            if (term->centre[s])
                sz_text_add(text, "%s ", sz_element_symbol(species->z[s]));
        sz_text_add(text, "as centre, %d sparse points, zeta %g%s, delta %g eV\n",
                    term->n_sparse, term->zeta, collapsed ? ", collapsed" : "",
                    term->delta);
        if (p) print_rank(&p->run[t].rank, text);
    }
}

static const char *word_of(const sz_soap *soap)
{
    if (soap->acsf) return "acsf";
    return soap->spec.turbo.n_species ? "soap_turbo" : "soap";
}

void sz_soap_print(const void *group, const void *plan, const sz_species *species,
                   sz_text *text)
{
    const sz_soap_group *g = group;

    for (int k = 0; k < g->n_soaps; k++) {
        int n = 0;

        for (int t = 0; t < g->n_terms; t++) n += g->term[t].soap == k;
        sz_text_add(text, "\n%s: %d term%s\n", word_of(g->soap[k]), n, n == 1 ? "" : "s");
        print_soap(g->soap[k], text);
        print_terms(g, plan, k, species, text);
    }
}
