/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soapz_core.c - LJ and Coulomb in a .soapz file: few numbers, all in the JSON
 * description (docs/format.md).
 *
 *   "lj": {"types": [z, ..], "pairs": [{"types": [0, 1], "sigma": ..}, ..]}
 *   "coulomb": {"method": "yukawa", "cutoff": .., "charges": [{"z": 8, "charge": ..}]} */
#include "format/soapz_core.h"

#include "term/coulomb.h"
#include "term/lj.h"

#include <stdlib.h>

static sz_status fail(const char *path, const char *what, const char *why, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: the description of %s: %.200s; make the file again", path, what,
                   why);
}

/* ---- LJ ---------------------------------------------------------------------------- */

json_t *sz_describe_lj(const sz_gap_lj *lj)
{
    json_t *types = json_array(), *pairs = json_array();
    int bad = 0;

    for (int t = 0; t < lj->n_types; t++)
        bad |= json_array_append_new(types, json_integer(lj->z[t]));
    for (int k = 0; k < lj->n_pairs; k++) {
        const sz_gap_lj_pair *p = lj->pair + k;

        bad |= json_array_append_new(
            pairs,
            json_pack("{s:[i,i], s:f, s:f, s:f, s:f, s:f, s:b, s:b}", "types", p->type1,
                      p->type2, "sigma", p->sigma, "eps6", p->eps6, "eps12", p->eps12,
                      "cutoff", p->cutoff, "cutoff_width", p->cutoff_width,
                      "energy_shift", p->energy_shift, "force_shift", p->force_shift));
    }
    if (!bad) return json_pack("{s:o, s:o}", "types", types, "pairs", pairs);
    json_decref(types);
    json_decref(pairs);
    return NULL;
}

static sz_status load_pair(sz_gap_lj_pair *p, json_t *pair, const char *path,
                           sz_error *err)
{
    json_int_t a, b;
    json_error_t why;

    if (json_unpack_ex(pair, &why, 0, "{s:[I,I!], s:F, s:F, s:F, s:F, s:F, s:b, s:b!}",
                       "types", &a, &b, "sigma", &p->sigma, "eps6", &p->eps6, "eps12",
                       &p->eps12, "cutoff", &p->cutoff, "cutoff_width", &p->cutoff_width,
                       "energy_shift", &p->energy_shift, "force_shift",
                       &p->force_shift) != 0)
        return fail(path, "a pair of LJ", why.text, err);
    p->type1 = a >= 0 && a < SZ_Z_MAX ? (int)a : -1; /* checked by sz_gap_check */
    p->type2 = b >= 0 && b < SZ_Z_MAX ? (int)b : -1;
    return SZ_OK;
}

sz_status sz_load_lj(sz_gap *gap, json_t *description, const char *path, sz_error *err)
{
    json_t *types, *pairs;
    json_error_t why;
    size_t n_types, n_pairs;
    sz_gap_lj *lj;
    sz_status status = SZ_OK;

    if (json_unpack_ex(description, &why, 0, "{s:o, s:o!}", "types", &types, "pairs",
                       &pairs) != 0)
        return fail(path, "LJ", why.text, err);
    n_types = json_array_size(types);
    n_pairs = json_array_size(pairs);
    if (n_types > SZ_Z_MAX || n_pairs > SZ_Z_MAX * SZ_Z_MAX)
        return fail(path, "LJ", "it has more types or pairs than there are elements",
                    err);
    lj = gap->lj = calloc(1, sizeof *lj);
    if (lj) lj->pair = calloc(n_pairs + 1, sizeof *lj->pair);
    if (!lj || !lj->pair) return sz_fail_memory(err, n_pairs * sizeof *lj->pair, path);
    for (size_t t = 0; t < n_types; t++) {
        json_int_t z = json_integer_value(json_array_get(types, t));

        lj->z[t] = z >= 1 && z <= SZ_Z_MAX ? (int)z : 0; /* checked by sz_gap_check */
    }
    lj->n_types = (int)n_types;
    lj->n_pairs = (int)n_pairs;
    for (size_t k = 0; k < n_pairs && status == SZ_OK; k++)
        status = load_pair(lj->pair + k, json_array_get(pairs, k), path, err);
    return status;
}

/* ---- Coulomb ----------------------------------------------------------------------- */

json_t *sz_describe_coulomb(const sz_coulomb *c)
{
    json_t *charges = json_array();
    int bad = 0;

    for (int z = 1; z <= SZ_Z_MAX; z++)
        if (c->listed[z])
            bad |= json_array_append_new(
                charges, json_pack("{s:i, s:f}", "z", z, "charge", c->charge[z]));
    if (!bad)
        return json_pack("{s:s, s:f, s:f, s:f, s:o}", "method",
                         sz_coulomb_name(c->method), "cutoff", c->cutoff, "alpha",
                         c->alpha, "smooth_length", c->smooth_length, "charges", charges);
    json_decref(charges);
    return NULL;
}

static sz_status load_charge(sz_coulomb *c, json_t *charge, const char *path,
                             sz_error *err)
{
    json_int_t z;
    double q;
    json_error_t why;

    if (json_unpack_ex(charge, &why, 0, "{s:I, s:F!}", "z", &z, "charge", &q) != 0)
        return fail(path, "a charge of Coulomb", why.text, err);
    if (z < 1 || z > SZ_Z_MAX || c->listed[z])
        return fail(path, "a charge of Coulomb",
                    "its z is given twice or is not an element", err);
    c->listed[z] = 1;
    c->charge[z] = q;
    return SZ_OK;
}

sz_status sz_load_coulomb(sz_gap *gap, json_t *description, const char *path,
                          sz_error *err)
{
    const char *method;
    json_t *charges;
    json_error_t why;
    sz_coulomb *c = gap->coulomb = calloc(1, sizeof *c);
    sz_status status = SZ_OK;

    if (!c) return sz_fail_memory(err, sizeof *c, path);
    if (json_unpack_ex(description, &why, 0, "{s:s, s:F, s:F, s:F, s:o!}", "method",
                       &method, "cutoff", &c->cutoff, "alpha", &c->alpha, "smooth_length",
                       &c->smooth_length, "charges", &charges) != 0)
        return fail(path, "Coulomb", why.text, err);
    c->method = sz_coulomb_find(method); /* a missing value is found by sz_gap_check */
    for (size_t k = 0; k < json_array_size(charges) && status == SZ_OK; k++)
        status = load_charge(c, json_array_get(charges, k), path, err);
    return status;
}
