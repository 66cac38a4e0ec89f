/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression_spec.c - the compressions by name.
 *
 * nu resolves species, mu sums over them; a hat (^) sums over n; K mixes them into K
 * channels; the indices are the powers of the densities, two in total for the power
 * spectrum, three for its four-body analogues. docs/compressions.md defines each. */
#include "descriptor/compression_spec.h"

#include "base/number.h"
#include "base/rng.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double root2 = 1.41421356237309504880;

static void start(sz_compression_spec *spec, const char *label)
{
    memset(spec, 0, sizeof *spec);
    snprintf(spec->label, sizeof spec->label, "%s", label);
    spec->order = 2;
    for (int d = 0; d < SZ_FACTORS; d++) spec->y_of[d] = d;
    spec->root2 = root2;
}

/* Both factors use the channels of the first. */
static void make_alike(sz_compression_spec *spec, int alike)
{
    spec->y_of[1] = !alike;
}

static void set(sz_channels *y, sz_species_kind species, sz_radial_kind radial)
{
    y->species = species;
    y->radial = radial;
}

sz_status sz_compress_nu(sz_compression_spec *spec, int nu_R, int nu_S, int element,
                         sz_error *err)
{
    static const char *const label[3][3] = {
        {"mu^=2", "nu^,mu^=1,1", "nu^=2"},
        {"mu,mu^=1,1", "nu,mu^=1,1", "nu,nu^=1,1"},
        {"mu=2", "nu,mu=1,1", "nu=2"},
    };

    start(spec, label[nu_R][nu_S]);
    make_alike(spec, nu_R != 1 && nu_S != 1);
    for (int d = 0; d < 2; d++)
        set(&spec->y[d], nu_S > d ? SZ_SPECIES_APART : SZ_SPECIES_SUM,
            nu_R > d ? SZ_RADIAL_N : SZ_RADIAL_SUM);
    if (!element) return SZ_OK;
    if (!sz_alike(spec, 0, 1))
        return sz_fail(err, SZ_ERR_FORMAT,
                       "coupling=F pairs equal channels, but nu_R=%d nu_S=%d gives two "
                       "different sets",
                       nu_R, nu_S);
    spec->pairs = SZ_PAIRS_ELEMENT;
    snprintf(spec->label, sizeof spec->label, "%s, a=b", label[nu_R][nu_S]);
    return SZ_OK;
}

void sz_compress_diagonal(sz_compression_spec *spec)
{
    start(spec, "nu=2, n=n'");
    make_alike(spec, 1);
    spec->pairs = SZ_PAIRS_DIAGONAL;
    set(&spec->y[0], SZ_SPECIES_APART, SZ_RADIAL_N);
}

void sz_compress_corner(sz_compression_spec *spec)
{
    start(spec, "mu,nu^=1,1");
    set(&spec->y[0], SZ_SPECIES_SUM, SZ_RADIAL_N);
    set(&spec->y[1], SZ_SPECIES_APART, SZ_RADIAL_SUM);
}

void sz_compress_star(sz_compression_spec *spec)
{
    start(spec, "nu,mu*=1,1");
    set(&spec->y[0], SZ_SPECIES_APART, SZ_RADIAL_N);
    set(&spec->y[1], SZ_SPECIES_SUM, SZ_RADIAL_STAR);
    spec->by_l = 1;
}

/* ---- groups of elements ------------------------------------------------------------ */

/* One density of a Z_map: groups separated by commas, elements by blanks. */
static sz_status read_groups(sz_channels *y, const char *text, const char *end,
                             int n_slots, const int *slot_z, sz_error *err)
{
    int group = 0;

    set(y, SZ_SPECIES_WEIGHTS, SZ_RADIAL_N);
    y->n_groups = 1;
    for (const char *p = text; p < end; p++) y->n_groups += *p == ',';
    y->weight = calloc((size_t)n_slots * y->n_groups, sizeof *y->weight);
    if (!y->weight) return sz_fail_memory(err, 8 * (size_t)y->n_groups, "Z_map");
    for (const char *p = text; p < end;) {
        const char *word = p;
        int z = 0, slot = 0, length = 0;

        if (*p == ',') {
            group++;
            p++;
            continue;
        }
        if (sz_is_blank(*p)) {
            p++;
            continue;
        }
        while (p < end && *p >= '0' && *p <= '9' && z < 10000) z = 10 * z + *p++ - '0';
        while (slot < n_slots && slot_z[slot] != z) slot++;
        while (word + length < end && word[length] != ',' && !sz_is_blank(word[length]))
            length++;
        if (slot == n_slots || p < word + length)
            return sz_fail(err, SZ_ERR_FORMAT,
                           "Z_map names \"%.*s\", which is not an element of species_Z",
                           length < 20 ? length : 20, word);
        y->weight[slot * y->n_groups + group] = 1.0;
    }
    return SZ_OK;
}

sz_status sz_compress_z_map(sz_compression_spec *spec, const char *text, int n_slots,
                            const int *slot_z, int element, sz_error *err)
{
    const char *end = text + strlen(text), *colon = strchr(text, ':');
    sz_status status;

    start(spec, "Z_map");
    make_alike(spec, !colon);
    if (colon && strchr(colon + 1, ':'))
        return sz_fail(err, SZ_ERR_FORMAT, "Z_map={%s} has more than two densities",
                       text);
    status = read_groups(&spec->y[0], text, colon ? colon : end, n_slots, slot_z, err);
    if (status == SZ_OK && colon)
        status = read_groups(&spec->y[1], colon + 1, end, n_slots, slot_z, err);
    if (status == SZ_OK && element) spec->pairs = SZ_PAIRS_ELEMENT;
    if (status == SZ_OK && element && colon && spec->y[0].n_groups != spec->y[1].n_groups)
        status =
            sz_fail(err, SZ_ERR_FORMAT,
                    "coupling=F pairs equal channels, but the two densities of Z_map "
                    "have %d and %d groups",
                    spec->y[0].n_groups, spec->y[1].n_groups);
    if (status != SZ_OK) sz_compression_spec_free(spec);
    return status;
}

/* ---- random mixtures --------------------------------------------------------------- */

/* n numbers of the sequence that density j = 1, 2 starts with an element or n_max */
static sz_status draw_numbers(const sz_mix_keys *keys, int j, int start, int n, double *w,
                              sz_error *err)
{
    long seed = (long)start + keys->shift + 200L * j;
    sz_rng rng;

    if (seed < 1 || seed > 2147483646)
        return sz_fail(err, SZ_ERR_FORMAT,
                       "mix_shift=%d makes the seed %ld, allowed are 1 to 2147483646",
                       keys->shift, seed);
    sz_rng_seed(&rng, (int)seed);
    for (int i = 0; i < n; i++) w[i] = sz_rng_normal(&rng);
    return SZ_OK;
}

/* Density j = 1, 2: seeds and order of the numbers are those of gap_fit. */
static sz_status draw(sz_channels *y, const sz_mix_keys *keys, int j, int n_slots,
                      const int *slot_z, int n_max, int l_max, sz_error *err)
{
    int both = keys->z_mix && keys->r_mix, k_max = keys->k,
        n = both ? n_max * k_max : k_max;
    size_t one = (size_t)n_slots * n_max * k_max;
    size_t size = both ? one * (l_max + 1) : (size_t)k_max * (n_slots + n_max);
    double *w = malloc(size * sizeof *w);
    sz_status status = SZ_OK;

    if (!w) return sz_fail_memory(err, size * sizeof *w, "mixing weights");
    if (!keys->z_mix) {
        set(y, SZ_SPECIES_APART, SZ_RADIAL_MIX);
        y->n_mix = k_max;
        y->mix = w;
        return draw_numbers(keys, j, n_max, n_max * k_max, w, err);
    }
    set(y, both ? SZ_SPECIES_MATRIX : SZ_SPECIES_WEIGHTS, SZ_RADIAL_N);
    *(both ? &y->matrix : &y->weight) = w;
    for (int s = 0; s < n_slots && status == SZ_OK; s++)
        status = draw_numbers(keys, j, slot_z[s], n, w + (size_t)s * n, err);
    y->n_groups = both ? 0 : k_max;
    y->same_l = both;
    for (int l = 0; l <= l_max && both && status == SZ_OK; l++) {
        if (l > 0) memcpy(w + l * one, w, one * sizeof *w);
        y->n_matrix[l] = k_max;
    }
    return status;
}

sz_status sz_compress_mix(sz_compression_spec *spec, const sz_mix_keys *keys, int n_slots,
                          const int *slot_z, int n_max, int l_max, sz_error *err)
{
    int both = keys->z_mix && keys->r_mix;
    sz_status status = SZ_OK;

    start(spec, both ? "R_mix Z_mix" : keys->z_mix ? "Z_mix" : "R_mix");
    make_alike(spec, keys->sym_mix);
    if (keys->k < 1 || keys->k > 100000)
        return sz_fail(err, SZ_ERR_FORMAT, "mixing needs K from 1 to 100000, not %d",
                       keys->k);
    for (int j = 1; j <= (keys->sym_mix ? 1 : 2) && status == SZ_OK; j++)
        status = draw(&spec->y[j - 1], keys, j, n_slots, slot_z, n_max, l_max, err);
    if (!keys->coupling) {
        spec->pairs = both          ? SZ_PAIRS_ELEMENT
                      : keys->z_mix ? SZ_PAIRS_IN_GROUP
                                    : SZ_PAIRS_SAME_LANE;
        if (!both) spec->root2 = (double)(float)root2; /* as gap_fit stores it there */
    }
    if (status != SZ_OK) sz_compression_spec_free(spec);
    return status;
}

/* ---- embeddings and matrices ------------------------------------------------------- */

sz_status sz_compress_embedding(sz_compression_spec *spec, int n_slots, int d_j,
                                const double *u, sz_error *err)
{
    size_t size = (size_t)n_slots * d_j * sizeof *u;

    start(spec, "nu=2,d_J");
    make_alike(spec, 1);
    set(&spec->y[0], SZ_SPECIES_WEIGHTS, SZ_RADIAL_N);
    spec->y[0].n_groups = d_j;
    spec->y[0].weight = malloc(size);
    if (!spec->y[0].weight) return sz_fail_memory(err, size, "the embedding");
    memcpy(spec->y[0].weight, u, size);
    return SZ_OK;
}

/* group and period in the periodic table; f elements count as group 3 */
static void periodic_table(int z, int *period, int *group)
{
    static const int noble[] = {0, 2, 10, 18, 36, 54, 86, 118};
    int p = 1, from_end, in;

    while (z > noble[p]) p++;
    in = z - noble[p - 1];
    from_end = noble[p] - z; /* 0 for a noble gas */
    *period = p;
    if (p == 1)
        *group = z == 1 ? 1 : 18;
    else if (in <= 2)
        *group = in;
    else if (from_end <= 15)
        *group = 18 - from_end;
    else
        *group = 3;
}

sz_status sz_embedding_paper(int n_slots, const int *slot_z, int d_j, double *u,
                             sz_error *err)
{
    if (d_j < 1 || d_j > 3)
        return sz_fail(
            err, SZ_ERR_FORMAT,
            "the paper has embeddings with d_J=1, 2 and 3 dimensions, not %d; give "
            "embedding={...}",
            d_j);
    for (int s = 0; s < n_slots; s++) {
        int rank = 1, period, group;

        if (slot_z[s] == 0)
            return sz_fail(err, SZ_ERR_FORMAT, "an embedding needs species_Z");
        for (int t = 0; t < n_slots; t++) rank += slot_z[t] < slot_z[s];
        periodic_table(slot_z[s], &period, &group);
        u[s * d_j] = 1.0;
        if (d_j == 2) u[s * d_j + 1] = rank;
        if (d_j == 3) u[s * d_j + 1] = period;
        if (d_j == 3) u[s * d_j + 2] = group;
    }
    return SZ_OK;
}

static int columns_of(sz_matrix_kind kind, int n_slots, int n_max, int l, int u_max)
{
    if (kind == SZ_MATRIX_W) return 2 * l + 1;
    return kind == SZ_MATRIX_Q ? n_slots * n_max : u_max;
}

size_t sz_matrix_numbers(sz_matrix_kind kind, int n_slots, int n_max, int l_max,
                         int u_max)
{
    size_t n = 0;

    for (int l = 0; l <= l_max; l++)
        n += (size_t)n_slots * n_max * columns_of(kind, n_slots, n_max, l, u_max);
    return n <= INT_MAX ? n : 0;
}

void sz_matrix_random(int seed, size_t n, double *matrix)
{
    sz_rng rng;

    sz_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++) matrix[i] = sz_rng_normal(&rng);
}

void sz_matrix_uniform(int seed, size_t n, double *matrix)
{
    sz_rng rng;

    sz_rng_seed(&rng, seed);
    for (size_t i = 0; i < n; i++) matrix[i] = sz_rng_uniform(&rng);
}

sz_status sz_compress_matrix(sz_compression_spec *spec, sz_matrix_kind kind, int n_slots,
                             int n_max, int l_max, int u_max, const double *matrix,
                             sz_error *err)
{
    static const char *const label[] = {"W^T P_l", "Q^T P_l Q", "optimal"};
    size_t size = sz_matrix_numbers(kind, n_slots, n_max, l_max, u_max) * sizeof *matrix;
    sz_channels *y = &spec->y[kind == SZ_MATRIX_W ? 1 : 0];

    start(spec, label[kind]);
    make_alike(spec, kind != SZ_MATRIX_W);
    spec->by_l = kind != SZ_MATRIX_OPTIMAL;
    if (kind == SZ_MATRIX_Q) spec->pairs = SZ_PAIRS_TOP;
    set(&spec->y[0], SZ_SPECIES_APART, SZ_RADIAL_N);
    set(y, SZ_SPECIES_MATRIX, SZ_RADIAL_N);
    for (int l = 0; l <= l_max; l++)
        y->n_matrix[l] = columns_of(kind, n_slots, n_max, l, u_max);
    y->matrix = malloc(size + 1);
    if (!y->matrix) return sz_fail_memory(err, size, "the matrices of a compression");
    memcpy(y->matrix, matrix, size);
    return SZ_OK;
}

/* ---- three factors, and K channels ------------------------------------------------- */

/* The letters of the label with their powers: "nu,mu^=1,2". */
static void name_powers(const int power[4], char *label, size_t size)
{
    static const char *const letter[] = {"nu", "nu^", "mu", "mu^"};
    size_t at = 0;

    for (int k = 0; k < 4; k++)
        if (power[k])
            at +=
                (size_t)snprintf(label + at, size - at, "%s%s", at ? "," : "", letter[k]);
    for (int k = 0, first = 1; k < 4; k++) {
        if (!power[k]) continue;
        at +=
            (size_t)snprintf(label + at, size - at, "%s%d", first ? "=" : ",", power[k]);
        first = 0;
    }
}

/* The factor with the longest rows of channels is the first, the next longest the third:
 * see coupling.c. */
void sz_compress_powers(sz_compression_spec *spec, const int power[4], int l_min)
{
    static const sz_channels kind[] = {
        {.species = SZ_SPECIES_APART, .radial = SZ_RADIAL_N},
        {.species = SZ_SPECIES_APART, .radial = SZ_RADIAL_SUM},
        {.species = SZ_SPECIES_SUM, .radial = SZ_RADIAL_N},
        {.species = SZ_SPECIES_SUM, .radial = SZ_RADIAL_SUM},
    };
    static const int by_rows[] = {0, 2, 1, 3}, place[] = {0, 2, 1};
    int factor[SZ_FACTORS], n = 0;

    start(spec, "");
    name_powers(power, spec->label, sizeof spec->label);
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < power[by_rows[k]]; i++) factor[place[n++]] = by_rows[k];
    spec->order = 3;
    spec->l_min = l_min;
    for (int d = 0; d < SZ_FACTORS; d++) {
        spec->y[d] = kind[factor[d]];
        for (int e = d - 1; e >= 0; e--)
            if (factor[e] == factor[d]) spec->y_of[d] = e;
    }
}

sz_status sz_compress_channels(sz_compression_spec *spec, const sz_channel_keys *keys,
                               int n_slots, int n_max, int l_max, const double *matrix,
                               sz_error *err)
{
    static const char *const label[2][2] = {{"K=2", "K,K=1,1"}, {"K=3", "K,K,K=1,1,1"}};
    size_t n = (size_t)(l_max + 1) * n_slots * n_max * keys->K;

    start(spec, label[keys->order == 3][keys->n_maps > 1]);
    spec->order = keys->order;
    spec->l_min = keys->l_min;
    spec->pairs = SZ_PAIRS_ELEMENT;
    for (int d = 0; d < keys->order; d++) spec->y_of[d] = keys->n_maps > 1 ? d : 0;
    for (int d = 0; d < keys->n_maps; d++) {
        sz_channels *y = &spec->y[d];

        set(y, SZ_SPECIES_MATRIX, SZ_RADIAL_N);
        for (int l = 0; l <= l_max; l++) y->n_matrix[l] = keys->K;
        y->matrix = malloc(n * sizeof *y->matrix + 1);
        if (!y->matrix) {
            sz_compression_spec_free(spec);
            return sz_fail_memory(err, n * sizeof *y->matrix,
                                  "the matrices of a compression");
        }
        memcpy(y->matrix, matrix + d * n, n * sizeof *matrix);
    }
    return SZ_OK;
}

/* ---- the list ---------------------------------------------------------------------- */

const sz_compression_name sz_compression_names[] = {
    {"nu=2", "nu_R=2 nu_S=2", "N S (N S + 1)/2 (L+1)", SZ_NO, "nothing", SZ_YES,
     "the spectrum itself"},
    {"nu,mu=1,1", "nu_R=2 nu_S=1", "N^2 S (L+1)", SZ_DEPENDS,
     "nothing if N >= 2l+1 and the total density spans the space, otherwise a little",
     SZ_DEPENDS, "where the total density has full rank"},
    {"nu,mu*=1,1", NULL, "N S (L+1)^2", SZ_YES,
     "a little: 2l+1 functions of this radial basis span 2l directions for l >= 1", SZ_NO,
     NULL},
    {"nu,nu^=1,1", "nu_R=1 nu_S=2", "N S^2 (L+1)", SZ_YES,
     "radial detail of one neighbour", SZ_NO, NULL},
    {"nu,mu^=1,1", "nu_R=1 nu_S=1", "N S (L+1)", SZ_YES,
     "species and radial detail of one neighbour", SZ_NO, NULL},
    {"mu=2", "nu_R=2 nu_S=0", "N (N + 1)/2 (L+1)", SZ_YES, "the species", SZ_NO, NULL},
    {"mu,nu^=1,1", NULL, "N S (L+1)", SZ_YES,
     "species of one neighbour, radial detail of the other", SZ_NO, NULL},
    {"mu,mu^=1,1", "nu_R=1 nu_S=0", "N (L+1)", SZ_YES,
     "the species, radial detail of one", SZ_NO, NULL},
    {"nu^=2", "nu_R=0 nu_S=2", "S (S + 1)/2 (L+1)", SZ_YES, "radial detail", SZ_NO, NULL},
    {"nu^,mu^=1,1", "nu_R=0 nu_S=1", "S (L+1)", SZ_YES, "radial detail, species of one",
     SZ_NO, NULL},
    {"mu^=2", "nu_R=0 nu_S=0", "L+1", SZ_YES, "radial detail and species", SZ_NO, NULL},
    {"nu=2,d_J", NULL, "N d_J (N d_J + 1)/2 (L+1)", SZ_YES,
     "what the embedding does not represent", SZ_DEPENDS,
     "where d_J = S and the embedding is regular"},
    {"optimal", NULL, "u_max (u_max + 1)/2 (L+1)", SZ_YES,
     "what the data set's covariance lacks", SZ_DEPENDS, "where u_max = N S"},
    {"W^T P_l", NULL, "N S (L+1)^2", SZ_NO, "nothing", SZ_YES, NULL},
    {"Q^T P_l Q", NULL, "sum over l of r N S - r (r-1)/2, r = min(2l+1, N S)", SZ_NO,
     "nothing", SZ_YES, NULL},
    {"K=2", NULL, "K (L+1)", SZ_YES, "what K mixtures of species and n do not represent",
     SZ_NO, NULL},
    {"K,K=1,1", NULL, "K (L+1)", SZ_YES,
     "what K mixtures of species and n do not represent", SZ_NO, NULL},
    {"nu=3", NULL, "about (N S)^3 t/6", SZ_NO, "nothing", SZ_YES, NULL},
    {"nu,nu^=2,1", NULL, "about N^2 S^3 t/2", SZ_YES, "radial detail of one neighbour",
     SZ_NO, NULL},
    {"nu,mu=2,1", NULL, "about N^3 S^2 t/2", SZ_YES, "species of one neighbour", SZ_NO,
     NULL},
    {"nu,mu^=2,1", NULL, "about N^2 S^2 t/2", SZ_YES,
     "species and radial detail of one neighbour", SZ_NO, NULL},
    {"nu,nu^=1,2", NULL, "about N S^3 t/2", SZ_YES, "radial detail of two neighbours",
     SZ_NO, NULL},
    {"nu,nu^,mu=1,1,1", NULL, "N^2 S^2 t", SZ_YES,
     "radial detail of one neighbour, species of another", SZ_NO, NULL},
    {"nu,nu^,mu^=1,1,1", NULL, "N S^2 t", SZ_YES,
     "radial detail of two neighbours, species of one of them", SZ_NO, NULL},
    {"nu,mu=1,2", NULL, "about N^3 S t/2", SZ_YES, "species of two neighbours", SZ_NO,
     NULL},
    {"nu,mu,mu^=1,1,1", NULL, "N^2 S t", SZ_YES,
     "species of two neighbours, radial detail of one of them", SZ_NO, NULL},
    {"nu,mu^=1,2", NULL, "N S u", SZ_YES, "species and radial detail of two neighbours",
     SZ_NO, NULL},
    {"nu^=3", NULL, "about S^3 t/6", SZ_YES, "radial detail", SZ_NO, NULL},
    {"nu^,mu=2,1", NULL, "about N S^2 t/2", SZ_YES,
     "radial detail of two neighbours, species of the third", SZ_NO, NULL},
    {"nu^,mu^=2,1", NULL, "about S^2 t/2", SZ_YES,
     "radial detail, species of one neighbour", SZ_NO, NULL},
    {"nu^,mu=1,2", NULL, "about N^2 S t/2", SZ_YES,
     "radial detail of one neighbour, species of the others", SZ_NO, NULL},
    {"nu^,mu,mu^=1,1,1", NULL, "N S t", SZ_YES,
     "radial detail of two neighbours, species of two", SZ_NO, NULL},
    {"nu^,mu^=1,2", NULL, "S u", SZ_YES, "radial detail, species of two neighbours",
     SZ_NO, NULL},
    {"mu=3", NULL, "about N^3 t/6", SZ_YES, "the species", SZ_NO, NULL},
    {"mu,mu^=2,1", NULL, "about N^2 t/2", SZ_YES,
     "the species, radial detail of one neighbour", SZ_NO, NULL},
    {"mu,mu^=1,2", NULL, "N u", SZ_YES, "the species, radial detail of two neighbours",
     SZ_NO, NULL},
    {"mu^=3", NULL, "v", SZ_YES, "radial detail and species", SZ_NO, NULL},
    {"K=3", NULL, "K v", SZ_YES, "what K mixtures of species and n do not represent",
     SZ_NO, NULL},
    {"K,K,K=1,1,1", NULL, "K t", SZ_YES,
     "what K mixtures of species and n do not represent", SZ_NO, NULL},
};
const int sz_n_compression_names =
    sizeof sz_compression_names / sizeof *sz_compression_names;
