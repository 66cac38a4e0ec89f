/* SPDX-License-Identifier: BSD-3-Clause
 *
 * lj.c - the Lennard-Jones core potential, as in QUIP's IP LJ:
 *
 *   u(r) = eps12 (sigma/r)^12 - eps6 (sigma/r)^6               no factor 4
 *   V(r) = (u(r) - shift - slope (r - cutoff)) S(r)            r <= cutoff
 *   E_i  = 1/2 sum_j V_ab(r_ij)
 *
 *   shift = u(cutoff) with energy_shift, slope = u'(cutoff) with linear_force_shift, else
 *   0; S the poly_switch over smooth_cutoff_width. Forces are the slope of V; in QUIP
 *   they are not, where S is not 1. Pairs of types that are not in the file do not
 *   interact. */
#include "term/lj.h"

#include "atoms/cutoff.h"
#include "term/pair.h"

#include <math.h>
#include <stdlib.h>

static double bare(const sz_lj_pair *p, double r, double *slope)
{
    double r2 = 1.0 / (r * r), r6 = r2 * r2 * r2;

    *slope = (6.0 * p->c6 - 12.0 * p->c12 * r6) * r6 / r;
    return (p->c12 * r6 - p->c6) * r6;
}

double sz_lj_pair_energy(const sz_lj_pair *p, double r, double *slope)
{
    double u, du, s, ds;

    *slope = 0.0;
    if (r > p->cutoff || p->cutoff <= 0.0) return 0.0;
    u = bare(p, r, &du) - p->shift - p->slope * (r - p->cutoff);
    s = sz_switch(r, p->cutoff, p->cutoff_width, &ds);
    *slope = (du - p->slope) * s + u * ds;
    return u * s;
}

static sz_lj_pair make_pair(const sz_gap_lj_pair *data)
{
    double sigma6 = pow(data->sigma, 6), u, du;
    sz_lj_pair p = {.c12 = data->eps12 * sigma6 * sigma6,
                    .c6 = data->eps6 * sigma6,
                    .cutoff = data->cutoff,
                    .cutoff_width = data->cutoff_width};

    u = bare(&p, p.cutoff, &du);
    if (data->energy_shift) p.shift = u;
    if (data->force_shift) p.slope = du;
    return p;
}

/* ---- the potential ----------------------------------------------------------------- */

void sz_gap_lj_clear(sz_gap_lj *lj)
{
    free(lj->pair);
}

int sz_gap_lj_lists(const sz_gap_lj *lj, int z)
{
    for (int t = 0; t < lj->n_types; t++)
        if (lj->z[t] == z) return 1;
    return 0;
}

sz_status sz_lj_create(sz_lj **lj, const sz_gap_lj *data, int n_species, const int *z,
                       sz_error *err)
{
    size_t n = (size_t)n_species;
    sz_lj *made = calloc(1, sizeof *made);

    *lj = NULL;
    if (made) made->pair = calloc(n * n + 1, sizeof *made->pair);
    if (!made || !made->pair) {
        free(made);
        return sz_fail_memory(err, n * n * sizeof *made->pair, "the LJ potential");
    }
    made->n_species = n_species;
    for (int k = 0; k < data->n_pairs; k++) {
        const sz_gap_lj_pair *p = data->pair + k;
        int z1 = data->z[p->type1], z2 = data->z[p->type2];

        for (size_t ab = 0; ab < n * n; ab++) {
            int za = z[ab / n], zb = z[ab % n];

            if ((za == z1 && zb == z2) || (za == z2 && zb == z1))
                made->pair[ab] = make_pair(p);
        }
        made->cutoff = fmax(made->cutoff, p->cutoff);
    }
    *lj = made;
    return SZ_OK;
}

void sz_lj_free(sz_lj *lj)
{
    if (lj) free(lj->pair);
    free(lj);
}

void sz_lj_energy(const sz_lj *lj, const sz_neigh *nb, double *energy, double *dedr)
{
    for (int i = 0; i < nb->n_atoms; i++)
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            const sz_lj_pair *pair =
                &lj->pair[nb->species[i] * lj->n_species + nb->neigh_species[j]];
            const double *d = nb->r + 3 * (size_t)j;
            double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], r, slope;

            if (r2 > pair->cutoff * pair->cutoff) continue;
            r = sqrt(r2);
            energy[i] += 0.5 * sz_lj_pair_energy(pair, r, &slope);
            if (dedr) sz_add_radial(0.5 * slope, d, r, dedr + 3 * (size_t)j);
        }
}
