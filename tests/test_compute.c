/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_compute.c - whole models: forces and virials are slopes of the energy; energies
 * know neither place, orientation nor order; nothing jumps at a cutoff; blocks of any
 * size and products of any kind give the same; nonsense is refused. */
#include "check.h"
#include "cluster.h"
#include "descriptor/soap.h"
#include "format/load.h"
#include "groups.h"
#include "model/plan.h"
#include "models.h"
#include "term/coordination.h"
#include "term/core_terms.h"
#include "term/coulomb.h"
#include "term/glue.h"
#include "term/lj.h"
#include "term/zbl.h"

enum { PAIRS_MAX = 20000 };

typedef struct {
    const char *name;
    sz_model *model;
    sz_work *work;
    int n_species;
    double size; /* rounding error relative to the terms of an energy, eV */
} subject;

static double energy_of(const subject *s, const sz_neigh *nb, double *energy,
                        double *dedr)
{
    double sum = 0.0;
    sz_error err;

    if (sz_compute(s->model, s->work, nb, energy, dedr, &err) != SZ_OK) {
        failures++;
        printf("%s: %s\n", s->name, err.message);
    }
    for (int i = 0; i < nb->n_atoms; i++) sum += energy[i];
    return sum;
}

/* ---- where the slope of a term has a corner --------------------------------------- */

static int kinks(const sz_model *m, double *r)
{
    const sz_glue *glue = sz_model_group(m, &sz_kind_glue);
    const sz_zbl *zbl = sz_model_group(m, &sz_kind_zbl);
    const sz_lj *lj = sz_model_group(m, &sz_kind_lj);
    const sz_coulomb *coulomb = sz_model_group(m, &sz_kind_coulomb);
    const sz_coordination_set *counts = sz_model_group(m, &sz_kind_coordination);
    int n = 0;

    for (int k = 0; k < soaps_of(m)->n_describers; k++) {
        const sz_soap *soap = sz_soap_of(soaps_of(m)->describer[k]);

        r[n++] = soap->spec.radial.cutoff;
        r[n++] = soap->spec.radial.cutoff - soap->spec.radial.cutoff_width;
    }
    for (int k = 0; k < pairs_of(m)->n_pairs; k++) {
        r[n++] = pairs_of(m)->pair[k].spec.cutoff;
        r[n++] =
            pairs_of(m)->pair[k].spec.cutoff - pairs_of(m)->pair[k].spec.cutoff_width;
    }
    for (int k = 0; k < triplets_of(m)->n_triplets; k++) {
        const sz_triplet_spec *spec = &triplets_of(m)->triplet[k].spec;

        r[n++] = spec->cutoff;
        r[n++] = spec->cutoff - spec->cutoff_width;
    }
    for (int t = 0; glue && t < glue->n_types; t++) {
        r[n++] = glue->type[t].range;
        for (int u = t; u < glue->n_types; u++)
            if (glue->range[t * glue->n_types + u] > 0.0)
                r[n++] = glue->range[t * glue->n_types + u];
    }
    if (zbl) r[n++] = zbl->cutoff;
    for (int k = 0; lj && k < lj->n_species * lj->n_species; k++)
        r[n++] = lj->pair[k].cutoff;
    if (coulomb) r[n++] = coulomb->cutoff;
    for (int k = 0; counts && k < counts->n; k++) {
        r[n++] = counts->term[k].spec.cutoff;
        r[n++] = counts->term[k].spec.cutoff - counts->term[k].spec.width;
    }
    return n;
}

/* A core that is truncated there, without a switching function. */
static int is_sharp(const sz_model *m, double r)
{
    const sz_lj *lj = sz_model_group(m, &sz_kind_lj);
    const sz_coulomb *coulomb = sz_model_group(m, &sz_kind_coulomb);

    for (int k = 0; lj && k < lj->n_species * lj->n_species; k++)
        if (lj->pair[k].cutoff == r && !(lj->pair[k].cutoff_width > 0.0) &&
            (lj->pair[k].shift == 0.0 || lj->pair[k].slope == 0.0))
            return 1;
    return coulomb && coulomb->cutoff == r && coulomb->method == SZ_COULOMB_DIRECT;
}

static int near_kink(const sz_model *m, const double *d)
{
    double at[200], r = sqrt(dot(d, d, 3));
    int n = kinks(m, at);

    for (int k = 0; k < n; k++)
        if (fabs(r - at[k]) < 0.006) return 1;
    return 0;
}

static int any_kinked(const subject *s, const cluster *c)
{
    for (int p = 0; p < c->list.n_pairs; p++)
        if (near_kink(s->model, c->list.r + 3 * p)) return 1;
    return 0;
}

/* A cluster in which no pair is so close to a kink that finite differences would cross
 * it. The cutoff of the list is larger than that of the model. */
static sz_status make_cluster(const subject *s, cluster *c, int n, double edge,
                              sz_error *err)
{
    sz_status status;

    memset(c, 0, sizeof *c);
    do {
        random_cluster(c, n, s->n_species, edge, 1.9);
        status = find_neighbours(c, sz_model_cutoff(s->model) + 0.1, err);
    } while (status == SZ_OK && any_kinked(s, c));
    return status;
}

/* The same with n cells of a distorted and sheared bcc crystal, smaller than the cutoff.
 */
static sz_status make_crystal(const subject *s, cluster *c, int n, sz_error *err)
{
    const double a = 3.2;
    sz_status status;

    memset(c, 0, sizeof *c);
    c->n_atoms = 2 * n;
    do {
        for (int k = 0; k < 9; k++)
            c->cell[k / 3][k % 3] =
                (k % 4 == 0) * a * (k == 0 ? n : 1) + uniform(-0.2, 0.2);
        for (int i = 0; i < c->n_atoms; i++) {
            c->species[i] = i * (i + 1) / 2 % s->n_species;
            for (int x = 0; x < 3; x++)
                c->position[3 * i + x] =
                    a * (0.5 * (i % 2) + (x == 0) * (i / 2)) + uniform(-0.15, 0.15);
        }
        status = find_neighbours(c, sz_model_cutoff(s->model) + 0.1, err);
    } while (status == SZ_OK && any_kinked(s, c));
    return status;
}

/* ---- slopes ----------------------------------------------------------------------- */

/* The energy after displacements: r_ij -> (1 + strain) r_ij + t (v_j - v_i). */
typedef struct {
    const subject *s;
    cluster *c;
    double t, v[3 * ATOMS_MAX];
    double strain[9];
    int atom; /* the atom of the energy, -1: all */
} pushed;

static double pushed_energy(void *context)
{
    static double r[3 * PAIRS_MAX];
    const pushed *p = context;
    const sz_list *list = &p->c->list;
    sz_neigh nb = list->nb;
    double energy[ATOMS_MAX], sum;

    for (int i = 0; i < nb.n_atoms; i++)
        for (int k = list->first[i]; k < list->first[i + 1]; k++)
            for (int x = 0; x < 3; x++)
                r[3 * k + x] = list->r[3 * k + x] +
                               dot(p->strain + 3 * x, list->r + 3 * k, 3) +
                               p->t * (p->v[3 * list->neigh[k] + x] - p->v[3 * i + x]);
    nb.r = r;
    sum = energy_of(p->s, &nb, energy, NULL);
    return p->atom < 0 ? sum : energy[p->atom];
}

/* allowed error of finite differences with step h: 1e-8 of the largest, and rounding */
static double allowed(const subject *s, double most, double h)
{
    return 1e-8 * most + 5e-16 * s->size / h;
}

/* each dE_i/dr_ij, each force of the first atom, the forces together, the virial */
static int test_slopes(const subject *s)
{
    static pushed push;
    static double dedr[3 * PAIRS_MAX];
    double energy[ATOMS_MAX], force[3 * ATOMS_MAX], virial[9], most;
    cluster c;
    sz_error err;

    CHECK_OK(make_cluster(s, &c, 7, 4.5, &err), err);
    energy_of(s, &c.list.nb, energy, dedr);
    scatter_forces(&c, dedr, force);
    most = largest(force, 3 * (size_t)c.n_atoms);
    CHECK(most > 0.01);
    memset(&push, 0, sizeof push);
    push.s = s;
    push.c = &c;
    for (push.atom = 0; push.atom < c.n_atoms; push.atom += 3)
        for (int k = 3 * c.list.first[push.atom]; k < 3 * c.list.first[push.atom + 1];
             k++)
            CHECK_CLOSE(dedr[k], slope_at(&c.list.r[k], 1e-3, pushed_energy, &push),
                        allowed(s, most, 1e-3));
    push.atom = -1;
    for (int k = 0; k < 4; k++) {
        if (k < 3) memset(push.v, 0, sizeof push.v);
        if (k < 3) push.v[k] = 1.0;
        if (k == 3) fill_random(push.v, 3 * (size_t)c.n_atoms);
        CHECK_CLOSE(-dot(force, push.v, 3 * (size_t)c.n_atoms),
                    slope_at(&push.t, 1e-3, pushed_energy, &push),
                    allowed(s, most, 1e-3));
    }
    sz_list_free(&c.list);

    /* a cell much smaller than the cutoff: W = -dE/dstrain */
    CHECK_OK(make_crystal(s, &c, 1, &err), err);
    CHECK(c.list.n_pairs > 20 && c.list.n_pairs < PAIRS_MAX);
    energy_of(s, &c.list.nb, energy, dedr);
    sum_virial(&c, dedr, virial);
    most = largest(virial, 9);
    for (int x = 0; x < 9; x++)
        CHECK_CLOSE(-virial[x], slope_at(&push.strain[x], 1e-4, pushed_energy, &push),
                    allowed(s, most, 1e-4));
    sz_list_free(&c.list);
    return 0;
}

/* ---- symmetries ------------------------------------------------------------------- */

/* the same crystal, translated and rotated: equal energies, rotated dE/dr, and, as E_i is
 * invariant under rotations, sum_j r_ij x dE_i/dr_ij = 0 */
static int test_motion(const subject *s)
{
    static double dedr[3 * PAIRS_MAX], turned[3 * PAIRS_MAX];
    double energy[ATOMS_MAX], after[ATOMS_MAX], q[9], t[3], most;
    cluster c;
    sz_error err;

    CHECK_OK(make_crystal(s, &c, 2, &err), err);
    energy_of(s, &c.list.nb, energy, dedr);
    most = largest(dedr, 3 * (size_t)c.list.n_pairs);
    for (int i = 0; i < c.n_atoms; i++) {
        double torque[3] = {0};

        for (int p = c.list.first[i]; p < c.list.first[i + 1]; p++)
            for (int x = 0; x < 3; x++) {
                int y = (x + 1) % 3, w = (x + 2) % 3;

                torque[x] += c.list.r[3 * p + y] * dedr[3 * p + w] -
                             c.list.r[3 * p + w] * dedr[3 * p + y];
            }
        CHECK_CLOSE(largest(torque, 3), 0.0, 1e-11 * most + 1e-13 * s->size);
    }
    random_rotation(q);
    fill_random(t, 3);
    for (int i = 0; i < 3 * c.n_atoms; i++) c.position[i] += 5.0 * t[i % 3];
    CHECK_OK(find_neighbours(&c, sz_model_cutoff(s->model) + 0.1, &err), err);
    energy_of(s, &c.list.nb, after, turned);
    CHECK_CLOSE(distance(energy, after, c.n_atoms), 0.0, 1e-13 * s->size);

    for (int p = 0; p < c.list.n_pairs; p++) {
        double v[3];

        rotate_vector(q, turned + 3 * p, v);
        memcpy(dedr + 3 * p, v, sizeof v);
        rotate_vector(q, c.list.r + 3 * p, v);
        memcpy(c.list.r + 3 * p, v, sizeof v);
    }
    energy_of(s, &c.list.nb, after, turned);
    CHECK_CLOSE(distance(energy, after, c.n_atoms), 0.0, 1e-13 * s->size);
    CHECK_CLOSE(distance(dedr, turned, 3 * (size_t)c.list.n_pairs), 0.0, 1e-12 * s->size);
    sz_list_free(&c.list);
    return 0;
}

/* atoms and their neighbours in another order; see test_triplet.c for the models that
 * depend on it */
static int test_order(const subject *s)
{
    double energy[ATOMS_MAX], after[ATOMS_MAX], force[3 * ATOMS_MAX];
    double other[3 * ATOMS_MAX];
    static double dedr[3 * PAIRS_MAX];
    cluster c, d;
    sz_error err;
    int n = 17;

    if (sz_model_ordered(s->model)) return 0;
    CHECK_OK(make_cluster(s, &c, n, 7.0, &err), err);
    d = c;
    memset(&d.list, 0, sizeof d.list);
    for (int i = 0; i < n; i++) {
        int k = (5 * i + 3) % n;

        d.species[k] = c.species[i];
        memcpy(d.position + 3 * k, c.position + 3 * i, 3 * sizeof(double));
    }
    CHECK_OK(find_neighbours(&d, sz_model_cutoff(s->model) + 1.0, &err), err);
    energy_of(s, &c.list.nb, energy, dedr);
    scatter_forces(&c, dedr, force);
    energy_of(s, &d.list.nb, after, dedr);
    scatter_forces(&d, dedr, other);
    for (int i = 0; i < n; i++) {
        int k = (5 * i + 3) % n;

        CHECK_CLOSE(after[k], energy[i], 1e-13 * s->size);
        CHECK_CLOSE(distance(force + 3 * i, other + 3 * k, 3), 0.0, 1e-12 * s->size);
    }
    sz_list_free(&c.list);
    sz_list_free(&d.list);
    return 0;
}

/* any size of block, and without forces */
static int test_blocks(const subject *s)
{
    static const int n_block[] = {1, 3, 0, 4096};
    static double dedr[3 * PAIRS_MAX], other[3 * PAIRS_MAX];
    double energy[ATOMS_MAX], after[ATOMS_MAX];
    subject t = *s;
    cluster c;
    sz_error err;

    CHECK_OK(make_cluster(s, &c, 23, 8.0, &err), err);
    energy_of(s, &c.list.nb, energy, dedr);
    for (int k = 0; k < 4; k++) {
        CHECK_OK(sz_work_create(&t.work, s->model, n_block[k], &err), err);
        energy_of(&t, &c.list.nb, after, other);
        CHECK_CLOSE(distance(energy, after, c.n_atoms), 0.0, 1e-13 * s->size);
        CHECK_CLOSE(distance(dedr, other, 3 * (size_t)c.list.n_pairs), 0.0,
                    1e-13 * s->size);
        energy_of(&t, &c.list.nb, after, NULL);
        CHECK_CLOSE(distance(energy, after, c.n_atoms), 0.0, 1e-13 * s->size);
        sz_work_free(t.work);
    }
    sz_list_free(&c.list);
    return 0;
}

/* dgemm and each of our own products that this CPU supports */
static int test_tiles(const subject *s)
{
    static const sz_tile tiles[] = {SZ_TILE_NONE, SZ_TILE_AVX2, SZ_TILE_AVX512};
    static double dedr[3 * PAIRS_MAX], other[3 * PAIRS_MAX];
    double energy[ATOMS_MAX], after[ATOMS_MAX];
    subject t = *s;
    cluster c;
    sz_gap *gap;
    sz_plan *plan;
    sz_error err;

    CHECK_OK(make_cluster(s, &c, 23, 8.0, &err), err);
    energy_of(s, &c.list.nb, energy, dedr);
    for (int k = 0; k < 3; k++) {
        if (k > 0 && !sz_tile_works(tiles[k])) continue;
        CHECK_OK(sz_gap_load(&gap, model_path(s->name), &err), err);
        CHECK_OK(sz_model_build(&t.model, gap, &err), err);
        sz_gap_free(gap);
        CHECK_OK(sz_plan_lay_out(&plan, t.model, 10, &(sz_plan_layout){.tile = tiles[k]},
                                 &err),
                 err);
        CHECK_OK(sz_plan_work(&t.work, plan, &err), err);
        sz_plan_free(plan);
        energy_of(&t, &c.list.nb, after, other);
        CHECK_CLOSE(distance(energy, after, c.n_atoms), 0.0, 1e-13 * s->size);
        CHECK_CLOSE(distance(dedr, other, 3 * (size_t)c.list.n_pairs), 0.0,
                    1e-13 * s->size);
        sz_work_free(t.work);
        sz_model_free(t.model);
    }
    sz_list_free(&c.list);
    return 0;
}

/* A sparse point that is not a vector of atoms is outside the space of the reduced
 * vectors, so the model uses all components. With zeta 1 the energy is linear in the
 * point. */
static int test_odd_point(const subject *s)
{
    static const double change[] = {0.0, 1e-3, 2e-3};
    double energy[ATOMS_MAX], sum[3];
    cluster c;
    sz_error err;

    CHECK_OK(make_cluster(s, &c, 23, 8.0, &err), err);
    for (int k = 0; k < 3; k++) {
        subject t = *s;
        sz_gap *gap;
        const sz_describer *d;

        CHECK_OK(sz_gap_load(&gap, model_path(s->name), &err), err);
        gap->term[0].zeta = 1.0;
        gap->term[0].x_sparse[1] += change[k];
        CHECK_OK(sz_model_build(&t.model, gap, &err), err);
        sz_gap_free(gap);
        d = soaps_of(t.model)->describer[soaps_of(t.model)->term[0].describer];
        CHECK(d->reduce == (k == 0));
        CHECK_OK(sz_work_create(&t.work, t.model, 0, &err), err);
        sum[k] = energy_of(&t, &c.list.nb, energy, NULL);
        sz_work_free(t.work);
        sz_model_free(t.model);
    }
    CHECK(fabs(sum[1] - sum[0]) > 1e-9 * s->size);
    CHECK_CLOSE(sum[2] - sum[0], 2 * (sum[1] - sum[0]), 1e-13 * s->size);
    sz_list_free(&c.list);
    return 0;
}

/* ---- the cutoff ------------------------------------------------------------------- */

/* A third atom moves outwards through every distance where a term ends or its switching
 * function starts: energy and slope are continuous. Beyond all cutoffs it is isolated. */
static void test_cutoff(const subject *s)
{
    const double e = 1e-5;
    double at[200];
    int n = kinks(s->model, at);

    for (int k = 0; k < n; k++) {
        int first[] = {0, 2}, species[] = {0}, neigh_species[] = {0, 0};
        double r[6] = {2.2, 0.3, -0.7, 0, 0, 0}, energy[4], dedr[4][6], most;
        const sz_neigh nb = {1, species, first, neigh_species, r};

        if (is_sharp(s->model, at[k])) continue;
        species[0] = k % s->n_species;
        neigh_species[0] = k / 2 % s->n_species;
        neigh_species[1] = (k + k / 3) % s->n_species;
        for (int step = 0; step < 4; step++) { /* two points before it, two after it */
            r[4] = at[k] + (step - 1.5) * e;
            energy_of(s, &nb, &energy[step], dedr[step]);
        }
        most = fmax(largest(dedr[1], 6), 0.1);
        CHECK_CLOSE(energy[2] - energy[1], 0.5 * e * (dedr[1][4] + dedr[2][4]),
                    100.0 * e * e * most + 1e-13 * s->size);
        CHECK_CLOSE(distance(dedr[1], dedr[2], 6), 0.0,
                    100.0 * e * most + 1e-13 * s->size);
        if (at[k] == sz_model_cutoff(s->model)) {
            CHECK(largest(dedr[3] + 3, 3) == 0.0);
            first[1] = 1;
            CHECK_CLOSE(energy_of(s, &nb, energy, NULL), energy[3], 1e-13 * s->size);
        }
    }
}

/* no neighbours: a finite number for each element; zero atoms are allowed, too */
static void test_isolated(const subject *s)
{
    for (int k = 0; k < s->n_species; k++) {
        const int first[] = {0, 0};
        const sz_neigh nb = {1, &k, first, NULL, NULL};
        double energy, dedr[1] = {7.0};

        CHECK(isfinite(energy_of(s, &nb, &energy, dedr)) && dedr[0] == 7.0);
    }
    CHECK(energy_of(s, &(sz_neigh){0}, NULL, NULL) == 0.0);
}

/* ---- refusals --------------------------------------------------------------------- */

static void test_refused(const subject *s)
{
    int first[] = {0, 1, 2}, species[] = {0, 0}, neigh_species[] = {0, 0};
    double r[6] = {2.0, 1.0, 0.5, -2.0, -1.0, -0.5}, energy[2], dedr[6];
    const sz_neigh nb = {2, species, first, neigh_species, r};
    sz_work *work;
    sz_error err;

    CHECK(sz_compute(s->model, s->work, &nb, energy, dedr, NULL) == SZ_OK);
    for (int bad = 0; bad < 3; bad++) {
        r[5] = bad == 0 ? NAN : bad == 1 ? INFINITY : -INFINITY;
        CHECK_FAILS(sz_compute(s->model, s->work, &nb, energy, dedr, &err),
                    SZ_ERR_NUMERIC, "atom 1", err);
    }
    r[3] = r[4] = r[5] = 1e-8;
    CHECK_FAILS(sz_compute(s->model, s->work, &nb, energy, dedr, &err), SZ_ERR_NUMERIC,
                "coincide", err);
    r[3] = 2.0;
    for (int bad = -1; bad <= s->model->species.n; bad += s->model->species.n + 1) {
        species[1] = bad;
        CHECK_FAILS(sz_compute(s->model, s->work, &nb, energy, dedr, &err),
                    SZ_ERR_ARGUMENT, "atom 1 has species", err);
        species[1] = 0;
        neigh_species[1] = bad;
        CHECK_FAILS(sz_compute(s->model, s->work, &nb, energy, dedr, &err),
                    SZ_ERR_ARGUMENT, "neighbour of atom 1 has species", err);
        neigh_species[1] = 0;
    }
    CHECK(sz_compute(s->model, s->work, &nb, energy, dedr, &err) == SZ_OK);
    CHECK_FAILS(sz_work_create(&work, s->model, -1, &err), SZ_ERR_ARGUMENT, "not -1",
                err);
    CHECK(work == NULL);
    CHECK_FAILS(sz_work_create(&work, s->model, 4097, &err), SZ_ERR_ARGUMENT, "not 4097",
                err);
}

static sz_status load(subject *s, const char *name, sz_error *err)
{
    sz_status status = sz_model_load(&s->model, model_path(name), err);
    const sz_coordination_set *counts;

    if (status != SZ_OK) return status;
    counts = sz_model_group(s->model, &sz_kind_coordination);
    s->name = name;
    s->n_species = sz_model_n_species(s->model);
    s->size = 1.0;
    for (int t = 0; t < soaps_of(s->model)->n_terms; t++) {
        const sz_soap_term *term = &soaps_of(s->model)->term[t];

        for (int k = 0; k < term->n_sparse; k++)
            s->size += term->delta * term->delta * fabs(term->weight[k]);
    }
    for (int k = 0; k < pairs_of(s->model)->n_pairs; k++)
        s->size += pairs_of(s->model)->pair[k].size;
    for (int k = 0; k < triplets_of(s->model)->n_triplets; k++)
        for (int p = 0; p < triplets_of(s->model)->triplet[k].n_points; p++)
            s->size += fabs(triplets_of(s->model)->triplet[k].point[4 * p + 3]);
    for (int k = 0; counts && k < counts->n; k++)
        for (int p = 0; p < counts->term[k].points.n_sparse; p++)
            s->size += fabs(counts->term[k].points.alpha[p]);
    return sz_work_create(&s->work, s->model, 0, err);
}

int main(void)
{
    for (int k = 0; k < N_MODELS; k++) {
        int before = failures;
        subject s;
        sz_error err;

        CHECK_OK(load(&s, model_names[k], &err), err);
        if (test_slopes(&s) || test_motion(&s) || test_order(&s) || test_blocks(&s))
            return 1;
        test_cutoff(&s);
        test_isolated(&s);
        test_refused(&s);
        if (failures > before) printf("above: %s, size %g eV\n", s.name, s.size);
        sz_work_free(s.work);
        sz_model_free(s.model);
    }
    for (int k = 0; k < N_MODELS; k++) {
        subject s;
        sz_error err;

        CHECK_OK(load(&s, model_names[k], &err), err);
        if (test_tiles(&s)) return 1;
        if (!strcmp(s.name, "mo_soap_nu22_zeta4_virial") && test_odd_point(&s)) return 1;
        sz_work_free(s.work);
        sz_model_free(s.model);
    }
    sz_work_free(NULL);
    sz_model_free(NULL);
    return check_done();
}
