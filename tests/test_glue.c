/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_glue.c - the Glue potential against its formula. The points of its splines lie
 * on cubics, with the slopes of those cubics at their ends, so that the splines are
 * known in closed form. */
#include "check.h"
#include "cluster.h"
#include "term/glue.h"

#include <stdlib.h>

enum { N = 7, SPECIES = 3 };

/* a cubic and its points in the file */
typedef struct {
    double lo, hi, c[4];
    double x[N], y[N];
} curve;

/* Mo (type 0) has w = P (R - r)^3, W (type 1) a spline; Mo and Mo have no pair energy */
static curve density[2] = {{1.0, 3.1, {4.0, -1.0, 0.0, 0.0}, {0}, {0}},
                           {1.0, 3.6, {5.0, -1.2, -0.3, 0.06}, {0}, {0}}};
static curve embedding[2] = {{0.0, 9.0, {0.3, -0.9, 0.06, -0.002}, {0}, {0}},
                             {0.0, 9.0, {0.1, -1.1, 0.03, -0.001}, {0}, {0}}};
static curve phi[2] = {{1.2, 2.9, {9.0, -5.0, 0.5, 0.1}, {0}, {0}},
                       {1.2, 3.3, {7.0, -3.0, 0.2, 0.1}, {0}, {0}}};

/* species of the model; the last one is not in the file */
static const int z[SPECIES] = {74, 42, 73}, type_of[SPECIES] = {1, 0, -1};

/* the cubic, continued by straight lines */
static double curve_at(const curve *f, double x, double *slope)
{
    double in = fmin(fmax(x, f->lo), f->hi);

    *slope = f->c[1] + in * (2.0 * f->c[2] + in * 3.0 * f->c[3]);
    return f->c[0] + in * (f->c[1] + in * (f->c[2] + in * f->c[3])) + (x - in) * *slope;
}

/* its points, not in order */
static sz_gap_points points(curve *f)
{
    sz_gap_points p = {.n = N, .x = f->x, .y = f->y};

    for (int k = 0; k < N; k++) {
        int at = (3 * k + 2) % N;
        double slope;

        f->x[at] = k == N - 1 ? f->hi : f->lo + (f->hi - f->lo) * k / (N - 1.0);
        f->y[at] = curve_at(f, f->x[at], &slope);
        if (k == 0) p.y1 = slope;
        if (k == N - 1) p.yn = slope;
    }
    return p;
}

static sz_status make(sz_glue **glue, sz_error *err)
{
    sz_gap_glue_type type[2];
    sz_gap_glue_pair pair[3] = {
        {0, 1, points(&phi[1])}, /* given twice: the last one is used */
        {1, 0, points(&phi[0])},
        {1, 1, points(&phi[1])}};
    const sz_gap_glue data = {2, type, 3, pair};

    for (int t = 0; t < 2; t++)
        type[t] = (sz_gap_glue_type){t == 0 ? 42 : 74, points(&density[t]), t == 1,
                                     points(&embedding[t])};
    return sz_glue_create(glue, &data, "here.xml", SPECIES, z, err);
}

static double w(int t, double r)
{
    double up = 0.0, down = 0.0, slope, d = density[t].hi - r;

    if (d <= 0.0) return 0.0;
    if (t == 1) return curve_at(&density[t], r, &slope);
    for (int k = 0; k < N; k++) {
        double a = density[t].hi - density[t].x[k];

        up += density[t].y[k] * a * a * a;
        down += a * a * a * a * a * a;
    }
    return up / down * d * d * d;
}

static double naive(const cluster *c, int i)
{
    int ti = type_of[c->species[i]];
    double rho = 0.0, e = 0.0, unused;

    if (ti < 0) return 0.0;
    for (int p = c->list.first[i]; p < c->list.first[i + 1]; p++) {
        int tj = type_of[c->list.neigh_species[p]];
        double r = sqrt(dot(c->list.r + 3 * p, c->list.r + 3 * p, 3));

        if (tj < 0) continue;
        rho += w(tj, r);
        if (ti + tj > 0 && r < phi[ti * tj].hi)
            e += 0.5 * curve_at(&phi[ti * tj], r, &unused);
    }
    return e + curve_at(&embedding[ti], rho, &unused);
}

typedef struct {
    const sz_glue *glue;
    cluster *c;
} functional;

static double energy_sum(void *context)
{
    const functional *f = context;
    double energy[ATOMS_MAX] = {0}, sum = 0.0;

    sz_glue_energy(f->glue, &f->c->list.nb, energy, NULL);
    for (int i = 0; i < f->c->n_atoms; i++) sum += energy[i];
    return sum;
}

/* r is the end of w or phi, where they have a kink */
static int at_an_end(double r)
{
    return fabs(r - 2.9) < 0.004 || fabs(r - 3.1) < 0.004 || fabs(r - 3.3) < 0.004 ||
           fabs(r - 3.6) < 0.004;
}

static int test_cluster(const sz_glue *glue, double edge, double apart)
{
    double energy[ATOMS_MAX], *dedr, most;
    cluster c = {0};
    functional f = {glue, &c};
    sz_error err;

    random_cluster(&c, 16, SPECIES, edge, apart);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    dedr = calloc(3 * (size_t)c.list.n_pairs, sizeof *dedr);
    for (int i = 0; i < c.n_atoms; i++) energy[i] = i; /* added to */
    sz_glue_energy(glue, &c.list.nb, energy, dedr);
    for (int i = 0; i < c.n_atoms; i++) CHECK_CLOSE(energy[i], i + naive(&c, i), 1e-12);
    most = largest(dedr, 3 * (size_t)c.list.n_pairs);
    for (int k = 0; k < 3 * c.list.n_pairs; k++)
        if (!at_an_end(sqrt(dot(c.list.r + k / 3 * 3, c.list.r + k / 3 * 3, 3))))
            CHECK_CLOSE(dedr[k], slope_at(&c.list.r[k], 1e-3, energy_sum, &f),
                        1e-9 * most);
    free(dedr);
    sz_list_free(&c.list);
    return 0;
}

int main(void)
{
    sz_glue *glue;
    sz_error err;

    CHECK_OK(make(&glue, &err), err);
    CHECK(sz_glue_cutoff(glue) == 3.6);
    if (test_cluster(glue, 4.2, 1.3)) return 1;
    if (test_cluster(glue, 2.8, 0.8)) return 1;  /* beyond the knots: r < lo, rho > hi */
    if (test_cluster(glue, 30.0, 3.7)) return 1; /* no neighbour within the cutoff */
    sz_glue_free(glue);
    sz_glue_free(NULL);

    phi[1].hi = phi[1].lo; /* two points with one abscissa */
    CHECK_FAILS(make(&glue, &err), SZ_ERR_FORMAT, "here.xml: Glue pair 1-2: two spline",
                err);
    CHECK(glue == NULL);
    return check_done();
}
