/* SPDX-License-Identifier: BSD-3-Clause
 *
 * spec_descriptor.c - the argument string of a descriptor in a fit: besides what
 * describes atoms it holds the keys of the kernel and of the choice of sparse points, and
 * goes into the model file as it is. */
#include "fit/spec_keys.h"

#include <stdlib.h>
#include <string.h>

/* ---- what there is ----------------------------------------------------------------- */

#define FIT_KEYS                                                                         \
    "energy_scale", "delta", "covariance_type", "f0", "n_sparse",                        \
        "config_type_n_sparse", "sparse_method", "lengthscale_factor", "theta_fac",      \
        "lengthscale_uniform", "theta_uniform", "lengthscale_file", "theta_file",        \
        "soap_exponent", "zeta", "sparse_file", "mark_sparse_atoms", "add_species",      \
        "print_sparse_index", "unique_hash_tolerance", "unique_descriptor_tolerance"

static const char *const soap_keys[] = {FIT_KEYS,
                                        "soap",
                                        "cutoff",
                                        "cutoff_transition_width",
                                        "cutoff_dexp",
                                        "cutoff_scale",
                                        "cutoff_rate",
                                        "l_max",
                                        "n_max",
                                        "atom_gaussian_width",
                                        "atom_sigma",
                                        "central_weight",
                                        "central_reference_all_species",
                                        "average",
                                        "diagonal_radial",
                                        "covariance_sigma0",
                                        "normalise",
                                        "normalize",
                                        "basis_error_exponent",
                                        "n_Z",
                                        "Z",
                                        "n_species",
                                        "species_Z",
                                        "xml_version",
                                        "nu_R",
                                        "nu_S",
                                        "Z_mix",
                                        "R_mix",
                                        "sym_mix",
                                        "coupling",
                                        "K",
                                        "mix_shift",
                                        "Z_map",
                                        "radial_basis",
                                        "compression",
                                        "d_J",
                                        "embedding",
                                        "u_max",
                                        "compression_seed",
                                        "radial_tolerance",
                                        NULL};
static const char *const keys_2b[] = {FIT_KEYS,
                                      "distance_2b",
                                      "cutoff",
                                      "cutoff_transition_width",
                                      "Z1",
                                      "Z2",
                                      "n_exponents",
                                      "exponents",
                                      "resid_name",
                                      "only_intra",
                                      "only_inter",
                                      "tail_range",
                                      "tail_exponent",
                                      "xml_version",
                                      NULL};
static const char *const keys_3b[] = {
    FIT_KEYS, "angle_3b",    "cutoff", "cutoff_transition_width", "Z_center", "Z", "Z1",
    "Z2",     "xml_version", NULL};
static const char *const keys_nb[] = {
    FIT_KEYS, "distance_Nb",      "cutoff", "cutoff_transition_width",
    "order",  "compact_clusters", "Z",      "xml_version",
    NULL};
static const char *const coordination_keys[] = {
    FIT_KEYS, "coordination", "cutoff", "transition_width", "Z_center", "Z", NULL};

static const struct {
    const char *name;
    const char *const *keys;
} types[] = {{"soap", soap_keys},
             {"distance_2b", keys_2b},
             {"angle_3b", keys_3b},
             {"distance_Nb", keys_nb},
             {"coordination", coordination_keys}};
enum { N_TYPES = sizeof types / sizeof *types };

/* Descriptors of QUIP that soapz does not have. */
static const char *const refused_types[] = {"soap_turbo",
                                            "soap_express",
                                            "bispectrum_so4",
                                            "bispectrum_so3",
                                            "behler",
                                            "co_angle_3b",
                                            "co_distance_2b",
                                            "cosnx",
                                            "trihis",
                                            "water_monomer",
                                            "water_dimer",
                                            "a2_dimer",
                                            "ab_dimer",
                                            "an_monomer",
                                            "bond_real_space",
                                            "atom_real_space",
                                            "power_so3",
                                            "power_so4",
                                            "rdf",
                                            "as_distance_2b",
                                            "alex",
                                            "general_monomer",
                                            "general_dimer",
                                            "general_trimer",
                                            "com_dimer",
                                            "molecule_lo_d",
                                            NULL};

static int is_in(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (sz_same_word(word, *list)) return 1;
    return 0;
}

const char *const *sz_fit_descriptor_keys(const char *type)
{
    for (int k = 0; k < N_TYPES; k++)
        if (sz_same_word(type, types[k].name)) return types[k].keys;
    return NULL;
}

sz_status sz_fit_check_type(const char *type, const char *where, sz_error *err)
{
    if (sz_fit_descriptor_keys(type)) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: descriptor %.60s is %s; there are soap, distance_2b, angle_3b, "
                   "distance_Nb and coordination",
                   where, type, is_in(type, refused_types) ? "not supported" : "unknown");
}

/* ---- the keys of the fit ----------------------------------------------------------- */

static sz_status copy_text(char **copy, const char *text, sz_error *err)
{
    *copy = sz_copy_text(text);
    return *copy ? SZ_OK : sz_fail_memory(err, strlen(text), "a descriptor");
}

/* The type is the one bare word that names one; other bare words are logical keys. */
static sz_status find_type(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *type = NULL;
    double number;

    for (int k = 0; k < sz_args_n_words(args); k++) {
        const char *word = sz_args_word(args, k);

        if (sz_parse_double(word, &number))
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: '%.40s' stands without a key; inside gap={..} a list has "
                           "double braces, as in species_Z={{41 42}}",
                           d->where, word);
        if (!sz_fit_descriptor_keys(word) && !is_in(word, refused_types)) continue;
        if (type)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "%s: both %s and %s; separate descriptors by ':'", d->where,
                           type, word);
        type = word;
    }
    if (!type && sz_args_n_words(args)) type = sz_args_word(args, 0);
    if (!type)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: no descriptor is named in '%.60s'; begin it with soap, "
                       "distance_2b ..",
                       d->where, d->text);
    if (sz_fit_check_type(type, d->where, err) != SZ_OK) return SZ_ERR_FORMAT;
    for (int k = 0; k < N_TYPES; k++)
        if (sz_same_word(type, types[k].name)) type = types[k].name;
    return copy_text(&d->type, type, err);
}

/* gap_fit ignores unknown keys of descriptors: so do we, but say so. */
static sz_status warn_of_unknown(sz_fit_spec *spec, const sz_fit_descriptor *d,
                                 const sz_args *args, sz_error *err)
{
    const char *const *keys = sz_fit_descriptor_keys(d->type);
    sz_status status = SZ_OK;
    sz_error why;

    for (int k = 0; status == SZ_OK && k < sz_args_n_fields(args); k++) {
        const char *key = sz_args_key(args, k);

        if (is_in(key, keys)) continue;
        sz_fit_unknown_key(key, keys, d->where, &why);
        status = sz_warnings_add(&spec->warnings, err, "%.900s (ignored, as by gap_fit)",
                                 why.message);
    }
    return status;
}

/* The value of a key that has two names. */
static const char *either(const sz_args *args, const char *a, const char *b)
{
    return sz_args_string(args, a, sz_args_string(args, b, NULL));
}

static sz_status read_covariance(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *name = sz_args_string(args, "covariance_type", "");
    static const struct {
        const char *name;
        sz_covariance kind;
    } known[] = {{"gaussian", SZ_COVARIANCE_ARD_SE},
                 {"ard_se", SZ_COVARIANCE_ARD_SE},
                 {"dot_product", SZ_COVARIANCE_DOT_PRODUCT},
                 {"pp", SZ_COVARIANCE_PP}};

    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (sz_same_word(name, known[k].name)) d->covariance = known[k].kind;
    if (d->covariance) return SZ_OK;
    if (!*name)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: covariance_type is missing; for soap it is dot_product, else "
                       "gaussian",
                       d->where);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: covariance_type=%.40s is %s; there are gaussian (ard_se), "
                   "dot_product and pp",
                   d->where, name,
                   sz_same_word(name, "bond_real_space") ? "not supported" : "unknown");
}

static sz_status read_theta(sz_fit_descriptor *d, const char *text, sz_error *err)
{
    char *copy, *rest, *item;
    size_t n = 0;
    sz_status status = copy_text(&copy, text, err);

    if (status != SZ_OK) return status;
    d->theta = malloc((strlen(text) / 2 + 1) * sizeof *d->theta);
    if (!d->theta) status = sz_fail_memory(err, strlen(text), "theta");
    for (rest = copy; status == SZ_OK && (item = sz_next_item(&rest, SZ_LIST_SEPARATORS));
         n++)
        if (!sz_parse_double(item, d->theta + n) || !(d->theta[n] > 0.0))
            status = sz_fail(err, SZ_ERR_FORMAT,
                             "%s: the length scale '%.40s' is not a positive number",
                             d->where, item);
    if (status == SZ_OK && (n == 0 || (n > 1 && d->theta_rule != SZ_THETA_FACTOR)))
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%s: the length scale '%.60s' must be one number",
                    d->where, text);
    d->n_theta = (int)n;
    free(copy);
    return status;
}

/* Exactly one of theta_fac, theta_uniform, theta_file and zeta. */
static sz_status read_lengths(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *text[] = {either(args, "soap_exponent", "zeta"),
                          either(args, "lengthscale_factor", "theta_fac"),
                          either(args, "lengthscale_uniform", "theta_uniform"),
                          either(args, "lengthscale_file", "theta_file")};
    int dot = d->covariance == SZ_COVARIANCE_DOT_PRODUCT, n = 0;

    for (int k = 0; k < 4; k++) {
        n += text[k] != NULL;
        if (text[k]) d->theta_rule = (sz_theta_rule)k;
    }
    if (n != 1 || dot != (d->theta_rule == SZ_THETA_NONE))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: covariance_type=%s needs %s and nothing else of zeta, "
                       "theta_fac, theta_uniform, theta_file",
                       d->where, sz_args_string(args, "covariance_type", ""),
                       dot ? "zeta" : "one of theta_fac, theta_uniform, theta_file");
    if (d->theta_rule == SZ_THETA_FILE) return copy_text(&d->theta_file, text[3], err);
    if (!dot) return read_theta(d, text[d->theta_rule], err);
    if (sz_parse_double(text[0], &d->zeta) && d->zeta > 0.0) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT, "%s: zeta='%.40s' is not a positive number",
                   d->where, text[0]);
}

static sz_status read_method(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    static const char *const known[] = {"random",          "uniform", "cur_points",
                                        "farthest_points", "none",    "file",
                                        "index_file"};
    static const char *const refused[] = {
        "covariance", "cur_covariance", "cluster", "kmeans", "fuzzy", "pivot", NULL};
    const char *name = sz_args_string(args, "sparse_method", "random");

    for (int k = 0; k < (int)(sizeof known / sizeof *known); k++)
        if (sz_same_word(name, known[k])) {
            d->method = (sz_sparse_method)k;
            return SZ_OK;
        }
    return sz_fail(
        err, SZ_ERR_FORMAT,
        "%s: sparse_method=%.40s is %s; there are cur_points, farthest_points, "
        "uniform, random, none, file and index_file",
        d->where, name, is_in(name, refused) ? "not supported" : "unknown");
}

/* type:n:type2:n2 */
static sz_status read_type_counts(sz_fit_descriptor *d, const char *text, sz_error *err)
{
    char *copy, *rest, *type;
    sz_status status = copy_text(&copy, text, err);

    if (status != SZ_OK) return status;
    d->type_count = calloc(strlen(text) / 4 + 1, sizeof *d->type_count);
    if (!d->type_count)
        status = sz_fail_memory(err, strlen(text), "config_type_n_sparse");
    rest = copy;
    while (status == SZ_OK && (type = sz_next_item(&rest, SZ_LIST_SEPARATORS))) {
        const char *item = sz_next_item(&rest, SZ_LIST_SEPARATORS);
        sz_type_count *c = d->type_count + d->n_type_counts;

        if (!item || !sz_parse_int(item, &c->n) || c->n < 0) {
            status =
                sz_fail(err, SZ_ERR_FORMAT,
                        "%s: in config_type_n_sparse '%.60s' needs a count after it, "
                        "as in {{%.60s:100}}",
                        d->where, type, type);
            break;
        }
        for (int k = 0; k < d->n_type_counts && status == SZ_OK; k++)
            if (strcmp(d->type_count[k].config_type, type) == 0)
                status =
                    sz_fail(err, SZ_ERR_FORMAT,
                            "%s: config_type_n_sparse has %.60s twice", d->where, type);
        if (status == SZ_OK) status = copy_text(&c->config_type, type, err);
        if (status == SZ_OK) d->n_type_counts++;
    }
    free(copy);
    return status;
}

static sz_status read_counts(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *list = sz_args_string(args, "config_type_n_sparse", NULL);
    int from_file = d->method == SZ_SPARSE_FILE || d->method == SZ_SPARSE_INDEX_FILE;
    sz_status status = sz_args_int(args, "n_sparse", &d->n_sparse, err);

    if (status == SZ_OK && list) status = read_type_counts(d, list, err);
    if (status == SZ_OK && sz_args_has(args, "sparse_file"))
        status = copy_text(&d->sparse_file, sz_args_string(args, "sparse_file", ""), err);
    if (status != SZ_OK) return status;
    if (from_file && (!d->sparse_file || !*d->sparse_file))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: sparse_method=%s needs sparse_file=..",
                       d->where, sz_args_string(args, "sparse_method", ""));
    if (from_file || d->method == SZ_SPARSE_NONE) return SZ_OK;
    if (d->n_sparse < 0)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: n_sparse is %d, must be positive",
                       d->where, d->n_sparse);
    if ((d->n_sparse > 0) != (d->n_type_counts > 0)) return SZ_OK;
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: give one of n_sparse=.. and config_type_n_sparse={{type:n:..}}",
                   d->where);
}

static sz_status read_scalars(sz_fit_descriptor *d, const sz_args *args, sz_error *err)
{
    const char *delta = either(args, "energy_scale", "delta");
    const struct {
        const char *key;
        double *value;
    } reals[] = {{"f0", &d->f0},
                 {"cutoff", &d->cutoff},
                 {"unique_hash_tolerance", &d->unique_hash_tolerance},
                 {"unique_descriptor_tolerance", &d->unique_descriptor_tolerance}};
    sz_status status = SZ_OK;

    d->unique_hash_tolerance = d->unique_descriptor_tolerance = 1e-10;
    d->add_species = 1;
    for (size_t k = 0; k < sizeof reals / sizeof *reals && status == SZ_OK; k++)
        status = sz_args_double(args, reals[k].key, reals[k].value, err);
    if (status == SZ_OK) status = sz_args_bool(args, "add_species", &d->add_species, err);
    if (status == SZ_OK) status = sz_args_int(args, "order", &d->order, err);
    if (status != SZ_OK) return status;
    if (!delta)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: delta is missing: the energy scale of the kernel in eV",
                       d->where);
    if (!sz_parse_double(delta, &d->delta) || d->delta == 0.0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: delta='%.40s' is not a number other than 0", d->where, delta);
    if (!(d->cutoff > 0.0))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: cutoff is missing or not positive",
                       d->where);
    if (sz_same_word(d->type, "distance_Nb") && (d->order < 2 || d->order > 6))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: order is missing or not from 2 to 6",
                       d->where);
    return SZ_OK;
}

static void free_descriptor(sz_fit_descriptor *d)
{
    for (int k = 0; k < d->n_type_counts; k++) free(d->type_count[k].config_type);
    free(d->type_count);
    free(d->text);
    free(d->where);
    free(d->type);
    free(d->theta);
    free(d->theta_file);
    free(d->sparse_file);
    free(d->print_sparse_index);
}

void sz_fit_free_descriptors(sz_fit_spec *spec)
{
    for (int k = 0; k < spec->n_descriptors; k++) free_descriptor(spec->descriptor + k);
    free(spec->descriptor);
    spec->descriptor = NULL;
    spec->n_descriptors = 0;
    sz_fit_unexpand(spec);
}

static sz_status read_descriptor(sz_fit_descriptor *d, sz_fit_spec *spec,
                                 const sz_args *args, sz_error *err)
{
    const char *index = sz_args_string(args, "print_sparse_index", NULL);
    sz_status status = find_type(d, args, err);

    if (status == SZ_OK) status = read_scalars(d, args, err);
    if (status == SZ_OK) status = read_covariance(d, args, err);
    if (status == SZ_OK) status = read_lengths(d, args, err);
    if (status == SZ_OK) status = read_method(d, args, err);
    if (status == SZ_OK) status = read_counts(d, args, err);
    if (status == SZ_OK && index) status = copy_text(&d->print_sparse_index, index, err);
    if (status == SZ_OK) status = warn_of_unknown(spec, d, args, err);
    return status;
}

sz_status sz_fit_add_descriptor(sz_fit_spec *spec, const char *text, const char *where,
                                sz_error *err)
{
    size_t n = (size_t)spec->n_descriptors + 1;
    sz_fit_descriptor *d;
    sz_args *args = NULL;
    sz_status status;

    if (!sz_grow(&spec->descriptor, n, sizeof *d))
        return sz_fail_memory(err, n * sizeof *d, "a descriptor");
    d = spec->descriptor + spec->n_descriptors++;
    memset(d, 0, sizeof *d);
    status = copy_text(&d->text, text, err);
    if (status == SZ_OK) status = copy_text(&d->where, where, err);
    if (status == SZ_OK) status = sz_args_parse(&args, text, where, err);
    if (status == SZ_OK) status = read_descriptor(d, spec, args, err);
    sz_args_free(args);
    return status;
}
