/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compressions.h - every compression that there is: its keys, and what they mean as a
 * dense formula, for three species. */
#ifndef SZ_TEST_COMPRESSIONS_H
#define SZ_TEST_COMPRESSIONS_H

#include "base/rng.h"
#include "dense.h"
#include "descriptor/compression_spec.h"

#include <stdio.h>

typedef struct {
    const char *keys;
    const char *label;
    void (*build)(dense *c);
    int kind; /* sz_matrix_kind of matrices that are given, or -1 */
} compression;

/* ---- nu and its kin ---------------------------------------------------------------- */

static inline void build_nu(dense *c, int nu_R, int nu_S)
{
    for (int d = 0; d < 2; d++) dense_nu(c, d, nu_S > d, nu_R > d);
    dense_all_pairs(c, nu_R != 1 && nu_S != 1);
}

#define BUILD_NU(r, s)                                                                   \
    static inline void build_nu_##r##s(dense *c)                                         \
    {                                                                                    \
        build_nu(c, r, s);                                                               \
    }
BUILD_NU(0, 0)
BUILD_NU(0, 1)
BUILD_NU(0, 2)
BUILD_NU(1, 0)
BUILD_NU(1, 1)
BUILD_NU(1, 2)
BUILD_NU(2, 0)
BUILD_NU(2, 1)
BUILD_NU(2, 2)

static inline void build_nu_equal(dense *c, int nu_R, int nu_S)
{
    for (int d = 0; d < 2; d++) dense_nu(c, d, nu_S > d, nu_R > d);
    dense_equal_pairs(c);
}

static inline void build_equal_22(dense *c)
{
    build_nu_equal(c, 2, 2);
}

static inline void build_equal_20(dense *c)
{
    build_nu_equal(c, 2, 0);
}

static inline void build_equal_02(dense *c)
{
    build_nu_equal(c, 0, 2);
}

static inline void build_equal_00(dense *c)
{
    build_nu_equal(c, 0, 0);
}

/* pairs ((s,n), (t,n)), t <= s */
static inline void build_diagonal(dense *c)
{
    dense_nu(c, 0, 1, 1);
    dense_same(c);
    for (int s = 0; s < c->n_slots; s++)
        for (int n = 0; n < c->n_max; n++)
            for (int t = 0; t <= s; t++)
                dense_add_all_l(c, s * c->n_max + n, t * c->n_max + n,
                                dense_factor(s, t));
}

static inline void build_corner(dense *c)
{
    dense_nu(c, 0, 0, 1);
    dense_nu(c, 1, 1, 0);
    dense_all_pairs(c, 0);
}

static inline void build_star(dense *c)
{
    dense_nu(c, 0, 1, 1);
    dense_star(c, 1);
    dense_all_pairs_by_l(c);
}

/* ---- groups of species ------------------------------------------------------------- */

/* {42, 41 74} of species_Z={41 74 42} */
static const double two_groups[] = {0, 1, 0, 1, 1, 0};
/* {41, , 42 74}: the second group is empty; 42 is in both groups of {42 41, 42} */
static const double three_groups[] = {1, 0, 0, 0, 0, 1, 0, 0, 1};
static const double overlapping[] = {1, 0, 0, 0, 1, 1};

static inline void build_z_map(dense *c)
{
    dense_groups(c, 0, 2, two_groups);
    dense_same(c);
    dense_all_pairs(c, 1);
}

static inline void build_z_map_two(dense *c)
{
    dense_groups(c, 0, 3, three_groups);
    dense_groups(c, 1, 2, overlapping);
    dense_all_pairs(c, 0);
}

static inline void build_z_map_equal(dense *c)
{
    dense_groups(c, 0, 2, two_groups);
    dense_groups(c, 1, 2, overlapping);
    dense_equal_pairs(c);
}

/* d_J = 2: 1 and the rank among 41, 42, 74; d_J = 3: 1, period, group */
static inline void build_embedding(dense *c)
{
    static const double u[] = {1, 1, 1, 3, 1, 2};

    dense_groups(c, 0, 2, u);
    dense_same(c);
    dense_all_pairs(c, 1);
}

static inline void build_embedding_3(dense *c)
{
    static const double u[] = {1, 5, 5, 1, 6, 6, 1, 5, 6};

    dense_groups(c, 0, 3, u);
    dense_same(c);
    dense_all_pairs(c, 1);
}

static inline void build_embedding_given(dense *c)
{
    static const double u[] = {0.5, 1.0, -0.25, 0.0, 0.0, 2.0};

    dense_groups(c, 0, 2, u);
    dense_same(c);
    dense_all_pairs(c, 1);
}

/* ---- random mixtures --------------------------------------------------------------- */

/* n numbers of density j of gap_fit, started with seed */
static inline void numbers_of(int seed, int n, double *w)
{
    sz_rng rng;

    sz_rng_seed(&rng, seed);
    for (int k = 0; k < n; k++) w[k] = sz_rng_normal(&rng);
}

/* those of compression_weights=uniform */
static inline void uniform_of(int seed, int n, double *w)
{
    sz_rng rng;

    sz_rng_seed(&rng, seed);
    for (int k = 0; k < n; k++) w[k] = sz_rng_uniform(&rng);
}

static inline void mix_species(dense *c, int d, int k, int shift)
{
    double u[DENSE_K * 4];

    for (int s = 0; s < c->n_slots; s++)
        numbers_of(c->slot_z[s] + shift + 200 * (d + 1), k, u + s * k);
    dense_groups(c, d, k, u);
}

static inline void mix_radial(dense *c, int d, int k, int shift)
{
    double mix[DENSE_K * DENSE_K];

    numbers_of(c->n_max + shift + 200 * (d + 1), c->n_max * k, mix);
    dense_radial_mix(c, d, k, mix);
}

static inline void mix_both(dense *c, int d, int k, int shift)
{
    double w[DENSE_K * DENSE_K];

    for (int s = 0; s < c->n_slots; s++)
        numbers_of(c->slot_z[s] + shift + 200 * (d + 1), c->n_max * k,
                   w + s * c->n_max * k);
    for (int l = 0; l <= c->l_max; l++) dense_matrix(c, d, l, k, w);
}

/* how = mix_species ..., coupling=T */
#define BUILD_MIX(name, how, k, shift)                                                   \
    static inline void build_##name##_sym(dense *c)                                      \
    {                                                                                    \
        how(c, 0, k, shift);                                                             \
        dense_same(c);                                                                   \
        dense_all_pairs(c, 1);                                                           \
    }                                                                                    \
    static inline void build_##name(dense *c)                                            \
    {                                                                                    \
        how(c, 0, k, shift);                                                             \
        how(c, 1, k, shift);                                                             \
        dense_all_pairs(c, 0);                                                           \
    }
BUILD_MIX(z_mix, mix_species, 2, 0)
BUILD_MIX(r_mix, mix_radial, 3, 5)
BUILD_MIX(rz_mix, mix_both, 9, -7)

/* sqrt2 in single precision, as in gap_fit in these two lists */
static inline double single_factor(int a, int b, int symmetric)
{
    return symmetric && a != b ? (double)(float)sqrt(2.0) : 1.0;
}

static inline void z_mix_pairs(dense *c, int k_max, int symmetric)
{
    int n = c->n_max;

    for (int k = 0; k < k_max; k++)
        for (int a = 0; a < n; a++)
            for (int b = 0; b < (symmetric ? a + 1 : n); b++)
                dense_add_all_l(c, k * n + a, k * n + b, single_factor(a, b, symmetric));
}

static inline void r_mix_pairs(dense *c, int k_max, int symmetric)
{
    for (int s = 0; s < c->n_slots; s++)
        for (int t = 0; t < (symmetric ? s + 1 : c->n_slots); t++)
            for (int k = 0; k < k_max; k++)
                dense_add_all_l(c, s * k_max + k, t * k_max + k,
                                single_factor(s, t, symmetric));
}

static inline void rz_mix_pairs(dense *c, int k_max, int symmetric)
{
    (void)k_max;
    (void)symmetric;
    dense_equal_pairs(c);
}

/* the same with coupling=F */
#define BUILD_MIX_ELEMENT(name, how, pairs, k, shift)                                    \
    static inline void build_##name##_sym_element(dense *c)                              \
    {                                                                                    \
        how(c, 0, k, shift);                                                             \
        dense_same(c);                                                                   \
        pairs(c, k, 1);                                                                  \
    }                                                                                    \
    static inline void build_##name##_element(dense *c)                                  \
    {                                                                                    \
        how(c, 0, k, shift);                                                             \
        how(c, 1, k, shift);                                                             \
        pairs(c, k, 0);                                                                  \
    }
BUILD_MIX_ELEMENT(z_mix, mix_species, z_mix_pairs, 2, 0)
BUILD_MIX_ELEMENT(r_mix, mix_radial, r_mix_pairs, 3, 5)
BUILD_MIX_ELEMENT(rz_mix, mix_both, rz_mix_pairs, 9, -7)

/* ---- a matrix for each l ----------------------------------------------------------- */

enum { MATRIX_SEED = 17, U_MAX = 3 };

/* The numbers of the matrices; for the optimal basis the columns are orthonormal. */
static inline size_t matrix_numbers(sz_matrix_kind kind, int n_slots, int n_max,
                                    int l_max, double *w)
{
    size_t n = sz_matrix_numbers(kind, n_slots, n_max, l_max, U_MAX);
    int rows = n_slots * n_max;

    numbers_of(MATRIX_SEED, (int)n, w);
    for (int l = 0; l <= l_max && kind == SZ_MATRIX_OPTIMAL; l++)
        for (int k = 0; k < U_MAX; k++)
            for (int j = 0; j <= k; j++) { /* Gram and Schmidt; j = k: the norm */
                double *v = w + (size_t)l * rows * U_MAX, sum = 0.0;

                for (int i = 0; i < rows; i++) sum += v[i * U_MAX + j] * v[i * U_MAX + k];
                for (int i = 0; i < rows; i++)
                    v[i * U_MAX + k] = j < k ? v[i * U_MAX + k] - sum * v[i * U_MAX + j]
                                             : v[i * U_MAX + k] / sqrt(sum);
            }
    return n;
}

static inline void use_matrices(dense *c, int d, sz_matrix_kind kind, const double *next)
{
    int rows = c->n_slots * c->n_max;

    for (int l = 0; l <= c->l_max; l++) {
        int k = kind == SZ_MATRIX_W ? 2 * l + 1 : kind == SZ_MATRIX_Q ? rows : U_MAX;

        dense_matrix(c, d, l, k, next);
        next += rows * k;
    }
}

static inline void build_matrices(dense *c, int d, sz_matrix_kind kind)
{
    static double w[DENSE_K * DENSE_K * (DENSE_L + 1)];

    matrix_numbers(kind, c->n_slots, c->n_max, c->l_max, w);
    use_matrices(c, d, kind, w);
}

static inline void build_w_uniform(dense *c)
{
    static double w[DENSE_K * DENSE_K * (DENSE_L + 1)];

    uniform_of(MATRIX_SEED,
               (int)sz_matrix_numbers(SZ_MATRIX_W, c->n_slots, c->n_max, c->l_max, 0), w);
    dense_nu(c, 0, 1, 1);
    use_matrices(c, 1, SZ_MATRIX_W, w);
    dense_all_pairs_by_l(c);
}

static inline void build_w(dense *c)
{
    dense_nu(c, 0, 1, 1);
    build_matrices(c, 1, SZ_MATRIX_W);
    dense_all_pairs_by_l(c);
}

/* the first min(2l+1, n_slots n_max) rows of the upper triangle */
static inline void build_q(dense *c)
{
    build_matrices(c, 0, SZ_MATRIX_Q);
    dense_same(c);
    for (int l = 0; l <= c->l_max; l++)
        for (int a = 0; a < 2 * l + 1 && a < c->k[0][l]; a++)
            for (int b = a; b < c->k[0][l]; b++)
                dense_add(c, l, a, b, dense_factor(a, b));
}

static inline void build_optimal(dense *c)
{
    build_matrices(c, 0, SZ_MATRIX_OPTIMAL);
    dense_same(c);
    dense_all_pairs(c, 1);
}

/* ---- three factors, and K channels ------------------------------------------------- */

/* kinds: of each factor n for nu, N for nu^, m for mu, M for mu^ */
static inline void build_three(dense *c, const char *kinds)
{
    const int alike[] = {kinds[0], kinds[1], kinds[2]};

    for (int d = 0; d < 3; d++)
        dense_nu(c, d, kinds[d] == 'n' || kinds[d] == 'N',
                 kinds[d] == 'n' || kinds[d] == 'm');
    dense_triples(c, alike, 0, 0);
}

#define BUILD_THREE(kinds)                                                               \
    static inline void build_##kinds(dense *c)                                           \
    {                                                                                    \
        build_three(c, #kinds);                                                          \
    }
/* the factor with the most channels first, then that with the fewest */
BUILD_THREE(nnn)
BUILD_THREE(nNn)
BUILD_THREE(nmn)
BUILD_THREE(nMn)
BUILD_THREE(nNN)
BUILD_THREE(nNm)
BUILD_THREE(nMN)
BUILD_THREE(nmm)
BUILD_THREE(nMm)
BUILD_THREE(nMM)
BUILD_THREE(NNN)
BUILD_THREE(mNN)
BUILD_THREE(NMN)
BUILD_THREE(mNm)
BUILD_THREE(mMN)
BUILD_THREE(NMM)
BUILD_THREE(mmm)
BUILD_THREE(mMm)
BUILD_THREE(mMM)
BUILD_THREE(MMM)

static inline void build_nMM_l_min(dense *c)
{
    for (int d = 0; d < 3; d++) dense_nu(c, d, d == 0, d == 0);
    dense_triples(c, (int[]){0, 1, 1}, c->l_max > 1, 0);
}

/* K random channels, of one map or of n_maps */
static inline void build_channels(dense *c, int n_maps, int order, int k, int l_min)
{
    static double w[3 * DENSE_K * DENSE_K * (DENSE_L + 1)];
    int one = c->n_slots * c->n_max * k;

    numbers_of(MATRIX_SEED, n_maps * (c->l_max + 1) * one, w);
    for (int d = 0; d < order; d++)
        for (int l = 0; l <= c->l_max; l++)
            dense_matrix(c, d, l, k,
                         w + ((n_maps > 1 ? d : 0) * (c->l_max + 1) + l) * one);
    if (order == 2)
        dense_equal_pairs(c);
    else
        dense_triples(c, n_maps > 1 ? (int[]){0, 1, 2} : (int[]){0, 0, 0}, l_min, 1);
}

static inline void build_k2(dense *c)
{
    build_channels(c, 1, 2, 11, 0);
}

static inline void build_k11(dense *c)
{
    build_channels(c, 2, 2, 3, 0);
}

static inline void build_k3(dense *c)
{
    build_channels(c, 1, 3, 19, 0);
}

static inline void build_k111(dense *c)
{
    build_channels(c, 3, 3, 11, 0);
}

static inline void build_k111_one(dense *c)
{
    build_channels(c, 3, 3, 1, c->l_max > 1);
}

/* ---- the list ---------------------------------------------------------------------- */

static const compression compressions[] = {
    {"", "nu=2", build_nu_22, -1},
    {"nu_R=2 nu_S=1", "nu,mu=1,1", build_nu_21, -1},
    {"nu_S=0", "mu=2", build_nu_20, -1},
    {"nu_R=1 nu_S=2", "nu,nu^=1,1", build_nu_12, -1},
    {"nu_R=1 nu_S=1", "nu,mu^=1,1", build_nu_11, -1},
    {"nu_R=1 nu_S=0", "mu,mu^=1,1", build_nu_10, -1},
    {"nu_R=0", "nu^=2", build_nu_02, -1},
    {"nu_R=0 nu_S=1", "nu^,mu^=1,1", build_nu_01, -1},
    {"nu_R=0 nu_S=0", "mu^=2", build_nu_00, -1},
    {"compression={nu, mu = 1, 1}", "nu,mu=1,1", build_nu_21, -1},
    {"coupling=F", "nu=2, a=b", build_equal_22, -1},
    {"coupling=F nu_S=0", "mu=2, a=b", build_equal_20, -1},
    {"coupling=F nu_R=0", "nu^=2, a=b", build_equal_02, -1},
    {"coupling=F nu_R=0 nu_S=0", "mu^=2, a=b", build_equal_00, -1},
    {"diagonal_radial=T", "nu=2, n=n'", build_diagonal, -1},
    {"compression={mu,nu^=1,1}", "mu,nu^=1,1", build_corner, -1},
    {"compression={nu,mu*=1,1}", "nu,mu*=1,1", build_star, -1},
    {"Z_map={42, 41 74}", "Z_map", build_z_map, -1},
    {"Z_map={41, , 42 74: 42 41, 42}", "Z_map", build_z_map_two, -1},
    {"Z_map={42,41 74:42 41,42} coupling=F", "Z_map", build_z_map_equal, -1},
    {"compression={nu=2,d_J}", "nu=2,d_J", build_embedding, -1},
    {"compression={nu=2,d_J} d_J=3", "nu=2,d_J", build_embedding_3, -1},
    {"compression={nu=2,d_J} embedding={0.5 1 -.25 0 0 2}", "nu=2,d_J",
     build_embedding_given, -1},
    {"Z_mix sym_mix K=2", "Z_mix", build_z_mix_sym, -1},
    {"Z_mix sym_mix K=2 coupling=F", "Z_mix", build_z_mix_sym_element, -1},
    {"Z_mix K=2", "Z_mix", build_z_mix, -1},
    {"Z_mix K=2 coupling=F", "Z_mix", build_z_mix_element, -1},
    {"R_mix sym_mix K=3 mix_shift=5", "R_mix", build_r_mix_sym, -1},
    {"R_mix sym_mix K=3 mix_shift=5 coupling=F", "R_mix", build_r_mix_sym_element, -1},
    {"R_mix K=3 mix_shift=5", "R_mix", build_r_mix, -1},
    {"R_mix K=3 mix_shift=5 coupling=F", "R_mix", build_r_mix_element, -1},
    {"R_mix Z_mix sym_mix K=9 mix_shift=-7", "R_mix Z_mix", build_rz_mix_sym, -1},
    {"R_mix Z_mix sym_mix K=9 mix_shift=-7 coupling=F", "R_mix Z_mix",
     build_rz_mix_sym_element, -1},
    {"R_mix Z_mix K=9 mix_shift=-7", "R_mix Z_mix", build_rz_mix, -1},
    {"R_mix Z_mix K=9 mix_shift=-7 coupling=F", "R_mix Z_mix", build_rz_mix_element, -1},
    {"compression={W^T P_l} compression_seed=17", "W^T P_l", build_w, -1},
    {"compression={W^T P_l}", "W^T P_l", build_w, SZ_MATRIX_W},
    {"compression={Q^T P_l Q} compression_seed=17", "Q^T P_l Q", build_q, -1},
    {"compression=optimal u_max=3", "optimal", build_optimal, SZ_MATRIX_OPTIMAL},
    {"compression={nu=3}", "nu=3", build_nnn, -1},
    {"compression={nu,nu^=2,1}", "nu,nu^=2,1", build_nNn, -1},
    {"compression={nu,mu=2,1}", "nu,mu=2,1", build_nmn, -1},
    {"compression={nu,mu^=2,1}", "nu,mu^=2,1", build_nMn, -1},
    {"compression={nu,nu^=1,2}", "nu,nu^=1,2", build_nNN, -1},
    {"compression={nu,nu^,mu=1,1,1}", "nu,nu^,mu=1,1,1", build_nNm, -1},
    {"compression={nu,nu^,mu^=1,1,1}", "nu,nu^,mu^=1,1,1", build_nMN, -1},
    {"compression={nu,mu=1,2}", "nu,mu=1,2", build_nmm, -1},
    {"compression={nu,mu,mu^=1,1,1}", "nu,mu,mu^=1,1,1", build_nMm, -1},
    {"compression={nu,mu^=1,2}", "nu,mu^=1,2", build_nMM, -1},
    {"compression={nu^=3}", "nu^=3", build_NNN, -1},
    {"compression={nu^,mu=2,1}", "nu^,mu=2,1", build_mNN, -1},
    {"compression={nu^,mu^=2,1}", "nu^,mu^=2,1", build_NMN, -1},
    {"compression={nu^,mu=1,2}", "nu^,mu=1,2", build_mNm, -1},
    {"compression={nu^,mu,mu^=1,1,1}", "nu^,mu,mu^=1,1,1", build_mMN, -1},
    {"compression={nu^,mu^=1,2}", "nu^,mu^=1,2", build_NMM, -1},
    {"compression={mu=3}", "mu=3", build_mmm, -1},
    {"compression={mu,mu^=2,1}", "mu,mu^=2,1", build_mMm, -1},
    {"compression={mu,mu^=1,2}", "mu,mu^=1,2", build_mMM, -1},
    {"compression={mu^=3}", "mu^=3", build_MMM, -1},
    {"compression={ mu^ , nu = 2 , 1 }", "nu,mu^=1,2", build_nMM, -1},
    {"compression={nu,mu^=1,2} l_min=%d", "nu,mu^=1,2", build_nMM_l_min, -1},
    {"compression={K=2} K=11 compression_seed=17", "K=2", build_k2, -1},
    {"compression={K,K=1,1} K=3 compression_seed=17", "K,K=1,1", build_k11, -1},
    {"compression={K=3} K=19 compression_seed=17", "K=3", build_k3, -1},
    {"compression={K,K,K=1,1,1} K=11 compression_seed=17", "K,K,K=1,1,1", build_k111, -1},
    {"compression={K,K,K=1,1,1} K=1 compression_seed=17 l_min=%d", "K,K,K=1,1,1",
     build_k111_one, -1},
    {"compression={W^T P_l} compression_seed=17 compression_weights=uniform", "W^T P_l",
     build_w_uniform, -1},
};
enum { N_COMPRESSIONS = sizeof compressions / sizeof *compressions };

/* species_Z={41 74 42} */
static const int compression_slots[] = {41, 74, 42};

/* The dense formula of compression k. */
static inline void build(dense *c, int k, int n_max, int l_max)
{
    memset(c, 0, sizeof *c);
    c->n_slots = 3;
    c->n_max = n_max;
    c->l_max = l_max;
    c->slot_z = compression_slots;
    compressions[k].build(c);
}

/* Its argument string with additional keys, and its matrices (or NULL). */
static inline int compression_text(int k, int n_max, int l_max, const char *more,
                                   char text[512], const double **matrix)
{
    static double w[DENSE_K * DENSE_K * (DENSE_L + 1)];
    int kind = compressions[k].kind;
    char keys[128];

    /* %d: the smallest l of all factors, 1 if a product remains */
    snprintf(keys, sizeof keys, compressions[k].keys, l_max > 1);
    snprintf(text, 512,
             "soap cutoff=3.5 cutoff_transition_width=0.8 atom_sigma=0.5 n_max=%d "
             "l_max=%d n_species=3 species_Z={41 74 42} %s %s",
             n_max, l_max, keys, more);
    *matrix = kind < 0 ? NULL : w;
    return kind < 0 ? 0 : (int)matrix_numbers((sz_matrix_kind)kind, 3, n_max, l_max, w);
}

#endif
