/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_pair.c - two-body terms against the plain sum over sparse points, in long double,
 * also where huge weights of opposite sign cancel. */
#include "check.h"
#include "cluster.h"
#include "term/pair.h"

#include <stdlib.h>

enum { M = 9, DIM_MAX = 3 };

/* a term as it comes from a file, with random sparse points */
typedef struct {
    sz_pair_spec spec;
    sz_gap_term c;
    double theta[DIM_MAX], x[M * DIM_MAX], alpha[M], fc[M];
    long double slope; /* of naive() */
} sample;

static const sz_pair_spec plain = {.z = {42, 74},
                                   .cutoff = 5.0,
                                   .cutoff_width = 1.0,
                                   .share = 1.0,
                                   .tail_range = 1.0,
                                   .n_exponents = 1,
                                   .exponent = {1}};

static void make(sample *s, const sz_pair_spec *spec, sz_covariance covariance,
                 double theta, double alpha)
{
    static char name[] = "distance_2b";

    memset(s, 0, sizeof *s);
    s->spec = *spec;
    s->c = (sz_gap_term){.descriptor = name,
                         .covariance = covariance,
                         .delta = 0.7,
                         .f0 = 0.3,
                         .zeta = 2.0,
                         .n_dim = spec->n_exponents,
                         .theta = s->theta,
                         .n_sparse = M,
                         .x_sparse = s->x,
                         .alpha = s->alpha,
                         .fc_sparse = s->fc};
    for (int k = 0; k < s->c.n_dim; k++) s->theta[k] = theta * (1.0 + 0.2 * k);
    for (int i = 0; i < M; i++) {
        double r = 1.3 + 0.4 * i + uniform(-0.1, 0.1);

        s->alpha[i] = alpha * (i % 2 ? -1.0 : 1.0) * uniform(0.5, 1.0);
        s->fc[i] = uniform(0.2, 1.0);
        for (int k = 0; k < s->c.n_dim; k++)
            s->x[i * s->c.n_dim + k] = pow(r, spec->exponent[k]);
    }
}

/* K(x_s, x(r)) and its derivative by r */
static long double kernel(const sample *s, const double *xs, long double r,
                          long double *slope)
{
    int d = s->c.n_dim, j = d / 2 + 2;
    long double sum = 0.0L, dsum = 0.0L, delta2 = s->c.delta, f02 = s->c.f0, rho;

    delta2 *= s->c.delta;
    f02 *= s->c.f0;
    for (int k = 0; k < d; k++) {
        int q = s->spec.exponent[k];
        long double x = powl(r, q), dx = q * x / r, t = s->theta[k];

        if (s->c.covariance == SZ_COVARIANCE_DOT_PRODUCT) {
            sum += xs[k] * x;
            dsum += xs[k] * dx;
        } else {
            sum += (x - xs[k]) * (x - xs[k]) / (t * t);
            dsum += 2.0L * (x - xs[k]) * dx / (t * t);
        }
    }
    if (s->c.covariance == SZ_COVARIANCE_DOT_PRODUCT) {
        *slope = delta2 * s->c.zeta * powl(sum, s->c.zeta - 1.0L) * dsum;
        return delta2 * powl(sum, s->c.zeta);
    }
    if (s->c.covariance == SZ_COVARIANCE_ARD_SE) {
        *slope = -0.5L * dsum * delta2 * expl(-0.5L * sum);
        return delta2 * expl(-0.5L * sum) + f02;
    }
    rho = sqrtl(sum);
    *slope = 0.0L;
    if (rho >= 1.0L) return f02;
    /* d rho = dsum / (2 rho): the factor rho of dk/drho cancels */
    *slope = -delta2 * (j + 1) * (j + 2) * powl(1.0L - rho, j) * 0.5L * dsum;
    return delta2 * powl(1.0L - rho, j + 1) * ((j + 1) * rho + 1.0L) + f02;
}

static long double naive(const sample *s, long double r, long double *slope)
{
    const sz_pair_spec *p = &s->spec;
    const long double pi = 3.14159265358979323846264338L;
    long double e = 0.0L, de = 0.0L, f = 1.0L, df = 0.0L, dk, a = p->tail_range;
    long double x = (r - p->cutoff + p->cutoff_width) / p->cutoff_width;

    for (int i = 0; i < M; i++) {
        long double w = (long double)s->alpha[i] * s->fc[i];

        e += w * kernel(s, s->x + i * s->c.n_dim, r, &dk);
        de += w * dk;
    }
    if (x > 0.0L) {
        f = 0.5L * (1.0L + cosl(pi * x));
        df = -0.5L * pi / p->cutoff_width * sinl(pi * x);
    }
    if (p->tail_exponent) {
        long double erf_ar = erfl(a * r), t = powl(erf_ar / r, p->tail_exponent);
        long double dt = t * p->tail_exponent *
                         (2.0L * a * expl(-a * a * r * r) / (sqrtl(pi) * erf_ar) - 1 / r);

        df = df * t + f * dt;
        f *= t;
    }
    *slope = df * e + f * de;
    return f * e;
}

/* Errors of values within the given bound and the rounding of the sum; errors of slopes
 * within their limit, relative to the terms of the sum. */
static int test_values(const sample *s, double r_min, double tolerance,
                       double slope_tolerance)
{
    sz_pair pair;
    sz_error err;
    double factor = s->spec.tail_exponent < 0 ? 30.0 : 1.0; /* largest fc */

    CHECK_OK(sz_pair_create(&pair, &s->spec, &s->c, &err), err);
    CHECK(pair.error <= tolerance * pair.size);
    for (int k = 0; k < 2000; k++) {
        double r = uniform(r_min, s->spec.cutoff), slope, e;
        long double want_slope, want = naive(s, r, &want_slope);

        e = sz_pair_energy(&pair, r, &slope);
        CHECK_CLOSE(e, (double)want,
                    factor * (2.0 * pair.error + 1e-16 * pair.size) +
                        4e-16 * fabs((double)want));
        CHECK_CLOSE(slope, (double)want_slope,
                    factor * slope_tolerance * pair.size +
                        1e-15 * fabs((double)want_slope));
    }
    for (int k = 0; k < 3; k++) {
        double slope;

        CHECK(sz_pair_energy(&pair, s->spec.cutoff + 0.7 * k, &slope) == 0.0);
        CHECK(slope == 0.0);
    }
    sz_pair_free(&pair);
    return 0;
}

static int test_kernels(void)
{
    sz_pair_spec spec = plain;
    sample s;

    for (int big = 0; big < 2; big++) {
        double alpha = big ? 1e6 : 1.0;

        make(&s, &plain, SZ_COVARIANCE_ARD_SE, 0.7, alpha);
        if (test_values(&s, 0.01, 1e-15, 1e-14)) return 1;
        make(&s, &plain, SZ_COVARIANCE_ARD_SE, 0.1, alpha);
        if (test_values(&s, 0.01, 1e-15, 1e-14)) return 1;
        make(&s, &plain, SZ_COVARIANCE_PP, 1.1, alpha);
        if (test_values(&s, 0.01, 1e-15, 1e-14)) return 1;
        make(&s, &plain, SZ_COVARIANCE_DOT_PRODUCT, 1.0, alpha);
        if (test_values(&s, 0.01, 1e-13, 1e-12)) return 1;
    }
    spec.n_exponents = 1; /* 1/r: the table starts at 0.1 Angstrom */
    spec.exponent[0] = -1;
    make(&s, &spec, SZ_COVARIANCE_ARD_SE, 0.3, 1.0);
    if (test_values(&s, 0.1, 1e-14, 1e-11)) return 1;
    make(&s, &spec, SZ_COVARIANCE_PP, 0.3, 1.0);
    if (test_values(&s, 0.1, 1e-15, 1e-12)) return 1;
    spec.n_exponents = 3;
    spec.exponent[0] = 1;
    spec.exponent[1] = -2;
    spec.exponent[2] = 2;
    make(&s, &spec, SZ_COVARIANCE_ARD_SE, 0.8, 1.0);
    if (test_values(&s, 0.5, 1e-14, 1e-11)) return 1;
    spec = plain;
    for (spec.tail_exponent = -2; spec.tail_exponent <= 6; spec.tail_exponent++) {
        spec.tail_range = 0.8;
        make(&s, &spec, SZ_COVARIANCE_ARD_SE, 0.7, 1.0);
        if (test_values(&s, 0.5, 1e-15, 1e-14)) return 1;
    }
    return 0;
}

/* the contributions of the sparse points, for a fit: their sum is the energy */
static void test_rows(sz_covariance covariance, double theta, double zeta)
{
    sample s;

    make(&s, &plain, covariance, theta, 1.0);
    s.c.zeta = zeta;
    for (int k = 0; k < 200; k++) {
        double r = uniform(0.5, plain.cutoff), value[M], slope[M];
        long double sum = 0.0L, dsum = 0.0L, want_slope;
        long double want = naive(&s, r, &want_slope);

        sz_pair_row(&s.spec, &s.c, r, value, slope);
        for (int i = 0; i < M; i++) {
            sum += (long double)s.alpha[i] * value[i];
            dsum += (long double)s.alpha[i] * slope[i];
        }
        CHECK_CLOSE((double)sum, (double)want, 1e-14 * M * pow(20.0, zeta - 1.0));
        CHECK_CLOSE((double)dsum, (double)want_slope, 1e-13 * M * pow(20.0, zeta - 1.0));
    }
}

/* no table is accurate enough: an error instead of a wrong potential */
static void test_hopeless(void)
{
    sample s;
    sz_pair pair;
    sz_error err;

    make(&s, &plain, SZ_COVARIANCE_ARD_SE, 1.0, 1.0);
    s.alpha[3] = NAN;
    CHECK_FAILS(sz_pair_create(&pair, &s.spec, &s.c, &err), SZ_ERR_NUMERIC,
                "cannot be tabulated", err);
}

/* ---- a set of terms on a cluster -------------------------------------------------- */

typedef struct {
    sz_pair_set *set;
    sz_list *list;
} functional;

static double energy_sum(void *context)
{
    const functional *f = context;
    double energy[ATOMS_MAX] = {0};
    double sum = 0.0;

    sz_pair_set_energy(f->set, &f->list->nb, energy, NULL);
    for (int i = 0; i < f->list->nb.n_atoms; i++) sum += energy[i];
    return sum;
}

/* which terms act on which elements; E_i = sum_j share fc e */
static int test_set(void)
{
    enum { TERMS = 5 };
    static const int elements[TERMS][2] = {{42, 74}, {74, 74}, {0, 0}, {0, 42}, {41, 41}};
    static const int z[3] = {42, 74, 73};
    static sample s[TERMS];
    sz_pair_set *set = calloc(1, sizeof *set);
    double energy[ATOMS_MAX] = {0}, want[ATOMS_MAX], *dedr;
    cluster c = {0};
    functional f = {set, &c.list};
    sz_error err;

    set->pair = calloc(TERMS, sizeof *set->pair);
    for (set->n_pairs = 0; set->n_pairs < TERMS; set->n_pairs++) {
        sz_pair_spec spec = plain;
        int k = set->n_pairs;

        memcpy(spec.z, elements[k], sizeof spec.z);
        spec.share = 1.0 + 0.5 * k;
        spec.cutoff = 3.0 + 0.3 * k;
        make(&s[k], &spec, SZ_COVARIANCE_ARD_SE, 0.9, 1.0);
        CHECK_OK(sz_pair_create(&set->pair[k], &spec, &s[k].c, &err), err);
    }
    CHECK_OK(sz_pair_set_index(set, 3, z, &err), err);
    random_cluster(&c, 20, 3, 5.0, 1.2);
    CHECK_OK(find_neighbours(&c, 4.5, &err), err);
    dedr = calloc(3 * (size_t)c.list.n_pairs, sizeof *dedr);
    for (int i = 0; i < c.n_atoms; i++) want[i] = energy[i] = i; /* added to */
    for (int i = 0; i < c.n_atoms; i++)
        for (int p = c.list.first[i]; p < c.list.first[i + 1]; p++) {
            int a = z[c.species[i]], b = z[c.list.neigh_species[p]];
            double r = sqrt(dot(c.list.r + 3 * p, c.list.r + 3 * p, 3));

            for (int k = 0; k < TERMS; k++) {
                int u = elements[k][0], v = elements[k][1];
                long double slope;

                if (r >= s[k].spec.cutoff) continue;
                if (((u == a || !u) && (v == b || !v)) ||
                    ((u == b || !u) && (v == a || !v)))
                    want[i] += s[k].spec.share * (double)naive(&s[k], r, &slope);
            }
        }
    sz_pair_set_energy(set, &c.list.nb, energy, dedr);
    for (int i = 0; i < c.n_atoms; i++) CHECK_CLOSE(energy[i], want[i], 1e-12);
    for (int k = 0; k < 3 * c.list.n_pairs; k++) {
        double r = sqrt(dot(c.list.r + k / 3 * 3, c.list.r + k / 3 * 3, 3));
        int kink = 0; /* the ends of the switching function, where the slope has a kink */

        for (int t = 0; t < TERMS; t++)
            kink |= fabs(r - s[t].spec.cutoff) < 0.005 ||
                    fabs(r - s[t].spec.cutoff + s[t].spec.cutoff_width) < 0.005;
        if (!kink)
            CHECK_CLOSE(dedr[k], slope_at(&c.list.r[k], 1e-3, energy_sum, &f),
                        1e-9 * largest(dedr, 3 * (size_t)c.list.n_pairs));
    }
    free(dedr);
    sz_list_free(&c.list);
    sz_pair_set_free(set);
    return 0;
}

int main(void)
{
    test_hopeless();
    if (test_kernels() || test_set()) return 1;
    test_rows(SZ_COVARIANCE_ARD_SE, 0.7, 1.0);
    test_rows(SZ_COVARIANCE_PP, 1.1, 1.0);
    test_rows(SZ_COVARIANCE_DOT_PRODUCT, 1.0, 2.0);
    test_rows(SZ_COVARIANCE_DOT_PRODUCT, 1.0, 2.5);
    sz_pair_free(NULL);
    sz_pair_set_free(NULL);
    return check_done();
}
