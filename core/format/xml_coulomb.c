/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_coulomb.c - handlers of <Coulomb_params>:
 *
 *   <Coulomb_params n_types= method= cutoff= [label=] [yukawa_alpha=]
 *    [yukawa_smooth_length=] [dsf_alpha=]>
 *     <per_type_data type= atomic_num= charge=/>
 *   </Coulomb_params>
 *
 * method is direct, yukawa or dsf; it may be in the init string instead. QUIP's ewald and
 * ewald_nb sum over all periodic images and are not supported.
 */
#include "format/xml_reader.h"

#include "base/number.h"

static sz_coulomb_xml *current_coulomb(sz_reader *r)
{
    return r->coulomb + r->n_coulombs - 1;
}

/* ---- the attributes ---------------------------------------------------------------- */

static sz_status read_numbers(sz_reader *r, const char **atts, sz_coulomb_xml *x)
{
    static const char name[] = "Coulomb_params";
    int pseudise = 0;
    sz_status status = sz_att_double(r, atts, name, "cutoff", &x->coulomb.cutoff);

    x->yukawa_alpha = x->dsf_alpha = -1.0; /* missing */
    if (status == SZ_OK)
        status = sz_att_maybe_double(r, atts, name, "yukawa_alpha", &x->yukawa_alpha);
    if (status == SZ_OK)
        status = sz_att_maybe_double(r, atts, name, "yukawa_smooth_length",
                                     &x->coulomb.smooth_length);
    if (status == SZ_OK)
        status = sz_att_maybe_double(r, atts, name, "dsf_alpha", &x->dsf_alpha);
    if (status == SZ_OK)
        status = sz_att_maybe_bool(r, atts, name, "yukawa_pseudise", &pseudise);
    if (status != SZ_OK) return status;
    if (pseudise)
        return sz_reader_fail(r, "yukawa_pseudise=\"T\" of <Coulomb_params> is not "
                                 "supported: its form is not known; remove it");
    if (x->coulomb.cutoff > 0.0 && x->coulomb.cutoff <= 1000.0 &&
        x->coulomb.smooth_length >= 0.0)
        return SZ_OK;
    return sz_reader_fail(r,
                          "cutoff=\"%g\" yukawa_smooth_length=\"%g\" of "
                          "<Coulomb_params> are not distances",
                          x->coulomb.cutoff, x->coulomb.smooth_length);
}

sz_status sz_start_coulomb(sz_reader *r, const char **atts)
{
    static const char name[] = "Coulomb_params";
    sz_status status =
        sz_reader_append(r, &r->coulomb, r->n_coulombs, sizeof *r->coulomb);
    sz_coulomb_xml *x;

    if (status != SZ_OK) return status;
    x = r->coulomb + r->n_coulombs++;
    x->head.line = r->line;
    status = sz_att_int(r, atts, name, "n_types", 1, SZ_Z_MAX, &x->n_types);
    if (status == SZ_OK && sz_att(atts, "label"))
        status = sz_att_string(r, atts, name, "label", &x->head.label);
    if (status == SZ_OK && sz_att(atts, "method"))
        status = sz_att_string(r, atts, name, "method", &x->method);
    return status == SZ_OK ? read_numbers(r, atts, x) : status;
}

sz_status sz_start_coulomb_type(sz_reader *r, const char **atts)
{
    sz_coulomb_xml *x = current_coulomb(r);
    int z;
    sz_status status = sz_start_type(r, atts, x->n_types, x->z, &z);

    if (status == SZ_OK)
        status = sz_att_double(r, atts, "per_type_data", "charge", &x->coulomb.charge[z]);
    if (status == SZ_OK) x->coulomb.listed[z] = 1;
    return status;
}

sz_status sz_end_coulomb(sz_reader *r, const char **atts)
{
    const sz_coulomb_xml *x = current_coulomb(r);

    (void)atts;
    return sz_check_types(r, x->n_types, x->z);
}

/* ---- the method -------------------------------------------------------------------- */

static sz_status fail_method(sz_reader *r, const sz_coulomb_xml *x, const char *method)
{
    if (sz_same_word(method, "ewald") || sz_same_word(method, "ewald_nb"))
        return sz_reader_fail_at(r, x->head.line,
                                 "method %.20s of IP Coulomb is not supported: it sums "
                                 "over all periodic images, while soapz has only atoms "
                                 "within a cutoff; fit again with yukawa or dsf",
                                 method);
    return sz_reader_fail_at(
        r, x->head.line,
        "method %.40s of IP Coulomb is unknown; known are direct, yukawa and dsf",
        method);
}

sz_status sz_coulomb_choose(sz_reader *r, const sz_coulomb_xml *x, const char *init,
                            sz_coulomb *to)
{
    const char *method = x->method ? x->method : init;

    if (!method)
        return sz_reader_fail_at(r, x->head.line,
                                 "<Coulomb_params> has no method; add method=\"direct\", "
                                 "\"yukawa\" or \"dsf\"");
    if (init && !sz_same_word(init, method))
        return sz_reader_fail_at(r, x->head.line,
                                 "<Coulomb_params> has method=\"%.40s\" but the init "
                                 "string method=%.40s, which QUIP ignores; remove one",
                                 method, init);
    *to = x->coulomb;
    to->method = sz_coulomb_find(method);
    if (to->method == SZ_COULOMB_NONE) return fail_method(r, x, method);
    to->alpha = to->method == SZ_COULOMB_YUKAWA ? x->yukawa_alpha
                : to->method == SZ_COULOMB_DSF  ? x->dsf_alpha
                                                : 0.0;
    if (to->method != SZ_COULOMB_YUKAWA) to->smooth_length = 0.0;
    if (to->alpha >= 0.0) return SZ_OK;
    return sz_reader_fail_at(r, x->head.line,
                             "method %s of IP Coulomb needs %s_alpha=\"..\" in "
                             "<Coulomb_params>, not negative, in 1/Angstrom",
                             sz_coulomb_name(to->method), sz_coulomb_name(to->method));
}
