/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dense.h - a compression straight from its definition: two dense matrices for each l, a
 * plain list of pairs, naive sums over neighbours. Slow, and shares nothing with
 * compression.c.
 *
 *   Y1_l = W1_l^T X_l,  Y2_l = W2_l^T X_l,
 *   P_l(a,b) = factor (2l+1)^(-1/2) sum_m Y1_l[a][m] Y2_l[b][m] */
#ifndef SZ_TEST_DENSE_H
#define SZ_TEST_DENSE_H

#include "cluster.h"
#include "descriptor/harmonics.h"
#include "descriptor/soap.h"

enum { DENSE_L = 4, DENSE_K = 40, DENSE_P = DENSE_K * DENSE_K * (DENSE_L + 1) };

typedef struct {
    int l, a, b;
    double factor;
} dense_pair;

typedef struct {
    int n_slots, n_max, l_max;
    const int *slot_z;
    int k[2][DENSE_L + 1]; /* columns of W1, W2 */
    int star[2];           /* rows of W are of the second basis, 2l+1 a slot */
    double w[2][DENSE_L + 1][DENSE_K][DENSE_K];
    int n_pairs; /* in published order */
    dense_pair pair[DENSE_P];
} dense;

/* ---- maps -------------------------------------------------------------------------- */

/* W of density d: row (slot, n) has weight in column column */
static inline void dense_set(dense *c, int d, int slot, int n, int column, double weight)
{
    for (int l = 0; l <= c->l_max; l++) c->w[d][l][slot * c->n_max + n][column] = weight;
}

static inline void dense_columns(dense *c, int d, int k)
{
    for (int l = 0; l <= c->l_max; l++) c->k[d][l] = k;
}

/* species and n kept apart, or summed over */
static inline void dense_nu(dense *c, int d, int by_species, int by_n)
{
    int n_r = by_n ? c->n_max : 1;

    dense_columns(c, d, (by_species ? c->n_slots : 1) * n_r);
    for (int s = 0; s < c->n_slots; s++)
        for (int n = 0; n < c->n_max; n++)
            dense_set(c, d, s, n, (by_species ? s : 0) * n_r + (by_n ? n : 0), 1.0);
}

/* groups g of channels (g, n) = sum_s u[s][g] (s, n) */
static inline void dense_groups(dense *c, int d, int n_groups, const double *u)
{
    dense_columns(c, d, n_groups * c->n_max);
    for (int s = 0; s < c->n_slots; s++)
        for (int g = 0; g < n_groups; g++)
            for (int n = 0; n < c->n_max; n++)
                dense_set(c, d, s, n, g * c->n_max + n, u[s * n_groups + g]);
}

/* channels (s, k) = sum_n mix[n][k] (s, n) */
static inline void dense_radial_mix(dense *c, int d, int k_max, const double *mix)
{
    dense_columns(c, d, c->n_slots * k_max);
    for (int s = 0; s < c->n_slots; s++)
        for (int n = 0; n < c->n_max; n++)
            for (int k = 0; k < k_max; k++)
                dense_set(c, d, s, n, s * k_max + k, mix[n * k_max + k]);
}

/* any matrix [n_slots n_max][columns] of one l */
static inline void dense_matrix(dense *c, int d, int l, int columns, const double *matrix)
{
    c->k[d][l] = columns;
    for (int row = 0; row < c->n_slots * c->n_max; row++)
        for (int k = 0; k < columns; k++) c->w[d][l][row][k] = matrix[row * columns + k];
}

/* the total density in the second basis */
static inline void dense_star(dense *c, int d)
{
    c->star[d] = 1;
    for (int l = 0; l <= c->l_max; l++) {
        c->k[d][l] = 2 * l + 1;
        for (int s = 0; s < c->n_slots; s++)
            for (int q = 0; q < 2 * l + 1; q++) c->w[d][l][s * (2 * l + 1) + q][q] = 1.0;
    }
}

/* Y2 = Y1 */
static inline void dense_same(dense *c)
{
    memcpy(c->w[1], c->w[0], sizeof c->w[0]);
    memcpy(c->k[1], c->k[0], sizeof c->k[0]);
}

/* ---- pairs ------------------------------------------------------------------------- */

static inline void dense_add(dense *c, int l, int a, int b, double factor)
{
    c->pair[c->n_pairs++] = (dense_pair){l, a, b, factor};
}

/* the same pairs for every l, l fastest */
static inline void dense_add_all_l(dense *c, int a, int b, double factor)
{
    for (int l = 0; l <= c->l_max; l++) dense_add(c, l, a, b, factor);
}

static inline double dense_factor(int a, int b)
{
    return a == b ? 1.0 : sqrt(2.0);
}

/* b = 1..a with sqrt2 off the diagonal, or all of a, b */
static inline void dense_all_pairs(dense *c, int symmetric)
{
    for (int a = 0; a < c->k[0][0]; a++)
        for (int b = 0; b < (symmetric ? a + 1 : c->k[1][0]); b++)
            dense_add_all_l(c, a, b, symmetric ? dense_factor(a, b) : 1.0);
}

static inline void dense_equal_pairs(dense *c)
{
    for (int a = 0; a < c->k[0][0]; a++) dense_add_all_l(c, a, a, 1.0);
}

/* a list that differs between the l, l slowest */
static inline void dense_all_pairs_by_l(dense *c)
{
    for (int l = 0; l <= c->l_max; l++)
        for (int a = 0; a < c->k[0][l]; a++)
            for (int b = 0; b < c->k[1][l]; b++) dense_add(c, l, a, b, 1.0);
}

/* ---- the vector -------------------------------------------------------------------- */

/* x += h_n(l) Y_lm in the slots of element, or in every slot */
static inline void dense_deposit(const dense *c, int d, int element, int everywhere,
                                 int l_max, const double *h, const int *place,
                                 const double *y, double x[][DENSE_K])
{
    for (int s = 0; s < c->n_slots; s++) {
        if (c->slot_z[s] != element && c->slot_z[s] != 0 && !everywhere) continue;
        for (int l = 0; l <= l_max; l++) {
            int n_fun = c->star[d] ? 2 * l + 1 : c->n_max;

            for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                for (int n = 0; n < n_fun; n++)
                    x[lm][s * n_fun + n] += h[place[l] + n] * y[lm * SZ_LANES];
        }
    }
}

/* X of one density: [n_slots n_fun(l)] for each lm, from channels of an unreduced family
 */
static inline void dense_density(const dense *c, int d, const sz_soap_spec *spec,
                                 const sz_radial *radial, const cluster *at, const int *z,
                                 int atom, double x[][DENSE_K])
{
    static double h[(DENSE_L + 1) * SZ_PAD(DENSE_K)], dh[(DENSE_L + 1) * SZ_PAD(DENSE_K)];
    double y[SZ_N_LM(DENSE_L) * SZ_LANES], u[3 * SZ_LANES] = {0};
    sz_harmonics_factors factors;

    sz_harmonics_prepare(&factors, c->l_max);
    for (int p = at->list.first[atom]; p < at->list.first[atom + 1]; p++) {
        const double *v = at->list.r + 3 * p;
        double r = sqrt(dot(v, v, 3));

        if (r >= spec->radial.cutoff) continue;
        for (int k = 0; k < 3; k++) u[k * SZ_LANES] = v[k] / r;
        sz_harmonics(&factors, u, y, NULL);
        sz_radial_exact(radial, r, h, dh);
        dense_deposit(c, d, z[at->list.neigh_species[p]], 0, c->l_max, h, radial->place,
                      y, x);
    }
    y[0] = spec->central_weight; /* Y_00 is in central */
    dense_deposit(c, d, z[at->species[atom]], spec->central_all, 0,
                  radial->table[0].central, radial->place, y, x);
}

/* y = W^T x */
static inline void dense_map(const dense *c, int d, double x[][DENSE_K],
                             double y[][DENSE_K])
{
    for (int l = 0; l <= c->l_max; l++) {
        int rows = c->n_slots * (c->star[d] ? 2 * l + 1 : c->n_max);

        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            for (int k = 0; k < c->k[d][l]; k++) {
                y[lm][k] = 0.0;
                for (int i = 0; i < rows; i++) y[lm][k] += c->w[d][l][i][k] * x[lm][i];
            }
    }
}

/* p [n_pairs] of n atoms together (average=T where n > 1), published order */
static inline sz_status dense_vector(const dense *c, const sz_soap_spec *spec,
                                     const cluster *at, const int *z, int n,
                                     const int *atom, double *p, sz_error *err)
{
    static double x[SZ_N_LM(DENSE_L)][DENSE_K], y[2][SZ_N_LM(DENSE_L)][DENSE_K];
    double norm2 = 0.0;

    for (int d = 0; d < 2; d++) {
        sz_radial_family family = {.kind = c->star[d] ? SZ_RADIAL_STAR : SZ_RADIAL_N};
        sz_radial *radial;
        sz_status status = sz_radial_create(&radial, &spec->radial, 1, &family, 0, err);

        if (status != SZ_OK) return status;
        memset(x, 0, sizeof x);
        for (int k = 0; k < n; k++) dense_density(c, d, spec, radial, at, z, atom[k], x);
        dense_map(c, d, x, y[d]);
        sz_radial_free(radial);
    }
    for (int k = 0; k < c->n_pairs; k++) {
        const dense_pair q = c->pair[k];
        double sum = 0.0;

        for (int lm = q.l * q.l; lm < (q.l + 1) * (q.l + 1); lm++)
            sum += y[0][lm][q.a] * y[1][lm][q.b];
        p[k] = q.factor * sum / (spec->plain_l ? 1.0 : sqrt(2.0 * q.l + 1.0));
        norm2 += p[k] * p[k];
    }
    for (int k = 0; k < c->n_pairs && spec->normalise && norm2 > 0.0; k++)
        p[k] /= sqrt(norm2);
    return SZ_OK;
}

#endif
