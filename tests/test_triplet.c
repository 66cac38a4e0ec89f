/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_triplet.c - three-body terms against plain loops over instances and sparse points
 * in long double; how often an instance counts; forces, rotation, order, smoothness. */
#include "check.h"
#include "cluster.h"
#include "term/covariance.h"
#include "term/triplet.h"

#include <stdlib.h>

enum { M = 11, SPECIES = 3 };

static const int z[SPECIES] = {41, 74, 73};
static const int swap_12[3] = {0, 2, 1}, swap_23[3] = {1, 0, 2}; /* of atoms */

/* a term as it comes from a file, with random sparse points */
typedef struct {
    sz_triplet_spec spec;
    sz_gap_term c;
    double theta[3], x[3 * M], alpha[M], fc[M];
    int perm[18];
} sample;

static void add_perm(sample *s, int a, int b, int c)
{
    int *p = s->perm + 3 * s->c.n_perm++;

    p[0] = a;
    p[1] = b;
    p[2] = c;
}

/* as written by gap_fit: the exchanges of equal atoms, and theta that is invariant */
static void add_exchanges(sample *s)
{
    int like_12 = s->spec.z[0] == s->spec.z[1], like_23 = s->spec.z[1] == s->spec.z[2];

    add_perm(s, 0, 1, 2);
    if (s->spec.kind == SZ_TRIPLET_ANGLE || s->c.covariance == SZ_COVARIANCE_DOT_PRODUCT)
        return;
    if (like_23) add_perm(s, 1, 0, 2);
    if (like_12) add_perm(s, 0, 2, 1);
    if (like_12) s->theta[2] = s->theta[1];
    if (like_23) s->theta[1] = s->theta[0];
    if (!like_12 || !like_23) return;
    add_perm(s, 2, 1, 0);
    add_perm(s, 1, 2, 0);
    add_perm(s, 2, 0, 1);
    s->theta[2] = s->theta[0];
}

static void make(sample *s, sz_triplet_kind kind, int za, int zb, int zc,
                 sz_covariance covariance)
{
    static char name[] = "three bodies";

    memset(s, 0, sizeof *s);
    s->spec = (sz_triplet_spec){
        kind, {za, zb, zc}, 3.4, 0.8, kind == SZ_TRIPLET_ANGLE ? 2.0 : 1.0};
    s->c = (sz_gap_term){.descriptor = name,
                         .line = 7,
                         .covariance = covariance,
                         .delta = 0.7,
                         .f0 = 0.3,
                         .zeta = 2.0,
                         .n_dim = 3,
                         .theta = s->theta,
                         .perm = s->perm,
                         .n_sparse = M,
                         .x_sparse = s->x,
                         .alpha = s->alpha,
                         .fc_sparse = s->fc};
    for (int k = 0; k < 3; k++)
        s->theta[k] = (covariance == SZ_COVARIANCE_PP ? 3.0 : 0.9) + 0.2 * k;
    add_exchanges(s);
    for (int i = 0; i < M; i++) {
        double a = uniform(1.2, 3.4), b = uniform(1.2, 3.4), across = uniform(1.2, 5.0);

        s->alpha[i] = (i % 2 ? -1.0 : 1.0) * uniform(0.5, 1.0);
        s->fc[i] = uniform(0.2, 1.0);
        s->x[3 * i] = kind == SZ_TRIPLET_ANGLE ? a + b : a;
        s->x[3 * i + 1] = kind == SZ_TRIPLET_ANGLE ? (a - b) * (a - b) : b;
        s->x[3 * i + 2] = across;
    }
}

/* ---- the plain way ----------------------------------------------------------------- */

/* sum_p c(pi_p y, x) */
static long double kernel(const sample *s, const long double *y, const long double *x)
{
    long double sum = 0.0L;

    for (int p = 0; p < s->c.n_perm; p++) {
        long double q = 0.0L, rho;

        for (int i = 0; i < 3; i++)
            q += powl((y[s->perm[3 * p + i]] - x[i]) / s->theta[i], 2);
        rho = sqrtl(q);
        if (s->c.covariance == SZ_COVARIANCE_ARD_SE)
            sum += expl(-0.5L * q);
        else if (rho < 1.0L)
            sum += powl(1.0L - rho, 4) * (4.0L * rho + 1.0L);
    }
    return sum;
}

/* e(x); *size grows by the terms of its sum */
static long double energy_at(const sample *s, const long double *x, long double *size)
{
    long double e = 0.0L, d = s->c.delta, f0 = s->c.f0;

    for (int m = 0; m < M; m++) {
        long double y[3] = {s->x[3 * m], s->x[3 * m + 1], s->x[3 * m + 2]}, k, term;

        if (s->c.covariance == SZ_COVARIANCE_DOT_PRODUCT) {
            k = d * d * powl(y[0] * x[0] + y[1] * x[1] + y[2] * x[2], s->c.zeta);
        } else {
            k = kernel(s, y, x) / sqrtl(kernel(s, y, y) * kernel(s, x, x));
            k = d * d * k + f0 * f0;
        }
        term = (long double)s->alpha[m] * s->fc[m] * k;
        e += term;
        *size += fabsl(term);
    }
    return e;
}

static long double cutoff(const sample *s, long double r)
{
    long double rc = s->spec.cutoff, w = s->spec.cutoff_width, x = (r - rc + w) / w;

    if (r >= rc) return 0.0L;
    if (r <= rc - w) return 1.0L;
    return 0.5L * (1.0L + cosl(3.14159265358979323846264338L * x));
}

static long double norm(const double *d)
{
    return sqrtl((long double)d[0] * d[0] + (long double)d[1] * d[1] +
                 (long double)d[2] * d[2]);
}

static long double apart(const double *a, const double *b)
{
    const double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};

    return norm(d);
}

/* 1 if these elements are those of the term, in any order */
static int contains(const sz_triplet_spec *spec, int za, int zb, int zc)
{
    int left[3] = {spec->z[0], spec->z[1], spec->z[2]}, have[3] = {za, zb, zc}, n = 0;

    if (spec->z[0] == 0) return 1;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++)
            if (left[k] == have[i]) {
                left[k] = -1;
                n++;
                break;
            }
    return n == 3;
}

static int is(int wanted, int element)
{
    return wanted == 0 || wanted == element;
}

/* the instance of centre i with neighbours p, q of its row, in this order */
static long double angle(const sample *s, const sz_list *l, int i, int p, int q,
                         long double *size)
{
    const int *want = s->spec.z;
    int zi = z[l->species[i]], zp = z[l->neigh_species[p]], zq = z[l->neigh_species[q]];
    long double a = norm(l->r + 3 * p), b = norm(l->r + 3 * q);
    long double x[3] = {a + b, (a - b) * (a - b), apart(l->r + 3 * p, l->r + 3 * q)};

    if (!is(want[0], zi)) return 0.0L;
    if (!((is(want[1], zq) && is(want[2], zp)) || (is(want[2], zq) && is(want[1], zp))))
        return 0.0L;
    return cutoff(s, a) * cutoff(s, b) * energy_at(s, x, size);
}

static long double compact(const sample *s, const sz_list *l, int i, int p, int q,
                           long double *size)
{
    int zp = z[l->neigh_species[p]], zq = z[l->neigh_species[q]], low = zp > zq ? q : p;
    long double a = norm(l->r + 3 * p), b = norm(l->r + 3 * q);
    long double x[3] = {low == p ? a : b, low == p ? b : a,
                        apart(l->r + 3 * p, l->r + 3 * q)};

    if (!contains(&s->spec, z[l->species[i]], zp, zq)) return 0.0L;
    return cutoff(s, a) * cutoff(s, b) * energy_at(s, x, size);
}

/* E_i; *size: the sum of the absolute values of its terms */
static long double naive(const sample *s, const sz_list *l, int i, long double *size)
{
    long double e = 0.0L;

    *size = 0.0L;
    for (int p = l->first[i]; p < l->first[i + 1]; p++)
        for (int q = l->first[i]; q < l->first[i + 1]; q++) {
            if (s->spec.kind == SZ_TRIPLET_ANGLE && p != q)
                e += angle(s, l, i, p, q, size);
            if (s->spec.kind == SZ_TRIPLET_COMPACT && p < q)
                e += compact(s, l, i, p, q, size);
        }
    return e;
}

/* The sum over clusters of an open structure, each once: fc is the sum over connected
 * graphs of the product of f over edges and 1 - f over the others. */
static long double naive_clusters(const sample *s, const cluster *c, long double *size)
{
    long double e = 0.0L;

    for (int i = 0; i < c->n_atoms; i++)
        for (int j = 0; j < i; j++)
            for (int k = 0; k < j; k++) {
                int atom[3] = {i, j, k};
                long double r[3], f[3], fc = 0.0L;

                for (int a = 0; a < 2; a++) /* by atomic number */
                    for (int b = 0; b < 2; b++)
                        if (z[c->species[atom[b]]] > z[c->species[atom[b + 1]]]) {
                            int t = atom[b];

                            atom[b] = atom[b + 1];
                            atom[b + 1] = t;
                        }
                if (!contains(&s->spec, z[c->species[i]], z[c->species[j]],
                              z[c->species[k]]))
                    continue;
                for (int b = 0; b < 3; b++) {
                    int from = b == 2, to = b == 0 ? 1 : 2;

                    r[b] =
                        apart(c->position + 3 * atom[from], c->position + 3 * atom[to]);
                    f[b] = cutoff(s, r[b]);
                }
                for (int b = 0; b < 3; b++)
                    fc += f[b] * f[(b + 1) % 3] * (1.0L - f[(b + 2) % 3]);
                fc += f[0] * f[1] * f[2];
                if (fc > 0.0L) e += fc * energy_at(s, r, size);
            }
    return e;
}

/* ---- the fast way ------------------------------------------------------------------ */

static sz_status create_set(sz_triplet_set *set, sz_triplet *term, const sample *s,
                            sz_error *err)
{
    sz_status status = sz_triplet_create(term, &s->spec, &s->c, "gp.xml", err);

    *set = (sz_triplet_set){1, term};
    return status == SZ_OK ? sz_triplet_set_index(set, SPECIES, z, err) : status;
}

typedef struct {
    const sz_triplet_set *set;
    sz_list *list;
} functional;

static double energy_sum(void *context)
{
    const functional *f = context;
    double energy[ATOMS_MAX] = {0}, sum = 0.0;

    sz_triplet_set_energy(f->set, z, &f->list->nb, energy, NULL);
    for (int i = 0; i < f->list->nb.n_atoms; i++) sum += energy[i];
    return sum;
}

/* is a distance that involves pair p of atom i close to a kink of the slope? */
static int near_corner(const sample *s, const sz_list *l, int i, int p)
{
    double end = s->spec.cutoff, start = end - s->spec.cutoff_width;
    int near = 0;

    for (int q = l->first[i]; q < l->first[i + 1]; q++) {
        double r =
            (double)(q == p ? norm(l->r + 3 * p) : apart(l->r + 3 * p, l->r + 3 * q));

        near |= fabs(r - end) < 0.004 || fabs(r - start) < 0.004;
    }
    return near;
}

/* dedr of every few pairs is the slope of the energy */
static void check_slopes(const sample *s, const sz_triplet_set *set, cluster *c,
                         const double *dedr, int step)
{
    functional f = {set, &c->list};
    double most = largest(dedr, 3 * (size_t)c->list.n_pairs);

    for (int i = 0; i < c->n_atoms; i++)
        for (int p = c->list.first[i]; p < c->list.first[i + 1];
             p += step * CHECK_EVERY(5))
            for (int x = 0; x < 3 && !near_corner(s, &c->list, i, p); x++)
                CHECK_CLOSE(dedr[3 * p + x],
                            slope_at(&c->list.r[3 * p + x], 1e-3, energy_sum, &f),
                            1e-8 * most);
}

/* E_i and dE_i/dr of one term on the atoms of c */
static int test_term(const sample *s, cluster *c, int step)
{
    sz_triplet_set set;
    sz_triplet term;
    sz_error err;
    double energy[ATOMS_MAX], alone[ATOMS_MAX], *dedr;
    long double total = 0.0L, all = 0.0L, size;

    CHECK_OK(find_neighbours(c, s->spec.cutoff + 0.6, &err), err);
    CHECK_OK(create_set(&set, &term, s, &err), err);
    dedr = calloc(3 * (size_t)c->list.n_pairs + 1, sizeof *dedr);
    for (int i = 0; i < c->n_atoms; i++) energy[i] = alone[i] = i; /* added to */
    sz_triplet_set_energy(&set, z, &c->list.nb, energy, dedr);
    sz_triplet_set_energy(&set, z, &c->list.nb, alone, NULL);
    for (int i = 0; i < c->n_atoms; i++) {
        long double want = naive(s, &c->list, i, &size);

        total += energy[i] - i;
        CHECK_CLOSE(alone[i], energy[i], 0.0);
        if (s->spec.kind == SZ_TRIPLET_CLUSTER) continue;
        all += size;
        CHECK_CLOSE(energy[i] - i, (double)want, 1e-13 * (double)size + 1e-14);
    }
    if (s->spec.kind == SZ_TRIPLET_CLUSTER) {
        long double want = naive_clusters(s, c, &all);

        CHECK_CLOSE((double)total, (double)want, 1e-13 * (double)all + 1e-13);
    }
    CHECK(all > 0.0L); /* there was an instance */
    check_slopes(s, &set, c, dedr, step);
    free(dedr);
    sz_list_free(&c->list);
    sz_triplet_free(&term);
    return 0;
}

static const struct {
    sz_triplet_kind kind;
    int z[3], ordered;
} kinds[] = {{SZ_TRIPLET_ANGLE, {41, 41, 74}, 0},   {SZ_TRIPLET_ANGLE, {41, 74, 74}, 0},
             {SZ_TRIPLET_ANGLE, {74, 0, 41}, 0},    {SZ_TRIPLET_ANGLE, {0, 0, 0}, 0},
             {SZ_TRIPLET_COMPACT, {41, 41, 41}, 0}, {SZ_TRIPLET_COMPACT, {41, 41, 74}, 1},
             {SZ_TRIPLET_COMPACT, {41, 74, 74}, 0}, {SZ_TRIPLET_COMPACT, {41, 73, 74}, 0},
             {SZ_TRIPLET_COMPACT, {0, 0, 0}, 0},    {SZ_TRIPLET_CLUSTER, {41, 41, 74}, 0},
             {SZ_TRIPLET_CLUSTER, {41, 74, 74}, 0}, {SZ_TRIPLET_CLUSTER, {41, 73, 74}, 0},
             {SZ_TRIPLET_CLUSTER, {0, 0, 0}, 0}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void make_kind(sample *s, int k, sz_covariance covariance)
{
    make(s, kinds[k].kind, kinds[k].z[0], kinds[k].z[1], kinds[k].z[2], covariance);
}

static int test_terms(void)
{
    cluster c = {0};
    sample s;

    random_cluster(&c, 15, SPECIES, 4.6, 1.3);
    for (int k = 0; k < KINDS; k++) {
        make_kind(&s, k, SZ_COVARIANCE_ARD_SE);
        if (test_term(&s, &c, 3)) return 1;
        make_kind(&s, k, SZ_COVARIANCE_PP);
        if (test_term(&s, &c, 3)) return 1;
    }
    for (int k = 0; k < 3; k++) {
        static const double zeta[] = {1.0, 4.0, 2.5};

        make_kind(&s, 3, SZ_COVARIANCE_DOT_PRODUCT);
        s.c.zeta = zeta[k];
        if (test_term(&s, &c, 3)) return 1;
        make_kind(&s, 7,
                  SZ_COVARIANCE_DOT_PRODUCT); /* three elements: nothing to exchange */
        s.c.zeta = zeta[k];
        if (test_term(&s, &c, 3)) return 1;
    }
    make_kind(&s, 3, SZ_COVARIANCE_ARD_SE); /* far from most points: also q above 1000 */
    for (int k = 0; k < 3; k++) s.theta[k] = 0.05;
    return test_term(&s, &c, 50);
}

/* a small periodic cell: images of the centre, rows of more neighbours than a tile */
static int test_many_neighbours(void)
{
    cluster c = {0};
    sample s;
    int n;

    random_cluster(&c, 9, SPECIES, 3.4, 1.0);
    for (int k = 0; k < 3; k++) c.cell[k][k] = 3.5;
    c.cell[2][0] = 0.7;
    for (int k = 0; k < KINDS; k++) {
        sz_error err;

        if (kinds[k].kind == SZ_TRIPLET_CLUSTER) continue;
        make_kind(&s, k, SZ_COVARIANCE_ARD_SE);
        s.spec.cutoff = 5.6;
        CHECK_OK(find_neighbours(&c, 5.6, &err), err);
        n = c.list.first[1];
        sz_list_free(&c.list);
        CHECK(n > 130);
        if (k % 4 == 1 && test_term(&s, &c, 500)) return 1;
    }
    return 0;
}

/* ---- how often an instance counts ------------------------------------------------ */

/* e = 1 and f = 1 within the cutoff: the energy counts instances */
static int count(const sample *s, cluster *c, double *energy)
{
    sz_triplet_set set;
    sz_triplet term;
    sz_error err;

    CHECK_OK(find_neighbours(c, s->spec.cutoff + 0.5, &err), err);
    CHECK_OK(create_set(&set, &term, s, &err), err);
    for (int i = 0; i < c->n_atoms; i++) energy[i] = 0.0;
    sz_triplet_set_energy(&set, z, &c->list.nb, energy, NULL);
    sz_list_free(&c->list);
    sz_triplet_free(&term);
    return 0;
}

static void make_counter(sample *s, sz_triplet_kind kind, int za, int zb, int zc)
{
    make(s, kind, za, zb, zc, SZ_COVARIANCE_ARD_SE);
    s->spec.cutoff_width = 0.0;
    s->c.delta = 1.0;
    s->c.f0 = 0.0;
    s->c.n_sparse = 1;
    s->alpha[0] = s->fc[0] = 1.0;
    for (int k = 0; k < 3; k++) s->theta[k] = 1e9;
}

/* An atom of 41 with neighbours 41 74 74 on a circle of radius 3 around it; cutoff 3.4.
 * Of these neighbours only the first two are neighbours of each other. */
static int test_counts(void)
{
    static const struct {
        sz_triplet_kind kind;
        int z[3];
        double want[4]; /* of the atoms */
    } expected[] = {{SZ_TRIPLET_ANGLE, {0, 0, 0}, {6, 2, 2, 0}},
                    {SZ_TRIPLET_ANGLE, {41, 74, 74}, {2, 0, 0, 0}},
                    {SZ_TRIPLET_ANGLE, {41, 41, 74}, {4, 2, 0, 0}},
                    {SZ_TRIPLET_ANGLE, {74, 41, 41}, {0, 0, 2, 0}},
                    {SZ_TRIPLET_ANGLE, {41, 41, 41}, {0, 0, 0, 0}},
                    {SZ_TRIPLET_COMPACT, {0, 0, 0}, {3, 1, 1, 0}},
                    {SZ_TRIPLET_COMPACT, {41, 74, 74}, {1, 0, 0, 0}},
                    {SZ_TRIPLET_COMPACT, {41, 41, 74}, {2, 1, 1, 0}},
                    {SZ_TRIPLET_COMPACT, {73, 74, 74}, {0, 0, 0, 0}},
                    {SZ_TRIPLET_CLUSTER, {0, 0, 0}, {2 + 1. / 3, 1. / 3, 1. / 3, 0}},
                    {SZ_TRIPLET_CLUSTER, {41, 41, 74}, {1 + 1. / 3, 1. / 3, 1. / 3, 0}}};
    cluster c = {.n_atoms = 4,
                 .species = {0, 0, 1, 1},
                 .position = {0, 0, 0, 3, 0, 0, 1.5, 2.6, 0, -3, -0.1, 0}};
    double energy[ATOMS_MAX];

    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        sample s;

        make_counter(&s, expected[k].kind, expected[k].z[0], expected[k].z[1],
                     expected[k].z[2]);
        if (count(&s, &c, energy)) return 1;
        for (int i = 0; i < 4; i++) {
            int before = failures;

            CHECK_CLOSE(energy[i], expected[k].want[i], 1e-14);
            if (failures > before) printf("above: case %d, atom %d\n", (int)k, i);
        }
    }
    return 0;
}

/* Clusters of one atom and two of its images in a cubic cell, reach^2 in units of
 * edge^2: pairs of images within reach; a third of those within reach of each other. */
static double count_image_clusters(int reach2)
{
    double n = 0.0;

    for (int a = 0; a < 343; a++)
        for (int b = 0; b < a; b++) {
            int v[3] = {a % 7 - 3, a / 7 % 7 - 3, a / 49 - 3};
            int w[3] = {b % 7 - 3, b / 7 % 7 - 3, b / 49 - 3}, v2 = 0, w2 = 0, d2 = 0;

            for (int x = 0; x < 3; x++) {
                v2 += v[x] * v[x];
                w2 += w[x] * w[x];
                d2 += (v[x] - w[x]) * (v[x] - w[x]);
            }
            if (v2 && w2 && v2 <= reach2 && w2 <= reach2) n += d2 <= reach2 ? 1. / 3 : 1.;
        }
    return n;
}

/* One atom in a cubic cell, the six nearest images within the cutoff: 15 pairs. */
static int test_images(void)
{
    cluster c = {.n_atoms = 1, .cell = {{3.0, 0, 0}, {0, 3.0, 0}, {0, 0, 3.0}}};
    double energy[ATOMS_MAX];
    sample s;

    make_counter(&s, SZ_TRIPLET_ANGLE, 41, 41, 0);
    if (count(&s, &c, energy)) return 1;
    CHECK_CLOSE(energy[0], 30.0, 1e-13);
    make_counter(&s, SZ_TRIPLET_COMPACT, 41, 41, 41);
    if (count(&s, &c, energy)) return 1;
    CHECK_CLOSE(energy[0], 15.0, 1e-13);
    make_counter(&s, SZ_TRIPLET_CLUSTER, 41, 41, 41);
    if (count(&s, &c, energy)) return 1;
    CHECK_CLOSE(energy[0], 15.0, 1e-13);
    s.spec.cutoff = 4.5; /* 12 images more */
    if (count(&s, &c, energy)) return 1;
    CHECK_CLOSE(energy[0], count_image_clusters(2), 1e-12);
    return 0;
}

/* ---- invariances ----------------------------------------------------------------- */

static void energies(const sz_triplet_set *set, const cluster *c, double *energy)
{
    for (int i = 0; i < c->n_atoms; i++) energy[i] = 0.0;
    sz_triplet_set_energy(set, z, &c->list.nb, energy, NULL);
}

/* the rows in reverse order */
static void reverse_rows(sz_list *l)
{
    for (int i = 0; i < l->nb.n_atoms; i++)
        for (int p = l->first[i], q = l->first[i + 1] - 1; p < q; p++, q--) {
            int species = l->neigh_species[p];

            l->neigh_species[p] = l->neigh_species[q];
            l->neigh_species[q] = species;
            for (int x = 0; x < 3; x++) {
                double r = l->r[3 * p + x];

                l->r[3 * p + x] = l->r[3 * q + x];
                l->r[3 * q + x] = r;
            }
        }
}

/* Energies do not depend on rotations or on the order of a row, except in the one case
 * that is marked. */
static int test_invariance(int k)
{
    double before[ATOMS_MAX], after[ATOMS_MAX], q[9];
    cluster c = {0};
    sz_triplet_set set;
    sz_triplet term;
    sz_error err;
    sample s;

    make_kind(&s, k, SZ_COVARIANCE_ARD_SE);
    CHECK_OK(create_set(&set, &term, &s, &err), err);
    CHECK(term.ordered == kinds[k].ordered);
    random_cluster(&c, 20, SPECIES, 5.0, 1.3);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    energies(&set, &c, before);
    reverse_rows(&c.list);
    energies(&set, &c, after);
    if (kinds[k].ordered)
        CHECK(distance(before, after, 20) > 1e-4);
    else
        CHECK_CLOSE(distance(before, after, 20), 0.0, 1e-13);
    random_rotation(q);
    rotate_cluster(&c, q);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    energies(&set, &c, after);
    CHECK_CLOSE(distance(before, after, 20), 0.0, 1e-13);
    sz_list_free(&c.list);
    sz_triplet_free(&term);
    return 0;
}

/* E_0 of three atoms, the third at distance r along y; slope by it in *slope */
static double three(const sz_triplet_set *set, double r, double *slope)
{
    static const int species[3] = {0, 1, 0}, first[2] = {0, 2}, neigh[2] = {1, 0};
    const double d[6] = {2.1, 0.3, 0, 0, r, 0};
    const sz_neigh nb = {1, species, first, neigh, d};
    double energy = 0.0, dedr[6] = {0};

    sz_triplet_set_energy(set, z, &nb, &energy, dedr);
    *slope = dedr[4];
    return energy;
}

/* E and its slope go to zero where the neighbour crosses the cutoff */
static int test_smooth(int k)
{
    sz_triplet_set set;
    sz_triplet term;
    sz_error err;
    sample s;
    double slope, below, above, e, rc, across;

    make_kind(&s, k, SZ_COVARIANCE_ARD_SE);
    rc = s.spec.cutoff;
    across = 0.3 + sqrt(rc * rc - 2.1 * 2.1);
    CHECK_OK(create_set(&set, &term, &s, &err), err);
    CHECK(fabs(three(&set, rc - 0.4, &slope)) > 1e-4);
    CHECK_CLOSE(three(&set, rc - 1e-5, &slope), 0.0, 1e-8);
    CHECK_CLOSE(slope, 0.0, 1e-3);
    CHECK(slope != 0.0);
    CHECK(three(&set, rc, &slope) == 0.0 && slope == 0.0);
    CHECK(three(&set, rc + 1.0, &slope) == 0.0 && slope == 0.0);
    e = three(&set, across - 1e-6, &below); /* r_jk passes the cutoff */
    CHECK_CLOSE(three(&set, across + 1e-6, &above), e, 1e-5);
    CHECK_CLOSE(above, below, 1e-4);
    sz_triplet_free(&term);
    return 0;
}

/* two neighbours at the same position, possible for ghosts: finite numbers, not NaN */
static int test_coincident(void)
{
    static const int species[1] = {0}, first[2] = {0, 2}, neigh[2] = {1, 1};
    const double d[6] = {2.1, 0.3, 0, 2.1, 0.3, 0};
    const sz_neigh nb = {1, species, first, neigh, d};
    double energy = 0.0, dedr[6] = {0};
    sz_triplet_set set;
    sz_triplet term;
    sz_error err;
    sample s;

    make_kind(&s, 3, SZ_COVARIANCE_ARD_SE);
    CHECK_OK(create_set(&set, &term, &s, &err), err);
    sz_triplet_set_energy(&set, z, &nb, &energy, dedr);
    CHECK(isfinite(energy) && isfinite(largest(dedr, 6)));
    sz_triplet_free(&term);
    return 0;
}

/* ---- what is refused ------------------------------------------------------------- */

static void test_permutations(void)
{
    sz_triplet term;
    sz_error err;
    sample s;

    make_kind(&s, 5, SZ_COVARIANCE_ARD_SE); /* each twice: they cancel */
    add_perm(&s, 0, 1, 2);
    add_perm(&s, 0, 2, 1);
    CHECK(sz_triplet_create(&term, &s.spec, &s.c, "gp.xml", &err) == SZ_OK);
    CHECK(term.n_perm == 2 && term.n_points == 2 * M);
    sz_triplet_free(&term);
    add_perm(&s, 0, 2, 1);
    CHECK_FAILS(sz_triplet_create(&term, &s.spec, &s.c, "gp.xml", &err), SZ_ERR_FORMAT,
                "gp.xml:7: the permutations", err);
    make_kind(&s, 7, SZ_COVARIANCE_ARD_SE);
    memcpy(s.perm, swap_12, sizeof swap_12); /* no identity */
    CHECK_FAILS(sz_triplet_create(&term, &s.spec, &s.c, "gp.xml", &err), SZ_ERR_FORMAT,
                "group", err);
    make_kind(&s, 7, SZ_COVARIANCE_ARD_SE);
    add_perm(&s, 1, 2, 0);
    CHECK_FAILS(sz_triplet_create(&term, &s.spec, &s.c, "gp.xml", &err), SZ_ERR_FORMAT,
                "group", err);
    make_kind(&s, 9, SZ_COVARIANCE_ARD_SE); /* the wrong exchange */
    memcpy(s.perm + 3, swap_23, sizeof swap_23);
    CHECK_FAILS(sz_triplet_create(&term, &s.spec, &s.c, "gp.xml", &err), SZ_ERR_FORMAT,
                "Z={41 41 74}", err);
    make_kind(&s, 9, SZ_COVARIANCE_DOT_PRODUCT);
    CHECK_FAILS(sz_triplet_create(&term, &s.spec, &s.c, "gp.xml", &err), SZ_ERR_FORMAT,
                "compact_clusters=F", err);
}

/* The vectorised sums contain the formulas of covariance.c a second time: compares both
 * for the same sparse points, with their permutations. */
static int test_formulas(int kind, sz_covariance covariance, double zeta)
{
    enum { BATCH = SZ_TRIPLET_BATCH };
    static const double none[3] = {0.0, 0.0, 0.0};
    double at[3 * BATCH], x[3 * BATCH], sum[4 * BATCH], value[M], slope[M];
    sz_triplet term;
    sample s;
    sz_error err;

    make(&s, SZ_TRIPLET_COMPACT, kind == 2 ? 74 : 41, 74, kind ? 74 : 73, covariance);
    s.c.zeta = zeta;
    CHECK_OK(sz_triplet_create(&term, &s.spec, &s.c, "gp.xml", &err), err);
    for (int k = 0; k < 3 * BATCH; k++) {
        at[k] = uniform(1.2, 4.0);
        x[k] = term.scale[k / BATCH] * at[k];
    }
    sz_triplet_sum(&term, BATCH, x, sum);
    for (int t = 0; t < BATCH; t++) {
        const double y[3] = {at[t], at[BATCH + t], at[2 * BATCH + t]};
        double e = 0.0, size = 0.0, own = 1.0;

        if (covariance == SZ_COVARIANCE_DOT_PRODUCT)
            sz_covariance_row(&s.c, y, none, value, slope);
        else
            own = sz_correlation_permuted(&s.c, y, y);
        for (int m = 0; m < M; m++) {
            const double *xm = s.x + 3 * m;
            double k = s.c.delta * s.c.delta;

            if (covariance == SZ_COVARIANCE_DOT_PRODUCT)
                k = value[m];
            else
                k *= sz_correlation_permuted(&s.c, xm, y) /
                     sqrt(own * sz_correlation_permuted(&s.c, xm, xm));
            e += s.alpha[m] * s.fc[m] * k;
            size += fabs(s.alpha[m] * s.fc[m] * k);
        }
        CHECK_CLOSE(sum[t], e, 2e-15 * size + 1e-300);
    }
    sz_triplet_free(&term);
    return 0;
}

int main(void)
{
    test_permutations();
    for (int k = 0; k < KINDS; k++)
        if (test_invariance(k)) return 1;
    for (int k = 0; k < 3; k++)
        if (test_formulas(k, SZ_COVARIANCE_ARD_SE, 0.0) ||
            test_formulas(k, SZ_COVARIANCE_PP, 0.0) ||
            test_formulas(k, SZ_COVARIANCE_DOT_PRODUCT, 1.0 + k) ||
            test_formulas(k, SZ_COVARIANCE_DOT_PRODUCT, 1.5 + k))
            return 1;
    for (int k = 0; k < 6; k++) {
        static const int with_these_three[] = {0, 3, 5, 8, 9, 12};

        if (test_smooth(with_these_three[k])) return 1;
    }
    if (test_terms() || test_many_neighbours() || test_counts() || test_images() ||
        test_coincident())
        return 1;
    sz_triplet_free(NULL);
    sz_triplet_set_free(NULL);
    return check_done();
}
