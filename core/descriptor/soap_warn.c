/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_warn.c - keys of a soap or a soap_turbo that QUIP ignores, or whose meaning has
 * changed. */
#include "descriptor/soap_spec.h"

/* between these versions, unresolved channels of nu_R, nu_S < 2 had another definition */
enum { VERSION_NU = 1663247896, VERSION_NU_NEW = 1686132232 };

/* Keys of a soap_turbo that have no effect. */
static sz_status warn_of_turbo(const sz_soap_spec *s, const sz_args *args,
                               const char *where, sz_warnings *warnings, sz_error *err)
{
    sz_status status = SZ_OK;

    if (sz_turbo_ignores_weight(args, s->n_slots))
        status = sz_warnings_add(
            warnings, err,
            "%s: central_weight is taken as 1, as in QUIP: soap_turbo uses it only as a "
            "list with one number for each of several species",
            where);
    if (status == SZ_OK && sz_args_has(args, "rcut_soft") &&
        sz_args_has(args, "cutoff_transition_width"))
        status = sz_warnings_add(warnings, err,
                                 "%s: cutoff_transition_width has no effect beside "
                                 "rcut_soft",
                                 where);
    return status;
}

sz_status sz_soap_warn(const void *own, const sz_args *args, int version,
                       const char *where, sz_warnings *warnings, sz_error *err)
{
    const sz_soap_spec *s = own;
    int nu_R = 2, nu_S = 2;
    sz_status status = SZ_OK;

    /* both are integers: they were parsed before */
    sz_args_int(args, "nu_R", &nu_R, NULL);
    sz_args_int(args, "nu_S", &nu_S, NULL);
    if (s->turbo.n_species) status = warn_of_turbo(s, args, where, warnings, err);
    if (status == SZ_OK && sz_args_has(args, "radial_scaling"))
        status = sz_warnings_add(
            warnings, err,
            "%s: key radial_scaling is not a key of soap; it is ignored, as QUIP does",
            where);
    if (status != SZ_OK) return status;
    if (version >= VERSION_NU && version < VERSION_NU_NEW && (nu_R < 2 || nu_S < 2))
        return sz_warnings_add(
            warnings, err,
            "%s: nu_R=%d nu_S=%d of gap_version %d was fitted with an older definition "
            "of these keys; soapz, like QUIP, uses the current one: "
            "energies are likely wrong; refit",
            where, nu_R, nu_S, version);
    for (int a = 0; a < s->n_slots; a++)
        for (int b = 0; b < a; b++)
            if (s->slot_z[a] == s->slot_z[b] || s->slot_z[a] == 0 || s->slot_z[b] == 0)
                return sz_warnings_add(warnings, err,
                                       "%s: species_Z lists an element twice or mixes 0 "
                                       "with elements; the last match is used",
                                       where);
    return SZ_OK;
}
