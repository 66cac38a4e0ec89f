/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pair.c - a sparse GP on functions of one distance is a function of that distance.
 *
 *   x_k(r) = r^exponent_k
 *   e(r)   = sum_s alpha_s fc_s K(x_s, x(r)), K: covariance.c
 *   E_i   += share sum_j fc(r_ij) e(r_ij)
 *
 * Permutations of a single distance are trivial and cancel in the normalised kernel.
 * fc e is tabulated; the knots of PP, where its third derivative jumps, and the distance
 * where fc drops below 1 are knots of the table. */
#include "term/pair.h"

#include "atoms/cutoff.h"
#include "term/covariance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const sz_pair_spec *spec;
    const sz_gap_term *c;
} exact;

/* fc: the cutoff and the tail (erf(a r)/r)^n */
static long double exact_cutoff(const sz_pair_spec *spec, long double r)
{
    long double f = sz_cutoff_exact(r, spec->cutoff, spec->cutoff_width);

    if (spec->tail_exponent == 0) return f;
    if (r > 0.0L) return f * powl(erfl(spec->tail_range * r) / r, spec->tail_exponent);
    return f * powl(1.12837916709551257390L * spec->tail_range, spec->tail_exponent);
}

static long double exact_energy(long double r, const void *context)
{
    const exact *e = context;
    const sz_gap_term *c = e->c;
    long double sum = 0.0L, x[SZ_PAIR_DIM_MAX];

    for (int k = 0; k < c->n_dim; k++) x[k] = powl(r, e->spec->exponent[k]);
    for (int s = 0; s < c->n_sparse; s++)
        sum += (long double)c->alpha[s] * c->fc_sparse[s] *
               sz_covariance_exact(c, c->x_sparse + (size_t)s * c->n_dim, x);
    return sum * exact_cutoff(e->spec, r);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

enum { IN_CUTOFF = 48 }; /* pieces that represent the cosine and its slope to rounding */

/* points where fc e is not smooth inside (lo, hi): the start of the cutoff, the edges and
 * centres of PP kernels; and the pieces of the cutoff, which may be narrow */
static int find_breaks(const exact *e, double lo, double hi, double *breaks)
{
    const sz_gap_term *c = e->c;
    double w = e->spec->cutoff_width;
    int n = 0, kept = 1;

    breaks[n++] = lo;
    breaks[n++] = hi;
    for (int k = 0; k < IN_CUTOFF; k++) {
        double r = hi - w * (IN_CUTOFF - k) / IN_CUTOFF;

        if (r > lo && r < hi) breaks[n++] = r;
    }
    for (int s = 0; s < c->n_sparse && c->covariance == SZ_COVARIANCE_PP && c->n_dim == 1;
         s++)
        for (int k = -1; k <= 1; k++) {
            double x = c->x_sparse[s] + k * c->theta[0];
            double r = x > 0.0 ? pow(x, 1.0 / e->spec->exponent[0]) : -1.0;

            if (r > lo && r < hi) breaks[n++] = r;
        }
    qsort(breaks, (size_t)n, sizeof *breaks, ascending);
    for (int k = 1; k < n; k++)
        if (breaks[k] - breaks[kept - 1] > 1e-9) breaks[kept++] = breaks[k];
    breaks[kept - 1] = hi;
    return kept;
}

/* the smallest length scale in r, which sets the pieces of the table */
static double piece_width(const exact *e, double hi)
{
    double width = hi;

    if (e->c->covariance == SZ_COVARIANCE_PP && e->c->n_dim == 1 &&
        e->spec->exponent[0] == 1)
        return hi; /* quartic between its knots */
    for (int k = 0; k < e->c->n_dim && e->c->theta; k++)
        if (e->spec->exponent[k] == 1) width = fmin(width, e->c->theta[k]);
    return width / 32.0;
}

sz_status sz_pair_create(sz_pair *pair, const sz_pair_spec *spec, const sz_gap_term *c,
                         sz_error *err)
{
    exact e = {spec, c};
    size_t room = 2 + IN_CUTOFF + 3 * (size_t)c->n_sparse;
    double lo = 0.0, *breaks = malloc(room * sizeof *breaks), width;
    sz_status status = SZ_OK;
    int n;

    memset(pair, 0, sizeof *pair);
    pair->spec = *spec;
    pair->n_sparse = c->n_sparse;
    pair->descriptor = sz_copy_text(c->descriptor);
    if (!breaks || !pair->descriptor) {
        status = sz_fail_memory(err, room * sizeof *breaks, "a table");
        goto done;
    }
    for (int k = 0; k < spec->n_exponents; k++)
        if (spec->exponent[k] < 0) lo = 0.1;
    for (int s = 0; s < c->n_sparse; s++)
        pair->size += fabs(c->alpha[s] * c->fc_sparse[s]) * c->delta * c->delta;
    n = find_breaks(&e, lo, spec->cutoff, breaks);
    width = piece_width(&e, spec->cutoff);
    if (width < spec->cutoff / (SZ_TABLE_MAX >> 4)) { /* leaves room for refinement */
        status = sz_fail(err, SZ_ERR_FORMAT,
                         "%.100s: the length scale theta is %g, allowed from %g for this "
                         "cutoff",
                         c->descriptor, 32.0 * width,
                         32.0 * spec->cutoff / (SZ_TABLE_MAX >> 4));
        goto done;
    }
    for (int refine = 0;; refine++) {
        status = sz_table_fit(&pair->e, n, breaks, width, exact_energy, &e, err);
        if (status != SZ_OK) goto done;
        pair->error = sz_table_error(&pair->e, exact_energy, &e);
        if (pair->error <= 1e-15 * pair->size || refine == 4) break;
        sz_table_free(&pair->e);
        width = fmin(width, spec->cutoff / 16.0) / 2.0;
    }
    if (!(pair->error <= 1e-9 * pair->size))
        status = sz_fail(err, SZ_ERR_NUMERIC,
                         "the two-body term at line %d cannot be tabulated to better "
                         "than %.1e eV: its length scale theta may be far too small",
                         c->line, pair->error);
done:
    free(breaks);
    if (status != SZ_OK) sz_pair_free(pair);
    return status;
}

void sz_pair_free(sz_pair *pair)
{
    if (!pair) return;
    free(pair->descriptor);
    sz_table_free(&pair->e);
    memset(pair, 0, sizeof *pair);
}

/* (erf(a r)/r)^n and its slope */
static double tail(const sz_pair_spec *spec, double r, double *slope)
{
    double a = spec->tail_range, n = spec->tail_exponent, erf_ar, t;

    *slope = 0.0;
    if (spec->tail_exponent == 0) return 1.0;
    erf_ar = erf(a * r);
    t = pow(erf_ar / r, n);
    *slope =
        t * n * (2.0 * a * exp(-a * a * r * r) / (1.7724538509055159 * erf_ar) - 1.0 / r);
    return t;
}

double sz_pair_energy(const sz_pair *pair, double r, double *slope)
{
    *slope = 0.0;
    return r < pair->spec.cutoff ? sz_table_eval(&pair->e, r, slope) : 0.0;
}

void sz_pair_vector(const sz_pair_spec *spec, double r, double *x)
{
    for (int k = 0; k < spec->n_exponents; k++) x[k] = pow(r, spec->exponent[k]);
}

double sz_pair_cutoff(const sz_pair_spec *spec, double r)
{
    double slope, t = tail(spec, r, &slope);

    return t * sz_cutoff(r, spec->cutoff, spec->cutoff_width, &slope);
}

void sz_pair_row(const sz_pair_spec *spec, const sz_gap_term *c, double r, double *value,
                 double *slope)
{
    double df, dt, f = sz_cutoff(r, spec->cutoff, spec->cutoff_width, &df);
    double t = tail(spec, r, &dt), cut = f * t, dcut = df * t + f * dt,
           x[SZ_PAIR_DIM_MAX], dx[SZ_PAIR_DIM_MAX];

    sz_pair_vector(spec, r, x);
    for (int k = 0; k < spec->n_exponents; k++) dx[k] = spec->exponent[k] * x[k] / r;
    sz_covariance_row(c, x, dx, value, slope);
    for (int s = 0; s < c->n_sparse; s++) {
        double factor = spec->share * c->fc_sparse[s];

        slope[s] = factor * (dcut * value[s] + cut * slope[s]);
        value[s] *= factor * cut;
    }
}

/* ---- all pairs of a model --------------------------------------------------------- */

int sz_pair_acts(const sz_pair_spec *spec, int za, int zb)
{
    int a0 = spec->z[0] == 0 || spec->z[0] == za,
        b1 = spec->z[1] == 0 || spec->z[1] == zb;
    int b0 = spec->z[0] == 0 || spec->z[0] == zb,
        a1 = spec->z[1] == 0 || spec->z[1] == za;

    return (a0 && b1) || (b0 && a1);
}

sz_status sz_pair_set_index(sz_pair_set *set, int n_species, const int *z, sz_error *err)
{
    size_t n2 = (size_t)n_species * n_species, total = 0;

    for (size_t k = 0; k < n2; k++)
        for (int p = 0; p < set->n_pairs; p++)
            total += sz_pair_acts(&set->pair[p].spec, z[k / n_species], z[k % n_species]);
    set->n_species = n_species;
    for (int p = 0; p < set->n_pairs; p++)
        set->reach2 = fmax(set->reach2, pow(set->pair[p].spec.cutoff, 2.0));
    set->first = malloc((n2 + 1) * sizeof *set->first);
    set->index = malloc((total + 1) * sizeof *set->index);
    if (!set->first || !set->index)
        return sz_fail_memory(err, (n2 + total) * sizeof *set->index, "two-body terms");
    total = 0;
    for (size_t k = 0; k < n2; k++) {
        set->first[k] = (int)total;
        for (int p = 0; p < set->n_pairs; p++)
            if (sz_pair_acts(&set->pair[p].spec, z[k / n_species], z[k % n_species]))
                set->index[total++] = p;
    }
    set->first[n2] = (int)total;
    return SZ_OK;
}

void sz_pair_set_free(sz_pair_set *set)
{
    if (!set) return;
    for (int p = 0; p < set->n_pairs; p++) sz_pair_free(&set->pair[p]);
    free(set->pair);
    free(set->first);
    free(set->index);
    free(set);
}

void sz_pair_set_energy(const sz_pair_set *set, const sz_neigh *nb, double *energy,
                        double *dedr)
{
    for (int i = 0; i < nb->n_atoms; i++)
        for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
            int k = nb->species[i] * set->n_species + nb->neigh_species[j];
            const double *d = nb->r + 3 * (size_t)j;
            double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2], r;

            if (r2 >= set->reach2 || set->first[k] == set->first[k + 1]) continue;
            r = sqrt(r2);
            for (int p = set->first[k]; p < set->first[k + 1]; p++) {
                const sz_pair *pair = &set->pair[set->index[p]];
                double slope, e = sz_pair_energy(pair, r, &slope);

                energy[i] += pair->spec.share * e;
                if (dedr)
                    sz_add_radial(pair->spec.share * slope, d, r, dedr + 3 * (size_t)j);
            }
        }
}
