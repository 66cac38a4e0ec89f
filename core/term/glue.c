/* SPDX-License-Identifier: BSD-3-Clause
 *
 * glue.c - the Glue core potential, an embedded-atom form.
 *
 *   rho_i = sum_j w_t(j)(r_ij)
 *   E_i   = F_t(i)(rho_i) + 1/2 sum_j phi_t(i)t(j)(r_ij)
 *
 * F and phi are cubic splines through the file's points; w is P (R - r)^3 with
 *   P = sum_k rho_k (R - a_k)^3 / sum_k (R - a_k)^6,  R the largest knot,
 * or, with do_spline, a spline. Elements that the file does not list are ignored. */
#include "term/glue.h"

#include "term/pair.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double largest(const sz_gap_points *points)
{
    double most = 0.0;

    for (int k = 0; k < points->n; k++) most = fmax(most, points->x[k]);
    return most;
}

static sz_status spline(sz_table *table, const sz_gap_points *p, const char *where,
                        sz_error *err)
{
    return sz_table_spline(table, p->n, p->x, p->y, p->y1, p->yn, where, err);
}

static sz_status make_type(sz_glue_type *t, const sz_gap_glue_type *data,
                           const char *path, sz_error *err)
{
    double up = 0.0, down = 0.0;
    char where[600];
    sz_status status;

    t->spline = data->do_spline;
    t->range = largest(&data->density);
    for (int k = 0; k < data->density.n; k++) {
        double d = t->range - data->density.x[k];

        up += data->density.y[k] * d * d * d;
        down += d * d * d * d * d * d;
    }
    t->prefactor = down > 0.0 ? up / down : 0.0;
    snprintf(where, sizeof where, "%.500s: Glue element %d, density", path, data->z);
    if (t->spline && (status = spline(&t->w, &data->density, where, err)) != SZ_OK)
        return status;
    snprintf(where, sizeof where, "%.500s: Glue element %d, potential_density", path,
             data->z);
    return spline(&t->f, &data->embedding, where, err);
}

void sz_gap_glue_clear(sz_gap_glue *glue)
{
    for (int t = 0; t < glue->n_types; t++) {
        free(glue->type[t].density.x);
        free(glue->type[t].density.y);
        free(glue->type[t].embedding.x);
        free(glue->type[t].embedding.y);
    }
    for (int k = 0; k < glue->n_pairs; k++) {
        free(glue->pair[k].pair.x);
        free(glue->pair[k].pair.y);
    }
    free(glue->type);
    free(glue->pair);
}

sz_status sz_glue_create(sz_glue **glue, const sz_gap_glue *data, const char *path,
                         int n_species, const int *z, sz_error *err)
{
    sz_glue *g = calloc(1, sizeof *g);
    size_t n = (size_t)data->n_types;
    sz_status status = SZ_OK;
    char where[600];

    *glue = NULL;
    if (!g) return sz_fail_memory(err, sizeof *g, "the Glue potential");
    g->type = calloc(n + 1, sizeof *g->type);
    g->range = calloc(n * n + 1, sizeof *g->range);
    g->phi = calloc(n * n + 1, sizeof *g->phi);
    g->type_of_species = malloc((size_t)n_species * sizeof *g->type_of_species);
    if (!g->type || !g->range || !g->phi || !g->type_of_species) {
        status = sz_fail_memory(err, n * n * sizeof *g->phi, "the Glue potential");
        goto done;
    }
    g->n_types = data->n_types;
    for (int t = 0; t < data->n_types && status == SZ_OK; t++) {
        g->z[t] = data->type[t].z;
        status = make_type(&g->type[t], &data->type[t], path, err);
    }
    for (int k = 0; k < data->n_pairs && status == SZ_OK; k++) {
        const sz_gap_glue_pair *p = &data->pair[k];
        int a = p->type1 < p->type2 ? p->type1 : p->type2;
        int ab = a * data->n_types + p->type1 + p->type2 - a;

        snprintf(where, sizeof where, "%.500s: Glue pair %d-%d", path, p->type1 + 1,
                 p->type2 + 1);
        sz_table_free(&g->phi[ab]); /* if a pair is given twice the last counts */
        g->range[ab] = largest(&p->pair);
        status = spline(&g->phi[ab], &p->pair, where, err);
    }
    for (int s = 0; s < n_species; s++) {
        g->type_of_species[s] = -1;
        for (int t = 0; t < data->n_types; t++)
            if (data->type[t].z == z[s]) g->type_of_species[s] = t;
    }
    if (status == SZ_OK) {
        *glue = g;
        g = NULL;
    }
done:
    sz_glue_free(g);
    return status;
}

void sz_glue_free(sz_glue *glue)
{
    if (!glue) return;
    for (int t = 0; t < glue->n_types; t++) {
        sz_table_free(&glue->type[t].w);
        sz_table_free(&glue->type[t].f);
    }
    for (int k = 0; k < glue->n_types * glue->n_types; k++) sz_table_free(&glue->phi[k]);
    free(glue->type);
    free(glue->range);
    free(glue->phi);
    free(glue->type_of_species);
    free(glue);
}

double sz_glue_cutoff(const sz_glue *glue)
{
    double cutoff = 0.0;

    for (int t = 0; t < glue->n_types; t++) cutoff = fmax(cutoff, glue->type[t].range);
    for (int k = 0; k < glue->n_types * glue->n_types; k++)
        cutoff = fmax(cutoff, glue->range[k]);
    return cutoff;
}

static double density(const sz_glue_type *t, double r, double *slope)
{
    double d = t->range - r;

    *slope = 0.0;
    if (r >= t->range) return 0.0;
    if (t->spline) return sz_table_eval(&t->w, r, slope);
    *slope = -3.0 * t->prefactor * d * d;
    return t->prefactor * d * d * d;
}

static double square(const double *d)
{
    return d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
}

/* for neighbours nearer than sqrt(reach2) */
static double density_at(const sz_glue *glue, const sz_neigh *nb, int i, double reach2)
{
    double rho = 0.0, slope;

    for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
        int t = glue->type_of_species[nb->neigh_species[j]];
        double r2 = square(nb->r + 3 * (size_t)j);

        if (t >= 0 && r2 < reach2) rho += density(&glue->type[t], sqrt(r2), &slope);
    }
    return rho;
}

void sz_glue_energy(const sz_glue *glue, const sz_neigh *nb, double *energy, double *dedr)
{
    double reach = sz_glue_cutoff(glue), reach2 = reach * reach;

    for (int i = 0; i < nb->n_atoms; i++) {
        int ti = glue->type_of_species[nb->species[i]];
        double df, dw, dphi;

        if (ti < 0) continue;
        energy[i] +=
            sz_table_eval(&glue->type[ti].f, density_at(glue, nb, i, reach2), &df);
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            int tj = glue->type_of_species[nb->neigh_species[j]], ab;
            const double *d = nb->r + 3 * (size_t)j;
            double r2 = square(d), r, slope;

            if (tj < 0 || r2 >= reach2) continue;
            r = sqrt(r2);
            ab = ti < tj ? ti * glue->n_types + tj : tj * glue->n_types + ti;
            density(&glue->type[tj], r, &dw);
            slope = df * dw;
            if (r < glue->range[ab]) {
                energy[i] += 0.5 * sz_table_eval(&glue->phi[ab], r, &dphi);
                slope += 0.5 * dphi;
            }
            if (dedr) sz_add_radial(slope, d, r, dedr + 3 * (size_t)j);
        }
    }
}
