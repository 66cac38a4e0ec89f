/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_edges.c - where numbers could go wrong: atoms at the cutoff, along an axis, in a
 * line, on top of each other, far from the origin, alone, and a hundred thousand
 * neighbours. Every kind of term, by the public calls alone: forces are differences of
 * energies, and energies do not jump. */
#include "check.h"
#include "cluster.h"
#include "models.h"

#include "soapz_fit.h"

typedef struct {
    const char *name;
    sz_model *model;
    sz_predictor *predictor;
    double cutoff;
    long crowd; /* largest number of neighbours of one atom */
} subject;

enum { FEW = 8 };

typedef struct {
    int n_atoms, species[FEW];
    double position[3 * FEW];
    double edge; /* of a cubic cell; 0: no cell */
} atoms;

static sz_structure structure_of(const atoms *a)
{
    sz_structure s = {
        .n_atoms = a->n_atoms, .species = a->species, .position = a->position};

    for (int k = 0; k < 3 && a->edge > 0.0; k++) {
        s.cell[k][k] = a->edge;
        s.pbc[k] = 1;
    }
    return s;
}

static sz_status predict(const subject *s, const atoms *a, sz_prediction *p,
                         sz_error *err)
{
    const sz_structure structure = structure_of(a);

    return sz_predict(s->predictor, &structure, p, err);
}

/* NaN after an error */
static double energy_of(const subject *s, const atoms *a)
{
    sz_prediction p;
    sz_error err;

    if (predict(s, a, &p, &err) == SZ_OK) return p.energy;
    printf("%s: %s\n", s->name, err.message);
    return NAN;
}

/* n atoms from a in steps of (dx, dy, dz), species in turn */
static atoms chain(const subject *s, int n, double dx, double dy, double dz)
{
    atoms a = {.n_atoms = n, .edge = 0.0};

    for (int i = 0; i < n; i++) {
        a.species[i] = i % sz_model_n_species(s->model);
        a.position[3 * i] = i * dx;
        a.position[3 * i + 1] = i * dy;
        a.position[3 * i + 2] = i * dz;
    }
    return a;
}

/* Every force, by differences of fourth order. */
static void check_forces(const subject *s, const atoms *a, double h, const char *what)
{
    static const double weight[] = {1.0, -8.0, 8.0, -1.0}, at[] = {-2.0, -1.0, 1.0, 2.0};
    double force[3 * FEW], sum[3] = {0, 0, 0}, most, worst = 0.0;
    sz_prediction p;
    sz_error err;

    CHECK(predict(s, a, &p, &err) == SZ_OK);
    if (err.status != SZ_OK && !isfinite(p.energy)) return;
    memcpy(force, p.force, 3 * (size_t)a->n_atoms * sizeof *force);
    most = largest(force, 3 * (size_t)a->n_atoms);
    for (int k = 0; k < 3 * a->n_atoms; k++) {
        double slope = 0.0;

        for (int q = 0; q < 4; q++) {
            atoms b = *a;

            b.position[k] += at[q] * h;
            slope += weight[q] * energy_of(s, &b) / (12.0 * h);
        }
        sum[k % 3] += force[k];
        worst = fmax(worst, fabs(force[k] + slope));
        if (isnan(slope)) worst = INFINITY;
    }
    if (!(worst <= 1e-6 * most + 3e-10 / h)) printf("%s, %s:\n", s->name, what);
    CHECK_CLOSE(worst, 0.0, 1e-6 * most + 3e-10 / h);
    CHECK_CLOSE(largest(sum, 3), 0.0, 1e-11 * (1.0 + most));
}

/* ---- along axes and in a line ------------------------------------------------------ */

static void test_lines(const subject *s)
{
    static const double along[][3] = {{0, 0, 1},  {0, 0, -1},     {-0.0, -0.0, 1},
                                      {1, 0, 0},  {0, -1, 0},     {1, 1, 1},
                                      {1, -1, 0}, {1e-9, 0, 1.0}, {0, -1e-5, -1}};
    double energy = NAN;

    for (size_t k = 0; k < sizeof along / sizeof *along; k++) {
        double r = 1.87 / sqrt(dot(along[k], along[k], 3));
        atoms two = chain(s, 2, r * along[k][0], r * along[k][1], r * along[k][2]);
        atoms five = chain(s, 5, r * along[k][0], r * along[k][1], r * along[k][2]);

        check_forces(s, &two, 1e-3, "two atoms");
        check_forces(s, &five, 1e-3, "five in a line");
        if (k == 0) energy = energy_of(s, &five);
        CHECK_CLOSE(energy_of(s, &five), energy, 1e-10 * (1.0 + fabs(energy)));
    }
}

/* A right angle and a flat square: for planes, too, no direction is special. */
static void test_planes(const subject *s)
{
    atoms a = chain(s, 4, 0, 0, 0);
    static const double square[] = {0, 0, 0, 2.2, 0, 0, 0, 2.2, 0, 2.2, 2.2, 0};

    memcpy(a.position, square, sizeof square);
    check_forces(s, &a, 1e-3, "a square");
}

/* ---- the cutoff -------------------------------------------------------------------- */

static void test_cutoff(const subject *s)
{
    static const double off[] = {-1e-6, -1e-9, -1e-12, -1e-15, 0.0, 1e-15, 1e-9, 1e-6};
    static const double along[3][3] = {{0, 0, 1}, {0, 0, -1}, {0.6, -0.64, 0.48}};

    for (int k = 0; k < 3; k++) {
        double outside = NAN, inside[sizeof off / sizeof *off], most = 0.0;

        for (size_t q = sizeof off / sizeof *off; q-- > 0;) {
            double r = s->cutoff * (1.0 + off[q]);
            /* two close atoms, and a third that moves away from the first */
            atoms a = chain(s, 3, 0, 1.5, 1.5);
            sz_prediction p;
            sz_error err;

            for (int x = 0; x < 3; x++) a.position[6 + x] = r * along[k][x];
            a.position[3] = -2.0; /* beyond the cutoff of the third */
            a.position[4] = a.position[5] = 0.0;
            if (along[k][0] != 0.0) a.position[3] = -2.0 * along[k][0];
            CHECK(predict(s, &a, &p, &err) == SZ_OK);
            inside[q] = p.energy;
            for (int x = 0; x < 3; x++) most = fmax(most, fabs(p.force[6 + x]));
            if (off[q] >= 0.0) {
                if (isnan(outside)) outside = p.energy;
                CHECK_CLOSE(p.energy, outside, 1e-12 * (1.0 + fabs(outside)));
            }
        }
        for (size_t q = 0; q < sizeof off / sizeof *off; q++)
            CHECK_CLOSE(inside[q], outside, 1e-9);
        CHECK_CLOSE(most, 0.0, 1e-3);
    }
}

/* The step of soap_turbo at the beginning of the filter, which follows from its
 * definition (docs/theory.md), is not larger than that of QUIP, 2.1e-5 eV. */
static void test_step(const subject *s)
{
    atoms a = chain(s, 2, 0, 0, 2.0 - 1e-9);
    double below = energy_of(s, &a);

    a.position[5] = 2.0 + 1e-9;
    CHECK_CLOSE(energy_of(s, &a), below, 2.2e-5);
}

/* ---- on top of each other ---------------------------------------------------------- */

static void test_close(const subject *s)
{
    sz_prediction p;
    sz_error err;
    atoms a = chain(s, 3, 0.0, 0.0, 1e-7);

    a.position[6] = 1.7;
    CHECK_FAILS(predict(s, &a, &p, &err), SZ_ERR_NUMERIC, "coincide (1.0e-07", err);
    a.position[5] = 0.0;
    CHECK_FAILS(predict(s, &a, &p, &err), SZ_ERR_NUMERIC, "coincide", err);
    a.edge = 12.0;
    a.position[5] = 12.0 - 1e-7; /* of the image */
    CHECK_FAILS(predict(s, &a, &p, &err), SZ_ERR_NUMERIC, "coincide", err);
    a.edge = 0.0;
    /* slightly longer: finite numbers, as the forces cancel */
    a.position[5] = 2e-6;
    CHECK(predict(s, &a, &p, &err) == SZ_OK);
    CHECK(isfinite(p.energy) && isfinite(largest(p.force, 9)));
    for (int x = 0; x < 3; x++)
        CHECK_CLOSE(p.force[x] + p.force[3 + x] + p.force[6 + x], 0.0,
                    1e-11 * (1.0 + largest(p.force, 9)));
    /* and correct ones if finite differences are accurate enough */
    a.position[5] = 0.05;
    check_forces(s, &a, 1e-4, "two atoms 0.05 Angstrom apart");
}

/* ---- far away ---------------------------------------------------------------------- */

static atoms shifted(const atoms *a, double by)
{
    atoms b = *a;

    for (int k = 0; k < 3 * a->n_atoms; k++) b.position[k] += by;
    return b;
}

static void test_far(const subject *s)
{
    atoms a = chain(s, 5, 1.25, 1.5, 1.0),
          b; /* numbers that are exact after the addition of 1e6 */
    double energy = energy_of(s, &a), force[3 * FEW];
    sz_prediction p;
    sz_error err;

    CHECK(predict(s, &a, &p, &err) == SZ_OK);
    memcpy(force, p.force, 15 * sizeof *force);
    b = shifted(&a, 1e6);
    CHECK(predict(s, &b, &p, &err) == SZ_OK);
    CHECK_CLOSE(p.energy, energy, 1e-12 * (1.0 + fabs(energy)));
    CHECK_CLOSE(distance(p.force, force, 15), 0.0, 1e-12 * (1.0 + largest(force, 15)));
    check_forces(s, &b, 1.0 / 1024.0, "at 1e6 Angstrom");
    /* in a cell they are wrapped, which loses digits */
    a.edge = b.edge = 8.0;
    CHECK_CLOSE(energy_of(s, &b), energy_of(s, &a), 1e-7 * (1.0 + fabs(energy)));
    /* one of them isolated there: the energy is the sum of two */
    a.edge = 0.0;
    b = a;
    b.position[12] = 1e6;
    a.n_atoms = 4;
    energy = energy_of(s, &a);
    a = (atoms){.n_atoms = 1, .species = {b.species[4]}};
    CHECK_CLOSE(energy_of(s, &b), energy + energy_of(s, &a), 1e-12 * (1 + fabs(energy)));
    b.position[12] = 1e300;
    CHECK_FAILS(predict(s, &b, &p, &err), SZ_ERR_NUMERIC, "atom 5", err);
}

/* ---- none and one ------------------------------------------------------------------ */

static void test_none_and_one(const subject *s)
{
    atoms a = {.n_atoms = 0};
    sz_prediction p;
    sz_error err;
    double energy;

    CHECK(predict(s, &a, &p, &err) == SZ_OK);
    CHECK(p.energy == 0.0 && largest(p.virial, 9) == 0.0);
    a.edge = 5.0;
    CHECK(predict(s, &a, &p, &err) == SZ_OK && p.energy == 0.0);
    for (int k = 0; k < sz_model_n_species(s->model); k++) {
        a = (atoms){.n_atoms = 1, .species = {k}};
        CHECK(predict(s, &a, &p, &err) == SZ_OK);
        energy = p.energy;
        CHECK(isfinite(energy) && p.local[0] == energy);
        CHECK(largest(p.force, 3) == 0.0 && largest(p.virial, 9) == 0.0);
        a.edge = 1.01 * s->cutoff; /* its images are beyond the cutoff */
        CHECK(energy_of(s, &a) == energy);
        a.edge = 0.5 * s->cutoff; /* its images are on all sides */
        CHECK(predict(s, &a, &p, &err) == SZ_OK);
        CHECK_CLOSE(largest(p.force, 3), 0.0, 1e-11 * (1.0 + largest(p.virial, 9)));
    }
}

/* ---- a crowd ----------------------------------------------------------------------- */

/* dE_i/dr_ij of an atom among n, along their direction v, compared with differences. */
static int test_crowd(const subject *s)
{
    size_t n = (size_t)s->crowd;
    int one = 0, first[2] = {0, (int)n}, *species = calloc(n, sizeof *species);
    double *r = malloc(12 * n * sizeof *r), *v = r + 3 * n, *x = v + 3 * n,
           *d = x + 3 * n;
    double h = 1e-4, energy[2], e, slope, want, size;
    sz_neigh nb = {1, &one, first, species, r};
    sz_work *work = NULL;
    sz_error err;

    CHECK_OK(sz_work_create(&work, s->model, 0, &err), err);
    for (size_t k = 0; k < n; k++) {
        species[k] = (int)(k % (size_t)sz_model_n_species(s->model));
        do fill_random(r + 3 * k, 3);
        while (
            !(dot(r + 3 * k, r + 3 * k, 3) < 1.0 && dot(r + 3 * k, r + 3 * k, 3) > 0.1));
        for (int q = 0; q < 3; q++) r[3 * k + (size_t)q] *= s->cutoff;
    }
    memcpy(x, r, 3 * n * sizeof *x);
    CHECK_OK(sz_compute(s->model, work, &nb, &e, d, &err), err);
    size = largest(d, 3 * n);
    for (size_t q = 0; q < 3 * n; q++) v[q] = d[q] / size;
    slope = dot(d, v, 3 * n);
    for (int k = 0; k < 2; k++) {
        for (size_t q = 0; q < 3 * n; q++) r[q] = x[q] + (k ? h : -h) * v[q];
        CHECK_OK(sz_compute(s->model, work, &nb, &energy[k], NULL, &err), err);
    }
    want = (energy[1] - energy[0]) / (2.0 * h);
    CHECK(isfinite(e) && isfinite(size) && size > 0.0);
    if (!(fabs(slope - want) <= 1e-5 * slope + 3e-10 / h)) printf("%s:\n", s->name);
    CHECK_CLOSE(slope, want, 1e-5 * slope + 3e-10 / h);
    sz_work_free(work);
    free(species);
    free(r);
    return 0;
}

/* ---- subjects ---------------------------------------------------------------------- */

static int test_subject(subject *s)
{
    int before = failures;
    sz_error err;

    s->cutoff = sz_model_cutoff(s->model);
    CHECK_OK(sz_predictor_create(&s->predictor, s->model, &err), err);
    test_lines(s);
    test_planes(s);
    test_cutoff(s);
    test_close(s);
    if (!strcmp(s->name, "turbo_si_default_nf")) test_step(s);
    test_far(s);
    test_none_and_one(s);
    if (test_crowd(s)) return 1;
    sz_predictor_free(s->predictor);
    sz_model_free(s->model);
    if (failures > before) printf("in %s\n", s->name);
    return 0;
}

/* Twelve random clusters with random energies and forces. */
static int make_data(sz_dataset **data)
{
    sz_error err;

    CHECK_OK(sz_dataset_create(data, &err), err);
    for (int k = 0; k < 12; k++) {
        cluster c = {0};
        double energy = -12.0 + uniform(-1.0, 1.0), force[3 * FEW];
        sz_frame frame = {.energy = &energy, .force = force};

        random_cluster(&c, FEW, 2, 5.0, 1.8);
        for (int i = 0; i < FEW; i++) c.species[i] = i % 2 ? 74 : 42;
        fill_random(force, 3 * FEW);
        frame.structure =
            (sz_structure){.n_atoms = FEW, .species = c.species, .position = c.position};
        CHECK_OK(sz_dataset_add(*data, &frame, &err), err);
    }
    return 0;
}

#define FIT "gp_file=edges.soapz e0={Mo:-1.5:W:-1.7} default_sigma={0.01 0.1 0 0} gap={"
#define SPARSE " delta=0.5 n_sparse=10 sparse_method=cur_points "

/* A model of one descriptor fitted to them, for kinds without a file. */
static int fit(sz_model **model, const char *text, const sz_dataset *data)
{
    const sz_fit_options options = {.n_threads = 1};
    sz_fit_spec *spec;
    sz_error err;

    CHECK_OK(sz_fit_spec_parse(&spec, text, "test_edges", &err), err);
    CHECK_OK(sz_fit(model, spec, data, &options, &err), err);
    sz_fit_spec_free(spec);
    return 0;
}

int main(void)
{
    enum { ALL = 100000 };
    /* the numbers of triplets and quadruplets grow like squares and cubes of the
     * neighbours */
    static const subject file[] = {{.name = "mo_soap_nu22_zeta4_virial", .crowd = ALL},
                                   {.name = "nbta_soap_nu22_zeta2", .crowd = ALL},
                                   {.name = "turbo_si_default_nf", .crowd = ALL},
                                   {.name = "turbo_co_files", .crowd = ALL},
                                   {.name = "cuau_coordination", .crowd = 12},
                                   {.name = "si_2b_3b_soap", .crowd = 1000},
                                   {.name = "nbw_nb23", .crowd = 300}};
    static const struct {
        const char *name, *text;
        long crowd;
    } fitted[] = {
        {"distance_2b",
         FIT "distance_2b cutoff=4 cutoff_transition_width=1 covariance_type=ard_se "
             "theta_uniform=1" SPARSE "}",
         ALL},
        {"acsf", FIT "acsf cutoff=4 covariance_type=dot_product zeta=2" SPARSE "}", 1000},
        {"four bodies by products",
         FIT "soap n_max=3 l_max=2 cutoff=4 atom_sigma=0.5 covariance_type=dot_product "
             "zeta=2 compression={{nu,mu,mu^=1,1,1}}" SPARSE "}",
         ALL}};
    sz_dataset *data;
    sz_error err;

    for (size_t k = 0; k < sizeof file / sizeof *file; k++) {
        subject s = file[k];

        CHECK_OK(sz_model_load(&s.model, model_path(s.name), &err), err);
        if (test_subject(&s)) return 1;
    }
    if (make_data(&data)) return 1;
    for (size_t k = 0; k < sizeof fitted / sizeof *fitted; k++) {
        subject s = {.name = fitted[k].name, .crowd = fitted[k].crowd};

        if (fit(&s.model, fitted[k].text, data) || test_subject(&s)) return 1;
    }
    sz_dataset_free(data);
    return check_done();
}
