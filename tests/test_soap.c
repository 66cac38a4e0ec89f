/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_soap.c - descriptor vectors: QUIP's numbers for every nu_R, nu_S; symmetries;
 * smoothness at the cutoff; slopes; nothing changes when the channels are reduced. */
#include "check.h"
#include "cluster.h"
#include "soap.h"

#include <stdlib.h>

enum { N_DESC = 4000 };

static const sz_soap_spec water = {.radial = {.cutoff = 3.0,
                                              .cutoff_width = 0.5,
                                              .n_max = 3,
                                              .l_max = 2,
                                              .atom_sigma = 0.5,
                                              .basis_error_exponent = 10.0,
                                              .decay_scale = 1.0,
                                              .decay_rate = 1.0},
                                   .central_weight = 1.0,
                                   .sigma0 = 0.25,
                                   .n_slots = 2,
                                   .slot_z = {8, 1},
                                   .nu_R = 2,
                                   .nu_S = 2};

/* a descriptor and its scratch, for species with the atomic numbers z */
typedef struct {
    sz_soap *soap;
    sz_soap_work *work;
    int z[3], slot[3];
    sz_soap_species species;
    int n_desc, stride;
} machine;

static sz_status start(machine *m, const sz_soap_spec *spec, int reduce, const int *z,
                       sz_error *err)
{
    sz_status status = sz_soap_create(&m->soap, spec, reduce, err);

    if (status != SZ_OK) return status;
    for (int s = 0; s < 3; s++) {
        m->z[s] = z[s];
        m->slot[s] = sz_soap_slot(m->soap, z[s]);
    }
    m->species = (sz_soap_species){m->z, m->slot};
    m->n_desc = sz_soap_n_desc(m->soap);
    m->stride = sz_soap_stride(m->soap);
    return sz_soap_work_create(&m->work, m->soap, ATOMS_MAX, err);
}

static void stop(machine *m)
{
    sz_soap_work_free(m->work);
    sz_soap_free(m->soap);
}

static void vectors(const machine *m, const cluster *c, double *p)
{
    int atom[ATOMS_MAX];

    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    sz_soap_forward(m->soap, m->work, &c->list.nb, &m->species, c->n_atoms, atom, p);
}

/* ---- the published numbers -------------------------------------------------------- */

typedef struct {
    int nu_R, nu_S, d;
    double head[3], tail[2], sum;
} row;

static const row golden[] = {
    {2,
     2,
     64,
     {8.582733126895e-01, 4.463611004742e-05, 4.610060422653e-05},
     {9.953424238937e-11, 6.071184125230e-11},
     2.019465555267529},
    {2,
     1,
     55,
     {9.029120797651e-01, 3.531514110881e-05, 3.297866773299e-05},
     {6.919817011092e-11, -4.996215618150e-11},
     1.903875080475613},
    {2,
     0,
     19,
     {9.487905721942e-01, 2.868182610377e-05, 2.371368591280e-05},
     {3.305901361139e-10, 1.142693053315e-10},
     1.392024113316664},
    {1,
     2,
     37,
     {8.835158212069e-01, 1.535524210343e-03, 1.585917526279e-03},
     {-3.784077432936e-07, -2.308141469809e-07},
     1.988678957137813},
    {1,
     1,
     19,
     {9.268799956585e-01, 1.216240029502e-03, 1.135801044808e-03},
     {-1.897249377088e-07, 1.021135686538e-06},
     1.591354402115165},
    {1,
     0,
     10,
     {9.736479533162e-01, 9.874542495009e-04, 8.164344140486e-04},
     {-3.214419265068e-06, -1.735000671021e-06},
     1.270107147961424},
    {0,
     2,
     10,
     {9.091399159372e-01, 5.280252244518e-02, 5.453587085476e-02},
     {1.438053976073e-03, 8.771606011776e-04},
     1.497750313442857},
    {0,
     1,
     7,
     {9.533126762201e-01, 4.180351093915e-02, 3.903906265008e-02},
     {7.206675972836e-04, -3.878784121778e-03},
     1.327489620694936},
    {0,
     0,
     4,
     {9.990268622542e-01, 3.399153555247e-02, 2.810523092422e-02},
     {3.399153555247e-02, 2.810523092422e-02},
     1.061123628730893},
};

static int test_golden(const row *want)
{
    cluster c = {.n_atoms = 4,
                 .species = {0, 1, 1, 0},
                 .position = {0, 0, 0, 0.96, 0, 0, -0.24, 0.93, 0, 0.3, -0.4, 2.1}};
    static double p[4 * N_DESC], out[N_DESC];
    sz_soap_spec spec = water;
    double sum = 0.0;
    sz_error err;
    machine m;

    spec.nu_R = want->nu_R;
    spec.nu_S = want->nu_S;
    CHECK_OK(start(&m, &spec, 0, (int[]){8, 1, 0}, &err), err);
    CHECK_OK(find_neighbours(&c, 3.0, &err), err);
    CHECK(sz_soap_n_published(m.soap) == want->d);
    vectors(&m, &c, p);
    sz_soap_publish(m.soap, p, out);
    for (int k = 0; k < 3; k++)
        CHECK_CLOSE(out[k], want->head[k], 1e-12 * fabs(want->head[k]) + 1e-17);
    for (int k = 0; k < 2; k++)
        CHECK_CLOSE(out[want->d - 3 + k], want->tail[k],
                    1e-12 * fabs(want->tail[k]) + 1e-17);
    for (int k = 0; k < want->d - 1; k++) sum += out[k];
    CHECK_CLOSE(sum, want->sum, 1e-14);
    CHECK(out[want->d - 1] == spec.sigma0);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* ---- symmetries and slopes -------------------------------------------------------- */

typedef struct {
    machine *m;
    cluster *c;
    double *g, *p; /* E = sum g . p over all atoms */
} functional;

static double energy(void *context)
{
    const functional *f = context;

    vectors(f->m, f->c, f->p);
    return dot(f->g, f->p, (size_t)f->c->n_atoms * f->m->stride);
}

static void test_slopes(machine *m, cluster *c)
{
    size_t n = (size_t)c->n_atoms * m->stride;
    double *p = malloc(n * sizeof *p), *g = malloc(n * sizeof *g);
    double *dedp = malloc(n * sizeof *dedp), *dedr, most;
    functional f = {m, c, g, p};
    int atom[ATOMS_MAX];

    dedr = malloc(3 * (size_t)c->list.n_pairs * sizeof *dedr);
    fill_random(g, n);
    for (int k = 0; k < 3 * c->list.n_pairs; k++) dedr[k] = 1.0; /* it is added to */
    for (int i = 0; i < c->n_atoms; i++) atom[i] = i;
    vectors(m, c, p);
    memcpy(dedp, g, n * sizeof *dedp);
    sz_soap_adjoint(m->soap, m->work, &c->list.nb, &m->species, c->n_atoms, atom, p, dedp,
                    dedr);
    most = largest(dedr, 3 * (size_t)c->list.n_pairs);
    for (int k = 0; k < 3 * c->list.n_pairs; k++) {
        double r = sqrt(dot(c->list.r + k / 3 * 3, c->list.r + k / 3 * 3, 3));
        double edge = m->soap->spec.radial.cutoff;

        if (fabs(r - edge) < 0.01) continue;
        if (fabs(r - edge + m->soap->spec.radial.cutoff_width) < 0.01) continue;
        CHECK_CLOSE(dedr[k] - 1.0, slope_at(&c->list.r[k], 1e-3, energy, &f),
                    1e-9 * most);
    }
    free(p);
    free(g);
    free(dedp);
    free(dedr);
}

/* rotation, reflection, order of the neighbours, block of all atoms or one by one */
static void test_symmetries(machine *m, cluster *c)
{
    size_t n = (size_t)c->n_atoms * m->stride;
    double *p = malloc(n * sizeof *p), *turned = malloc(n * sizeof *turned), q[9];
    sz_list *list = &c->list;

    vectors(m, c, p);
    for (int i = 0; i < c->n_atoms; i++)
        sz_soap_forward(m->soap, m->work, &list->nb, &m->species, 1, &i,
                        turned + (size_t)i * m->stride);
    CHECK(memcmp(p, turned, n * sizeof *p) == 0);
    random_rotation(q);
    for (int k = 0; k < 9; k++) q[k] = -q[k];
    for (int k = 0; k < list->n_pairs; k++) {
        double v[3];

        rotate_vector(q, list->r + 3 * k, v);
        memcpy(list->r + 3 * k, v, sizeof v);
    }
    for (int i = 0; i < c->n_atoms; i++)
        for (int a = list->first[i], b = list->first[i + 1] - 1; a < b; a++, b--) {
            int species = list->neigh_species[a];

            list->neigh_species[a] = list->neigh_species[b];
            list->neigh_species[b] = species;
            for (int x = 0; x < 3; x++) {
                double keep = list->r[3 * a + x];

                list->r[3 * a + x] = list->r[3 * b + x];
                list->r[3 * b + x] = keep;
            }
        }
    vectors(m, c, turned);
    CHECK_CLOSE(distance(p, turned, n), 0.0, 1e-13);
    for (int i = 0; i < c->n_atoms; i++)
        CHECK_CLOSE(dot(p + i * m->stride, p + i * m->stride, m->n_desc), 1.0, 1e-14);
    free(p);
    free(turned);
}

/* An atom that comes in through the cutoff: p changes as its F, by (pi e / 2 w)^2 of the
 * distance e inside, and not at all outside. */
static void test_entering(machine *m, cluster *c)
{
    const double *last = c->list.r + 3 * (c->list.first[1] - 1);
    double unit[3], r = sqrt(dot(last, last, 3)), change[2];
    double *before = malloc(m->stride * sizeof *before);
    double *p = malloc(m->stride * sizeof *p);
    double *moved = c->list.r + 3 * (c->list.first[1] - 1);
    int atom = 0;

    c->list.neigh_species[c->list.first[1] - 1] = 1;
    for (int x = 0; x < 3; x++) unit[x] = last[x] / r;
    for (int step = -2; step < 4; step++) {
        static const double out[] = {3.0, 0.0, 0.0, 0.0, -1e-3, -1e-4};

        for (int x = 0; x < 3; x++)
            moved[x] = unit[x] * (m->soap->spec.radial.cutoff + out[step + 2]) *
                       (step < 2 ? 1.0 + 1e-15 : 1.0);
        sz_soap_forward(m->soap, m->work, &c->list.nb, &m->species, 1, &atom, p);
        if (step == -2) memcpy(before, p, m->stride * sizeof *p);
        if (step < 2) CHECK(memcmp(before, p, m->stride * sizeof *p) == 0);
        if (step >= 2) change[step - 2] = distance(before, p, m->n_desc);
    }
    CHECK(change[0] > 0.0 && change[0] < 1e-5);
    CHECK_CLOSE(change[0] / change[1], 100.0, 1.0);
    free(before);
    free(p);
}

static int test_one(const sz_soap_spec *spec, int reduce, const int *z)
{
    cluster c = {0};
    sz_error err;
    machine m;

    CHECK_OK(start(&m, spec, reduce, z, &err), err);
    random_cluster(&c, 14, 3, 3.2, 0.9);
    CHECK_OK(find_neighbours(&c, spec->radial.cutoff + 0.2, &err), err);
    CHECK(c.list.n_pairs > 14 * SZ_LANES); /* more than one batch an atom */
    test_slopes(&m, &c);
    test_symmetries(&m, &c);
    test_entering(&m, &c);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* ---- the rest --------------------------------------------------------------------- */

/* kernels p . p' are the same with and without the reduction, and a published vector
 * comes in as what the reduced descriptor would have made itself */
static int test_reduction(int nu_R, int nu_S)
{
    enum { N = 6 };
    static double full[N * N_DESC], reduced[N * N_DESC], published[N_DESC], in[N_DESC];
    sz_soap_spec spec = water;
    cluster c = {0};
    machine a, b;
    sz_error err;

    spec.radial.cutoff = 5.0;
    spec.radial.cutoff_width = 1.0;
    spec.radial.n_max = 8;
    spec.radial.l_max = 6;
    spec.nu_R = nu_R;
    spec.nu_S = nu_S;
    CHECK_OK(start(&a, &spec, 0, (int[]){8, 1, 0}, &err), err);
    CHECK_OK(start(&b, &spec, 1, (int[]){8, 1, 0}, &err), err);
    CHECK(b.n_desc < a.n_desc || nu_R == 0);
    random_cluster(&c, N, 2, 5.0, 1.5);
    CHECK_OK(find_neighbours(&c, 5.0, &err), err);
    vectors(&a, &c, full);
    vectors(&b, &c, reduced);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j <= i; j++)
            CHECK_CLOSE(dot(reduced + i * b.stride, reduced + j * b.stride, b.n_desc),
                        dot(full + i * a.stride, full + j * a.stride, a.n_desc), 1e-14);
        sz_soap_publish(a.soap, full + i * a.stride, published);
        CHECK_OK(sz_soap_import(b.soap, published, in, &err), err);
        CHECK_CLOSE(distance(in, reduced + i * b.stride, b.n_desc), 0.0, 1e-14);
    }
    sz_list_free(&c.list);
    stop(&a);
    stop(&b);
    return 0;
}

/* alone in the world: the atom's own Gaussian, or nothing; never NaN */
static int test_isolated(double central_weight)
{
    cluster c = {.n_atoms = 1};
    double p[200], dedp[200], dedr[3] = {0};
    sz_soap_spec spec = water;
    machine m;
    sz_error err;
    int atom = 0;

    spec.central_weight = central_weight;
    CHECK_OK(start(&m, &spec, 0, (int[]){8, 1, 0}, &err), err);
    CHECK_OK(find_neighbours(&c, 3.0, &err), err);
    CHECK(c.list.n_pairs == 0 && m.stride <= 200);
    vectors(&m, &c, p);
    CHECK_CLOSE(dot(p, p, m.n_desc), central_weight > 0.0, 1e-15);
    fill_random(dedp, 200);
    sz_soap_adjoint(m.soap, m.work, &c.list.nb, &m.species, 1, &atom, p, dedp, dedr);
    sz_list_free(&c.list);
    stop(&m);
    return 0;
}

/* an element without a slot is as if it were not there */
static int test_ignored(void)
{
    cluster c = {0}, without = {0};
    static double p[20 * N_DESC], q[20 * N_DESC];
    sz_soap_spec spec = water;
    machine m;
    sz_error err;

    CHECK_OK(start(&m, &spec, 1, (int[]){8, 1, 26}, &err), err);
    CHECK(m.slot[0] == 0 && m.slot[1] == 1 && m.slot[2] == -1);
    random_cluster(&c, 12, 3, 4.0, 1.0);
    for (int i = 0; i < 12; i++) /* the same without every third atom */
        if (c.species[i] != 2) {
            memcpy(without.position + 3 * without.n_atoms, c.position + 3 * i,
                   3 * sizeof(double));
            without.species[without.n_atoms++] = c.species[i];
        }
    CHECK_OK(find_neighbours(&c, 3.0, &err), err);
    CHECK_OK(find_neighbours(&without, 3.0, &err), err);
    vectors(&m, &c, p);
    vectors(&m, &without, q);
    for (int i = 0, k = 0; i < 12; i++)
        if (c.species[i] != 2)
            CHECK_CLOSE(distance(p + i * m.stride, q + k++ * m.stride, m.n_desc), 0.0,
                        1e-14);
    sz_list_free(&c.list);
    sz_list_free(&without.list);
    stop(&m);
    return 0;
}

int main(void)
{
    sz_soap_spec spec = water;

    for (int k = 0; k < 9; k++)
        if (test_golden(&golden[k])) return 1;
    for (int k = 0; k < 36; k++) {
        spec.nu_R = k / 3 % 3;
        spec.nu_S = k % 3;
        spec.n_slots = k / 9 % 2 ? 1 : 2; /* one slot for every element */
        spec.slot_z[0] = k / 9 % 2 ? 0 : 8;
        spec.central_all = k / 9 > 1;
        spec.central_weight = k / 9 > 1 ? 0.7 : 1.0;
        spec.plain_l = k / 9 == 2;
        spec.radial.decay_exponent = k / 9 == 3 ? 2 : 0;
        if (test_one(&spec, k / 9 % 2, (int[]){8, 1, 26})) return 1;
    }
    for (int k = 0; k < 9; k++)
        if (test_reduction(k / 3, k % 3)) return 1;
    if (test_isolated(1.0) || test_isolated(0.0) || test_ignored()) return 1;
    return check_done();
}
