/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_acsf.c - symmetry functions against plain sums over neighbours and pairs of them;
 * slopes, symmetries, the cutoff, edge cases, keys. Numbers of DScribe are in acsf.py. */
#include "descriptor/acsf_work.h"
#include "machine.h"
#include "soapz.h"

#define FREE                                                                             \
    "g2={0.4 1.2 0 0 2.5 3.0} g3={0.7 2.2} "                                             \
    "g4={0.1 4 -1 0.02 1 1 0.1 1 -1 0 2.5 1 0.02 16 1 0.1 3 1} g5={0.05 2 -1 0 1 1} "
#define KEYS "acsf cutoff=4.1 n_species=3 species_Z={42 8 6} "

static const int three[3] = {6, 8, 42};
static const char *const labels[] = {"nu=2", "nu,mu=1,1", "mu=2", "wACSF", "wACSF,Z"};
enum { N_LABELS = sizeof labels / sizeof *labels };

/* ---- exp --------------------------------------------------------------------------- */

/* largest error of exp of eight numbers in units in the last place */
static double off_by(const double *x)
{
    sz_doubles v = SZ_GET_DOUBLES(x);
    double most = 0.0;

    sz_exp_lanes(&v);
    for (int k = 0; k < SZ_LANES; k++) {
        double want = exp(x[k]), unit = nextafter(want, INFINITY) - want;

        most = fmax(most, fabs(v[k] - want) / unit);
    }
    return most;
}

static void test_exp(void)
{
    const double ends[] = {0.0,    -0.0,   709.0,      -707.9,
                           1e-300, -1e-17, 0.34657359, -0.34657360};
    const double small[] = {-708.1, -1e3, -1e300, -INFINITY, 0.0, 1.0, -1.0, -745.0};
    sz_doubles v = SZ_GET_DOUBLES(small);
    double x[SZ_LANES], most = off_by(ends);

    for (int i = 0; i < 20000; i++) {
        double range = i % 3 == 0 ? 700.0 : i % 3 == 1 ? 30.0 : 1.0;

        for (int k = 0; k < SZ_LANES; k++) x[k] = uniform(-range, i % 2 ? range : 0.0);
        most = fmax(most, off_by(x));
    }
    CHECK(most <= 1.0);
    sz_exp_lanes(&v);
    for (int k = 0; k < 4; k++) CHECK(v[k] == 0.0);
    CHECK(v[7] == 0.0 && v[4] == 1.0);
    CHECK_CLOSE(v[5] * v[6], 1.0, 1e-15);
}

/* ---- plain sums -------------------------------------------------------------------- */

static double cut(double r, double cutoff)
{
    return r < cutoff ? 0.5 * (cos(3.14159265358979323846 * r / cutoff) + 1.0) : 0.0;
}

static double angular(const sz_acsf_angular *f, double c, double s)
{
    return 2.0 * pow(fmax(0.0, 0.5 * (1.0 + f->lambda * c)), f->zeta) * exp(-f->eta * s);
}

/* Adds the pair of neighbours a and b, of slots i and k, to a row of functions. */
static void add_pair(const sz_acsf *acsf, const double *a, const double *b, double *row)
{
    double d[3], r = sqrt(dot(a, a, 3)), t = sqrt(dot(b, b, 3)), s, far, w;

    for (int x = 0; x < 3; x++) d[x] = a[x] - b[x];
    far = sqrt(dot(d, d, 3));
    s = r * r + t * t;
    w = cut(r, acsf->spec.cutoff) * cut(t, acsf->spec.cutoff);
    for (int m = 0; m < acsf->spec.n4; m++)
        row[m] += w * cut(far, acsf->spec.cutoff) *
                  angular(&acsf->spec.g4[m], dot(a, b, 3) / (r * t), s + far * far);
    for (int m = 0; m < acsf->spec.n5; m++)
        row[acsf->spec.n4 + m] +=
            w * angular(&acsf->spec.g5[m], dot(a, b, 3) / (r * t), s);
}

static void add_neighbour(const sz_acsf *acsf, double r, double weight, double *to)
{
    const sz_acsf_spec *s = &acsf->spec;
    double f = weight * cut(r, acsf->spec.cutoff);

    if (s->g1) *to++ += f;
    for (int m = 0; m < s->n2; m++)
        *to++ += f * exp(-s->eta[m] * (r - s->shift[m]) * (r - s->shift[m]));
    for (int m = 0; m < s->n3; m++) *to++ += f * cos(s->kappa[m] * r);
}

/* The row of a compression for all pairs of slots a and b: factor times the numbers of
 * add_pair. */
static double factor(const sz_acsf *acsf, int row, int a, int b)
{
    int hi = a > b ? a : b, lo = a > b ? b : a;

    switch (acsf->spec.compression) {
    case SZ_ACSF_PAIRS:
        return row == hi * (hi + 1) / 2 + lo;
    case SZ_ACSF_ELEMENTS:
        return row == a || row == b;
    case SZ_ACSF_WEIGHTED:
        return row ? (a + 1) * (b + 1) : 1;
    case SZ_ACSF_WEIGHTED_Z:
        return acsf->spec.slot_z[a] * acsf->spec.slot_z[b];
    case SZ_ACSF_SUM:
        break;
    }
    return 1;
}

/* p [length] of atom i */
static void plain(const machine *m, const sz_neigh *nb, int i, double *p)
{
    const sz_acsf *acsf = (const sz_acsf *)m->d;
    int by_z = acsf->spec.compression == SZ_ACSF_WEIGHTED_Z;
    double *from = p + acsf->two * (by_z ? 1 : acsf->spec.n_slots), own[2 * SZ_ACSF_MAX];

    memset(p, 0, (size_t)acsf->length * sizeof *p);
    for (int j = nb->first[i]; j < nb->first[i + 1]; j++) {
        const double *d = nb->r + 3 * (size_t)j;
        int a = m->slot[nb->neigh_species[j]];

        if (a < 0) continue;
        add_neighbour(acsf, sqrt(dot(d, d, 3)), by_z ? acsf->spec.slot_z[a] : 1.0,
                      p + (by_z ? 0 : a * acsf->two));
        for (int k = nb->first[i]; k < j; k++) {
            int b = m->slot[nb->neigh_species[k]];

            if (b < 0) continue;
            memset(own, 0, sizeof own);
            add_pair(acsf, d, nb->r + 3 * (size_t)k, own);
            for (int row = 0; row < acsf->n_rows; row++)
                for (int c = 0; c < acsf->row; c++)
                    from[row * acsf->row + c] += factor(acsf, row, a, b) * own[c];
        }
    }
}

/* n random neighbours of one atom, of three species */
static void surround(cluster *c, int n, double reach)
{
    c->n_atoms = 1;
    c->species[0] = 0;
    c->list = (sz_list){.n_pairs = n};
    c->list.first = calloc(2, sizeof(int));
    c->list.neigh_species = calloc((size_t)n + 1, sizeof(int));
    c->list.r = calloc(3 * (size_t)n + 1, sizeof(double));
    c->list.first[1] = n;
    c->list.nb =
        (sz_neigh){1, c->species, c->list.first, c->list.neigh_species, c->list.r};
    for (int k = 0; k < n; k++) {
        double r = uniform(0.8, reach);

        random_unit(c->list.r + 3 * k);
        for (int x = 0; x < 3; x++) c->list.r[3 * k + x] *= r;
        c->list.neigh_species[k] = (int)uniform(0.0, 3.0);
    }
}

static void unlist(cluster *c)
{
    free(c->list.first);
    free(c->list.neigh_species);
    free(c->list.r);
    c->list = (sz_list){.n_pairs = 0};
}

/* numbers of neighbours: none, one, several whose pairs fill batches, several tiles */
static int test_values(const char *label, const char *functions)
{
    static const int counts[] = {0, 1, 2, 3, 8, 9, 16, 17, 58, 255, 256, 257, 300, 530};
    char text[600];
    machine m;
    sz_error err;
    cluster c = {.n_atoms = 0};

    snprintf(text, sizeof text, KEYS "compression={%s} %s", label, functions);
    CHECK_OK(start_text(&m, text, 0, NULL, 0, three, &err), err);
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        int i = 0;
        double *p = malloc((size_t)m.stride * sizeof *p),
               *want = malloc(sizeof *p * 4000);

        surround(&c, counts[k], 4.5);
        m.slot[2] = k % 2 ? -1 : 2; /* a species without slot */
        sz_describer_forward(m.d, m.work, &c.list.nb, &m.slots, 1, &i, p);
        plain(&m, &c.list.nb, 0, want);
        for (int d = 0; d < m.n_desc; d++)
            CHECK_CLOSE(p[d], want[d], 1e-12 * fmax(fabs(want[d]), 1.0));
        CHECK(counts[k] || largest(p, (size_t)m.n_desc) == 0.0);
        for (int d = m.n_desc; d < m.stride; d++) CHECK(p[d] == 0.0);
        unlist(&c);
        free(p);
        free(want);
    }
    stop(&m);
    return 0;
}

/* ---- slopes ------------------------------------------------------------------------ */

/* 1 if a neighbour, or the distance of two neighbours, is close to the cutoff */
static int near_cutoff(const cluster *c, double cutoff)
{
    for (int i = 0; i < c->n_atoms; i++)
        for (int a = c->list.first[i]; a < c->list.first[i + 1]; a++)
            for (int b = c->list.first[i]; b <= a; b++) {
                double d[3];

                for (int x = 0; x < 3; x++)
                    d[x] = c->list.r[3 * a + x] - (a == b ? 0.0 : c->list.r[3 * b + x]);
                if (fabs(sqrt(dot(d, d, 3)) - cutoff) < 0.005) return 1;
            }
    return 0;
}

static void place(cluster *c, int n, double cutoff, sz_error *err)
{
    do {
        sz_list_free(&c->list);
        random_cluster(c, n, 3, 4.2, 1.2);
        if (find_neighbours(c, cutoff, err) != SZ_OK) return;
    } while (near_cutoff(c, cutoff));
}

/* g . dp/dr from the Jacobian and from the adjoint */
static void compare_jacobian(machine *m, const cluster *c)
{
    size_t stride = (size_t)m->stride, n_pairs = (size_t)c->list.n_pairs;
    double *p = malloc(stride * sizeof *p), *g = malloc(stride * sizeof *g);
    double *jacobian = malloc((3 * n_pairs + 1) * stride * sizeof *jacobian);
    double *dedr = malloc((3 * n_pairs + 1) * sizeof *dedr);
    int *pair = malloc((n_pairs + 1) * sizeof *pair);

    for (int i = 0; i < c->n_atoms; i++) {
        double most;
        int n;

        memset(dedr, 0, 3 * n_pairs * sizeof *dedr);
        fill_random(g, stride);
        sz_describer_forward(m->d, m->work, &c->list.nb, &m->slots, 1, &i, p);
        n = sz_describer_jacobian(m->d, m->work, &c->list.nb, &m->slots, i, p, pair,
                                  jacobian);
        for (int k = 0; k < 3 * n; k++)
            jacobian[k] = dot(g, jacobian + (size_t)k * stride, (size_t)m->n_desc);
        vectors_adjoint(m, &c->list.nb, 1, &i, p, g, dedr);
        most = largest(dedr, 3 * n_pairs);
        for (int k = 0; k < 3 * n; k++)
            CHECK_CLOSE(jacobian[k], dedr[3 * pair[k / 3] + k % 3], 1e-12 * most);
    }
    free(p);
    free(g);
    free(jacobian);
    free(dedr);
    free(pair);
}

static int test_slopes(const char *label, const char *functions)
{
    char text[600];
    machine m;
    sz_error err;
    cluster c = {.n_atoms = 0};

    snprintf(text, sizeof text, KEYS "compression={%s} %s", label, functions);
    CHECK_OK(start_text(&m, text, 0, NULL, 0, three, &err), err);
    m.normalise = ((const sz_acsf *)m.d)->spec.normalise;
    place(&c, 9, 4.1, &err);
    check_slopes(&m, &c);
    compare_jacobian(&m, &c);
    check_symmetries(&m, &c);
    sz_list_free(&c.list);
    random_cluster(&c, 6, 3, 3.0, 1.0);
    CHECK_OK(find_neighbours(&c, 6.0, &err), err);
    if (!m.normalise) check_entering(&m, &c);
    sz_list_free(&c.list);
    surround(&c, 300, 4.0); /* two tiles */
    compare_jacobian(&m, &c);
    unlist(&c);
    stop(&m);
    return 0;
}

/* ---- edge cases -------------------------------------------------------------------- */

/* Neighbours r [n][3] of one atom, all of one element: vector and slopes, which must be
 * finite and equal to finite differences. */
static int around(const char *functions, int n, const double *r, double *p)
{
    char text[600];
    machine m;
    sz_error err;
    cluster c = {.n_atoms = 0};

    snprintf(text, sizeof text, "acsf cutoff=4.1 %s", functions);
    CHECK_OK(start_text(&m, text, 0, NULL, 0, three, &err), err);
    surround(&c, n, 4.0);
    memcpy(c.list.r, r, 3 * (size_t)n * sizeof *r);
    vectors(&m, &c, p);
    check_slopes(&m, &c);
    unlist(&c);
    stop(&m);
    return 0;
}

static int test_edges(void)
{
    static const double line[] = {1.1, 0, 0, 2.3, 0, 0, -1.4, 0, 0, 0, 0, 1.5};
    static const double two[] = {-3.0, 0.1, 0, 3.0, 0.2, 0}; /* 6 apart */
    double p[200];

    /* 1 + lambda c is 0, or slightly negative by rounding */
    if (around("g1=F g4={0.1 1 1 0.1 1 -1 0.1 2.5 1 0.1 2.5 -1 0.1 16 1 0.1 16 -1}", 4,
               line, p))
        return 1;
    if (around("g1=F g4={0 1 1} g5={0 1 -1}", 2, two, p)) return 1;
    CHECK(p[0] == 0.0 && p[1] > 1e-2);
    if (around("", 1, line, p)) return 1;
    CHECK_CLOSE(p[0], cut(1.1, 4.1), 1e-15);
    for (int k = 9; k < 52; k++) CHECK(p[k] == 0.0);
    return 0;
}

/* one atom in a cell: all its neighbours are its images */
static int test_images(void)
{
    machine m;
    sz_error err;
    cluster c = {.n_atoms = 1, .cell = {{2.3, 0.1, 0}, {0, 2.5, 0.2}, {0.3, 0, 2.7}}};
    double p[300], want[300];

    CHECK_OK(start_text(&m, "acsf cutoff=4.1", 0, NULL, 0, three, &err), err);
    CHECK(m.n_desc == 1 + 8 + 43);
    CHECK_OK(find_neighbours(&c, 4.1, &err), err);
    CHECK(c.list.n_pairs > 10);
    vectors(&m, &c, p);
    plain(&m, &c.list.nb, 0, want);
    for (int k = 0; k < m.n_desc; k++)
        CHECK_CLOSE(p[k], want[k], 1e-13 * (1.0 + want[k]));
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* ---- keys -------------------------------------------------------------------------- */

static int length_of(const char *keys)
{
    sz_descriptor *d;
    sz_error err;
    int n;

    CHECK_OK(sz_descriptor_create(&d, keys, &err), err);
    n = sz_descriptor_length(d);
    sz_descriptor_free(d);
    return n;
}

static void test_lengths(void)
{
#define FOUR "acsf cutoff=4 n_species=4 species_Z={1 6 7 8} "
    CHECK(length_of(FOUR) == 4 * 9 + 10 * 43);
    CHECK(length_of(FOUR "compression={nu,mu=1,1}") == 4 * 9 + 4 * 43);
    CHECK(length_of(FOUR "compression={mu=2}") == 4 * 9 + 43);
    CHECK(length_of(FOUR "compression={wACSF}") == 4 * 9 + 2 * 43);
    CHECK(length_of(FOUR "compression={wACSF,Z} g1=F") == 8 + 43);
    CHECK(length_of(FOUR "g2=traditional g1=F") == 4 * 8);
    CHECK(length_of(FOUR "g4=traditional g1=F") == 10 * 43);
    CHECK(length_of(FOUR "g2={}") == 4);
    CHECK(length_of("acsf cutoff=4 g3={1, 2} covariance_sigma0=1") == 3);
}

static int test_labels(void)
{
    static const struct {
        const char *keys;
        int k;
        const char *want;
    } label[] = {
        {FOUR, 0, "G1 [Z=1]"},
        {FOUR "g2={0.5 1.5}", 3, "G2 eta=0.5 R_s=1.5 [Z=6]"},
        {FOUR "g3={0.7}", 7, "G3 kappa=0.7 [Z=8]"},
        {FOUR "g4={0.1 2 -1} g5={0.3 4 1}", 4, "G4 eta=0.1 zeta=2 lambda=-1 [Z=1 Z=1]"},
        {FOUR "g4={0.1 2 -1} g5={0.3 4 1}", 11, "G5 eta=0.3 zeta=4 lambda=1 [Z=7 Z=1]"},
        {FOUR "g4={0.1 2 -1} compression={nu,mu=1,1}", 5,
         "G4 eta=0.1 zeta=2 lambda=-1 [Z=6 any]"},
        {FOUR "g4={0.1 2 -1} compression={wACSF}", 5,
         "G4 eta=0.1 zeta=2 lambda=-1 [times w w]"},
        {FOUR "g4={0.1 2 -1} compression={wACSF,Z}", 0, "G1 [times Z]"},
        {FOUR "g4={0.1 2 -1} compression={mu=2}", 4, "G4 eta=0.1 zeta=2 lambda=-1 [all]"},
    };

    for (size_t k = 0; k < sizeof label / sizeof *label; k++) {
        sz_descriptor *d;
        sz_error err;
        char got[100];

        CHECK_OK(sz_descriptor_create(&d, label[k].keys, &err), err);
        sz_descriptor_label(d, label[k].k, got, sizeof got);
        if (strcmp(got, label[k].want)) printf("%s, not %s\n", got, label[k].want);
        CHECK(strcmp(got, label[k].want) == 0);
        sz_descriptor_free(d);
    }
    return 0;
}

static void test_refused(void)
{
    static const char *const bad[][2] = {
        {"acsf", "cutoff is missing"},
        {"acsf cutoff=0", "cutoff is 0, allowed"},
        {"acsf cutoff=4 g2={1 2 3}", "g2 has 3 numbers"},
        {"acsf cutoff=4 g2={1 x}", "contains x, not a number"},
        {"acsf cutoff=4 g2={-1 0}", "g2 has eta -1"},
        {"acsf cutoff=4 g4={0.1 0.5 1}", "g4 has zeta 0.5"},
        {"acsf cutoff=4 g5={0.1 1 0.5}", "g5 has lambda 0.5"},
        {"acsf cutoff=4 g3={1e9}", "g3 has kappa"},
        {"acsf cutoff=4 g1=F g2={}", "has no functions"},
        {"acsf cutoff=4 n_species=2 species_Z={6 6}", "twice"},
        {"acsf cutoff=4 n_species=2 species_Z={6 0}", "mixes 0"},
        {"acsf cutoff=4 species_Z={6 8}", "needs n_species"},
        {"acsf cutoff=4 compression={wACSF}", "weights elements"},
        {"acsf cutoff=4 compression={nu=3}", "not one of acsf"},
    };

    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        sz_descriptor *d;
        sz_error err;

        CHECK_FAILS(sz_descriptor_create(&d, bad[k][0], &err), SZ_ERR_FORMAT, bad[k][1],
                    err);
        CHECK(d == NULL);
    }
}

int main(void)
{
    int failed = 0;

    test_exp();
    for (int k = 0; k < N_LABELS; k++) {
        failed |= test_values(labels[k], "") | test_values(labels[k], FREE);
        failed |= test_slopes(labels[k], "") | test_slopes(labels[k], FREE);
    }
    failed |= test_slopes("nu=2", FREE "normalise=T");
    failed |= test_edges() | test_images() | test_labels();
    test_lengths();
    test_refused();
    return check_done() | failed;
}
