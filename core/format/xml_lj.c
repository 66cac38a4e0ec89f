/* SPDX-License-Identifier: BSD-3-Clause
 *
 * xml_lj.c - handlers of <LJ_params>: an element for each type of atom, and for each pair
 * of types
 *
 *   <per_pair_data type1= type2= sigma= eps6= eps12= cutoff= energy_shift=
 *    linear_force_shift= [smooth_cutoff_width=]/>
 *
 * Anything that depends on more than distances and elements is refused. */
#include "format/xml_reader.h"

static sz_gap_lj *current_lj(sz_reader *r)
{
    return &r->lj[r->n_ljs - 1].lj;
}

/* ---- LJ_params ------------------------------------------------------------------- */

/* The tail energy depends on the volume, residues on molecules. */
static sz_status refuse_others(sz_reader *r, const char **atts)
{
    double tail = 0.0;
    int inter = 0;
    sz_status status =
        sz_att_maybe_double(r, atts, "LJ_params", "tail_corr_factor", &tail);

    if (status == SZ_OK)
        status = sz_att_maybe_bool(r, atts, "LJ_params", "only_inter_resid", &inter);
    if (status != SZ_OK) return status;
    if (tail != 0.0)
        return sz_reader_fail(r,
                              "tail_corr_factor=\"%g\" of <LJ_params> is not "
                              "supported, its energy depends on the volume; refit "
                              "without it",
                              tail);
    if (inter)
        return sz_reader_fail(r, "only_inter_resid=\"T\" of <LJ_params> is not "
                                 "supported, soapz has no molecules; remove it");
    return SZ_OK;
}

sz_status sz_start_lj(sz_reader *r, const char **atts)
{
    sz_status status = sz_reader_append(r, &r->lj, r->n_ljs, sizeof *r->lj);
    sz_lj_xml *x;

    if (status != SZ_OK) return status;
    x = r->lj + r->n_ljs++;
    x->head.line = r->line;
    status = sz_att_int(r, atts, "LJ_params", "n_types", 1, SZ_Z_MAX, &x->lj.n_types);
    if (status == SZ_OK && sz_att(atts, "label"))
        status = sz_att_string(r, atts, "LJ_params", "label", &x->head.label);
    return status == SZ_OK ? refuse_others(r, atts) : status;
}

sz_status sz_end_lj(sz_reader *r, const char **atts)
{
    const sz_gap_lj *lj = current_lj(r);
    sz_status status = sz_check_types(r, lj->n_types, lj->z);

    (void)atts;
    if (status != SZ_OK || lj->n_pairs) return status;
    return sz_reader_fail(r, "<LJ_params> has no <per_pair_data>; add it");
}

sz_status sz_start_lj_type(sz_reader *r, const char **atts)
{
    sz_gap_lj *lj = current_lj(r);

    return sz_start_type(r, atts, lj->n_types, lj->z, NULL);
}

/* ---- per_pair_data ---------------------------------------------------------------- */

static sz_status read_pair(sz_reader *r, const char **atts, sz_gap_lj_pair *p)
{
    static const char name[] = "per_pair_data";
    sz_status status = sz_att_double(r, atts, name, "sigma", &p->sigma);

    if (status == SZ_OK) status = sz_att_double(r, atts, name, "eps6", &p->eps6);
    if (status == SZ_OK) status = sz_att_double(r, atts, name, "eps12", &p->eps12);
    if (status == SZ_OK) status = sz_att_double(r, atts, name, "cutoff", &p->cutoff);
    if (status == SZ_OK)
        status =
            sz_att_maybe_double(r, atts, name, "smooth_cutoff_width", &p->cutoff_width);
    if (status == SZ_OK)
        status = sz_att_bool(r, atts, name, "energy_shift", &p->energy_shift);
    if (status == SZ_OK)
        status = sz_att_bool(r, atts, name, "linear_force_shift", &p->force_shift);
    if (status != SZ_OK) return status;
    if (p->sigma > 0.0 && p->cutoff > 0.0 && p->cutoff <= 1000.0 &&
        p->cutoff_width >= 0.0)
        return SZ_OK;
    return sz_reader_fail(r,
                          "sigma=\"%g\" cutoff=\"%g\" smooth_cutoff_width=\"%g\" of a "
                          "pair of types must be positive distances",
                          p->sigma, p->cutoff, p->cutoff_width);
}

sz_status sz_start_lj_pair(sz_reader *r, const char **atts)
{
    sz_gap_lj *lj = current_lj(r);
    int n = lj->n_pairs, a, b;
    sz_status status = sz_reader_append(r, &lj->pair, n, sizeof *lj->pair);

    if (status == SZ_OK)
        status = sz_att_int(r, atts, "per_pair_data", "type1", 1, lj->n_types, &a);
    if (status == SZ_OK)
        status = sz_att_int(r, atts, "per_pair_data", "type2", 1, lj->n_types, &b);
    if (status != SZ_OK) return status;
    for (int k = 0; k < n; k++) {
        const sz_gap_lj_pair *p = lj->pair + k;

        if ((p->type1 == a - 1 && p->type2 == b - 1) ||
            (p->type1 == b - 1 && p->type2 == a - 1))
            return sz_reader_fail(
                r, "the pair of types %d and %d is given twice; keep one", a, b);
    }
    lj->pair[n].type1 = a - 1;
    lj->pair[n].type2 = b - 1;
    lj->n_pairs++;
    return read_pair(r, atts, lj->pair + n);
}
