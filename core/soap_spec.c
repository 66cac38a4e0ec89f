/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_spec.c - the argument string of a soap descriptor becomes hyperparameters.
 *
 * Keys, aliases and defaults are gap_fit's. What would change the descriptor and is not
 * supported is refused by name; keys that say nothing about it are ignored. */
#include "soap_spec.h"

#include <string.h>

/* central_reference_all_species has its default changed by these versions */
enum { VERSION_REFERENCE = 1426512068, VERSION_L_FACTOR = 1423143769 };

static sz_status refuse(const sz_args *args, const char *key, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: soap with %s=%s is not supported; refit without this option",
                   sz_args_where(args), key, sz_args_string(args, key, ""));
}

/* options that change the vector and that the channel maps do not know */
static sz_status check_unsupported(const sz_args *args, sz_error *err)
{
    static const char *const on[] = {"average", "diagonal_radial", "Z_mix", "R_mix",
                                     "sym_mix"};
    static const char *const off[] = {"coupling", "normalise", "normalize"};
    const char *basis = sz_args_string(args, "radial_basis", "");
    sz_status status;
    int value;

    for (size_t k = 0; k < sizeof on / sizeof *on; k++) {
        value = 0;
        if ((status = sz_args_bool(args, on[k], &value, err)) != SZ_OK) return status;
        if (value) return refuse(args, on[k], err);
    }
    for (size_t k = 0; k < sizeof off / sizeof *off; k++) {
        value = 1;
        if ((status = sz_args_bool(args, off[k], &value, err)) != SZ_OK) return status;
        if (!value) return refuse(args, off[k], err);
    }
    if (*sz_args_string(args, "Z_map", "")) return refuse(args, "Z_map", err);
    if (*basis && strcmp(basis, "EQUISPACED_GAUSS") != 0)
        return refuse(args, "radial_basis", err);
    return SZ_OK;
}

/* n_key elements under key; without n_key one, by default 0 */
static sz_status read_elements(const sz_args *args, const char *n_key, const char *key,
                               int *n, int *z, sz_error *err)
{
    sz_status status;

    *n = 1;
    z[0] = 0;
    if ((status = sz_args_int(args, n_key, n, err)) != SZ_OK) return status;
    if (*n < 1 || *n > SZ_Z_MAX)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is %d, allowed 1 to %d",
                       sz_args_where(args), n_key, *n, SZ_Z_MAX);
    if (*n > 1 && !sz_args_has(args, key))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: %s=%d needs a list %s={...}",
                       sz_args_where(args), n_key, *n, key);
    if ((status = sz_args_ints(args, key, *n, z, err)) != SZ_OK) return status;
    for (int k = 0; k < *n; k++)
        if (z[k] < 0 || z[k] > SZ_Z_MAX)
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s holds %d, not an atomic number",
                           sz_args_where(args), key, z[k]);
    return SZ_OK;
}

static sz_status read_numbers(sz_soap_spec *spec, const sz_args *args, sz_error *err)
{
    sz_radial_spec *r = &spec->radial;
    const struct {
        const char *key;
        double *value;
    } reals[] = {
        {"cutoff", &r->cutoff},
        {"cutoff_transition_width", &r->cutoff_width},
        {"atom_gaussian_width", &r->atom_sigma},
        {"atom_sigma", &r->atom_sigma},
        {"basis_error_exponent", &r->basis_error_exponent},
        {"cutoff_scale", &r->decay_scale},
        {"cutoff_rate", &r->decay_rate},
        {"central_weight", &spec->central_weight},
        {"covariance_sigma0", &spec->sigma0},
    };
    const struct {
        const char *key;
        int *value;
    } integers[] = {
        {"n_max", &r->n_max},  {"l_max", &r->l_max},  {"cutoff_dexp", &r->decay_exponent},
        {"nu_R", &spec->nu_R}, {"nu_S", &spec->nu_S},
    };
    sz_status status = SZ_OK;

    for (size_t k = 0; k < sizeof reals / sizeof *reals && status == SZ_OK; k++)
        status = sz_args_double(args, reals[k].key, reals[k].value, err);
    for (size_t k = 0; k < sizeof integers / sizeof *integers && status == SZ_OK; k++)
        status = sz_args_int(args, integers[k].key, integers[k].value, err);
    return status;
}

static sz_status check_ranges(const sz_soap_spec *spec, const sz_args *args,
                              sz_error *err)
{
    const sz_radial_spec *r = &spec->radial;
    const struct {
        const char *key;
        double value, lo, hi;
    } range[] = {
        {"cutoff", r->cutoff, 0.1, 100.0},
        {"cutoff_transition_width", r->cutoff_width, 0.0, 1e3},
        {"atom_sigma", r->atom_sigma, 0.01, 100.0},
        {"basis_error_exponent", r->basis_error_exponent, 0.0, 100.0},
        {"n_max", r->n_max, 1, SZ_N_MAX},
        {"l_max", r->l_max, 0, SZ_L_MAX},
        {"cutoff_dexp", r->decay_exponent, 0, 1000},
        {"cutoff_scale", r->decay_scale, 1e-6, 1e6},
        {"cutoff_rate", r->decay_rate, 0.0, 1e12},
        {"nu_R", spec->nu_R, 0, 2},
        {"nu_S", spec->nu_S, 0, 2},
    };

    for (size_t k = 0; k < sizeof range / sizeof *range; k++)
        if (!(range[k].value >= range[k].lo && range[k].value <= range[k].hi))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is %g, allowed %g to %g",
                           sz_args_where(args), range[k].key, range[k].value, range[k].lo,
                           range[k].hi);
    return SZ_OK;
}

sz_status sz_soap_spec_parse(sz_soap_spec *spec, int *n_centres, int *centre_z,
                             const sz_args *args, int version, sz_error *err)
{
    const sz_radial_spec defaults = {.n_max = -1,
                                     .l_max = -1,
                                     .cutoff_width = 0.5,
                                     .basis_error_exponent = 10.0,
                                     .decay_scale = 1.0,
                                     .decay_rate = 1.0};
    sz_status status;

    memset(spec, 0, sizeof *spec);
    spec->radial = defaults;
    spec->central_weight = 1.0;
    spec->nu_R = spec->nu_S = 2;
    if ((status = check_unsupported(args, err)) != SZ_OK) return status;
    if ((status = read_numbers(spec, args, err)) != SZ_OK) return status;
    if ((status = check_ranges(spec, args, err)) != SZ_OK) return status;
    if (sz_args_has(args, "species_Z") && !sz_args_has(args, "n_species"))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: species_Z needs n_species",
                       sz_args_where(args));
    status = read_elements(args, "n_Z", "Z", n_centres, centre_z, err);
    if (status == SZ_OK)
        status = read_elements(args, "n_species", "species_Z", &spec->n_slots,
                               spec->slot_z, err);
    if (status != SZ_OK) return status;
    spec->plain_l = version >= 0 && version < VERSION_L_FACTOR;
    if (version < 0) {
        version = VERSION_REFERENCE;
        status = sz_args_int(args, "xml_version", &version, err);
        if (status != SZ_OK) return status;
    }
    spec->central_all = spec->n_slots == 1;
    status = sz_args_bool(args, "central_reference_all_species", &spec->central_all, err);
    if (version < VERSION_REFERENCE) spec->central_all = 1;
    return status;
}
