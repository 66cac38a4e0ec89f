/* SPDX-License-Identifier: BSD-3-Clause
 *
 * summary.c - describes a model. */
#include "model/plan.h"

#include <stdlib.h>

/* "-0.97 eV for each element but Ts 0", or one by one */
static void print_e0(const sz_model *m, sz_text *text)
{
    int n = m->species.n, common = 0, most = 0;

    for (int s = 0; s < n; s++) {
        int same = 0;

        for (int t = 0; t < n; t++) same += m->e0[t] == m->e0[s];
        if (same > most) {
            most = same;
            common = s;
        }
    }
    sz_text_add(text, "  %-12s", "e0");
    if (most < 3) {
        for (int s = 0; s < n; s++)
            sz_text_add(text, s ? ", %s %.10g" : "%s %.10g", sz_model_symbol(m, s),
                        m->e0[s]);
        sz_text_add(text, " eV\n");
        return;
    }
    sz_text_add(text, "%.10g eV for each element", m->e0[common]);
    for (int s = 0, k = 0; s < n; s++)
        if (m->e0[s] != m->e0[common])
            sz_text_add(text, "%s %s %.10g", k++ ? "," : " but", sz_model_symbol(m, s),
                        m->e0[s]);
    sz_text_add(text, "\n");
}

static void print_elements(const sz_model *m, sz_text *text)
{
    sz_text_add(text, "  %-12s", "elements");
    if (m->species.any)
        sz_text_add(
            text,
            "any: a term acts on every element, also on those it was not fitted to");
    else
        for (int s = 0; s < m->species.n; s++)
            sz_text_add(text, s ? " %s" : "%s", sz_model_symbol(m, s));
    sz_text_add(text, "\n");
    print_e0(m, text);
    sz_text_add(text, "  %-12s%g Angstrom\n", "cutoff", m->cutoff);
}

sz_status sz_model_summary(char **summary, const sz_model *model, const sz_plan *plan,
                           sz_error *err)
{
    sz_text text = {0};

    sz_text_add(&text, "%s: a GAP", model->path);
    if (model->version) sz_text_add(&text, ", gap_version %d", model->version);
    sz_text_add(&text, "\n");
    print_elements(model, &text);
    for (int k = 0; k < model->n_kinds; k++)
        if (model->group[k] && sz_term_kinds[k]->print)
            sz_term_kinds[k]->print(model->group[k], plan ? plan->part[k] : NULL,
                                    &model->species, &text);
    *summary = sz_text_take(&text, "a summary", err);
    return *summary ? SZ_OK : SZ_ERR_MEMORY;
}
