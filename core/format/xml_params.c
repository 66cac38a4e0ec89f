/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_params.c - handlers of <GAP_params>: energies of the atoms in <GAP_data>, then
 * <gpSparse> with its terms (xml_term.c), then gap_fit's <command_line>. */
#include "format/xml_reader.h"

#include "base/args.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static sz_params_xml *current_params(sz_reader *r)
{
    return r->params + r->n_params - 1;
}

void sz_params_xml_free(sz_params_xml *p)
{
    for (int k = 0; k < p->n_terms; k++) {
        sz_gap_term_clear(&p->term[k].c);
        free(p->term[k].file);
        free(p->term[k].md5);
    }
    free(p->term);
    free(p->label);
    free(p->sparse_label);
    free(p->local_property);
}

/* ---- GAP_params, GAP_data -------------------------------------------------------- */

sz_status sz_start_params(sz_reader *r, const char **atts)
{
    sz_params_xml *p;
    sz_status status = sz_reader_append(r, &r->params, r->n_params, sizeof *r->params);

    if (status != SZ_OK) return status;
    p = r->params + r->n_params++;
    p->line = r->line;
    status = sz_att_string(r, atts, "GAP_params", "label", &p->label);
    if (status != SZ_OK) return status;
    return sz_att_maybe_int(r, atts, "GAP_params", "gap_version", 0, INT_MAX,
                            &p->version);
}

sz_status sz_end_params(sz_reader *r, const char **atts)
{
    (void)atts;
    if (current_params(r)->sparse_label) return SZ_OK;
    return sz_reader_fail(r,
                          "<GAP_params label=\"%s\"> has no <gpSparse>; the file is "
                          "incomplete",
                          current_params(r)->label);
}

/* Old files have one e0 for all elements here. */
sz_status sz_start_data(sz_reader *r, const char **atts)
{
    double e0 = 0.0;
    sz_status status = sz_att_maybe_double(r, atts, "GAP_data", "e0", &e0);

    if (sz_att(atts, "e0"))
        for (int z = 1; z <= SZ_Z_MAX; z++) current_params(r)->e0[z] = e0;
    return status;
}

sz_status sz_start_e0(sz_reader *r, const char **atts)
{
    int z;
    sz_status status = sz_att_int(r, atts, "e0", "Z", 1, SZ_Z_MAX, &z);

    if (status != SZ_OK) return status;
    return sz_att_double(r, atts, "e0", "value", current_params(r)->e0 + z);
}

/* ---- gpSparse -------------------------------------------------------------------- */

sz_status sz_start_sparse(sz_reader *r, const char **atts)
{
    sz_params_xml *p = current_params(r);
    int fitted = 1;
    sz_status status;

    if (p->sparse_label)
        return sz_reader_fail(r, "a second <gpSparse> in one <GAP_params>; keep one");
    status = sz_att_string(r, atts, "gpSparse", "label", &p->sparse_label);
    if (status == SZ_OK)
        status =
            sz_att_int(r, atts, "gpSparse", "n_coordinate", 0, INT_MAX, &p->n_wanted);
    if (status == SZ_OK)
        status = sz_att_maybe_bool(r, atts, "gpSparse", "fitted", &fitted);
    if (status != SZ_OK) return status;
    if (strcmp(p->label, p->sparse_label) != 0)
        return sz_reader_fail(r,
                              "<gpSparse> has the label %.100s but its <GAP_params> has "
                              "%.100s; they must agree",
                              p->sparse_label, p->label);
    if (!fitted)
        return sz_reader_fail(r, "fitted=\"F\": sparse points were chosen but no weights "
                                 "fitted; run gap_fit without sparsify_only_no_fit");
    return SZ_OK;
}

sz_status sz_end_sparse(sz_reader *r, const char **atts)
{
    const sz_params_xml *p = current_params(r);

    (void)atts;
    if (p->n_terms == p->n_wanted) return SZ_OK;
    return sz_reader_fail(r,
                          "<gpSparse> announces n_coordinate=\"%d\" but has %d "
                          "<gpCoordinates>; the file is incomplete",
                          p->n_wanted, p->n_terms);
}

/* ---- command_line ----------------------------------------------------------------- */

/* A model of a local property looks like one of energies, except for the command that
 * made it, which has local_property0 or the name of the property. Text that is not a
 * command is ignored. */
sz_status sz_end_command(sz_reader *r, const char **atts)
{
    static const char key[] = "local_property_parameter_name";
    sz_params_xml *p = current_params(r);
    const char *name = SZ_LOCAL_PROPERTY;
    sz_args *args;
    sz_error why;
    sz_status status =
        sz_args_parse(&args, r->n_text ? r->text : "", "command_line", &why);

    (void)atts;
    if (status == SZ_ERR_MEMORY) return sz_fail_memory(r->err, r->n_text, r->path);
    if (status != SZ_OK) return SZ_OK;
    if (sz_args_has(args, key)) name = sz_args_string(args, key, name);
    if (!p->local_property &&
        (sz_args_has(args, key) || sz_args_has(args, "local_property0")))
        status = sz_reader_copy(r, name, &p->local_property);
    sz_args_free(args);
    return status;
}
