/* SPDX-License-Identifier: BSD-3-Clause
 *
 * soap_spec.c - the argument string of a soap descriptor becomes hyperparameters.
 *
 * Keys, aliases and defaults are gap_fit's; compression, d_J, embedding, u_max, l_min,
 * compression_seed, compression_train, compression_start and radial_tolerance are ours.
 * Keys that exclude each other are refused by name; keys that say nothing about the
 * descriptor are ignored. */
#include "descriptor/soap_spec.h"

#include "base/number.h"
#include "descriptor/compression_spec.h"
#include "descriptor/coupling.h"
#include "descriptor/map_numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* central_reference_all_species has its default changed by these versions */
enum { VERSION_REFERENCE = 1426512068, VERSION_L_FACTOR = 1423143769 };

/* of K channels: a gigabyte, and a map has them thrice */
enum { NUMBERS_MAX = 100000000 };

/* ---- the keys --------------------------------------------------------------------- */

/* The keys that choose a compression. */
typedef struct {
    int nu_R, nu_S, diagonal_radial, d_J, u_max, seed, l_min;
    sz_mix_keys mix;
    const char *z_map, *label, *embedding;
    int train;
    const char *start;
} compression_keys;

/* What an argument string says. */
typedef struct {
    const char *basis;
    sz_radial_spec radial;
    double central_weight, sigma0;
    int normalise, average, central_all, xml_version;
    compression_keys compression;
} values;

#define AT(member) offsetof(values, member)

const sz_key sz_soap_keys[] = {
    {"cutoff", SZ_KEY_REAL, AT(radial.cutoff), NULL,
     "needed, Angstrom: neighbours end there"},
    {"cutoff_transition_width", SZ_KEY_REAL, AT(radial.cutoff_width), "0.5",
     "Angstrom: the cutoff function falls from 1 to 0 over it"},
    {"cutoff_dexp", SZ_KEY_INT, AT(radial.decay_exponent), "0",
     "neighbours count less with r, like 1 / (rate + (r/scale)^dexp); 0: not"},
    {"cutoff_scale", SZ_KEY_REAL, AT(radial.decay_scale), "1.0",
     "Angstrom: scale of that"},
    {"cutoff_rate", SZ_KEY_REAL, AT(radial.decay_rate), "1.0", "rate of that"},
    {"l_max", SZ_KEY_INT, AT(radial.l_max), NULL,
     "needed, largest angular momentum, 0 to 20"},
    {"n_max", SZ_KEY_INT, AT(radial.n_max), NULL, "needed, radial functions, 1 to 40"},
    {"atom_sigma", SZ_KEY_REAL, AT(radial.atom_sigma), NULL,
     "needed, Angstrom: width of an atom's density"},
    {"atom_gaussian_width", SZ_KEY_REAL, AT(radial.atom_sigma), NULL, "=atom_sigma"},
    {"radial_basis", SZ_KEY_TEXT, AT(basis), "",
     "EQUISPACED_GAUSS where empty, or POLY, GTO"},
    {"radial_tolerance", SZ_KEY_REAL, AT(radial.tolerance), "0",
     "radial channels below this share are left out (ours)"},
    {"basis_error_exponent", SZ_KEY_REAL, AT(radial.basis_error_exponent), "10.0",
     "where the equispaced Gaussians end"},
    {"central_weight", SZ_KEY_REAL, AT(central_weight), "1.0",
     "weight of the centre's own density"},
    {"central_reference_all_species", SZ_KEY_BOOL, AT(central_all), NULL,
     "T: the centre's density is in the slot of each species; T for one species, else F"},
    {"covariance_sigma0", SZ_KEY_REAL, AT(sigma0), "0",
     "constant component beside the vector"},
    {"normalise", SZ_KEY_BOOL, AT(normalise), "T", "vectors have length 1"},
    {"normalize", SZ_KEY_BOOL, AT(normalise), NULL, "=normalise"},
    {"average", SZ_KEY_BOOL, AT(average), "F",
     "one vector for a frame; only soapz describe does it"},
    {"xml_version", SZ_KEY_INT, AT(xml_version), NULL,
     "gap_version whose conventions hold; today's"},
    {"n_Z", SZ_KEY_OTHER, 0, NULL, "number of elements in Z; 1"},
    {"Z", SZ_KEY_OTHER, 0, NULL,
     "elements of the centres; 0 is any; add_species says it"},
    {"n_species", SZ_KEY_OTHER, 0, NULL, "number of elements in species_Z; 1"},
    {"species_Z", SZ_KEY_OTHER, 0, NULL,
     "elements of the neighbours; 0 is any; add_species says it"},
    {"nu_R", SZ_KEY_INT, AT(compression.nu_R), "2",
     "radial channels kept in products of two: 2, 1 or 0"},
    {"nu_S", SZ_KEY_INT, AT(compression.nu_S), "2",
     "species kept in products of two: 2, 1 or 0"},
    {"Z_mix", SZ_KEY_BOOL, AT(compression.mix.z_mix), "F",
     "species are mixed into K channels"},
    {"R_mix", SZ_KEY_BOOL, AT(compression.mix.r_mix), "F",
     "radial channels are mixed into K channels"},
    {"sym_mix", SZ_KEY_BOOL, AT(compression.mix.sym_mix), "F",
     "both factors are mixed alike"},
    {"coupling", SZ_KEY_BOOL, AT(compression.mix.coupling), "T",
     "F: products of like channels only"},
    {"K", SZ_KEY_INT, AT(compression.mix.k), "0",
     "channels of Z_mix and R_mix, and of compression={K=3} and its like (ours)"},
    {"mix_shift", SZ_KEY_INT, AT(compression.mix.shift), "0",
     "shifts the seeds of the mixing"},
    {"Z_map", SZ_KEY_TEXT, AT(compression.z_map), "",
     "groups of species: {41 42, 73 74}"},
    {"diagonal_radial", SZ_KEY_BOOL, AT(compression.diagonal_radial), "F",
     "products of a radial channel with itself only"},
    {"compression", SZ_KEY_TEXT, AT(compression.label), "",
     "a label of soapz compressions (ours)"},
    {"d_J", SZ_KEY_INT, AT(compression.d_J), "0",
     "channels of compression={nu=2,d_J} (ours); 2 where 0"},
    {"embedding", SZ_KEY_TEXT, AT(compression.embedding), "",
     "d_J numbers for each species; the paper's where empty (ours)"},
    {"u_max", SZ_KEY_INT, AT(compression.u_max), "0",
     "channels of compression={optimal} (ours)"},
    {"compression_seed", SZ_KEY_INT, AT(compression.seed), "1",
     "of random matrices, 1 to 2147483645 (ours)"},
    {"l_min", SZ_KEY_INT, AT(compression.l_min), "0",
     "products of three factors with a smaller l are left out; 1: those that repeat the "
     "power spectrum (ours)"},
    {"compression_train", SZ_KEY_INT, AT(compression.train), "0",
     "steps by which soapz fit trains the maps of the compression (ours)"},
    {"compression_start", SZ_KEY_TEXT, AT(compression.start), "random",
     "the maps before training: random, or pca: principal components of the data (ours)"},
    {NULL, SZ_KEY_OTHER, 0, NULL, NULL},
};

/* What holds where nothing is said and other keys or the file settle it. */
static const values defaults = {
    .central_all = -1, /* 1 for one species, else 0 */
    .xml_version = VERSION_REFERENCE,
};

/* ---- the compression --------------------------------------------------------------- */

static sz_status exclude(const sz_args *args, const char *a, const char *b, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: %s and %s exclude each other; leave one of them out",
                   sz_args_where(args), a, b);
}

/* no two ways of compressing at once */
static sz_status check_compression_keys(const compression_keys *k, const sz_args *args,
                                        sz_error *err)
{
    const char *mix = k->mix.z_mix ? "Z_mix" : "R_mix";
    static const char *const own[] = {"d_J", "embedding", "u_max", "compression_seed",
                                      "l_min"};
    int mixing = k->mix.z_mix || k->mix.r_mix;
    const char *nu = k->nu_R != 2 ? "nu_R" : k->nu_S != 2 ? "nu_S" : NULL;
    const struct {
        int both;
        const char *a, *b;
    } rule[] = {
        {mixing && *k->z_map, mix, "Z_map"},
        {mixing && nu, mix, nu},
        {*k->z_map && nu, "Z_map", nu},
        {k->diagonal_radial && mixing, "diagonal_radial", mix},
        {k->diagonal_radial && *k->z_map, "diagonal_radial", "Z_map"},
        {k->diagonal_radial && nu, "diagonal_radial", nu},
        {k->diagonal_radial && !k->mix.coupling, "diagonal_radial", "coupling=F"},
        {*k->label && mixing, "compression", mix},
        {*k->label && *k->z_map, "compression", "Z_map"},
        {*k->label && nu, "compression", nu},
        {*k->label && k->diagonal_radial, "compression", "diagonal_radial"},
        {*k->label && !k->mix.coupling, "compression", "coupling=F"},
    };

    if (k->nu_R < 0 || k->nu_R > 2 || k->nu_S < 0 || k->nu_S > 2)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: nu_R=%d nu_S=%d, allowed are 0, 1 and 2",
                       sz_args_where(args), k->nu_R, k->nu_S);
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++)
        if (rule[i].both) return exclude(args, rule[i].a, rule[i].b, err);
    for (size_t i = 0; !*k->label && i < sizeof own / sizeof *own; i++)
        if (sz_args_has(args, own[i]))
            return sz_fail(err, SZ_ERR_FORMAT, "%s: %s needs compression={...}",
                           sz_args_where(args), own[i]);
    if (k->mix.sym_mix && !mixing)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: sym_mix needs Z_mix or R_mix",
                       sz_args_where(args));
    return SZ_OK;
}

/* 1 where label is name, blanks aside */
static int is_label(const char *label, const char *name)
{
    for (;; label++, name++) {
        while (sz_is_blank(*label)) label++;
        while (sz_is_blank(*name)) name++;
        if (*label != *name) return 0;
        if (!*label) return 1;
    }
}

int sz_soap_label_is_nu(const char *label, int *nu_R, int *nu_S)
{
    for (*nu_R = 0; *nu_R <= 2; ++*nu_R)
        for (*nu_S = 0; *nu_S <= 2; ++*nu_S) {
            sz_compression_spec c = {0};
            int same = sz_compress_nu(&c, *nu_R, *nu_S, 0, NULL) == SZ_OK &&
                       is_label(label, c.label);

            sz_compression_spec_free(&c);
            if (same) return 1;
        }
    return 0;
}

static sz_status compress_embedding(sz_soap_spec *spec, const compression_keys *k,
                                    const sz_args *args, sz_error *err)
{
    int n = spec->n_slots, d_j = k->d_J ? k->d_J : 2;
    const char *p = sz_skip_blanks(k->embedding);
    double *u;
    sz_error why;
    sz_status status = SZ_OK;

    if (d_j < 1 || d_j > 1000)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: d_J is %d, allowed 1 to 1000",
                       sz_args_where(args), d_j);
    u = malloc((size_t)n * d_j * sizeof *u);
    if (!u) return sz_fail_memory(err, (size_t)n * d_j * sizeof *u, "the embedding");
    if (!*p && sz_embedding_paper(n, spec->slot_z, d_j, u, &why) != SZ_OK)
        status =
            sz_fail(err, SZ_ERR_FORMAT, "%s: %.600s", sz_args_where(args), why.message);
    for (int i = 0; *k->embedding && i < n * d_j && p; i++) {
        p = sz_scan_double(p, &u[i]);
        if (p) p = sz_skip_blanks(p);
    }
    if (status == SZ_OK && (!p || *p))
        status =
            sz_fail(err, SZ_ERR_FORMAT,
                    "%s: embedding={...} needs %d numbers, d_J=%d for each of %d species",
                    sz_args_where(args), n * d_j, d_j, n);
    if (status == SZ_OK)
        status = sz_compress_embedding(&spec->compression, n, d_j, u, err);
    free(u);
    return status;
}

/* The numbers of a compression: those given, or random ones, to be freed. */
static sz_status find_numbers(const compression_keys *k, const sz_args *args, size_t n,
                              int n_matrix, const double *matrix, double **random,
                              sz_error *err)
{
    *random = NULL;
    if (n == 0 || (matrix && n != (size_t)n_matrix))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the matrices of this compression have %zu numbers, not %d",
                       sz_args_where(args), n, n_matrix);
    if (matrix) return SZ_OK;
    if (k->seed < 1 || k->seed > 2147483645)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: compression_seed is %d, allowed 1 to %d",
                       sz_args_where(args), k->seed, 2147483645);
    *random = malloc(n * sizeof **random);
    if (!*random) return sz_fail_memory(err, n * sizeof **random, "random matrices");
    sz_matrix_random(k->seed, n, *random);
    return SZ_OK;
}

static sz_status compress_matrix(sz_soap_spec *spec, const compression_keys *k,
                                 sz_matrix_kind kind, const sz_args *args, int n_matrix,
                                 const double *matrix, sz_error *err)
{
    int n_max = spec->radial.n_max, l_max = spec->radial.l_max;
    size_t n = sz_matrix_numbers(kind, spec->n_slots, n_max, l_max, k->u_max);
    double *random;
    sz_status status;

    if (kind == SZ_MATRIX_OPTIMAL && (k->u_max < 1 || k->u_max > spec->n_slots * n_max))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: u_max is %d, allowed 1 to %d",
                       sz_args_where(args), k->u_max, spec->n_slots * n_max);
    if (kind == SZ_MATRIX_OPTIMAL && !matrix && !sz_args_has(args, "compression_start"))
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: the optimal basis needs its matrices, which come from data; in a "
            "fit compression_start=pca makes them",
            sz_args_where(args));
    status = find_numbers(k, args, n, n_matrix, matrix, &random, err);
    if (status != SZ_OK) return status;
    status = sz_compress_matrix(&spec->compression, kind, spec->n_slots, n_max, l_max,
                                k->u_max, matrix ? matrix : random, err);
    free(random);
    return status;
}

/* Reads "nu,mu^=1,2": the powers of nu, nu^, mu, mu^. Returns their sum, 0 where label is
 * nothing like it. */
static int read_powers(const char *label, int power[4])
{
    static const char *const letter[] = {"nu", "nu^", "mu", "mu^"};
    const char *p = sz_skip_blanks(label);
    int named[4], n = 0, sum = 0;

    memset(power, 0, 4 * sizeof *power);
    while (n < 4) {
        size_t length = strcspn(p, " \t,=");
        int k = 0;

        while (k < 4 && (strlen(letter[k]) != length || strncmp(p, letter[k], length)))
            k++;
        for (int i = 0; i < n; i++)
            if (k == named[i]) return 0;
        if (k == 4) return 0;
        named[n++] = k;
        p = sz_skip_blanks(p + length);
        if (*p != ',') break;
        p = sz_skip_blanks(p + 1);
    }
    if (*p != '=') return 0;
    for (int k = 0; k < n; k++) {
        p = sz_skip_blanks(p + 1); /* behind = or , */
        if (*p < '1' || *p > '3') return 0;
        power[named[k]] = *p - '0';
        sum += *p - '0';
        p = sz_skip_blanks(p + 1);
        if (*p != (k + 1 < n ? ',' : '\0')) return 0;
    }
    return sum;
}

/* Labels of K mixtures of all channels. */
typedef struct {
    const char *label;
    int order, n_maps;
} mixed_label;
static const mixed_label mixed_labels[] = {
    {"K=2", 2, 1}, {"K,K=1,1", 2, 2}, {"K=3", 3, 1}, {"K,K,K=1,1,1", 3, 3}};

static const mixed_label *find_mixed(const char *label)
{
    for (size_t i = 0; i < sizeof mixed_labels / sizeof *mixed_labels; i++)
        if (is_label(label, mixed_labels[i].label)) return &mixed_labels[i];
    return NULL;
}

/* l_max and l_min of three factors */
static sz_status check_three(const sz_soap_spec *spec, const compression_keys *k,
                             const sz_args *args, sz_error *err)
{
    if (spec->radial.l_max > SZ_COUPLED_L_MAX)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: l_max is %d, allowed with three factors are 0 to %d",
                       sz_args_where(args), spec->radial.l_max, SZ_COUPLED_L_MAX);
    if (k->l_min < 0 || k->l_min > spec->radial.l_max)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: l_min is %d, allowed 0 to l_max, %d",
                       sz_args_where(args), k->l_min, spec->radial.l_max);
    /* an even l makes (l, l, l), two l make (l, l, l') */
    if (k->l_min == spec->radial.l_max && k->l_min % 2)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: l_min=%d with l_max=%d leaves no product, the sum of three l "
                       "is even; lower l_min",
                       sz_args_where(args), k->l_min, spec->radial.l_max);
    return SZ_OK;
}

static sz_status compress_channels(sz_soap_spec *spec, const compression_keys *k,
                                   const mixed_label *mixed, const sz_args *args,
                                   int n_matrix, const double *matrix, sz_error *err)
{
    const sz_channel_keys keys = {mixed->order, mixed->n_maps, k->mix.k, k->l_min};
    int n_max = spec->radial.n_max, l_max = spec->radial.l_max;
    size_t n = (size_t)mixed->n_maps * (l_max + 1) * spec->n_slots * n_max;
    double *random;
    sz_status status;

    if (keys.K < 1 || keys.K > 10000)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: K is %d, allowed 1 to 10000",
                       sz_args_where(args), keys.K);
    if (n * keys.K > NUMBERS_MAX)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the matrices of K=%d channels have %zu numbers, allowed are "
                       "%d; take fewer channels",
                       sz_args_where(args), keys.K, n * keys.K, NUMBERS_MAX);
    status = find_numbers(k, args, n * keys.K, n_matrix, matrix, &random, err);
    if (status != SZ_OK) return status;
    status = sz_compress_channels(&spec->compression, &keys, spec->n_slots, n_max, l_max,
                                  matrix ? matrix : random, err);
    free(random);
    return status;
}

static sz_status compress_label(sz_soap_spec *spec, const compression_keys *k,
                                const sz_args *args, int n_matrix, const double *matrix,
                                sz_error *err)
{
    sz_compression_spec *c = &spec->compression;
    const mixed_label *mixed = find_mixed(k->label);
    int nu_R, nu_S, power[4], three = read_powers(k->label, power) == SZ_FACTORS;

    if (three || (mixed && mixed->order == 3)) {
        sz_status status = check_three(spec, k, args, err);

        if (status != SZ_OK) return status;
    }
    if (three) {
        sz_compress_powers(c, power, k->l_min);
        return SZ_OK;
    }
    if (mixed) return compress_channels(spec, k, mixed, args, n_matrix, matrix, err);
    if (sz_soap_label_is_nu(k->label, &nu_R, &nu_S))
        return sz_compress_nu(c, nu_R, nu_S, 0, err);
    if (is_label(k->label, "mu,nu^=1,1")) {
        sz_compress_corner(c);
        return SZ_OK;
    }
    if (is_label(k->label, "nu,mu*=1,1")) {
        sz_compress_star(c);
        return SZ_OK;
    }
    if (is_label(k->label, "nu=2,d_J")) return compress_embedding(spec, k, args, err);
    if (is_label(k->label, "W^T P_l"))
        return compress_matrix(spec, k, SZ_MATRIX_W, args, n_matrix, matrix, err);
    if (is_label(k->label, "Q^T P_l Q"))
        return compress_matrix(spec, k, SZ_MATRIX_Q, args, n_matrix, matrix, err);
    if (is_label(k->label, "optimal"))
        return compress_matrix(spec, k, SZ_MATRIX_OPTIMAL, args, n_matrix, matrix, err);
    memset(c, 0, sizeof *c);
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: compression={%.60s} is unknown; soapz compressions lists them",
                   sz_args_where(args), k->label);
}

static sz_status make_compression(sz_soap_spec *spec, const compression_keys *k,
                                  const sz_args *args, int n_matrix, const double *matrix,
                                  sz_error *err)
{
    sz_compression_spec *c = &spec->compression;
    sz_error why;
    sz_status status = check_compression_keys(k, args, err);

    if (status != SZ_OK) return status;
    if (*k->label) {
        status = compress_label(spec, k, args, n_matrix, matrix, err);
        if (status != SZ_OK || c->order == SZ_FACTORS || k->l_min == 0) return status;
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: l_min is of products of three factors, compression={%.60s} "
                       "has two; leave it out",
                       sz_args_where(args), k->label);
    }
    if (k->diagonal_radial) {
        sz_compress_diagonal(c);
        return SZ_OK;
    }
    why.message[0] = 0;
    if (k->mix.z_mix || k->mix.r_mix)
        status = sz_compress_mix(c, &k->mix, spec->n_slots, spec->slot_z,
                                 spec->radial.n_max, spec->radial.l_max, &why);
    else if (*k->z_map)
        status = sz_compress_z_map(c, k->z_map, spec->n_slots, spec->slot_z,
                                   !k->mix.coupling, &why);
    else
        status = sz_compress_nu(c, k->nu_R, k->nu_S, !k->mix.coupling, &why);
    if (status == SZ_OK) return SZ_OK;
    return sz_fail(err, status, "%s: %.600s", sz_args_where(args), why.message);
}

/* ---- maps from data ---------------------------------------------------------------- */

/* What compression_train and compression_start want. */
static sz_status read_train(sz_train_spec *train, const compression_keys *k,
                            const sz_args *args, sz_error *err)
{
    *train = (sz_train_spec){.steps = k->train, .pca = strcmp(k->start, "pca") == 0};
    if (train->steps < 0 || train->steps > 100000)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compression_train is %d, allowed are 0 to 100000 steps",
                       sz_args_where(args), train->steps);
    if (!train->pca && strcmp(k->start, "random") != 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compression_start=%.40s is unknown; known are random and pca",
                       sz_args_where(args), k->start);
    return SZ_OK;
}

/* Maps of random mixtures and embeddings that come as numbers, as those of matrices do.
 */
static sz_status take_maps(sz_soap_spec *spec, const compression_keys *k,
                           const sz_args *args, int n_matrix, const double *matrix,
                           sz_error *err)
{
    sz_compression_spec *c = &spec->compression;
    int n_max = spec->radial.n_max, l_max = spec->radial.l_max;
    size_t n = *k->z_map ? 0 : sz_maps_numbers(c, spec->n_slots, n_max, l_max);
    sz_status status = read_train(&spec->train, k, args, err);

    if (status != SZ_OK) return status;
    if (n == 0 && sz_args_has(args, "compression_train"))
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: compression_train: compression %s has no maps to train; those "
            "with Z_mix or R_mix and {nu=2,d_J}, {optimal}, {W^T P_l}, {Q^T P_l Q}, "
            "{K=2}, "
            "{K,K=1,1}, {K=3} and {K,K,K=1,1,1} have",
            sz_args_where(args), c->label);
    if (n == 0 && sz_args_has(args, "compression_start"))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compression_start: compression %s has no maps to begin with",
                       sz_args_where(args), c->label);
    if (n == 0 && matrix)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "%s: compression %s has no matrices, but %d numbers are given; take "
            "them away or name their compression",
            sz_args_where(args), c->label, n_matrix);
    if (n == 0) return SZ_OK;
    spec->train.open = !matrix && (spec->train.steps > 0 || spec->train.pca);
    if (matrix && n != (size_t)n_matrix)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the maps of compression %s have %zu numbers, not %d",
                       sz_args_where(args), c->label, n, n_matrix);
    if (matrix) sz_maps_set(c, spec->n_slots, n_max, l_max, matrix);
    return SZ_OK;
}

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

/* Both kinds of elements, and what their number and the version settle. */
static sz_status read_species(sz_soap_spec *spec, const values *v, int *n_centres,
                              int *centre_z, const sz_args *args, int version,
                              sz_error *err)
{
    sz_status status;

    if (sz_args_has(args, "species_Z") && !sz_args_has(args, "n_species"))
        return sz_fail(err, SZ_ERR_FORMAT, "%s: species_Z needs n_species",
                       sz_args_where(args));
    status = read_elements(args, "n_Z", "Z", n_centres, centre_z, err);
    if (status == SZ_OK)
        status = read_elements(args, "n_species", "species_Z", &spec->n_slots,
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
                   "%s: radial_tolerance=%g leaves out radial channels, but compression "
                   "%s has none that may be: leave out the key",
                   sz_args_where(args), spec->radial.tolerance, spec->compression.label);
}

int sz_soap_spec_is(const sz_args *args)
{
    return sz_args_has_word(args, "soap") || sz_args_has_word(args, "soap_turbo");
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
        status = make_compression(spec, &v.compression, args, n_matrix, matrix, err);
    if (status == SZ_OK)
        status = take_maps(spec, &v.compression, args, n_matrix, matrix, err);
    if (status == SZ_OK) status = check_tolerance(spec, args, err);
    return status;
}
