/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_print.c - describes SOAP terms. */
#include "term/soap_term.h"

#include <string.h>

/* The result of rank_tolerance. */
static void print_rank(const sz_rank *rank, sz_text *text)
{
    char sentence[256];

    if (rank->n_desc == 0) return;
    sz_rank_text(rank, sentence, sizeof sentence);
    sz_text_add(text, "  %-12s%s\n", "", strchr(sentence, ':') + 2);
}

/* The terms of one descriptor, numbered as for --term. */
static void print_terms(const sz_soap_group *g, const sz_soap_plan *p, int describer,
                        const sz_species *species, sz_text *text)
{
    for (int t = 0; t < g->n_terms; t++) {
        const sz_soap_term *term = g->term + t;
        int n = 0, collapsed = p && (p->run[t].collapse || p->run[t].joined);

        if (term->describer != describer) continue;
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

void sz_soap_print(const void *group, const void *plan, const sz_species *species,
                   sz_text *text)
{
    const sz_soap_group *g = group;

    for (int k = 0; k < g->n_describers; k++) {
        int n = 0;

        for (int t = 0; t < g->n_terms; t++) n += g->term[t].describer == k;
        sz_text_add(text, "\n%s: %d term%s\n", g->describer[k]->word, n,
                    n == 1 ? "" : "s");
        sz_describer_print(g->describer[k], text);
        print_terms(g, plan, k, species, text);
    }
}
