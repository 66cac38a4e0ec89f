/* SPDX-License-Identifier: BSD-3-Clause
 *
 * radial_eval.c - radial channels and their slopes from the tables.
 *
 *   h(r) = F(r) sum_c w_c(t) node_c,   dh/dr likewise
 *
 * node_0..2 are h, h' dx and h'' dx^2 at the knot below r, node_3..5 at the one above,
 * t the relative position between them. In single precision differences of these would
 * make the slopes inaccurate: there node_0..5 are the coefficients of the same
 * polynomial.
 *
 * F is a switching function, for soap f_cut(r) decay(r). The slopes of soap_turbo have an
 * excess, see turbo_basis.c, for which linear interpolation is sufficient. */
#include "descriptor/radial.h"

#include "linear/vec.h"

#include <math.h>

/* Positions of SZ_LANES distances in the table, and the weights of the six rows there: w
 * for the functions, dw for their slopes, F and F' included. */
typedef struct {
    sz_lanes w[6], dw[6];
    const sz_real *node[SZ_LANES];
    sz_lanes t, f, df; /* only for soap_turbo */
} weights;

#ifndef SZ_SINGLE

enum { ROWS = 3 }; /* of a node whose rows are followed by those of the next one */

#define LANES sz_lanes
#define INLINE SZ_INLINE
#include "descriptor/quintic.h"

#else

enum { ROWS = 6 };

/* t^c and its slope, for the polynomials of node_single. */
SZ_INLINE void weigh_rows(sz_lanes t, sz_lanes *w, sz_lanes *dw)
{
    w[0] = t * 0 + 1;
    dw[0] = t * 0;
    for (int c = 1; c < 6; c++) {
        w[c] = w[c - 1] * t;
        dw[c] = (sz_real)c * w[c - 1];
    }
}

#endif

/* sin and cos of pi t, |t| <= 1/2, by their Taylor series up to x^TERMS: 1e-17 at the
 * ends, 6e-8 in single precision */
SZ_INLINE void sin_cos_pi(sz_lanes t, sz_lanes *sin_t, sz_lanes *cos_t)
{
#ifdef SZ_SINGLE
    enum { TERMS = 12 };
#else
    enum { TERMS = 22 };
#endif
    /* 1/n! */
    static const sz_real inverse_factorial[] = {1.0,
                                                1.0,
                                                0.5,
                                                1.6666666666666666667e-01,
                                                4.1666666666666666667e-02,
                                                8.3333333333333333333e-03,
                                                1.3888888888888888889e-03,
                                                1.9841269841269841270e-04,
                                                2.4801587301587301587e-05,
                                                2.7557319223985890653e-06,
                                                2.7557319223985890653e-07,
                                                2.5052108385441718775e-08,
                                                2.0876756987868098979e-09,
                                                1.6059043836821614599e-10,
                                                1.1470745597729724714e-11,
                                                7.6471637318198164759e-13,
                                                4.7794773323873852974e-14,
                                                2.8114572543455207632e-15,
                                                1.5619206968586226462e-16,
                                                8.2206352466243297170e-18,
                                                4.1103176233121648585e-19,
                                                1.9572941063391261231e-20,
                                                8.8967913924505732867e-22};
    sz_lanes x = (sz_real)3.14159265358979323846 * t, x2 = -x * x;
    sz_lanes even = {0}, odd = {0};

    for (int n = TERMS; n >= 0; n -= 2) even = even * x2 + inverse_factorial[n];
    for (int n = TERMS - 1; n >= 1; n -= 2) odd = odd * x2 + inverse_factorial[n];
    *cos_t = even;
    *sin_t = x * odd;
}

/* F and F' of SZ_LANES distances, as in sz_radial_switch() */
SZ_INLINE void switch_lanes(const sz_radial_spec *s, const double *r, sz_lanes *f,
                            sz_lanes *df)
{
    double inverse = s->cutoff_width > 0.0 ? 1.0 / s->cutoff_width : 0.0;
    double start = s->cutoff - s->cutoff_width;
    sz_real t[SZ_LANES], inside[SZ_LANES], before[SZ_LANES]; /* 1 or 0 */
    const sz_real half = (sz_real)0.5;
    sz_lanes sin_t, cos_t;

#pragma omp simd
    for (int i = 0; i < SZ_LANES; i++) {
        double x = (r[i] - start) * inverse;

        inside[i] = x > 0.0 && x < 1.0 ? 1 : 0;
        before[i] = x > 0.0 ? 0 : 1;
        t[i] = (sz_real)(x - 0.5) * inside[i];
    }
    sin_cos_pi(SZ_GET(t), &sin_t, &cos_t); /* cos(pi x) = -sin(pi (x - 1/2)) */
    *f = SZ_GET(before) + SZ_GET(inside) * (half - half * sin_t);
    *df = SZ_GET(inside) * ((sz_real)(-0.5 * 3.14159265358979323846 * inverse) * cos_t);
}

/* the nodes below r, the distance of r from them in spacings, and 1 / spacing */
SZ_INLINE const sz_real *find_nodes(const sz_radial_table *table, double r, int n_node,
                                    double *t, double *per_r)
{
    const sz_knots *knots = &table->SZ_IN_REAL(knots);
    int k = 0, knot, last;

    while (k + 1 < table->n_pieces && r >= table->from[k + 1]) k++;
    *t = (r - table->from[k]) * knots->per_r[k];
    *per_r = knots->per_r[k];
    last = knots->first[k + 1] - knots->first[k] - 2;
    knot = (int)*t < last ? (int)*t : last;
    *t -= knot;
    return table->SZ_IN_REAL(node) + (size_t)(knots->first[k] + knot) * n_node;
}

/* The amplitude factors of soap_turbo and their slopes: (1-x)^2 (1+2x) to a power that is
 * nearly always 1. */
SZ_INLINE void amplitude_lanes(const sz_radial *radial, int n, const int *slot,
                               const double *r, sz_lanes *f, sz_lanes *df)
{
    double cutoff = radial->spec.cutoff;
    sz_lanes x = SZ_NARROW(SZ_GET_DOUBLES(r) * (1.0 / cutoff)), rest = 1 - x;

    *f = rest * rest * (1 + 2 * x);
    *df = x * rest * (sz_real)(-6.0 / cutoff);
    for (int i = 0; i < n; i++) {
        double power = sz_radial_table_of(radial, slot ? slot[i] : 0)->power, slope;

        if (power == 1.0 && (*f)[i] > (sz_real)1e-10) continue;
        (*f)[i] = (sz_real)sz_turbo_amplitude(power, cutoff, r[i], &slope);
        (*df)[i] = (sz_real)slope;
    }
}

typedef int ints __attribute__((vector_size(4 * SZ_LANES)));

/* soap: one table with one piece, F is a factor of all functions */
SZ_INLINE void locate_soap(const sz_radial *radial, int n, const double *r, weights *at)
{
    const sz_radial_table *table = radial->table;
    int last = table->SZ_IN_REAL(knots).first[1] - 2; /* interval */
    double per_r = table->SZ_IN_REAL(knots).per_r[0];
    sz_doubles x = SZ_GET_DOUBLES(r) * per_r;
    sz_lanes f, df;
    ints knot = __builtin_convertvector(x, ints), below;

    below = knot < last; /* r may equal the cutoff within rounding */
    knot = (knot & below) | (last & ~below);
    for (int i = 0; i < SZ_LANES; i++)
        at->node[i] =
            table->SZ_IN_REAL(node) + (size_t)knot[i] * radial->SZ_IN_REAL(n_node);
    switch_lanes(&radial->spec, r, &f, &df);
    for (int i = 0; i < n && radial->spec.decay_exponent; i++) {
        double slope;

        f[i] = (sz_real)sz_radial_switch(&radial->spec, r[i], &slope);
        df[i] = (sz_real)slope;
    }
    weigh_rows(SZ_NARROW(x - SZ_WIDEN(knot)), at->w, at->dw);
    for (int c = 0; c < 6; c++) {
        at->dw[c] = f * (sz_real)per_r * at->dw[c] + df * at->w[c];
        at->w[c] *= f;
    }
}

/* soap_turbo: a table for each slot, F is a factor of R only */
SZ_INLINE void locate_turbo(const sz_radial *radial, int n, const int *slot,
                            const double *r, weights *at)
{
    sz_lanes t = {0}, per_r = {0};

    for (int i = 0; i < n; i++) {
        double place, spacing;

        at->node[i] = find_nodes(sz_radial_table_of(radial, slot ? slot[i] : 0), r[i],
                                 radial->SZ_IN_REAL(n_node), &place, &spacing);
        t[i] = (sz_real)place;
        per_r[i] = (sz_real)spacing;
    }
    at->t = t;
    amplitude_lanes(radial, n, slot, r, &at->f, &at->df);
    weigh_rows(t, at->w, at->dw);
    for (int c = 0; c < 6; c++) at->dw[c] *= per_r;
}

/* SZ_LANES functions of neighbour i from column c of the nodes, and their slopes if
 * requested; gap: the data between the three rows of one node and the next */
SZ_INLINE void interpolate(const weights *at, int i, int n_row, int gap, int c,
                           int slopes, sz_lanes *value, sz_lanes *slope)
{
    const sz_real *node = at->node[i] + c;
    sz_lanes row = SZ_GET(node), sum = at->w[0][i] * row, change = at->dw[0][i] * row;

    for (int k = 1; k < 6; k++) {
        row = SZ_GET(node + k * n_row + (k < ROWS ? 0 : gap));
        sum += at->w[k][i] * row;
        if (slopes) change += at->dw[k][i] * row;
    }
    *value = sum;
    *slope = change;
}

/* h = F R A and its slope for neighbour i of a soap_turbo */
SZ_INLINE void eval_turbo(const sz_radial *radial, const weights *at, int i, int slopes,
                          sz_real *h, sz_real *dh)
{
    int n_lane = radial->n_lane, n_l = radial->spec.l_max + 1, n_row = radial->n_row;
    sz_real a[SZ_PAD(SZ_L_MAX + 1)], da[SZ_PAD(SZ_L_MAX + 1)];
    const sz_real *more = at->node[i] + ROWS * n_row;
    const sz_real *next = more + radial->SZ_IN_REAL(n_node);
    sz_real t = at->t[i], f = at->f[i], df = at->df[i];
    sz_lanes value, slope;

    for (int l = 0; l < n_l; l += SZ_LANES) {
        interpolate(at, i, n_row, n_lane, n_lane + l, slopes, &value, &slope);
        SZ_AT(a + l) = value;
        if (slopes) SZ_AT(da + l) = slope;
    }
    for (int q = 0; q < n_lane; q += SZ_LANES) {
        interpolate(at, i, n_row, n_lane, q, slopes, &value, &slope);
        if (slopes) {
            slope += SZ_GET(more + q) * (1 - t) + SZ_GET(next + q) * t;
            slope = f * slope + df * value;
        }
        value *= f;
        for (int l = 0; l < n_l; l++) {
            SZ_AT(h + l * n_lane + q) = a[l] * value;
            if (slopes) SZ_AT(dh + l * n_lane + q) = a[l] * slope + da[l] * value;
        }
    }
}

SZ_CLONES static void eval_all_turbo(const sz_radial *radial, int n, const int *slot,
                                     const double *r, sz_real *h, sz_real *dh)
{
    int n_h = radial->n_h;
    weights at;

    locate_turbo(radial, n, slot, r, &at);
    for (int i = 0; i < n && dh; i++)
        eval_turbo(radial, &at, i, 1, h + i * n_h, dh + i * n_h);
    for (int i = 0; i < n && !dh; i++) eval_turbo(radial, &at, i, 0, h + i * n_h, NULL);
}

SZ_CLONES static void eval_all_soap(const sz_radial *radial, int n, const double *r,
                                    sz_real *h, sz_real *dh)
{
    int n_row = radial->n_row;
    weights at;

    locate_soap(radial, n, r, &at);
    for (int i = 0; i < n && dh; i++)
        for (int c = 0; c < n_row; c += SZ_LANES) {
            sz_lanes value, slope;

            interpolate(&at, i, n_row, 0, c, 1, &value, &slope);
            SZ_AT(h + i * n_row + c) = value;
            SZ_AT(dh + i * n_row + c) = slope;
        }
    for (int i = 0; i < n && !dh; i++)
        for (int c = 0; c < n_row; c += SZ_LANES) {
            sz_lanes value, slope;

            interpolate(&at, i, n_row, 0, c, 0, &value, &slope);
            SZ_AT(h + i * n_row + c) = value;
        }
}

void sz_radial_eval(const sz_radial *radial, int n, const int *slot, const double *r,
                    sz_real *h, sz_real *dh)
{
    if (radial->turbo)
        eval_all_turbo(radial, n, slot, r, h, dh);
    else
        eval_all_soap(radial, n, r, h, dh);
}
