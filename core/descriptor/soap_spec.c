/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_spec.c - parses the argument string of a soap descriptor.
 *
 * Keys, aliases and defaults are gap_fit's; radial_tolerance is soapz's own, and so are
 * some keys that choose the compression (compression_keys.c). Keys that do not concern
 * the descriptor are ignored. */
#include "descriptor/soap_spec.h"

#include "descriptor/compression_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* these versions changed the default of central_reference_all_species */
enum { VERSION_REFERENCE = 1426512068, VERSION_L_FACTOR = 1423143769 };

/* ---- the keys --------------------------------------------------------------------- */

/* The result of parsing an argument string. */
typedef struct {
    const char *basis;
    sz_radial_spec radial;
    double central_weight, sigma0;
    int normalise, average, central_all, xml_version;
    sz_compression_keys compression;
} values;

#define AT(member) offsetof(values, member)

const sz_key sz_soap_keys[] = {
    {"cutoff", SZ_KEY_REAL, AT(radial.cutoff), NULL,
     "needed, Angstrom: largest distance of a neighbour"},
    {"cutoff_transition_width", SZ_KEY_REAL, AT(radial.cutoff_width), "0.5",
     "Angstrom: the cutoff function falls from 1 to 0 over this distance"},
    {"cutoff_dexp", SZ_KEY_INT, AT(radial.decay_exponent), "0",
     "weight of neighbours decays as 1 / (rate + (r/scale)^dexp); 0: no decay"},
    {"cutoff_scale", SZ_KEY_REAL, AT(radial.decay_scale), "1.0",
     "Angstrom: scale of this decay"},
    {"cutoff_rate", SZ_KEY_REAL, AT(radial.decay_rate), "1.0", "rate of this decay"},
    {"l_max", SZ_KEY_INT, AT(radial.l_max), NULL,
     "needed, largest angular momentum, 0 to 20"},
    {"n_max", SZ_KEY_INT, AT(radial.n_max), NULL, "needed, radial functions, 1 to 40"},
    {"atom_sigma", SZ_KEY_REAL, AT(radial.atom_sigma), NULL,
     "needed, Angstrom: width of an atom's density"},
    {"atom_gaussian_width", SZ_KEY_REAL, AT(radial.atom_sigma), NULL, "=atom_sigma"},
    {"radial_basis", SZ_KEY_TEXT, AT(basis), "",
     "EQUISPACED_GAUSS if empty, or POLY, GTO"},
    {"radial_tolerance", SZ_KEY_REAL, AT(radial.tolerance), "0",
     "radial channels below this fraction are dropped (soapz only)"},
    {"basis_error_exponent", SZ_KEY_REAL, AT(radial.basis_error_exponent), "10.0",
     "last centre of the equispaced Gaussians"},
    {"central_weight", SZ_KEY_REAL, AT(central_weight), "1.0",
     "weight of the centre's own density"},
    {"central_reference_all_species", SZ_KEY_BOOL, AT(central_all), NULL,
     "T: the centre's density is added to the slot of each species; T for one species, "
     "else F"},
    {"covariance_sigma0", SZ_KEY_REAL, AT(sigma0), "0",
     "constant component appended to the vector"},
    {"normalise", SZ_KEY_BOOL, AT(normalise), "T", "vectors have length 1"},
    {"normalize", SZ_KEY_BOOL, AT(normalise), NULL, "=normalise"},
    {"average", SZ_KEY_BOOL, AT(average), "F",
     "one vector per frame; only for soapz describe"},
    {"xml_version", SZ_KEY_INT, AT(xml_version), NULL,
     "gap_version whose conventions are used; the current one"},
    {"n_Z", SZ_KEY_OTHER, 0, NULL, "number of elements in Z; 1"},
    {"Z", SZ_KEY_OTHER, 0, NULL, "elements of the centres; 0 is any; set by add_species"},
    {"n_species", SZ_KEY_OTHER, 0, NULL, "number of elements in species_Z; 1"},
    {"species_Z", SZ_KEY_OTHER, 0, NULL,
     "elements of the neighbours; 0 is any; set by add_species"},
    {"nu_R", SZ_KEY_INT, AT(compression.nu_R), "2",
     "number of factors that resolve radial channels: 2, 1 or 0"},
    {"nu_S", SZ_KEY_INT, AT(compression.nu_S), "2",
     "number of factors that resolve species: 2, 1 or 0"},
    {"Z_mix", SZ_KEY_BOOL, AT(compression.mix.z_mix), "F",
     "species are mixed into K channels"},
    {"R_mix", SZ_KEY_BOOL, AT(compression.mix.r_mix), "F",
     "radial channels are mixed into K channels"},
    {"sym_mix", SZ_KEY_BOOL, AT(compression.mix.sym_mix), "F",
     "both factors use the same mixtures"},
    {"coupling", SZ_KEY_BOOL, AT(compression.mix.coupling), "T",
     "F: only products of equal channels"},
    {"K", SZ_KEY_INT, AT(compression.mix.k), "0",
     "channels of Z_mix and R_mix, and of compression={K=3} and other K labels (soapz "
     "only)"},
    {"mix_shift", SZ_KEY_INT, AT(compression.mix.shift), "0",
     "shifts the seeds of the mixing"},
    {"Z_map", SZ_KEY_TEXT, AT(compression.z_map), "",
     "groups of species: {41 42, 73 74}"},
    {"diagonal_radial", SZ_KEY_BOOL, AT(compression.diagonal_radial), "F",
     "only products of a radial channel with itself"},
    {"compression", SZ_KEY_TEXT, AT(compression.label), "",
     "a label of soapz compressions (soapz only)"},
    {"d_J", SZ_KEY_INT, AT(compression.d_J), "0",
     "channels of compression={nu=2,d_J} (soapz only); 0 means 2"},
    {"embedding", SZ_KEY_TEXT, AT(compression.embedding), "",
     "d_J numbers for each species; the paper's if empty (soapz only)"},
    {"u_max", SZ_KEY_INT, AT(compression.u_max), "0",
     "channels of compression={optimal} (soapz only)"},
    {"compression_seed", SZ_KEY_INT, AT(compression.seed), "1",
     "seed of random matrices, 1 to 2147483645 (soapz only)"},
    {"compression_weights", SZ_KEY_TEXT, AT(compression.weights), "normal",
     "distribution of random matrices: normal, or uniform in (0,1) (soapz only)"},
    {"l_min", SZ_KEY_INT, AT(compression.l_min), "0",
     "smallest l in products of three factors; 1 leaves out those that repeat the power "
     "spectrum (soapz only)"},
    {"compression_train", SZ_KEY_INT, AT(compression.train), "0",
     "steps by which soapz fit trains the maps of the compression (soapz only)"},
    {"compression_start", SZ_KEY_TEXT, AT(compression.start), "random",
     "the maps before training: random, or pca: principal components of the data (soapz "
     "only)"},
    {NULL, SZ_KEY_OTHER, 0, NULL, NULL},
};

/* Defaults that depend on other keys or on the version of the file. */
static const values defaults = {
    .central_all = -1, /* 1 for one species, else 0 */
    .xml_version = VERSION_REFERENCE,
};

/* ---- the rest ---------------------------------------------------------------------- */

static sz_status find_basis(sz_soap_spec *spec, const char *basis, const sz_args *args,
                            sz_error *err)
{
    static const char *const name[] = {"EQUISPACED_GAUSS", "POLY", "GTO"};

    for (int k = 0; k < 3; k++)
        if (!*basis || strcmp(basis, name[k]) == 0) {
            spec->radial.basis = (sz_basis_kind)k;
            return SZ_OK;
        }
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s: radial_basis=%.40s is unknown; known are EQUISPACED_GAUSS, POLY, GTO",
        sz_args_where(args), basis);
}

/* The n_key elements of key; without n_key one, by default 0 */
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
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s contains %d, not an atomic number",
                           sz_args_where(args), key, z[k]);
    return SZ_OK;
}

static sz_status check_ranges(const sz_soap_spec *spec, const sz_args *args,
                              sz_error *err)
{
    static const char *const needed[][2] = {{"cutoff", "cutoff"},
                                            {"n_max", "n_max"},
                                            {"l_max", "l_max"},
                                            {"atom_sigma", "atom_gaussian_width"}};
    const sz_radial_spec *r = &spec->radial;
    const struct {
        const char *key;
        double value, lo, hi;
    } range[] = {
        {"cutoff", r->cutoff, 0.1, 100.0},
        {"cutoff_transition_width", r->cutoff_width, 0.0, 1e3},
        {"atom_sigma", r->atom_sigma, 0.01, 100.0},
        {"basis_error_exponent", r->basis_error_exponent, 0.0, 100.0},
        {"n_max", r->n_max, 1, SZ_N_MAX - 1},
        {"l_max", r->l_max, 0, SZ_L_MAX},
        {"cutoff_dexp", r->decay_exponent, 0, 1000},
        {"cutoff_scale", r->decay_scale, 1e-6, 1e6},
        {"cutoff_rate", r->decay_rate, 0.0, 1e12},
        {"radial_tolerance", r->tolerance, 0.0, 0.5},
        {"central_weight", spec->central_weight, -1e6, 1e6},
        {"covariance_sigma0", spec->sigma0, -1e6, 1e6},
    };

    for (size_t k = 0; k < sizeof needed / sizeof *needed; k++)
        if (!sz_args_has(args, needed[k][0]) && !sz_args_has(args, needed[k][1]))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is missing", sz_args_where(args),
                           needed[k][0]);
    for (size_t k = 0; k < sizeof range / sizeof *range; k++)
        if (!(range[k].value >= range[k].lo && range[k].value <= range[k].hi))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s is %g, allowed %g to %g",
                           sz_args_where(args), range[k].key, range[k].value, range[k].lo,
                           range[k].hi);
    return SZ_OK;
}

sz_status sz_soap_read_elements(const sz_args *args, int *n_centres, int *centre_z,
                                int *n_slots, int *slot_z, sz_error *err)
{
    sz_status status;

    if (sz_args_has(args, "species_Z") && !sz_args_has(args, "n_species"))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: species_Z needs n_species",
                       sz_args_where(args));
    status = read_elements(args, "n_Z", "Z", n_centres, centre_z, err);
    if (status == SZ_OK)
        status = read_elements(args, "n_species", "species_Z", n_slots, slot_z, err);
    return status;
}

/* Both kinds of elements, and the settings that depend on their number and the
 * version. */
static sz_status read_species(sz_soap_spec *spec, const values *v, int *n_centres,
                              int *centre_z, const sz_args *args, int version,
                              sz_error *err)
{
    sz_status status = sz_soap_read_elements(args, n_centres, centre_z, &spec->n_slots,
                                             spec->slot_z, err);

    spec->plain_l = version >= 0 && version < VERSION_L_FACTOR;
    if (version < 0) version = v->xml_version;
    spec->central_all = v->central_all >= 0 ? v->central_all : spec->n_slots == 1;
    if (version < VERSION_REFERENCE) spec->central_all = 1;
    return status;
}

/* radial_tolerance needs radial channels that may be rotated. */
static sz_status check_tolerance(const sz_soap_spec *spec, const sz_args *args,
                                 sz_error *err)
{
    sz_radial_family family[SZ_FACTORS];
    int index[SZ_FACTORS], reducible, resolved = 0;
    int n = sz_compression_families(&spec->compression, family, index, &reducible);

    for (int k = 0; k < n; k++) resolved |= family[k].kind == SZ_RADIAL_N;
    if (spec->radial.tolerance == 0.0 || (reducible && resolved)) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: radial_tolerance=%g drops radial channels, but compression %s "
                   "has none that may be dropped: leave out the key",
                   sz_args_where(args), spec->radial.tolerance, spec->compression.label);
}

sz_status sz_soap_spec_parse(sz_soap_spec *spec, int *n_centres, int *centre_z,
                             const sz_args *args, int version, int n_matrix,
                             const double *matrix, sz_error *err)
{
    values v = defaults;
    sz_status status;

    if (sz_args_has_word(args, "soap_turbo"))
        return sz_turbo_spec_parse(spec, n_centres, centre_z, args, n_matrix, matrix,
                                   err);
    status = sz_keys_read(sz_soap_keys, args, &v, err);
    memset(spec, 0, sizeof *spec);
    spec->radial = v.radial;
    spec->central_weight = v.central_weight;
    spec->sigma0 = v.sigma0;
    spec->normalise = v.normalise;
    spec->average = v.average;
    if (status == SZ_OK) status = find_basis(spec, v.basis, args, err);
    if (status == SZ_OK) status = check_ranges(spec, args, err);
    if (status == SZ_OK)
        status = read_species(spec, &v, n_centres, centre_z, args, version, err);
    if (status == SZ_OK)
        status =
            sz_compression_of_keys(spec, &v.compression, args, n_matrix, matrix, err);
    if (status == SZ_OK) status = check_tolerance(spec, args, err);
    return status;
}

/* The compression, if dot products of its vectors may be negative. */
static const char *find_indefinite(const sz_compression_spec *c)
{
    return c->order == 3 || strcmp(c->label, "K,K=1,1") == 0 ? c->label : NULL;
}

sz_status sz_soap_parse(sz_describer_spec *spec, const sz_args *args, int version,
                        int n_matrix, const double *matrix, sz_error *err)
{
    sz_soap_spec *own = calloc(1, sizeof *own);
    sz_status status;

    if (!own) return sz_fail_memory(err, sizeof *own, "a descriptor");
    spec->own = own;
    status = sz_soap_spec_parse(own, &spec->n_centres, spec->centre_z, args, version,
                                n_matrix, matrix, err);
    spec->n_slots = own->n_slots;
    memcpy(spec->slot_z, own->slot_z, sizeof spec->slot_z);
    spec->tolerance = own->radial.tolerance;
    spec->average = own->average;
    spec->indefinite = find_indefinite(&own->compression);
    return status;
}
