/* SPDX-License-Identifier: BSD-3-Clause
 *
 * test_environment.c - sparse points kept as environments: the descriptor made from one
 * is that of the atom to the last bit; a file that holds them gives the model back, is
 * many times smaller, and becomes vectors when asked. */
#include "check.h"
#include "descriptor/environment.h"
#include "environments.h"
#include "format/load.h"
#include "format/soapz_write.h"
#include "gap_equal.h"
#include "model/model.h"

#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "test_environment.d/"
#define FILE_1 FOLDER "one.soapz"
#define FILE_2 FOLDER "two.soapz"
#define VECTORS FOLDER "vectors.soapz"
#define SOAP                                                                             \
    "soap n_max=6 l_max=4 atom_sigma=0.5 cutoff=4.0 cutoff_transition_width=1.0 "        \
    "n_species=4 species_Z={41 42 73 74} n_Z=4 Z={41 42 73 74} nu_R=2 nu_S=1"

enum { N = 40 };

static long size_of(const char *path)
{
    struct stat s;

    return stat(path, &s) == 0 ? (long)s.st_size : -1;
}

/* energies and dE/dr of the model of a GAP on c; the GAP must not change */
static int evaluate(sz_gap *gap, const cluster *c, double *energy, double *dedr)
{
    sz_neigh nb = c->list.nb;
    int species[N], *neigh = malloc((size_t)c->list.n_pairs * sizeof *neigh + 1), of[4];
    sz_model *m;
    sz_work *work;
    sz_error err;

    CHECK_OK(sz_model_build(&m, gap, &err), err);
    CHECK_OK(sz_work_create(&work, m, 0, &err), err);
    for (int s = 0; s < 4; s++) of[s] = sz_model_species(m, sz_element_symbol(hea[s]));
    for (int i = 0; i < N; i++) species[i] = of[nb.species[i]];
    for (int p = 0; p < c->list.n_pairs; p++) neigh[p] = of[nb.neigh_species[p]];
    nb.species = species;
    nb.neigh_species = neigh;
    CHECK_OK(sz_compute(m, work, &nb, energy, dedr, &err), err);
    sz_work_free(work);
    sz_model_free(m);
    free(neigh);
    return 0;
}

static int test_file(const char *text, const cluster *c)
{
    size_t n_pairs = 3 * (size_t)c->list.n_pairs;
    double e[3][N], *d[3], alpha = 0.0;
    sz_gap *gap, *bare, *full;
    sz_model *model;
    sz_error err;

    for (int k = 0; k < 3; k++) d[k] = malloc(n_pairs * sizeof *d[k]);
    if (make_gap(&gap, text, c, N)) return 1;
    CHECK_OK(sz_gap_save(gap, FILE_1, &err), err);
    CHECK_OK(sz_gap_load(&bare, FILE_1, &err), err);
    CHECK_OK(sz_gap_load(&full, FILE_1, &err), err);
    CHECK_OK(sz_gap_make_vectors(full, &err), err);
    CHECK(bare->term->environment && !bare->term->x_sparse);
    CHECK(same_gap(gap, full)); /* vectors are bitwise equal */
    CHECK_OK(sz_gap_save(bare, FILE_2, &err), err);
    CHECK_OK(sz_model_load(&model, FILE_2, &err), err);
    sz_model_free(model);
    if (evaluate(gap, c, e[0], d[0]) || evaluate(bare, c, e[1], d[1])) return 1;
    for (int k = 0; k < N; k++) alpha += fabs(gap->term->alpha[k]);
    CHECK_CLOSE(distance(e[0], e[1], N), 0.0, 1e-13 * alpha);
    CHECK_CLOSE(distance(d[0], d[1], n_pairs), 0.0, 1e-13 * alpha);

    CHECK_FAILS(sz_gap_write(bare, FOLDER "gp.xml", &err), SZ_ERR_ARGUMENT,
                "no vectors yet", err);
    CHECK_OK(sz_gap_make_vectors(bare, &err), err);
    CHECK(same_gap(gap, bare));
    CHECK_OK(sz_gap_write(bare, FOLDER "gp.xml", &err), err);
    sz_gap_free(bare);
    CHECK_OK(sz_gap_load(&bare, FOLDER "gp.xml", &err), err);
    CHECK(!bare->term->environment);
    CHECK(same_bits(bare->term->x_sparse, gap->term->x_sparse,
                    (size_t)N * gap->term->n_dim, sizeof(double)));
    if (evaluate(bare, c, e[2], d[2])) return 1;
    CHECK_CLOSE(distance(e[0], e[2], N), 0.0, 1e-13 * alpha);

    sz_gap_drop_environments(full);
    CHECK(!full->term->environment);
    CHECK_OK(sz_gap_save(full, VECTORS, &err), err);
    printf("%d components: %ld bytes with environments, %ld with vectors\n",
           gap->term->n_dim, size_of(FILE_1), size_of(VECTORS));
    CHECK(size_of(FILE_1) > 0 && 3 * size_of(FILE_1) < size_of(VECTORS));
    for (int k = 0; k < 3; k++) free(d[k]);
    sz_gap_free(gap);
    sz_gap_free(bare);
    sz_gap_free(full);
    return 0;
}

/* isolated atoms: no neighbours in the whole file */
static int test_alone(void)
{
    cluster c = {.n_atoms = 2, .position = {0, 0, 0, 50, 0, 0}, .species = {1, 2}};
    sz_gap *gap, *again;
    sz_error err;

    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    if (make_gap(&gap, SOAP, &c, 2)) return 1;
    CHECK(gap->term->environment->first[2] == 0);
    CHECK_OK(sz_gap_save(gap, FILE_1, &err), err);
    CHECK_OK(sz_gap_load(&again, FILE_1, &err), err);
    CHECK_OK(sz_gap_make_vectors(again, &err), err);
    CHECK(same_gap(gap, again));
    sz_gap_free(gap);
    sz_gap_free(again);
    sz_list_free(&c.list);
    return 0;
}

/* an invalid environment is not written and not used */
static int test_faults(const cluster *c)
{
    sz_gap *gap;
    sz_environments *env;
    sz_model *m;
    sz_error err;
    double keep;

    if (make_gap(&gap, SOAP, c, 3)) return 1;
    env = gap->term->environment;
    env->neigh_z[1] = 0;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "not an element", err);
    env->neigh_z[1] = 119;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "not an element", err);
    env->neigh_z[1] = 41;
    env->z[2] = 200;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "not an element", err);
    env->z[2] = 42;
    keep = env->r[4];
    env->r[4] = NAN;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "distance", err);
    env->r[4] = 1e200;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "distance", err);
    env->r[3] = env->r[4] = env->r[5] = 0.0;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "distance", err);
    env->r[4] = keep;
    env->n = 2;
    CHECK_FAILS(sz_gap_save(gap, FILE_1, &err), SZ_ERR_FORMAT, "not as many", err);
    env->n = 3;
    CHECK_OK(sz_gap_save(gap, FILE_1, &err), err);

    free(gap->term->x_sparse);
    gap->term->x_sparse = NULL;
    gap->term->n_dim++;
    CHECK_FAILS(sz_gap_make_vectors(gap, &err), SZ_ERR_FORMAT, "dimensions", err);
    CHECK_FAILS(sz_model_build(&m, gap, &err), SZ_ERR_FORMAT, "dimensions", err);
    free(gap->term->descriptor);
    gap->term->descriptor = sz_copy_text("distance_2b cutoff=4 Z1=42 Z2=42");
    gap->term->n_dim = 1;
    CHECK_FAILS(sz_gap_make_vectors(gap, &err), SZ_ERR_FORMAT, "soap descriptors only",
                err);
    CHECK_FAILS(sz_model_build(&m, gap, &err), SZ_ERR_FORMAT, "soap descriptors only",
                err);
    sz_gap_free(gap);
    return 0;
}

int main(void)
{
    cluster c = {0};
    sz_error err;

    mkdir(FOLDER, 0777);
    random_liquid(&c, N, 4);
    CHECK_OK(find_neighbours(&c, 4.0, &err), err);
    if (test_file(SOAP, &c) || test_file(SOAP " radial_tolerance=1e-2", &c) ||
        test_file(SOAP " central_weight=0.5 covariance_sigma0=0.2", &c))
        return 1;
    if (test_alone() || test_faults(&c)) return 1;
    sz_list_free(&c.list);
    sz_environments_free(NULL);
    return check_done();
}
