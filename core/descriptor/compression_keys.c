/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression_keys.c - the keys of a soap that choose its compression.
 *
 * nu_R, nu_S, Z_map, Z_mix, R_mix, sym_mix, K, coupling, mix_shift and diagonal_radial
 * are gap_fit's; compression, d_J, embedding, u_max, l_min, compression_seed,
 * compression_weights, compression_train and compression_start are soapz's own. Keys that
 * exclude each other are refused by name. */
#include "descriptor/compression_keys.h"

#include "base/number.h"
#include "base/rng.h"
#include "descriptor/coupling.h"
#include "descriptor/map_numbers.h"
#include "descriptor/soap_spec.h"

#include <stdlib.h>
#include <string.h>

/* largest number of weights of K channels: a gigabyte, and a map stores them three
 * times */
enum { NUMBERS_MAX = 100000000 };

/* ---- labels ------------------------------------------------------------------------ */

static sz_status exclude(const sz_args *args, const char *a, const char *b, sz_error *err)
{
    return sz_fail(err, SZ_ERR_FORMAT,
                   "%s: %s and %s exclude each other; leave out one of them",
                   sz_args_where(args), a, b);
}

/* two ways of compressing at once are refused */
static sz_status check_compression_keys(const sz_compression_keys *k, const sz_args *args,
                                        sz_error *err)
{
    const char *mix = k->mix.z_mix ? "Z_mix" : "R_mix";
    static const char *const own[] = {
        "d_J", "embedding", "u_max", "compression_seed", "compression_weights", "l_min"};
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
    if (strcmp(k->weights, "normal") != 0 && strcmp(k->weights, "uniform") != 0)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compression_weights=%.40s is unknown; known are normal and "
                       "uniform",
                       sz_args_where(args), k->weights);
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

/* 1 if label is name, ignoring blanks */
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

static sz_status compress_embedding(sz_soap_spec *spec, const sz_compression_keys *k,
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

/* The numbers of a compression: those given, or random ones; the caller frees them. */
static sz_status find_numbers(const sz_compression_keys *k, const sz_args *args, size_t n,
                              int n_matrix, const double *matrix, double **random,
                              sz_error *err)
{
    *random = NULL;
    if (n == 0 || (matrix && n != (size_t)n_matrix))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the matrices of this compression have %zu numbers, not %d",
                       sz_args_where(args), n, n_matrix);
    if (matrix) return SZ_OK;
    if (k->seed < 1 || k->seed > SZ_SEED_MAX)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: compression_seed is %d, allowed 1 to %d",
                       sz_args_where(args), k->seed, SZ_SEED_MAX);
    *random = malloc(n * sizeof **random);
    if (!*random) return sz_fail_memory(err, n * sizeof **random, "random matrices");
    (strcmp(k->weights, "uniform") ? sz_matrix_random : sz_matrix_uniform)(k->seed, n,
                                                                           *random);
    return SZ_OK;
}

static sz_status compress_matrix(sz_soap_spec *spec, const sz_compression_keys *k,
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
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: the optimal basis needs its matrices, which are computed "
                       "from data; in a fit use compression_start=pca",
                       sz_args_where(args));
    status = find_numbers(k, args, n, n_matrix, matrix, &random, err);
    if (status != SZ_OK) return status;
    status = sz_compress_matrix(&spec->compression, kind, spec->n_slots, n_max, l_max,
                                k->u_max, matrix ? matrix : random, err);
    free(random);
    return status;
}

/* Reads "nu,mu^=1,2": the powers of nu, nu^, mu, mu^. Returns their sum, or 0 if label
 * has another form. */
static int read_powers(const char *label, int power[4])
{
    static const char *const letter[] = {"nu", "nu^", "mu", "mu^"};
    const char *p = sz_skip_blanks(label);
    int named[4], n = 0, sum = 0;

    memset(power, 0, 4 * sizeof *power);
    while (n < 4) {
        size_t length = strcspn(p, " \t,=");
        int k = 0;

        while (k < 4 &&
               (strlen(letter[k]) != length || strncmp(p, letter[k], length) != 0))
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
        p = sz_skip_blanks(p + 1); /* after = or , */
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

/* l_max and l_min for three factors */
static sz_status check_three(const sz_soap_spec *spec, const sz_compression_keys *k,
                             const sz_args *args, sz_error *err)
{
    if (spec->radial.l_max > SZ_COUPLED_L_MAX)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: l_max is %d, allowed with three factors are 0 to %d",
                       sz_args_where(args), spec->radial.l_max, SZ_COUPLED_L_MAX);
    if (k->l_min < 0 || k->l_min > spec->radial.l_max)
        return sz_fail(err, SZ_ERR_FORMAT, "%s: l_min is %d, allowed 0 to l_max, %d",
                       sz_args_where(args), k->l_min, spec->radial.l_max);
    /* an even l allows (l, l, l), two l allow (l, l, l') */
    if (k->l_min == spec->radial.l_max && k->l_min % 2)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: l_min=%d with l_max=%d leaves no product, because the sum of "
                       "the three l must be even; lower l_min",
                       sz_args_where(args), k->l_min, spec->radial.l_max);
    return SZ_OK;
}

static sz_status compress_channels(sz_soap_spec *spec, const sz_compression_keys *k,
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
                       "%d; use fewer channels",
                       sz_args_where(args), keys.K, n * keys.K, NUMBERS_MAX);
    status = find_numbers(k, args, n * keys.K, n_matrix, matrix, &random, err);
    if (status != SZ_OK) return status;
    status = sz_compress_channels(&spec->compression, &keys, spec->n_slots, n_max, l_max,
                                  matrix ? matrix : random, err);
    free(random);
    return status;
}

static sz_status compress_label(sz_soap_spec *spec, const sz_compression_keys *k,
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
                   "%s: compression={%.60s} is unknown; see soapz compressions",
                   sz_args_where(args), k->label);
}

static sz_status make_compression(sz_soap_spec *spec, const sz_compression_keys *k,
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
                       "%s: l_min needs products of three factors, compression={%.60s} "
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

/* The values of compression_train and compression_start. */
static sz_status read_train(sz_train_spec *train, const sz_compression_keys *k,
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

/* Stores the maps of random mixtures and embeddings as numbers, like those of
 * matrices. */
static sz_status take_maps(sz_soap_spec *spec, const sz_compression_keys *k,
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
                       "%s: compression_start: compression %s has no maps to start from",
                       sz_args_where(args), c->label);
    if (n == 0 && matrix)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "%s: compression %s has no matrices, but %d numbers are given; "
                       "remove them or give their compression",
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

sz_status sz_compression_of_keys(sz_soap_spec *spec, const sz_compression_keys *k,
                                 const sz_args *args, int n_matrix, const double *matrix,
                                 sz_error *err)
{
    sz_status status = make_compression(spec, k, args, n_matrix, matrix, err);

    return status == SZ_OK ? take_maps(spec, k, args, n_matrix, matrix, err) : status;
}
