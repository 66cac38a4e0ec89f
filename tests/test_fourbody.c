/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_fourbody.c - models whose terms are products of three factors or of K channels:
 * forces are slopes of the energy for zeta 1, 2 and 4, whatever the size of a block, and
 * the rows of a fit times the weights are energy and forces;
 * turned and mirrored atoms have the same energies; a model file, with environments or
 * with vectors, XML too, gives them back; radial_tolerance changes them by little. */
#include "check.h"
#include "environments.h"
#include "fit/rows.h"
#include "format/load.h"
#include "format/soapz_write.h"
#include "gap_equal.h"
#include "model/model.h"

#include <sys/stat.h>

#define FOLDER "test_fourbody.d/"
#define SOAP                                                                             \
    "soap n_max=4 l_max=3 atom_sigma=0.5 cutoff=4.0 cutoff_transition_width=1.0 "        \
    "n_species=4 species_Z={41 42 73 74} n_Z=4 Z={41 42 73 74} "

enum { N = 14 };

static const char *const labels[] = {"compression={nu,nu^,mu=1,1,1}",
                                     "compression={nu,mu,mu^=1,1,1} l_min=1",
                                     "compression={nu,mu^=1,2}",
                                     "compression={nu,mu=2,1}",
                                     "compression={mu=3}",
                                     "compression={nu^=3} normalise=F",
                                     "compression={K=3} K=13",
                                     "compression={K,K,K=1,1,1} K=9 compression_seed=5",
                                     "compression={K=2} K=9",
                                     "compression={K,K=1,1} K=12"};
enum { N_LABELS = sizeof labels / sizeof *labels };

/* A model and scratch on a cluster, energies and dE/dr. */
typedef struct {
    sz_model *model;
    sz_work *work;
    sz_neigh nb;
    int species[N];
    int *neigh;
    double energy[N];
    double *dedr;
} system_;

static int open_system(system_ *s, sz_gap *gap, const cluster *c, int n_block)
{
    int of[4];
    sz_error err;

    CHECK_OK(sz_model_build(&s->model, gap, &err), err);
    CHECK_OK(sz_work_create(&s->work, s->model, n_block, &err), err);
    s->nb = c->list.nb;
    s->neigh = malloc((size_t)c->list.n_pairs * sizeof *s->neigh);
    s->dedr = malloc(3 * (size_t)c->list.n_pairs * sizeof *s->dedr);
    for (int k = 0; k < 4; k++)
        of[k] = sz_model_species(s->model, sz_element_symbol(hea[k]));
    for (int i = 0; i < N; i++) s->species[i] = of[s->nb.species[i]];
    for (int p = 0; p < c->list.n_pairs; p++) s->neigh[p] = of[s->nb.neigh_species[p]];
    s->nb.species = s->species;
    s->nb.neigh_species = s->neigh;
    return 0;
}

static void close_system(system_ *s)
{
    sz_work_free(s->work);
    sz_model_free(s->model);
    free(s->neigh);
    free(s->dedr);
}

static double total_energy(void *context)
{
    system_ *s = context;
    double sum = 0.0;
    sz_error err;

    if (sz_compute(s->model, s->work, &s->nb, s->energy, s->dedr, &err) != SZ_OK) {
        printf("%s\n", err.message);
        return NAN;
    }
    for (int i = 0; i < N; i++) sum += s->energy[i];
    return sum;
}

/* energies and slopes of a GAP on c */
static int evaluate(sz_gap *gap, const cluster *c, int n_block, double *energy,
                    double *dedr)
{
    system_ s;
    double total;

    if (open_system(&s, gap, c, n_block)) return 1;
    total = total_energy(&s);
    CHECK(total == total);
    memcpy(energy, s.energy, sizeof s.energy);
    memcpy(dedr, s.dedr, 3 * (size_t)c->list.n_pairs * sizeof *dedr);
    close_system(&s);
    return 0;
}

/* a coordinate of some pairs */
static int test_slopes(sz_gap *gap, cluster *c)
{
    size_t n = 3 * (size_t)c->list.n_pairs;
    double *dedr = malloc(n * sizeof *dedr), most;
    system_ s;

    if (open_system(&s, gap, c, 0)) return 1;
    CHECK(fabs(total_energy(&s)) > 1e-3);
    memcpy(dedr, s.dedr, n * sizeof *dedr);
    most = largest(dedr, n);
    CHECK(most > 1e-3);
    for (size_t k = 0; k < n; k += 41 * CHECK_EVERY(5))
        CHECK_CLOSE(dedr[k], slope_at(&c->list.r[k], 1e-3, total_energy, &s),
                    1e-8 * most);
    close_system(&s);
    free(dedr);
    return 0;
}

static int test_blocks(sz_gap *gap, const cluster *c)
{
    static const int block[] = {1, 3, N};
    size_t n = 3 * (size_t)c->list.n_pairs;
    double e[2][N], *d[2] = {malloc(n * sizeof(double)), malloc(n * sizeof(double))};

    if (evaluate(gap, c, 0, e[0], d[0])) return 1;
    for (int k = 0; k < 3; k++) {
        if (evaluate(gap, c, block[k], e[1], d[1])) return 1;
        CHECK_CLOSE(distance(e[0], e[1], N), 0.0, 1e-12 * largest(e[0], N));
        CHECK_CLOSE(distance(d[0], d[1], n), 0.0, 1e-12 * largest(d[0], n));
    }
    free(d[0]);
    free(d[1]);
    return 0;
}

/* rows of the sparse points, times their weights */
static int test_rows(sz_gap *gap, const cluster *c)
{
    static double row[(1 + 3 * N + 9) * N], force[3 * N];
    double energy = 0.0, most;
    const double *alpha = gap->term->alpha;
    sz_rows *rows;
    system_ s;
    sz_error err;

    if (open_system(&s, gap, c, 0)) return 1;
    CHECK(memcmp(s.species, c->species, sizeof s.species) == 0);
    energy = total_energy(&s);
    for (int i = 0; i < N; i++) energy -= s.model->e0[s.species[i]];
    scatter_forces(c, s.dedr, force);
    most = largest(force, 3 * N);
    memset(row, 0, sizeof row);
    CHECK_OK(sz_rows_create(&rows, s.model, gap, &err), err);
    CHECK(sz_rows_columns(gap) == N);
    CHECK_OK(sz_rows_frame(rows, &c->list, row, row + N, row + (1 + 3 * N) * N, &err),
             err);
    CHECK_CLOSE(dot(row, alpha, N), energy, 1e-12 * (fabs(energy) + 1.0));
    for (int k = 0; k < 3 * N; k++)
        CHECK_CLOSE(-dot(row + (1 + k) * N, alpha, N), force[k], 1e-11 * most);
    sz_rows_free(rows);
    close_system(&s);
    return 0;
}

/* rotation and reflection: the same energies, rotated slopes */
static int test_turned(sz_gap *gap, const cluster *c)
{
    size_t n = 3 * (size_t)c->list.n_pairs;
    double e[2][N], q[9], *d[2], *keep = malloc(n * sizeof *keep), v[3];

    for (int k = 0; k < 2; k++) d[k] = malloc(n * sizeof(double));
    if (evaluate(gap, c, 0, e[0], d[0])) return 1;
    random_rotation(q);
    for (int k = 0; k < 9; k++) q[k] = -q[k];
    memcpy(keep, c->list.r, n * sizeof *keep);
    for (size_t p = 0; p < n; p += 3) {
        rotate_vector(q, keep + p, c->list.r + p);
        rotate_vector(q, d[0] + p, v);
        memcpy(d[0] + p, v, sizeof v);
    }
    if (evaluate(gap, c, 0, e[1], d[1])) return 1;
    memcpy(c->list.r, keep, n * sizeof *keep);
    CHECK_CLOSE(distance(e[0], e[1], N), 0.0, 1e-12 * largest(e[0], N));
    CHECK_CLOSE(distance(d[0], d[1], n), 0.0, 1e-12 * largest(d[0], n));
    for (int k = 0; k < 2; k++) free(d[k]);
    free(keep);
    return 0;
}

/* .soapz with environments, .soapz with vectors and GAP XML give the same model. */
static int test_files(sz_gap *gap, const cluster *c)
{
    size_t n = 3 * (size_t)c->list.n_pairs;
    static const char *const path[] = {FOLDER "env.soapz", FOLDER "vectors.soapz",
                                       FOLDER "gp.xml"};
    double e[2][N], *d[2] = {malloc(n * sizeof(double)), malloc(n * sizeof(double))};
    sz_gap *again;
    sz_error err;

    if (evaluate(gap, c, 0, e[0], d[0])) return 1;
    for (int k = 0; k < 3; k++) {
        if (k > 0) sz_gap_drop_environments(gap);
        if (k < 2)
            CHECK_OK(sz_gap_save(gap, path[k], &err), err);
        else
            CHECK_OK(sz_gap_write(gap, path[k], &err), err);
        CHECK_OK(sz_gap_load(&again, path[k], &err), err);
        if (k == 0) CHECK_OK(sz_gap_make_vectors(again, &err), err);
        if (k < 2) CHECK(same_gap(gap, again));
        CHECK(same_bits(again->term->x_sparse, gap->term->x_sparse,
                        (size_t)gap->term->n_sparse * gap->term->n_dim, sizeof(double)));
        if (evaluate(again, c, 0, e[1], d[1])) return 1;
        CHECK_CLOSE(distance(e[0], e[1], N), 0.0, 1e-13 * largest(e[0], N));
        CHECK_CLOSE(distance(d[0], d[1], n), 0.0, 1e-13 * largest(d[0], n));
        sz_gap_free(again);
    }
    free(d[0]);
    free(d[1]);
    return 0;
}

static int test_label(const char *label, cluster *c)
{
    static const double zeta[] = {1.0, 2.0, 4.0};
    char text[512];
    int shown = failures;
    sz_gap *gap;
    sz_model *model;
    sz_gap_term *term;
    double length2;
    sz_error err;

    snprintf(text, sizeof text, SOAP "%s", label);
    if (make_gap(&gap, text, c, N)) return 1;
    term = gap->term;
    length2 = dot(term->x_sparse, term->x_sparse, term->n_dim);
    for (int k = 0; k < 3; k++) {
        term->zeta = zeta[k];
        term->delta = pow(length2, -0.5 * zeta[k]); /* energies of about 1 */
        if (test_slopes(gap, c) || test_turned(gap, c) || test_blocks(gap, c) ||
            test_rows(gap, c))
            return 1;
    }
    term->zeta = 2.5;
    if (strstr(label, "{K=2}")) { /* sums of squares: never negative */
        CHECK_OK(sz_model_build(&model, gap, &err), err);
        sz_model_free(model);
    } else
        CHECK_FAILS(sz_model_build(&model, gap, &err), SZ_ERR_FORMAT, "whole zeta", err);
    term->zeta = 2.0;
    if (test_files(gap, c)) return 1;
    if (failures > shown) printf("above: %s\n", label);
    sz_gap_free(gap);
    return 0;
}

/* Sparse points published by the full descriptor and used by one with fewer channels: the
 * energies differ according to what is left out. */
static int test_tolerance(const cluster *c)
{
    static const char *const tolerance[] = {"", " radial_tolerance=1e-4",
                                            " radial_tolerance=1e-2"};
    static const double off[] = {0.0, 1e-6, 1e-2};
    size_t n = 3 * (size_t)c->list.n_pairs;
    double e[2][N], *d = malloc(n * sizeof *d);
    int length[3];

    for (int k = 0; k < 3; k++) {
        sz_gap *gap;
        descriptor open;
        char text[512];
        sz_error err;

        snprintf(text, sizeof text, SOAP "compression={nu,mu,mu^=1,1,1} n_max=8%s",
                 tolerance[k]);
        memcpy(strstr(text, "n_max=4"), "       ", 7);
        CHECK_OK(open_descriptor(&open, text, 0, NULL, &err), err);
        length[k] = open.d->n_desc;
        close_descriptor(&open);
        if (make_gap(&gap, text, c, N)) return 1;
        for (int i = 0; i < N; i++) gap->term->alpha[i] = 1.0 + i % 3;
        if (evaluate(gap, c, 0, e[k > 0], d)) return 1;
        CHECK(k == 0 || length[k] < length[k - 1]);
        CHECK_CLOSE(distance(e[0], e[k > 0], N), 0.0, off[k] * largest(e[0], N));
        sz_gap_free(gap);
    }
    printf("components: %d, %d, %d\n", length[0], length[1], length[2]);
    free(d);
    return 0;
}

int main(void)
{
    cluster c = {0};
    sz_error err;

    mkdir(FOLDER, 0777);
    random_liquid(&c, N, 4);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    for (int k = 0; k < N_LABELS; k++)
        if (test_label(labels[k], &c)) return 1;
    if (test_tolerance(&c)) return 1;
    sz_list_free(&c.list);
    return check_done();
}
