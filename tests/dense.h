/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dense.h - a compression straight from its definition: a dense matrix for each factor
 * and l, a plain list of products, naive sums over neighbours. Slow, and shares nothing
 * with compression.c.
 *
 *   Y1_l = W1_l^T X_l,  Y2_l = W2_l^T X_l,  Y3_l = W3_l^T X_l
 *   P_l(a,b) = factor (2l+1)^(-1/2) sum_m Y1_l[a][m] Y2_l[b][m]
 *   P_l1l2l3(a,b,c) = factor sum T[m1 m2 m3] Y1_l1[a][m1] Y2_l2[b][m2] Y3_l3[c][m3] */
#ifndef SZ_TEST_DENSE_H
#define SZ_TEST_DENSE_H

#include "cluster.h"
#include "descriptor/harmonics.h"
#include "descriptor/soap.h"
#include "racah.h"

enum { DENSE_L = 4, DENSE_K = 40, DENSE_P = 80000 };

/* l and channel of each factor; for pairs l[1] is l[0] */
typedef struct {
    int l[3], channel[3];
    double factor;
} dense_product;

typedef struct {
    int n_slots, n_max, l_max;
    const int *slot_z;
    int order;             /* factors: 2 or 3 */
    int k[3][DENSE_L + 1]; /* columns of W1, W2, W3 */
    int star[3]; /* rows of W are functions of the second basis, 2l+1 per slot */
    double w[3][DENSE_L + 1][DENSE_K][DENSE_K];
    int n_products; /* in published order */
    dense_product product[DENSE_P];
} dense;

/* ---- maps -------------------------------------------------------------------------- */

/* W of density d: row (slot, n) has this weight in this column */
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
    c->order = 2;
    c->product[c->n_products++] = (dense_product){{l, l}, {a, b}, factor};
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

/* b = 1..a with sqrt2 off the diagonal, or all a, b */
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

/* a list that depends on l, l slowest */
static inline void dense_all_pairs_by_l(dense *c)
{
    for (int l = 0; l <= c->l_max; l++)
        for (int a = 0; a < c->k[0][l]; a++)
            for (int b = 0; b < c->k[1][l]; b++) dense_add(c, l, a, b, 1.0);
}

/* ---- triples ----------------------------------------------------------------------- */

/* alike[d]: factors with the same number have the same channels */
static inline int dense_is_sorted(const int alike[3], const dense_product *p)
{
    for (int d = 0; d < 3; d++)
        for (int e = 0; e < d; e++)
            if (alike[d] == alike[e] &&
                (p->l[e] > p->l[d] ||
                 (p->l[e] == p->l[d] && p->channel[e] > p->channel[d])))
                return 0;
    return 1;
}

/* Number of different products by exchange of equal factors. */
static inline int dense_orders(const int alike[3], const dense_product *p)
{
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                    {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    long long seen[6];
    int n = 0;

    for (int k = 0; k < 6; k++) {
        long long code = 0;
        int allowed = 1, is_new = 1;

        for (int d = 0; d < 3; d++) {
            allowed &= alike[order[k][d]] == alike[d];
            code = code * 100000 + p->l[order[k][d]] * 1000 + p->channel[order[k][d]];
        }
        for (int i = 0; i < n; i++) is_new &= seen[i] != code;
        if (allowed && is_new) seen[n++] = code;
    }
    return n;
}

static inline int dense_is_triple(int l1, int l2, int l3)
{
    return (l1 + l2 + l3) % 2 == 0 && l3 <= l1 + l2 && l1 <= l2 + l3 && l2 <= l1 + l3;
}

static inline void dense_add_triple(dense *c, const int alike[3], dense_product p)
{
    if (!dense_is_sorted(alike, &p)) return;
    p.factor = sqrt((double)dense_orders(alike, &p));
    c->product[c->n_products++] = p;
}

/* All products of three factors, or, with each, those of equal channel numbers; l1, l2,
 * l3, then channels of the second, the third and the first factor. */
static inline void dense_triples(dense *c, const int alike[3], int l_min, int each)
{
    c->order = 3;
    for (int l1 = l_min; l1 <= c->l_max; l1++)
        for (int l2 = l_min; l2 <= c->l_max; l2++)
            for (int l3 = l_min; l3 <= c->l_max; l3++) {
                if (!dense_is_triple(l1, l2, l3)) continue;
                for (int b = 0; b < (each ? 1 : c->k[1][l2]); b++)
                    for (int k = 0; k < (each ? 1 : c->k[2][l3]); k++)
                        for (int a = 0; a < c->k[0][l1]; a++)
                            dense_add_triple(
                                c, alike,
                                (dense_product){
                                    {l1, l2, l3}, {a, each ? a : b, each ? a : k}, 1.0});
            }
}

/* ---- the vector -------------------------------------------------------------------- */

typedef struct {
    double t[2 * DENSE_L + 1][2 * DENSE_L + 1][2 * DENSE_L + 1];
} dense_tensor;

/* T of l, computed once */
static inline const dense_tensor *dense_coupling(const int l[3])
{
    static dense_tensor table[DENSE_L + 1][DENSE_L + 1][DENSE_L + 1];
    static char made[DENSE_L + 1][DENSE_L + 1][DENSE_L + 1];
    dense_tensor *t = &table[l[0]][l[1]][l[2]];

    if (made[l[0]][l[1]][l[2]]) return t;
    made[l[0]][l[1]][l[2]] = 1;
    for (int a = 0; a <= 2 * l[0]; a++)
        for (int b = 0; b <= 2 * l[1]; b++)
            for (int k = 0; k <= 2 * l[2]; k++)
                t->t[a][b][k] = racah_coupling(l, (int[]){a - l[0], b - l[1], k - l[2]});
    return t;
}

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
    y[0] = spec->central_weight; /* central contains Y_00 */
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

typedef double dense_channels[SZ_N_LM(DENSE_L)][DENSE_K];

/* one product without its factor */
static inline double dense_multiply(const dense *c, const dense_product *q, int plain_l,
                                    dense_channels *y)
{
    const int *l = q->l, *at = q->channel;
    double sum = 0.0;

    if (c->order == 2) {
        for (int lm = l[0] * l[0]; lm < (l[0] + 1) * (l[0] + 1); lm++)
            sum += y[0][lm][at[0]] * y[1][lm][at[1]];
        return plain_l ? sum : sum / sqrt(2.0 * l[0] + 1.0);
    }
    for (int m1 = 0; m1 <= 2 * l[0]; m1++)
        for (int m2 = 0; m2 <= 2 * l[1]; m2++)
            for (int m3 = 0; m3 <= 2 * l[2]; m3++)
                sum += dense_coupling(l)->t[m1][m2][m3] * y[0][l[0] * l[0] + m1][at[0]] *
                       y[1][l[1] * l[1] + m2][at[1]] * y[2][l[2] * l[2] + m3][at[2]];
    return sum;
}

/* p [n_products] of n atoms together (average=T where n > 1), published order */
static inline sz_status dense_vector(const dense *c, const sz_soap_spec *spec,
                                     const cluster *at, const int *z, int n,
                                     const int *atom, double *p, sz_error *err)
{
    static dense_channels x, y[3];
    double norm2 = 0.0;

    for (int d = 0; d < c->order; d++) {
        sz_radial_family family = {.kind = c->star[d] ? SZ_RADIAL_STAR : SZ_RADIAL_N};
        sz_radial *radial;
        sz_status status = sz_radial_create(&radial, &spec->radial, 1, &family, 0, err);

        if (status != SZ_OK) return status;
        memset(x, 0, sizeof x);
        for (int k = 0; k < n; k++) dense_density(c, d, spec, radial, at, z, atom[k], x);
        dense_map(c, d, x, y[d]);
        sz_radial_free(radial);
    }
    for (int k = 0; k < c->n_products; k++) {
        const dense_product *q = &c->product[k];

        p[k] = q->factor * dense_multiply(c, q, spec->plain_l, y);
        norm2 += p[k] * p[k];
    }
    for (int k = 0; k < c->n_products && spec->normalise && norm2 > 0.0; k++)
        p[k] /= sqrt(norm2);
    return SZ_OK;
}

#endif
