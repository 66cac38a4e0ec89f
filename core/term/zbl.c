/* SPDX-License-Identifier: BSD-3-Clause
 *
 * zbl.c - screened nuclear repulsion (Ziegler, Biersack, Littmark 1985).
 *
 *   V(r) = k Z_a Z_b / r sum_q p_q exp(e_q r / a),  a = 0.46850 / (Z_a^0.23 + Z_b^0.23)
 *   E_i  = 1/2 sum_j (V(r) - V(cutoff)) S(r), the shift only with shift_cutoff,
 *   S the poly_switch over cutoff_width.
 *
 * k = 14.399645805358887 eV Angstrom is QUIP's value (its constant was rounded to single
 * precision); models fitted with it need the same value. */
#include "term/zbl.h"

#include "atoms/cutoff.h"
#include "term/pair.h"

#include <math.h>

static double bare(int za, int zb, double r, double *slope)
{
    static const double p[4] = {0.18175, 0.50986, 0.28022, 0.02817};
    static const double e[4] = {-3.19980, -0.94229, -0.40290, -0.20162};
    double a = 0.46850 / (pow(za, 0.23) + pow(zb, 0.23)),
           k = 14.399645805358887 * za * zb;
    double sum = 0.0, dsum = 0.0;

    for (int q = 0; q < 4; q++) {
        double term = p[q] * exp(e[q] * r / a);

        sum += term;
        dsum += term * e[q] / a;
    }
    *slope = k / r * (dsum - sum / r);
    return k / r * sum;
}

double sz_zbl_pair(const sz_zbl *zbl, int za, int zb, double r, double *slope)
{
    double dv, ds = 0.0, s = 1.0, v, unused;

    *slope = 0.0;
    if (r > zbl->cutoff) return 0.0;
    v = bare(za, zb, r, &dv);
    if (zbl->shift) v -= bare(za, zb, zbl->cutoff, &unused);
    if (zbl->cutoff_width > 0.0) s = sz_switch(r, zbl->cutoff, zbl->cutoff_width, &ds);
    *slope = zbl->scale * (dv * s + v * ds);
    return zbl->scale * v * s;
}

void sz_zbl_energy(const sz_zbl *zbl, const int *z, const sz_neigh *nb, double *energy,
                   double *dedr)
{
    for (int i = 0; i < nb->n_atoms; i++)
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            const double *d = nb->r + 3 * (size_t)j;
            double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], r, slope;

            if (r2 > zbl->cutoff * zbl->cutoff) continue;
            r = sqrt(r2);
            energy[i] += 0.5 * sz_zbl_pair(zbl, z[nb->species[i]],
                                           z[nb->neigh_species[j]], r, &slope);
            if (dedr) sz_add_radial(0.5 * slope, d, r, dedr + 3 * (size_t)j);
        }
}
