/* SPDX-License-Identifier: BSD-3-Clause
 *
 * term.c - finds the kind of term of a descriptor. */
#include "term/term.h"

#include "term/gap.h"

#include <string.h>

int sz_n_term_kinds(void)
{
    int n = 0;

    while (sz_term_kinds[n]) n++;
    return n;
}

const sz_term_type *sz_term_type_of(const char *word)
{
    for (int k = 0; sz_term_kinds[k]; k++)
        for (const sz_term_type *const *t = sz_term_kinds[k]->types; t && *t; t++)
            if (sz_same_word(word, (*t)->word)) return *t;
    return NULL;
}

void sz_term_list_types(sz_text *text)
{
    int n = 0;

    for (int k = 0; sz_term_kinds[k]; k++)
        for (const sz_term_type *const *t = sz_term_kinds[k]->types; t && *t; t++) {
            int seen = 0; /* two kinds may share a word */

            for (int other = 0; other < k; other++)
                for (const sz_term_type *const *u = sz_term_kinds[other]->types; u && *u;
                     u++)
                    seen |= *u == *t;
            if (!seen) sz_text_add(text, n++ ? ", %s" : "%s", (*t)->word);
        }
}

void sz_term_append_list(sz_text *text, const char *key, int n, const int *z,
                         const int *k)
{
    sz_text_add(text, " %s={", key);
    for (int i = 0; i < n; i++) sz_text_add(text, "%d ", z[k ? k[i] : i]);
    sz_text_add(text, "}");
}

static sz_status fail_unknown(const sz_args *args, sz_error *err)
{
    sz_text known = {0};
    sz_status status;

    sz_term_list_types(&known);
    status = sz_fail(
        err, SZ_ERR_FORMAT, "%s: descriptor \"%s\" is not supported; supported are %s",
        sz_args_where(args), sz_args_n_words(args) ? sz_args_word(args, 0) : "(none)",
        known.s ? known.s : "none");
    sz_text_free(&known);
    return status;
}

sz_status sz_term_find_type(const sz_term_type **type, const sz_args *args, sz_error *err)
{
    *type = NULL;
    for (int k = 0; k < sz_args_n_words(args); k++) {
        const char *word = sz_args_word(args, k);
        const sz_term_type *known = sz_term_type_of(word);

        if (known && *type)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: both %s and %s name a descriptor",
                           sz_args_where(args), (*type)->word, word);
        if (known) *type = known;
    }
    return *type ? SZ_OK : fail_unknown(args, err);
}

sz_status sz_term_parse(const sz_term_kind **kind, void **spec,
                        const sz_term_source *source, sz_error *err)
{
    const sz_term_type *type;
    sz_status status = sz_term_find_type(&type, source->args, err);

    *kind = NULL;
    *spec = NULL;
    for (int k = 0; sz_term_kinds[k] && status == SZ_OK && !*spec; k++) {
        if (!sz_term_kinds[k]->parse) continue;
        status = sz_term_kinds[k]->parse(spec, type, source, err);
        if (*spec) *kind = sz_term_kinds[k];
    }
    if (status != SZ_OK || *spec) return status;
    return sz_fail(err, SZ_ERR_FORMAT, "%s: no kind of term accepts this %s",
                   sz_args_where(source->args), type->word);
}

sz_status sz_term_read(sz_read_term *term, const sz_gap *gap, int k, sz_error *err)
{
    const sz_gap_term *paper = &gap->term[k];
    sz_status status;

    memset(term, 0, sizeof *term);
    status = sz_gap_term_args(&term->args, gap, paper, err);
    if (status != SZ_OK) return status;
    term->source = (sz_term_source){gap, k, paper, term->args, gap->version};
    return sz_term_parse(&term->kind, &term->spec, &term->source, err);
}

void sz_term_close(sz_read_term *term)
{
    if (term->spec) term->kind->free_spec(term->spec);
    sz_args_free(term->args);
}

/* The consecutive atoms number k .. of a portion, as a separate list. Its pairs keep
 * their numbers; its energies start at energy + atom[k]. */
static sz_neigh run_from(const sz_portion *p, int k)
{
    const sz_neigh *nb = p->nb;
    int i = p->atom[k], n = 1;

    while (k + n < p->n && p->atom[k + n] == i + n) n++;
    return (sz_neigh){n, nb->species + i, nb->first + i, nb->neigh_species, nb->r};
}

sz_status sz_term_energy(const sz_term_kind *kind, const void *plan, void *work,
                         const sz_portion *p, sz_error *err)
{
    if (kind->energy_of_portion) return kind->energy_of_portion(plan, work, p, err);
    for (int k = 0; k < p->n;) {
        const sz_neigh run = run_from(p, k);

        kind->energy(plan, work, p->species, &run, p->energy + p->atom[k], p->dedr);
        k += run.n_atoms;
    }
    return SZ_OK;
}
