/* SPDX-License-Identifier: BSD-3-Clause
 *
 * compression_spec.h - the compressions by name: each function fills the two or three
 * channel sets and sets the list of products. *spec then owns the arrays. */
#ifndef SZ_COMPRESSION_SPEC_H
#define SZ_COMPRESSION_SPEC_H

#include "descriptor/compression.h"

/* The nine compressions of the gap_fit keys nu_R, nu_S in 0..2: density d = 1, 2 resolves
 * n if nu_R >= d and species if nu_S >= d, and is summed over them otherwise. element:
 * keep only the pairs (a,a) (coupling=F). */
sz_status sz_compress_nu(sz_compression_spec *spec, int nu_R, int nu_S, int element,
                         sz_error *err);

/* diagonal_radial: nu=2 with n = n' only. */
void sz_compress_diagonal(sz_compression_spec *spec);

/* Z_map: text "8, 23 41 42" or "8, 1: 8 1", groups of elements for one or two
 * densities. */
sz_status sz_compress_z_map(sz_compression_spec *spec, const char *text, int n_slots,
                            const int *slot_z, int element, sz_error *err);

/* Z_mix, R_mix, sym_mix, coupling, K, mix_shift: random mixtures of species, of radial
 * functions or of both, with the weights that gap_fit draws. */
typedef struct {
    int z_mix, r_mix, sym_mix, coupling, k, shift;
} sz_mix_keys;
sz_status sz_compress_mix(sz_compression_spec *spec, const sz_mix_keys *keys, int n_slots,
                          const int *slot_z, int n_max, int l_max, sz_error *err);

/* The compressions that gap_fit lacks. */
void sz_compress_corner(sz_compression_spec *spec); /* mu,nu^=1,1 */
void sz_compress_star(sz_compression_spec *spec);   /* nu,mu*=1,1 */

/* nu=2,d_J: species embedded by u [n_slots][d_j], copied. */
sz_status sz_compress_embedding(sz_compression_spec *spec, int n_slots, int d_j,
                                const double *u, sz_error *err);
/* The paper's u for d_j = 1, 2, 3: first 1, then the rank of the atomic number (d_j = 2),
 * or period and group (d_j = 3). */
sz_status sz_embedding_paper(int n_slots, const int *slot_z, int d_j, double *u,
                             sz_error *err);

/* W^T P_l, Q^T P_l Q and the optimal radial basis: one matrix for each l after the other,
 * [n_slots n_max][columns], columns = 2l+1, n_slots n_max and u_max; copied. */
typedef enum { SZ_MATRIX_W, SZ_MATRIX_Q, SZ_MATRIX_OPTIMAL } sz_matrix_kind;
sz_status sz_compress_matrix(sz_compression_spec *spec, sz_matrix_kind kind, int n_slots,
                             int n_max, int l_max, int u_max, const double *matrix,
                             sz_error *err);
/* Number of elements in the matrices of all l; 0 if an int cannot count them. */
size_t sz_matrix_numbers(sz_matrix_kind kind, int n_slots, int n_max, int l_max,
                         int u_max);
/* Normally distributed numbers for them from a seed. */
void sz_matrix_random(int seed, size_t n, double *matrix);
/* The same, uniform in (0,1). */
void sz_matrix_uniform(int seed, size_t n, double *matrix);

/* Three factors; power[4] of nu, nu^, mu and mu^, which sum to 3; l_min: products with a
 * smaller l of any factor are left out (1: those that repeat the power spectrum). */
void sz_compress_powers(sz_compression_spec *spec, const int power[4], int l_min);

/* Two or three factors of K mixtures of species and radial functions each; only mixtures
 * of the same index are multiplied (Darby, Kovacs, Batatia, Caro, Hart, Ortner, Csanyi
 * 2023). One map for all factors or one for each. matrix [n_maps][l_max+1][n_slots
 * n_max][K], copied. */
typedef struct {
    int order, n_maps, K, l_min;
} sz_channel_keys;
sz_status sz_compress_channels(sz_compression_spec *spec, const sz_channel_keys *keys,
                               int n_slots, int n_max, int l_max, const double *matrix,
                               sz_error *err);

typedef enum {
    SZ_NO,
    SZ_YES,
    SZ_DEPENDS /* on a condition, which a text gives */
} sz_answer;

/* The list printed by soapz compressions, by label. In the lengths of three factors t, u
 * and v are the numbers of (l1, l2, l3): all, l2 <= l3, l1 <= l2 <= l3. */
typedef struct {
    const char *label;
    const char *keys;      /* gap_fit's keys, or NULL */
    const char *length;    /* formula, with N = n_max, S = species, L = l_max */
    sz_answer lossy;       /* compared with nu=2 or nu=3 */
    const char *loss;      /* "nothing", or what is lost, with a condition */
    sz_answer invertible;  /* to nu=2 or nu=3 */
    const char *inversion; /* the condition, or NULL */
} sz_compression_name;
extern const sz_compression_name sz_compression_names[];
extern const int sz_n_compression_names;

#endif
