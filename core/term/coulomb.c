/* SPDX-License-Identifier: BSD-3-Clause
 *
 * coulomb.c - fixed charges within a cutoff, as in QUIP's IP Coulomb:
 *
 *   E_i = 1/2 sum_j q_a q_b V(r_ij),  r < cutoff
 *
 *   direct  V = k / r
 *   yukawa  V = k exp(-alpha r) / r  s(r),  s = 1 - x + sin(2 pi x) / (2 pi),
 *           x = (r - cutoff + 2 w) / (2 w) from 0 to 1, w the smooth_length
 *   dsf     V = k (g(r) - g(cutoff) - g'(cutoff) (r - cutoff)),  g = erfc(alpha r) / r
 *           (Fennell and Gezelter 2006)
 *
 * k = 14.399645352528232 eV Angstrom is QUIP's value, measured. In a model direct extends
 * to the largest cutoff of all terms: in QUIP it is a sum over the neighbour list. Ewald
 * sums have no cutoff and are not supported. */
#include "term/coulomb.h"

#include "base/number.h"
#include "term/pair.h"

#include <math.h>

static const double k = 14.399645352528232, pi = 3.14159265358979323846;

static const char *const names[] = {NULL, "direct", "yukawa", "dsf"};

const char *sz_coulomb_name(sz_coulomb_method method)
{
    return names[method];
}

sz_coulomb_method sz_coulomb_find(const char *name)
{
    for (int m = SZ_COULOMB_DIRECT; m <= SZ_COULOMB_DSF; m++)
        if (sz_same_word(name, names[m])) return (sz_coulomb_method)m;
    return SZ_COULOMB_NONE;
}

static double yukawa(const sz_coulomb *c, double r, double *slope)
{
    double v = exp(-c->alpha * r) / r, dv = -v * (c->alpha + 1.0 / r);
    double length = 2.0 * c->smooth_length, x = r - c->cutoff + length, s, ds;

    *slope = dv;
    if (x <= 0.0) return v;
    x /= length;
    s = 1.0 - x + sin(2.0 * pi * x) / (2.0 * pi);
    ds = (cos(2.0 * pi * x) - 1.0) / length;
    *slope = dv * s + v * ds;
    return v * s;
}

static double damped(double alpha, double r, double *slope)
{
    double g = erfc(alpha * r) / r;

    *slope = -(g + 2.0 * alpha / sqrt(pi) * exp(-alpha * alpha * r * r)) / r;
    return g;
}

/* g and its slope at the cutoff, needed for every pair of dsf. */
typedef struct {
    double g, slope;
} end_values;

static end_values find_end(const sz_coulomb *c)
{
    end_values end = {0.0, 0.0};

    if (c->method == SZ_COULOMB_DSF) end.g = damped(c->alpha, c->cutoff, &end.slope);
    return end;
}

static double unit_charges(const sz_coulomb *c, const end_values *end, double r,
                           double *slope)
{
    double v;

    switch (c->method) {
    case SZ_COULOMB_YUKAWA:
        v = yukawa(c, r, slope);
        break;
    case SZ_COULOMB_DSF:
        v = damped(c->alpha, r, slope) - end->g - end->slope * (r - c->cutoff);
        *slope -= end->slope;
        break;
    default:
        v = 1.0 / r;
        *slope = -v / r;
        break;
    }
    *slope *= k;
    return k * v;
}

double sz_coulomb_pair(const sz_coulomb *c, double r, double *slope)
{
    const end_values end = find_end(c);

    *slope = 0.0;
    return r < c->cutoff ? unit_charges(c, &end, r, slope) : 0.0;
}

void sz_coulomb_energy(const sz_coulomb *c, const int *z, const sz_neigh *nb,
                       double *energy, double *dedr)
{
    const end_values end = find_end(c);

    for (int i = 0; i < nb->n_atoms; i++)
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            const double *d = nb->r + 3 * (size_t)j;
            double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], r, slope, half;

            if (r2 >= c->cutoff * c->cutoff) continue;
            half =
                0.5 * c->charge[z[nb->species[i]]] * c->charge[z[nb->neigh_species[j]]];
            r = sqrt(r2);
            energy[i] += half * unit_charges(c, &end, r, &slope);
            if (dedr) sz_add_radial(half * slope, d, r, dedr + 3 * (size_t)j);
        }
}
